/**
 * Predict in the page: a question, a control to answer it with, and after the reveal what came.
 *
 * An answer counts as soon as it is there; nothing has to be confirmed. What came is told by
 * Python, and an answer that is changed after that is shown as such.
 */
import { element } from "../parts/dom.js";
import { createKeptLine } from "../parts/kept.js";
import { mount, whenNew } from "../parts/mount.js";
import { createInput } from "../parts/prediction_inputs.js";
import { readPrediction, verdict } from "../parts/predictions.js";

const TRAITS = ["guess", "before", "truth"];
const HOW = {
  number: "drag the handle, or type a number",
  choice: "choose one",
  order: "move the lines up and down",
  bars: "drag the bars",
  curve: "draw the line with the mouse or a finger; with the keyboard, Tab and the arrows",
};

function render(view) {
  return mount(view, "div.kdlab.kd-predict", TRAITS, ({ model, data, root, set, signal }) => {
    const kind = readPrediction(data);
    const input = createInput(data, kind, (guess) => set("guess", guess, "soon"));
    const parts = [input, standing(data, kind), comparison(kind), explanation(data)];
    const title = element("p.kd-title", data.question);
    const head = element("div.kd-ask", element("div", title, input.node));
    if (data.image) head.prepend(picture(data.image));
    const spoken = element("p.kd-hidden", { role: "status" });
    root.append(head, ...parts.slice(1).map(({ node }) => node), spoken, createKeptLine(model, signal));
    const words = {
      draw() {},
      speak: (state) => (spoken.textContent = sentences(kind, state)),
    };
    return { parts, words };
  });
}

function picture({ address, alt, ink }) {
  return element(`img.kd-shown${ink ? ".kd-ink" : ""}`, { src: address, alt });
}

/** Whether there is an answer, and which; after the reveal the comparison says it. */
function standing(data, kind) {
  const node = element("p.kd-standing");
  return {
    node,
    draw(state) {
      node.hidden = state.truth !== null;
      const text = sentences(kind, state) || `… No prediction yet: ${HOW[data.kind]}.`;
      if (node.textContent !== text) node.textContent = text;
      node.classList.toggle("kd-made", state.guess !== null);
    },
  };
}

function sentences(kind, state) {
  if (state.truth !== null) return verdict(kind, state).map(([, text]) => text).join(" ");
  return state.guess === null ? "" : `✓ Your prediction: ${kind.text(state.guess)}`;
}

const SIGNS = { you: "● ", came: "◆ " };

/** Both side by side in words, with what a typical wrong guess assumes. */
function comparison(kind) {
  const node = element("div.kd-verdict");
  return {
    node,
    draw: whenNew(TRAITS, (state) => {
      const said = verdict(kind, state);
      node.hidden = !said.length;
      node.replaceChildren(
        ...said.map(([part, text]) => element(`p.kd-${part}-line`, `${SIGNS[part] ?? ""}${text}`)),
      );
    }),
  };
}

/** What there is to say to the result; who does not want to guess may open it before. */
function explanation(data) {
  const summary = element("summary");
  const node = element("details.kd-explanation", summary);
  node.append(...data.explanation.map((paragraph) => element("p", paragraph)));
  node.hidden = !data.explanation.length;
  let revealed;
  return {
    node,
    draw({ truth }) {
      if (revealed === (truth !== null)) return;
      revealed = truth !== null;
      node.open = revealed;
      summary.textContent = revealed ? "What this shows" : "Read the answer without a prediction";
    },
  };
}

export default { render };
