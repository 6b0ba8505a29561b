/** TemperatureExplorer in the page. */
import { fillUpTo, reach } from "../parts/bar_axis.js";
import { createBars } from "../parts/bars.js";
import { element, folded, stillIn } from "../parts/dom.js";
import {
  createCaption,
  createPicker,
  createPicture,
  exampleInWords,
  exampleName,
  onceAnExample,
  readExamples,
  verdictMark,
} from "../parts/examples.js";
import { createGuessBars, worth } from "../parts/guess_bars.js";
import { createKeptLine } from "../parts/kept.js";
import { argmax, entropy, klDivergence, largest, softmax } from "../parts/maths.js";
import { mount, whenNew } from "../parts/mount.js";
import { formatCount, formatNumber, formatProbability } from "../parts/numbers.js";
import {
  createShortlist,
  likeliest,
  MANY,
  othersName,
  rowsFor,
  sumOfOthers,
} from "../parts/shortlist.js";
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
    const others = folded("Choose another example", picker.node);
    slider.node.classList.add("kd-stays");
    root.append(slider.node, stage, others, words.node, createKeptLine(model, signal));
    const parts = [glide(root), slider, pictures, facts, chart, picker];
    const fixed = onceAnExample((index) => fixedBy(examples, index));
    return { parts, words, look: (chosen) => look(fixed(chosen.index), chosen) };
  });
}

/** Everything that is shown, from what the learner chose. */
function look(fixed, chosen) {
  const { temperature: t, log_scale: log, predict, revealed } = chosen;
  const [p, q] = fixed.z.map((scores) => softmax(scores, t));
  return { ...chosen, ...fixed, t, log, p, q, secret: predict && !revealed };
}

