/**
 * Quiz in the page: a question, its options, and what there is to say to the answer.
 *
 * The radio buttons only mark an option, in this view alone; the answer, which all views and Python
 * share, is given with the button or the Enter key.
 */
import { createSetter, element, follow, keepKeys } from "./dom.js";
import { keptLine } from "./kept.js";

const NOT_YET = "… Not attempted yet: choose one, then press Check.";

function render({ model, el }) {
  const closed = new AbortController();
  const { signal } = closed;
  const { question, options, replies, right } = model.get("_data");
  const set = createSetter(model, signal);

  const choices = options.map(choice);
  const answer = reply(replies);
  const form = element(
    "form",
    element("fieldset", element("legend", question), ...choices.map(({ node }) => node)),
    element("div.kd-answer", element("button", "Check"), answer.node),
  );
  form.onsubmit = (event) => {
    event.preventDefault();
    set("chosen", options[choices.findIndex(({ input }) => input.checked)]);
  };
  const root = element("div.kdlab.kd-quiz", form, keptLine(model, signal));
  keepKeys(root, signal);
  el.append(root);

  const draw = () => {
    const chosen = options.indexOf(model.get("chosen"));
    choices.forEach(({ draw }, i) => draw(i === chosen, options[i] === right));
    answer.draw(chosen, options[chosen] === right);
  };
  draw();
  follow(model, ["chosen"], draw, signal);
  return () => closed.abort();
}

/** An option. One name for all quizzes will do: radio buttons of a form are a group of their own. */
function choice(text) {
  const input = element("input", { type: "radio", name: "option", required: true });
  const mark = element("span.kd-mark", { "aria-hidden": "true" });
  return {
    input,
    node: element("label", input, element("span", text, mark)),
    draw(chosen, right) {
      input.checked = chosen;
      mark.textContent = chosen ? (right ? "✓" : "✗") : "";
    },
  };
}

/** What is said to the answer, with room for the longest that may be said, so that nothing moves. */
function reply(replies) {
  const said = element("p", { role: "status" });
  const rooms = [NOT_YET, ...replies].map((text) => element("p.kd-room", text));
  return {
    node: element("div.kd-reply", said, ...rooms),
    draw(chosen, right) {
      said.textContent = replies[chosen] ?? NOT_YET;
      said.className = chosen < 0 ? "" : right ? "kd-right" : "kd-wrong";
    },
  };
}

export default { render };
