"""Lesson 05 in the profile `full`, which nobody runs without a GPU: its own cells, in small."""

from pathlib import Path

import nbformat
import numpy as np
import pytest

from kdlab._tensorflow import tf

LESSON = Path(__file__).parents[2] / "notebooks" / "05_the_article_on_cifar10.ipynb"
IN_SMALL = {
    '"n_train": 50_000': '"n_train": 64',
    '"n_images": 50_000': '"n_images": 64',
    '"n_test": 10_000': '"n_test": 32',
    '"epochs": 10': '"epochs": 1',
    'weights="imagenet"': "weights=None",
}


@pytest.fixture
def cells(tmp_path, monkeypatch):
    """The lesson's code cells up to the teacher, made small; and a CIFAR-10 for them."""
    rng = np.random.default_rng(0)
    parts = {"train": 64, "test": 32}
    images = {
        f"x_{p}": rng.integers(256, size=(n, 32, 32, 3), dtype=np.uint8) for p, n in parts.items()
    }
    labels = {f"y_{p}": np.arange(n, dtype=np.uint8)[:, None] % 10 for p, n in parts.items()}
    np.savez(tmp_path / "cifar10.npz", **images, **labels)
    monkeypatch.setenv("KDLAB_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KDLAB_PROFILE", "full")
    monkeypatch.chdir(tmp_path)
    sources = [c.source for c in nbformat.read(LESSON, as_version=4).cells if c.cell_type == "code"]
    sources = sources[: 1 + next(i for i, s in enumerate(sources) if "pretrained_teacher" in s)]
    text = "\n".join(sources)
    for large, small in IN_SMALL.items():
        assert text.count(large) == 1, f"the lesson has changed: {large}"
        text = text.replace(large, small)
    return text


@pytest.fixture
def eager():
    """Without graphs: one of ResNet50 takes longer than its one step."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def test_the_articles_own_teacher_is_trained_once_and_stored(cells, eager, capsys):
    first, again = {}, {}
    exec(cells, first)
    assert first["profile"].name == "full" and len(first["cifar"].x_train) == 64
    teacher = first["teacher"]
    assert sum(weights.size for weights in teacher.weights) == 23_851_274  # ResNet50 and a head
    assert teacher.train_logits.shape == (64, 10) and teacher.test_logits.shape == (32, 10)
    assert "There is no stored teacher yet" in capsys.readouterr().out
    exec(cells, again)
    np.testing.assert_array_equal(again["teacher"].train_logits, teacher.train_logits)
    assert "ResNet50" not in capsys.readouterr().out, "it was trained again"
