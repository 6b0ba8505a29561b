/** TemperatureExplorer in the page. */
import { createBars, drawTicks, fillUpTo, likeliest, MANY, reach } from "../parts/bars.js";
import { assign, element, stillIn } from "../parts/dom.js";
import {
  createPicker,
  createPicture,
  exampleName,
  readExamples,
  verdictMark,
} from "../parts/examples.js";
import { createKeptLine } from "../parts/kept.js";
import { argmax, entropy, klDivergence, softmax } from "../parts/maths.js";
import { mount, whenNew } from "../parts/mount.js";
import { formatNumber, formatProbability } from "../parts/numbers.js";
import { createSlider, PRESETS } from "../parts/temperature_slider.js";
import { createWords } from "../parts/words.js";

const PICKED = ["show_class", "order", "confused_with"];
const GUESSED = ["predict", "guess", "revealed"];
const TRAITS = ["temperature", "index", "log_scale", ...PICKED, ...GUESSED];

function render(view) {
  return mount(view, "div.kdlab.kd-explorer", TRAITS, ({ model, data, root, set, signal }) => {
    const examples = readExamples(data);
    const pick = (trait, index, when) => {
      if (index === model.get("index")) return;
      // These were about the example before.
      model.set("guess", null);
      model.set("revealed", false);
      set(trait, index, when);
    };
    const slider = createSlider(examples.range, set);
    const pictures = presetPictures(slider.presets, examples);
    const facts = factSheet(examples);
    const chart = barChart(examples, set);
    const picker = createPicker(examples, pick, set);
    const words = inTheWordsOf(examples);
    const stage = element("div.kd-stage", facts.node, chart.node);
    root.append(slider.node, stage, picker.node, words.node, createKeptLine(model, signal));
    const parts = [glide(root), slider, pictures, facts, chart, picker];
    return { parts, words, look: (chosen) => look(examples, chosen) };
  });
}

/** Everything that is shown, from what the learner chose. */
function look({ logits, logitsOf, labels }, chosen) {
  const { temperature: t, index, log_scale: log, predict, revealed } = chosen;
  const z = logits.map((_, i) => logitsOf(index, i));
  const [[p, q], [p1, q1]] = [t, 1].map((at) => z.map((scores) => softmax(scores, at)));
  return { ...chosen, t, log, z, p, q, p1, q1, label: labels?.[index], secret: predict && !revealed };
}

/** Bars glide to a new example, and follow the slider at once. */
function glide(root) {
  let shown;
  return {
    draw({ index }) {
      root.classList.toggle("kd-glides", index !== shown);
      shown = index;
    },
  };
}

/** On the button of each preset, the bars as they are at that temperature. */
function presetPictures(buttons, { classNames, logitsOf }) {
  const bars = buttons.map((button) => {
    const node = element("i.kd-small");
    button.append(node);
    return node;
  });
  return {
    draw: whenNew(["index", "log", "secret"], ({ index, log, secret, p1 }) => {
      const shown = classNames.length > MANY ? likeliest(p1).slice(0, MANY) : [...p1.keys()];
      bars.forEach((node, i) => {
        const p = softmax(logitsOf(index), PRESETS[i]);
        node.style.clipPath = skyline(shown.map((k) => (secret ? 0 : reach(p[k], log))));
      });
    }),
  };
}

/** Upright bars, all in one outline. */
function skyline(heights) {
  const width = 100 / heights.length;
  const corners = heights.flatMap((height, i) => {
    const [left, right, top] = [i * width, (i + 0.75) * width, 100 - Math.max(3, 100 * height)];
    return [`${left}% 100%`, `${left}% ${top}%`, `${right}% ${top}%`, `${right}% 100%`];
  });
  return `polygon(${corners})`;
}

/** The example, what the models make of it, and how sure the teacher is. */
function factSheet(examples) {
  const { classNames, images } = examples;
  const picture = images && createPicture(examples);
  const title = element("p.kd-title");
  const verdicts = examples.logits.map(() => element("p"));
  const [nats, effective, kl] = [0, 1, 2].map(() => element("strong.kd-still"));
  const whose = verdicts.length > 1 ? "Teacher’s entropy " : "Entropy ";
  const fill = element("i");
  const gauge = element("div.kd-gauge", fill);
  gauge.style.setProperty("--classes", classNames.length <= MANY ? classNames.length : 1);
  const node = element("div.kd-facts", title, ...verdicts, element("p", whose, nats), gauge);
  node.append(element("p", "Unsure among ", effective));
  if (verdicts.length > 1) node.append(element("p", "KL(teacher ‖ student)", element("br"), kl));
  if (picture) node.prepend(picture.node);
  const drawExample = whenNew(["index", "secret"], ({ index, label, p1, q1, secret }) => {
    picture?.draw(index);
    title.textContent = exampleName(examples, index);
    [p1, q1].slice(0, verdicts.length).forEach((scores, i) => {
      const says = argmax(scores);
      const name = element("strong", secret ? "?" : classNames[says]);
      verdicts[i].replaceChildren(`The ${i ? "student" : "teacher"} says `, name);
      if (label !== undefined && !secret) verdicts[i].append(verdictMark(says, label));
    });
  });
  return {
    node,
    draw(state) {
      const { p, q, secret } = state;
      const h = entropy(p);
      nats.textContent = secret ? "?" : `${h.toFixed(2)} nats`;
      effective.textContent = secret ? "?" : `${Math.exp(h).toFixed(1)} classes`;
      if (q) kl.textContent = secret ? "?" : `${formatProbability(klDivergence(p, q))} nats`;
      fillUpTo(fill, secret ? 0 : Math.exp(h) / classNames.length);
      drawExample(state);
    },
  };
}

