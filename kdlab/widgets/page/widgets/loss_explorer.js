/** LossExplorer in the page: the distillation loss of one example, taken apart. */
import { createDecayPlot } from "../parts/decay_plot.js";
import { element, folded, stillIn } from "../parts/dom.js";
import {
  createPicker,
  createPicture,
  exampleName,
  onceAnExample,
  readExamples,
  verdictMark,
} from "../parts/examples.js";
import { createGradientBars } from "../parts/gradient_bars.js";
import {
  argmax,
  distillationLoss,
  hardTerm,
  softLossGradient,
  softmax,
} from "../parts/maths.js";
import { mount, whenNew } from "../parts/mount.js";
import { formatExactly, formatNumber, formatProbability, formatSigned } from "../parts/numbers.js";
import { createShortlist, likeliest, rowsFor } from "../parts/shortlist.js";
import { createSlider, labelled, slides, toStep, toTemperature } from "../parts/temperature_slider.js";
import { createWords } from "../parts/words.js";

const TRAITS = ["temperature", "alpha", "scale_by_t2", "index"];
const DEFINITIONS = "soft: KL(teacher ‖ student) at T; hard: cross-entropy with the label at T = 1";

function render(view) {
  return mount(view, "div.kdlab.kd-loss", TRAITS, ({ data, root, set }) => {
    const examples = readExamples(data);
    const slider = createSlider(examples.range, set);
    const weights = weightControls(set);
    const sum = writtenOut();
    const about = aboutExample(examples);
    const plot = createDecayPlot(examples.range);
    const chart = gradientChart(examples.classNames);
    const picker = createPicker(examples, set);
    const words = inTheWordsOf(examples);
    root.append(
      element("div.kd-controls.kd-stays", slider.node, weights.node),
      sum.node,
      element("div.kd-halves", element("div", about.node, plot.node), chart.node),
      folded("Choose another example", picker.node),
      words.node,
    );
    const parts = [slider, weights, sum, about, plot, chart, picker];
    const fixed = onceAnExample((index) => fixedBy(examples, index));
    return { parts, words, look: (chosen) => look(fixed(chosen.index), chosen) };
  });
}

/** Everything that is shown, from what the learner chose. */
function look(fixed, { temperature: t, alpha, scale_by_t2: scaleByT2 }) {
  const { teacher, student, label, term, list } = fixed;
  const choice = { temperature: t, alpha, scaleByT2 };
  const loss = distillationLoss(student, teacher, label, choice, term);
  const scaled = size(loss.gradient) * (scaleByT2 ? 1 : t ** 2);
  const values = [loss.p, loss.q, loss.softPart, loss.hardPart];
  const [p, q, softPart, hardPart] = values.map((of) => list.of(of)); // from here on, by row
  return {
    ...fixed,
    ...loss,
    ...{ t, alpha, scaleByT2, p, q, softPart, hardPart },
    sums: softPart.map((x, row) => x + hardPart[row]),
    sizes: [scaled, scaled / t ** 2],
  };
}

/** What stays as it is while the temperature, alpha and T² change. */
function fixedBy({ logitsOf, labels, range, classNames }, index) {
  const [teacher, student, label] = [logitsOf(index), logitsOf(index, 1), labels[index]];
  const [first, last] = range.map(toStep);
  const every = rowsFor(classNames.length) < classNames.length ? 5 : 1; // or it would take its time
  const stops = Array.from({ length: (last - first) / every + 1 }, (_, i) => first + i * every);
  const ts = stops.map(toTemperature);
  const gradients = ts.map((t) => softLossGradient(student, teacher, t));
  const [p, q] = [softmax(teacher), softmax(student)];
  const either = p.map((x, k) => Math.max(x, q[k]));
  const list = createShortlist(classNames, [either], label);
  const term = hardTerm(student, label);
  return {
    ...{ teacher, student, label, term, stops },
    says: [argmax(teacher), argmax(student)],
    ...{ list, ranking: likeliest(list.of(either)) },
    curves: [gradients.map(size), gradients.map((gradient, i) => size(gradient) / ts[i] ** 2)],
    // Room for either part at any T; only without T² and below T = 1 a bar may be longer.
    limit: roundUp(
      Math.max(...[term.hardGradient, ...gradients].map((x) => reachOf(list.of(x)))),
    ),
  };
}

/** A gradient's length; no entry is too small for it. */
function size(gradient) {
  const reach = reachOf(gradient);
  let sum = 0;
  for (let k = 0; k < gradient.length; k++) sum += (gradient[k] / reach) ** 2;
  return reach && reach * Math.sqrt(sum);
}

function reachOf(gradient) {
  return gradient.reduce((reach, x) => Math.max(reach, Math.abs(x)), 0);
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
  return {
    node,
    draw: whenNew(["index"], ({ index, says, label }) => {
      picture?.draw(index);
      title.textContent = exampleName(examples, index);
      says.forEach((k, i) => {
        const who = ["Teacher: ", "Student: "][i];
        const name = element("strong", classNames[k]);
        verdicts[i].replaceChildren(who, name, verdictMark(k, label));
      });
    }),
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
  const words = createWords(examples.classNames, heads);

  function draw({ t, alpha, scaleByT2, index, total, p, q, softPart, hardPart, sums, list }) {
    const settings = `T = ${formatNumber(t)}, alpha ${formatNumber(alpha)}`;
    const t2 = scaleByT2 ? "with" : "without";
    const what = `${exampleName(examples, index)}, at ${settings}, ${t2} T²`;
    const read = (columns, format) => columns.map((column) => Array.from(column, format));
    const title = `${what}: loss ${formatExactly(total)}`;
    const gradients = read([softPart, hardPart, sums], formatSigned);
    words.draw(title, [...read([p, q], formatProbability), ...gradients], list.names);
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
