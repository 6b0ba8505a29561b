"""The glossary: each term is found by the links to it, and explained in a few plain sentences."""

import re

import pytest

from kdlab.lessons import files

TITLE, *SECTIONS = re.split(r"^## ", files.glossary().read_text(encoding="utf-8"), flags=re.M)
TERMS = {}
for section in SECTIONS:
    term, _, text = section.partition("\n")
    TERMS[term] = text.strip()


def test_a_heading_is_one_that_jupyterlab_and_github_call_the_same():
    """JupyterLab keeps capitals in the name of a heading, GitHub makes them small."""
    assert TERMS and len(TERMS) == len(SECTIONS)
    assert [term for term in TERMS if not re.fullmatch(r"[a-z]+([ -][a-z]+)*", term)] == []


def test_the_terms_are_in_the_order_of_the_alphabet():
    assert list(TERMS) == sorted(TERMS)


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_explained_in_one_paragraph_of_a_few_sentences(term):
    text = TERMS[term]
    assert "\n" not in text
    sentences = re.findall(r"[.?](?=\s|$)", text)
    assert 1 <= len(sentences) <= 4, text
    assert len(text.split()) <= 70, text
    for target in re.findall(r"\]\(([^)]*)\)", text):
        assert target.startswith("#") and target[1:] in {t.replace(" ", "-") for t in TERMS}, target


def test_what_every_lesson_speaks_of_is_there():
    wanted = {
        "teacher", "student", "logits", "softmax", "temperature", "soft targets", "hard label",
        "alpha", "transfer set", "dark knowledge", "entropy", "effective classes", "divergence",
        "gradient", "seed", "pair", "point", "interval", "control", "label smoothing",
        "calibration", "agreement", "nat", "epoch", "step", "batch", "accuracy",
        "validation images", "test images", "parameter", "weight", "bias",
    }  # fmt: skip
    assert wanted <= set(TERMS)
