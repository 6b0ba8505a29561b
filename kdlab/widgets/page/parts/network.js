/**
 * A small network in the page: dense layers with ReLU between them, logits out.
 * `tests/js` compares it with NumPy and with Keras.
 */

import { readArray } from "./arrays.js";

/** The layers of a network, from the arrays that Python sent: kernel and bias of each in turn. */
export function readNetwork(arrays) {
  const layers = [];
  for (let i = 0; i < arrays.length; i += 2) {
    const floats = (bytes) => readArray(Float32Array, bytes);
    layers.push({ kernel: floats(arrays[i]), bias: floats(arrays[i + 1]) });
  }
  return layers;
}

/** The logits of one flattened image. */
export function forward(layers, image) {
  return layers.reduce(
    (x, layer, i) => dense(layer, i ? x.map((value) => Math.max(value, 0)) : x),
    image,
  );
}

/** `x @ kernel + bias`, the kernel's rows one after another. */
function dense({ kernel, bias }, x) {
  const sums = Float64Array.from(bias);
  x.forEach((value, i) => {
    if (!value) return; // most pixels of an image are blank
    for (let j = 0; j < sums.length; j++) sums[j] += value * kernel[i * sums.length + j];
  });
  return sums;
}
