/** What one model says, as bars; or why there is nothing to show. */
import { createBars } from "./bars.js";
import { element } from "./dom.js";
import { argmax } from "./maths.js";

/** `draw({ list, [key]: { p, p1, note } })`, with a note where there is no answer. */
export function createAnswerChart(classNames, key, heading) {
  const verdict = element("p.kd-verdict");
  const bars = createBars(classNames);
  const title = element("p.kd-title", heading);
  const node = element(`div.kd-says.kd-by-${key}`, title, verdict, bars.node);
  return {
    node,
    draw({ list, [key]: { p, p1, note } }) {
      node.classList.toggle("kd-mute", !p);
      if (!p) return void (verdict.textContent = note);
      verdict.replaceChildren("says ", element("strong", classNames[argmax(p)]));
      bars.draw({ list, p, p1 });
    },
  };
}
