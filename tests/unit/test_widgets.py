import base64
import gc
import re
import struct
import subprocess
import sys
import weakref
import zlib

import numpy as np
import pytest
from fallbacks import html_of, text_of
from IPython.core.formatters import DisplayFormatter
from older import open_widgets, sends_without_kernel

import kdlab.widgets
from kdlab import soft_targets
from kdlab.widgets import TemperatureExplorer, TrainingMonitor, _assets
from tests.tools.widget_examples import EXAMPLES

FOLDER = _assets.PAGE / "widgets"
# Without those of a whole page, which are for its bare elements.
PARTS = sorted(set((_assets.PAGE / "parts").glob("*.css")) - {_assets.PAGE / "parts/own_page.css"})
VIEW = "application/vnd.jupyter.widget-view+json"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return {
        "logits": 5 * rng.normal(size=(7, 4)),
        "images": rng.random((7, 8, 8, 1), dtype=np.float32),
        "labels": np.array([0, 1, 2, 3, 0, 1, 2]),
        "class_names": ("cat", "dog", "car", "tree"),
    }


# ---- TemperatureExplorer ------------------------------------------------------------------------

START = {
    "temperature": 1.0,
    "index": 0,
    "log_scale": False,
    "show_class": None,
    "order": "given",
    "confused_with": None,
    "predict": False,
    "guess": None,
    "revealed": False,
}
ANOTHER = {
    "temperature": 3.5,
    "index": 6,
    "log_scale": True,
    "show_class": 1,
    "order": "confused",
    "confused_with": 3,
    "predict": True,
    "guess": [0.5, 0.25, 0.25, 0.0],
    "revealed": True,
}


def test_explorer_needs_only_logits():
    explorer = TemperatureExplorer([[1.0, 2.0, 0.5]])
    assert explorer.state() == START
    assert explorer._data["classNames"] == ["0", "1", "2"]


def test_explorer_sends_the_real_data_as_bytes(data):
    packed = TemperatureExplorer(**data)._data
    logits = np.frombuffer(packed["logits"][0], "<f4").reshape(7, 4)
    np.testing.assert_array_equal(logits, data["logits"].astype(np.float32))
    np.testing.assert_array_equal(np.frombuffer(packed["labels"], "<i4"), data["labels"])
    images = np.frombuffer(packed["images"], np.uint8).reshape(7, *packed["imageShape"])
    np.testing.assert_allclose(images / 255, data["images"], atol=0.5 / 255 + 1e-6)


@sends_without_kernel
def test_explorer_sends_its_data_once(data):
    explorer = TemperatureExplorer(**data)
    sent = []
    explorer._send = lambda message, buffers=None: sent.append((message, buffers))
    explorer.temperature = 4.0
    explorer.index = 2
    assert [list(message["state"]) for message, _ in sent] == [["temperature"], ["index"]]
    assert not any(buffers for _, buffers in sent)


def test_the_page_can_set_what_python_reads(data):
    explorer = TemperatureExplorer(**data)
    sent = []
    explorer._send = lambda message, buffers=None: sent.append(message)
    explorer.set_state(ANOTHER | {"index": 0})
    assert explorer.state() == ANOTHER | {"index": 0}
    # An echo of an old value would pull the slider back while it is dragged.
    assert not sent


def test_state_recreates_the_explorer(data):
    state = TemperatureExplorer(**data, **ANOTHER).state()
    assert state == ANOTHER
    assert TemperatureExplorer(**data, **state).state() == state


def test_the_student_is_a_second_model(data):
    student = data["logits"][::-1]
    explorer = TemperatureExplorer(**data, student_logits=student, temperature=4.0, index=2)
    packed = np.frombuffer(explorer._data["logits"][1], "<f4").reshape(7, 4)
    np.testing.assert_array_equal(packed, student.astype(np.float32))
    p, q = (soft_targets.softmax(z[2].astype(np.float32), 4.0) for z in (data["logits"], student))
    distance = f"KL(teacher || student) {soft_targets.kl_divergence(p, q):.3f} nats"
    assert distance in text_of(explorer)
    assert distance in html_of(explorer)
    assert "<th>student, T = 4</th>" in html_of(explorer)
    assert all(f"<td>{x:.3f}</td>" in html_of(explorer) for x in q)
    assert "with a student" in repr(explorer)
    assert "student" not in html_of(TemperatureExplorer(**data)) + text_of(
        TemperatureExplorer(**data)
    )


