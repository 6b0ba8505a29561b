/** The slider for T: logarithmic, with stops at round numbers. */
import { element } from "./dom.js";
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

/**
 * While it is dragged, `root` has the class `kd-dragged`, and Python hears of it now and then. The
 * buttons of the `presets` are open to a picture each.
 */
export function temperatureSlider(range, set, root) {
  const [min, max] = range.map(toStep);
  const input = element("input", { type: "range", min, max, step: 1 });
  const readout = element("output.kd-t.kd-still", { "aria-hidden": "true" });
  const change = (dragged) => {
    root.classList.toggle("kd-dragged", dragged);
    set("temperature", toTemperature(input.valueAsNumber), dragged ? "soon" : "now");
  };
  input.oninput = () => change(true);
  input.onchange = () => change(false);
  const presets = PRESETS.map((t) => {
    const button = element("button", { "aria-label": `Temperature ${t}` }, String(t));
    button.onclick = () => set("temperature", t);
    button.style.setProperty("--at", (toStep(t) - min) / (max - min));
    return button;
  });
  const label = element("label", element("span", "Temperature"), input);
  return {
    presets,
    node: element("div.kd-slider", label, readout, element("div.kd-presets", ...presets)),
    draw({ t }) {
      const text = `T = ${formatNumber(t)}`;
      input.value = toStep(t);
      input.setAttribute("aria-valuetext", text);
      readout.textContent = text;
      const distances = PRESETS.map((preset) => Math.abs(Math.log(preset / t)));
      const nearest = distances.indexOf(Math.min(...distances));
      presets.forEach((button, i) => {
        button.setAttribute("aria-pressed", t === PRESETS[i]);
        button.classList.toggle("kd-near", i === nearest);
      });
    },
  };
}
