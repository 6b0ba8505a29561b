/**
 * What a temperature does to a softmax and a loss, for the page: the twin of
 * `kdlab/soft_targets.py`.
 *
 * Pure functions of plain or typed arrays; nothing here knows of a page. The names, the order of
 * the arguments and the results agree with the NumPy side; `tests/js` compares the two.
 *
 * Source of the formulas: Hinton, Vinyals and Dean 2015, https://arxiv.org/abs/1503.02531
 */

/** Log-probabilities at a temperature, finite where `Math.log(softmax(...))` would be -Infinity. */
export function logSoftmax(logits, temperature = 1) {
  // Only differences count, and with the largest logit at 0 no exponential can overflow.
  const top = largest(logits);
  const scaled = Float64Array.from(logits, (z) => (z - top) / temperature);
  let total = 0;
  for (const z of scaled) total += Math.exp(z);
  const logTotal = Math.log(total);
  return scaled.map((z) => z - logTotal);
}

/** Probabilities at a temperature: `p_i = exp(z_i / T) / sum_j exp(z_j / T)`. */
export function softmax(logits, temperature = 1) {
  return logSoftmax(logits, temperature).map(Math.exp);
}

/** How undecided a distribution is, in nats: `H(p) = -sum_i p_i log p_i`. */
export function entropy(p) {
  let sum = 0;
  for (const x of p) if (x > 0) sum -= x * Math.log(x);
  return sum;
}

/** `KL(p || q) = sum_i p_i log(p_i / q_i)` in nats; infinite where only `q` is 0. */
export function klDivergence(p, q) {
  let sum = 0;
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += p[i] * (Math.log(p[i]) - Math.log(q[i]));
  return Math.max(sum, 0); // rounding can leave -1e-17 where the two agree
}

/** `KL(softmax(teacher / T) || softmax(student / T))`, finite for any gap between two logits. */
export function softLoss(student, teacher, temperature) {
  const [logP, logQ] = [teacher, student].map((logits) => logSoftmax(logits, temperature));
  let sum = 0;
  logP.forEach((x, i) => {
    const p = Math.exp(x);
    if (p > 0) sum += p * (x - logQ[i]);
  });
  return Math.max(sum, 0);
}

/** The soft loss's gradient on each student logit: `T (q - p)`, or `(q - p) / T` without T². */
export function softLossGradient(student, teacher, temperature, scaleByT2 = true) {
  const p = softmax(teacher, temperature);
  const factor = scaleByT2 ? temperature : 1 / temperature;
  return softmax(student, temperature).map((q, i) => factor * (q - p[i]));
}

/** Cross-entropy with a label, at T = 1. */
export function hardLoss(logits, label) {
  return 0 - logSoftmax(logits)[label];
}

/** The hard loss's gradient on each logit: the probabilities, less 1 at the label. */
export function hardLossGradient(logits, label) {
  return softmax(logits).map((q, i) => q - (i === label));
}

/** The distillation loss of an example: its parts, and the gradient of each with its weight. */
export function distillationLoss(student, teacher, label, { temperature, alpha, scaleByT2 }) {
  const factor = scaleByT2 ? temperature ** 2 : 1;
  const [soft, hard] = [softLoss(student, teacher, temperature), hardLoss(student, label)];
  const softGradient = softLossGradient(student, teacher, temperature, scaleByT2);
  return {
    ...{ factor, soft, hard },
    total: alpha * factor * soft + (1 - alpha) * hard,
    softPart: softGradient.map((x) => alpha * x),
    hardPart: hardLossGradient(student, label).map((x) => (1 - alpha) * x),
  };
}

/** Where the largest value sits: the class that a model predicts. */
export function argmax(values) {
  return values.indexOf(largest(values));
}

function largest(values) {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}