def test_another_example_asks_for_another_guess(data):
    explorer = TemperatureExplorer(**data, **ANOTHER)
    explorer.temperature = 2.0
    assert explorer.guess == ANOTHER["guess"]
    explorer.index = 2
    assert explorer.guess is None
    assert explorer.revealed is False
    assert explorer.predict is True


def test_a_guess_is_a_list_whatever_it_came_as(data):
    explorer = TemperatureExplorer(**data, guess=np.array([0.25] * 4, dtype=np.float32))
    assert explorer.guess == [0.25] * 4
    assert type(explorer.guess) is list


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"logits": [[1.0, np.nan]]}, "logits must be finite, got 1 NaN"),
        ({"logits": [1.0, 2.0]}, "logits must have 2 dimensions, got shape"),
        ({"logits": np.ones((7, 1))}, "logits must hold one column per class, at least 2"),
        ({"logits": np.ones((0, 4))}, "logits must not be empty"),
        ({"images": np.zeros((6, 8, 8, 1))}, "logits and images must .* got 7 and 6"),
        ({"images": np.zeros((7, 8, 8))}, "images must have 4 dimensions"),
        ({"images": np.zeros((7, 8, 8, 2))}, "images must have 1 channel .* or 3 .* got 2"),
        ({"images": np.full((7, 8, 8, 1), 255)}, r"images must lie in \[0, 1\], got .* 255"),
        ({"images": np.full((7, 8, 8, 1), -0.1)}, r"images must lie in \[0, 1\], got .*-0.1"),
        ({"labels": [0, 1]}, "labels must hold one label per example, 7, got 2"),
        ({"labels": [0, 1, 2, 3, 4, 0, 0]}, "labels must lie in 0 to 3, got .* to 4"),
        ({"labels": [0.5] * 7}, "labels must be a 1-D array of whole class numbers"),
        ({"class_names": ["cat"]}, "class_names must hold one name per class, 4 .* got 1"),
        ({"class_names": "abcd"}, "class_names must be a list of names"),
        ({"class_names": ["cat", "", "car", "tree"]}, "class_names must not hold an empty name"),
        ({"temperature": 0}, "temperature must be a finite number above 0, got 0"),
        ({"temperature": 0.01}, "temperature must lie in 0.25 to 100, .* got 0.01"),
        ({"temperature": np.inf}, "temperature must be a finite number above 0, got inf"),
        ({"temperature": "warm"}, "temperature must be a finite number above 0, got 'warm'"),
        ({"index": 7}, "index must be the number of an example, 0 to 6 here, got 7"),
        ({"index": -1}, "index must .* got -1"),
        ({"index": 1.5}, "index must .* got 1.5"),
        ({"log_scale": "yes"}, "log_scale must be True or False, got 'yes'"),
        ({"student_logits": np.ones((6, 4))}, r"student_logits must be .* as logits, \(7, 4\)"),
        ({"student_logits": [[np.inf] * 4] * 7}, "student_logits must be finite"),
        ({"show_class": 4}, "show_class must be the number of a class, 0 to 3 here, .* got 4"),
        ({"show_class": True}, "show_class must be .* got True"),
        ({"show_class": 1, "labels": None}, "show_class must be None where .* no labels, got 1"),
        ({"order": "best"}, "order must be one of 'given', .*, 'random', got 'best'"),
        ({"order": ["given"]}, r"order must be one of .* got \['given'\]"),
        ({"confused_with": -1}, "confused_with must be the number of a class, .* got -1"),
        ({"confused_with": "cat"}, "confused_with must be the number of a class, .* got 'cat'"),
        ({"predict": 1}, "predict must be True or False, got 1"),
        ({"guess": [0.5] * 4}, "guess must hold probabilities: .* row sums from 2 to 2"),
        ({"guess": [0.5, 0.5]}, r"guess must hold one probability per class, 4, got shape \(2,\)"),
        ({"guess": "none"}, "guess must be an array of numbers, got 'none'"),
        ({"revealed": None}, "revealed must be True or False, got None"),
    ],
)
def test_explorer_says_what_is_wrong(data, bad, message):
    with pytest.raises(ValueError, match=message):
        TemperatureExplorer(**{**data, **bad})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -1),
        ("temperature", np.nan),
        ("temperature", 101),
        ("index", 7),
        ("log_scale", None),
        ("show_class", 4),
        ("order", "best"),
        ("confused_with", 4),
        ("predict", None),
        ("guess", [1.5, -0.5, 0, 0]),
        ("revealed", 0),
    ],
)
def test_a_bad_value_set_later_is_refused_and_changes_nothing(data, name, value):
    explorer = TemperatureExplorer(**data)
    before = explorer.state()
    with pytest.raises(ValueError, match=f"^{name} must"):
        setattr(explorer, name, value)
    assert explorer.state() == before


