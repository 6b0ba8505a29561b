"""The cohort explorer: its numbers against the metrics, what it refuses, what it falls back to."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fallbacks import html_of, text_of

import kdlab
from kdlab import confidence_interval, paired_difference, unpaired_difference, verdict
from kdlab.widgets import CohortExplorer
from tests.tools.widget_examples import HOSTILE, LARGE_COHORT, NAMES, a_cohort

SETTING = {"n_images": 50, "alpha": 1.0, "temperature": 4.0}
STATE = {**SETTING, "n_images": 200, "alpha": 0.5, "show": "difference", "paired": False}


def explorer(cohort=None, **options):
    return CohortExplorer(a_cohort() if cohort is None else cohort, NAMES, **options)


def changed(**attributes):
    """The example's cohort with other attributes: arrays, or functions of the ones it has."""
    cohort = a_cohort()
    for name, value in attributes.items():
        setattr(cohort, name, value(getattr(cohort, name)) if callable(value) else value)
    return cohort


def only(cohort, chosen):
    """The students for which `chosen` is true."""
    per_student = "temperature alpha n_images seed test_logits test_accuracy loss test_curve"
    rows = np.flatnonzero(chosen)
    return SimpleNamespace(
        **{
            **vars(cohort),
            **{name: getattr(cohort, name)[rows] for name in per_student.split()},
            "left_out": tuple(cohort.left_out[i] for i in rows),
        }
    )


def accuracies(cohort, n_images, alpha, temperature):
    """Those of a setting, in the order of the seeds."""
    rows = (cohort.n_images == n_images) & (cohort.alpha == alpha)
    rows &= cohort.temperature == temperature
    return cohort.test_accuracy[rows]


def cells(it):
    """What the page gets of each cell, by its setting; hard labels under the temperature None."""
    of = iter(it._data["cells"])
    return {
        (of_map["size"], alpha, t): next(of)
        for of_map in it._data["maps"]
        for alpha in it._data["alphas"]
        for t in (it._data["temperatures"] if alpha else [None])
    }


def numbers(it, name):
    """One of the packed arrays: a row per cell, NaN where there is no number."""
    whole = np.frombuffer(it._data[name], "<u2").reshape(len(it._data["cells"]), -1)
    return np.where(whole == 65535, np.nan, whole / 655.34)


def along(ticks, places):
    """What stands at places of an axis, by two of its ticks."""
    (a, first), *_, (b, last) = [(place, number(text)) for place, text in ticks]
    return first + (np.asarray(places) - a) * (last - first) / (b - a)


def number(text):
    return float(text.replace("−", "-").replace(",", ""))


# ---- Its numbers --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained():
    """A real cohort, though one that has not learned for long."""
    return kdlab.train_cohort(
        kdlab.load_dataset("digits"),
        kdlab.pretrained_teacher("digits").train_logits,
        temperatures=[1, 4],
        alphas=[0, 1],
        n_images=[50, None],
        seeds=[3, 1, 2],
        steps=200,
        curves=True,
    )


def test_a_real_cohort(trained):
    it = CohortExplorer(trained)
    assert "<CohortExplorer 18 students, 6 settings," in repr(it)  # hard labels count once
    for (n, alpha, t), cell in cells(it).items():
        setting = {"n_images": n, "alpha": alpha, "temperature": t or 1}
        interval = trained.interval(**setting)
        number, half, _ = cell["entries"][0]
        assert number.removeprefix("hard labels: ") == f"{100 * interval.mean:.1f}"
        assert half == f"± {50 * (interval.high - interval.low):.1f}"
        if alpha:
            difference = trained.difference(setting, {**setting, "alpha": 0})
            said = verdict(difference, "distilled", "hard labels")
            assert cell["verdicts"][0].replace("\xa0", " ").lower() == f"{said}."
    curves = along(it._data["maps"][1]["ticks"]["curve"], numbers(it, "curves")[-1].reshape(5, 2))
    hard = trained.select(n_images=1257, alpha=0, temperature=1).test_curve[[1, 2, 0]]
    np.testing.assert_allclose(curves[2:], 100 * hard, atol=0.01)  # in the order of the seeds


