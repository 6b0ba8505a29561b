"""`jupyter nbconvert --to html` of a lesson, for readers without a kernel and without a network."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pages

import kdlab

LESSON = Path(__file__).parents[2] / "notebooks" / "02_soft_targets.ipynb"


def test_a_converted_lesson_shows_its_values_offline(new_page, tmp_path):
    # As a user would: the setting that makes this work comes with the package.
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", tmp_path, LESSON]
    subprocess.run(command, check=True, capture_output=True)
    page = new_page()
    pages.watch(page)
    page.goto((tmp_path / "02_soft_targets.html").as_uri())

    text = next(
        output.data["text/plain"]
        for cell in nbformat.read(LESSON, as_version=4).cells
        for output in cell.get("outputs", [])
        if "TemperatureExplorer" in output.get("data", {}).get("text/plain", "")
    )
    index = int(re.search(r"Example (\d+)", text)[1])
    logits = kdlab.pretrained_teacher("digits").test_logits[index]
    table = page.locator("table", has=page.get_by_text("T = 4", exact=True))
    assert table.is_visible()
    assert table.locator("td:not(:has(div))").all_inner_texts() == [
        f"{p:.3f}"
        for pair in zip(kdlab.softmax(logits, 1), kdlab.softmax(logits, 4), strict=True)
        for p in pair
    ]
    picture = page.get_by_alt_text(f"Example {index}").first
    assert picture.evaluate("image => image.naturalWidth") > 0
