/** For those who do not see the picture: a table, and a sentence read out after the last change. */
import { element } from "./dom.js";
import { rowsFor } from "./shortlist.js";

/** One row per class, or per row of a short list of them; one column per head. */
export function createWords(classNames, heads) {
  const sentence = element("p", { role: "status" });
  const caption = element("caption");
  const names = classNames.slice(0, rowsFor(classNames.length)).map(rowHead);
  const rows = names.map(() => heads.map(() => element("td")));
  const top = element("tr", ...["class", ...heads].map((head) => element("th", { scope: "col" }, head)));
  const body = rows.map((cells, i) => element("tr", names[i], ...cells));
  return {
    node: element("div.kd-hidden", sentence, element("table", caption, top, ...body)),
    /** `values[column][row]` are texts; of a short list come the names too. */
    draw(title, values, rowNames = classNames) {
      caption.textContent = title;
      names.forEach((name, i) => (name.textContent = rowNames[i]));
      values.forEach((column, i) => rows.forEach((cells, k) => (cells[i].textContent = column[k])));
    },
    speak(text) {
      sentence.textContent = text;
    },
  };
}

function rowHead(name) {
  return element("th", { scope: "row" }, name);
}
