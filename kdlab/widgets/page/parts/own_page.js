/**
 * What stands in for the notebook where a widget has a page of its own: a model without a kernel,
 * and the light or dark theme. `kdlab/widgets/_page.py` puts it after each widget's module.
 */

/** Show the page's widget of this number, with the traits that Python left for it. */
export function openWidget(render, number) {
  followTheme();
  const text = document.getElementById(`state-${number}`).textContent;
  const model = createModel(JSON.parse(text, readBytes));
  return render({ model, el: document.getElementById(`widget-${number}`) });
}

/** The part of anywidget's model that a widget uses. What is meant for Python goes nowhere. */
export function createModel(state) {
  const listeners = new Set();
  const emit = (event, ...details) => {
    for (const listener of [...listeners]) if (listener.event === event) listener.action(...details);
  };
  const model = {
    get: (trait) => state[trait],
    set(trait, value) {
      if (state[trait] === value) return;
      state[trait] = value;
      emit(`change:${trait}`, model, value);
      emit("change", model);
    },
    on: (event, action) => listeners.add({ event, action }),
    /** Without an action, or an event, every one of them. */
    off(event, action) {
      for (const listener of listeners) {
        const meant = (event ?? listener.event) === listener.event;
        if (meant && (action ?? listener.action) === listener.action) listeners.delete(listener);
      }
    },
    save_changes() {},
    send() {},
  };
  return model;
}

/** Bytes, which JSON cannot hold, as the DataView that a notebook would pass on. */
function readBytes(_, value) {
  const base64 = value?.["data:base64"];
  if (base64 === undefined) return value;
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i); // megabytes: from() is slow
  return new DataView(bytes.buffer);
}

/** The system's choice of theme, said in the way JupyterLab says it. */
function followTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => (document.documentElement.dataset.jpThemeLight = String(!dark.matches));
  dark.addEventListener("change", follow);
  follow();
}
