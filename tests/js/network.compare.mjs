// The network in the page, against what NumPy and Keras say; run by test_network_node.py.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { forward, readNetwork } from "../../kdlab/widgets/page/parts/network.js";

const cases = JSON.parse(readFileSync(process.env.KDLAB_NETWORK_FIXTURE));

test("a network answers as NumPy and Keras do", () => {
  assert.ok(cases.length);
  for (const { name, arrays, images, expected } of cases) {
    const layers = readNetwork(arrays.map(bytesOf));
    images.forEach((image, i) => {
      const logits = forward(layers, image);
      assert.equal(logits.length, expected[i].length);
      logits.forEach((z, k) => {
        const message = `${name}, image ${i}, class ${k}: Python says ${expected[i][k]}, got ${z}`;
        assert.ok(Math.abs(z - expected[i][k]) <= 1e-4, message);
      });
    });
  }
});

/** As a notebook hands bytes over: a view that begins anywhere. */
function bytesOf(base64) {
  const bytes = Uint8Array.from([7, ...Buffer.from(base64, "base64")]);
  return new DataView(bytes.buffer, 1);
}
