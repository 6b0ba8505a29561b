// The drawing behind the digit pad.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createBitmap, DOTS } from "../../kdlab/widgets/page/parts/bitmap.js";

const sum = (image) => image.flat().reduce((a, b) => a + b);
const example = () => Array.from({ length: 8 }, (_, y) => new Array(8).fill(y / 8));

test("a pixel is the share of ink in its dots", () => {
  const bitmap = createBitmap(8, 8);
  bitmap.line({ x: 2, y: 4 }, { x: 6, y: 4 }, 1);
  const image = bitmap.pixels();
  assert.ok(image.flat().every((ink) => Number.isInteger(ink * DOTS ** 2)));
  assert.equal(sum(image) * DOTS ** 2, sum([[...bitmap.dots]]));
  assert.ok(image[3][4] > 0.5 && image[4][4] > 0.5);
  assert.equal(image[0][0], 0);
});

test("the eraser takes away what the pen drew", () => {
  const bitmap = createBitmap(8, 8);
  const stroke = [{ x: 1, y: 1 }, { x: 7, y: 7 }];
  bitmap.line(...stroke, 1);
  assert.ok(sum(bitmap.pixels()) > 5);
  bitmap.line(...stroke, 0);
  assert.equal(sum(bitmap.pixels()), 0);
});

test("an image that is taken over is seen as it is", () => {
  const bitmap = createBitmap(8, 8);
  assert.ok(bitmap.show(example()));
  assert.deepEqual(bitmap.pixels(), example());
  assert.ok(!bitmap.show(example()));
});

test("strokes stay where an image does not differ", () => {
  const bitmap = createBitmap(8, 8);
  bitmap.line({ x: 2, y: 2 }, { x: 6, y: 6 }, 1);
  const strokes = bitmap.dots.slice();
  const image = bitmap.pixels();
  image[0][7] = 0.5;
  assert.ok(bitmap.show(image));
  const changed = [...bitmap.dots.keys()].filter((i) => bitmap.dots[i] !== strokes[i]);
  assert.equal(changed.length, DOTS ** 2);
});

test("a small drawing is brought into the middle of the frame", () => {
  const bitmap = createBitmap(8, 8);
  bitmap.line({ x: 1, y: 1 }, { x: 1, y: 3 }, 1);
  bitmap.fit([1, 7, 0, 8]);
  const image = bitmap.pixels();
  const inColumn = (x) => sum(image.map((row) => [row[x]]));
  assert.ok(image[0].some(Boolean) && image[7].some(Boolean));
  assert.equal(inColumn(0) + inColumn(7), 0);
  assert.ok(Math.abs(inColumn(3) - inColumn(4)) < 1);
});

test("nothing cannot be fitted, and stays nothing", () => {
  const bitmap = createBitmap(8, 8);
  bitmap.fit([1, 7, 0, 8]);
  assert.equal(sum(bitmap.pixels()), 0);
});
