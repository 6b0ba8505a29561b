/** A table of cells to walk through. */
import { assign, element } from "./dom.js";

/**
 * A table of cells with one stop for the Tab key. Keys and mouse ask to `go` to a place; places
 * are counted row by row, also where the last row is a single cell.
 */
export function createGrid(name, heads, names, cells, go) {
  const wide = heads.length - 1;
  const head = (scope) => (text) => element("th", { scope, title: text }, text);
  const rows = names.map((text, r) =>
    element("tr", head("row")(text), ...cells.slice(r * wide, (r + 1) * wide)),
  );
  const table = element("table", { role: "grid", "aria-label": name });
  table.append(element("tr", ...heads.map(head("col"))), ...rows);
  table.style.setProperty("--columns", wide);
  let here = 0;
  const cellOf = (place) => cells[Math.min(place, cells.length - 1)];
  const mark = (chosen) =>
    assign(cellOf(here), { tabIndex: chosen ? 0 : -1, "aria-selected": chosen });
  const step = (place, when) => {
    go(place, when);
    cellOf(here).focus();
  };
  table.onclick = ({ target }) => {
    const place = cells.indexOf(target.closest("td"));
    if (place >= 0) step(place);
  };
  table.onkeydown = (event) => {
    const column = here % wide;
    const steps = {
      ArrowUp: here < wide ? 0 : -wide,
      ArrowDown: here < wide * (names.length - 1) ? wide : 0,
      ArrowLeft: column && -1,
      ArrowRight: column < wide - 1 ? 1 : 0,
      Home: -column,
      End: wide - 1 - column,
    };
    if (!(event.key in steps)) return;
    event.preventDefault();
    step(here + steps[event.key], "soon");
  };
  return {
    node: element("div.kd-scroll", table),
    show(place) {
      mark(false);
      here = place;
      mark(true);
    },
  };
}
