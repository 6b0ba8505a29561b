// What a learner reads: numbers, the stops of the slider, the time left.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  formatExactly,
  formatNumber,
  formatPower,
  formatProbability,
  formatSigned,
} from "../../kdlab/widgets/page/parts/numbers.js";
import { toStep, toTemperature } from "../../kdlab/widgets/page/parts/temperature_slider.js";
import { formatSeconds } from "../../kdlab/widgets/page/widgets/training_monitor.js";

function reads(format, examples) {
  for (const [value, text] of examples) assert.equal(format(value), text);
}

test("small probabilities do not read 0.000", () => {
  reads(formatProbability, [
    [1, "1.000"],
    [0.62, "0.620"],
    [0.0005, "0.001"],
    [0.000499, "5×10⁻⁴"],
    [1e-9, "10⁻⁹"],
    [3.2e-12, "3×10⁻¹²"],
    [0, "0"],
  ]);
  assert.equal(formatPower(1e-3), "10⁻³");
});

test("numbers keep three digits", () => {
  reads(formatNumber, [
    [4, "4"],
    [3.14159, "3.14"],
    [0.0123456, "0.0123"],
    [NaN, "not finite"],
    [Infinity, "not finite"],
  ]);
});

test("numbers to calculate with keep three digits however small", () => {
  reads(formatExactly, [
    [16, "16"],
    [0.0312345, "0.0312"],
    [0.001, "0.001"],
    [0.0000123456, "1.23×10⁻⁵"],
    [0, "0"],
  ]);
});

test("numbers to either side of 0 have a sign", () => {
  reads(formatSigned, [
    [1.2345, "+1.234"],
    [-0.5, "−0.500"],
    [-0.0003, "−3×10⁻⁴"],
    [0, "0"],
    [-0, "0"],
  ]);
});

test("the slider stops at the temperatures that people say", () => {
  for (const t of [0.25, 0.5, 1, 1.5, 2, 4, 5, 10, 20, 50, 100]) {
    assert.equal(toTemperature(toStep(t)), t);
  }
});

test("the slider stays where the hand put it", () => {
  for (let step = toStep(0.25); step <= toStep(100); step++) {
    assert.equal(toStep(toTemperature(step)), step);
  }
});

test("the time left", () => {
  reads(formatSeconds, [
    [0, "0 s"],
    [11.2, "12 s"],
    [59.5, "1 min 0 s"],
    [119.7, "2 min 0 s"],
    [3725, "1 h 2 min"],
  ]);
});
