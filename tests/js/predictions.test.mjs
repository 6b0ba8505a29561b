// What is said of a prediction in the page is what Python says of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readPrediction, verdict } from "../../kdlab/widgets/page/parts/predictions.js";

const cases = JSON.parse(readFileSync(process.env.KDLAB_PREDICTIONS, "utf8"));

assert.ok(cases.length > 20);
for (const { data, state, said } of cases) {
  test(`${data.kind}: ${JSON.stringify(state)}`, () => {
    assert.deepEqual(verdict(readPrediction(data), state), Object.entries(said));
  });
}
