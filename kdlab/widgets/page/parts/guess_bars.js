/** A guess of the bars, and how good it was. */
import { drawTicks } from "./bar_axis.js";
import { assign, element } from "./dom.js";

/**
 * A bar that the learner drags, from `low` to `high`; `changed(value)` hears of it.
 *
 * `draw(value, text, came)`: a value of null is none yet. `came`, if there is one, is drawn below
 * the bar: a value, or `[mean, low, high]`.
 */
export function createBarSlider({ low, high, step, label }, changed) {
  const input = element("input", { type: "range", min: low, max: high, step, "aria-label": label });
  const [bar, truth, ends] = ["kd-bar", "kd-came", "kd-ends"].map((name) => element(`i.${name}`));
  const track = element("span.kd-track", bar, truth, ends, input);
  const along = (value) => Math.min(Math.max((value - low) / (high - low), 0), 1);
  input.oninput = () => changed(input.valueAsNumber);
  /** From 0, or from the end where the axis has none. Clipped: the page need not be laid out. */
  const fill = (node, value) => {
    const [from, to] = [along(0), along(value ?? 0)].sort((a, b) => a - b);
    node.style.clipPath = `inset(0 ${100 * (1 - to)}% 0 ${100 * from}%)`;
  };
  return {
    track,
    input,
    draw(value, text, came = null) {
      const [mean, from, to] = Array.isArray(came) ? came : [came];
      input.value = value ?? (low + high) / 2;
      input.setAttribute("aria-valuetext", text);
      track.classList.toggle("kd-unset", value === null);
      track.classList.toggle("kd-compared", came !== null);
      fill(bar, value);
      fill(truth, mean);
      ends.hidden = from === undefined;
      if (!ends.hidden) ends.style.inset = `auto ${100 - 100 * along(to)}% 6px ${100 * along(from)}%`;
    },
  };
}

/**
 * A bar for each name; `changed(shares)` hears the shares, which fill 100 % together, or null.
 *
 * `draw(shares, { label, came })`, both optional: the true class, and what came.
 */
export function createBarSliders(names, changed) {
  let known = null; // the shares as they were told: those of bars that need not fill 100 %
  const values = names.map(() => 0);
  const rows = names.map((name, k) => {
    const change = (value) => {
      values[k] = value;
      const whole = total();
      known = whole ? values.map((one) => one / whole) : null;
      changed(known);
    };
    const label = `Your guess for ${name}`;
    const slider = createBarSlider({ low: 0, high: 100, step: 1, label }, change);
    const value = element("span.kd-value");
    const head = element("span.kd-name", { title: name }, name);
    return { slider, value, node: element("div.kd-row", head, slider.track, value) };
  });
  const total = () => values.reduce((sum, value) => sum + value, 0);
  const axis = element("div.kd-right");
  drawTicks(axis, false);
  const ticks = element("div.kd-axis", { "aria-hidden": "true" }, axis);
  return {
    node: element("div.kd-frame", element("div.kd-bars", ...rows.map((row) => row.node), ticks)),
    total,
    draw(shares, { label, came } = {}) {
      if (shares !== known) values.forEach((_, k) => (values[k] = Math.round(100 * (shares?.[k] ?? 0))));
      known = shares;
      rows.forEach(({ slider, value, node }, k) => {
        const text = `${values[k]} %`;
        node.classList.toggle("kd-true", k === label);
        slider.draw(values[k], text, came ? 100 * came[k] : null);
        value.textContent = came ? `${text} · ${Math.round(100 * came[k])} %` : text;
      });
    },
  };
}

/** Bars that the learner drags before the truth is shown, and how good the guess was. */
export function createGuessBars(classNames, set) {
  const bars = createBarSliders(classNames, (shares) => set("guess", shares, "soon"));
  const [note, button] = [element("span"), element("button")];
  const node = element("div", bars.node, element("p.kd-guess", note, button));
  return {
    node,
    draw({ predict, secret, guess, label, p }) {
      node.hidden = !predict;
      if (!predict) return;
      bars.draw(guess, { label });
      bars.node.hidden = !secret;
      note.textContent = secret
        ? `Total ${bars.total()} %, scaled to 100 % when you reveal`
        : worth(guess, p);
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
