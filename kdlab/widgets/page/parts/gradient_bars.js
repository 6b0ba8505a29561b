/** Per class: what both models say, and what each part of a loss asks of the student's logit. */
import { assign, element } from "./dom.js";
import { formatNumber, formatProbability, formatSigned } from "./numbers.js";
import { MANY, rowsFor } from "./shortlist.js";

/**
 * `draw({ list, p, q, softPart, hardPart, sums, label, limit, ranking })`, with the values by row of
 * the short `list`; ordered by `ranking` where these are many. The axis ends at `limit`.
 */
export function createGradientBars(classNames) {
  const count = rowsFor(classNames.length);
  const rows = classNames.slice(0, count).map(createGradientRow);
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
  const many = count > MANY;
  if (count < classNames.length) rows.at(-1).node.classList.add("kd-others");
  let drawnNames = classNames;
  const node = element("div.kd-frame", bars);
  if (many) assign(node, { tabIndex: 0, role: "group", "aria-label": "Gradients" });
  return {
    node,
    draw(state) {
      const { list, label, limit, ranking } = state;
      const columns = ["p", "q", "softPart", "hardPart", "sums"].map((one) => state[one]);
      const truth = list.classes.indexOf(label);
      ticks.forEach((tick, i) => (tick.textContent = formatTick((limit * (i - 2)) / 2)));
      if (list.names !== drawnNames) list.names.forEach((name, i) => rows[i].rename(name));
      drawnNames = list.names;
      rows.forEach((row, i) => row.draw(columns.map((column) => column[i]), limit, i === truth));
      if (many) ranking.forEach((k, place) => (rows[k].node.style.order = place));
    },
  };
}

function createGradientRow(name) {
  const [teacher, student, sum] = [0, 1, 2].map(() => element("span.kd-figure"));
  const [soft, hard, mark] = ["soft", "hard", "both"].map((part) => element(`i.kd-of-${part}`));
  const lane = element("span.kd-lane", soft, hard, mark);
  const label = element("span.kd-of", { title: name }, name);
  const node = element("div.kd-class", label, teacher, student, lane, sum);
  return {
    node,
    rename(text) {
      assign(label, { title: text, textContent: text });
    },
    draw([p, q, softPart, hardPart, both], limit, isLabel) {
      teacher.textContent = formatProbability(p);
      student.textContent = formatProbability(q);
      sum.textContent = formatSigned(both);
      reachTo(soft, softPart / limit);
      reachTo(hard, hardPart / limit);
      mark.style.transform = `translateX(${50 + (50 * both) / limit}%)`;
      const [most, least] = [Math.max, Math.min].map((end) => end(softPart, hardPart));
      lane.classList.toggle("kd-past-end", most > limit);
      lane.classList.toggle("kd-past-start", least < -limit);
      node.classList.toggle("kd-true", isLabel);
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
