"""Static HTML for readers without a widget: escaped text, bars, and small images as PNG.

JupyterLab cleans the HTML of a notebook it does not trust: it takes out scripts, SVG and style
sheets, and leaves tables, inline styles and images from `data:` addresses. That is all used here.
"""

from __future__ import annotations

import base64
import struct
import zlib
from html import escape

import numpy as np

from kdlab._shortlist import with_others

# Classes in a table; a thousand rows would say no more.
MOST_ROWS = 10


def bar(fraction: float, colour: str = "#0072B2") -> str:
    """A horizontal bar that fills `fraction` of its width."""
    width = f"{100 * min(max(fraction, 0), 1):.1f}%"
    return (
        '<div style="width: 110px; background-color: rgba(128, 128, 128, 0.18);">'
        f'<div style="width: {width}; height: 12px; background-color: {colour};"></div></div>'
    )


def others(shown: np.ndarray, columns: dict[str, np.ndarray]) -> str:
    """A line about the classes that a table leaves out, with their sum in each of its columns."""
    sums = [f"{with_others(p, shown)[-1]:.3f} ({head})" for head, p in columns.items()]
    hidden = len(next(iter(columns.values()))) - len(shown)
    return f"<p>and {hidden:,} more classes, together {', '.join(sums)}</p>" if hidden else ""


def image(pixels: np.ndarray, alt: str, width: int = 96) -> str:
    """An `<img>` of uint8 pixels `(height, width, channels)`; one channel is drawn as ink."""
    style = "image-rendering: pixelated; margin: 0 16px 0 0;"
    return f'<img src="{address(pixels)}" alt="{alt}" width="{width}" style="{style}">'


def address(pixels: np.ndarray) -> str:
    """Pixels, as for `image`, as the address of a picture."""
    if pixels.shape[-1] == 1:
        pixels = 255 - pixels
    # The sanitizer removes `pixelated`; enlarged here, a small image is at least not blurred.
    times = max(1, 32 // pixels.shape[1])
    pixels = pixels.repeat(times, axis=0).repeat(times, axis=1)
    return "data:image/png;base64," + base64.b64encode(_png(pixels)).decode("ascii")


def text(caption: str) -> str:
    """A text of a user, with its line breaks."""
    return f'<p style="white-space: pre-line;">{escape(caption)}</p>'


def _png(pixels: np.ndarray) -> bytes:
    """PNG with its pixels stored, not compressed: the same bytes with every version of zlib."""
    height, width, channels = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    blocks = [rows[i : i + 65535] for i in range(0, len(rows), 65535)]
    stored = b"".join(
        struct.pack("<BHH", i == len(blocks) - 1, len(block), 65535 - len(block)) + block
        for i, block in enumerate(blocks)
    )
    colour_type = {1: 0, 3: 2}[channels]
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    data = b"\x78\x01" + stored + struct.pack(">I", zlib.adler32(rows))
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
