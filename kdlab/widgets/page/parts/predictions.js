/**
 * How an answer reads and how far it is from what came, in words: the twin of
 * `kdlab/widgets/_predictions.py`. An interval is `[mean, low, high]`.
 */

const CLOSE = 1 / 50;
const [OVERLAP, AWAY] = [0.8, 0.1];
const NO_GUESS = "No prediction was made before the reveal.";

/** The kind of this name: `text(value)`, `distance(guess, truth)`, `assumes(guess, truth)`. */
export function readPrediction(data) {
  return { number, choice, order, bars, curve }[data.kind](data);
}

/** Whole numbers in full, others to about three digits, or a digit more than the step has. */
export function readable(x, step) {
  const below = (value, limits) => limits.filter((limit) => value < limit).length;
  const most = Number.isInteger(x) ? 0 : below(Math.abs(x), [100, 10, 1, 0.1, 0.01]);
  const digits = Math.min(most, 1 + below(step, [0.5, 0.05, 0.005, 0.0005]));
  const rounded = Math.round(x * 10 ** digits) / 10 ** digits + 0; // no −0
  return rounded.toLocaleString("en", { maximumFractionDigits: digits }).replace("-", "−");
}

export const middle = (value) => (Array.isArray(value) ? value[0] : value);

function withUnit(number, unit) {
  const one = number === "1" && unit.endsWith("s");
  return `${number} ${one ? unit.replace(/(?<=ss)es$|s$/, "") : unit}`.trim();
}

/** A difference: of two percentages it is in points. */
function apartBy(number, unit) {
  return withUnit(number, unit === "%" ? "points" : unit);
}

function number({ between: [low, high], step, unit, typical }) {
  const read = (x) => readable(x, step);
  const inside = (guess, truth) => Array.isArray(truth) && truth[1] <= guess && guess <= truth[2];
  const isClose = (guess, truth) =>
    inside(guess, truth) || Math.abs(guess - middle(truth)) <= Math.max(step, CLOSE * (high - low));
  const ends = (value) =>
    Array.isArray(value) ? ` (interval ${read(value[1])} to ${read(value[2])})` : "";
  return {
    text: (value) => withUnit(read(middle(value)), unit) + ends(value),
    distance(guess, truth) {
      const apart = guess - middle(truth);
      if (inside(guess, truth)) return "Your prediction lies within the interval.";
      if (read(guess) === read(middle(truth))) return "Exactly so.";
      const close = isClose(guess, truth) ? " That is close." : "";
      const how = apart > 0 ? "high" : "low";
      return `You were ${apartBy(read(Math.abs(apart)), unit)} too ${how}.${close}`;
    },
    assumes(guess, truth) {
      return isClose(guess, truth) ? "" : guess > middle(truth) ? typical.too_high : typical.too_low;
    },
  };
}

function choice({ options, replies }) {
  return {
    text: (value) => `“${value}”`,
    distance: (guess, truth) => (guess === truth ? "So it came." : "It came out otherwise."),
    assumes: (guess) => replies[options.indexOf(guess)],
  };
}

function order({ typical }) {
  const same = (guess, truth) => guess.filter((item, i) => item === truth[i]).length;
  return {
    text: (value) => value.map((item, i) => `${i + 1}. ${item}`).join("; "),
    distance: (guess, truth) => `${same(guess, truth)} of ${truth.length} are in their place.`,
    assumes: (guess, truth) => (same(guess, truth) === truth.length ? "" : typical.typical),
  };
}

function bars({ names, typical }) {
  const overlap = (p, q) => p.reduce((sum, share, k) => sum + Math.min(share, q[k]), 0);
  return {
    text(value) {
      const largest = [...value.keys()].sort((i, j) => value[j] - value[i]).slice(0, 3);
      return largest.map((k) => `${names[k]}: ${percent(value[k])}`).join(", ");
    },
    distance: (guess, truth) => `Your bars overlap what came by ${percent(overlap(guess, truth))}.`,
    assumes: (guess, truth) => (overlap(guess, truth) >= OVERLAP ? "" : typical.typical),
  };
}

export const percent = (share) => `${Math.round(100 * share)} %`;

function curve({ x, between: [low, high], step, unit, typical }) {
  const apartness = (guess, truth) => guess.map((y, i) => Math.abs(y - middle(truth[i])));
  const mean = (apart) => apart.reduce((sum, y) => sum + y) / apart.length;
  const height = (y) => `${readable(middle(y), step)}${unit && ` ${unit}`}`;
  return {
    text: (value) => value.map((y, i) => `${height(y)} at ${x[i]}`).join("; "),
    distance(guess, truth) {
      const apart = apartness(guess, truth);
      const most = apart.indexOf(Math.max(...apart));
      const [average, furthest] = [mean(apart), apart[most]].map((y) => apartBy(readable(y, step), unit));
      return `On average you were ${average} away, most at ${x[most]}: ${furthest}.`;
    },
    assumes: (guess, truth) =>
      mean(apartness(guess, truth)) <= AWAY * (high - low) ? "" : typical.typical,
  };
}

/** All that is said of a prediction, as a list of sentences with the part that each plays. */
export function verdict(kind, { guess, before, truth }) {
  if (truth === null) return [];
  const said = [["came", `What came: ${kind.text(truth)}`]];
  if (before === null) said.unshift(["you", NO_GUESS]);
  else {
    said.unshift(["you", `You predicted: ${kind.text(before)}`]);
    said.push(["distance", kind.distance(before, truth)]);
    said.push(["assumes", kind.assumes(before, truth)]);
  }
  if (guess !== null && String(guess) !== String(before)) {
    const how = before === null ? "Made" : "Changed";
    said.push(["after", `${how} after the reveal: ${kind.text(guess)}`]);
  }
  return said.filter(([, text]) => text);
}
