/**
 * TemperatureExplorer in the page.
 *
 * Every change takes one path, whether it comes from the slider, from another view or from Python:
 * the trait is set on the model, the model says so, and all parts draw the new state, within the
 * same event and without the kernel. Python hears of it a moment later.
 */
import { createBars, fillUpTo, likeliest, MANY } from "./bars.js";
import { createSetter, debounce, element, follow, keepKeys } from "./dom.js";
import { createPicture, exampleName, examplePicker, readExamples } from "./examples.js";
import { argmax, entropy, softmax } from "./maths.js";
import { formatNumber, formatProbability } from "./numbers.js";
import { temperatureSlider } from "./temperature_slider.js";
import { inWords } from "./words.js";

const TRAITS = ["temperature", "index", "log_scale"];
const REST = 400; // milliseconds without a change before it is read out

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
  const words = inTheWordsOf(examples);
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

/** The bars with their title, their switch and what the outlines mean. */
function barChart({ classNames, labels }, set) {
  const title = element("p.kd-title.kd-still");
  const toggle = element("input", { type: "checkbox" });
  toggle.onchange = () => set("log_scale", toggle.checked);
  const head = element("div.kd-head", title, element("label.kd-switch", toggle, "log scale"));
  const bars = createBars(classNames);
  const legend = element("p.kd-legend", element("i.kd-ghost"), "the same at T = 1");
  if (labels) legend.append(element("span.kd-mark", "true label"));
  return {
    node: element("div", head, bars.node, legend),
    draw(state) {
      title.textContent = `What the teacher says at T = ${formatNumber(state.t)}`;
      toggle.checked = state.log;
      bars.draw(state);
    },
  };
}

/** The same as a table and a sentence. */
function inTheWordsOf(examples) {
  const { classNames } = examples;
  const words = inWords(classNames, ["at this temperature", "at T = 1"]);

  function draw({ t, index, p, p1 }) {
    const what = `${exampleName(examples, index)}, at T = ${formatNumber(t)}`;
    words.draw(`Probabilities of ${what}`, [p, p1].map((column) => [...column].map(formatProbability)));
    return what;
  }

  function speak(state) {
    const what = draw(state);
    const { p } = state;
    const percent = (k) => `${classNames[k]} ${(100 * p[k]).toFixed(1)} percent`;
    const top = likeliest(p).slice(0, 3).map(percent).join(", ");
    const effective = Math.exp(entropy(p)).toFixed(1);
    words.speak(`${what}: ${top}. Unsure among ${effective} classes.`);
  }

  return { node: words.node, draw, speak };
}

export default { render };
