import asyncio
import gc
import re
import threading
import weakref

import numpy as np
import pytest
from fallbacks import html_of, text_of

import kdlab
from kdlab import DigitPad, predict_logits
from kdlab.widgets import _assets

RNG = np.random.default_rng(0)
WEIGHTS = [
    array.astype(np.float32)
    for array in (RNG.normal(size=(64, 16)), RNG.normal(size=16), RNG.normal(size=(16, 10)),
                  RNG.normal(size=10))
]  # fmt: skip
DRAWING = (np.arange(64).reshape(8, 8) % 17 / 16).tolist()
SCORES = np.arange(10.0)[None]


@pytest.fixture
def data():
    return {
        "weights": WEIGHTS,
        "examples": RNG.random((5, 8, 8, 1), dtype=np.float32),
        "labels": np.arange(5),
        "class_names": tuple("abcdefghij"),
    }


# ---- What it takes ------------------------------------------------------------------------------


def test_it_needs_only_weights():
    pad = DigitPad(WEIGHTS)
    assert pad.state() == {"temperature": 1.0, "pixels": np.zeros((8, 8)).tolist()}
    assert repr(pad) == "<DigitPad 64-16-10 student, an empty drawing, temperature=1.0>"


def test_it_answers_as_keras_does(digits):
    student = kdlab.build_student(digits, hidden_units=(12, 8), seed=1)
    pad = DigitPad(student.get_weights(), digits.x_test[:20])
    expected = predict_logits(student, digits.x_test[:20])
    np.testing.assert_allclose(pad._logits(digits.x_test[:20]), expected, atol=1e-4)


def test_it_takes_a_student_of_a_cohort(digits):
    cohort = kdlab.train_cohort(digits, alphas=[0], n_images=[50], seeds=[0, 1], steps=5)
    pad = DigitPad([w[1] for w in cohort.weights])
    expected = cohort.predict_logits(digits.x_test[:20])[1]
    np.testing.assert_array_equal(pad._logits(digits.x_test[:20]), expected)


OTHERS = [RNG.normal(size=(64, 10)), RNG.normal(size=10)]


def test_several_students_answer_to_one_drawing(data):
    both = {"labels alone": WEIGHTS, "soft targets": OTHERS}
    pad = DigitPad(**{**data, "weights": both}, pixels=DRAWING, temperature=2)
    assert repr(pad) == (
        "<DigitPad 64-16-10 labels alone, 64-10 soft targets, a drawing, temperature=2.0>"
    )
    assert [student["name"] for student in pad._data["students"]] == list(both)
    for name, weights in both.items():
        alone = DigitPad(weights, class_names=data["class_names"], pixels=DRAWING, temperature=2)
        best, p = alone._top("student")[0]
        assert f"“{name}” says, at T = 2: {best} {p:.3f}" in text_of(pad)
        assert f"What “{name}” says of this drawing at T = 2" in html_of(pad)
        assert f"<th>{best}</th>" in html_of(pad)
    assert html_of(pad).count('alt="The drawing"') == 1
    assert DigitPad(both, **pad.state()).state() == pad.state() == {
        "temperature": 2.0, "pixels": DRAWING,
    }  # fmt: skip


def test_one_student_with_a_name_is_called_by_it():
    pad = DigitPad({"mine": WEIGHTS}, pixels=DRAWING)
    assert "“mine” says, at T = 1" in text_of(pad) and "The student" not in text_of(pad)


def test_other_shapes():
    pad = DigitPad([np.eye(15, 3), np.zeros(3)], image_shape=(5, 3), pixels=np.ones((5, 3)))
    assert pad.image.shape == (5, 3)
    assert pad._data["imageShape"] == [5, 3, 1]


def test_state_recreates_the_pad(data):
    state = DigitPad(**data, temperature=4, pixels=DRAWING).state()
    assert state == {"temperature": 4.0, "pixels": DRAWING}
    assert DigitPad(**data, **state).state() == state


def test_the_page_can_set_what_python_reads():
    pad = DigitPad(WEIGHTS)
    pad.set_state({"pixels": DRAWING, "temperature": 2})
    np.testing.assert_array_equal(pad.image, np.array(DRAWING, np.float32))
    assert pad.temperature == 2.0


def test_the_frame_is_where_the_examples_lie():
    examples = np.zeros((3, 8, 8, 1))
    examples[0, 1:8, 2:7] = 0.5
    examples[1, 1:6, 2:5] = 1  # the third is empty, and says nothing
    assert DigitPad(WEIGHTS, examples)._data["frame"] == [2, 6, 1, 7]
    assert DigitPad(WEIGHTS, examples[2:])._data["frame"] == [0, 8, 0, 8]
    assert DigitPad(WEIGHTS)._data["frame"] == [0, 8, 0, 8]


