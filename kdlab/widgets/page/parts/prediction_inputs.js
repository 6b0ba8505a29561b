/**
 * What a learner predicts with: a control for each kind. Each is made with what was asked and
 * `change(guess)`, and draws `{ guess, truth }`: what came stands beside the answer.
 */
import { assign, element } from "./dom.js";
import { createBarSlider, createBarSliders } from "./guess_bars.js";
import { createPlot, line } from "./line_plot.js";
import { middle, readable } from "./predictions.js";

const NONE = "not predicted yet";

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
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const tick = element("span", readable(low + share * (high - low), step));
    tick.style.left = `${100 * share}%`;
    return tick;
  });
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
  const step = 10 ** Math.floor(Math.log10(fine));
  const along = x.map((_, i) => (100 * i) / (x.length - 1));
  const down = (y) => 100 - (100 * (Math.min(Math.max(y, low), high) - low)) / (high - low);
  const plot = createPlot("kd-main", "kd-down", "kd-ends");
  const points = x.map((place, i) => {
    const input = element("input", { type: "range", min: low, max: high, step });
    input.setAttribute("aria-label", `${ylabel || "height"} at ${xlabel} ${place}`);
    input.style.left = `${along[i]}%`;
    input.oninput = () => put(i, i, input.valueAsNumber, input.valueAsNumber);
    return input;
  });
  const canvas = element("div.kd-points", ...points);
  const node = element("div.kd-sketch", plot.node, canvas);
  if (ylabel) node.prepend(element("p.kd-note", unit ? `${ylabel}, ${unit}` : ylabel));
  if (xlabel) node.append(element("p.kd-note.kd-below", xlabel));
  let [known, last] = [null, null];

  /** Set the heights from one place to another, and tell. The first touch lays a flat line. */
  function put(from, to, first, second) {
    const next = known ? [...known] : x.map(() => second);
    const steps = Math.abs(to - from) || 1;
    for (let i = Math.min(from, to); i <= Math.max(from, to); i++) {
      const share = from === to ? 1 : Math.abs(i - from) / steps;
      next[i] = first + share * (second - first);
    }
    change(next);
  }

  function draw({ offsetX, offsetY, currentTarget }, isFirst) {
    const { clientWidth: width, clientHeight: height } = currentTarget;
    const i = Math.round(Math.min(Math.max(offsetX / width, 0), 1) * (x.length - 1));
    const y = high - Math.min(Math.max(offsetY / height, 0), 1) * (high - low);
    const rounded = Math.min(Math.max(Number((Math.round(y / step) * step).toPrecision(6)), low), high);
    const from = isFirst || !last ? { i, y: rounded } : last;
    last = { i, y: rounded };
    put(from.i, i, from.y, rounded);
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
  const beside = [low, (low + high) / 2, high].map((y) => [down(y), readable(y, step)]);
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
