/**
 * CohortExplorer in the page. All numbers come from Python, as texts and as places along axes in
 * percent, upright ones from the top; here they are drawn, each part only where something is new.
 */
import { createGrid } from "../parts/cell_grid.js";
import { readCohort } from "../parts/cohort_cells.js";
import { createConfusionTable } from "../parts/confusion_table.js";
import { element } from "../parts/dom.js";
import { createPlot, line } from "../parts/line_plot.js";
import { mount, whenNew } from "../parts/mount.js";
import { formatNumber } from "../parts/numbers.js";
import { createWords } from "../parts/words.js";

const TRAITS = ["n_images", "alpha", "temperature", "show", "paired"];
// Of a difference, by its key: what it is called.
const KINDS = {
  gain: "clear gain",
  loss: "clear loss",
  unclear: "not clear",
  reference: "reference",
};
const WAYS = ["paired", "unpaired"]; // to take a difference

function render(view) {
  return mount(view, "div.kdlab.kd-cohort", TRAITS, ({ data, root, set }) => {
    const cohort = readCohort(data);
    const [top, map] = [choices(cohort, set), settingsMap(cohort, set)];
    const confusion = createConfusionTable(cohort);
    const [compared, curves] = [comparison(cohort), learningCurves(cohort)];
    const words = inTheWordsOf(cohort);
    const columns = [[map, confusion], [compared, curves]].map((column) =>
      element("div", ...column.map((part) => part.node)),
    );
    root.append(top.node, element("div.kd-columns", ...columns), words.node);
    const parts = [top, map, confusion, compared, curves, words];
    return { parts, words, look: (chosen) => look(cohort, chosen) };
  });
}

/** Everything that is shown, from what the learner chose. */
function look({ maps, alphas, temperatures }, chosen) {
  const { n_images: size, alpha, temperature, show, paired } = chosen;
  const map = maps.find((one) => one.size === size);
  const place = alphas.indexOf(alpha) * temperatures.length + temperatures.indexOf(temperature);
  const cell = map.cells[Math.min(place, map.cells.length - 1)];
  const name = `${map.name}, ${cell.name}`;
  const way = paired ? 0 : 1;
  // Of a cell's three entries in the map: its accuracy, or its difference taken in either way.
  const entry = show === "accuracy" ? 0 : 1 + way;
  return { ...chosen, map, place, cell, name, way, entry, ticks: { ...map.ticks, ...cell.ticks } };
}

/** How many images to learn from, what the map shows, and how differences are taken. */
function choices({ maps, temperatures, whyNot }, set) {
  const draws = [];
  const choice = (trait, value, ...parts) => {
    const button = element("button", { onclick: () => set(trait, value) }, ...parts);
    draws.push((state) => button.setAttribute("aria-pressed", state[trait] === value));
    return button;
  };
  const sizes = maps.map(({ size, name, cells, sums }) => {
    const [patches, sum] = [cells.map(() => element("i")), element("small")];
    const small = element("span.kd-small", ...patches);
    small.style.setProperty("--columns", temperatures.length);
    if (cells.length % temperatures.length) patches.at(-1).className = "kd-wide";
    const drawSmall = ({ entry }) => {
      cells.forEach((cell, i) => paint(patches[i], cell, entry));
      sum.textContent = sums[entry];
    };
    draws.push(whenNew(["entry"], drawSmall));
    return choice("n_images", size, small, element("span", name, sum));
  });
  const difference = choice("show", "difference", "gain over hard labels");
  const shows = [choice("show", "accuracy", "accuracy"), difference];
  const pair = element("input", { type: "checkbox", onchange: () => set("paired", pair.checked) });
  draws.push(({ paired }) => (pair.checked = paired));
  difference.disabled = pair.disabled = whyNot !== "";
  const group = (name, ...nodes) => element("div", { role: "group", "aria-label": name }, ...nodes);
  return {
    node: element(
      "div.kd-choices",
      group("Images to learn from", ...sizes),
      group("The map shows", ...shows),
      element("label.kd-switch", pair, "pair students by seed"),
    ),
    draw: (state) => draws.forEach((draw) => draw(state)),
  };
}

/** A cell's colour, which is never all that tells it. */
function paint(node, { entries, levels }, entry) {
  node.style.setProperty("--level", levels[Math.min(entry, 1)]);
  node.dataset.kind = entries[entry][2];
}

