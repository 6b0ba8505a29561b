/** The accuracy of each model on each class. */
import { element } from "./dom.js";
import { createModelHead } from "./markers.js";
import { createTable } from "./tables.js";

/** A row per model, a column per class: the more errors, the darker. */
export function createClassTable({ models, classNames, columns = classNames }) {
  const names = ["Model", ...columns];
  const heads = names.map((name) => element("th", { scope: "col", title: name }, name));
  const rows = models.map((model, m) => {
    const cells = model.perClass.map((share) => {
      const cell = element("td", share === null ? "–" : (100 * share).toFixed(0));
      cell.style.setProperty("--errors", 1 - (share ?? 1));
      return cell;
    });
    return element("tr.kd-heat", createModelHead(model, m), ...cells);
  });
  const of = columns === classNames ? "each class" : "the classes with the most errors";
  const title = `Accuracy on ${of}, in percent`;
  const table = createTable(title, heads, rows);
  table.node.classList.toggle("kd-wide", columns !== classNames);
  return {
    node: element("div", element("p.kd-title", title), table.node),
    draw: (state) => table.arrange(state.rows),
  };
}