def test_accuracies_and_their_intervals():
    cohort = a_cohort()
    it = explorer(cohort)
    strips = numbers(it, "strips").reshape(len(cells(it)), 4, 2)
    for (setting, cell), strip in zip(cells(it).items(), strips, strict=True):
        n, alpha, t = setting
        of_cell = accuracies(cohort, n, alpha, t or 1)
        interval = confidence_interval(of_cell)
        ticks = next(of["ticks"] for of in it._data["maps"] if of["size"] == n)["accuracy"]
        np.testing.assert_allclose(along(ticks, strip[:, 1]), 100 * of_cell, atol=0.02)
        _, *places = cell["means"][-1]
        np.testing.assert_allclose(along(ticks, places), 100 * np.array(interval[:3]), atol=0.02)
        if alpha:
            hard = accuracies(cohort, n, 0, 1)
            np.testing.assert_allclose(along(ticks, strip[:, 0]), 100 * hard, atol=0.02)
        else:
            assert np.isnan(strip[:, 0]).all()


def test_both_differences_and_their_intervals():
    cohort = a_cohort()
    it = explorer(cohort)
    for (n, alpha, t), cell in cells(it).items():
        if not alpha:
            assert "gains" not in cell
            continue
        pair = accuracies(cohort, n, alpha, t), accuracies(cohort, n, 0, t)
        both = paired_difference(*pair), unpaired_difference(*pair)
        ticks = next(of["ticks"] for of in it._data["maps"] if of["size"] == n)["gain"]
        for way, interval in enumerate(both):
            expected = 100 * np.array(interval[:3])
            np.testing.assert_allclose(along(ticks, cell["gains"][way]), expected, atol=0.02)
            numbers_in_text = re.findall(r"[+−]?\d+\.\d", cell["differences"][way])
            assert [number(x) for x in numbers_in_text] == [round(x, 1) for x in expected]
        better = (pair[0] > pair[1]).sum()
        assert f"better in {better} of 4" in cell["remarks"][0]
        counted = "students, not paired"
        said = verdict(both[1], "distilled", "hard labels", counted=counted)
        assert cell["verdicts"][1].replace("\xa0", " ").lower() == f"{said}."
        widths = [interval.high - interval.low for interval in both]
        assert f"{widths[1] / widths[0]:.1f} times as wide" in cell["times"]


def test_what_a_difference_is_called():
    it = explorer(a_cohort(n=400, seeds=range(8)))
    kinds = {
        setting: [entry[2] for entry in cell["entries"]] for setting, cell in cells(it).items()
    }
    assert kinds[50, 1.0, 4.0] == ["", "gain", "gain"]
    assert kinds[200, 1.0, 4.0][1] == "loss"
    assert kinds[50, 0.0, None] == ["", "reference", "reference"]
    same = changed(test_accuracy=lambda a: np.full_like(a, 0.5))
    assert {cell["entries"][1][2] for cell in cells(explorer(same)).values()} == {
        "unclear",
        "reference",
    }
    assert it._data["maps"][0]["sums"][1] == "▲ 4  = 0  ▼ 0"


def test_pairing_takes_out_the_luck_that_is_shared():
    luck = np.repeat([0.0, 0.1, 0.2, 0.3], 12)
    cohort = a_cohort()
    cohort.test_accuracy = 0.5 + luck + 0.05 * (cohort.alpha > 0) + 0.001 * (cohort.seed % 2)
    entries = cells(explorer(cohort))[50, 1.0, 4.0]["entries"]
    assert [entry[2] for entry in entries[1:]] == ["gain", "unclear"]
    assert entries[1][0] == entries[2][0] == "+5.0"  # the mean is the same


