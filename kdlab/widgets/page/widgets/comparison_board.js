/**
 * ComparisonBoard in the page. The numbers of its tables come from Python; which test images are in
 * the gallery, and the bars, are worked out here, without the kernel.
 */
import { createBars } from "../parts/bars.js";
import { createClassTable } from "../parts/class_table.js";
import { element, folded } from "../parts/dom.js";
import {
  createChoice,
  createPicker,
  createPicture,
  exampleName,
  onceAnExample,
  readExamples,
  verdictMark,
} from "../parts/examples.js";
import { createMarker, createModelHead } from "../parts/markers.js";
import { argmax, softmax } from "../parts/maths.js";
import { mount, whenNew } from "../parts/mount.js";
import {
  formatBytes,
  formatCount,
  formatNumber,
  formatPercent,
  formatProbability,
} from "../parts/numbers.js";
import { createShortlist } from "../parts/shortlist.js";
import { createTable, orderOf, createSortingHead } from "../parts/tables.js";
import { createSlider } from "../parts/temperature_slider.js";
import { createWords } from "../parts/words.js";

const TRAITS = ["temperature", "index", "show", "sort_by", "descending"];
const SPOKEN = ["temperature", "index"]; // of these, a change is read out

// Of what may be known of a model: the head of its column, and how it is written.
const MEASURES = {
  agreement: ["Agreement", formatPercent],
  parameters: ["Parameters", formatCount],
  bytes: ["Size", formatBytes],
  milliseconds: ["Latency", (time) => `${formatNumber(time)} ms`],
};

// What the gallery may show, and what to say where that is nothing.
const SHOWS = {
  disagreement: ["models disagree", "The models agree on every test image."],
  "all wrong": ["all are wrong", "On every test image at least one model is right."],
  everything: ["all", ""],
  pair: ["one right, one wrong", "There is no such test image."],
};

function render(view) {
  return mount(view, "div.kdlab.kd-comparison", TRAITS, ({ data, root, set }) => {
    const examples = readExamples(data);
    const { models, n, logitsOf } = examples;
    const saysOf = (_, m) => Array.from({ length: n }, (_, i) => argmax(logitsOf(i, m)));
    examples.says = models.map(saysOf);
    const gallery = galleryFilter(examples, set);
    const picker = createPicker(examples, set);
    const slider = createSlider(examples.range, set);
    const words = inTheWordsOf(examples);
    const tables = [modelTable(examples, set), createClassTable(examples)];
    const parts = [...tables, gallery, picker, slider, answerCards(examples)];
    slider.node.classList.add("kd-stays");
    root.append(...parts.map((part) => part.node), words.node);
    const shown = onceAnExample((index) => shownOf(examples, index));
    const look = ({ temperature: t, index, show, sort_by: sortBy, descending }) => {
      const rows = orderOf(models, sortBy, descending);
      return { ...shown(index), t, show, among: gallery.list(show), sortBy, descending, rows };
    };
    return { parts, words, look, spoken: SPOKEN };
  });
}

/** What a test image brings with it: the models' scores, and the classes that matter for it. */
function shownOf({ models, classNames, labels, logitsOf }, index) {
  const scores = models.map((_, m) => logitsOf(index, m));
  const firsts = scores.map((logits) => softmax(logits));
  return { scores, firsts, list: createShortlist(classNames, scores, labels[index]) };
}

/** A row per model, with a column for all that is known of any. */
function modelTable({ models, n, axisFrom, notes }, set) {
  const known = Object.keys(MEASURES).filter((key) => models.some((model) => model[key] != null));
  const name = createSortingHead("name", "Model", false, set);
  const accuracy = createSortingHead("accuracy", "Accuracy", true, set);
  const others = known.map((key) => createSortingHead(key, MEASURES[key][0], true, set));
  const marks = [axisFrom, (1 + axisFrom) / 2, 1];
  const ticks = marks.map((mark) => element("span", `${formatNumber(100 * mark)} %`));
  const scale = element("th.kd-scale", { scope: "col" }, "95 % interval", element("div", ...ticks));
  const rows = models.map((model, m) => {
    const { runs, low, high } = model;
    const over = runs > 1 ? `${runs} runs` : `${formatCount(n)} images`;
    const interval = `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}, ${over}`;
    const scaled = element("td.kd-scale", whisker(model, m, axisFrom), interval);
    const measures = known.map((key) => (model[key] == null ? "–" : MEASURES[key][1](model[key])));
    const [number, ...rest] = [formatPercent(model.accuracy), ...measures].map((x) => element("td", x));
    return element("tr", createModelHead(model, m), number, scaled, ...rest);
  });
  const heads = [name, accuracy, ...others];
  const nodes = others.map((head) => head.node);
  const table = createTable("Models", [name.node, accuracy.node, scale, ...nodes], rows);
  const axis = `The axis begins at ${formatNumber(100 * axisFrom)} %.`;
  return {
    node: element("div", table.node, folded("What the intervals say", element("p.kd-note", [axis, ...notes].join(" ")))),
    draw(state) {
      table.arrange(state.rows);
      for (const head of heads) head.draw(state);
    },
  };
}

