/** How a widget is shown: all of it at first, then what is new, and what it says in words. */
import { createSetter, debounce, element, follow, keepKeys } from "./dom.js";

const REST = 400; // milliseconds without a change, then it is read out

/**
 * Show a widget in `el` until its view closes.
 *
 * A change takes one path: a trait is set on the model, the model says so, and all parts draw the
 * new state, within the same event and without the kernel. Python hears of it soon.
 *
 * `tag` is what `element` makes the widget's root of. `build({ model, data, root, set, signal,
 * redraw })` fills that root, and returns
 *
 * - `parts`, each with a `draw(state)`;
 * - `look(chosen)`, which gives the state from the values of the `traits`; without it these are the
 *   state;
 * - `words` where the widget also says what it shows: `draw(state)`, and `speak(state)`, which is
 *   called when the traits `spoken` (all, if not given) have not changed for a while.
 */
export function mount({ model, el }, tag, traits, build) {
  const closed = new AbortController();
  const { signal } = closed;
  const root = element(tag);
  const redraw = () => {
    const state = now();
    for (const part of parts) part.draw(state);
  };
  const { parts, words, look = (chosen) => chosen, spoken = traits } = build({
    ...{ model, root, signal, redraw },
    data: model.get("_data"),
    set: createSetter(model, signal),
  });
  const now = () => look(Object.fromEntries(traits.map((trait) => [trait, model.get(trait)])));
  keepKeys(root, signal);
  el.append(root);
  redraw();
  follow(model, traits, redraw, signal);
  if (words) {
    words.draw(now());
    follow(model, spoken, debounce(() => words.speak(now()), REST, signal), signal);
  }
  return () => closed.abort();
}

/** `draw(state)`, but only where something of these names is new. */
export function whenNew(names, draw) {
  let drawn = {};
  return (state) => {
    if (names.some((name) => state[name] !== drawn[name])) draw(state);
    drawn = state;
  };
}
