/** A bar per class on an axis that never moves, over the outline of the same bars at T = 1. */
import { assign, element } from "./dom.js";
import { formatPower, formatProbability } from "./numbers.js";

const LOG_DECADES = 9; // the logarithmic axis runs from 1e-9 to 1
export const MANY = 18; // classes; beyond, the bars scroll and the likeliest come first

/** `draw({ p, p1, log, label })`: the ghosts `p1`, the log axis and the true label are optional. */
export function createBars(classNames) {
  const rows = classNames.map(createRow);
  const ticks = element("div");
  // Hidden from screen readers: every widget says the same in words.
  const bars = element("div.kd-bars", { "aria-hidden": "true" }, ...rows.map((row) => row.node));
  bars.append(element("div.kd-axis", ticks));
  const many = classNames.length > MANY;
  const node = element("div.kd-frame", bars);
  if (many) assign(node, { tabIndex: 0, role: "group", "aria-label": "Bars" });
  let drawnLog;
  return {
    node,
    draw({ p, p1, log = false, label }) {
      rows.forEach((row, k) => row.draw(p[k], p1?.[k], log, k === label));
      // A temperature never changes the order of the classes, so nothing jumps as it moves.
      if (many) likeliest(p1 ?? p).forEach((k, place) => (rows[k].node.style.order = place));
      if (log === drawnLog) return;
      drawTicks(ticks, log);
      bars.classList.toggle("kd-log", log);
      drawnLog = log;
    },
  };
}

/** The classes, the most probable first. */
export function likeliest(p) {
  return [...p.keys()].sort((a, b) => p[b] - p[a]);
}

/** Show the left part of a bar. Clipped and not resized: the page need not be laid out again. */
export function fillUpTo(bar, share) {
  bar.style.clipPath = `inset(0 ${100 * (1 - share)}% 0 0 round 0 3px 3px 0)`;
}

function createRow(name) {
  const [bar, ghost] = [element("i.kd-bar"), element("i.kd-ghost")];
  const value = element("span.kd-value.kd-still");
  const label = element("span.kd-name", { title: name }, name);
  const node = element("div.kd-row", label, element("span.kd-track", bar, ghost), value);
  return {
    node,
    draw(p, p1, log, isLabel) {
      fillUpTo(bar, reach(p, log));
      const outline = p1 === undefined ? 0 : reach(p1, log);
      ghost.style.width = `${100 * outline}%`;
      ghost.hidden = outline < 0.012; // an outline of nothing is only clutter
      value.textContent = formatProbability(p);
      node.classList.toggle("kd-true", isLabel);
    },
  };
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
