/** The cells of a cohort's maps. */
import { readArray, split } from "./arrays.js";

/** What Python packed, with its numbers in each cell. */
export function readCohort(packed) {
  const names = ["strips", "curves", "recognised", "confusion"];
  const [strips, curves, recognised, confusion] = names.map((name) => {
    const whole = readArray(Uint16Array, packed[name]);
    const places = Float32Array.from(whole, (x) => (x < 65535 ? x / 655.34 : NaN));
    return split(places, packed.cells.length);
  });
  const cells = packed.cells.map((cell, i) => {
    const students = strips[i].length / 2;
    const [pairs, lines] = [split(strips[i], students), split(curves[i], 2 + students)];
    return { ...cell, pairs, lines, recognised: recognised[i], shares: confusion[i] };
  });
  const ofMaps = split(cells, packed.maps.length);
  return { ...packed, maps: packed.maps.map((map, i) => ({ ...map, cells: ofMaps[i] })) };
}