def test_probabilities_in_place_of_logits_earn_a_warning():
    with pytest.warns(UserWarning, match="logits looks like softmax outputs"):
        TemperatureExplorer(soft_targets.softmax(np.arange(4.0).reshape(2, 2)))


def test_many_classes_and_many_examples():
    explorer = TemperatureExplorer(np.random.default_rng(0).normal(size=(10_000, 100)))
    html = html_of(explorer)
    assert html.count("<tr>") == 11
    assert "and 90 more classes" in html
    assert len(html) < 10_000


# ---- The fallback -------------------------------------------------------------------------------


def test_fallback_shows_the_real_values(data):
    explorer = TemperatureExplorer(**data, temperature=4.0, index=2)
    html, text = html_of(explorer), text_of(explorer)
    cold, warm = (soft_targets.softmax(explorer._examples.logits[0][2], t) for t in (1.0, 4.0))
    for p in (*cold, *warm):
        assert f"<td>{p:.3f}</td>" in html
    assert "car ◆ true label" in html
    assert f"entropy {soft_targets.entropy(warm):.3f} nats" in html
    assert "Example 2, labelled car, at T = 4" in text
    assert f"{warm.max():.3f}" in text


def test_fallback_at_t_1_shows_what_a_higher_temperature_would(data):
    assert "<th>T = 4</th>" in html_of(TemperatureExplorer(**data))


def test_fallback_keeps_the_answer_until_it_is_revealed(data):
    asking = TemperatureExplorer(**data, predict=True, temperature=4.0, index=2)
    told = [f"{x:.3f}" for x in soft_targets.softmax(data["logits"][2], 4.0)]
    for shown in (html_of(asking), text_of(asking)):
        assert "Example 2, labelled car: what does the teacher say at T = 4?" in shown
        assert not any(value in shown for value in told)
    asking.revealed = True
    assert all(value in html_of(asking) for value in told)


def test_fallback_is_the_same_every_time(data):
    first, second = (TemperatureExplorer(**data) for _ in range(2))
    assert first.model_id != second.model_id
    assert html_of(first) == html_of(second)
    assert text_of(first) == text_of(second)
    assert first.model_id not in html_of(first) + text_of(first)


def test_fallback_stands_next_to_the_widget(data):
    explorer = TemperatureExplorer(**data)
    view = explorer._repr_mimebundle_()[0][VIEW]
    assert view["model_id"] == explorer.model_id


def test_fallback_survives_jupyterlab_s_sanitizer(data):
    html = html_of(TemperatureExplorer(**data))
    tags = set(re.findall(r"<(\w+)", html))
    assert tags <= {"div", "p", "strong", "em", "img", "table", "thead", "tbody", "tr", "th", "td"}
    assert not re.search(r"\bon\w+=|javascript:|http", html)


@pytest.mark.parametrize("channels", [1, 3])
def test_fallback_picture_is_the_example(data, channels):
    images = np.random.default_rng(1).random((7, 33, 34, channels), dtype=np.float32)
    expected = np.rint(images[3] * 255).astype(np.uint8)
    expected = 255 - expected if channels == 1 else expected
    html = html_of(TemperatureExplorer(**{**data, "images": images}, index=3))
    np.testing.assert_array_equal(read_png(html, channels), expected)


def test_fallback_enlarges_small_pictures(data):
    pixels = read_png(html_of(TemperatureExplorer(**data)), 1)
    assert pixels.shape == (32, 32, 1)
    np.testing.assert_array_equal(
        pixels[::4, ::4], 255 - np.rint(data["images"][0] * 255).astype(np.uint8)
    )


def read_png(html, channels):
    """The pixels of the PNG in the page, with its checksum checked."""
    png = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1])
    width, height = struct.unpack(">II", png[16:24])
    assert zlib.crc32(png[37:-16]) == struct.unpack(">I", png[-16:-12])[0]
    rows = np.frombuffer(zlib.decompress(png[41:-16]), np.uint8).reshape(height, -1)
    assert not rows[:, 0].any()  # no filter
    return rows[:, 1:].reshape(height, width, channels)


