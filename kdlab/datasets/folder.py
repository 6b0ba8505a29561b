"""Images in files, in a folder for each class."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kdlab import _checks
from kdlab._progress import reported
from kdlab.datasets.split import stratified

# Files that are meant as images. (Pillow alone cannot open the last two kinds: it will be said.)
_IMAGES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm",
     ".avif", ".heic", ".heif")
)  # fmt: skip
# What the two parts are called, where a folder is divided already, in order of preference.
_TRAIN = ("train", "training")
_TEST = ("test", "testing", "val", "valid", "validation")
_MOST_PIXELS = 4096  # of one side: a mistyped number must not use up all memory


def read_folder(path, size, grey, test, seed, name) -> dict:
    """The arrays and the class names of a `Dataset`: see its `from_folder`."""
    folder = _checks.path(path)
    size = _height_and_width(size)
    grey = _checks.flag(grey, "grey")
    seed = _checks.seed(seed)
    if not folder.is_dir():
        cure = ": unpack it first" if folder.is_file() else ""
        raise FileNotFoundError(f"path must be an existing folder, got {str(folder)!r}{cure}")
    parts = _given_split(folder)
    files = [_by_class(part) for part in parts or [folder]]
    if parts:
        _require_same_classes(parts, files)
    names = list(files[0])
    unreadable: dict[Path, str] = {}
    read = [_read(part, size, grey, unreadable) for part in files]
    if unreadable:
        _warn_of(unreadable)
    if parts:
        (x, y), (x_test, y_test) = read
        train = np.random.default_rng(seed).permutation(len(x))
        _require_images(names, parts, (y, y_test))
    else:
        [(x, y)] = read
        train, tested = stratified(y, names, test, seed, of="path")
        x_test, y_test = x[tested], y[tested]
    return {
        "x_train": x[train],
        "y_train": y[train],
        "x_test": x_test,
        "y_test": y_test,
        "class_names": names,
        "name": folder.resolve().name if name is None else _checks.text(name, "name"),
        "source": str(folder),
    }


def _height_and_width(size) -> tuple[int, int]:
    sides = list(size) if _checks.is_iterable(size) and not isinstance(size, str) else [size, size]
    if len(sides) != 2:
        raise ValueError(f"size must be one number, or (height, width), got {size!r}")
    height, width = (_checks.positive_int(side, "size", at_most=_MOST_PIXELS) for side in sides)
    return height, width


# ---- which files --------------------------------------------------------------------------------


def _folders(folder: Path) -> list[Path]:
    """The folders in a folder, but for those that a system keeps to itself."""
    found = (p for p in folder.iterdir() if p.is_dir() and p.name[0] not in "._")
    return sorted(found, key=lambda p: p.name)


def _images(folder: Path) -> list[Path]:
    """The image files in a folder and below it, in an order that no file system decides."""
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    return [
        path
        for name, path in sorted(found.items())
        if path.suffix.lower() in _IMAGES and not any(part[0] == "." for part in name.split("/"))
    ]


def _given_split(folder: Path) -> list[Path]:
    """The folders for training and for the test, where the folder is divided into such."""
    inside = {p.name.lower(): p for p in _folders(folder) if _folders(p)}
    train, test = (
        next((inside[name] for name in names if name in inside), None) for names in (_TRAIN, _TEST)
    )
    if not (train and test):
        return []
    aside = [p.name for p in _folders(folder) if p not in (train, test)]
    rest = f" Not used: {', '.join(aside)}." if aside else ""
    print(
        f"The split is that of the folder: {train.name} to learn from, {test.name} to test.{rest}"
    )
    return [train, test]


def _by_class(folder: Path) -> dict[str, list[Path]]:
    """The image files of each class."""
    files = {p.name: _images(p) for p in _folders(folder)}
    if len(files) < 2:
        loose = [p for p in folder.iterdir() if p.suffix.lower() in _IMAGES]
        cure = f": put {loose[0].name} and the others into a folder for each class" if loose else ""
        if len(files) == 1 and _folders(folder / next(iter(files))):
            cure = f": are the classes in {str(folder / next(iter(files)))!r}?"
        raise ValueError(
            "path must hold a folder of images for each class, at least 2, such as cats/1.jpg and "
            f"dogs/1.jpg, got {', '.join(files) or 'none'} in {str(folder)!r}{cure}"
        )
    empty = [name for name, images in files.items() if not images]
    if empty:
        raise ValueError(
            f"path must hold images in each class folder, got none in {', '.join(empty)} of "
            f"{str(folder)!r} (files that end in {' '.join(sorted(_IMAGES))} are read): remove "
            "what is no class"
        )
    return files


def _require_same_classes(parts: list[Path], files: list[dict]) -> None:
    odd = sorted(set(files[0]) ^ set(files[1]))
    if odd:
        raise ValueError(
            f"path must hold the same classes in {parts[0].name} and in {parts[1].name}, got "
            f"{', '.join(odd)} in one of them only"
        )


def _require_images(names: list[str], parts: list[Path], labels: tuple) -> None:
    for part, y in zip(parts, labels, strict=True):
        gone = [name for i, name in enumerate(names) if i not in y]
        if gone:
            raise ValueError(
                f"path must hold images that can be read in each class folder, got none in "
                f"{', '.join(gone)} of {part.name}"
            )


# ---- what is in them ----------------------------------------------------------------------------


def _read(files: dict[str, list[Path]], size: tuple[int, int], grey: bool, unreadable: dict):
    """All images, `(n, height, width, channels)` in [0, 1], and their class numbers."""
    paths = [path for images in files.values() for path in images]
    labels = np.repeat(np.arange(len(files)), [len(images) for images in files.values()])
    x = np.empty((len(paths), *size, 1 if grey else 3), np.float32)
    good = np.ones(len(paths), bool)
    for i, pixels in enumerate(reported(_pixels(paths, size, grey), "Reading images", len(paths))):
        if isinstance(pixels, Exception):
            unreadable[paths[i]] = str(pixels)
            good[i] = False
        else:
            np.divide(pixels.reshape(x.shape[1:]), 255, out=x[i], dtype=np.float32)
    return (x, labels) if good.all() else (x[good], labels[good])


def _pixels(paths: list[Path], size: tuple[int, int], grey: bool) -> Iterator:
    """The bytes of each image, or what went wrong."""
    for path in paths:
        try:
            with warnings.catch_warnings(action="ignore"):  # of odd but harmless details
                pixels = _opened(path, size, "L" if grey else "RGB")
        except Exception as error:  # damage can cause nearly any error in Pillow
            pixels = error
        yield pixels


def _opened(path: Path, size: tuple[int, int], mode: str) -> np.ndarray:
    from PIL import Image, ImageOps

    with Image.open(path) as file:
        file.draft(mode, (2 * max(size),) * 2)  # a large JPEG need not be read in full
        image = ImageOps.exif_transpose(file)
    if image.mode.startswith("I"):  # 16 bits, which `convert` would cut off at 255
        image = Image.fromarray((np.asarray(image) // 257).clip(0, 255).astype(np.uint8))
    elif image.mode == "F":
        raise ValueError("its pixels are no bytes")
    elif image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    image = image.convert(mode)
    return np.asarray(image.resize(size[::-1], Image.Resampling.BILINEAR))


def _warn_of(unreadable: dict[Path, str]) -> None:
    some = ", ".join(f"{path} ({why})" for path, why in list(unreadable.items())[:5])
    more = f" and {len(unreadable) - 5:,} more" if len(unreadable) > 5 else ""
    warnings.warn(
        f"{len(unreadable):,} image(s) cannot be read and are left out: {some}{more}",
        UserWarning,
        stacklevel=_checks.outside(),
    )
