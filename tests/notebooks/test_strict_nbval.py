"""Strict nbval, with our sanitize file: what it passes, and what it fails."""

from __future__ import annotations

import copy
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from test_checks import PNG

from tests.tools import refresh

SANITIZE = Path(__file__).with_name("sanitize.cfg")


def test_strict_nbval_sees_a_change(tmp_path):
    """With our sanitize file nbval passes other pixels, and fails other text and other alt text."""
    html = f'<img alt="a line" src="data:image/png;base64,{PNG}">'
    source = f"from IPython.display import HTML\ndisplay(HTML({html!r}))\nprint('better:', True)"
    same = new_notebook(cells=[new_code_cell(source)])
    refresh.execute(same, tmp_path)

    pixels, alt, text = (copy.deepcopy(same) for _ in range(3))
    pixels.cells[0].outputs[0].data["text/html"] = html.replace(PNG, PNG[::-1])
    alt.cells[0].outputs[0].data["text/html"] = html.replace("a line", "a curve")
    text.cells[0].outputs[1].text = "better: False\n"
    for name, nb in {"same": same, "pixels": pixels, "alt": alt, "text": text}.items():
        nbformat.write(nb, tmp_path / f"{name}.ipynb")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # not the settings of this repository

    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-rA", "--nbval", "--nbval-current-env"]
    command += [f"--nbval-sanitize-with={SANITIZE}", "-p", "no:cacheprovider", "."]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    outcomes = re.findall(r"^(PASSED|FAILED) (\w+)\.ipynb", run.stdout, re.MULTILINE)
    expected = {"same": "PASSED", "pixels": "PASSED", "alt": "FAILED", "text": "FAILED"}
    assert {name: outcome for outcome, name in outcomes} == expected, run.stdout