def test_the_confusion_adds_up():
    cohort = a_cohort()
    it = explorer(cohort)
    shares = numbers(it, "confusion").reshape(-1, 4, 4)
    recognised = numbers(it, "recognised")
    for (n, alpha, t), matrix, right in zip(cells(it), shares, recognised, strict=True):
        rows = (cohort.n_images == n) & (cohort.alpha == alpha) & (cohort.temperature == (t or 1))
        says = cohort.test_logits[rows].argmax(axis=-1)
        for k in range(4):
            of_class = says[:, cohort.y_test == k]
            expected = [100 * (of_class == other).mean() for other in range(4)]
            np.testing.assert_allclose(matrix[k], expected, atol=0.01)
            assert right[k] == matrix[k, k]


def test_the_curves_and_their_means():
    cohort = a_cohort()
    it = explorer(cohort)
    curves = numbers(it, "curves").reshape(-1, 6, 3)
    ticks = it._data["maps"][0]["ticks"]["curve"]
    rows = (cohort.n_images == 50) & (cohort.temperature == 4)
    own, hard = (100 * cohort.test_curve[rows & (cohort.alpha == a)] for a in (1, 0))
    place = list(cells(it)).index((50, 1.0, 4.0))
    expected = [own.mean(axis=0), hard.mean(axis=0), *own]
    np.testing.assert_allclose(along(ticks, curves[place]), expected, atol=0.05)
    assert it._data["notes"]["curves"].startswith("Test accuracy")


def test_without_test_curves_the_loss_is_shown_and_not_compared():
    cohort = a_cohort(curves=0)
    assert cohort.test_curve.shape == (len(cohort.seed), 0)
    it = explorer(cohort)
    assert it._data["notes"]["curves"].startswith("Training loss")
    assert "Dashed" not in it._data["notes"]["keys"]
    curves = numbers(it, "curves").reshape(-1, 6, 1)
    assert np.isnan(curves[:, 1]).all()  # the mean on hard labels
    ticks = cells(it)[50, 1.0, 4.0]["ticks"]["curve"]  # an axis of its own
    place = list(cells(it)).index((50, 1.0, 4.0))
    rows = (cohort.n_images == 50) & (cohort.temperature == 4) & (cohort.alpha == 1)
    np.testing.assert_allclose(along(ticks, curves[place, 2:]), cohort.loss[rows], atol=0.001)


def test_long_curves_are_thinned_to_what_can_be_seen():
    it = explorer(a_cohort(curves=200))
    assert len(it._data["steps"]) == 30
    assert (it._data["steps"][0], it._data["steps"][-1]) == (0.5, 100)
    assert it._data["stepTicks"][-1] == (100.0, "20,000")


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([80.2, 91.4], ["80", "85", "90"]),
        ([0.0, 1.0], ["0", "0.5", "1"]),
        ([-0.31, 0.72], ["0", "0.5"]),
        ([97.0, 97.0], ["96.5", "97", "97.5"]),
        ([np.nan, np.inf], ["0", "0.5", "1"]),
        ([0.0, 3e30], ["0", "1e+30", "2e+30", "3e+30"]),
    ],
)
def test_axes_have_round_numbers(values, texts):
    from kdlab.widgets._cohort_drawing import Axis

    places, shown = zip(*Axis(values).ticks(), strict=True)
    assert list(shown) == texts
    assert all(0 <= place <= 100 for place in places)


# ---- What may be wrong with a cohort ------------------------------------------------------------


def test_a_student_that_diverged_is_wrong():
    cohort = a_cohort()
    lost = np.flatnonzero((cohort.n_images == 50) & (cohort.alpha == 1))[0]  # T = 1, seed 0
    cohort.test_logits[lost] = np.nan
    cohort.test_accuracy[lost] = 0.25  # what an argmax makes of NaN
    cohort.loss[lost, 1:] = np.inf
    it = explorer(cohort)
    cell = cells(it)[50, 1.0, 1.0]
    expected = accuracies(cohort, 50, 1, 1).copy()
    expected[0] = 0
    assert cell["entries"][0][0] == f"{100 * expected.mean():.1f}"
    assert "1 of 4 diverged, and count as wrong." in cell["remarks"][0]
    place = list(cells(it)).index((50, 1.0, 1.0))
    curve = along(cell["ticks"]["curve"], numbers(it, "curves")[place].reshape(6, 3)[2])
    np.testing.assert_allclose(curve, [100 * cohort.test_curve[lost, 0], 0, 0], atol=0.1)
    # It has axes of its own, and does not spoil those and the colours of the others.
    others = [cells(it)[50, 1.0, 4.0], cells(it)[50, 0.5, 1.0]]
    assert all(other["ticks"] == {} for other in others)
    assert all(number(text) > 0 for _, text in it._data["maps"][0]["ticks"]["accuracy"])
    assert min(cell["levels"][0] for cell in it._data["cells"][4:]) == 0


