/** Where there are more classes than can be shown: the likeliest by themselves, the others as one. */
import { formatCount } from "./numbers.js";

export const MANY = 18; // classes; beyond, the bars scroll and the likeliest come first
const MOST = 100; // classes; beyond, a short list stands for them
const SHORT = 16; // its rows, which are seen without scrolling

/** How many rows stand for so many classes. */
export function rowsFor(count) {
  return count > MOST ? SHORT : count;
}

/**
 * The classes that have a row: all of them, or the likeliest of each model and the true one, in the
 * order of the first model's scores, and then a row for all others.
 *
 * - `classes`: their numbers, without the others;
 * - `names`: of the rows;
 * - `of(values)`: a value per class as a value per row, that of the others being their sum.
 */
export function createShortlist(classNames, scores, label) {
  const count = classNames.length;
  const rows = rowsFor(count);
  if (rows === count) return { classes: [...classNames.keys()], names: classNames, of: (values) => values };
  const leaders = scores.map((of) => likeliest(of, rows - 1));
  const chosen = new Set(label === undefined ? [] : [label]);
  for (let place = 0; chosen.size < rows - 1; place++) {
    for (const of of leaders) if (chosen.size < rows - 1) chosen.add(of[place]);
  }
  const classes = [...chosen].sort((a, b) => scores[0][b] - scores[0][a] || a - b);
  return {
    classes,
    names: [...classes.map((k) => classNames[k]), othersName(count - classes.length)],
    of: (values) => [...classes.map((k) => values[k]), sumOfOthers(values, classes)],
  };
}

export function othersName(count) {
  return `the other ${formatCount(count)} classes`;
}

/** Summed, and not taken as what is missing to 1: that would be rounding where it is small. */
export function sumOfOthers(values, classes) {
  let [sum, first] = [0, 0];
  for (const next of [...classes, values.length].sort((a, b) => a - b)) {
    for (let k = first; k < next; k++) sum += values[k];
    first = next + 1;
  }
  return sum;
}

/** The classes with the largest values, the largest first. */
export function likeliest(values, count = values.length) {
  const found = [];
  values.forEach((x, k) => {
    if (found.length === count && !(x > values[found.at(-1)])) return;
    let place = found.length;
    while (place && x > values[found[place - 1]]) place--;
    found.splice(place, 0, k);
    if (found.length > count) found.pop();
  });
  return found;
}
