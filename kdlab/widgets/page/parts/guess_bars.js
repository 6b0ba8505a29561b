/** A guess of the bars, and how good it was. */
import { drawTicks, fillUpTo } from "./bars.js";
import { assign, element } from "./dom.js";

/** Bars that the learner drags before the truth is shown, and how good the guess was. */
export function createGuessBars(classNames, set) {
  let known = null; // the guess as the trait has it: shares of bars that need not fill 100 %
  const rows = classNames.map((name) => {
    const input = element("input", { type: "range", value: 0, "aria-label": `Your guess for ${name}` });
    const [bar, value] = [element("i.kd-bar"), element("span.kd-value")];
    const track = element("span.kd-track", bar, input);
    input.oninput = change;
    const node = element("div.kd-row", element("span.kd-name", { title: name }, name), track, value);
    return { input, bar, value, node };
  });
  const axis = element("div.kd-right");
  drawTicks(axis, false);
  const ticks = element("div.kd-axis", { "aria-hidden": "true" }, axis);
  const bars = element("div.kd-frame", element("div.kd-bars", ...rows.map((row) => row.node), ticks));
  const [note, button] = [element("span"), element("button")];
  const node = element("div", bars, element("p.kd-guess", note, button));
  const total = () => rows.reduce((sum, { input }) => sum + input.valueAsNumber, 0);

  function change() {
    const whole = total();
    known = whole ? rows.map(({ input }) => input.valueAsNumber / whole) : null;
    set("guess", known, "soon");
  }

  return {
    node,
    draw({ predict, secret, guess, label, p }) {
      node.hidden = !predict;
      if (!predict) return;
      rows.forEach((row, k) => row.node.classList.toggle("kd-true", k === label));
      if (guess !== known) rows.forEach((row, k) => (row.input.value = 100 * (guess?.[k] ?? 0)));
      known = guess;
      for (const { input, bar, value } of rows) {
        const text = `${input.value} %`;
        fillUpTo(bar, input.value / 100);
        value.textContent = text;
        input.setAttribute("aria-valuetext", text);
      }
      bars.hidden = !secret;
      note.textContent = secret ? `Total ${total()} %, scaled to 100 % when you reveal` : worth(guess, p);
      assign(button, {
        textContent: secret ? "Reveal" : "Guess again",
        disabled: secret && !guess,
        onclick: () => (secret ? set("revealed", true) : (set("guess", null), set("revealed", false))),
      });
    },
  };
}

/** A guess's score in words: the probability that it put where the teacher did. */
export function worth(guess, p) {
  if (!guess) return "There was no guess.";
  const overlap = guess.reduce((sum, share, k) => sum + Math.min(share, p[k]), 0);
  const percent = `${(100 * overlap).toFixed(0)}\u00a0%`;
  return `Your guess overlaps the truth by ${percent}: so much of it lies where the teacher’s does.`;
}