def test_an_interrupted_cohort_is_compared_over_the_seeds_that_both_have():
    cohort = a_cohort()
    cohort = only(cohort, ~((cohort.seed == 3) & (cohort.alpha == 1)))
    it = explorer(cohort)
    cell = cells(it)[50, 0.5, 4.0]
    assert "of 4" in cell["remarks"][0]
    cell = cells(it)[50, 1.0, 4.0]
    assert "of 3" in cell["remarks"][0]
    pair = accuracies(cohort, 50, 1, 4), accuracies(cohort, 50, 0, 4)[:3]
    assert cell["entries"][1][0].lstrip("+") == f"{100 * paired_difference(*pair).mean:.1f}"
    place = list(cells(it)).index((50, 1.0, 4.0))
    assert np.isnan(numbers(it, "strips")[place].reshape(4, 2)[3]).all()


@pytest.mark.parametrize(
    ("alphas", "why"),
    [((0.5, 1), "no student was trained on hard labels"), ((0,), "all students .* on hard labels")],
)
def test_with_nothing_to_compare_it_says_why(alphas, why):
    it = explorer(a_cohort(alphas=alphas))
    assert re.match(why, it._data["whyNot"], re.IGNORECASE)
    assert not any("gains" in cell for cell in it._data["cells"])
    with pytest.raises(ValueError, match=f"show must be 'accuracy' for this cohort: {why}"):
        it.show = "difference"
    assert it.show == "accuracy"
    assert "CohortExplorer" in text_of(it) and "± " in html_of(it)


def test_seeds_that_are_not_shared_cannot_be_paired():
    cohort = a_cohort()
    cohort.seed = cohort.seed + 3 * (cohort.alpha == 0)  # one in common
    it = explorer(cohort)
    assert "shares fewer than 2 seeds" in it._data["whyNot"]
    assert not any("gains" in cell for cell in it._data["cells"])


def test_classes_left_out_are_mentioned():
    it = explorer(changed(left_out=lambda it: ((3,),) * len(it)))
    assert "No student was given an image of tree." in html_of(it)


def test_of_many_classes_those_with_the_most_errors_are_shown():
    cohort = a_cohort(n=300, classes=30)
    cohort.test_logits[:, :, [7, 21]] += 2  # taken for these too often
    it = CohortExplorer(cohort)
    assert len(it._data["confused"]) == 12
    assert {"7", "21"} < set(it._data["confused"])
    assert it._data["confused"] == sorted(it._data["confused"], key=int)
    assert "the 12 of 30 with most errors" in it._data["notes"]["confusion"]
    assert numbers(it, "confusion").shape == (len(it._data["cells"]), 144)
    assert numbers(it, "recognised").shape == (len(it._data["cells"]), 30)


def test_a_large_cohort_stays_small():
    cohort = a_cohort(**LARGE_COHORT)
    it = CohortExplorer(cohort)
    assert len(it._data["cells"]) == 255
    text = str({name: x for name, x in it._data.items() if not isinstance(x, bytes)})
    whole = len(text.encode()) + sum(len(x) for x in it._data.values() if isinstance(x, bytes))
    assert whole < 600_000
    assert len(html_of(it)) < 20_000


# ---- Its state ----------------------------------------------------------------------------------


def test_it_begins_with_the_most_accurate_setting():
    cohort = a_cohort()
    it = explorer(cohort)
    assert it.n_images == 50
    best = max(accuracies(cohort, 50, a, t).mean() for a in (0, 0.5, 1) for t in (1, 4))
    assert accuracies(cohort, 50, it.alpha, it.temperature).mean() == best
    assert explorer(n_images=200).n_images == 200
    assert explorer(alpha=0.5).alpha == 0.5
    assert explorer(temperature=1).temperature == 1.0


