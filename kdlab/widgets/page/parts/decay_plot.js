/** The size of the soft loss's gradient against T, both logarithmic, with and without T². */
import { element } from "./dom.js";
import { whenNew } from "./mount.js";
import { formatPower, formatProbability } from "./numbers.js";
import { svgNode } from "./svg.js";
import { toStep } from "./temperature_slider.js";

const DECADES = 6; // of the vertical axis

/** `draw({ t, index, scaleByT2, sizes, curves, stops })`: `curves` at these stops of the slider. */
export function createDecayPlot(range) {
  const [first, last] = range.map(toStep);
  const along = (step) => (100 * (step - first)) / (last - first);
  const drawing = svgNode("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none" });
  const lines = ["kd-with", "kd-without"].map((name) => svgNode("path", { class: name }));
  drawing.append(...lines);
  const here = element("i.kd-here");
  const dots = lines.map(() => element("i.kd-dot"));
  const [top, bottom] = [element("span.kd-top"), element("span.kd-bottom")];
  const stops = [1, 10, 100].map((t) => element("span.kd-stop", t === 1 ? "T = 1" : `${t}`));
  stops.forEach((stop, i) => (stop.style.left = `${along(toStep(10 ** i))}%`));
  const values = lines.map(() => element("span.kd-still"));
  const keys = lines.map((line, i) => {
    const sample = svgNode("svg", { viewBox: "0 0 24 4" });
    sample.append(svgNode("path", { class: line.getAttribute("class"), d: "M0 2h24" }));
    return element("span", sample, [" with T² ", " without T² "][i], values[i]);
  });
  const highestOf = (curves) => Math.ceil(Math.log10(Math.max(...curves.flat()) || 1));
  const down = (x, highest) => (100 * (highest - Math.log10(x))) / DECADES;
  const drawCurves = whenNew(["index"], ({ curves, stops: places }) => {
    const highest = highestOf(curves);
    top.textContent = formatPower(10 ** highest);
    bottom.textContent = formatPower(10 ** (highest - DECADES));
    curves.forEach((curve, c) => {
      const points = curve.map((x, i) => `${along(places[i])} ${down(x, highest)}`);
      // A gradient of exactly 0 has no place on this axis.
      const shown = points.filter((_, i) => curve[i] > 0);
      lines[c].setAttribute("d", shown.length ? `M${shown.join("L")}` : "");
    });
  });
  return {
    node: element(
      "figure",
      { "aria-hidden": "true" },
      element("p.kd-title", "Size of the soft loss’s gradient"),
      element("p.kd-keys", ...keys),
      element("div.kd-decay", drawing, here, ...dots, top, bottom, ...stops),
      element("p.kd-note", "At high T it falls as 1/T². Multiplied by T² it stays level."),
    ),
    draw(state) {
      const { t, scaleByT2, sizes, curves } = state;
      const highest = highestOf(curves);
      here.style.left = `${along(toStep(t))}%`;
      sizes.forEach((x, i) => {
        const y = down(x, highest);
        values[i].textContent = formatProbability(x);
        Object.assign(dots[i].style, { left: here.style.left, top: `${Math.min(y, 100)}%` });
        dots[i].hidden = y > 100; // below the axis
        for (const node of [dots[i], keys[i]]) node.classList.toggle("kd-used", scaleByT2 === !i);
      });
      drawCurves(state);
    },
  };
}
