// The page's maths against the NumPy side, on the fixture that test_node.py writes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as maths from "../../kdlab/widgets/page/parts/maths.js";

const cases = JSON.parse(readFileSync(process.env.KDLAB_FIXTURE, "utf8"));

/** Equal up to rounding; the fixture writes an infinite value as a string. */
function assertClose(got, expected, what) {
  const [a, b] = [[got].flat(), [expected].flat().map(Number)];
  assert.equal(a.length, b.length, what);
  b.forEach((value, i) => {
    const near = a[i] === value || Math.abs(a[i] - value) <= 1e-12 * (1 + Math.abs(value));
    assert.ok(near, `${what}[${i}]: ${a[i]}, NumPy says ${value}`);
  });
}

test("the fixture has cases", () => assert.ok(cases.length >= 50));

for (const [i, { name, teacher, student, temperature, expected }] of cases.entries()) {
  test(`case ${i}: ${name}, T = ${temperature}`, () => {
    const p = maths.softmax(teacher, temperature);
    const q = maths.softmax(student, temperature);
    const gradient = (scale) => maths.softLossGradient(student, teacher, temperature, scale);
    assertClose([...p], expected.softmax, "softmax");
    assertClose([...maths.logSoftmax(teacher, temperature)], expected.logSoftmax, "logSoftmax");
    assertClose(maths.entropy(p), expected.entropy, "entropy");
    assertClose(maths.klDivergence(p, q), expected.klDivergence, "klDivergence");
    assertClose([...gradient(true)], expected.gradient, "gradient with T²");
    assertClose([...gradient(false)], expected.gradientWithoutT2, "gradient without T²");
    assertClose(maths.softLoss(student, teacher, temperature), expected.softLoss, "softLoss");
    for (const label of student.keys()) {
      const [loss, slope] = [expected.hardLoss[label], expected.hardLossGradient[label]];
      assertClose(maths.hardLoss(student, label), loss, "hardLoss");
      assertClose([...maths.hardLossGradient(student, label)], slope, "hardLossGradient");
    }
    for (const { label, choice, parts } of expected.distillationLoss) {
      const loss = maths.distillationLoss(student, teacher, label, choice);
      for (const [part, value] of Object.entries(parts)) {
        const got = Array.isArray(value) ? [...loss[part]] : loss[part];
        assertClose(got, value, `distillationLoss, ${part}`);
      }
    }
    assert.equal(maths.argmax(p), expected.argmax);
  });
}

test("typed arrays, as the widgets use them, are not rounded to their own precision", () => {
  const p = maths.softmax(Float32Array.of(4, 2, 0), 4);
  assertClose([...p], [...maths.softmax([4, 2, 0], 4)], "softmax");
});

test("the distillation loss has the gradients that finite differences give", () => {
  const [student, teacher, label, step] = [[1, -0.5, 2], [3, 0, -1], 1, 1e-5];
  for (const scaleByT2 of [true, false]) {
    for (const [temperature, alpha] of [[4, 0.9], [0.5, 0.3], [20, 1], [1, 0]]) {
      const choice = { temperature, alpha, scaleByT2 };
      const at = (k, by) => student.map((z, i) => (i === k ? z + by : z));
      const loss = (z) => maths.distillationLoss(z, teacher, label, choice);
      const slope = (part, k) => (part(loss(at(k, step))) - part(loss(at(k, -step)))) / (2 * step);
      const { softPart, hardPart } = loss(student);
      for (const k of student.keys()) {
        const parts = [softPart[k], hardPart[k], softPart[k] + hardPart[k]];
        const softly = slope(({ factor, soft }) => alpha * factor * soft, k);
        const hardly = slope(({ hard }) => (1 - alpha) * hard, k);
        const slopes = [softly, hardly, slope(({ total }) => total, k)];
        parts.forEach((x, i) => assert.ok(Math.abs(x - slopes[i]) < 1e-8, `${x}: ${slopes[i]}`));
      }
    }
  }
});

test("without T² the soft gradient falls as 1/T², with it it stays level", () => {
  const [student, teacher] = [[1, -0.5, 2], [3, 0, -1]];
  const size = (t, scale) => Math.hypot(...maths.softLossGradient(student, teacher, t, scale));
  assert.ok(Math.abs(size(1000, false) / size(2000, false) - 4) < 0.01);
  assert.ok(Math.abs(size(1000, true) / size(2000, true) - 1) < 0.01);
});

test("equal logits leave nothing to learn", () => {
  const z = [3, -1, 0.5];
  assert.deepEqual([...maths.softLossGradient(z, z, 4)], [0, 0, 0]);
  assert.equal(maths.klDivergence(maths.softmax(z, 4), maths.softmax(z, 4)), 0);
  assert.equal(maths.softLoss(z, z, 4), 0);
});

test("a temperature of 1 is the default", () => {
  assert.deepEqual(maths.softmax([1, 2]), maths.softmax([1, 2], 1));
});
