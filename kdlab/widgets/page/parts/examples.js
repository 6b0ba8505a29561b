/** The examples of a data set: their pictures, and a way to choose one of ten or ten thousand. */
import { readArray } from "./arrays.js";
import { element } from "./dom.js";
import { argmax, entropy, largest, softmax } from "./maths.js";
import { formatCount } from "./numbers.js";
import { rowsFor } from "./shortlist.js";

// Thumbnails on show, full rows of 12, 8 or 6: more examples cost no more than these.
const PAGE = 24;
const HEARD = 60; // characters of a caption that are read out with every change

const ORDERS = [
  ["given", "as they come"],
  ["unsure", "most unsure first"],
  ["confused", "most confused with"],
  ["random", "at random"],
];

/** The bytes that Python sent, as typed arrays. */
export function readExamples(packed) {
  const read = (Type, bytes) => bytes && readArray(Type, bytes);
  const logits = packed.logits.map((bytes) => readArray(Float32Array, bytes));
  const classNames = readNames(packed.classNames);
  const classes = classNames.length;
  return {
    ...{ ...packed, classNames },
    n: logits[0].length / classes,
    /** What a model, the first or another, says of an example. */
    logitsOf: (i, model = 0) => logits[model].subarray(i * classes, (i + 1) * classes),
    labels: read(Int32Array, packed.labels),
    images: read(Uint8Array, packed.images),
  };
}

/** The names of the classes; where they are their numbers, Python sent only how many there are. */
export function readNames(names) {
  return Array.isArray(names) ? names : Array.from({ length: names }, (_, k) => String(k));
}

/** What depends on the example alone: `work(index)`, once for each new one. */
export function onceAnExample(work) {
  let known;
  return (index) => {
    if (known?.index !== index) known = { index, ...work(index) };
    return known;
  };
}

export function exampleName({ labels, classNames }, index) {
  return `Example ${index}` + (labels ? `, labelled ${classNames[labels[index]]}` : "");
}

/** An example as it is read out, with the beginning of its caption. */
export function exampleInWords(examples, index) {
  const text = examples.captions?.[index];
  return exampleName(examples, index) + (text === undefined ? "" : `, “${shortened(text)}”`);
}

function shortened(text) {
  const characters = [...text.replace(/\s+/g, " ").trim().slice(0, 4 * HEARD)];
  return characters.length > HEARD ? `${characters.slice(0, HEARD - 1).join("")}…` : characters.join("");
}

/** What is put after an answer to an example with this label. */
export function verdictMark(answer, label) {
  return answer === label ? " ✓" : " ✗ wrong";
}

/** A picture of an example. One channel is drawn as ink, which suits any paper. */
export function createPicture({ images, imageShape: [height, width, channels] }) {
  const ink = channels === 1;
  const node = element(`img.kd-picture${ink ? ".kd-ink" : ""}`, { alt: "", decoding: "sync" });
  // An image and not the canvas itself, as the browser would give each canvas a layer of its own.
  const canvas = element("canvas", { width, height });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  return {
    node,
    draw(index) {
      for (let i = 0; i < width * height; i++) {
        const from = (index * width * height + i) * channels;
        const rgba = ink ? [0, 0, 0, images[from]] : [...images.subarray(from, from + 3), 255];
        pixels.data.set(rgba, 4 * i);
      }
      context.putImageData(pixels, 0, 0);
      node.src = canvas.toDataURL();
    },
  };
}

/** An example in words. A long one scrolls, with the keyboard too. */
export function createCaption({ captions }) {
  const node = element("div.kd-caption", { tabIndex: 0, role: "region", "aria-label": "Caption" });
  node.dir = "auto"; // texts run from right to left, too
  return {
    node,
    draw(index) {
      node.textContent = captions[index];
      node.scrollTop = 0;
    },
  };
}

/**
 * Thumbnails to choose from, a page at a time: of all classes or one, in an order of choice. What
 * `draw` may also bring, `show_class`, `order` and `confused_with`, goes to `share(trait, value)`.
 */
