/** A confusion matrix, as a table to walk through. */
import { createGrid } from "./cell_grid.js";
import { element, stillIn } from "./dom.js";
import { whenNew } from "./mount.js";

/** What is taken for what: rows are the true classes. */
export function createConfusionTable({ confused, largestError, notes }) {
  const wide = confused.length;
  const cells = Array.from({ length: wide ** 2 }, (_, i) =>
    element(i % (wide + 1) ? "td" : "td.kd-right"),
  );
  const numbers = cells.map(stillIn);
  const told = element("p.kd-note", { "aria-live": "polite" });
  let shares;
  const tell = (place) => {
    const [is, said] = [Math.floor(place / wide), place % wide];
    const what = is === said ? "recognised" : `taken for ${confused[said]}`;
    told.textContent = `${confused[is]} ${what}: ${shares[place].toFixed(1)} %`;
    grid.show(place);
  };
  const grid = createGrid("Confusion", ["is↓ as→", ...confused], confused, cells, tell);
  grid.node.onpointerover = ({ target }) => {
    const place = cells.indexOf(target.closest("td"));
    if (place >= 0) tell(place);
  };
  grid.show(0);
  return {
    node: element("div.kd-confusion", element("p.kd-title", notes.confusion), grid.node, told),
    draw: whenNew(["cell"], ({ cell }) => {
      shares = cell.shares;
      told.textContent = "Point at a number to read it.";
      cells.forEach((td, i) => {
        const digits = shares[i] < 9.95 ? 1 : 0;
        numbers[i].textContent = shares[i] < 0.05 ? "" : shares[i].toFixed(digits);
        td.style.setProperty("--level", shares[i] / largestError);
      });
    }),
  };
}
