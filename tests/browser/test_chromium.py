"""The search for a browser, with programs that do nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools import chromium

ROOT = Path(__file__).parents[2]


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """An empty machine with an ordinary user; `machine(name)` puts a program on its PATH."""
    bin = tmp_path / "bin"
    bin.mkdir()
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(bin))
    monkeypatch.setattr(chromium, "is_root", lambda: False)
    monkeypatch.setattr(chromium.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(chromium.subprocess, "run", lambda *a, **k: pytest.fail(f"ran {a}"))

    def install(name, folder=bin):
        path = folder / (f"{name}.exe" if os.name == "nt" else name)
        path.write_text("")
        path.chmod(0o755)
        return str(path)

    return install


def test_the_variable_comes_first(machine, tmp_path, monkeypatch):
    machine("chromium")
    mine = machine("mine", tmp_path)
    monkeypatch.setenv("CHROMIUM", mine)
    assert chromium.find("") == mine


def test_the_variable_may_be_a_name_on_the_path(machine, monkeypatch):
    mine = machine("mine")
    monkeypatch.setenv("CHROMIUM", "mine")
    assert chromium.find("") == mine


def test_a_wrong_variable_is_not_passed_over(machine, monkeypatch):
    machine("chromium")
    monkeypatch.setenv("CHROMIUM", "/no/such/program")
    with pytest.raises(RuntimeError, match=r"^CHROMIUM is set to '/no/such/program', which is not"):
        chromium.find("")


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_the_path_comes_before_playwright(name, machine, tmp_path):
    found, own = machine(name), machine("own", tmp_path)
    assert chromium.find(own) == found


def test_root_installs_the_package_of_debian_once(machine, tmp_path, monkeypatch):
    ran = []

    def apt_get(command, env):
        ran.append(command[2:3])
        if "install" in command:
            assert command[-1] == "chromium"
            assert env["DEBIAN_FRONTEND"] == "noninteractive"
            machine("chromium")

    machine("apt-get")
    monkeypatch.setattr(chromium, "is_root", lambda: True)
    monkeypatch.setattr(chromium.subprocess, "run", apt_get)
    own = machine("own", tmp_path)
    assert os.path.basename(chromium.find(own)).startswith("chromium")
    chromium.find(own)
    assert ran == [["update"], ["install"]]


def test_where_debian_has_none_playwright_may(machine, tmp_path, monkeypatch):
    machine("apt-get")
    monkeypatch.setattr(chromium, "is_root", lambda: True)
    monkeypatch.setattr(chromium.subprocess, "run", lambda *a, **k: None)
    own = machine("own", tmp_path)
    assert chromium.find(own) == own


def test_others_than_root_install_nothing(machine, tmp_path):
    machine("apt-get")
    own = machine("own", tmp_path)
    assert chromium.find(own) == own


def test_without_any_one_line_says_what_to_do(machine, tmp_path):
    with pytest.raises(RuntimeError) as caught:
        chromium.find(str(tmp_path / "not-installed"))
    message = str(caught.value)
    assert "\n" not in message
    assert all(way in message for way in ("apt-get install", "playwright install", "set CHROMIUM"))


def test_without_any_a_browser_test_fails_and_is_not_skipped(tmp_path):
    for file in ("conftest.py", "pages.py"):
        shutil.copy(Path(__file__).with_name(file), tmp_path)
    (tmp_path / "test_it.py").write_text("def test_it(page): pass")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        env={**os.environ, "CHROMIUM": "/no/such/program", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert "CHROMIUM is set to '/no/such/program'" in result.stdout
    assert "Traceback" not in result.stdout
    assert "1 error in" in result.stdout


def test_only_root_gives_up_the_sandbox(monkeypatch):
    for root in (True, False):
        monkeypatch.setattr(chromium, "is_root", lambda root=root: root)
        assert ("--no-sandbox" in chromium.flags()) == root