K, B = np.ones((64, 4)), np.ones(4)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"weights": []}, "weights must list a kernel and a bias for each layer, got 0 arrays"),
        ({"weights": [K]}, "weights must list .* got 1 arrays"),
        ({"weights": 3}, "weights must list .* got 3"),
        ({"weights": [K[:50], B]}, r"weights\[0\], a kernel, must have 64 rows.*8x8.*\(50, 4\)"),
        ({"weights": [K, B, K, B]}, r"weights\[2\], a kernel, must have 4 rows.*layer before"),
        ({"weights": [K, np.ones(3)]}, r"weights\[1\], a bias, must have shape \(4,\), got \(3,\)"),
        ({"weights": [K * np.nan, B]}, r"weights\[0\], a kernel, must be finite"),
        ({"weights": [K[:, :1], B[:1]]}, "weights must end in at least 2 classes, got 1"),
        ({"weights": [K[..., None], B]}, r"weights\[0\], a kernel, must have 2 dimensions"),
        ({"examples": np.zeros((5, 4, 4, 1))}, r"examples must hold images of shape \(8, 8, 1\)"),
        ({"examples": np.full((5, 8, 8, 1), 16)}, r"examples must lie in \[0, 1\], got .* 16"),
        ({"examples": None}, "labels must come with examples, got labels alone"),
        ({"labels": [1]}, "labels must hold one label per example, 5, got 1"),
        ({"class_names": ["a"]}, "class_names must hold one name per class, 10 .* got 1"),
        ({"teacher": 5}, "teacher must be a function of an image, got 5"),
        ({"temperature": 0}, "temperature must be a finite number above 0, got 0"),
        ({"pixels": np.zeros((4, 4))}, r"pixels must have shape \(8, 8\), got \(4, 4\)"),
        ({"pixels": np.full((8, 8), 16)}, r"pixels must lie in \[0, 1\], got values from 16 to 16"),
        ({"pixels": np.full((8, 8), np.nan)}, "pixels must be finite, got 64 NaN"),
        ({"pixels": "a 3"}, "pixels must be an array of numbers, got 'a 3'"),
        ({"image_shape": 8}, "image_shape must be a height and a width, got 8"),
        ({"weights": [np.ones((192, 4)), B]}, r"64 rows.*\(192, 4\): .* grey images.*x.mean"),
        ({"weights": [np.ones((784, 4)), B]}, r"got shape \(784, 4\): .*image_shape=\(28, 28\)"),
        ({"weights": [np.ones((3, 3, 1, 8)), B]}, "that of a convolution: .*hidden_units"),
        ({"weights": 3}, "got 3: student.get_weights"),
        ({"examples": np.zeros((5, 8, 8, 3))}, r"\(8, 8, 1\).* got \(8, 8, 3\): .*grey.*x.mean"),
        ({"examples": np.zeros((5, 9, 9, 1))}, r"got \(9, 9, 1\): .*image_shape=\(height, width\)"),
        ({"image_shape": (8, 8, 3)}, r"got \(8, 8, 3\): DigitPad draws grey images"),
        ({"image_shape": (8, 8, 1)}, r"leave the channel out, image_shape=\(8, 8\)"),
        ({"pixels": np.zeros((1, 8, 8, 1))}, r"got \(1, 8, 8, 1\): one image .* x\[0, :, :, 0\]"),
        ({"weights": {}}, "weights must hold at least one student, got an empty dict"),
        ({"weights": {"a": WEIGHTS, "b": 3}}, r"weights\['b'\] must list .* got 3"),
        ({"weights": {"a": [K[:50], B]}}, r"weights\['a'\]\[0\], a kernel, must have 64 rows"),
        ({"weights": {"a": WEIGHTS, "b": [K, B]}}, r"same classes, got 10 of 'a', 4 of 'b'"),
        ({"weights": {0: WEIGHTS}}, "the names in weights must be a text that is not empty, got 0"),
        ({"image_shape": (8, 0)}, "image_shape must be a whole number of at least 1, got 0"),
    ],
)
def test_it_says_what_is_wrong(data, bad, message):
    with pytest.raises(ValueError, match=message):
        DigitPad(**{**data, **bad})


def test_a_bad_drawing_set_later_is_refused_and_changes_nothing():
    pad = DigitPad(WEIGHTS, pixels=DRAWING)
    with pytest.raises(ValueError, match=r"^pixels must"):
        pad.pixels = np.full((8, 8), 2)
    assert pad.pixels == DRAWING


# ---- The teacher --------------------------------------------------------------------------------


