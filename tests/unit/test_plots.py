"""What a figure shows, asserted on its artists; and the text that stands in for it."""

import base64
import re
from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from kdlab import (
    Interval,
    figures,
    plot_history,
    plot_images,
    plot_intervals,
    plot_lines,
    plot_matrix,
    plot_reliability,
    plot_soft_targets,
    reliability,
    show,
    softmax,
)

IMAGES = np.random.default_rng(0).random((5, 8, 8, 1)).astype(np.float32) * 0.5
LOGITS = [4.0, 2.0, 0.0]
ARMS = {
    "hard labels": [Interval(0.80, 0.78, 0.82, 10), Interval(0.9, 0.88, 0.92, 10)],
    "distilled": [Interval(0.88, 0.87, 0.89, 10), Interval(0.94, 0.93, 0.95, 10)],
}


def axes_of(fig):
    assert isinstance(fig, Figure)
    fig.draw_without_rendering()
    return fig.axes


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


# ---- show ---------------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch):
    """What a notebook is sent."""
    import IPython.display

    sent = []
    monkeypatch.setattr(figures, "in_kernel", lambda: True)
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: sent.append((data, raw)))
    return sent


def test_show_sends_a_picture_with_its_text(shown):
    show(plot_lines([1, 2], {"a": [1, 2]}), "  Accuracy\n  rises. ")
    [(data, raw)] = shown
    assert raw and data["text/plain"] == "Accuracy rises."
    assert 'alt="Accuracy rises."' in data["text/html"]
    picture = re.search('base64,([^"]+)"', data["text/html"])[1]
    assert base64.b64decode(picture).startswith(b"\x89PNG")


def test_the_text_cannot_become_markup(shown):
    show(plot_lines([1, 2], {"a": [1, 2]}), '"><script>alert(1)</script> & more')
    html = shown[0][0]["text/html"]
    assert "<script" not in html and "&quot;&gt;&lt;script&gt;" in html
    assert html.count("<") == 3  # the image's own, and the style's two


def test_a_photograph_is_not_turned_over(shown):
    show(plot_images(IMAGES), "Grey digits.")
    show(plot_images(np.zeros((2, 8, 8, 3))), "Photographs.")
    grey, colour = [data["text/html"] for data, _ in shown]
    assert "kdlab-figure" in grey and "<style>" in grey
    assert "kdlab-figure" not in colour and "<style>" not in colour


@pytest.mark.parametrize("alt", ["", "  \n", None, 3])
def test_a_figure_without_a_text_is_refused(shown, alt):
    with pytest.raises(ValueError, match="alt must say what there is to see"):
        show(plot_lines([1, 2], {"a": [1, 2]}), alt)
    assert not shown


def test_what_is_no_figure_is_refused(shown):
    with pytest.raises(ValueError, match="fig must be a Matplotlib Figure, got str"):
        show("figure", "text")


def test_a_kernel_displays_and_a_plain_process_prints(python, capsys):
    show(plot_lines([1, 2], {"a": [1, 2]}), "Plain.")
    assert capsys.readouterr().out == "Plain.\n"
    done = python(
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "from IPython.utils.capture import capture_output\n"
        "shell = InteractiveShell.instance()\n"
        "import kdlab\n"
        "fig = kdlab.plot_lines([1, 2], {'a': [1, 2]})\n"
        "kdlab.show(fig, 'Terminal.')\n"
        "shell.kernel = object()\n"
        "with capture_output() as captured: kdlab.show(fig, 'Kernel.')\n"
        "print(captured.outputs[0].data['text/plain'], sorted(captured.outputs[0].data))\n"
    )
    assert done.stdout.splitlines() == ["Terminal.", "Kernel. ['text/html', 'text/plain']"]


# ---- the figures --------------------------------------------------------------------------------


def test_images_keep_their_brightness_order_and_captions():
    axes = axes_of(plot_images(IMAGES, ["a", "b\nc", "d", "e", 7], columns=3))
    assert len(axes) == 6 and [len(ax.images) for ax in axes] == [1] * 5 + [0]
    assert [ax.get_xlabel() for ax in axes] == ["a", "b\nc", "d", "e", "7", ""]
    for ax, image in zip(axes, IMAGES, strict=False):
        np.testing.assert_array_equal(ax.images[0].get_array(), image[..., 0])
        assert ax.images[0].get_clim() == (0, 1)  # none stretched to its own brightest pixel
        assert not ax.get_xticks().size and not ax.get_yticks().size


@pytest.mark.parametrize("captions", [None, np.arange(5), tuple("abcde")])
def test_captions_may_be_any_sequence_or_none(captions):
    axes = axes_of(plot_images(IMAGES, captions))
    assert len(axes) == 5
    assert axes[4].get_xlabel() == ("" if captions is None else str(captions[4]))


def test_colour_images_are_shown_in_colour():
    assert axes_of(plot_images(np.zeros((1, 8, 8, 3))))[0].images[0].get_array().shape == (8, 8, 3)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((IMAGES[0],), "images must have 4 dimensions"),
        ((IMAGES[:0],), "images must not be empty"),
        ((IMAGES, ["a"]), "images and captions .* 5 and 1"),
    ],
)
def test_images_that_do_not_fit_are_named(arguments, named):
    with pytest.raises(ValueError, match=named):
        plot_images(*arguments)
    with pytest.raises(ValueError, match="columns must"):
        plot_images(IMAGES, columns=0)


