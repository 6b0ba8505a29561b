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
  const scaled = each(logits, (z) => (z - top) / temperature);
  let total = 0;
  for (const z of scaled) total += Math.exp(z);
  const logTotal = Math.log(total);
  return each(scaled, (z) => z - logTotal);
}

/** Probabilities at a temperature: `p_i = exp(z_i / T) / sum_j exp(z_j / T)`. */
export function softmax(logits, temperature = 1) {
  return each(logSoftmax(logits, temperature), Math.exp);
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
  return divergence(each(logP, Math.exp), logP, logQ);
}

function divergence(p, logP, logQ) {
  let sum = 0;
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += p[i] * (logP[i] - logQ[i]);
  return Math.max(sum, 0);
}

/** The soft loss's gradient on each student logit: `T (q - p)`, or `(q - p) / T` without T². */
export function softLossGradient(student, teacher, temperature, scaleByT2 = true) {
  const [p, q] = [teacher, student].map((logits) => softmax(logits, temperature));
  return softGradient(p, q, temperature, scaleByT2);
}

/** The same, from the probabilities at that temperature. */
export function softGradient(p, q, temperature, scaleByT2 = true) {
  const factor = scaleByT2 ? temperature : 1 / temperature;
  return each(q, (x, i) => factor * (x - p[i]));
}

/** Cross-entropy with a label, at T = 1. */
export function hardLoss(logits, label) {
  return 0 - logSoftmax(logits)[label];
}

/** The hard loss's gradient on each logit: the probabilities, less 1 at the label. */
export function hardLossGradient(logits, label) {
  return softmax(logits).map((q, i) => q - (i === label));
}

/** The hard loss and its gradient, which no temperature changes. */
export function hardTerm(student, label) {
  return { hard: hardLoss(student, label), hardGradient: hardLossGradient(student, label) };
}

/**
 * The distillation loss of an example: its parts, the gradient of each with its weight, that of the
 * soft loss without, and what both models say at the temperature. Who has the hard term may pass it.
 */
export function distillationLoss(student, teacher, label, choice, term = hardTerm(student, label)) {
  const { temperature, alpha, scaleByT2 } = choice;
  const { hard, hardGradient } = term;
  const factor = scaleByT2 ? temperature ** 2 : 1;
  const [logP, logQ] = [teacher, student].map((logits) => logSoftmax(logits, temperature));
  const [p, q] = [logP, logQ].map((logs) => each(logs, Math.exp));
  const [soft, gradient] = [divergence(p, logP, logQ), softGradient(p, q, temperature, scaleByT2)];
  return {
    ...{ factor, soft, hard, p, q, gradient },
    total: alpha * factor * soft + (1 - alpha) * hard,
    softPart: each(gradient, (x) => alpha * x),
    hardPart: each(hardGradient, (x) => (1 - alpha) * x),
  };
}

/** Where the largest value sits: the class that a model predicts. */
export function argmax(values) {
  return values.indexOf(largest(values));
}

export function largest(values) {
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i];
  return most;
}

/** `map` into float64. (That of typed arrays is slow where there are 50,000 values.) */
function each(values, change) {
  const changed = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) changed[i] = change(values[i], i);
  return changed;
}
