"""Images as they come in real use: noisy, blurred, moved. For measuring how stable a model is."""

from __future__ import annotations

import numpy as np

from kdlab import _checks

# What `severity` 1 to 5 means: the standard deviation of the noise, that of the blur and the
# distance of the shift, the last two as a share of the image's side.
_STRENGTHS = {
    "noise": (0.05, 0.1, 0.2, 0.3, 0.4),
    "blur": (0.03, 0.05, 0.07, 0.09, 0.12),
    "shift": (0.03, 0.06, 0.09, 0.125, 0.16),
}
CORRUPTIONS = tuple(_STRENGTHS)


def corrupt(images, kind: str, severity: int = 3, *, seed: int = 0) -> np.ndarray:
    """The same images with noise, blurred or shifted.

    After Hendrycks and Dietterich 2019, in whose benchmark each kind of corruption comes in five
    strengths; the strengths are ours, and count in sides of the image, so that they mean the same
    for 8x8 digits and 32x32 photographs.

    - `"noise"`: Gaussian, of standard deviation 0.05 to 0.4, cut off at 0 and 1.
    - `"blur"`: Gaussian, of standard deviation 3 to 12 % of a side.
    - `"shift"`: by 3 to 16 % of a side into a direction drawn for each image, with subpixel
      interpolation; what comes in at the edge is black.

    Args:
        images: `(n, height, width, channels)` in [0, 1].
        kind: `"noise"`, `"blur"` or `"shift"`.
        severity: from 1 to 5.
        seed: decides the noise and the directions.

    Returns:
        float32, of the same shape, in [0, 1].

    Raises:
        ValueError: the kind is unknown, or the severity or the images are out of range.

    Example:
        >>> from kdlab import load_dataset
        >>> images = load_dataset("digits").x_test[:2]
        >>> corrupt(images, "noise").shape
        (2, 8, 8, 1)
    """
    from scipy import ndimage

    x = _checks.images(images, "images")
    _checks.choice(kind, "kind", CORRUPTIONS)
    severity = _checks.positive_int(severity, "severity", at_most=5)
    strength = _STRENGTHS[kind][severity - 1]
    rng = np.random.default_rng(_checks.seed(seed))
    height, width = x.shape[1:3]
    if kind == "noise":
        x = x + rng.normal(0, strength, x.shape)
    elif kind == "blur":
        x = ndimage.gaussian_filter(x, (0, strength * height, strength * width, 0), mode="nearest")
    else:
        angles = rng.uniform(0, 2 * np.pi, len(x))
        moves = strength * np.stack([height * np.sin(angles), width * np.cos(angles)], axis=1)
        x = np.stack(
            [
                ndimage.shift(image, (*move, 0), order=1)
                for image, move in zip(x, moves, strict=True)
            ]
        )
    return np.clip(x, 0, 1).astype(np.float32)