/** A model's interval as a line, and its accuracy as the model's marker on it. */
function whisker({ low, high, accuracy }, m, axisFrom) {
  const at = (share) => (100 * (share - axisFrom)) / (1 - axisFrom);
  const [line, dot] = [element("i.kd-line"), createMarker(m)];
  line.style.left = `${at(low)}%`;
  line.style.right = `${100 - at(high)}%`;
  dot.style.left = `${at(accuracy)}%`;
  return element("div", { "aria-hidden": "true" }, line, dot);
}

/** Which test images are in the gallery. */
function galleryFilter({ models, says, labels, n }, set) {
  const names = models.map((model) => model.name);
  const both = names.map((name) => [name, name]);
  const kinds = Object.entries(SHOWS).slice(0, names.length > 1 ? 4 : 3);
  const which = createChoice("Test images:", kinds.map(([kind, [text]]) => [kind, text]));
  const pair = [createChoice("right:", both), createChoice("wrong:", both)];
  pair[1].show(names.at(-1));
  const count = element("p", { role: "status" });
  const lists = new Map(); // each is made once: the picker stays where it is while it is the same

  for (const { select } of [which, ...pair]) {
    select.onchange = () => {
      const kind = which.value();
      const show = kind === "pair" ? pair.map((choice) => choice.value()) : kind;
      const [first] = list(show);
      if (first !== undefined) set("index", first, "soon");
      set("show", show);
    };
  }

  function list(show) {
    const key = JSON.stringify(show);
    if (!lists.has(key)) lists.set(key, [...labels.keys()].filter((i) => belongs(i, show)));
    return lists.get(key);
  }

  function belongs(i, show) {
    const [answers, label] = [says.map((of) => of[i]), labels[i]];
    if (show === "everything") return true;
    if (show === "disagreement") return answers.some((k) => k !== answers[0]);
    if (show === "all wrong") return !answers.includes(label);
    const [right, wrong] = show.map((name) => answers[names.indexOf(name)]);
    return right === label && wrong !== label;
  }

  return {
    node: element("div.kd-filter", which.node, ...pair.map((choice) => choice.node), count),
    list,
    draw({ show, among }) {
      const isPair = Array.isArray(show);
      const kind = isPair ? "pair" : show;
      which.show(kind);
      pair.forEach((choice, i) => {
        choice.node.hidden = !isPair;
        if (isPair) choice.show(show[i]);
      });
      const found = `${formatCount(among.length)} of ${formatCount(n)}`;
      count.textContent = among.length ? found : SHOWS[kind][1];
    },
  };
}

/** The chosen test image, and what each model says of it. */
function answerCards(examples) {
  const { models, says, labels, images, classNames } = examples;
  const picture = images && createPicture(examples);
  const title = element("p.kd-title");
  const cards = models.map((model, m) => {
    const verdict = element("p");
    const bars = createBars(classNames);
    const head = element("p.kd-title", createMarker(m), model.name);
    return {
      node: element("div", head, verdict, bars.node),
      draw({ t, index, list, scores, firsts }) {
        const [answer, label] = [says[m][index], labels[index]];
        verdict.textContent = `says ${classNames[answer]}${verdictMark(answer, label)}`;
        bars.draw({ list, p: softmax(scores[m], t), p1: firsts[m], label });
      },
    };
  });
  const shown = element("div", title);
  if (picture) shown.prepend(picture.node);
  const columns = element("div.kd-cards", ...cards.map((card) => card.node));
  const drawExample = whenNew(["index"], ({ index }) => {
    title.textContent = exampleName(examples, index);
    picture?.draw(index);
  });
  return {
    node: element("div.kd-large", shown, columns),
    draw(state) {
      for (const card of cards) card.draw(state);
      drawExample(state);
    },
  };
}

/** The bars as a table, and what the models say as a sentence. */
function inTheWordsOf(examples) {
  const { models, says, labels, classNames } = examples;
  const words = createWords(classNames, models.map((model) => model.name));
  function draw({ t, index, list, scores }) {
    const title = `${exampleName(examples, index)}, at T = ${formatNumber(t)}`;
    const column = (logits) => Array.from(list.of(softmax(logits, t)), formatProbability);
    words.draw(`Probabilities of ${title}`, scores.map(column), list.names);
    return title;
  }
  function speak(state) {
    const answers = models.map(({ name }, m) => {
      const k = says[m][state.index];
      return `${name} says ${classNames[k]}, ${k === labels[state.index] ? "right" : "wrong"}`;
    });
    words.speak(`${draw(state)}: ${answers.join("; ")}.`);
  }
  return { node: words.node, draw, speak };
}

export default { render };
