/**
 * LossExplorer in the page: the distillation loss of one example, taken apart.
 *
 * As in every explorer a change takes one path: the trait is set on the model, the model says so,
 * and all parts draw the new state, within the same event and without the kernel.
 */
import { likeliest } from "./bars.js";
import { decayPlot } from "./decay_plot.js";
import { createSetter, debounce, element, follow, keepKeys, stillIn } from "./dom.js";
import { createPicture, exampleName, examplePicker, readExamples } from "./examples.js";
import { createGradientBars } from "./gradient_bars.js";
import { argmax, distillationLoss, hardLossGradient, softLossGradient, softmax } from "./maths.js";
import { formatExactly, formatNumber, formatProbability, formatSigned } from "./numbers.js";
import { labelled, slides, temperatureSlider, toStep, toTemperature } from "./temperature_slider.js";
import { inWords } from "./words.js";

const TRAITS = ["temperature", "alpha", "scale_by_t2", "index"];
const DEFINITIONS = "soft: KL(teacher ‖ student) at T; hard: cross-entropy with the label at T = 1";
const REST = 400; // milliseconds without a change before it is read out

function render({ model, el }) {
  const closed = new AbortController();
  const { signal } = closed;
  const examples = readExamples(model.get("_data"));
  const set = createSetter(model, signal);

  const root = element("div.kdlab.kd-loss");
  const slider = temperatureSlider(examples.range, set);
  const weights = weightControls(set);
  const sum = writtenOut();
  const about = aboutExample(examples);
  const plot = decayPlot(examples.range);
  const chart = gradientChart(examples.classNames);
  const picker = examplePicker(examples, set);
  const words = inTheWordsOf(examples);
  root.append(
    element("div.kd-controls", slider.node, weights.node),
    sum.node,
    element("div.kd-halves", element("div", about.node, plot.node), chart.node),
    picker.node,
    words.node,
  );
  keepKeys(root, signal);
  el.append(root);

  const parts = [slider, weights, sum, about, plot, chart, picker];
  const look = observer(examples, model);
  const draw = () => {
    const state = look();
    for (const part of parts) part.draw(state);
  };
  draw();
  words.draw(look());
  const speak = debounce(() => words.speak(look()), REST, signal);
  follow(model, TRAITS, draw, signal);
  follow(model, TRAITS, speak, signal);
  return () => closed.abort();
}

/** A function that gives all that is shown, from what the learner chose. */
function observer({ logitsOf, labels, range }, model) {
  let fixed; // what depends on the example alone
  return () => {
    const [t, alpha, scaleByT2, index] = TRAITS.map((trait) => model.get(trait));
    const [teacher, student, label] = [logitsOf(index), logitsOf(index, 1), labels[index]];
    if (fixed?.index !== index) fixed = { index, ...fixedBy(teacher, student, label, range) };
    const choice = { temperature: t, alpha, scaleByT2 };
    const loss = distillationLoss(student, teacher, label, choice);
    return {
      ...fixed,
      ...loss,
      ...{ t, alpha, scaleByT2, label },
      sums: loss.softPart.map((x, k) => x + loss.hardPart[k]),
      p: softmax(teacher, t),
      q: softmax(student, t),
      sizes: [true, false].map((scale) => size(softLossGradient(student, teacher, t, scale))),
    };
  };
}

/** What stays as it is while the temperature, alpha and T² change. */
function fixedBy(teacher, student, label, range) {
  const [first, last] = range.map(toStep);
  const stops = Array.from({ length: last - first + 1 }, (_, i) => toTemperature(first + i));
  const [scaled, plain] = [true, false].map((scale) =>
    stops.map((t) => softLossGradient(student, teacher, t, scale)),
  );
  const largest = (gradient) => Math.max(...gradient.map(Math.abs));
  const [p, q] = [softmax(teacher), softmax(student)];
  return {
    says: [argmax(teacher), argmax(student)],
    ranking: likeliest(p.map((x, k) => Math.max(x, q[k]))),
    curves: [scaled, plain].map((gradients) => gradients.map(size)),
    // Room for either part at any T; only without T² and below T = 1 a bar may be longer.
    limit: roundUp(Math.max(...[hardLossGradient(student, label), ...scaled].map(largest))),
  };
}

function size(gradient) {
  return Math.hypot(...gradient);
}

/** The next of 1, 1.5, 2, 3, 5, 10, or of these times a power of ten. */
function roundUp(x) {
  const power = 10 ** Math.floor(Math.log10(x || 1));
  return [1, 1.5, 2, 3, 5, 10].find((digit) => digit * power >= x) * power;
}