def test_state_recreates_it():
    it = explorer(**STATE)
    assert it.state() == STATE
    assert explorer(**it.state()).state() == STATE
    assert [type(value) for value in it.state().values()] == [int, float, float, str, bool]


def test_hard_labels_keep_the_temperature():
    it = explorer(alpha=0, temperature=4)
    assert it.state() == {**SETTING, "alpha": 0.0, "show": "accuracy", "paired": True}
    assert "50 images, hard labels: accuracy" in text_of(it)
    assert "The other settings are compared with hard labels." in text_of(it)


def test_the_page_can_set_what_python_reads():
    it = explorer()
    sent = []
    it._send = lambda message, buffers=None: sent.append(message)
    it.set_state({"n_images": 200, "alpha": 1, "temperature": 4, "show": "difference"})
    assert it.state() == {**SETTING, "n_images": 200, "show": "difference", "paired": True}
    assert not sent


def test_a_number_that_is_close_is_meant():
    it = explorer(a_cohort(alphas=(0, 0.1 + 0.2)), alpha=0.3)
    assert it.alpha == 0.1 + 0.2


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("n_images", 51, r"n_images must be one of those in the cohort, \[50, 200\], got 51"),
        ("n_images", None, "n_images must be one of .* got None"),
        ("alpha", 0.7, r"alpha must be one of .*\[1.0, 0.5, 0.0\], got 0.7"),
        ("alpha", True, "alpha must be one of .* got True"),
        ("temperature", "4", r"temperature must be one of .*\[1.0, 4.0\], got '4'"),
        ("temperature", np.nan, "temperature must be one of .* got nan"),
        ("show", "gain", "show must be one of 'accuracy', 'difference', got 'gain'"),
        ("show", ["accuracy"], "show must be one of .* got"),
        ("paired", 1, "paired must be True or False, got 1"),
    ],
)
def test_a_bad_choice_is_refused(name, value, message):
    it = explorer(**SETTING)
    before = it.state()
    with pytest.raises(ValueError, match=f"^{message}"):
        setattr(it, name, value)
    assert it.state() == before
    if value is not None:
        with pytest.raises(ValueError, match=f"^{message}"):
            explorer(**{**SETTING, name: value})


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"seed": []}, "cohort must hold students, got none"),
        ({"seed": [0.5] * 48}, "cohort.seed must hold whole numbers, got 0.5"),
        ({"alpha": [0.5] * 7}, r"cohort.alpha must hold numbers of shape \(48 students\), got .*7"),
        ({"alpha": lambda a: a + 1}, r"cohort.alpha, .*must lie in \[0, 1\], got 1.5"),
        ({"alpha": lambda a: a * np.nan}, "cohort.alpha, .* got nan"),
        ({"temperature": lambda t: t - 1}, "cohort.temperature must be a finite number above 0"),
        ({"temperature": ["warm"] * 48}, "cohort.temperature must hold numbers of shape"),
        ({"n_images": lambda n: n + 0.5}, "cohort.n_images must be a whole number .* got 50.5"),
        ({"y_test": lambda y: y + 9}, "cohort.y_test must lie in 0 to 3, got values from 9"),
        ({"y_test": [0, 1]}, r"cohort.test_logits must .* \(48 students, 2 n_test, classes\), got"),
        ({"test_logits": lambda z: z[0]}, "cohort.test_logits must hold numbers of shape"),
        ({"test_logits": [[1], [1, 2]]}, "cohort.test_logits must hold numbers of shape"),
        ({"test_logits": lambda z: z[..., :1]}, "cohort.test_logits must .* at least 2, got 1"),
        ({"test_logits": lambda z: z * np.nan}, "cohort.test_logits must be finite, got no"),
        ({"test_accuracy": lambda a: 100 * a}, "cohort.test_accuracy must hold shares .* 1"),
        ({"test_accuracy": lambda a: a * np.nan}, "cohort.test_accuracy must hold shares .* nan"),
        ({"steps": [100, 200]}, r"cohort.loss must .* \(48 students, 2 stretches\), got .*\(48, 3"),
        ({"test_curve": lambda c: c[:, :1]}, r"cohort.test_curve must .*3 stretches\), got .*1\)"),
        ({"left_out": ((),) * 47}, "cohort.left_out must be the same for all 48 .* got 47 of"),
        ({"left_out": ((), (3,)) * 24}, r"cohort.left_out must be the same .* \[\(\), \(3,\)\]"),
        ({"left_out": ((4,),) * 48}, "cohort.left_out must hold class numbers, 0 to 3, got"),
    ],
)  # fmt: skip
def test_a_bad_cohort_is_named(bad, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        explorer(changed(**bad))


def test_what_is_no_cohort_at_all():
    with pytest.raises(
        ValueError, match=r"cohort must be a CohortResult, .* got int without seed,"
    ):
        explorer(7)
    cohort = a_cohort()
    del cohort.loss
    with pytest.raises(ValueError, match=r"cohort must .* got SimpleNamespace without loss$"):
        explorer(cohort)
    with pytest.raises(ValueError, match="class_names must hold one name per class, 4"):
        CohortExplorer(a_cohort(), ("cat", "dog"))


def test_too_few_students():
    cohort = a_cohort()
    once = only(cohort, (cohort.seed == 0) | (cohort.alpha == 0))
    with pytest.raises(ValueError, match=r"at least 2 seeds per setting .* got 1 with 50 images"):
        explorer(once)
    gap = only(cohort, ~((cohort.alpha == 1) & (cohort.temperature == 4) & (cohort.n_images == 50)))
    with pytest.raises(ValueError, match=r"all combinations .* no student with 50 .* = 1, T = 4"):
        explorer(gap)
    twice = changed(seed=lambda seed: seed // 2)
    with pytest.raises(ValueError, match="one student per seed and setting, got two of seed 0"):
        explorer(twice)


# ---- The fallback -------------------------------------------------------------------------------


def test_the_fallback_has_the_numbers():
    it = explorer(**SETTING)
    html = html_of(it)
    for cell in cells(it).values():
        number, half, _ = cell["entries"][0]
        assert f">{number} {half}<" in html
    assert html.count("<table>") == 2
    assert cells(it)[50, 1.0, 4.0]["verdicts"][0].replace("\xa0", " ") in html
    assert "50 images, alpha = 1, T = 4: accuracy" in text_of(it)
    tags = set(re.findall(r"<(\w+)", html))
    assert tags == {"div", "p", "strong", "em", "table", "thead", "tbody", "tr", "th", "td"}


@pytest.mark.parametrize("paired", [True, False])
def test_the_fallback_of_differences(paired):
    it = explorer(a_cohort(n=400), **SETTING, show="difference", paired=paired)
    for cell in cells(it).values():
        number, half, kind = cell["entries"][1 if paired else 2]
        mark = {"gain": "▲ ", "loss": "▼ ", "unclear": "= ", "reference": ""}[kind]
        assert f">{mark}{number} {half}<" in html_of(it)
    assert ("paired seeds" in html_of(it)) == paired
    assert ("students, not paired" in html_of(it)) != paired


def test_the_fallback_is_the_same_every_time():
    assert html_of(explorer()) == html_of(explorer())
    assert text_of(explorer()) == text_of(explorer())


def test_hostile_names_stay_text():
    cohort = changed(left_out=lambda it: ((0,),) * len(it))
    it = CohortExplorer(cohort, (HOSTILE, *NAMES[1:]))
    assert HOSTILE not in html_of(it)
    assert "&lt;img src=x onerror=alert(1)&gt;" in html_of(it)


def test_it_needs_no_tensorflow():
    code = """
import sys
from tests.tools.widget_examples import a_cohort
from kdlab.widgets import CohortExplorer
CohortExplorer(a_cohort())._repr_mimebundle_()
heavy = {"tensorflow", "keras", "sklearn", "matplotlib"} & set(sys.modules)
assert not heavy, heavy
"""
    where = {"PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=120, env={**os.environ, **where}
    )
