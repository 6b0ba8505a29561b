/** Tables that scroll by themselves, and that can be sorted by a column. */
import { element } from "./dom.js";

/** `arrange(order)` puts the rows into an order, given by their numbers. */
export function createTable(label, heads, rows) {
  const body = element("tbody");
  let arranged;
  const table = element("table", element("thead", element("tr", ...heads)), body);
  return {
    // In the tab order, because what scrolls must do so with the keyboard too.
    node: element("div.kd-scroll", { tabIndex: 0, role: "region", "aria-label": label }, table),
    arrange(order) {
      if (String(order) === arranged) return;
      arranged = String(order);
      body.replaceChildren(...order.map((i) => rows[i]));
    },
  };
}

/** The head of a column, a button that sorts by it: one way, then the other, then no more. */
export function createSortingHead(column, name, largestFirst, set) {
  const button = element("button", name);
  const node = element("th", { scope: "col" }, button);
  return {
    node,
    draw({ sortBy, descending }) {
      const isSorted = column === sortBy;
      node.ariaSort = isSorted ? (descending ? "descending" : "ascending") : "none";
      button.onclick = () => {
        const turned = descending !== largestFirst;
        set("descending", isSorted && !turned ? !largestFirst : largestFirst, "soon");
        set("sort_by", isSorted && turned ? null : column);
      };
    },
  };
}

/** The numbers of the items in the order of a column; those without a value come last. */
export function orderOf(items, column, descending) {
  const sign = descending ? -1 : 1;
  const compare = (x, y) => (typeof x === "string" ? x.localeCompare(y) : x - y);
  return [...items.keys()].sort((i, j) => {
    const [x, y] = [items[i][column] ?? null, items[j][column] ?? null];
    return x === null || y === null ? (x === null) - (y === null) : sign * compare(x, y);
  });
}
