/** A bar along an axis that never moves, from 0 to 1. */
import { element } from "./dom.js";
import { formatPower } from "./numbers.js";

const LOG_DECADES = 9; // the logarithmic axis runs from 1e-9 to 1

/** Show the left part of a bar. Clipped and not resized: the page need not be laid out again. */
export function fillUpTo(bar, share) {
  bar.style.clipPath = `inset(0 ${100 * (1 - share)}% 0 0 round 0 3px 3px 0)`;
}

/** How far a probability reaches along the axis, from 0 to 1. */
export function reach(p, log) {
  return log ? Math.max(0, 1 + Math.log10(p) / LOG_DECADES) : p;
}

export function drawTicks(axis, log) {
  const ticks = log ? [1e-9, 1e-6, 1e-3, 1] : [0, 0.25, 0.5, 0.75, 1];
  const labels = ticks.map((p) => element("span", log && p < 1 ? formatPower(p) : String(p)));
  labels.forEach((label, i) => (label.style.left = `${100 * reach(ticks[i], log)}%`));
  axis.replaceChildren(...labels);
}