def test_soft_targets_have_the_softmax_as_bars_on_a_fixed_axis():
    fig = plot_soft_targets(LOGITS, [0.5, 1, 4], ["cat", "dog", "car"], label=1)
    axes = axes_of(fig)
    assert [ax.get_title() for ax in axes] == ["T = 0.5", "T = 1", "T = 4"]
    for ax, temperature in zip(axes, (0.5, 1, 4), strict=True):
        heights = [bar.get_height() for bar in ax.patches]
        np.testing.assert_allclose(heights, softmax(LOGITS, temperature))
        assert ax.get_ylim() == (0, 1)
        assert [bool(bar.get_hatch()) for bar in ax.patches] == [False, True, False]
        assert [tick.get_text() for tick in ax.get_xticklabels()] == ["cat", "dog", "car"]
    assert axes[0].get_ylabel() == "probability"


def test_soft_targets_may_stand_beside_their_image():
    axes = axes_of(plot_soft_targets(LOGITS, [1], "abc", image=IMAGES[0], label=2))
    assert len(axes) == 2 and axes[0].get_title() == "label c" and len(axes[0].images) == 1
    assert axes[1].get_ylabel() == "probability"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (([1.0, np.nan, 0], [1], "abc"), "logits must be finite"),
        ((LOGITS, [0], "abc"), "each of temperatures must"),
        ((LOGITS, [], "abc"), "temperatures must"),
        ((LOGITS, [1], "ab"), "logits and class_names"),
        (([LOGITS], [1], "a"), "logits must have 1 dimensions"),
    ],
)
def test_soft_targets_that_cannot_be_drawn_are_named(arguments, named):
    with pytest.raises(ValueError, match=named):
        plot_soft_targets(*arguments)


@pytest.mark.parametrize("label", [3, -1, "cat"])
def test_a_label_that_is_no_class_is_named(label):
    with pytest.raises(ValueError, match="label must"):
        plot_soft_targets(LOGITS, [1], "abc", label=label)


def test_history_has_training_solid_and_validation_dashed():
    history = {"loss": [2, 1, 0.5], "val_loss": [2, 1.5, 1.2], "accuracy": [0.3, 0.6, 0.9]}
    loss, accuracy = axes_of(plot_history({"teacher": history, "student": {"loss": [3, 2, 1]}}))
    assert [(line.get_label(), line.get_linestyle()) for line in loss.lines] == [
        ("teacher", "-"), ("teacher, unseen images", "--"), ("student", "-"),
    ]  # fmt: skip
    assert loss.lines[1].get_ydata().tolist() == [2, 1.5, 1.2]
    assert loss.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert loss.lines[0].get_color() == loss.lines[1].get_color() != loss.lines[2].get_color()
    assert [line.get_label() for line in accuracy.lines] == ["teacher"]
    assert (loss.get_xlabel(), loss.get_ylabel()) == ("epoch", "loss")
    assert loss.get_ylim()[0] == 0 and accuracy.get_ylim()[1] == pytest.approx(1.005)
    assert legend_of(loss) == ["teacher", "teacher, unseen images", "student"]


@pytest.mark.parametrize("histories", [{}, {"teacher": {}}])
def test_an_empty_history_is_named(histories):
    with pytest.raises(
        ValueError, match=r"histories must (hold at least one curve|be a dict of a history each)"
    ):
        plot_history(histories)


def test_intervals_stand_side_by_side_at_their_values():
    fig = plot_intervals(["50", "100"], ARMS, xlabel="images", ylim=(0.7, 1))
    [ax] = axes_of(fig)
    assert legend_of(ax) == ["hard labels", "distilled"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_ylim()) == (
        "images",
        "test accuracy",
        (0.7, 1),
    )
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["50", "100"]
    for container, intervals in zip(ax.containers, ARMS.values(), strict=True):
        points, _, (bars,) = container
        assert points.get_ydata().tolist() == [i.mean for i in intervals]
        ends = [segment[:, 1] for segment in bars.get_segments()]
        np.testing.assert_allclose(ends, [(i.low, i.high) for i in intervals])
    left, right = (container[0].get_xdata() for container in ax.containers)
    assert (left < right).all() and (abs(left - [0, 1]) < 0.5).all()


def test_lines_are_numbers_or_intervals_over_a_logarithmic_axis():
    lines = {"distilled": ARMS["distilled"], "entropy": [0.1, 0.9]}
    reference = ("hard labels", Interval(0.8, 0.7, 0.9, 10))
    [ax] = axes_of(plot_lines([1, 4], lines, ylabel="y", reference=reference))
    assert sorted(legend_of(ax)) == ["distilled", "entropy", "hard labels"]
    assert ax.get_xscale() == "log" and (ax.get_xlabel(), ax.get_ylabel()) == ("temperature T", "y")
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "4"]
    by_label = {line.get_label(): line for line in ax.lines}
    assert by_label["entropy"].get_ydata().tolist() == [0.1, 0.9]
    assert set(by_label["hard labels"].get_ydata()) == {0.8}
    [band] = ax.patches
    assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((0.7, 0.9))
    assert ax.containers[0][0].get_ydata().tolist() == [0.88, 0.94]
    [linear] = axes_of(plot_lines([1, 4], {"a": [1, 10]}, log_x=False, log_y=True))
    assert (linear.get_xscale(), linear.get_yscale()) == ("linear", "log")


