"""`pip install kdlab` and no more: all that does not train, where there is no TensorFlow."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
LESSONS = ("00_start_here", "02_soft_targets")
# The exact versions of the class, and of the tests.
LOCKS = [
    f"--constraint={ROOT / lock}" for lock in ("binder/requirements.txt", "requirements-test.txt")
]
ONE_LINE = (
    "tensorflow is not installed, and this part of kdlab needs it: "
    'run `pip install "kdlab[tensorflow]"`.'
)
BAR = 250e6  # bytes


class Environment:
    """A fresh environment with kdlab's wheel and its dependencies, and how much was downloaded."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST_"))}
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        self.bin = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
        wheels = folder / "wheels"
        self.pip("wheel", "--no-deps", f"--wheel-dir={wheels}", ROOT)
        [kdlab] = wheels.iterdir()
        # A lesson is run by ipykernel, which comes with any Jupyter.
        self.pip("download", f"--dest={wheels}", *LOCKS, kdlab, "ipykernel")
        self.downloaded = sum(wheel.stat().st_size for wheel in wheels.iterdir())
        self.pip(
            "install", "--no-compile", "--no-index", f"--find-links={wheels}", kdlab, "ipykernel"
        )
        shutil.rmtree(wheels)

    def pip(self, *arguments) -> None:
        done = self.run("-m", "pip", "--disable-pip-version-check", "--quiet", *arguments)
        assert done.returncode == 0, done.stderr

    def run(self, *arguments, **env) -> subprocess.CompletedProcess:
        """This environment's Python; not in the repository, where it would find another kdlab."""
        return subprocess.run(
            [self.bin / "python", *arguments],
            capture_output=True, encoding="utf-8", env={**self.env, **env}, cwd=self.folder,
        )  # fmt: skip


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("without")
    yield Environment(folder)
    shutil.rmtree(folder)  # 0.4 GB


@pytest.fixture(scope="module")
def with_pytest(environment):
    environment.pip("install", "--no-compile", *LOCKS, "pytest", "nbval")
    return environment


def test_what_is_downloaded_is_small(environment):
    there = environment.run("-m", "pip", "list", "--format=freeze").stdout
    assert "kdlab==" in there and not re.search("(?m)^(tensorflow|keras|jupyterlab=)", there)
    assert 50e6 < environment.downloaded <= BAR


def test_each_public_name_is_there_or_says_in_one_line_what_is_missing(environment):
    done = environment.run("-c", """
import sys, kdlab
for module, names in kdlab._MODULES.items():
    for name in names:
        try:
            getattr(kdlab, name)
        except ImportError as error:
            print(module, name, error, sep="|")
assert "site-packages" in kdlab.__file__
""")  # fmt: skip
    assert done.returncode == 0, done.stderr
    missing = [line.split("|") for line in done.stdout.splitlines()]
    assert {"train", "distill", "build_student", "train_cohort"} <= {name for _, name, _ in missing}
    assert {module for module, _, _ in missing} == {"models", "distillation", "cohort"}
    assert {said for _, _, said in missing} == {ONE_LINE}


def test_every_example_runs_but_those_that_train(with_pytest):
    done = with_pytest.run(
        "-m", "pytest", "-rfs", "--tb=line", "-p", "no:cacheprovider", "--doctest-modules",
        "--doctest-ignore-import-errors", "--pyargs", "kdlab",
    )  # fmt: skip
    # Each of these begins with a network: it is about a network in a file, or a cohort.
    trains = "cohort.cells cohort.result distillation.predict teachers"
    failed = re.findall(r"^FAILED \S+::kdlab\.(\w+(?:\.[a-z]\w*)*)", done.stdout, re.MULTILINE)
    passed = int(re.search(r"(\d+) passed", done.stdout)[1])
    assert {re.sub(r"\.([a-z_]*teacher|predict_logits)$", "", name) for name in failed} <= set(
        trains.split()
    ), done.stdout
    assert passed > 50 and done.stdout.count(ONE_LINE) >= len(failed)


