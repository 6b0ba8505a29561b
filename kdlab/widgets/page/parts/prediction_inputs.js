/**
 * What a learner predicts with: a control for each kind. Each is made with what was asked and
 * `change(guess)`, and draws `{ guess, truth }`: what came stands beside the answer.
 */
import { assign, element } from "./dom.js";
import { createBarSlider, createBarSliders } from "./guess_bars.js";
import { createPlot, line } from "./line_plot.js";
import { middle, readable } from "./predictions.js";

const NONE = "not predicted yet";
const NEAR = 0.2; // of the way to the next place: the pointer holds on to one it is that near to

export function createInput(data, kind, change) {
  const creators = {
    number: numberInput,
    choice: choiceInput,
    order: orderInput,
    bars: barsInput,
    curve: curveInput,
  };
  return creators[data.kind](data, change, kind);
}

/** 1, 2 or 5 times a power of ten: the largest that is not above `most`. */
function evenStep(most) {
  const power = 10 ** Math.floor(Math.log10(most) + 1e-9);
  return power * [5, 2, 1].find((times) => times * power <= most * (1 + 1e-9));
}

/** A bar to drag, and a field for those who would rather type. */
function numberInput({ question, between: [low, high], step, unit }, change, { text }) {
  const slider = createBarSlider({ low, high, step, label: question }, change);
  // A click or a key on the handle says that it stands where it should.
  const keep = () => change(slider.input.valueAsNumber);
  slider.input.onclick = keep;
  slider.input.onkeydown = ({ key }) => {
    if ([" ", "Enter"].includes(key)) keep();
  };
  const field = element("input", { type: "number", min: low, max: high, step: "any" });
  field.setAttribute("aria-label", `${question} As a number`);
  field.oninput = () => {
    if (field.value && field.validity.valid) change(field.valueAsNumber);
  };
  field.onchange = () => field.reportValidity();
  const apart = evenStep((high - low) / 4);
  const ticks = [];
  for (let k = Math.ceil(low / apart - 1e-9); k * apart <= high + 1e-9 * apart; k++) {
    const tick = element("span", readable(Number((k * apart).toPrecision(6)), step));
    tick.style.left = `${(100 * (k * apart - low)) / (high - low)}%`;
    ticks.push(tick);
  }
  const axis = element("div.kd-axis", { "aria-hidden": "true" }, element("div.kd-right", ...ticks));
  const scale = element("div", element("div.kd-row", slider.track), axis);
  return {
    node: element("div.kd-number", scale, element("label", field, ` ${unit}`)),
    draw({ guess, truth }) {
      slider.draw(guess, guess === null ? NONE : text(guess), truth);
      if (document.activeElement !== field) field.value = guess ?? "";
    },
  };
}

function choiceInput({ question, options }, change) {
  const choices = options.map((option) => {
    const input = element("input", { type: "radio", name: "prediction" });
    input.onchange = () => change(option);
    const mark = element("span.kd-mark");
    return { option, input, mark, node: element("label", input, element("span", option, " ", mark)) };
  });
  // A form, since radio buttons of one form are a group of their own.
  const form = element("form.kd-choice", ...choices.map(({ node }) => node));
  return {
    node: element("div", { role: "radiogroup", "aria-label": question }, form),
    draw({ guess, truth }) {
      for (const { option, input, mark, node } of choices) {
        input.checked = option === guess;
        node.classList.toggle("kd-is", option === truth);
        mark.textContent = option === truth ? "◆ what came" : "";
      }
    },
  };
}

function orderInput({ question, items }, change) {
  let [order, shown] = [[...items], null];
  const list = element("ol", { "aria-label": question });
  const rows = new Map(
    items.map((item) => {
      const [up, down] = ["up", "down"].map((way) =>
        element("button", { "aria-label": `Move ${item} ${way}` }, way === "up" ? "↑" : "↓"),
      );
      up.onclick = () => move(item, -1, up);
      down.onclick = () => move(item, 1, down);
      const came = element("span.kd-mark");
      const node = element("li", up, down, element("span", item), came);
      return [item, { node, came, up, down }];
    }),
  );
  const keep = element("button", "This is my order");
  keep.onclick = () => change(order);

  function move(item, by, button) {
    const from = order.indexOf(item);
    const to = from + by;
    if (to < 0 || to >= order.length) return;
    order = order.toSpliced(from, 1).toSpliced(to, 0, item);
    change(order);
    button.focus(); // what is moved in the page loses it
  }

  return {
    node: element("div.kd-order", list, keep),
    draw({ guess, truth }) {
      order = guess ?? order;
      if (String(order) !== shown) list.replaceChildren(...order.map((item) => rows.get(item).node));
      shown = String(order);
      order.forEach((item, i) => {
        const { came, up, down } = rows.get(item);
        // Not disabled, or the keyboard would lose its place.
        up.ariaDisabled = String(i === 0);
        down.ariaDisabled = String(i === order.length - 1);
        const place = truth?.indexOf(item) + 1;
        came.textContent = truth ? `◆ came ${place}.${place === i + 1 ? " ✓" : ""}` : "";
      });
      keep.hidden = guess !== null;
    },
  };
}

