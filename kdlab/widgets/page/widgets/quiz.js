/**
 * Quiz in the page: a question, its options, and what there is to say to the answer.
 *
 * The radio buttons only mark an option, in this view alone; the answer, which all views and Python
 * share, is given with the button or the Enter key.
 */
import { element } from "../parts/dom.js";
import { createKeptLine } from "../parts/kept.js";
import { mount } from "../parts/mount.js";

const NOT_YET = "… Not attempted yet: choose one, then press Check.";

function render(view) {
  return mount(view, "div.kdlab.kd-quiz", ["chosen"], ({ model, data, root, set, signal }) => {
    const { question, options, replies } = data;
    const right = options.indexOf(data.right);
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
    root.append(form, createKeptLine(model, signal));
    return {
      parts: [...choices, answer],
      look({ chosen }) {
        const number = options.indexOf(chosen); // -1 where nothing is
        return { chosen: number, isRight: number === right };
      },
    };
  });
}

/** An option. One name for all quizzes will do: radio buttons of a form are a group of their own. */
function choice(text, number) {
  const input = element("input", { type: "radio", name: "option", required: true });
  const mark = element("span.kd-mark", { "aria-hidden": "true" });
  return {
    input,
    node: element("label", input, element("span", text, mark)),
    draw({ chosen, isRight }) {
      input.checked = number === chosen;
      mark.textContent = input.checked ? (isRight ? "✓" : "✗") : "";
    },
  };
}

/** What is said to the answer, with room for the longest that may be said, so that nothing moves. */
function reply(replies) {
  const said = element("p", { role: "status" });
  const rooms = [NOT_YET, ...replies].map((text) => element("p.kd-room", text));
  return {
    node: element("div.kd-reply", said, ...rooms),
    draw({ chosen, isRight }) {
      said.textContent = replies[chosen] ?? NOT_YET;
      said.className = chosen < 0 ? "" : isRight ? "kd-right" : "kd-wrong";
    },
  };
}

export default { render };
