/**
 * TrainingMonitor in the page: it shows what Python last pushed, and keeps nothing itself.
 */
import { readArray } from "../parts/arrays.js";
import { element } from "../parts/dom.js";
import { mount } from "../parts/mount.js";
import { formatNumber } from "../parts/numbers.js";
import { svgNode } from "../parts/svg.js";

const KEPT = "You can stop it at any time: what has been learned by then is kept.";
const TRAITS = ["title", "_progress", "_stopping"];
const [WIDTH, HEIGHT] = [100, 100]; // the drawing's own units; it stretches to its box
// The classes of a chart's lines, each with a colour and a dash of its own.
const LINES = ["kd-training", "kd-validation", "kd-third", "kd-fourth"];

function render(view) {
  return mount(view, "div.kdlab.kd-monitor", TRAITS, ({ model, root, signal, redraw }) => {
    const title = element("p.kd-title");
    const state = element("span.kd-state");
    const fill = element("i");
    const bar = element("div.kd-progress", { role: "progressbar" }, fill);
    const note = element("p", { role: "status", tabIndex: -1 });
    const charts = progressCharts();
    const stop = createStop(model, root, redraw, signal);
    root.append(element("div.kd-head", title, state), element("div.kd-run", bar, stop.button));
    root.append(charts.node, note);
    const run = {
      draw({ title: name, _progress: now }) {
        const share = now.total ? now.done / now.total : 0;
        title.textContent = name;
        state.textContent = describe(now, share, stop.isTooLate());
        fill.style.width = `${100 * share}%`;
        root.classList.toggle("kd-finished", now.finished);
        bar.setAttribute("aria-label", name);
        bar.setAttribute("aria-valuenow", Math.round(100 * share));
        bar.setAttribute("aria-valuetext", state.textContent);
        const hadFocus = stop.button === document.activeElement;
        const text = stop.draw(now);
        if (hadFocus && stop.button.hidden) note.focus(); // or keys would go to the notebook
        if (note.textContent !== text) note.textContent = text; // read out only when it changes
      },
    };
    return { parts: [run, charts] };
  });
}

/**
 * The Stop button, with what there is to say about stopping. While a cell runs the kernel serves no
 * message from a widget, so the button sends none: it has the server interrupt the kernel, as the
 * notebook's own button does. Where the front end offers no way to the kernel there is no button.
 */
function createStop(model, root, redraw, signal) {
  const button = element("button", { type: "button" });
  const manager = model.widget_manager; // none where the widget has a page of its own
  const kernel = manager?.kernel;
  let refused = !kernel?.interrupt;
  let restarted = false;
  const isTooLate = () =>
    restarted || !manager || root.closest(".jupyter-widgets-disconnected") !== null;
  const isAsked = () => model.get("_stopping") === model.get("_progress").run;

  button.addEventListener("click", async () => {
    if (isAsked()) return; // a second interrupt could hit what comes after the training
    model.set("_stopping", model.get("_progress").run);
    try {
      await kernel.interrupt();
    } catch {
      refused = true;
      redraw();
    }
  });
  const watch = (_, status) => {
    if (!/restarting|terminating|dead/.test(status)) return;
    restarted = true;
    redraw();
  };
  kernel?.statusChanged?.connect(watch);
  model.on("comm_live_update", redraw);
  signal.addEventListener("abort", () => {
    kernel?.statusChanged?.disconnect(watch);
    model.off("comm_live_update", redraw);
  });

  return {
    button,
    isTooLate,
    /** Show the button or not; returns the note on it. */
    draw({ total, finished, message }) {
      const runs = total > 0 && !finished;
      button.hidden = !runs || refused || isTooLate();
      button.setAttribute("aria-disabled", isAsked()); // and not `disabled`: it keeps the focus
      button.textContent = isAsked() ? "Stopping…" : "Stop";
      if (!runs) return message;
      if (isTooLate()) return "The training cannot be reached: the kernel has ended, or this page is a saved one.";
      if (refused) return `${KEPT} Use the notebook's ■ button.`;
      return isAsked() ? "It stops when the step under way is done." : KEPT;
    },
  };
}

function describe({ name, done, total, unit, secondsLeft, finished }, share, isTooLate) {
  if (!total) return "not started";
  const parts = [...(name ? [name] : []), `${Math.floor(done)} of ${total} ${unit}`, `${Math.floor(100 * share)} %`];
  if (finished) parts.push(done < total ? "stopped early" : "finished");
  else if (isTooLate) parts.push("not finished");
  else if (secondsLeft !== null) parts.push(`${formatSeconds(secondsLeft)} left`);
  return parts.join(" · ");
}

