/**
 * In JupyterLab: a widget that is stored in a notebook is shown, or else its still picture.
 *
 * Two things come between, and 'Error displaying widget: model not found' stands there instead. A
 * save in the moment of opening takes the stored widgets away before they are read (`_saveState` of
 * the widget manager): they are put back. And the manager gives up after two seconds without a last
 * look (`get_model`): what failed is tried once more, and after that the output's own HTML stands
 * there, as in a viewer without widgets.
 *
 * JupyterLab loads this file as it is, as a module that webpack would have made: hence the two
 * functions `init` and `get`.
 */
(() => {
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const STATE = "application/vnd.jupyter.widget-state+json";
  let shared;

  /** A package that JupyterLab shares with its extensions. */
  async function use(name) {
    const [version] = Object.values(shared[name]);
    return (await version.get())();
  }

  function activate(_, tracker) {
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
      const { INotebookTracker } = await use("@jupyterlab/notebook");
      const id = "kdlab:still-pictures";
      const plugin = { id, autoStart: true, requires: [INotebookTracker], activate };
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
