/** A plot of lines and dots, from places in percent. */
import { element } from "./dom.js";
import { svgNode } from "./svg.js";

/** A frame from 0 to 100 either way: texts beside and below it, and a path for each name. */
export function createPlot(...names) {
  const drawing = svgNode("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none" });
  const paths = ["kd-rule", ...names].map((name) => svgNode("path", { class: name }));
  drawing.append(...paths);
  const labels = element("div");
  const label = (side) => ([place, text]) => {
    const node = element(`span.kd-${side}`, text);
    node.style[side] = `${place}%`;
    return node;
  };
  return {
    node: element("div.kd-plot", { "aria-hidden": "true" }, drawing, labels),
    draw(beside, below, lines) {
      const rules = [...beside.map(([y]) => `M0 ${y}h100`), ...below.map(([x]) => `M${x} 0v100`)];
      [rules, ...lines].forEach((d, i) => paths[i].setAttribute("d", d.join("")));
      labels.replaceChildren(...beside.map(label("top")), ...below.map(label("left")));
    },
  };
}

/** A line through places, with a gap where there is none. */
export function line(xs, ys) {
  let pen = "M";
  const pieces = xs.map((x, i) => {
    const piece = isNaN(ys[i]) ? "" : `${pen}${x} ${ys[i]}h0`; // h0 makes a single point visible
    pen = piece ? "L" : "M";
    return piece;
  });
  return pieces.join("");
}
