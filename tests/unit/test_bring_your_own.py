"""Every example of docs/bring_your_own.md runs, on real data, as it stands there."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import kdlab

GUIDE = (Path(__file__).parents[2] / "docs" / "bring_your_own.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.S)
assert len(EXAMPLES) == 8

# ---- what a user of each example has before it --------------------------------------------------


def photographs(folder) -> dict:
    """Animals and vehicles of CIFAR-10, as files: 60 of each kind."""
    data = kdlab.load_dataset("cifar10", n_train=1500, n_test=1)
    for kind in ("cat", "horse", "ship", "truck"):
        (folder / "photos" / kind).mkdir(parents=True)
        number = data.class_names.index(kind)
        for i in np.flatnonzero(data.y_train == number)[:60]:
            pixels = np.rint(data.x_train[i] * 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "photos" / kind / f"{i}.jpg")
    return {}


def table(folder) -> dict:
    """The patients that come with scikit-learn: 569 rows of 30 numbers."""
    from sklearn.datasets import load_breast_cancer

    known = load_breast_cancer()
    head = [*(name.replace(" ", "_") for name in known.feature_names), "diagnosis"]
    lines = [
        ",".join([*map(str, row), known.target_names[label]])
        for row, label in zip(known.data, known.target, strict=True)
    ]
    (folder / "patients.csv").write_text("\n".join([",".join(head), *lines]), "utf-8")
    return {}


def sequences(folder) -> dict:
    """Reviews of words that are drawn: good ones in praise, the same ones in blame."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 600)
    tokens = np.where(
        rng.random((600, 12)) < 0.25,
        rng.integers(0, 50, (600, 12)) + 50 * labels[:, None],
        rng.integers(100, 1000, (600, 12)),
    )
    return {"tokens": tokens, "labels": labels, "vocabulary": [f"word{i}" for i in range(1000)]}


def with_pytorch(folder) -> dict:
    """PyTorch if it is here; it takes 5 GB, so a stand-in has as much of it as the example uses."""
    if "torch" not in sys.modules:
        from tests.tools.torch_stand_in import torch

        sys.modules["torch"] = torch
    torch = sys.modules["torch"]
    teacher = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 10))
    data = kdlab.load_dataset("digits")
    x, y = data.x_train.reshape(-1, 64), np.eye(10)[data.y_train]
    weights = np.linalg.lstsq(np.c_[x, np.ones(len(x))], 20 * y - 10, rcond=None)[0]
    state = {"1.weight": weights[:-1].T, "1.bias": weights[-1]}
    teacher.load_state_dict({k: torch.as_tensor(v.astype(np.float32)) for k, v in state.items()})
    torch.save(teacher.state_dict(), str(folder / "teacher.pt"))
    return {}


def stored_logits(folder) -> dict:
    np.save(folder / "logits.npy", kdlab.pretrained_teacher("digits").train_logits)
    return {}


def soft_targets(folder) -> dict:
    soft = kdlab.softmax(kdlab.pretrained_teacher("digits").train_logits, 5.0)
    np.save(folder / "soft_targets.npy", soft.astype(np.float16))
    return {}


def likeliest_tokens(folder) -> dict:
    rng = np.random.default_rng(0)
    p = kdlab.softmax(rng.normal(0, 4, (3, 50_000)))
    tokens = np.argsort(-p, axis=1)[:, :20]
    return {
        "tokens": tokens,
        "log_probabilities": np.log(np.take_along_axis(p, tokens, axis=1)),
        "prompts": ["The sky is", "Two and two are", "She opened the"],
        "vocabulary": [f"token {i}" for i in range(50_000)],
    }


def pipeline(folder) -> dict:
    from kdlab._tensorflow import tf

    data = kdlab.load_dataset("digits")
    pairs = tf.data.Dataset.from_tensor_slices((data.x_train, data.y_train))
    return {
        "pipeline": pairs.shuffle(2000).batch(64),
        "teacher": kdlab.pretrained_teacher("digits").build(data),
    }


BEFORE = [
    photographs, table, sequences, with_pytorch, stored_logits, soft_targets, likeliest_tokens,
    pipeline,
]  # fmt: skip


@pytest.mark.filterwarnings("error::UserWarning")
@pytest.mark.parametrize("before", BEFORE, ids=lambda before: before.__name__)
def test_an_example_runs_as_it_stands(before, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = before(tmp_path)
    example = EXAMPLES[BEFORE.index(before)]
    exec(compile(example, "docs/bring_your_own.md", "exec"), names)
    if "verdict" in example:
        assert "10 paired seeds" in capsys.readouterr().out
    if "student" in names:
        data, logits = names["data"], kdlab.predict_logits(names["student"], names["data"].x_test)
        assert kdlab.accuracy(logits, data.y_test) > 0.6


def test_the_way_from_a_folder_of_photographs_to_a_board_takes_ten_lines():
    lines = [line for line in EXAMPLES[0].splitlines() if line.strip()]
    assert len(lines) <= 10
    assert all(word in EXAMPLES[0] for word in ("from_folder", "difference", "verdict", "Board"))