/** The bars with their title, their switch and what the outlines mean; or the learner's guess. */
function barChart(examples, set) {
  const { classNames, labels } = examples;
  const who = examples.logits.length > 1 ? ["teacher", "student"] : undefined;
  const heading = element("p.kd-title");
  const title = stillIn(heading);
  const toggle = element("input", { type: "checkbox" });
  toggle.onchange = () => set("log_scale", toggle.checked);
  const formulas = (who ?? [""]).map((name, model) => formula(model, name, classNames));
  let [pointed, state] = [];
  const explain = () => formulas.forEach((part) => part.draw(pointed, state));
  const bars = createBars(classNames, {
    sides: who,
    point(k) {
      pointed = k;
      explain();
    },
  });
  const outline = element("span");
  const legend = element("p.kd-legend", element("i.kd-ghost"), outline);
  if (labels) legend.append(element("span.kd-mark", "true label"));
  const terms = element("div.kd-terms", { "aria-live": "polite" });
  terms.append(...formulas.map((part) => part.node));
  const guess = guessBars(classNames, set);
  const head = element("div.kd-head", heading, element("label.kd-switch", toggle, "log scale"));
  const node = element("div", head, bars.node, guess.node, legend, terms);
  return {
    node,
    draw(now) {
      state = now;
      const { t, secret, predict } = state;
      const at = `at T = ${formatNumber(t)}`;
      const says = who ? "What the two models say" : "What the teacher says";
      title.textContent = secret ? `What will the teacher say ${at}?` : `${says} ${at}`;
      toggle.checked = state.log;
      node.classList.toggle("kd-secret", secret);
      bars.node.hidden = secret;
      guess.draw(state);
      if (secret) return;
      const compared = predict && state.guess !== null;
      bars.draw(compared ? { ...state, p1: state.guess, q1: undefined } : state);
      const meaning = compared ? "your guess" : "the same at T = 1";
      if (outline.textContent !== meaning) outline.textContent = meaning; // or the page is laid out
      explain();
    },
  };
}

/** The term of the softmax behind a bar, with its numbers. */
function formula(model, who, classNames) {
  const node = element("p.kd-still");
  const short = (name) => (name.length > 16 ? `${name.slice(0, 15)}…` : name);
  const hint = model ? "" : "Point at a bar to see where it comes from.";
  return {
    node,
    draw(k, { z, p, q, t }) {
      if (k === undefined) return void (node.textContent = hint);
      const scores = z[model];
      const top = Math.max(...scores);
      // Only differences count: where a power is out of reach, the largest logit is taken away.
      const origin = Math.abs(top / t) > 300 ? top : 0;
      const power = (score) => Math.exp((score - origin) / t);
      const sum = scores.reduce((total, score) => total + power(score), 0);
      const term = origin ? "e^((z − max z)/T)" : "e^(z/T)";
      const below = formatNumber(sum);
      const exponent = `${(scores[k] - origin).toFixed(2)}/${formatNumber(t)}`.replace("-", "−");
      node.textContent = [
        `${who} p(${short(classNames[k])})`,
        `${term} / Σ ${term}`,
        `e^(${exponent}) / ${below}`,
        `${formatNumber(power(scores[k]))} / ${below}`,
        formatProbability((model ? q : p)[k]),
      ].join(" = ");
    },
  };
}

/** Bars that the learner drags before the truth is shown, and how good the guess was. */
function guessBars(classNames, set) {
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
function worth(guess, p) {
  if (!guess) return "There was no guess.";
  const overlap = guess.reduce((sum, share, k) => sum + Math.min(share, p[k]), 0);
  const percent = `${(100 * overlap).toFixed(0)}\u00a0%`;
  return `Your guess overlaps the truth by ${percent}: so much of it lies where the teacher’s does.`;
}

/** The same in words. */
function inTheWordsOf(examples) {
  const { classNames } = examples;
  const heads = examples.logits.flatMap((_, i) => {
    const who = examples.logits.length < 2 ? "" : i ? "student " : "teacher ";
    return [`${who}at this temperature`, `${who}at T = 1`];
  });
  const words = createWords(classNames, heads);

  function draw({ t, index, p, p1, q, q1, secret }) {
    const what = `${exampleName(examples, index)}, at T = ${formatNumber(t)}`;
    const say = secret ? () => "not revealed" : formatProbability;
    const columns = [p, p1, q, q1].slice(0, heads.length);
    words.draw(`Probabilities of ${what}`, columns.map((column) => Array.from(column, say)));
    return what;
  }

  function speak(state) {
    const what = draw(state);
    const { p, q, guess, predict, secret } = state;
    if (secret) return words.speak(`${what}: your guess, then Reveal.`);
    const percent = (k) => `${classNames[k]} ${(100 * p[k]).toFixed(1)} percent`;
    const top = likeliest(p).slice(0, 3).map(percent).join(", ");
    const effective = Math.exp(entropy(p)).toFixed(1);
    const more = [`${what}: ${top}. Unsure among ${effective} classes.`];
    if (q) more.push(`KL from teacher to student ${formatProbability(klDivergence(p, q))} nats.`);
    if (predict) more.push(worth(guess, p));
    words.speak(more.join(" "));
  }

  return { node: words.node, draw, speak };
}

export default { render };
