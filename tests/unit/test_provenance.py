"""What a result says of the machine and the versions that it was computed with."""

import platform
from importlib.metadata import version
from pathlib import Path

import kdlab
from kdlab.provenance import processor, versions


def test_the_versions_are_those_that_compute():
    found = versions()
    assert found["kdlab"] == kdlab.__version__
    assert found["python"] == platform.python_version()
    for package in ("keras", "numpy", "scikit-learn"):
        assert found[package] == version(package)


def test_the_processor_is_called_what_the_system_calls_it(monkeypatch):
    lines = "processor\t: 0\nmodel name\t: Abacus 9000\nmodel name\t: another\n"
    monkeypatch.setattr(Path, "read_text", lambda path, encoding: lines)
    assert processor() == "Abacus 9000"


def test_where_the_system_does_not_say_python_does(monkeypatch):
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(Path, "read_text", lambda path, encoding: "Features\t: fp\n")
    assert processor() == platform.machine()

    def missing(path, encoding):
        raise FileNotFoundError(path)

    monkeypatch.setattr(platform, "processor", lambda: "Abacus")
    monkeypatch.setattr(Path, "read_text", missing)
    assert processor() == "Abacus"
