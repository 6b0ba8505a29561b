"""What SECURITY.md promises: what is read is not run, downloads are checked, others kept out."""

from __future__ import annotations

import ast
import gzip
import io
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from systems import posix

import kdlab
from kdlab._tensorflow import keras

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "kdlab").rglob("*.py"))
MODULES = sorted((ROOT / "kdlab").rglob("*.js"))

# That nothing is unpickled is tested in test_package.py.
RUNS_WHAT_IT_READS = {
    "eval", "exec", "compile", "__import__", "load_model", "model_from_json", "unsafe_load",
    "deserialize_keras_object", "enable_unsafe_deserialization", "full_load", "system", "popen",
    "extractall", "extract_archive",
}  # fmt: skip
MARKUP = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|srcdoc|eval)\b|document\.write|new Function|"
    r"createContextualFragment|setHTMLUnsafe|javascript:"
)


# ---- nothing that is read is run ----------------------------------------------------------------


def called(path: Path):
    """The names that a source file calls, or hands on to be called."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            whole = ast.unparse(node)
            yield whole if whole in ("re.compile", "model.compile") else node.attr


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_runs_what_it_reads(path):
    assert not RUNS_WHAT_IT_READS & set(called(path))
    assert "yaml" not in path.read_text("utf-8")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_widget_makes_markup_of_text(path):
    assert not MARKUP.search(path.read_text("utf-8"))


@pytest.fixture
def trap(tmp_path):
    """A Keras file that leaves a trace where it is loaded carelessly, and the trace."""
    trace = tmp_path / "trace"
    layer = keras.layers.Lambda(eval(f"lambda x: (open({str(trace)!r}, 'w').close(), x)[1]"))
    keras.Sequential([keras.Input((3,)), layer]).save(tmp_path / "trap.keras")
    trace.unlink(missing_ok=True)  # making it was the first time
    return tmp_path / "trap.keras", trace


@pytest.mark.filterwarnings("ignore:Skipping nested container")  # what Keras says as it refuses
def test_a_keras_file_with_code_in_it_is_refused_and_not_run(trap):
    file, trace = trap
    with pytest.raises(ValueError, match=r"trap\.keras is no stored teacher"):
        kdlab.load_teacher(file)
    photographs = np.zeros((2, 32, 32, 3), np.float32)
    data = kdlab.Dataset(photographs, [0, 1], photographs, [0, 1], ["a", "b"], "two")
    with pytest.raises(ValueError, match=r"weights must be a file of ResNet50's weights"):
        kdlab.build_teacher(data, "resnet50", weights=file)
    with pytest.raises(ValueError, match="safe_mode"):
        keras.models.load_model(file)  # Keras's own default, for those who load one themselves
    assert not trace.exists()
    keras.models.load_model(file, safe_mode=False)(np.zeros((1, 3)))
    assert trace.exists(), "it is no trap"


# ---- what is downloaded is checked --------------------------------------------------------------


def fill_cache(home: Path) -> None:
    """Keras's cache, with everything in it replaced by an attacker."""
    sets = home / "datasets"
    (sets / "fashion-mnist").mkdir(parents=True)
    (home / "models").mkdir()
    x, y = np.zeros((10, 28, 28), np.uint8), np.arange(10, dtype=np.uint8)
    np.savez(sets / "mnist.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    for stem in ("train", "t10k"):
        for kind, header, array in (("images-idx3", 16, x), ("labels-idx1", 8, y)):
            with gzip.open(sets / "fashion-mnist" / f"{stem}-{kind}-ubyte.gz", "wb") as file:
                file.write(bytes(header) + array.tobytes())
    with tarfile.open(sets / "cifar-10-batches-py-target.tar.gz", "w:gz") as archive:
        for name in ("../../escaped", "/tmp/kdlab-escaped", "cifar-10-batches-py/data_batch_1"):
            member = tarfile.TarInfo(name)
            member.size = 3
            archive.addfile(member, io.BytesIO(b"bad"))
    weights = "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"
    (home / "models" / weights).write_bytes(b"bad")


def test_what_was_swapped_in_the_cache_is_not_taken(tmp_path, python):
    home = tmp_path / "home" / "keras"
    home.mkdir(parents=True)
    fill_cache(home)
    done = python(
        """if True:
        import numpy as np
        import kdlab
        from kdlab.datasets import loading

        loading._DEBIAN_FASHION_MNIST = loading.Path("absent")
        x = np.zeros((2, 32, 32, 3), np.float32)
        photographs = kdlab.Dataset(x, [0, 1], x, [0, 1], ["a", "b"], "two")
        attempts = {name: lambda name=name: kdlab.load_dataset(name)
                    for name in ("mnist", "fashion_mnist", "cifar10")}
        attempts["resnet50"] = lambda: kdlab.build_teacher(
            photographs, "resnet50", weights="imagenet")
        for name, attempt in attempts.items():
            try:
                attempt()
            except (ValueError, FileNotFoundError) as error:
                print("refused", name, type(error).__name__)
        """,
        KERAS_HOME=str(home), KDLAB_DATA_DIR="", no_proxy="",
        https_proxy="http://127.0.0.1:9", http_proxy="http://127.0.0.1:9",  # no server there
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    refused = [line for line in done.stdout.splitlines() if line.startswith("refused")]
    assert refused == [
        "refused mnist FileNotFoundError",  # to be downloaded again, and there is no network
        "refused fashion_mnist ValueError",
        "refused cifar10 FileNotFoundError",
        "refused resnet50 FileNotFoundError",
    ]
    assert not list(tmp_path.rglob("escaped")) and not Path("/tmp/kdlab-escaped").exists()


# ---- others are kept out ------------------------------------------------------------------------


def command_of(target: str) -> list[str]:
    """What `make TARGET` runs last, with this Python."""
    done = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "-o", ".venv/.lab", target],
        cwd=ROOT, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    recipe = done.stdout.replace("\\\n", " ").strip().splitlines()[-1]
    allowed = "--allow-root" if os.geteuid() == 0 else ""
    _, *rest = shlex.split(re.sub(r"\$\(\[.*\)", allowed, recipe))
    return [sys.executable, *rest]


@posix
def test_make_lab_asks_for_a_token_and_listens_to_this_machine_alone(tmp_path):
    command = command_of("lab")
    assert command[-2:] == ["kdlab", "lab"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")}
    for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        environment[f"JUPYTER_{name}"] = str(tmp_path / name)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]  # asked for port 0, jupyter-server 2.14 would not say which
    server = subprocess.Popen(
        [*command, tmp_path / "mine", "--no-browser", f"--port={port}"], cwd=ROOT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        about = tmp_path / "RUNTIME_DIR" / f"jpserver-{server.pid}.json"
        end = time.monotonic() + 120
        while not about.exists():
            assert server.poll() is None and time.monotonic() < end, "it did not start"
            time.sleep(0.1)
        time.sleep(0.2)  # written in one go, but not at once
        server_is = json.loads(about.read_text("utf-8"))
        assert len(server_is["token"]) >= 32 and not server_is["password"]
        assert server_is["hostname"] in ("localhost", "127.0.0.1")
        url = f"{server_is['url']}api/contents"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(url, timeout=60)
        asked = urllib.request.Request(
            url, headers={"Authorization": f"token {server_is['token']}"}
        )
        assert urllib.request.urlopen(asked, timeout=60).status == 200
    finally:
        server.terminate()
        server.wait(60)


def test_no_setting_that_we_ship_opens_it():
    ours = [*(ROOT / "kdlab/jupyter").rglob("*"), ROOT / "Makefile", *(ROOT / "binder").iterdir()]
    for file in (path for path in ours if path.is_file() and path.suffix != ".pyc"):
        text = file.read_text("utf-8").lower()
        for word in (
            "token=",
            "token =",
            "password",
            "disable_check_xsrf",
            "allow_origin",
            "0.0.0.0",
        ):
            assert word not in text, f"{word} in {file}"
