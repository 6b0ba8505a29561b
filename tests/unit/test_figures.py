"""The figures of the instructor's guide: they are made, fit on A4, and show what was measured."""

import importlib.util
import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

import kdlab

ROOT = Path(__file__).parents[2]
SEEDS = range(3)  # few, to be quick


@pytest.fixture(scope="module")
def figures():
    """The script as a module, with fewer students."""
    spec = importlib.util.spec_from_file_location("figures", ROOT / "classroom/figures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.GAIN_SEEDS = module.MISSING_SEEDS = SEEDS
    return module


@pytest.fixture(scope="module")
def pages(figures):
    return {name: draw() for name, draw in figures.PAGES.items()}


@pytest.fixture(scope="module")
def folder(figures, pages, tmp_path_factory):
    """Where all pages were written; the trained ones are not trained twice."""
    folder = tmp_path_factory.mktemp("printed")
    drawn = {name: lambda page=page: page for name, page in pages.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "PAGES", drawn)
        figures.main([str(folder)])
    return folder


def lines(page) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The points of each line in the legend."""
    handles, labels = page.figure.axes[0].get_legend_handles_labels()
    return {
        label: tuple(map(np.asarray, handle[0].get_data()))
        for handle, label in zip(handles, labels, strict=True)
    }


def test_each_page_is_written_as_pdf_and_svg(figures, folder):
    wanted = {f"{name}.{form}" for name in figures.PAGES for form in ("pdf", "svg")}
    assert {path.name for path in folder.iterdir()} == wanted and len(wanted) == 8


def test_each_page_is_one_sheet_of_a4(folder):
    for path in folder.glob("*.pdf"):
        data = path.read_bytes()
        assert data.startswith(b"%PDF") and data.count(b"/Type /Page ") == 1
        [box] = re.findall(rb"/MediaBox \[ ?([\d. ]+?) ?\]", data)
        assert np.allclose([float(x) for x in box.split()], [0, 0, 841.89, 595.28], atol=0.01)
    for path in folder.glob("*.svg"):
        width, height = re.search(
            r'width="([\d.]+)pt" height="([\d.]+)pt"', path.read_text("utf-8")
        ).groups()
        assert np.allclose([float(width), float(height)], [841.89, 595.28], atol=0.01)


def test_nothing_hangs_over_the_edge(folder, pages):
    for page in pages.values():
        box = page.figure.get_tightbbox()
        assert box.x0 > 0.1 and box.y0 > 0.1, page.title
        assert box.x1 < 297 / 25.4 - 0.1 and box.y1 < 210 / 25.4 - 0.1, page.title


def test_text_is_large_enough_and_stays_text(folder, pages):
    for name, page in pages.items():
        texts = [t for t in page.figure.findobj(Text) if t.get_text().strip()]
        assert min(t.get_fontsize() for t in texts) >= 11
        svg = (folder / f"{name}.svg").read_text("utf-8")
        written = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
        assert page.title in written and page.figure.axes[-1].get_title() in [*written, ""]


def contrast_with_white(colour) -> float:
    """As WCAG has it: of the grey to which a colour is printed."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


def test_lines_can_be_told_apart_in_grey(pages):
    for name, page in pages.items():
        drawn = [h[0] for h in page.figure.axes[0].get_legend_handles_labels()[0]]
        assert len(drawn) >= 2 or name == "1_soft_targets"
        for one, other in itertools.combinations(drawn, 2):
            assert one.get_linestyle() != other.get_linestyle()
            assert one.get_marker() != other.get_marker()
        assert all(contrast_with_white(line.get_color()) >= 3 for line in drawn)


def test_soft_targets_are_those_of_the_teacher(figures, pages):
    _, *panels = pages["1_soft_targets"].figure.axes
    z = kdlab.pretrained_teacher("digits").test_logits[figures.EXAMPLE]
    for ax, t in zip(panels, (1, 2, 4, 8), strict=True):
        assert ax.get_title() == f"T = {t}"
        heights = [bar.get_height() for bar in ax.patches]
        assert np.allclose(heights, kdlab.softmax(z, t))


def test_the_gain_is_that_of_the_trained_pairs(pages):
    digits, teacher = kdlab.load_dataset("digits"), kdlab.pretrained_teacher("digits")
    cohort = kdlab.train_cohort(
        digits, teacher.train_logits, alphas=[0, 0.9], n_images=[50], seeds=SEEDS
    )
    gain = cohort.difference({"alpha": 0.9}, {"alpha": 0})
    sizes, points = lines(pages["2_gain_by_labels"])["over hard labels"]
    assert sizes.tolist() == [50, 100, 300, len(digits.x_train)]
    assert points[0] == pytest.approx(100 * gain.mean) and points[0] > points[-1]


def test_the_missing_digit_is_read_once_its_bias_is_raised(pages):
    drawn = lines(pages["3_missing_digit"])
    temperatures, before = drawn["as they are"]
    _, after = drawn["bias of the 3 raised"]
    assert temperatures.tolist() == [1, 2, 4, 8, 20]
    assert before[0] < 10 and before[-1] > 50 and (after > before).all()


def test_patience_is_that_of_the_record(pages):
    record = json.loads((ROOT / "experiments/cifar10_seeds.json").read_text("utf-8"))
    found = {
        (run["settings"]["arm"], run["settings"]["epochs"]): np.array(run["results"]["accuracy"])
        for run in record["runs"]
        if run["settings"]["n_images"] == 50_000
    }
    epochs, points = lines(pages["4_patience"])["distilled, T = 4"]
    assert epochs.tolist() == [10, 30, 100]
    for n, gain in zip(epochs, points, strict=True):
        pairs = found["distilled, T = 4", n] - found["labels alone", n]
        assert gain == pytest.approx(100 * pairs.mean())