function barsInput({ names }, change) {
  const sliders = createBarSliders(names, change);
  const note = element("p.kd-note", { "aria-hidden": "true" });
  return {
    node: element("div", sliders.node, note),
    draw({ guess, truth }) {
      sliders.draw(guess, { came: truth });
      note.textContent = truth
        ? "Above in each row your bar, below it what came."
        : `Total ${sliders.total()} %. It is scaled to 100 %.`;
    },
  };
}

/** A line that is drawn with the pointer, or point by point with the keyboard. */
function curveInput({ x, between: [low, high], step: fine, unit, xlabel, ylabel }, change) {
  let heights = x.map(() => (low + high) / 2);
  const step = evenStep(fine);
  const along = x.map((_, i) => (100 * i) / (x.length - 1));
  const down = (y) => 100 - (100 * (Math.min(Math.max(y, low), high) - low)) / (high - low);
  const plot = createPlot("kd-main", "kd-down", "kd-ends");
  const points = x.map((place, i) => {
    const input = element("input", { type: "range", min: low, max: high, step });
    input.setAttribute("aria-label", `${ylabel || "height"} at ${xlabel} ${place}`);
    input.style.left = `${along[i]}%`;
    input.oninput = () => put([[i, input.valueAsNumber]]);
    return input;
  });
  const canvas = element("div.kd-points", ...points);
  const node = element("div.kd-sketch", plot.node, canvas);
  if (ylabel) node.prepend(element("p.kd-note", unit ? `${ylabel}, ${unit}` : ylabel));
  if (xlabel) node.append(element("p.kd-note.kd-below", xlabel));
  let [known, last] = [null, null];

  /** Set the heights of some places, and tell. The first touch lays a flat line. */
  function put(heightsOf) {
    const [[, first]] = heightsOf;
    const next = known ? [...known] : x.map(() => first);
    for (const [i, y] of heightsOf) next[i] = rounded(y);
    change(next);
  }

  function rounded(y) {
    return Math.min(Math.max(Number((Math.round(y / step) * step).toPrecision(6)), low), high);
  }

  /** A stroke goes from where the pointer was to where it is: the places between lie on it. */
  function draw({ offsetX, offsetY, currentTarget }, isFirst) {
    const { clientWidth: width, clientHeight: height } = currentTarget;
    const at = Math.min(Math.max(offsetX / width, 0), 1) * (x.length - 1);
    const y = high - Math.min(Math.max(offsetY / height, 0), 1) * (high - low);
    const from = isFirst || !last ? { at, y } : last;
    last = { at, y };
    const lies = (i) => (at === from.at ? y : from.y + ((i - from.at) / (at - from.at)) * (y - from.y));
    const isPassed = (i) => (i - from.at) * (i - at) < 0;
    const near = Math.round(at);
    const isHeld = (i) => Math.abs(i - at) < Math.min(NEAR, Math.abs(i - from.at) + 1e-9);
    const strokes = [...x.keys()].filter((i) => i !== near && isPassed(i)).map((i) => [i, lies(i)]);
    if (isPassed(near)) strokes.push([near, lies(near)]);
    else if (isFirst || isHeld(near)) strokes.push([near, y]);
    if (strokes.length) put(strokes);
  }

  assign(canvas, {
    onpointerdown(event) {
      canvas.setPointerCapture(event.pointerId);
      draw(event, true);
    },
    onpointermove(event) {
      if (event.buttons) draw(event);
    },
  });
  const marks = low < 0 && high > 0 ? [low, 0, high] : [low, (low + high) / 2, high];
  const beside = marks.map((y) => [down(y), readable(y, step)]);
  const below = x.map((place, i) => [along[i], place]);
  return {
    node,
    draw({ guess, truth }) {
      known = guess;
      heights = guess ?? heights;
      node.classList.toggle("kd-unset", guess === null);
      points.forEach((input, i) => {
        input.value = heights[i];
        input.setAttribute("aria-valuetext", guess ? `${readable(heights[i], step)} ${unit}`.trim() : NONE);
      });
      const ends = (truth ?? []).map((t, i) =>
        Array.isArray(t) ? `M${along[i]} ${down(t[1])}V${down(t[2])}` : "",
      );
      plot.draw(beside, below, [
        guess ? [line(along, guess.map(down))] : [],
        truth ? [line(along, truth.map((t) => down(middle(t))))] : [],
        ends,
      ]);
    },
  };
}
