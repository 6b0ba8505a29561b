"""Figures on paper: four pages for an instructor to print, project or pin up.

    python classroom/figures.py [folder]    # `make figures` writes them into classroom/printed

Each is one A4 page, as PDF and as SVG. What they show is computed here, as in the lessons, or read
from the record of an experiment; that takes half a minute, most of it for the training of 290
students. Lines differ in their dashes and markers, so a page can be printed in grey.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import fill
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text

import kdlab
from kdlab.storage import write_atomically

HERE = Path(__file__).parent
A4 = (297 / 25.4, 210 / 25.4)  # landscape, in inches
LARGER = 1.6  # than on a screen, for the back row
EXAMPLE = 431  # the 9 of lesson 00
MISSING = 3
GAIN_SEEDS, MISSING_SEEDS = range(20), range(10)  # as in lesson 03


class Page(NamedTuple):
    """What goes on a sheet."""

    figure: Figure
    title: str
    caption: str


def soft_targets() -> Page:
    """Lesson 02: what a teacher says of one image, at four temperatures."""
    digits, teacher = kdlab.load_dataset("digits"), kdlab.pretrained_teacher("digits")
    label = int(digits.y_test[EXAMPLE])
    figure = kdlab.plot_soft_targets(
        teacher.test_logits[EXAMPLE],
        [1, 2, 4, 8],
        digits.class_names,
        image=digits.x_test[EXAMPLE],
        label=label,
    )
    return Page(
        figure,
        "One image, one teacher, four temperatures",
        f"Test image {EXAMPLE} of the 8x8 digits, and the probabilities that the teacher of the "
        f"lessons gives to the ten digits at each temperature; that of its label, {label}, is "
        "hatched. The same logits throughout.",
    )


def in_points(interval: kdlab.Interval) -> kdlab.Interval:
    """A share as percentage points."""
    ends = {end: 100 * getattr(interval, end) for end in ("mean", "low", "high")}
    return interval._replace(**ends)


def gain_by_labels() -> Page:
    """Lesson 03: where a teacher helps, over hard labels and over the control."""
    digits, teacher = kdlab.load_dataset("digits"), kdlab.pretrained_teacher("digits")
    how = {"n_images": [50, 100, 300, None], "seeds": GAIN_SEEDS}
    cohort = kdlab.train_cohort(
        digits, teacher.train_logits, temperatures=[4], alphas=[0, 0.9], **how
    )
    smoothed = 0.9 * np.eye(10)[digits.y_train] + 0.1 / 10
    control = kdlab.train_cohort(digits, np.log(smoothed), temperatures=[1], alphas=[1], **how)
    sizes = sorted(set(cohort.n_images.tolist()))

    def gain(n, others):
        distilled = cohort.select(n_images=n, alpha=0.9).test_accuracy
        return in_points(kdlab.paired_difference(distilled, others.test_accuracy))

    figure = kdlab.plot_lines(
        sizes,
        {
            "over hard labels": [gain(n, cohort.select(n_images=n, alpha=0)) for n in sizes],
            "over smoothed labels, the control": [
                gain(n, control.select(n_images=n)) for n in sizes
            ],
        },
        xlabel="images that the student learns from",
        ylabel="gain of distillation, in points",
    )
    return Page(
        across_zero(figure),
        "The fewer labels, the more a teacher is worth",
        "Test accuracy of distilled students (T = 4, alpha = 0.9) less that of others, on the 8x8 "
        f"digits: mean and 95 % interval of {len(GAIN_SEEDS)} paired seeds. One teacher, which "
        f"has seen all {len(digits.x_train):,} labels.",
    )


def missing_digit() -> Page:
    """Lesson 03: a student that has never seen a 3 reads threes."""
    digits, teacher = kdlab.load_dataset("digits"), kdlab.pretrained_teacher("digits")
    temperatures = [1, 2, 4, 8, 20]
    cohort = kdlab.train_cohort(
        digits,
        teacher.train_logits,
        temperatures=temperatures,
        alphas=[1],
        left_out=[MISSING],
        hidden_units=32,
        steps=2000,
        seeds=MISSING_SEEDS,
    )
    images = digits.y_test == MISSING

    def recognised(students, raise_the_bias=False):
        logits = students.test_logits[:, images].copy()
        if raise_the_bias:  # such that a student names a 3 for one training image in ten
            trained = students.predict_logits(digits.x_train)
            lead = np.delete(trained, MISSING, axis=-1).max(axis=-1) - trained[..., MISSING]
            logits[..., MISSING] += np.quantile(lead, 0.1, axis=1)[:, None]
        share = (logits.argmax(axis=-1) == MISSING).mean(axis=1)
        return in_points(kdlab.confidence_interval(share))

    by_temperature = [cohort.select(temperature=t) for t in temperatures]
    figure = kdlab.plot_lines(
        temperatures,
        {
            "as they are": [recognised(s) for s in by_temperature],
            "bias of the 3 raised": [recognised(s, True) for s in by_temperature],
        },
        ylabel="test images of a 3 that are read as a 3, in %",
    )
    figure.axes[0].set_ylim(0, 100)
    return Page(
        figure,
        "Students that have never seen a 3",
        "Students that learn from soft targets alone, with no label and no image of a 3 among "
        f"their images: mean and 95 % interval of {len(MISSING_SEEDS)} seeds. The bias is "
        "chosen without labels, such that one training image in ten is called a 3.",
    )


def patience() -> Page:
    """Lesson 05: a loss after ten epochs, a gain after thirty."""
    record = json.loads((HERE.parent / "experiments/cifar10_seeds.json").read_text("utf-8"))
    n_images = max(run["settings"]["n_images"] for run in record["runs"])
    accuracy = {
        (run["settings"]["arm"], run["settings"]["epochs"]): np.array(run["results"]["accuracy"])
        for run in record["runs"]
        if run["settings"]["n_images"] == n_images
    }
    plain, *others = record["about"]["settings"]["arms"]
    epochs = sorted({epochs for _, epochs in accuracy})
    gains = {
        arm: [
            in_points(kdlab.paired_difference(accuracy[arm, n], accuracy[plain, n])) for n in epochs
        ]
        for arm in reversed(others)
    }
    figure = kdlab.plot_lines(
        epochs, gains, xlabel="epochs", ylabel=f"gain over {plain}, in points"
    )
    seeds = gains[others[0]][0].n
    return Page(
        across_zero(figure),
        "A teacher takes patience",
        f"{record['about']['name']}, all {n_images:,} training images, a small convolutional "
        f"student: mean and 95 % interval of {seeds} paired seeds. From "
        "experiments/cifar10_seeds.json.",
    )


def across_zero(figure: Figure) -> Figure:
    """The figure with a line where there is no gain."""
    figure.axes[0].axhline(0, color="black", linewidth=1)
    return figure


PAGES: dict[str, Callable[[], Page]] = {
    "1_soft_targets": soft_targets,
    "2_gain_by_labels": gain_by_labels,
    "3_missing_digit": missing_digit,
    "4_patience": patience,
}


def on_paper(page: Page) -> Figure:
    """The figure as a sheet of A4 with its title and caption, in print for a room."""
    figure, title, caption = page
    figure.set_size_inches(A4)
    for text in figure.findobj(Text):
        text.set_fontsize(LARGER * text.get_fontsize())
    for ax in figure.axes:
        ax.tick_params(labelsize=LARGER * 9)
    figure.suptitle(title, fontsize=24)
    figure.supxlabel(fill(caption, 115), fontsize=12)
    figure.get_layout_engine().set(rect=(0.02, 0.01, 0.96, 0.98), h_pad=0.25)
    return figure


def write(name: str, page: Page, folder: Path) -> list[Path]:
    """Write a page as PDF and as SVG, each whole or not at all."""
    figure, written = on_paper(page), []
    undated = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}
    # Text stays text, for those who search it or hear it read.
    with matplotlib.rc_context({"pdf.fonttype": 42, "svg.fonttype": "none"}):
        for form, metadata in undated.items():
            path = folder / f"{name}.{form}"
            metadata["Title"] = page.title
            write_atomically(
                path,
                lambda file, form=form, metadata=metadata: figure.savefig(
                    file, format=form, metadata=metadata
                ),
            )
            written.append(path)
    return written


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]) if arguments else HERE / "printed"
    for name, draw in PAGES.items():
        for path in write(name, draw(), folder):
            print(path, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
