"""`show(fig, alt)`: a Matplotlib figure in a notebook, with a text, and in the notebook's theme.

A picture is drawn once, on white. Where the page is dark a line of CSS turns it over: white becomes
the dark theme's paper and dark ink light, while each colour keeps its hue. So a figure follows a
theme that is changed later, also in a saved notebook and on a page made of it, for no bytes more.
Where a viewer takes the line away, as JupyterLab does for a notebook it does not trust, the picture
is a white card. So it is where it holds a photograph, which must not be turned over.
"""

from __future__ import annotations

import base64
import html
import io

from kdlab._kernel import in_kernel
from kdlab._log import only_errors

with only_errors("matplotlib"):  # it logs a long warning if the home is read-only
    from matplotlib.figure import Figure

# JupyterLab and Notebook, VS Code, Colab. White becomes #111, JupyterLab's dark paper.
_IN_THE_DARK = (
    '<style>@media screen { :is([data-jp-theme-light="false"], .vscode-dark, [theme="dark"]) '
    ".kdlab-figure { filter: invert(0.933) hue-rotate(180deg) } }</style>"
)


def show(fig: Figure, alt: str) -> None:
    """Display a figure with a text alternative, light or dark as the notebook is.

    Args:
        fig: a Matplotlib figure, drawn for white paper.
        alt: what there is to see in it, for screen readers and for where images do not show.

    Raises:
        ValueError: `fig` is no figure, or `alt` is no text or an empty one.

    Example:
        >>> from kdlab import plot_lines
        >>> show(plot_lines([1, 2, 4], {"accuracy": [0.8, 0.9, 0.92]}), "Accuracy rises with T.")
        Accuracy rises with T.
    """
    from IPython.display import display

    if not isinstance(fig, Figure):
        raise ValueError(f"fig must be a Matplotlib Figure, got {type(fig).__name__}")
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt must say what there is to see in the figure, got {alt!r}")
    alt = " ".join(alt.split())
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=110, bbox_inches="tight", facecolor="white")
    data = base64.b64encode(buffer.getvalue()).decode()
    turns = not _has_photographs(fig)
    image = (
        f'<img{" class=kdlab-figure" if turns else ""} alt="{html.escape(alt)}" '
        f'src="data:image/png;base64,{data}" style="max-width: 100%; border-radius: 4px">'
    )
    if in_kernel():
        page = image + (_IN_THE_DARK if turns else "")
        display({"text/html": page, "text/plain": alt}, raw=True)
    else:
        print(alt)


def _has_photographs(fig: Figure) -> bool:
    """Whether an image in it has colours of its own, and not those of a scale."""
    return any(image.get_array().ndim == 3 for ax in fig.axes for image in ax.images)