def test_the_teacher_gets_the_drawing_and_its_answer_comes_with_it():
    seen = []
    pad = DigitPad(WEIGHTS, teacher=lambda image: seen.append(image) or SCORES)
    assert not seen  # nothing is drawn yet
    assert pad._answer == {}
    pad.pixels = DRAWING
    assert pad._answer == {"pixels": DRAWING, "logits": SCORES[0].tolist()}
    assert [(image.shape, image.dtype) for image in seen] == [((1, 8, 8, 1), np.float32)]
    np.testing.assert_array_equal(seen[0][0, :, :, 0], pad.image)


def test_the_teacher_is_asked_at_once_about_the_first_drawing():
    pad = DigitPad(WEIGHTS, teacher=lambda image: SCORES, pixels=DRAWING)
    assert pad._answer["logits"] == SCORES[0].tolist()


@pytest.mark.parametrize(
    ("teacher", "error"),
    [
        (lambda image: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda image: np.zeros((1, 3)), r"ValueError: .* must have shape \(1, 10\), got \(1, 3\)"),
        (lambda image: [[np.nan] * 10], "ValueError: the teacher's answer must be finite"),
        (lambda image: {}["two\nlines" * 99], r"KeyError: 'two\\nlines.*…"),
    ],
)
def test_an_error_of_the_teacher_is_one_line_in_the_widget(teacher, error):
    pad = DigitPad(WEIGHTS, teacher=teacher)
    pad.pixels = DRAWING
    assert set(pad._answer) == {"pixels", "error"}
    line = pad._answer["error"]
    assert re.match(error, line)
    assert len(line) <= 200
    assert "\n" not in line


def test_in_a_kernel_the_teacher_is_asked_on_the_main_thread_about_the_last_drawing():
    """The page's messages may come on a thread beside a training; nothing may compute there."""
    asked = []

    def teacher(image):
        asked.append((threading.get_ident(), float(image.sum())))
        return SCORES

    async def cells():
        pad = DigitPad(WEIGHTS, teacher=teacher)

        def messages():
            for ink in (0.25, 0.5, 1.0):
                pad.set_state({"pixels": np.full((8, 8), ink).tolist()})

        thread = threading.Thread(target=messages)
        thread.start()
        thread.join()  # a cell that keeps the kernel busy
        assert not asked
        while not asked:  # the kernel is free
            await asyncio.sleep(0.01)
        return pad

    pad = asyncio.run(asyncio.wait_for(cells(), 60))
    assert asked == [(threading.get_ident(), 64.0)]
    assert pad._answer["pixels"] == np.ones((8, 8)).tolist()
    pad.pixels = DRAWING  # the loop is closed, as where a kernel shuts down
    assert pad._answer["pixels"] == DRAWING


# ---- The fallback -------------------------------------------------------------------------------


def test_the_fallback_shows_the_drawing_and_the_real_answers(data):
    pad = DigitPad(**data, pixels=DRAWING, temperature=20)
    p = kdlab.softmax(pad._logits(pad.image[None])[0], 20)
    for k in np.argsort(-p)[:3]:
        name = data["class_names"][k]
        assert f"<th>{name}</th>" in html_of(pad)
        assert f"<td>{p[k]:.3f}</td>" in html_of(pad)
        assert f"{name} {p[k]:.3f}" in text_of(pad)
    assert 'alt="The drawing"' in html_of(pad)


def test_the_fallback_of_an_empty_pad_claims_nothing():
    pad = DigitPad(WEIGHTS)
    assert "run this cell to draw" in html_of(pad)
    assert text_of(pad) == "DigitPad: 64-16-10 student, an empty drawing"


def test_the_fallback_is_the_same_every_time_and_holds_no_markup_of_others(data):
    data["class_names"] = ["<img src=x onerror=alert(1)>"] * 10
    data["weights"] = {"<img src=x onerror=alert(2)>": WEIGHTS}
    first, second = (DigitPad(**data, pixels=DRAWING) for _ in range(2))
    assert (html_of(first), text_of(first)) == (html_of(second), text_of(second))
    assert "<img src=x" not in html_of(first)
    assert first.model_id not in html_of(first)


def test_a_closed_pad_is_gone():
    pad = DigitPad(WEIGHTS, teacher=lambda image: SCORES, pixels=DRAWING)
    reference = weakref.ref(pad)
    pad.close()
    del pad
    gc.collect()
    assert reference() is None


def test_the_page_side_with_its_bitmap_is_small():
    files = ("widgets/digit_pad.js", "widgets/digit_pad.css", "parts/bitmap.js")
    assert sum((_assets.PAGE / file).stat().st_size for file in files) <= 18 * 1024
