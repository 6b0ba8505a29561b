/** A mark for each of many models: a colour of Okabe and Ito's and, as a second cue, a shape. */
import { element } from "./dom.js";

// 7 colours and 5 shapes: 35 models before a pair comes again.
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "var(--ink)"];
const SHAPES = [
  "circle(46%)",
  "polygon(50% 4%, 100% 94%, 0 94%)",
  "inset(9%)",
  "polygon(50% 0, 100% 50%, 50% 100%, 0 50%)",
  "polygon(0 6%, 100% 6%, 50% 96%)",
];

export function createMarker(number) {
  const node = element("i.kd-marker");
  node.style.background = COLOURS[number % COLOURS.length];
  node.style.clipPath = SHAPES[number % SHAPES.length];
  return node;
}

/** A model's name and marker, the head of its row. */
export function createModelHead({ name }, m) {
  return element("th", { scope: "row", title: name }, createMarker(m), name);
}