/** A row per alpha, a column per temperature. */
function settingsMap({ maps, alphas, temperatures, notes }, set) {
  const [title, note] = [element("p.kd-title"), element("p.kd-note")];
  const cells = maps[0].cells.map(() => element("td", element("b"), element("small")));
  const wide = temperatures.length;
  if (cells.length < alphas.length * wide) cells.at(-1).colSpan = wide;
  const go = (place, when) => {
    set("temperature", temperatures[place % wide], "soon");
    set("alpha", alphas[Math.floor(place / wide)], when);
  };
  const names = alphas.map((x) => formatNumber(x) + ({ 0: " hard", 1: " soft" }[x] ?? ""));
  const heads = ["α↓ T→", ...temperatures.map(formatNumber)];
  const grid = createGrid("Settings", heads, names, cells, go);
  grid.node.onkeyup = set.flush;
  const drawMap = whenNew(["map", "entry"], ({ map, entry }) => {
    title.textContent = map.titles[entry];
    note.textContent = notes.map[entry];
    cells.forEach((td, i) => {
      const { name, entries } = map.cells[i];
      const [number, half, kind] = entries[entry];
      paint(td, map.cells[i], entry);
      [td.firstChild.textContent, td.lastChild.textContent] = [number, half];
      td.ariaLabel = `${name}: ${number} ${half} ${KINDS[kind] ?? ""}`;
    });
  });
  return {
    node: element("div.kd-setting", element("div.kd-map", title, grid.node), note),
    draw(state) {
      drawMap(state);
      grid.show(state.place);
    },
  };
}

/** A cell's students beside those on hard labels, and the difference, taken in both ways. */
function comparison({ notes, whyNot }) {
  const strips = createPlot("", "kd-down", "kd-dots kd-pale", "kd-dots", "kd-ends");
  const gains = createPlot("kd-zero", "kd-pale", "kd-dots kd-pale", "", "kd-dots");
  const [title, said] = [element("p.kd-title"), element("p.kd-said")];
  const [remark, note] = [element("p.kd-note"), element("p.kd-note")];
  const values = WAYS.map(() => element("p"));
  const difference = element("div.kd-gains", { hidden: whyNot }, ...values, gains.node, note);

  function drawStrips({ cell, paired, ticks }) {
    const { columns, pairs, means, heads } = cell;
    const join = (isBetter) =>
      pairs.filter(([hard, own]) => own < hard === isBetter).map((pair) => line(columns, pair));
    const dots = columns.map((x, i) => pairs.map((pair) => line([x], [pair[i]])));
    const ends = means.map(([x, mean, low, high]) => `M${x} ${low}V${high}M${x - 2} ${mean}h4`);
    const joined = paired && cell.gains;
    const [better, rest, groups] = joined ? [join(true), join(false), []] : [[], [], ends];
    strips.draw(ticks.accuracy, heads, [better, rest, ...dots, groups]);
  }

  function drawDifference({ cell, way, ticks }) {
    const places = [26, 74];
    const lines = cell.gains.map(([mean, low, high], i) => {
      const y = places[i];
      return [[`M${low} ${y - 12}v24m0 -12H${high}m0 -12v24`], [`M${mean} ${y}h0`]];
    });
    const names = WAYS.map((name, i) => [places[i], name]);
    gains.draw(names, ticks.gain, [[`M${ticks.zero} 0v100`], ...lines[1 - way], ...lines[way]]);
    values.forEach((p, i) => {
      p.textContent = `${WAYS[i]}: ${cell.differences[i]}`;
      p.classList.toggle("kd-used", i === way);
    });
    note.textContent = `${cell.times} ${notes.pairing}`;
  }

  return {
    node: element("div.kd-compared", title, said, strips.node, remark, difference),
    draw: whenNew(["cell", "way"], (state) => {
      const { cell, name, way } = state;
      title.textContent = name;
      said.textContent = whyNot || cell.verdicts[way];
      paint(said, cell, 1 + way);
      remark.textContent = cell.remarks[way];
      drawStrips(state);
      difference.style.visibility = cell.gains ? "" : "hidden"; // and nothing moves
      if (cell.gains) drawDifference(state);
    }),
  };
}

/** How a cell's students learned. */
function learningCurves({ steps, stepTicks, notes }) {
  const plot = createPlot("kd-thin", "kd-main", "kd-dashed kd-pale");
  const [title, keys] = [element("p.kd-title", notes.curves), element("p.kd-note", notes.keys)];
  return {
    node: element("div", title, plot.node, keys),
    draw: whenNew(["cell"], ({ cell, ticks }) => {
      const [mean, hard, ...each] = cell.lines.map((ys) => line(steps, ys));
      plot.draw(ticks.curve, stepTicks, [each, [mean], [hard]]);
    }),
  };
}

/** The same in words. */
function inTheWordsOf({ classNames }) {
  const words = createWords(classNames, ["recognised"]);
  const percent = (share) => `${share.toFixed(1)} %`;
  return {
    node: words.node,
    draw: whenNew(["cell"], ({ cell, name }) =>
      words.draw(name, [Array.from(cell.recognised, percent)]),
    ),
    speak({ cell, name }) {
      const [number, half] = cell.entries[0];
      words.speak(`${name}: accuracy ${number} ${half} %. ${cell.verdicts.join(" ")}`);
    },
  };
}

export default { render };
