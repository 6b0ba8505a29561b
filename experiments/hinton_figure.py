"""The figure of `hinton_mnist.py`: the paper's errors beside ours, and errors against temperature.

    python experiments/hinton_figure.py            # draws it anew from the record

`hinton_mnist.py` draws it at its end.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from kdlab.plots import BLUE, GREEN, VERMILLION

# Test errors in section 3 of the paper, of 10,000: before and, where one was moved, after the bias.
PAPER = {
    "teacher": (67,),
    "plain": (146,),
    "distilled": (74,),
    "without 3": (206, 109),
    "7 and 8 alone": (4730, 1320),
}


def errors(record: dict, arm: str, temperature: float | None = None, bias: str | None = None):
    """The test errors of an arm's runs, one per seed; after a bias was moved, if that is named."""
    found = [
        run["results"]
        for run in record["runs"]
        if run["settings"]["arm"] == arm
        and temperature in (None, run["settings"].get("temperature"))
    ]
    return np.array([(results[bias] if bias else results)["errors"] for results in found])


def draw(record: dict) -> Figure:
    """Left, the arms of the paper; right, small and medium students against the temperature."""
    fig = Figure(figsize=(10, 4.2), layout="constrained")
    left, right = fig.subplots(1, 2, width_ratios=[1.25, 1])
    _beside_the_paper(left, record)
    _against_temperature(right, record)
    return fig


def _beside_the_paper(ax, record: dict) -> None:
    rows = []
    for arm, (before, *after) in PAPER.items():
        rows.append((arm, before, errors(record, arm)))
        for paper in after:
            ours = errors(record, arm, bias="bias_chosen_on_test")
            rows.append((f"{arm}, bias moved", paper, ours))
    for y, (_, paper, ours) in enumerate(rows):
        ax.plot(paper, y, "D", color=VERMILLION, mfc="white", ms=9, mew=2, zorder=2)
        ax.plot(ours, np.full(len(ours), y), "o", color=BLUE, alpha=0.75, zorder=3)
    ax.plot([], [], "D", color=VERMILLION, mfc="white", ms=9, mew=2, label="the paper, one run")
    ax.plot([], [], "o", color=BLUE, label="here, a dot per seed")
    ax.set_yticks(range(len(rows)), [name for name, *_ in rows])
    ax.invert_yaxis()
    ax.set_xscale("log")
    _name_ticks(ax, [50, 100, 200, 500, 1000, 2000, 5000])
    ax.set_xlabel("errors on the 10,000 test images")
    ax.grid(axis="x", color="0.9")
    ax.set_axisbelow(True)
    ax.legend(loc="upper right", frameon=False)
    ax.set_title("Section 3 of Hinton, Vinyals and Dean, on MNIST", loc="left", fontsize=11)


def _against_temperature(ax, record: dict) -> None:
    settings = record["about"]["settings"]
    for size, colour, marker in (("small", GREEN, "s"), ("medium", BLUE, "o")):
        units = settings[f"{size}_hidden"][0]
        ts = settings[f"{size}_temperatures"]
        runs = [errors(record, f"{size} distilled", t) for t in ts]
        ax.plot(ts, [run.mean() for run in runs], marker + "-", color=colour,
                label=f"{units} units, distilled")  # fmt: skip
        for t, run in zip(ts, runs, strict=True):
            ax.plot(np.full(len(run), t), run, ".", color=colour, alpha=0.6)
        plain = errors(record, f"{size} plain").mean()
        ax.axhline(plain, color=colour, ls="--", label=f"{units} units, labels alone")
    ax.axvspan(2.5, 4, color="0.92", zorder=0)
    ax.text(3.15, 0.98, "the paper's best\nfor 30 units", ha="center", va="top", fontsize=8,
            transform=ax.get_xaxis_transform())  # fmt: skip
    ax.set_xscale("log")
    _name_ticks(ax, [1, 2, 4, 8, 20])
    ax.set_xlabel("temperature")
    ax.set_ylabel("test errors, mean of the seeds")
    ax.legend(frameon=False, fontsize=8)
    ax.set_title("Smaller students", loc="left", fontsize=11)


def _name_ticks(ax, values: list[int]) -> None:
    """Plain numbers on a logarithmic axis."""
    ax.set_xticks(values, [f"{value:,}" for value in values])
    ax.set_xticks([], minor=True)


def save(record: dict, path: Path) -> None:
    """Draw a record and write the figure as PNG."""
    draw(record).savefig(path, dpi=110, facecolor="white")


if __name__ == "__main__":
    source = Path(__file__).with_name("hinton_mnist.json")
    save(json.loads(source.read_text("utf-8")), source.with_suffix(".png"))
    print(f"drew {source.with_suffix('.png')}")
