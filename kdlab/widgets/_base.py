"""What all widgets share: checked traits, a fallback where no widget can run, a clean end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets

from kdlab import _checks
from kdlab.widgets import _assets, _page

# The range of a temperature slider. Below it the softmax is almost a single class, above it almost
# uniform.
COLDEST, HOTTEST = 0.25, 100.0


class Checked(traitlets.TraitType):
    """A trait whose values pass through `check(owner, value)`, which raises a `ValueError`.

    Traitlets' own types raise a `TraitError` that cannot say what is expected. The page never
    hears its own value back (`echo_update`): the echo of an old value would pull a slider back
    while it is dragged.
    """

    def __init__(self, check: Callable, default):
        super().__init__(default)
        self._check = check
        self.tag(sync=True, echo_update=False)

    def validate(self, obj, value):
        return self._check(obj, value)


def check_temperature(value, name: str = "temperature") -> float:
    """A temperature that the slider can show."""
    value = _checks.temperature(value, name)
    if not COLDEST <= value <= HOTTEST:
        raise ValueError(
            f"{name} must lie in {COLDEST:g} to {HOTTEST:g}, the range of the slider, got {value:g}"
        )
    return value


class Widget(anywidget.AnyWidget):
    """An anywidget with a fallback for viewers that cannot run it.

    A subclass sets `_esm` and `_css` to text, declares what a learner can change as `Checked`
    traits that are arguments of the same name, and says what a reader should see where no widget
    is alive: an untrusted notebook, GitHub, a printed page. One that asks something names the
    traits that are the answer, and says whether there is one.
    """

    _answer_traits: tuple[str, ...] = ()
    # How the answer is kept (`kdlab.lessons.answers`); empty where it is not.
    _keeping = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits):
        scope = _assets.scope(self._css)
        # By this name anywidget puts a style sheet into the page, in place of the one it had: with
        # a name for each version, a widget that was saved by an older one keeps its own, and does
        # not take away that of the same widget run anew.
        super().__init__(_anywidget_id=f"kdlab.{type(self).__name__}.{scope}", **traits)
        self.add_class(scope)

    def state(self) -> dict:
        """What the learner can change, as keyword arguments that recreate it."""
        # Through all classes, since anywidget makes one of its own for each widget.
        traits = (item for cls in reversed(type(self).__mro__) for item in vars(cls).items())
        return {name: getattr(self, name) for name, trait in traits if isinstance(trait, Checked)}

    def __repr__(self) -> str:
        state = [f"{name}={value!r}" for name, value in self.state().items()]
        return f"<{type(self).__name__} {', '.join([self._content(), *state])}>"

    def _content(self) -> str:
        """What the widget shows, in a few words."""
        raise NotImplementedError

    def _is_answered(self) -> bool:
        """Whether the answer traits hold an answer."""
        return False

    def _is_committed(self) -> bool:
        """Whether the first answer stands, so that what comes later is a second one."""
        return False

    def _answer_in_words(self) -> str:
        """The answer, for people."""
        return " ".join(str(getattr(self, name)) for name in self._answer_traits)

    def _fallback_text(self) -> str:
        raise NotImplementedError

    def _fallback_html(self) -> str:
        raise NotImplementedError

    def to_html(self, path, *, title: str | None = None) -> Path:
        """Write the widget, as it stands, to a page of its own: one file, which works offline.

        The page needs no kernel, no server and no network, so it can be mailed, copied to a USB
        stick or shown in an `<iframe>`. It is light or dark as the reader's system is.

        Args:
            path: the file to write, `NAME.html`; its folder is made if need be, an older file
                replaced in one move.
            title: the heading of the page; what kind of widget it is, if not given.

        Returns:
            The path.

        Raises:
            ValueError: `path` is no name of a file, or `title` is no text.
            OSError: the file cannot be written; an older one is then left as it was.

        Example:
            >>> import tempfile
            >>> from kdlab import TemperatureExplorer
            >>> explorer = TemperatureExplorer([[4.0, 2.0, 0.0]], temperature=4)
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     explorer.to_html(f"{folder}/explorer.html", title="A cat at T = 4").name
            'explorer.html'
        """
        return _page.write(_page.page([self], title), path)

    # By this, if it is there, ipywidgets 7 shows a widget: without a fallback, and with no way for
    # Colab to find what runs it.
    _ipython_display_ = None

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        # Kept in the notebook and compared by nbval: nothing here may change from run to run.
        data["text/plain"] = self._fallback_text()
        data["text/html"] = self._fallback_html()
        return data, metadata

    def close(self) -> None:
        """Remove the widget from every page it is shown on."""
        if self.comm is not None:
            layout = self.layout  # a widget of its own, which would otherwise stay behind
            super().close()
            layout.close()
            self._repr_mimebundle_ = None  # ipywidgets 7 leaves it
