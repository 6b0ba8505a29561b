// Which classes stand for themselves where there are more than can be shown.
import assert from "node:assert/strict";
import { test } from "node:test";

import { softmax } from "../../kdlab/widgets/page/parts/maths.js";
import {
  createShortlist,
  likeliest,
  rowsFor,
  sumOfOthers,
} from "../../kdlab/widgets/page/parts/shortlist.js";

const numbers = (count) => Array.from({ length: count }, (_, k) => k);
const names = (count) => numbers(count).map((k) => `class ${k}`);
/** Scores that no order of the classes gives away. */
const scores = (count, seed) => numbers(count).map((k) => 4 * Math.sin(k * k + 12.9898 * seed));

test("the likeliest come first, of equals the one before", () => {
  assert.deepEqual(likeliest([1, 3, 2, 3]), [1, 3, 2, 0]);
  assert.deepEqual(likeliest(Float32Array.of(1, 3, 2, 3), 2), [1, 3]);
  assert.deepEqual(likeliest([0, 0, 0]), [0, 1, 2]);
});

test("up to a hundred classes all have a row, in their order", () => {
  for (const count of [2, 20, 100]) {
    const values = scores(count, 1);
    const list = createShortlist(names(count), [values], 1);
    assert.equal(rowsFor(count), count);
    assert.deepEqual(list.classes, numbers(count));
    assert.deepEqual(list.names, names(count));
    assert.equal(list.of(values), values);
  }
});

for (const count of [101, 1000, 50000]) {
  test(`of ${count} classes: the teacher's, the student's and the true one, and the others`, () => {
    const [teacher, student] = [scores(count, 1), scores(count, 2)];
    const label = likeliest(teacher).at(-1);
    const { classes, names: shown, of } = createShortlist(names(count), [teacher, student], label);
    const rows = rowsFor(count);
    assert.equal(classes.length, rows - 1);
    assert.equal(new Set(classes).size, rows - 1);
    for (const k of [label, ...likeliest(teacher, 5), ...likeliest(student, 5)]) {
      assert.ok(classes.includes(k), `class ${k}`);
    }
    assert.equal(classes[0], likeliest(teacher, 1)[0]);
    assert.equal(classes.at(-1), label);
    assert.equal(shown[0], `class ${classes[0]}`);
    assert.equal(shown.at(-1), `the other ${(count - rows + 1).toLocaleString("en")} classes`);
    for (const t of [0.25, 1, 100]) {
      const p = softmax(teacher, t);
      const byRow = of(p);
      assert.equal(byRow.length, rows);
      assert.equal(byRow[0], p[classes[0]]);
      assert.ok(Math.abs(byRow.reduce((a, b) => a + b) - 1) < 1e-12);
    }
  });
}

test("what the others have is summed, however small", () => {
  assert.equal(sumOfOthers([1, 1e-30, 1e-30], [0]), 2e-30);
  assert.equal(sumOfOthers([1, 2, 4, 8], [3, 0]), 6);
  assert.equal(sumOfOthers([1, 2], [1, 0]), 0);
});
