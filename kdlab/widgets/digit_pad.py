"""Draw a digit and watch a student answer while you draw: `DigitPad`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import isqrt

import numpy as np
import traitlets

from kdlab import _checks, soft_targets
from kdlab._exact import dense_logits
from kdlab._shortlist import MOST, likeliest, others_name, with_others
from kdlab.widgets import _assets, _examples, _fallback
from kdlab.widgets._base import COLDEST, HOTTEST, Checked, Widget, check_temperature

# Seconds for which a drawing has to rest before the teacher is asked.
_REST = 0.3
# Answers in the fallback.
_TOP = 3


class DigitPad(Widget):
    """Draw a digit, or change an example: the student answers with every stroke, or several do.

    A student's weights are sent to the page and the network is computed there, so it answers
    without the kernel, also in a notebook saved with its widgets. The teacher, too large for that,
    is asked in the kernel once the drawing rests and the kernel is free.

    A drawing is made as the images of the `digits` data set were: a round pen on a fine bitmap, of
    which each 4x4 block is one pixel for the network. So it is grey: a network for colour, or one
    with convolutions, has no place here. Of more than 100 classes the likeliest are shown, and the
    others as one.

    Args:
        weights: kernel and bias of each layer in turn, of a dense network with ReLU between its
            layers that returns logits: `student.get_weights()`, or of student `i` of a cohort
            `[w[i] for w in result.weights]`. Of several students, which answer side by side: a
            dict of such weights by what each is called, as of `pretrained_students`.
        examples: images `(n, height, width, 1)` in [0, 1] to load into the pad.
        labels: the true classes `(n,)` of the examples.
        class_names: one name per class, as a list or a dict by class number; the class numbers if
            not given.
        teacher: called with the drawing `(1, height, width, 1)`; returns logits `(1, classes)`.
            `lambda image: predict_logits(teacher, image)` asks a Keras model.
        temperature: `T` at the start, from 0.25 to 100.
        pixels: the drawing at the start, `(height, width)` in [0, 1]; empty if not given.
        image_shape: height and width of the student's images.

    Attributes:
        temperature: `T` as the slider stands; set it to move the slider.
        pixels: the drawing as the network sees it, a list of rows; set it to draw.
        image: the drawing as an array `(height, width)`.

    Raises:
        ValueError: an argument has the wrong shape, length or range, or is not finite; the same
            when an attribute is set later. An error of the teacher is shown in the widget.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> pad = DigitPad([rng.normal(size=(64, 10)), np.zeros(10)])
        >>> pad.pixels = np.eye(8)
        >>> float(pad.image.sum())
        8.0
        >>> from kdlab import pretrained_students
        >>> DigitPad(pretrained_students("digits"))
        <DigitPad 64-32-10 labels alone, 64-32-10 soft targets, an empty drawing, temperature=1.0>
    """

    _esm = _assets.module("digit_pad")
    _css = _assets.style("digit_pad")
    _answer_traits = ("pixels",)

    temperature = Checked(lambda _, value: check_temperature(value), 1.0)
    pixels = Checked(lambda self, value: self._check_pixels(value), None)
    # The network and the examples: never changed after the start.
    _data = traitlets.Dict().tag(sync=True)
    # What the teacher said, and of which drawing; the page shows it beside no other.
    _answer = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        weights: Sequence | Mapping[str, Sequence],
        examples=None,
        labels=None,
        class_names: Sequence[str] | None = None,
        *,
        teacher: Callable | None = None,
        temperature: float = 1.0,
        pixels=None,
        image_shape: Sequence[int] = (8, 8),
    ):
        self._shape = _check_shape(image_shape)
        self._students = _check_students(weights, self._shape)
        if teacher is not None and not callable(teacher):
            raise ValueError(
                f"teacher must be a function of an image, got {teacher!r}: of a Keras model, "
                "lambda image: predict_logits(model, image)"
            )
        self._class_names = _examples.names(class_names, _classes(self._students))
        self._teacher = None  # not before the first drawing is there
        super().__init__(
            temperature=temperature, pixels=pixels, _data=self._packed(examples, labels, teacher)
        )
        self._teacher, self._loop, self._alarm = teacher, _running_loop(), None
        self._ask()

    @property
    def image(self) -> np.ndarray:
        """The drawing as the network sees it, `(height, width)`, float32 in [0, 1]."""
        return np.array(self.pixels, np.float32)

    def _packed(self, examples, labels, teacher) -> dict:
        """What the page reads: layers as little-endian floats, examples as in `examples.js`."""
        data = {
            "classNames": _examples.packed_names(self._class_names),
            "imageShape": [*self._shape, 1],
            "students": [
                {"name": name, "network": [array.astype("<f4").tobytes() for array in weights]}
                for name, weights in self._students.items()
            ],
            "hasTeacher": teacher is not None,
            "range": [COLDEST, HOTTEST],
            "frame": [0, self._shape[1], 0, self._shape[0]],
        }
        if examples is None:
            if labels is not None:
                raise ValueError(
                    "labels must come with examples, got labels alone: pass examples=..., the "
                    "images that they are of"
                )
            return data
        images = self._check_examples(examples)
        logits = self._logits(images)  # of the first, to sort the examples by
        packed = _examples.Examples({"logits": logits}, images, labels, self._class_names).packed()
        return {
            **packed,
            **data,
            # Unrounded too: the network is to see what it would see in Python.
            "exactImages": images.astype("<f4").tobytes(),
            "frame": _frame(images[..., 0]),
        }

    def _logits(self, images: np.ndarray, student: str | None = None) -> np.ndarray:
        """A student's logits `(n, classes)` in NumPy, as `network.js` computes them."""
        weights = self._students[student or next(iter(self._students))]
        network = [np.atleast_2d(w)[None] for w in weights]
        return dense_logits(network, images.reshape(len(images), -1))[0]

    # ---- The teacher -----------------------------------------------------------------------

    @traitlets.observe("pixels")
    def _ask_later(self, _) -> None:
        """Have the teacher asked when the drawing rests, on the thread that made the widget.

        This may be called on a thread beside a running training, where nothing must compute:
        ipykernel hears messages of widgets there. The event loop of the main thread is free when
        no cell runs.
        """
        if self._teacher is None:
            return
        if self._loop is None or self._loop.is_closed():
            self._ask()
        else:
            self._loop.call_soon_threadsafe(self._ask_at_rest)

    def _ask_at_rest(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_later(_REST, self._ask)

    def _ask(self) -> None:
        drawing = self.pixels
        if self._teacher is None or not np.any(drawing):
            return
        try:
            logits = self._teacher(np.array(drawing, np.float32)[None, :, :, None])
            logits = _checks.logits(logits, "the teacher's answer", ndim=2, dtype=np.float32)
            if logits.shape != (1, len(self._class_names)):
                raise ValueError(
                    f"the teacher's answer must have shape (1, {len(self._class_names)}), "
                    f"got {logits.shape}"
                )
            answer = {"logits": logits[0].tolist()}
        except Exception as error:  # shown to the learner; nothing else may stop because of it
            line = " ".join(f"{type(error).__name__}: {error}".split())
            answer = {"error": line if len(line) <= 200 else f"{line[:199]}…"}
        self._answer = {"pixels": drawing, **answer}

    def _is_answered(self) -> bool:
        return bool(np.any(self.pixels))

    # ---- Checks and fallback ---------------------------------------------------------------

    def _check_pixels(self, value) -> list[list[float]]:
        if value is None:
            return np.zeros(self._shape).tolist()
        drawing = _checks.array(value, "pixels")
        if drawing.shape != self._shape:
            raise ValueError(
                f"pixels must have shape {self._shape}, got {drawing.shape}: one image of the "
                "size of the student's, without the channel, as in x[0, :, :, 0]"
            )
        return _checks.from_0_to_1(drawing, "pixels").tolist()

    def _check_examples(self, examples) -> np.ndarray:
        images = _checks.images(examples, "examples")
        wanted = (*self._shape, 1)
        if images.shape[1:] != wanted:
            raise ValueError(
                f"examples must hold images of shape {wanted}, which DigitPad draws, "
                f"got {images.shape[1:]}: {_cure(images.shape[1:], self._shape)}"
            )
        return _checks.from_0_to_1(images, "examples")

    def __repr__(self) -> str:
        return f"<DigitPad {self._content()}, temperature={self.temperature!r}>"

    def _answer_in_words(self) -> str:
        return "a drawing"

    def _content(self) -> str:
        drawing = "a drawing" if np.any(self.pixels) else "an empty drawing"
        networks = (f"{_layers(weights)} {name}" for name, weights in self._students.items())
        return ", ".join([*networks, drawing])

    def _top(self, student: str) -> list[tuple[str, float]]:
        """A student's likeliest answers."""
        p = soft_targets.softmax(self._logits(self.image[None], student)[0], self.temperature)
        best = likeliest(p, _TOP)
        top = [(self._class_names[k], float(p[k])) for k in best]
        if len(p) > MOST:
            top.append((others_name(len(p) - _TOP), float(with_others(p, best)[-1])))
        return top

    def _fallback_text(self) -> str:
        text = f"DigitPad: {self._content()}"
        if not np.any(self.pixels):
            return text
        for name in self._students:
            top = ", ".join(f"{answer} {p:.3f}" for answer, p in self._top(name))
            text += f"\n{_subject(name, 'The')} says, at T = {self.temperature:g}: {top}"
        return text

    def _fallback_html(self) -> str:
        if not np.any(self.pixels):
            return "<p><strong>DigitPad</strong>: <em>run this cell to draw a digit.</em></p>"
        picture = _fallback.image(_examples.pixels(self.image[None, :, :, None])[0], "The drawing")
        tables = ""
        for name in self._students:
            rows = "".join(
                f"<tr><th>{escape(answer)}</th><td>{_fallback.bar(round(p, 3))}</td>"
                f"<td>{p:.3f}</td></tr>"
                for answer, p in self._top(name)
            )
            tables += (
                f"<p>What {escape(_subject(name, 'the'))} says of this drawing at "
                f"T = {self.temperature:g}</p><table><tbody>{rows}</tbody></table>"
            )
        return (
            f"<div>{picture}{tables}<p><em>A still picture: run this cell to draw.</em></p></div>"
        )


# What the one student is called where no name was given, as in `digit_pad.js`.
_ONLY = "student"


def _subject(name: str, article: str) -> str:
    """A student as a sentence has it: the one without a name, or by its name."""
    return f"{article} {name}" if name == _ONLY else f"“{name}”"


def _layers(weights: list[np.ndarray]) -> str:
    return "-".join(map(str, [weights[0].shape[0], *map(len, weights[1::2])]))


def _classes(students: dict[str, list[np.ndarray]]) -> int:
    """Between how many classes the students choose: all of them between the same."""
    classes = {name: len(weights[-1]) for name, weights in students.items()}
    if len(set(classes.values())) > 1:
        got = ", ".join(f"{n} of {name!r}" for name, n in classes.items())
        raise ValueError(
            f"weights must be of students with the same classes, got {got}: show students of "
            "other classes in a DigitPad of their own"
        )
    return next(iter(classes.values()))


def _check_students(weights, shape: tuple[int, int]) -> dict[str, list[np.ndarray]]:
    """The weights of each student by its name."""
    if not isinstance(weights, Mapping):
        return {_ONLY: _check_weights(weights, shape, "weights")}
    if not weights:
        raise ValueError("weights must hold at least one student, got an empty dict")
    return {
        _checks.text(name, "the names in weights"): _check_weights(one, shape, f"weights[{name!r}]")
        for name, one in weights.items()
    }


def _check_shape(image_shape) -> tuple[int, int]:
    if not isinstance(image_shape, Sequence) or len(image_shape) != 2:
        cure = ""
        if isinstance(image_shape, Sequence) and len(image_shape) == 3:
            cure = f": {_cure(image_shape, image_shape[:2])}"
        raise ValueError(f"image_shape must be a height and a width, got {image_shape!r}{cure}")
    return tuple(_checks.positive_int(size, "image_shape") for size in image_shape)


def _check_weights(weights, shape: tuple[int, int], of: str) -> list[np.ndarray]:
    """Kernels `(inputs, units)` and biases `(units,)` that fit each other, float32."""
    if not isinstance(weights, Sequence) or not weights or len(weights) % 2:
        got = f"{len(weights)} arrays" if isinstance(weights, Sequence) else repr(weights)
        raise ValueError(
            f"{of} must list a kernel and a bias for each layer, got {got}: "
            "student.get_weights() of a student with dense layers alone returns such a list"
        )
    checked, inputs = [], shape[0] * shape[1]
    for layer, (kernel, bias) in enumerate(zip(weights[::2], weights[1::2], strict=True)):
        name = f"{of}[{2 * layer}], a kernel,"
        if np.ndim(kernel) == 4:
            raise ValueError(
                f"{name} must have 2 dimensions, got shape {np.shape(kernel)}, that of a "
                "convolution: DigitPad computes dense layers alone, such as those of "
                "build_student(data, hidden_units=(32,))"
            )
        kernel = _checks.array(kernel, name, ndim=2, dtype=np.float32)
        if len(kernel) != inputs:
            why = "one for each unit of the layer before"
            if not layer:
                why = f"one for each pixel of {shape[0]}x{shape[1]} images"
            cure = "" if layer else f": {_cure_rows(len(kernel), inputs)}"
            raise ValueError(
                f"{name} must have {inputs} rows, {why}, got shape {kernel.shape}{cure}"
            )
        name, inputs = f"{of}[{2 * layer + 1}], a bias,", kernel.shape[1]
        bias = _checks.array(bias, name, dtype=np.float32)
        if bias.size != inputs or bias.shape[-1] != inputs:
            raise ValueError(
                f"{name} must have shape ({inputs},), got {bias.shape}: one number for each "
                "column of the kernel before it"
            )
        checked += [kernel, bias.ravel()]
    if inputs < 2:
        raise ValueError(
            f"{of} must end in at least 2 classes, got {inputs}: of a student with one unit z "
            "for two classes, pass a last layer of two, with the logits 0 and z"
        )
    return checked


_GREY = (
    "DigitPad draws grey images, (height, width, 1), and a student of colour images cannot read "
    "them: train one on grey images, x.mean(axis=-1, keepdims=True)"
)


def _cure_rows(rows: int, inputs: int) -> str:
    """What to do about a first kernel with so many rows."""
    if rows == 3 * inputs or (rows % 3 == 0 and isqrt(rows // 3) ** 2 == rows // 3):
        return _GREY
    side = isqrt(rows)
    such = f"({side}, {side})" if side**2 == rows else "(height, width)"
    return f"DigitPad(..., image_shape={such}) says which images the student was trained on"


def _cure(shape: Sequence[int], wanted: Sequence[int]) -> str:
    """What to do about images of this shape."""
    if len(shape) == 3 and shape[-1] != 1:
        return _GREY
    if len(shape) == 3 and tuple(shape[:2]) == tuple(wanted):
        return f"leave the channel out, image_shape={tuple(wanted)}"
    return "DigitPad(..., image_shape=(height, width)) says which images the student was trained on"


def _frame(images: np.ndarray) -> list[int]:
    """Where the examples lie, on average: left, right, top and bottom, in whole pixels."""
    sides = []
    for axis in (1, 2):  # seen from above, then from the side
        ink = (images > 0).any(axis=axis)
        ink = ink[ink.any(axis=1)]
        if not len(ink):
            ink = np.ones((1, ink.shape[1]))
        sides += [ink.argmax(axis=1).mean(), ink.shape[1] - ink[:, ::-1].argmax(axis=1).mean()]
    return [round(float(side)) for side in sides]


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that runs this cell; none in a script."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