export function formatSeconds(exact) {
  const seconds = Math.ceil(exact);
  const minutes = Math.floor(seconds / 60);
  if (!minutes) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** One chart per metric, made when it first has a value. */
function progressCharts() {
  const node = element("div.kd-charts");
  const chartOf = new Map();
  return {
    node,
    draw({ _progress: { curves, done, total, unit, finished } }) {
      const last = (finished && done) || total; // a run that was stopped early fills its charts
      const metrics = new Set(curves.map(({ name }) => metricOf(name)));
      for (const [metric, chart] of chartOf) {
        if (metrics.has(metric)) continue;
        chart.node.remove(); // a new run with other metrics
        chartOf.delete(metric);
      }
      for (const metric of metrics) {
        if (!chartOf.has(metric)) {
          chartOf.set(metric, createChart());
          node.append(chartOf.get(metric).node);
        }
        chartOf.get(metric).draw({ metric, unit, last, ...linesOf(metric, curves) });
      }
    },
  };
}

function metricOf(name) {
  return name.replace(/^val_/, "");
}

/**
 * The lines of a chart, each with its place among the colours: of a single run on the training and
 * on the validation data; of several runs one each, on validation data where there is any.
 */
function linesOf(metric, curves) {
  const own = curves.filter(({ name }) => metricOf(name) === metric);
  const line = (curve, at, text) => ({ at, text, ...readCurve(curve) });
  if (!curves.some(({ of }) => of)) {
    const kinds = own.map((curve) => [curve, Number(curve.name !== metric)]);
    return { title: metric, lines: kinds.map(([c, at]) => line(c, at, ["training", "validation"][at])) };
  }
  const unseen = own.filter(({ name }) => name !== metric);
  const runs = [...new Set(curves.map(({ of }) => of))];
  const drawn = unseen.length ? unseen : own;
  return {
    title: metric + (unseen.length ? " on unseen images" : ""),
    lines: drawn.map((curve) => line(curve, runs.indexOf(curve.of), curve.of)),
  };
}

function readCurve(curve) {
  return { x: readArray(Float32Array, curve.x), y: readArray(Float32Array, curve.y) };
}

function createChart() {
  const viewBox = `0 0 ${WIDTH} ${HEIGHT}`;
  const drawing = svgNode("svg", { viewBox, preserveAspectRatio: "none" });
  const rules = [25, 50, 75].map((y) => svgNode("path", { class: "kd-rule", d: `M0 ${y}h100` }));
  const [high, low, start, end] = ["high", "low", "start", "end"].map((place) =>
    element(`span.kd-tick.kd-${place}`),
  );
  const legend = element("figcaption");
  const plot = element("div.kd-plot", drawing, high, low, start, end);
  plot.setAttribute("aria-hidden", "true"); // the legend says the latest values
  return {
    node: element("figure", legend, plot),
    draw({ metric, title, lines, last, unit }) {
      const range = yRange(metric, lines);
      const reach = Math.max(last, ...lines.map(({ x }) => x.at(-1)));
      const paths = lines.map((curve) =>
        svgNode("path", { class: LINES[curve.at % LINES.length], d: path(curve, reach, range) }),
      );
      drawing.replaceChildren(...rules, ...paths);
      [low.textContent, high.textContent] = range.map(formatNumber);
      [start.textContent, end.textContent] = ["0", `${Number(reach.toFixed(1))} ${unit}`];
      legend.replaceChildren(element("strong", title), ...lines.map(key));
    },
  };
}

/** Shares of examples have a fixed axis; a loss begins at 0 and ends where it was highest. */
function yRange(name, curves) {
  if (/acc|agreement/.test(name)) return [0, 1];
  const values = curves.flatMap(({ y }) => [...y]).filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  return [low, high > low ? high : low + 1];
}

/** The curve as an SVG path; where a value is not finite, a gap. */
function path(curve, last, [low, high]) {
  let d = "";
  let pen = "M";
  curve.y.forEach((value, i) => {
    if (!Number.isFinite(value)) return (pen = "M");
    const x = (WIDTH * curve.x[i]) / last;
    const y = HEIGHT * (1 - (value - low) / (high - low));
    // h0 makes a single point visible.
    d += `${pen}${x.toFixed(2)} ${y.toFixed(2)}${pen === "M" ? "h0" : ""}`;
    pen = "L";
  });
  return d;
}

function key({ at, text, y }) {
  const sample = svgNode("svg", { viewBox: "0 0 24 4", class: "kd-key" });
  sample.append(svgNode("path", { class: LINES[at % LINES.length], d: "M0 2h24" }));
  return element("span", sample, ` ${text} ${formatNumber(y.at(-1))}`);
}

export default { render };