def test_a_single_curve_needs_no_legend():
    [ax] = axes_of(plot_lines([1, 4], {"entropy": [0.1, 0.9]}))
    assert ax.get_legend() is None


@pytest.mark.parametrize("draw", [
    lambda names: plot_lines([1, 2], {n: [1, 2] for n in names}),
    lambda names: plot_intervals(["a"], {n: [Interval(0.5, 0.4, 0.6, 3)] for n in names}),
    lambda names: plot_history({n: {"loss": [2, 1]} for n in names}),
])  # fmt: skip
def test_no_curve_is_dropped_and_neighbours_differ(draw):
    names = [f"curve {i}" for i in range(9)]
    ax = axes_of(draw(names))[0]
    assert legend_of(ax) == names
    colours = [line.get_color() for line in ax.lines if len(line.get_xdata())]
    assert all(a != b for a, b in pairwise(colours))


def test_a_reliability_diagram_shows_the_bins_that_hold_something():
    result = reliability([[9.0, 0.0], [9.0, 0.0], [0.5, 0.0]], [0, 1, 0], bins=10)
    fig = plot_reliability({"hard labels": result, "distilled": result})
    axes = axes_of(fig)
    assert [ax.get_title() for ax in axes] == ["hard labels", "distilled"]
    assert (axes[0].get_xlabel(), axes[0].get_ylabel()) == (
        "how sure it is",
        "how often it is right",
    )
    seen = result.count > 0
    points = axes[0].collections[-1].get_offsets()
    np.testing.assert_allclose(points[:, 0], result.confidence[seen])
    np.testing.assert_allclose(points[:, 1], result.accuracy[seen])
    sizes = axes[0].collections[-1].get_sizes()
    assert sizes[1] > sizes[0]  # two examples against one


def test_no_model_to_draw_is_named():
    with pytest.raises(ValueError, match="models must be a dict of a Reliability each"):
        plot_reliability({})


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: plot_intervals(["50"], ARMS), "groups and arm 'hard labels' .* 1 and 2"),
        (lambda: plot_lines([1, 2, 3], {"a": [1, 2]}), "x and line 'a' .* 3 and 2"),
        (lambda: plot_lines([], {"a": []}), "x must not be empty"),
    ],
)
def test_curves_of_another_length_are_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_a_matrix_has_its_numbers_in_it():
    values = [[0.8, 0.15, 0.05], [0.0, 0.994, 0.006]]
    [ax] = axes_of(plot_matrix(values, ["cat", "dog"], [7, 8, 9], xlabel="says", ylabel="is"))
    np.testing.assert_array_equal(ax.images[0].get_array(), values)
    texts = {t.get_position(): t.get_text() for t in ax.texts}
    assert texts[1, 0] == "0.15" and texts[2, 1] == "0.01" and len(texts) == 6
    assert [t.get_text() for t in ax.get_yticklabels()] == ["cat", "dog"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["7", "8", "9"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("says", "is")
    assert ax.yaxis_inverted(), "the first row stands at the top"
    [ax] = axes_of(plot_matrix([[120, 3], [0, 98]], ["a", "b"]))
    assert [t.get_text() for t in ax.texts] == ["120", "3", "0", "98"]


def test_a_matrix_without_its_diagonal_shows_the_rest_in_full_colour():
    [ax] = axes_of(plot_matrix([[0.9, 0.1], [0.2, 0.8]], "ab", hide_diagonal=True))
    assert [t.get_text() for t in ax.texts] == ["0.10", "0.20"]
    assert ax.images[0].get_clim() == (0, 0.2)
    assert ax.images[0].get_array().mask.tolist() == [[True, False], [False, True]]
    axes_of(plot_matrix([[1.0]], ["a"], hide_diagonal=True))  # nothing is left, and no error


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: plot_matrix([1, 2], "ab"), "values must have 2 dimensions"),
        (lambda: plot_matrix([[1, -2]], "a", "ab"), "values must not be negative, got -2"),
        (lambda: plot_matrix(np.ones((31, 2)), "ab"), r"at most 30 rows .* \(31, 2\): choose some"),
        (lambda: plot_matrix([[1, 2]], "ab"), "values and row_names .* 1 and 2"),
        (lambda: plot_matrix([[1, 2]], ["a"]), "the columns of values and column_names .* 2 and 1"),
    ],
)
def test_a_matrix_that_does_not_fit_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_nothing_global_is_changed():
    before = dict(matplotlib.rcParams)
    plot_intervals(["50", "100"], ARMS)
    assert dict(matplotlib.rcParams) == before
