"""What all widgets share: checked traits, a fallback where no widget can run, a clean end."""

from __future__ import annotations

from collections.abc import Callable

import anywidget
import traitlets


class Checked(traitlets.TraitType):
    """A trait whose values pass through `check(owner, value)`, which raises a `ValueError`.

    Traitlets' own types raise a `TraitError` that cannot say what is expected. The page never
    hears its own value back (`echo_update`): the echo of an old value would pull a slider back
    under the hand that drags it.
    """

    def __init__(self, check: Callable, default):
        super().__init__(default)
        self._check = check
        self.tag(sync=True, echo_update=False)

    def validate(self, obj, value):
        return self._check(obj, value)


class Widget(anywidget.AnyWidget):
    """An anywidget with a fallback for viewers that cannot run it.

    A subclass sets `_esm` and `_css` to text, and says what a reader should see where no widget
    is alive: an untrusted notebook, GitHub, a printed page.
    """

    def _fallback_text(self) -> str:
        raise NotImplementedError

    def _fallback_html(self) -> str:
        raise NotImplementedError

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
