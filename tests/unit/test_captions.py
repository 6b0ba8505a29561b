"""Captions: an example in words."""

import numpy as np
import pytest
from fallbacks import html_of, text_of

from kdlab import TemperatureExplorer

LOGITS = np.random.default_rng(0).normal(size=(3, 4))
TEXTS = ["It was\na delight.", "word " * 400, "</p><script>alert(1)</script>"]


def explorer(**arguments):
    return TemperatureExplorer(LOGITS, **{"captions": TEXTS, **arguments})


def test_they_go_to_the_page_as_they_are():
    assert explorer()._data["captions"] == TEXTS
    assert explorer(captions=np.array(TEXTS))._data["captions"] == TEXTS
    assert "captions" not in TemperatureExplorer(LOGITS)._data


def test_they_stand_in_the_still_picture_whole():
    assert '<p style="white-space: pre-line;">It was\na delight.</p>' in html_of(explorer())
    assert TEXTS[1] in html_of(explorer(index=1))
    assert "&lt;/p&gt;&lt;script&gt;" in html_of(explorer(index=2))
    assert "<script>" not in html_of(explorer(index=2))


def test_a_picture_and_a_caption_stand_together():
    html = html_of(explorer(images=np.zeros((3, 8, 8, 1))))
    assert "<img" in html and "a delight." in html


def test_the_text_has_their_beginning():
    assert "Example 0, “It was a delight.”, at T = 1" in text_of(explorer())
    assert f"“{('word ' * 400)[:59]}…”" in text_of(explorer(index=1))


def test_a_question_shows_what_it_is_about():
    html = html_of(explorer(predict=True))
    assert "a delight." in html and "what does the teacher say" in html


@pytest.mark.parametrize(
    ("captions", "message"),
    [
        ("abc", "captions must be a list with a text for each example, got str"),
        ({0: "a", 1: "b", 2: "c"}, "captions must be a list .* got dict"),
        (["a", "b"], r"captions must hold one text per example, 3, got 2: .*captions\[:20\]"),
        (["a", None, "c"], "captions must hold texts, got None for example 1: .*str"),
        ([["a", "b"], "c", "d"], r"must hold texts, got \['a', 'b'\] for example 0: .*join"),
        (["a", b"b", "c"], "captions must hold texts, got b'b' for example 1"),
        (["a", "\ud800", "c"], "captions must be text that UTF-8 can write"),
        (7, "captions must be a list of texts, got 7"),
    ],
)
def test_captions_that_do_not_fit_are_refused(captions, message):
    with pytest.raises(ValueError, match=message):
        explorer(captions=captions)
