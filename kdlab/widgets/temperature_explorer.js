/**
 * TemperatureExplorer in the page.
 *
 * Every change takes one path, whether it comes from the slider, from another view or from Python:
 * the trait is set on the model, the model says so, and all parts draw the new state, within the
 * same event and without the kernel. Python hears of it a moment later.
 */
import { assign, createSetter, debounce, element, follow, keepKeys } from "./dom.js";
import { createPicture, exampleName, examplePicker, readExamples } from "./examples.js";
import { argmax, entropy, softmax } from "./maths.js";
import { formatNumber, formatPower, formatProbability } from "./numbers.js";
import { temperatureSlider } from "./temperature_slider.js";

const TRAITS = ["temperature", "index", "log_scale"];
const LOG_DECADES = 9; // the logarithmic axis runs from 1e-9 to 1
const REST = 400; // milliseconds without a change before it is read out
const MANY = 18; // classes; beyond, the bars scroll and the likeliest come first

function render({ model, el }) {
  const closed = new AbortController();
  const { signal } = closed;
  const examples = readExamples(model.get("_data"));
  const set = createSetter(model, signal);

  const root = element("div.kdlab.kd-explorer");
  const slider = temperatureSlider(examples.range, set, root);
  const facts = factSheet(examples);
  const chart = barChart(examples, set);
  const picker = examplePicker(examples, set);
  const words = inWords(examples);
  const stage = element("div.kd-stage", facts.node, chart.node);
  root.append(slider.node, stage, picker.node, words.node);
  keepKeys(root, signal);
  el.append(root);

  const parts = [slider, facts, chart, picker];
  const draw = () => {
    const state = look(examples, model);
    for (const part of parts) part.draw(state);
  };
  draw();
  words.draw(look(examples, model));
  const speak = debounce(() => words.speak(look(examples, model)), REST, signal);
  follow(model, TRAITS, draw, signal);
  follow(model, TRAITS, speak, signal);
  return () => closed.abort();
}

/** Everything that is shown, from what the learner chose. */
function look({ logitsOf, labels }, model) {
  const [t, index, log] = TRAITS.map((trait) => model.get(trait));
  const p = softmax(logitsOf(index), t);
  return { t, index, log, p, p1: softmax(logitsOf(index)), label: labels?.[index] };
}

/** The example, what the teacher makes of it, and how sure it is. */
function factSheet(examples) {
  const { classNames, images } = examples;
  const picture = images && createPicture(examples);
  const [title, verdict] = [element("p.kd-title"), element("p")];
  const [nats, effective] = [element("strong.kd-still"), element("strong.kd-still")];
  const fill = element("i");
  const gauge = element("div.kd-gauge", fill);
  gauge.style.setProperty("--classes", classNames.length <= MANY ? classNames.length : 1);
  const node = element("div.kd-facts", title, verdict, element("p", "Entropy ", nats), gauge);
  node.append(element("p", "Unsure among ", effective));
  if (picture) node.prepend(picture.node);
  let drawn;
  return {
    node,
    draw({ index, label, p }) {
      const h = entropy(p);
      nats.textContent = `${h.toFixed(2)} nats`;
      effective.textContent = `${Math.exp(h).toFixed(1)} classes`;
      fillUpTo(fill, Math.exp(h) / classNames.length);
      if (index === drawn) return; // the rest does not depend on the temperature
      drawn = index;
      const says = argmax(p);
      picture?.draw(index);
      title.textContent = exampleName(examples, index);
      verdict.replaceChildren("The teacher says ", element("strong", classNames[says]));
      if (label !== undefined) verdict.append(says === label ? " ✓" : " ✗ wrong");
    },
  };
}

