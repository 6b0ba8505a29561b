"""A real JupyterLab: `serve` starts one, a `Lab` drives it as a learner would."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

# Long, because a machine may be slow; no test waits longer than it must.
PATIENCE = 120

# What the console says and is not our fault. JupyterLab, where a kernel ends early; and ipywidgets,
# which looks for a model for two seconds and gives up, on a busy machine too soon: our extension
# has it look once more, and whether the widget is there is what the tests ask.
NOT_OURS = ("Could not restore the debugger state", "widget model not found")

IS_READ = "() => window.jupyterapp?.shell.currentWidget?.context?.isReady"


@contextlib.contextmanager
def serve(
    notebooks: Path,
    home: Path,
    python: Sequence[str] = (sys.executable,),
    autosave: float | None = None,
):
    """The address of a JupyterLab of its own on `notebooks`; it and its kernels end with this.

    `python` starts a Python that has JupyterLab, perhaps by way of another program that it becomes.
    `autosave` is the time in seconds between two autosaves, if not JupyterLab's 120.

    Its settings, workspaces and signatures are in `home`, so what somebody set or trusted on this
    machine has no effect. (The defaults that come with kdlab do: they are in the environment.)
    """
    token = secrets.token_hex()
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_TOKEN": token,
    }
    command = [
        *python, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0",
        "--allow-root", "--expose-app-in-browser", "--LabApp.extension_manager=readonly",
    ]  # fmt: skip
    home.mkdir(parents=True, exist_ok=True)
    if autosave:
        settings = home / "settings/@jupyterlab/docmanager-extension/plugin.jupyterlab-settings"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps({"autosaveInterval": autosave}), encoding="utf-8")
    with open(home / "server.log", "ab") as log:
        server = subprocess.Popen(
            command, cwd=notebooks, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield f"{_address(server, home)}lab/tree/{{}}?reset&token={token}"
    finally:
        server.terminate()  # it ends its kernels first
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _address(server, home: Path) -> str:
    """What the server writes down once it listens."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            written = home / f"runtime/jpserver-{server.pid}.json"
            return json.loads(written.read_text("utf-8"))["url"]
        time.sleep(0.1)
    log = (home / "server.log").read_text("utf-8")
    raise RuntimeError(f"JupyterLab did not start:\n{log[-3000:]}")