def test_hostile_names_stay_text(data):
    names = [HOSTILE, '" onmouseover="x', "a & b", "tree"]
    html = html_of(TemperatureExplorer(**{**data, "class_names": names}))
    assert HOSTILE not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert '" onmouseover="x' not in html
    assert HOSTILE not in html_of(TrainingMonitor(HOSTILE))


# ---- All widgets --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_ipython_shows_it_with_its_fallback(name):
    """ipywidgets 7 would show it in a way of its own, without."""
    widget = EXAMPLES[name].make()
    data, _ = DisplayFormatter().format(widget)
    assert {VIEW, "text/html", "text/plain"} <= set(data)
    widget.close()
    assert VIEW not in DisplayFormatter().format(widget)[0]


@pytest.mark.parametrize("name", EXAMPLES)
def test_closed_widgets_are_gone(name):
    gc.collect()
    before = len(open_widgets())
    widgets = [EXAMPLES[name].make() for _ in range(200)]
    references = [weakref.ref(widget) for widget in widgets]
    for widget in widgets:
        widget._repr_mimebundle_()
        widget.close()
    del widgets, widget
    gc.collect()
    assert sum(reference() is not None for reference in references) == 0
    assert len(open_widgets()) == before


@pytest.mark.parametrize(
    ("widget", "limit"),
    [
        ("cohort_explorer", 12),
        ("comparison_board", 12),
        ("digit_pad", 16),
        ("loss_explorer", 12),
        ("predict", 8),
        ("quiz", 4),
        ("temperature_explorer", 16),
        ("training_monitor", 12),
    ],
)
def test_the_page_side_is_small(widget, limit):
    own = sum((FOLDER / f"{widget}.{kind}").stat().st_size for kind in ("js", "css"))
    assert own <= limit * 1024


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_version_has_a_style_sheet_of_its_own_in_the_page(name, monkeypatch):
    """anywidget keeps one style sheet for each name, that of whoever came last."""
    one, same = EXAMPLES[name].make(), EXAMPLES[name].make()
    monkeypatch.setattr(getattr(kdlab, name), "_css", one._css.replace(".kd-", ".kd-older-", 1))
    older = EXAMPLES[name].make()
    assert one._anywidget_id == same._anywidget_id != older._anywidget_id
    assert one._dom_classes[0] in one._anywidget_id


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_page_side_is_self_contained(name):
    widget = getattr(kdlab.widgets, name)
    for text in (widget._esm, widget._css):
        assert type(text) is str
        assert not re.search(r"^import|@import|url\(|fetch\(|innerHTML", text, re.MULTILINE)
    addresses = re.findall(r"https?://[^\s\"'`]+", widget._esm + widget._css)
    # A citation and a name space; nothing is loaded from anywhere.
    assert set(addresses) <= {"https://arxiv.org/abs/1503.02531", "http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("css", sorted(FOLDER.glob("*.css")), ids=lambda path: path.stem)
def test_a_widget_s_own_styles_reach_no_other_widget(css):
    """All widgets of a notebook share one page, and what is of one stands under its class."""
    text = css.read_text("utf-8")
    root, *_ = re.match(r"\.(kd-[\w-]+) \{\n", text).groups()
    assert f'div.kdlab.{root}"' in css.with_suffix(".js").read_text("utf-8")
    assert re.findall(r"^\S.*", text, re.MULTILINE) == [f".{root} {{", "}"]


@pytest.mark.parametrize("css", PARTS, ids=lambda path: path.stem)
def test_the_styles_of_a_part_are_for_no_bare_elements(css):
    assert not re.search(r"^(?:[a-z]|\[|\*)", css.read_text("utf-8"), re.MULTILINE)


def test_each_part_comes_once_and_after_what_it_needs():
    parts = _assets.parts("temperature_explorer")
    assert parts[-1] == "temperature_explorer"
    assert len(set(parts)) == len(parts)
    assert parts.index("maths") < parts.index("examples")
    assert "maths" not in _assets.parts("training_monitor")


def test_widgets_never_need_tensorflow():
    code = """
import sys
import numpy as np
from kdlab.widgets import TemperatureExplorer, TrainingMonitor
TemperatureExplorer(np.eye(3) * 5, labels=[0, 1, 2])._repr_mimebundle_()
monitor = TrainingMonitor()
monitor.start(1)
monitor.update(1, loss=0.5)
heavy = {"tensorflow", "keras", "sklearn", "matplotlib"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
