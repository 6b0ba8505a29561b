/** For those who do not see the picture: a table, and a sentence read out after the last change. */
import { element } from "./dom.js";

/** One row per name, one column per head. */
export function createWords(rowNames, heads) {
  const sentence = element("p", { role: "status" });
  const caption = element("caption");
  const rows = rowNames.map(() => heads.map(() => element("td")));
  const top = element("tr", ...["class", ...heads].map((head) => element("th", { scope: "col" }, head)));
  const body = rows.map((cells, k) =>
    element("tr", element("th", { scope: "row" }, rowNames[k]), ...cells),
  );
  return {
    node: element("div.kd-hidden", sentence, element("table", caption, top, ...body)),
    /** `values[column][row]` are texts. */
    draw(title, values) {
      caption.textContent = title;
      values.forEach((column, i) => rows.forEach((cells, k) => (cells[i].textContent = column[k])));
    },
    speak(text) {
      sentence.textContent = text;
    },
  };
}