def test_every_widget_is_made_and_written_as_a_page(environment):
    shutil.copy(ROOT / "tests/tools/widget_examples.py", environment.folder)
    done = environment.run("-c", """
from widget_examples import EXAMPLES
for name, example in EXAMPLES.items():
    example.make().to_html(f"{name}.html")
""")  # fmt: skip
    assert done.returncode == 0, done.stderr
    pages = [path.stat().st_size for path in environment.folder.glob("*.html")]
    assert len(pages) >= 7 and min(pages) > 10_000


def test_a_loss_of_any_make_is_audited_and_a_figure_drawn(environment):
    """As someone does who has their logits from PyTorch or JAX."""
    done = environment.run("-c", """
import numpy as np, kdlab
teacher, student = 3 * np.random.default_rng(0).normal(size=(2, 50, 10))
loss = lambda p, q: 16 * kdlab.kl_divergence(kdlab.softmax(p, 4), kdlab.softmax(q, 4))
print(kdlab.audit_loss(loss, 4.0).headline)
print(kdlab.agreement(student, teacher), kdlab.entropy(kdlab.softmax(teacher, 4)).shape)
kdlab.show(kdlab.plot_soft_targets(teacher[0], [1, 4], list("abcdefghij")), "Ten bars.")
""")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 3 and done.stdout.endswith("(50,)\nTen bars.\n")


def test_data_on_this_machine_are_read_and_others_asked_for(environment, tmp_path):
    done = environment.run("-c", """
import sys, numpy as np, kdlab
print(kdlab.load_dataset("digits"))
x, y = np.zeros((9, 28, 28), np.uint8), np.zeros(9, np.uint8)
np.savez(sys.argv[1] + "/mnist.npz", x_train=x, y_train=y, x_test=x, y_test=y)
print(kdlab.load_dataset("mnist", sys.argv[1]).x_train.shape)
kdlab.load_dataset("cifar10", sys.argv[1])
""", tmp_path, KERAS_HOME=str(tmp_path))  # fmt: skip
    assert done.stdout.splitlines()[1:] == ["(9, 28, 28, 1)"]
    last = done.stderr.splitlines()[-1]
    assert last.startswith("FileNotFoundError: cifar10 was not found on this machine")
    assert ONE_LINE in last and "Put cifar10.npz into a folder" in last


def test_the_command_copies_lessons_and_says_what_opens_them(environment):
    done = environment.run("-m", "kdlab", "lab", "mine")
    assert done.returncode == 1 and "Your lessons are in" in done.stdout
    assert done.stderr == (
        "jupyterlab is not installed, and this part of kdlab needs it: "
        'run `pip install "kdlab[lab]"`.\n'
    )


def test_grading_says_what_it_needs(environment):
    done = environment.run("-c", "import kdlab.grading")
    assert done.stderr.splitlines()[-1] == (
        "ImportError: nbclient is not installed, and this part of kdlab needs it: "
        'run `pip install "kdlab[grading]"`.'
    )


def test_two_lessons_show_what_is_stored_in_them(with_pytest):
    """Strict nbval, and the one line that looks for TensorFlow says that it is not there."""
    copies = with_pytest.folder / "lessons"
    copies.mkdir()
    for lesson in LESSONS:
        shutil.copy(ROOT / "notebooks" / f"{lesson}.ipynb", copies)
    first = copies / f"{LESSONS[0]}.ipynb"
    nb = nbformat.read(first, as_version=4)
    [output] = next(cell for cell in nb.cells if "find_spec" in cell.source).outputs
    assert "TensorFlow: installed" in output.text
    output.text = output.text.replace("TensorFlow: installed", "TensorFlow: not installed")
    nbformat.write(nb, first)
    done = with_pytest.run(
        "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider",
        f"--nbval-sanitize-with={ROOT / 'tests/notebooks/sanitize.cfg'}", copies,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 20