/** Alpha, and the switch for T². */
function weightControls(set) {
  const input = element("input", { type: "range", min: 0, max: 1, step: 0.01 });
  slides(input, set, () => set("alpha", input.valueAsNumber, "soon"));
  const output = element("output.kd-t", { "aria-hidden": "true" });
  const readout = stillIn(output);
  const toggle = element("input", { type: "checkbox" });
  toggle.onchange = () => set("scale_by_t2", toggle.checked);
  const label = labelled("Alpha, the soft part’s weight", input);
  const factor = element("label.kd-switch", toggle, "multiply the soft part by T²");
  return {
    node: element("div", element("div.kd-slider", label, output), factor),
    draw({ alpha, scaleByT2 }) {
      input.value = alpha;
      readout.textContent = `α = ${formatNumber(alpha)}`;
      input.setAttribute("aria-valuetext", formatNumber(alpha));
      toggle.checked = scaleByT2;
    },
  };
}

/** The loss with its current numbers, what each stands for below it. */
function writtenOut() {
  const terms = ["α", "T²", "soft", "1 − α", "hard", "loss"].map((name) => {
    const box = element("strong");
    return { box, number: stillIn(box), name: element("small", name) };
  });
  const [alpha, t2, soft, rest, hard, total] = terms.map(({ box, name }) =>
    element("span.kd-term", box, name),
  );
  return {
    node: element(
      "div.kd-sum",
      { "aria-hidden": "true" },
      element("span", "L = ", alpha, " × ", t2, " × ", soft),
      element("span", " + ", rest, " × ", hard, " = ", total),
      element("p.kd-note", DEFINITIONS),
    ),
    draw(state) {
      const { factor, scaleByT2 } = state;
      const values = [state.alpha, factor, state.soft, 1 - state.alpha, state.hard, state.total];
      values.forEach((x, i) => (terms[i].number.textContent = formatExactly(x)));
      terms[1].name.textContent = scaleByT2 ? "T²" : "no T²";
    },
  };
}

/** The example, and what the two models make of it. */
function aboutExample(examples) {
  const { classNames, images } = examples;
  const picture = images && createPicture(examples);
  const [title, ...verdicts] = [element("p.kd-title"), element("p"), element("p")];
  const node = element("div.kd-about", element("div", title, ...verdicts));
  if (picture) node.prepend(picture.node);
  let drawn;
  return {
    node,
    draw({ index, says, label }) {
      if (index === drawn) return; // nothing here depends on the temperature
      drawn = index;
      picture?.draw(index);
      title.textContent = exampleName(examples, index);
      says.forEach((k, i) => {
        const who = ["Teacher: ", "Student: "][i];
        const mark = k === label ? " ✓" : " ✗ wrong";
        verdicts[i].replaceChildren(who, element("strong", classNames[k]), mark);
      });
    },
  };
}

/** The gradients with their title, and what the bars mean. */
function gradientChart(classNames) {
  const bars = createGradientBars(classNames);
  const key = (part, text) => element("span", element(`i.kd-patch.kd-of-${part}`), text);
  const keys = [key("soft", "soft part"), key("hard", "hard part"), key("both", "their sum")];
  const note = "A training step goes against the gradient: a bar to the left raises its logit.";
  return {
    node: element(
      "div",
      element("p.kd-title", "Gradient on each of the student’s logits"),
      element("p.kd-keys", ...keys, element("span.kd-mark", "true label")),
      bars.node,
      element("p.kd-note", note),
    ),
    draw: bars.draw,
  };
}

/** The same as a table and a sentence. */
function inTheWordsOf(examples) {
  const heads = ["teacher", "student", "gradient of the soft part", "of the hard part", "sum"];
  const words = inWords(examples.classNames, heads);

  function draw({ t, alpha, scaleByT2, index, total, p, q, softPart, hardPart, sums }) {
    const settings = `T = ${formatNumber(t)}, alpha ${formatNumber(alpha)}`;
    const t2 = scaleByT2 ? "with" : "without";
    const what = `${exampleName(examples, index)}, at ${settings}, ${t2} T²`;
    const read = (columns, format) => columns.map((column) => [...column].map(format));
    const title = `${what}: loss ${formatExactly(total)}`;
    const gradients = read([softPart, hardPart, sums], formatSigned);
    words.draw(title, [...read([p, q], formatProbability), ...gradients]);
    return title;
  }

  function speak(state) {
    const title = draw(state);
    const [soft, hard] = [state.soft, state.hard].map(formatExactly);
    const [scaled, plain] = state.sizes.map(formatProbability);
    const sizes = `Size of the soft loss’s gradient: ${scaled} with T², ${plain} without`;
    words.speak(`${title}. Soft loss ${soft}, hard loss ${hard}. ${sizes}.`);
  }

  return { node: words.node, draw, speak };
}

export default { render };