class Lab:
    """One browser tab with JupyterLab, and the notebook that is open in it.

    What a learner does with a widget goes through the mouse and the keyboard. The rest (open, run,
    save) goes through JupyterLab's own commands, whose names are stable where its menus are not.
    """

    def __init__(self, page: Page, address: str):
        self.page, self.address = page, address
        page.set_default_timeout(1000 * PATIENCE)

    # ---- the notebook ----

    def open(self, path: str, ready: bool = True) -> None:
        """Open a notebook; where it need not be `ready`, return once its cells are there."""
        self.page.goto(self.address.format(path))
        if ready:
            self.opened()
        else:
            self.wait(IS_READ)

    def reload(self) -> None:
        self.page.reload()
        self.opened()

    def opened(self) -> None:
        """Wait until the notebook that is being opened has its kernel."""
        self.wait(IS_READ)
        self.panel("p => p.sessionContext.ready")
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def panel(self, function: str, argument=None):
        """The value of a JavaScript function of the notebook's panel and `argument`."""
        return self.page.evaluate(f"x => ({function})(jupyterapp.shell.currentWidget, x)", argument)

    def wait(self, function: str, argument=None) -> None:
        self.page.wait_for_function(function, arg=argument)

    def command(self, name: str, **arguments) -> None:
        # One that asks something in a dialog would never end, and Playwright would wait for ever.
        self.page.evaluate(
            """([name, options, patience]) => Promise.race([
              jupyterapp.commands.execute(name, options),
              new Promise((_, reject) => setTimeout(reject, patience, `${name} does not end`)),
            ])""",
            [name, arguments, 1000 * PATIENCE],
        )

    def start(self, command: str, **arguments) -> None:
        """Execute a command without waiting for its end, such as one that runs cells."""
        execute = "([n, a]) => void jupyterapp.commands.execute(n, a)"
        self.page.evaluate(execute, [command, arguments])

    def run(self, command: str) -> None:
        """Execute a command that runs cells, and wait until all have ended."""
        self.start(command)
        self.idle()

    def idle(self) -> None:
        """Wait until no cell runs or waits to."""
        # A cell asked for a moment ago may not be marked yet: hence the prompt, set at once.
        self.wait(
            """() => {
              const { content, sessionContext } = jupyterapp.shell.currentWidget;
              const { status } = sessionContext.session?.kernel ?? {};
              const busy = (cell) => cell.promptNode?.textContent.includes("*");
              return status === "idle" && !content.widgets.some(busy);
            }"""
        )

    def cell(self, text: str) -> int:
        """The number of the first code cell with `text` in it."""
        sources = self.panel(
            "p => [...p.content.model.cells].map(c => [c.type, c.sharedModel.source])"
        )
        return next(
            i for i, (kind, source) in enumerate(sources) if kind == "code" and text in source
        )

    def show(self, index: int) -> None:
        """Scroll a cell into view, until it stays there: what is above it may still be growing."""
        self.panel(
            """async (p, i) => {
              const { widgets } = p.content;
              for (let still = 0, last; still < 3; ) {
                const { top, bottom } = widgets[i].node.getBoundingClientRect();
                const inView = widgets[i].isAttached && top < innerHeight && bottom > 0;
                still = inView && top === last ? still + 1 : 0;
                last = top;
                if (!inView) await p.content.scrollToItem(i);
                await new Promise((resolve) => setTimeout(resolve, 50));
              }
            }""",
            index,
        )

    def replace(self, index: int, old: str, new: str) -> None:
        """Edit a cell."""
        source = self.panel("(p, i) => p.content.model.cells.get(i).sharedModel.source", index)
        assert old in source
        change = "(p, [i, source]) => p.content.model.cells.get(i).sharedModel.setSource(source)"
        self.panel(change, [index, source.replace(old, new)])

    def activate(self, index: int) -> None:
        self.panel("(p, i) => { p.content.activeCellIndex = i; p.content.mode = 'command' }", index)

    @contextlib.contextmanager
    def new_cell(self, code: str):
        """Run `code` in a new cell at the end, which is taken out again; gives its number."""
        cell = self.panel("p => p.content.model.cells.length")
        self.panel(
            """(p, [cell, source]) => {
              p.model.sharedModel.insertCell(cell, { cell_type: "code", source });
              p.content.activeCellIndex = cell;
            }""",
            [cell, code],
        )
        self.start("notebook:run-cell")
        yield cell
        self.idle()
        self.panel("(p, cell) => p.model.sharedModel.deleteCell(cell)", cell)

    def evaluate(self, code: str) -> str:
        """What a cell with `code` shows."""
        with self.new_cell(code) as cell:
            self.idle()
            outputs = self.outputs(cell)
        assert not [o for o in outputs if o["output_type"] == "error"]
        return "".join(o.get("text") or o["data"]["text/plain"] for o in outputs).strip()

    def outputs(self, index: int) -> list[dict]:
        return self.panel("(p, i) => p.content.model.cells.get(i).outputs.toJSON()", index)

    def errors(self) -> list[dict]:
        """The errors that cells ended with."""
        return self.panel(
            """p => [...p.content.model.cells]
              .flatMap((cell) => cell.outputs?.toJSON() ?? [])
              .filter((output) => output.output_type === "error")"""
        )

    def complaints(self) -> list[str]:
        """What the console has complained since this was asked last, but for `NOT_OURS`."""
        errors, self.page.errors[:] = list(self.page.errors), []
        return [error for error in errors if not any(known in error for known in NOT_OURS)]

    def save(self) -> None:
        self.command("docmanager:save")

    def interrupt(self) -> None:
        self.panel("p => p.sessionContext.session?.kernel?.interrupt()")

    def shut_down_kernel(self) -> None:
        self.panel("p => p.sessionContext.shutdown()")

    # ---- what is on the page ----

    def find(self, selector: str) -> Locator:
        return self.page.locator(f".jp-NotebookPanel:not(.lm-mod-hidden) {selector}")

    def theme(self, name: str) -> None:
        self.command("apputils:change-theme", theme=name)
        self.page.locator(f"body[data-jp-theme-name='{name}']").wait_for(state="attached")


def soon(locator: Locator):
    """An expectation that waits, since a machine may be slow."""
    expect.set_options(timeout=1000 * PATIENCE)
    return expect(locator)


# ---- a widget with a temperature ----


def slider(widget: Locator) -> Locator:
    return widget.get_by_role("slider", name="Temperature")


def readings(widget: Locator) -> list[str]:
    """The temperature and the probabilities that a learner reads."""
    read = widget.locator(".kd-t, .kd-value")
    read.first.wait_for(state="attached")  # the texts of what is not there yet are none
    return read.all_text_contents()


def drag(lab: Lab, widget: Locator, share: float) -> None:
    """Drag the slider's thumb by the mouse to a share of its way."""
    input = slider(widget)
    input.scroll_into_view_if_needed()
    box = input.bounding_box()
    low, high, now = (float(input.evaluate(f"i => i.{name}")) for name in ("min", "max", "value"))
    x = [box["x"] + 8 + at * (box["width"] - 16) for at in ((now - low) / (high - low), share)]
    y = box["y"] + box["height"] / 2
    lab.page.mouse.move(x[0], y)
    lab.page.mouse.down()
    lab.page.mouse.move(x[1], y, steps=8)
    lab.page.mouse.up()
