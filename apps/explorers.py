"""The explorers as an app: one page for those who want no code.

    python apps/explorers.py [explorers.html]

The page holds real logits and real students, trained now (a quarter of a minute), and needs neither
kernel nor network: a Jupyter server shows it under `/files/apps/explorers.html`, and a double click
opens it, too.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import kdlab
from kdlab.widgets import _page

TITLE = "See knowledge distillation happen"
PAGE = Path(__file__).with_suffix(".html")


def explorers() -> list[tuple[str, str, object]]:
    """A heading, a sentence that says what to do, and the widget, for each."""
    digits = kdlab.load_dataset("digits")
    teacher = kdlab.pretrained_teacher("digits")
    cohort = kdlab.train_cohort(
        digits,
        teacher.train_logits,
        temperatures=[1, 2, 4, 8, 16],
        alphas=[0, 0.5, 1],
        n_images=[50, 300],
        seeds=range(10),
        curves=True,
    )
    threes = np.flatnonzero(digits.y_test == 3)[:12]
    return [
        (
            "What a teacher knows",
            "Drag the temperature. What does the teacher see in this 9, besides a 9?",
            kdlab.TemperatureExplorer(
                teacher.test_logits, digits.x_test, digits.y_test, digits.class_names, index=431
            ),
        ),
        (
            "What a student learns from",
            "This student knows nothing yet. Drag T and alpha: which part of the loss pulls at it, "
            "and how strongly, with and without T²?",
            kdlab.LossExplorer(
                teacher.test_logits,
                np.zeros_like(teacher.test_logits),
                digits.y_test,
                digits.x_test,
                digits.class_names,
                index=431,
            ),
        ),
        (
            "Where it helps",
            "Each field stands for ten students of one setting, trained on few images. Choose one, "
            "and compare its students, pair by pair, with those that had labels alone.",
            kdlab.CohortExplorer(
                cohort, digits.class_names, n_images=50, alpha=1, temperature=4, show="difference"
            ),
        ),
        (
            "A digit that they never saw",
            "No 3 was among the images of these two students. One learned from labels alone, the "
            "other from a teacher's soft targets. Draw a 3 for them, or start from an example.",
            kdlab.DigitPad(
                kdlab.pretrained_students("digits"),
                digits.x_test[threes],
                digits.y_test[threes],
                digits.class_names,
            ),
        ),
    ]


def main(arguments: list[str]) -> int:
    *introductions, widgets = zip(*explorers(), strict=True)
    page = _page.page(widgets, TITLE, list(zip(*introductions, strict=True)))
    path = _page.write(page, arguments[0] if arguments else PAGE)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