export function createPicker(examples, set, share = () => {}) {
  const { n, labels, classNames, logitsOf } = examples;
  const everything = Array.from({ length: n }, (_, i) => i);
  let all = everything; // or what `draw` leaves to choose from
  const nameOf = (k) => classNames[k];
  const among = (any, listed) => [[null, any], ...listed.map((k) => [k, nameOf(k)])];
  const [present, rivals] = listedClasses(examples);
  const choices = {
    show_class: createChoice("Show", among("all classes", present), nameOf),
    order: createChoice("Order", ORDERS),
    confused_with: createChoice("", among("any other class", rivals), nameOf),
  };
  choices.confused_with.select.ariaLabel = "Confused with";
  for (const [trait, { select, value }] of Object.entries(choices)) {
    select.onchange = () => {
      arrange();
      share(trait, value());
    };
  }
  const entropies = []; // of the examples, once they are asked for
  let [list, page, chosen, shuffle] = [all, -1, -1, 0];

  const again = element("button", "shuffle again");
  const back = element("button", { "aria-label": "Previous examples" }, "‹");
  const on = element("button", { "aria-label": "More examples" }, "›");
  const where = element("span");
  const grid = element("div.kd-grid", { role: "radiogroup", "aria-label": "Example" });
  grid.classList.toggle("kd-texts", Boolean(examples.captions && !examples.images));
  const { show_class: byClass, order: byOrder, confused_with: rival } = choices;
  const tools = element("div.kd-tools", byOrder.node, rival.node, again);
  tools.append(element("span.kd-pager", back, where, on));
  if (labels) tools.prepend(byClass.node);
  again.onclick = () => {
    shuffle++;
    arrange();
  };
  back.onclick = () => turnTo(page - 1);
  on.onclick = () => turnTo(page + 1);
  grid.onclick = ({ target }) => {
    const button = target.closest("button");
    if (button) set("index", Number(button.dataset.index));
  };
  grid.onkeydown = (event) => {
    const place = destination(event.key);
    if (place === undefined) return;
    event.preventDefault();
    turnTo(Math.floor(place / PAGE));
    set("index", list[place], "soon");
    grid.children[place % PAGE].focus();
  };

  function arrange() {
    const [wanted, order, other] = [byClass, byOrder, rival].map((choice) => choice.value());
    rival.node.hidden = order !== "confused";
    again.hidden = order !== "random";
    list = wanted === null ? all : all.filter((i) => labels[i] === wanted);
    if (order !== "given") {
      const score = {
        unsure: (i) => (entropies[i] ??= entropy(softmax(logitsOf(i)))),
        confused: (i) => confusion(i, other),
        random: (i) => scrambled(i, shuffle),
      }[order];
      const scores = new Map(list.map((i) => [i, score(i)]));
      list = list.filter((i) => scores.get(i) >= 0).sort((i, j) => scores.get(j) - scores.get(i));
    }
    page = -1;
    turnTo(0);
  }

  /** How much an example's probability leaks to another class, or any; -1 if that is its own. */
  function confusion(i, other) {
    const p = softmax(logitsOf(i));
    const own = ownClass(examples, i);
    if (other !== null) return other === own ? -1 : p[other];
    p[own] = 0;
    return largest(p);
  }

  function turnTo(wanted) {
    if (wanted === page) return;
    page = wanted;
    const first = page * PAGE;
    const shown = list.slice(first, first + PAGE);
    grid.replaceChildren(...shown.map((i) => thumbnail(examples, i)));
    where.textContent = shown.length
      ? `${first + 1}–${first + shown.length} of ${formatCount(list.length)}`
      : "none";
    back.disabled = page === 0;
    on.disabled = first + PAGE >= list.length;
    mark();
  }

  /** One thumbnail is in the tab order: the chosen one, or else the first. */
  function mark() {
    const buttons = [...grid.children];
    const here = buttons.find((button) => Number(button.dataset.index) === chosen);
    for (const button of buttons) {
      button.setAttribute("aria-checked", button === here);
      button.tabIndex = button === (here ?? buttons[0]) ? 0 : -1;
    }
  }

  /** The place in the list that a key leads to. */
  function destination(key) {
    const buttons = [...grid.children];
    const place = page * PAGE + buttons.indexOf(document.activeElement);
    const perRow = buttons.filter((button) => button.offsetTop === buttons[0].offsetTop).length;
    const last = list.length - 1;
    const moves = {
      ArrowLeft: place - 1,
      ArrowRight: place + 1,
      ArrowUp: place - perRow,
      ArrowDown: place + perRow,
      PageUp: place - PAGE,
      PageDown: place + PAGE,
      Home: 0,
      End: last,
    };
    return key in moves ? Math.min(Math.max(moves[key], 0), last) : undefined;
  }

  return {
    node: element("div.kd-picker", tools, grid),
    draw({ index, among = everything, ...wanted }) {
      const isNew = (trait) => trait in wanted && wanted[trait] !== choices[trait].value();
      const changed = Object.keys(choices).filter(isNew);
      for (const trait of changed) choices[trait].show(wanted[trait]);
      if (changed.length || page < 0 || among !== all) {
        all = among;
        arrange();
      }
      if (index === chosen) return;
      chosen = index;
      mark();
      // Python, or another view, may choose an example that is not on show here.
      const place = list.indexOf(index);
      turnTo(place < 0 ? Math.max(page, 0) : Math.floor(place / PAGE));
    },
  };
}

/**
 * Of which classes examples can be asked for, and which they can be confused with: all; or, of more
 * than one can look through, those of the examples, and those that come next in one of them.
 */
function listedClasses(examples) {
  const { n, labels, classNames, logitsOf } = examples;
  const all = [...classNames.keys()];
  if (rowsFor(all.length) === all.length) return [all, all];
  const nextIn = (i) => {
    const z = logitsOf(i).slice();
    z[ownClass(examples, i)] = -Infinity;
    return argmax(z);
  };
  const once = (list) => [...new Set(list)].sort((a, b) => a - b);
  return [once(labels ?? []), once(Array.from({ length: n }, (_, i) => nextIn(i)))];
}

/** The class that an example is of, as far as one knows. */
function ownClass({ labels, logitsOf }, i) {
  return labels ? labels[i] : argmax(logitsOf(i));
}

function thumbnail(examples, index) {
  const name = exampleInWords(examples, index);
  const button = element("button", { role: "radio", "aria-label": name, title: name });
  button.dataset.index = index;
  if (examples.images) {
    const picture = createPicture(examples);
    picture.draw(index);
    button.append(picture.node);
  } else {
    const text = examples.captions?.[index];
    button.textContent = text === undefined ? index : `${index} · ${shortened(text)}`;
  }
  return button;
}

/** A `<select>` for one of `options`, pairs of a value and its text; Python may show another. */
export function createChoice(name, options, textOf = String) {
  const select = element("select", ...options.map(([, text]) => element("option", text)));
  return {
    select,
    node: element("label", `${name} `, select),
    value: () => options[select.selectedIndex][0],
    show(value) {
      if (!options.some(([own]) => own === value)) {
        options.push([value, textOf(value)]);
        select.append(element("option", textOf(value)));
      }
      select.selectedIndex = options.findIndex(([own]) => own === value);
    },
  };
}

/** A number that looks random, the same for everyone: all of a class see the same shuffle. */
function scrambled(i, seed) {
  const mixed = Math.imul(i + 1 + 7919 * seed, 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0;
}
