/**
 * In JupyterLab: where a widget cannot be shown, its still picture is.
 *
 * What JupyterLab writes there is 'Error displaying widget: model not found'. It happens to widgets
 * that are restored from a notebook, and no fault of the reader's: the widget manager gives up
 * after two seconds without a last look (`get_model`), and a save in the moment of opening takes
 * the stored widgets away before they are read (`_saveState`). So what failed is tried once more;
 * and after that the output's own HTML stands there, as in a viewer without widgets.
 *
 * JupyterLab loads this file as it is, as a module that webpack would have made: hence the two
 * functions `init` and `get`.
 */
(() => {
  const VIEW = "application/vnd.jupyter.widget-view+json";
  let shared;

  /** A package that JupyterLab shares with its extensions. */
  async function use(name) {
    const [version] = Object.values(shared[name]);
    return (await version.get())();
  }

  function activate(_, tracker) {
    tracker.widgetAdded.connect((_, panel) => withStillPictures(panel.content.rendermime));
    tracker.forEach((panel) => withStillPictures(panel.content.rendermime));
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
