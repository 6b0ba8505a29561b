/** What every widget needs from the page. */

/**
 * Make an element: `element("p.note", { title: "why" }, "some text", child)`. A plain object sets
 * properties, or attributes where the name is `role` or has a hyphen. A string becomes text, never
 * markup: a class named `<img onerror=...>` shows up as just that.
 */
export function element(tagAndClasses, ...parts) {
  const [tag, ...classes] = tagAndClasses.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const part of parts) {
    if (typeof part === "string" || part instanceof Node) node.append(part);
    else assign(node, part);
  }
  return node;
}

export function assign(node, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (name === "role" || name.includes("-")) node.setAttribute(name, value);
    else node[name] = value;
  }
}

/**
 * Keep the notebook's shortcuts away from a widget: in JupyterLab's command mode an arrow key
 * moves to the next cell and `D D` deletes one. Escape, anything with a modifier and Shift+Enter
 * still belong to the notebook.
 *
 * Nor does a click or the focus make the widget's cell the active one. After Shift+Enter that is
 * the next cell, and Shift+Enter goes on there; otherwise it would run the widget's cell once more,
 * and set back what was just moved.
 */
export function keepKeys(root, signal) {
  const keep = (event) => {
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    const leave = key === "Escape" || ctrlKey || metaKey || altKey || (shiftKey && key === "Enter");
    if (!leave) event.stopPropagation();
  };
  root.addEventListener("keydown", keep, { signal });
  for (const event of ["mousedown", "focusin"]) {
    root.addEventListener(event, (its) => its.stopPropagation(), { signal });
  }
}

/**
 * A place in `box` for text that changes with every step of a slider. As a block of its own it is
 * laid out alone; a flex or grid item would have the whole page laid out.
 */
export function stillIn(box) {
  return box.appendChild(element("span.kd-still"));
}

/** What is not needed at first, behind its name. */
export function folded(name, node) {
  return element("details.kd-fold", element("summary", name), node);
}

/**
 * Make buttons one stop of the Tab key, at the one that is chosen, or the first; arrow keys go from
 * one to the next. `draw(i)` says which is chosen.
 */
export function createToolbar(name, tag, ...buttons) {
  const node = element(tag, { role: "toolbar", "aria-label": name }, ...buttons);
  let stop;
  const stopAt = (i) => {
    if (i !== stop) buttons.forEach((button, k) => (button.tabIndex = k === i ? 0 : -1));
    stop = i;
  };
  node.onkeydown = (event) => {
    const place = buttons.indexOf(document.activeElement);
    const last = buttons.length - 1;
    const moves = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: last };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const next = Math.min(Math.max(moves[event.key], 0), last);
    stopAt(next);
    buttons[next].focus();
  };
  return { node, draw: stopAt };
}

/** Follow traits of the model until the view closes. */
export function follow(model, traits, action, signal) {
  for (const trait of traits) {
    model.on(`change:${trait}`, action);
    signal.addEventListener("abort", () => model.off(`change:${trait}`, action));
  }
}

/**
 * Setting traits without too many messages to Python: the page sees the new value at once, Python
 * now, or soon (at most every `wait` milliseconds, or when `set.flush` is called).
 */
export function createSetter(model, signal, wait = 150) {
  let timer = 0;
  const send = () => {
    clearTimeout(timer);
    timer = 0;
    model.save_changes();
  };
  const flush = () => timer && send();
  signal.addEventListener("abort", flush);
  const set = (trait, value, when = "now") => {
    model.set(trait, value);
    if (when === "now") send();
    else timer ||= setTimeout(send, wait);
  };
  return Object.assign(set, { flush });
}

/** A function that calls `action` once it has not been called for `wait` milliseconds. */
export function debounce(action, wait, signal) {
  let timer = 0;
  signal.addEventListener("abort", () => clearTimeout(timer));
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  };
}
