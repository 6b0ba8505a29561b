/** Numbers as a learner reads them. */

const LANGUAGE = "en"; // of the texts around them

export function formatNumber(x) {
  return Number.isFinite(x) ? String(Number(x.toPrecision(3))) : "not finite";
}

/** Three digits, or a power of ten for what would read 0.000: dark knowledge is small. */
export function formatProbability(p) {
  if (p >= 0.0005) return p.toFixed(3);
  return p > 0 ? formatPower(p) : "0";
}

/** Three digits however small, so that a reader can calculate with them: 0.0312, 1.23×10⁻⁵. */
export function formatExactly(x) {
  if (x === 0 || x >= 0.001) return formatNumber(x);
  const [digits, exponent] = x.toExponential(2).split("e");
  return `${digits}×${formatPower(Number(`1e${exponent}`))}`;
}

/** A number to either side of 0, as exact as a probability. */
export function formatSigned(x) {
  return (x < 0 ? "−" : x > 0 ? "+" : "") + formatProbability(Math.abs(x));
}

/** One digit and a power of ten: 3×10⁻⁷. */
export function formatPower(x) {
  const [digit, exponent] = x.toExponential(0).split("e");
  const power = `10${[...String(Number(exponent))].map(raised).join("")}`;
  return digit === "1" ? power : `${digit}×${power}`;
}

export function formatPercent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

export function formatCount(count) {
  return count.toLocaleString(LANGUAGE);
}

export function formatBytes(count) {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${formatNumber(count / 1e3)} kB` : `${formatNumber(count / 1e6)} MB`;
}

function raised(character) {
  return character === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[character];
}
