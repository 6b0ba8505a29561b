/** A bar per class on an axis that never moves, over the outline of the same bars at T = 1. */
import { drawTicks, fillUpTo, reach } from "./bar_axis.js";
import { assign, element, stillIn } from "./dom.js";
import { formatProbability } from "./numbers.js";
import { likeliest, MANY, rowsFor } from "./shortlist.js";

/**
 * `draw({ list, p, p1, log, label })`: the rows are those of the short `list`; the ghosts `p1`, the
 * log axis and the true label are optional.
 *
 * With `sides`, the names of two models, the second one's `q` and `q1` are a mirror image to the
 * left. With `point`, the rows can be focused, and `point(row)` is called with the one that the
 * mouse or the keyboard is on, or undefined.
 */
export function createBars(classNames, { sides, point } = {}) {
  const count = rowsFor(classNames.length);
  const rows = classNames.slice(0, count).map((name) => createRow(name, Boolean(sides)));
  const axes = sides ? ["kd-left", "kd-right"] : ["kd-right"];
  const ticks = axes.map((side) => element(`div.${side}`));
  const bars = element("div.kd-bars", ...rows.map((row) => row.node));
  if (sides) {
    bars.classList.add("kd-mirrored");
    const heads = sides.map((side, i) => element(`strong.kd-${i ? "left" : "right"}`, side));
    bars.prepend(element("div.kd-sides", { "aria-hidden": "true" }, ...heads));
  }
  bars.append(element("div.kd-axis", { "aria-hidden": "true" }, ...ticks));
  const many = count > MANY;
  const node = element("div.kd-frame", bars);
  if (count < classNames.length) {
    bars.classList.add("kd-short");
    rows.at(-1).node.classList.add("kd-others");
  }
  let order = [...rows.keys()];
  if (point) {
    makePointable(bars, rows.map((row) => row.node), () => order, point);
  } else {
    // Hidden from screen readers: every widget says the same in words.
    assign(bars, { "aria-hidden": "true" });
    if (many) assign(node, { tabIndex: 0, role: "group", "aria-label": "Bars" });
  }
  let [drawnLog, drawnNames] = [undefined, classNames];
  return {
    node,
    draw({ list, log = false, label, ...values }) {
      const [p, p1, q, q1] = ["p", "p1", "q", "q1"].map((one) => values[one] && list.of(values[one]));
      const truth = list.classes.indexOf(label);
      if (list.names !== drawnNames) list.names.forEach((name, i) => rows[i].rename(name));
      drawnNames = list.names;
      rows.forEach((row, i) => row.draw([p[i], q?.[i]], [p1?.[i], q1?.[i]], log, i === truth));
      if (many) {
        // A temperature never changes the order of the classes, so nothing jumps as it moves.
        order = likeliest(p1 ?? p);
        order.forEach((k, place) => (rows[k].node.style.order = place));
      }
      if (log === drawnLog) return;
      for (const axis of ticks) drawTicks(axis, log);
      bars.classList.toggle("kd-log", log);
      drawnLog = log;
    },
  };
}

/** One stop for the Tab key; the arrow keys go from row to row, in the order they are seen in. */
function makePointable(bars, nodes, order, point) {
  assign(bars, { role: "listbox", "aria-label": "Bars, one per class" });
  nodes.forEach((node, k) => assign(node, { role: "option", tabIndex: k ? -1 : 0 }));
  const at = (target) => {
    const k = nodes.indexOf(target.closest(".kd-row"));
    return k < 0 ? undefined : k;
  };
  bars.onpointerover = ({ target }) => point(at(target));
  bars.onpointerleave = () => point(at(document.activeElement));
  bars.addEventListener("focusin", ({ target }) => {
    for (const node of nodes) node.tabIndex = node === target ? 0 : -1;
    point(at(target));
  });
  bars.addEventListener("focusout", () => point(undefined));
  bars.onkeydown = (event) => {
    const seen = order();
    const place = seen.indexOf(at(event.target));
    const last = seen.length - 1;
    const moves = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: last };
    if (!(event.key in moves)) return;
    event.preventDefault();
    nodes[seen[Math.min(Math.max(moves[event.key], 0), last)]].focus();
  };
}

function createRow(name, mirrored) {
  const halves = mirrored ? [createHalf("kd-right"), createHalf("kd-left")] : [createHalf("kd-right")];
  const [right, left] = halves;
  const label = element("span.kd-name", { title: name }, name);
  const node = element("div.kd-row", label, right.track, right.value);
  if (left) node.prepend(left.value, left.track);
  return {
    node,
    rename(text) {
      assign(label, { title: text, textContent: text });
    },
    draw(ps, ghosts, log, isLabel) {
      halves.forEach((half, i) => half.draw(ps[i], ghosts[i], log));
      node.classList.toggle("kd-true", isLabel);
    },
  };
}

function createHalf(side) {
  const [bar, ghost] = [element("i.kd-bar"), element("i.kd-ghost")];
  const value = element("span.kd-value");
  const text = stillIn(value);
  return {
    track: element(`span.kd-track.${side}`, bar, ghost),
    value,
    draw(p, p1, log) {
      fillUpTo(bar, reach(p, log));
      const outline = p1 === undefined ? 0 : reach(p1, log);
      ghost.style.width = `${100 * outline}%`;
      ghost.hidden = outline < 0.012; // an outline of nothing shows nothing
      text.textContent = formatProbability(p);
    },
  };
}
