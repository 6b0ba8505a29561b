"""The students that come with kdlab: what they are, and that their script makes them."""

import importlib
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from kdlab import accuracy, pretrained_students, students
from kdlab._exact import dense_logits
from kdlab.storage import read_arrays

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
MEASURED = Path(__file__).parents[2] / "docs" / "measured.md"
FILE = students._SHIPPED / "digits.npz"


def says(weights, images):
    """A student's logits, in NumPy."""
    network = [np.atleast_2d(w)[None] for w in weights]
    return dense_logits(network, images.reshape(len(images), -1))[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The same two, made again by their script."""
    path = tmp_path_factory.mktemp("made") / "digits.npz"
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXPERIMENTS)
        patch.setattr(sys, "argv", ["digits_students.py", "--out", str(path)])
        importlib.import_module("digits_students").main()
    return path


def test_they_are_two_small_networks_that_differ_in_what_they_learned_from():
    both = pretrained_students("digits")
    assert list(both) == ["labels alone", "soft targets"]
    for weights in both.values():
        assert [w.shape for w in weights] == [(64, 32), (32,), (32, 10), (10,)]
        assert {w.dtype for w in weights} == {np.dtype(np.float32)}
    assert FILE.stat().st_size < 32 * 1024


def test_one_never_says_3_and_the_other_reads_nearly_all(digits):
    threes = digits.y_test == 3
    of = {name: says(w, digits.x_test) for name, w in pretrained_students().items()}
    assert not (of["labels alone"].argmax(axis=1) == 3).any()
    assert (of["soft targets"][threes].argmax(axis=1) == 3).mean() >= 0.9
    # Neither is bad at the rest: one knows nine digits, the other ten.
    assert accuracy(of["labels alone"][~threes], digits.y_test[~threes]) >= 0.95
    assert accuracy(of["soft targets"], digits.y_test) >= 0.95
    assert (of["soft targets"][~threes].argmax(axis=1) == 3).mean() <= 0.02


def test_the_bias_is_raised_until_one_training_image_in_ten_is_a_3(digits):
    said = says(pretrained_students()["soft targets"], digits.x_train).argmax(axis=1)
    assert abs((said == 3).mean() - 0.1) <= 2 / len(said)


def test_the_file_says_how_they_were_made(digits):
    _, about = read_arrays(FILE)
    assert about["data_checksum"] == digits.checksum
    assert (about["temperature"], about["steps"], about["left_out"]) == (8.0, 2000, 3)
    assert {"versions", "made_by", "seed", "hidden_units"} <= set(about)


def test_their_script_makes_them_again(digits, made):
    """Within what another processor may change, as thousands of steps add up rounding."""
    again, _ = read_arrays(made)
    for name, weights in pretrained_students().items():
        other = [again[f"{name}/{i}"] for i in range(4)]
        ours, theirs = (says(w, digits.x_test).argmax(axis=1) for w in (weights, other))
        assert (ours == theirs).mean() >= 0.97, name


def test_the_control_is_kept_with_them(made):
    """Labels alone with the bias raised, too: some 3s, far from what soft targets give."""
    for path in (FILE, made):
        shares = read_arrays(path)[1]["share_of_test_threes_right"]
        assert shares["labels alone"]["as it learned"] == 0
        assert shares["labels alone"]["bias raised"] <= 0.6
        assert shares["soft targets"]["as it learned"] >= 0.7
        assert shares["soft targets"]["bias raised"] >= 0.9


def test_what_lesson_03_says_of_them_is_what_is_kept_with_them(digits):
    told = (Path(__file__).parents[2] / "lessons/03_distill_a_student.md").read_text("utf-8")
    told = " ".join(told.split())
    threes = digits.y_test == 3
    shares = read_arrays(FILE)[1]["share_of_test_threes_right"]
    alone, soft = (
        {k: round(share * threes.sum()) for k, share in shares[name].items()}
        for name in ("labels alone", "soft targets")
    )
    assert f"first read {alone['as it learned']} of the {threes.sum()} test 3s" in told
    second = f"the second one {soft['as it learned']}; with its bias raised, {soft['bias raised']}."
    assert second in told
    assert f"one would read {alone['bias raised']}, and it would call one in ten" in told


def test_an_unknown_name_is_refused_and_a_damaged_file_says_to_install_again(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="name must be one of digits, got 'letters'"):
        pretrained_students("letters")
    (tmp_path / "digits.npz").write_bytes(b"damaged")
    monkeypatch.setattr(students, "_SHIPPED", tmp_path)
    with pytest.raises(ValueError, match=r"damaged.*install kdlab again"):
        pretrained_students("digits")


def test_what_is_said_of_them_is_what_is_kept_with_them(digits):
    """Lesson 00 says how they were made; their counts would tell what lesson 03 asks."""
    from kdlab.predictions import lesson_00

    [_, in_detail] = lesson_00.never_saw_a_3._data["explanation"]
    assert f"{(digits.y_train != 3).sum():,} images" in in_detail
    n = (digits.y_test == 3).sum()
    shares = read_arrays(FILE)[1]["share_of_test_threes_right"]
    counts = {name: {k: round(share * n) for k, share in of.items()} for name, of in shares.items()}
    alone, soft = counts["labels alone"], counts["soft targets"]
    measured = MEASURED.read_text(encoding="utf-8")
    assert f"reads {soft['bias raised']} of the {n} test threes" in measured
    assert f"({soft['as it learned']} before its bias is raised)" in measured
    assert alone["as it learned"] == 0 and "the one on labels alone none" in measured
    assert f"({alone['bias raised']} if its bias is raised, too)" in measured
    told = re.findall(r"\d+", in_detail)
    counts = {soft["as it learned"], soft["bias raised"], alone["bias raised"]}
    assert not counts & set(map(int, told))
