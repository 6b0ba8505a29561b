/** Per class: what both models say, and what each part of a loss asks of the student's logit. */
import { MANY } from "./bars.js";
import { assign, element } from "./dom.js";
import { formatNumber, formatProbability, formatSigned } from "./numbers.js";

/** `draw({ p, q, softPart, hardPart, sums, label, limit, ranking })`; the axis ends at `limit`. */
export function createGradientBars(classNames) {
  const rows = classNames.map(createGradientRow);
  const heads = ["", "teacher", "student", "", "sum"].map((head) => element("span", head));
  const ticks = [0, 25, 50, 75, 100].map(() => element("span"));
  ticks.forEach((tick, i) => (tick.style.left = `${25 * i}%`));
  // Hidden from screen readers, as all bars: the widget says the same in words.
  const bars = element("div.kd-gradients", { "aria-hidden": "true" });
  bars.append(
    element("div.kd-heads", ...heads),
    ...rows.map((row) => row.node),
    element("div.kd-ticks", element("div", ...ticks)),
  );
  const many = classNames.length > MANY;
  const node = element("div.kd-frame", bars);
  if (many) assign(node, { tabIndex: 0, role: "group", "aria-label": "Gradients" });
  return {
    node,
    draw(state) {
      const { limit, ranking } = state;
      ticks.forEach((tick, i) => (tick.textContent = formatTick((limit * (i - 2)) / 2)));
      rows.forEach((row, k) => row.draw(state, k));
      if (many) ranking.forEach((k, place) => (rows[k].node.style.order = place));
    },
  };
}

function createGradientRow(name) {
  const [teacher, student, sum] = [0, 1, 2].map(() => element("span.kd-figure"));
  const [soft, hard, both] = ["soft", "hard", "both"].map((part) => element(`i.kd-of-${part}`));
  const lane = element("span.kd-lane", soft, hard, both);
  const label = element("span.kd-of", { title: name }, name);
  const node = element("div.kd-class", label, teacher, student, lane, sum);
  return {
    node,
    draw({ p, q, softPart, hardPart, sums, label, limit }, k) {
      teacher.textContent = formatProbability(p[k]);
      student.textContent = formatProbability(q[k]);
      sum.textContent = formatSigned(sums[k]);
      reachTo(soft, softPart[k] / limit);
      reachTo(hard, hardPart[k] / limit);
      both.style.transform = `translateX(${50 + (50 * sums[k]) / limit}%)`;
      const [most, least] = [Math.max, Math.min].map((end) => end(softPart[k], hardPart[k]));
      lane.classList.toggle("kd-past-end", most > limit);
      lane.classList.toggle("kd-past-start", least < -limit);
      node.classList.toggle("kd-true", k === label);
    },
  };
}

/** Show a bar from the middle of its lane to either side; not resized, so nothing is laid out. */
function reachTo(bar, share) {
  const [left, right] = [Math.min(share, 0), Math.max(share, 0)].map((x) => 50 + 50 * x);
  bar.style.clipPath = `inset(0 ${100 - right}% 0 ${left}%)`;
}

function formatTick(x) {
  return x < 0 ? `−${formatNumber(-x)}` : formatNumber(x);
}
