/**
 * In JupyterLab and Notebook 7: a widget or a figure that was just run is in view, and a widget that
 * is stored in a notebook is shown, or else its still picture.
 *
 * Shift+Enter goes to the next cell, so a widget that is not low stands half above the window's
 * edge: the page is moved until all of it, or its top, can be seen (`attendToRuns`). Nothing moves
 * when a notebook is opened, when many cells are run at once, or once the learner has done anything
 * else. And what a widget keeps in view while it is scrolled past (`position: sticky`) stays in the
 * window, not in a box of the output's own (`STYLE`). A folded output stays folded when its cell is
 * run (`keepFolded`): JupyterLab would unfold it.
 *
 * For a stored widget, two things come between, and 'Error displaying widget: model not found'
 * stands there instead. A save in the moment of opening takes the stored widgets away before they
 * are read (`_saveState` of the widget manager): they are put back. And the manager gives up after
 * two seconds without a last look (`get_model`): what failed is tried once more, and after that the
 * output's own HTML stands there, as in a viewer without widgets.
 *
 * JupyterLab loads this file as it is, as a module that webpack would have made: hence the two
 * functions `init` and `get`.
 */
(() => {
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const STATE = "application/vnd.jupyter.widget-state+json";
  const STYLE = `.jp-Cell:not(.jp-mod-outputsScrolled)
    :is(.jp-OutputArea, .jp-OutputArea-child, .jp-OutputArea-output):has(.kdlab) { overflow: visible }`;
  const SHOWN = ".kdlab, .kd-paper, .jp-OutputArea img:not(.kdlab img)"; // widget, report, figure
  const INPUTS = ["keydown", "pointerdown", "click", "wheel", "touchmove"];
  const MARGIN = 4; // pixels between a widget and the window's edge
  const PATIENCE = 10_000; // milliseconds after a run, in which its widget may still come or grow
  let shared;

  /** A package that JupyterLab shares with its extensions. */
  async function use(name) {
    const [version] = Object.values(shared[name]);
    return (await version.get())();
  }

  function start(tracker, actions) {
    document.head.append(Object.assign(document.createElement("style"), { textContent: STYLE }));
    attendToRuns(actions);
    keepFolded(actions);
    const attend = (panel) => {
      keepStored(panel.context);
      withStillPictures(panel.content.rendermime);
    };
    tracker.forEach(attend);
    tracker.widgetAdded.connect((_, panel) => attend(panel));
  }

  /** Let no save take away what was stored when the notebook was opened. */
  async function keepStored(context) {
    await context.ready;
    const widgets = () => context.model.getMetadata("widgets")?.[STATE];
    const stored = widgets();
    if (!stored) return;
    const putBack = () => {
      const state = { ...stored.state, ...widgets()?.state };
      context.model.setMetadata("widgets", { [STATE]: { ...stored, state } });
    };
    // Not before the widget manager has heard of the save.
    context.saveState.connect((_, what) => what === "started" && queueMicrotask(putBack));
  }

  /** An error is shown, whatever was folded. */
  function keepFolded({ executionScheduled, executed }) {
    const folded = new WeakSet();
    executionScheduled.connect((_, { cell }) => folded[cell.outputHidden ? "add" : "delete"](cell));
    executed.connect((_, { cell, success }) => {
      if (success && folded.has(cell)) cell.outputHidden = true;
    });
  }

  /** After a single cell was run, keep its widget in view until the learner does something else. */
  function attendToRuns({ executionScheduled, executed }) {
    let attended = new AbortController();
    let runs = 0; // since the learner did something: several at once are many cells to run
    const anew = () => {
      runs = 0;
      attended.abort();
    };
    for (const input of INPUTS) addEventListener(input, anew, { capture: true, passive: true });
    executionScheduled.connect((_, { notebook, cell }) => {
      attended.abort();
      if (runs++) return;
      attended = new AbortController();
      keepInView(notebook, cell, attended.signal);
    });
    executed.connect(() => {
      const run = attended;
      setTimeout(() => run.abort(), PATIENCE);
    });
  }

  function keepInView(notebook, cell, signal) {
    const outer = cell.node.closest(".jp-WindowedPanel-outer") ?? notebook.node;
    const before = new Set(cell.node.querySelectorAll(SHOWN)); // of the run before
    let widget;
    const place = () => {
      const isNear = notebook.widgets.indexOf(cell) >= notebook.activeCellIndex - 1;
      if (widget && isNear && !signal.aborted) bring(widget, cell.node, outer);
    };
    const sized = new ResizeObserver(place);
    const found = new MutationObserver(() => {
      const now = [...cell.node.querySelectorAll(SHOWN)].filter((node) => !before.has(node));
      if (now.at(-1) === widget) return;
      widget = now.at(-1);
      sized.disconnect();
      if (widget) sized.observe(widget);
    });
    found.observe(cell.node, { childList: true, subtree: true });
    // JupyterLab may go to the next cell after that.
    outer.addEventListener("scroll", place, { signal });
    signal.addEventListener("abort", () => {
      found.disconnect();
      sized.disconnect();
    });
  }

  /** Scroll until a widget is in view, with what led to it where there is room. */
  function bring(widget, cell, outer) {
    const { top, bottom, height } = outer.getBoundingClientRect();
    const own = widget.getBoundingClientRect();
    const starts = [cell.previousElementSibling, cell, widget]
      .filter((node) => node)
      .map((node) => node.getBoundingClientRect().top - MARGIN);
    const start = starts.find((start) => own.bottom + MARGIN - start <= height) ?? starts.at(-1);
    if (start < top || own.bottom > bottom) outer.scrollTop += Math.floor(start - top);
  }

  function withStillPictures(rendermime) {
    const create = rendermime.createRenderer.bind(rendermime);
    rendermime.createRenderer = (type) => {
      const renderer = create(type);
      if (type !== VIEW) return renderer;
      const render = renderer.renderModel.bind(renderer);
      renderer.renderModel = async (model) => {
        await render(model);
        if (failed(renderer)) await render(model);
        if (failed(renderer) && model.data["text/html"]) await show(create("text/html"), model);
      };
      const show = async (still, model) => {
        await still.renderModel(model);
        renderer.node.textContent = "";
        renderer.removeClass("jupyter-widgets");
        renderer.addWidget(still);
      };
      return renderer;
    };
  }

  /** Whether an error stands where the widget should: it has the class of one, and none in it. */
  function failed(renderer) {
    return !renderer.isDisposed && renderer.hasClass("jupyter-widgets") && !renderer.widgets.length;
  }

  (window._JUPYTERLAB ??= {}).kdlab = {
    init(scope) {
      shared = scope;
    },
    async get() {
      const { INotebookTracker, NotebookActions } = await use("@jupyterlab/notebook");
      const activate = (_, tracker) => start(tracker, NotebookActions);
      const id = "kdlab:widgets-in-view";
      const plugin = { id, autoStart: true, requires: [INotebookTracker], activate };
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
