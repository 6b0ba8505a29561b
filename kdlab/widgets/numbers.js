/** Numbers as a learner reads them. */

export function formatNumber(x) {
  return Number.isFinite(x) ? String(Number(x.toPrecision(3))) : "not finite";
}

/** Three digits, or a power of ten for what would read 0.000: dark knowledge is small. */
export function formatProbability(p) {
  if (p >= 0.0005) return p.toFixed(3);
  return p > 0 ? formatPower(p) : "0";
}

/** One digit and a power of ten: 3×10⁻⁷. */
export function formatPower(x) {
  const [digit, exponent] = x.toExponential(0).split("e");
  const power = `10${[...String(Number(exponent))].map(raised).join("")}`;
  return digit === "1" ? power : `${digit}×${power}`;
}

function raised(character) {
  return character === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[character];
}
