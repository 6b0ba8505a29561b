/** The slider for T: logarithmic, with stops at round numbers. */
import { assign, createToolbar, element, stillIn } from "./dom.js";
import { formatNumber } from "./numbers.js";

export const PRESETS = [1, 2, 4, 10, 20];
const STEPS_PER_DECADE = 50; // one step of the slider is 4.7 %

/** The slider's step nearest to a temperature: doubling T is the same way everywhere. */
export function toStep(t) {
  return Math.round(Math.log10(t) * STEPS_PER_DECADE);
}

/** The temperature of a step, as a number that can be said: 4, not 3.98. */
export function toTemperature(step) {
  const t = 10 ** (step / STEPS_PER_DECADE);
  const perUnit = t < 0.98 ? 100 : t < 9.8 ? 20 : 2;
  return Math.round(t * perUnit) / perUnit;
}

/** `change` sets a trait soon; once hand or key are lifted, Python gets it. */
export function slides(input, set, change) {
  assign(input, { oninput: change, onpointerup: set.flush, onkeyup: set.flush });
}

/** A slider's thumb moves in a box of its own: what is around it need not be laid out again. */
export function labelled(text, input) {
  const box = element("span.kd-box");
  stillIn(box).append(input);
  return element("label", element("span", text), box);
}

/** The buttons of the `presets` are open to a picture. */
export function createSlider(range, set) {
  const [min, max] = range.map(toStep);
  const input = element("input", { type: "range", min, max, step: 1 });
  const output = element("output.kd-t", { "aria-hidden": "true" });
  const readout = stillIn(output);
  slides(input, set, () => set("temperature", toTemperature(input.valueAsNumber), "soon"));
  const presets = PRESETS.map((t) => {
    const button = element("button", { "aria-label": `Temperature ${t}` }, String(t));
    button.onclick = () => set("temperature", t);
    button.style.setProperty("--at", (toStep(t) - min) / (max - min));
    return button;
  });
  const label = labelled("Temperature", input);
  const toolbar = createToolbar("Temperatures", "div.kd-presets", ...presets);
  return {
    presets,
    node: element("div.kd-slider", label, output, toolbar.node),
    draw({ t }) {
      const text = `T = ${formatNumber(t)}`;
      input.value = toStep(t);
      input.setAttribute("aria-valuetext", text);
      readout.textContent = text;
      const distances = PRESETS.map((preset) => Math.abs(Math.log(preset / t)));
      const nearest = distances.indexOf(Math.min(...distances));
      toolbar.draw(nearest);
      presets.forEach((button, i) => {
        button.setAttribute("aria-pressed", t === PRESETS[i]);
        button.classList.toggle("kd-near", i === nearest);
      });
    },
  };
}