/** What stays as it is while the temperature changes. */
function fixedBy({ logits, logitsOf, labels, classNames }, index) {
  const z = logits.map((_, i) => logitsOf(index, i));
  const [p1, q1] = z.map((scores) => softmax(scores));
  const label = labels?.[index];
  return { z, p1, q1, label, list: createShortlist(classNames, z, label) };
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
function presetPictures(buttons, { logitsOf }) {
  const bars = buttons.map((button) => {
    const node = element("i.kd-small");
    button.append(node);
    return node;
  });
  return {
    draw: whenNew(["index", "log", "secret"], ({ index, log, secret, list, p1 }) => {
      const rows = list.of(p1);
      const shown = rows.length > MANY ? likeliest(rows, MANY) : [...rows.keys()];
      bars.forEach((node, i) => {
        const p = list.of(softmax(logitsOf(index), PRESETS[i]));
        node.style.clipPath = skyline(shown.map((row) => (secret ? 0 : reach(p[row], log))));
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
  const { classNames, images, captions } = examples;
  const picture = images && createPicture(examples);
  const caption = captions && createCaption(examples);
  const title = element("p.kd-title");
  const verdicts = examples.logits.map(() => element("p"));
  const [nats, effective, kl] = [0, 1, 2].map(() => element("strong.kd-still"));
  if (rowsFor(classNames.length) < classNames.length) effective.style.width = "8em"; // five digits
  const whose = verdicts.length > 1 ? "Teacher’s entropy " : "Entropy ";
  const fill = element("i");
  const gauge = element("div.kd-gauge", fill);
  gauge.style.setProperty("--classes", classNames.length <= MANY ? classNames.length : 1);
  const node = element("div.kd-facts", title, ...verdicts, element("p", whose, nats), gauge);
  node.append(element("p", "Unsure among ", effective));
  if (verdicts.length > 1) node.append(element("p", "KL(teacher ‖ student)", element("br"), kl));
  if (caption) node.prepend(caption.node);
  if (picture) node.prepend(picture.node);
  const drawExample = whenNew(["index", "secret"], ({ index, label, p1, q1, secret }) => {
    picture?.draw(index);
    caption?.draw(index);
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
      effective.textContent = secret ? "?" : `${formatEffective(h)} classes`;
      if (q) kl.textContent = secret ? "?" : `${formatProbability(klDivergence(p, q))} nats`;
      fillUpTo(fill, secret ? 0 : Math.exp(h) / classNames.length);
      drawExample(state);
    },
  };
}

/** Among how many classes an entropy is that of a fair choice. */
function formatEffective(h) {
  const count = Math.exp(h);
  return count < 999.5 ? count.toFixed(1) : formatCount(Math.round(count));
}

/** The bars with their title, their switch and what the outlines mean; or the learner's guess. */
function barChart(examples, set) {
  const { classNames, labels } = examples;
  const who = examples.logits.length > 1 ? ["teacher", "student"] : undefined;
  const heading = element("p.kd-title");
  const title = stillIn(heading);
  const toggle = element("input", { type: "checkbox" });
  toggle.onchange = () => set("log_scale", toggle.checked);
  const formulas = (who ?? [""]).map((name, model) => formula(model, name));
  let [pointed, state] = [];
  const explain = () => formulas.forEach((part) => part.draw(pointed, state));
  const bars = createBars(classNames, {
    sides: who,
    point(row) {
      pointed = row;
      explain();
    },
  });
  const outline = element("span");
  const legend = element("p.kd-legend", element("i.kd-ghost"), outline);
  if (labels) legend.append(element("span.kd-mark", "true label"));
  const terms = element("div.kd-terms", { "aria-live": "polite" });
  terms.append(...formulas.map((part) => part.node));
  // Of more classes Python lets nobody guess.
  const guess = createGuessBars(rowsFor(classNames.length) < classNames.length ? [] : classNames, set);
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
function formula(model, who) {
  const node = element("p.kd-still");
  const short = (name) => (name.length > 16 ? `${name.slice(0, 15)}…` : name);
  const hint = model ? "" : "Point at a bar to see where it comes from.";
  return {
    node,
    draw(row, { z, p, q, t, list }) {
      if (row === undefined) return void (node.textContent = hint);
      const scores = z[model];
      const top = largest(scores);
      // Only differences count: where a power is out of reach, the largest logit is taken away.
      const origin = Math.abs(top / t) > 300 ? top : 0;
      const powers = new Float64Array(scores).map((score) => Math.exp((score - origin) / t));
      const below = formatNumber(powers.reduce((sum, power) => sum + power));
      const term = origin ? "e^((z − max z)/T)" : "e^(z/T)";
      const [name, score] = [list.names[row], scores[list.classes[row]]];
      const exponent = `${(score - origin).toFixed(2)}/${formatNumber(t)}`.replace("-", "−");
      const [symbols, numbers] =
        score === undefined // the other classes together
          ? [[`${who} p(${name})`, `Σ of theirs / Σ ${term}`], []]
          : [[`${who} p(${short(name)})`, `${term} / Σ ${term}`], [`e^(${exponent}) / ${below}`]];
      node.textContent = [
        ...symbols,
        ...numbers,
        `${formatNumber(list.of(powers)[row])} / ${below}`,
        formatProbability(list.of(model ? q : p)[row]),
      ].join(" = ");
    },
  };
}

/** The same in words. */
function inTheWordsOf(examples) {
  const { classNames } = examples;
  const heads = examples.logits.flatMap((_, i) => {
    const who = examples.logits.length < 2 ? "" : i ? "student " : "teacher ";
    return [`${who}at this temperature`, `${who}at T = 1`];
  });
  const words = createWords(classNames, heads);

  function draw({ t, index, p, p1, q, q1, secret, list }) {
    const what = `${exampleInWords(examples, index)}, at T = ${formatNumber(t)}`;
    const say = secret ? () => "not revealed" : formatProbability;
    const columns = [p, p1, q, q1].slice(0, heads.length);
    const texts = columns.map((column) => Array.from(list.of(column), say));
    words.draw(`Probabilities of ${what}`, texts, list.names);
    return what;
  }

  function speak(state) {
    const what = draw(state);
    const { p, q, guess, predict, secret, list } = state;
    if (secret) return words.speak(`${what}: your guess, then Reveal.`);
    const percent = (name, share) => `${name} ${(100 * share).toFixed(1)} percent`;
    const top = likeliest(p, 3);
    const said = top.map((k) => percent(classNames[k], p[k]));
    if (list.names !== classNames) {
      said.push(percent(othersName(p.length - top.length), sumOfOthers(p, top)));
    }
    const effective = formatEffective(entropy(p));
    const more = [`${what}: ${said.join(", ")}. Unsure among ${effective} classes.`];
    if (q) more.push(`KL from teacher to student ${formatProbability(klDivergence(p, q))} nats.`);
    if (predict) more.push(worth(guess, p));
    words.speak(more.join(" "));
  }

  return { node: words.node, draw, speak };
}

export default { render };