/** A bar per class on an axis that never moves, over the outline of the same at T = 1. */
function barChart({ classNames, labels }, set) {
  const title = element("p.kd-title.kd-still");
  const toggle = element("input", { type: "checkbox" });
  toggle.onchange = () => set("log_scale", toggle.checked);
  const head = element("div.kd-head", title, element("label.kd-switch", toggle, "log scale"));
  const rows = classNames.map(barRow);
  const ticks = element("div");
  // Hidden from screen readers, for whom the table says the same.
  const bars = element("div.kd-bars", { "aria-hidden": "true" }, ...rows.map((row) => row.node));
  bars.append(element("div.kd-axis", ticks));
  const many = classNames.length > MANY;
  const frame = element("div.kd-frame", bars);
  if (many) assign(frame, { tabIndex: 0, role: "group", "aria-label": "Bars" });
  const legend = element("p.kd-legend", element("i.kd-ghost"), "the same at T = 1");
  if (labels) legend.append(element("span.kd-mark", "true label"));
  return {
    node: element("div", head, frame, legend),
    draw({ t, log, p, p1, label }) {
      title.textContent = `What the teacher says at T = ${formatNumber(t)}`;
      rows.forEach((row, k) => row.draw(p[k], p1[k], log, k === label));
      // A temperature never changes the order of the classes, so nothing jumps as it moves.
      if (many) likeliest(p1).forEach((k, place) => (rows[k].node.style.order = place));
      if (toggle.checked !== log || !ticks.firstChild) drawTicks(ticks, log);
      toggle.checked = log;
      bars.classList.toggle("kd-log", log);
    },
  };
}

/** The classes, the most probable first. */
function likeliest(p) {
  return [...p.keys()].sort((a, b) => p[b] - p[a]);
}

function barRow(name) {
  const [bar, ghost, value] = [element("i.kd-bar"), element("i.kd-ghost"), element("span.kd-value.kd-still")];
  const label = element("span.kd-name", { title: name }, name);
  const node = element("div.kd-row", label, element("span.kd-track", bar, ghost), value);
  return {
    node,
    draw(p, p1, log, isLabel) {
      fillUpTo(bar, reach(p, log));
      ghost.style.width = `${100 * reach(p1, log)}%`;
      ghost.hidden = reach(p1, log) < 0.012; // an outline of nothing is only clutter
      value.textContent = formatProbability(p);
      node.classList.toggle("kd-true", isLabel);
    },
  };
}

/** Show the left part of a bar. Clipped and not resized: the page need not be laid out again. */
function fillUpTo(bar, share) {
  bar.style.clipPath = `inset(0 ${100 * (1 - share)}% 0 0 round 0 3px 3px 0)`;
}

/** How far a probability reaches along the axis, from 0 to 1. */
function reach(p, log) {
  return log ? Math.max(0, 1 + Math.log10(p) / LOG_DECADES) : p;
}

function drawTicks(axis, log) {
  const ticks = log ? [1e-9, 1e-6, 1e-3, 1] : [0, 0.25, 0.5, 0.75, 1];
  const labels = ticks.map((p) => element("span", log && p < 1 ? formatPower(p) : String(p)));
  labels.forEach((label, i) => (label.style.left = `${100 * reach(ticks[i], log)}%`));
  axis.replaceChildren(...labels);
}

/** For those who do not see the bars: a table, and a sentence read out once the slider rests. */
function inWords(examples) {
  const { classNames } = examples;
  const sentence = element("p", { role: "status" });
  const caption = element("caption");
  const rowOf = (scope, ...cells) =>
    element("tr", element("th", { scope }, classNames[cells[0]] ?? "class"), ...cells.slice(1));
  const heads = ["at this temperature", "at T = 1"].map((text) => element("th", text));
  const cells = classNames.map((_, k) => [k, element("td"), element("td")]);
  const rows = cells.map((row) => rowOf("row", ...row));
  const table = element("table", caption, rowOf("col", -1, ...heads), ...rows);

  function draw({ t, index, p, p1 }) {
    const what = `${exampleName(examples, index)}, at T = ${formatNumber(t)}`;
    caption.textContent = `Probabilities of ${what}`;
    for (const [k, now, atOne] of cells) {
      now.textContent = formatProbability(p[k]);
      atOne.textContent = formatProbability(p1[k]);
    }
    return what;
  }

  function speak(state) {
    const what = draw(state);
    const { p } = state;
    const percent = (k) => `${classNames[k]} ${(100 * p[k]).toFixed(1)} percent`;
    const top = likeliest(p).slice(0, 3).map(percent).join(", ");
    const effective = Math.exp(entropy(p)).toFixed(1);
    sentence.textContent = `${what}: ${top}. Unsure among ${effective} classes.`;
  }

  return { node: element("div.kd-hidden", sentence, table), draw, speak };
}

export default { render };
