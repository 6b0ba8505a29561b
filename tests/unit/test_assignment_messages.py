"""The assignment's tests name the misconception: every anticipated mistake gets its own message."""

from itertools import product
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from nbgrader.utils import is_grade, is_solution

COURSE = Path(__file__).parents[2] / "classroom/assignments"
ASSIGNMENT = COURSE / "source/distillation/distillation.ipynb"
CELLS = {
    cell.metadata.nbgrader.grade_id: cell
    for cell in nbformat.read(ASSIGNMENT, as_version=4).cells
    if cell.cell_type == "code"
}


def softmax(result):
    return f"def soft_targets(logits, T):\n    z = logits\n    return {result}\n"


def gradient(result):
    return f"""
def loss_gradient(z, teacher_logits, labels, T, alpha):
    q, p, y = kdlab.softmax(z, T), kdlab.softmax(teacher_logits, T), np.eye(z.shape[1])[labels]
    q1, p1 = kdlab.softmax(z), kdlab.softmax(teacher_logits)
    soft, hard = T * (q - p), q1 - y
    return {result}
"""


def look_alikes(result, scores="kdlab.softmax(logits, T)"):
    return f"""
def look_alikes(logits, labels, T):
    scores = {scores}
    mean = np.array([scores[labels == c].mean(axis=0) for c in range(logits.shape[1])])
    return {result}
"""


def cohorts(
    labelled="students()",
    taught="students([1], n_images=500, accuracy=0.96)",
    gain="kdlab.paired_difference(a, b)",
):
    return f"""
labelled = {labelled}
taught = {taught}
a, b = (getattr(cohort, "test_accuracy", None) for cohort in (taught, labelled))
gain = {gain}
"""


class Students(SimpleNamespace):
    """What the tests look at of a cohort, without the training."""

    def __len__(self):
        return len(self.seed)


def students(alphas=(0,), temperature=4, n_images=50, seeds=range(10), accuracy=0.8):
    seed, alpha = (np.array(column) for column in zip(*product(seeds, alphas), strict=True))
    luck = np.random.default_rng(n_images).normal(scale=0.02, size=len(seed))
    return Students(
        training={},
        seed=seed,
        alpha=alpha,
        temperature=np.full(len(seed), temperature),
        n_images=np.full(len(seed), n_images),
        test_accuracy=accuracy + luck,
    )


MISTAKES = {
    "soft-targets": [
        (softmax("None"), "Your function returns nothing"),
        (softmax("z[0]"), r"One probability for each logit: \(2, 3\)"),
        (softmax("kdlab.softmax(z.T, T).T"), "Your columns sum to 1"),
        (softmax("np.exp(z / T) / np.exp(z / T).sum()"), "The whole batch sums to 1"),
        (softmax("kdlab.softmax(kdlab.softmax(z), T)"), "You divided probabilities by T, after"),
        (softmax("kdlab.softmax(z) / T"), "they no longer sum to 1"),
        (softmax("kdlab.softmax(z * T)"), "You multiplied by T"),
        (softmax("kdlab.softmax(z)"), "T is not used yet"),
        (softmax("kdlab.softmax(z, T + 1)"), "At T = 4 the first row is"),
        (softmax("kdlab.softmax(z, T)"), "You called a ready-made softmax"),
        (softmax("np.exp(z / T) / np.exp(z / T).sum(axis=1, keepdims=True)"), "overflows"),
        (
            softmax("(e := np.exp((z - z.max(1)[:, None]) / min(T, 4))) / e.sum(1)[:, None]"),
            "T = 20",
        ),
    ],
    "loss-gradient": [
        (gradient("None"), "Your function returns nothing"),
        (gradient("soft.mean()"), r"One number for each logit of each example: \(2, 3\)"),
        (gradient("(1 - alpha) * soft + alpha * hard"), "alpha weighs the teacher's, you swapped"),
        (gradient("(q - p) / T"), "16 times too small"),
        (gradient("q - p"), "T² / T leaves a T"),
        (gradient("T**2 * (q - p)"), "One factor too many"),
        (gradient("-soft"), "falls \\*against\\* its gradient"),
        (gradient("T * (q1 - p1)"), "Both softmaxes take the temperature"),
        (gradient("soft / len(z)"), "You averaged over the batch"),
        (gradient("3 * (q - p)"), "For the first example it is"),
        (gradient("soft"), "At alpha = 0 you give the teacher's part"),
        (gradient("alpha * soft + (1 - alpha) * (q - y)"), "The labels are learned at T = 1"),
        (gradient("alpha * soft - (1 - alpha) * hard"), "minus what the label says"),
        (gradient("alpha * soft + (1 - alpha) * 2 * hard"), "For the first example it is"),
        (gradient("alpha * 4 * (q - p) + (1 - alpha) * hard"), "a number from the visible tests"),
    ],
    "look-alikes": [
        (look_alikes("None"), "Your function returns nothing"),
        (look_alikes("mean"), "One class number for each of the 4 classes"),
        (look_alikes("mean.argmax(axis=1)"), "Every class is most like itself"),
        (
            look_alikes("(mean - 99 * np.eye(len(mean))).argmax(axis=1)", scores="logits"),
            "You averaged the logits",
        ),
        (look_alikes("mean.argmin(axis=1)"), r"Here it is \[1 2 0 1\]"),
    ],
    "cohorts": [
        (cohorts("...", gain="..."), "`labelled` is not attempted yet"),
        (cohorts("np.zeros(10)", gain="..."), "`labelled` must be the cohort itself"),
        (cohorts("students(seeds=range(3))", gain="..."), r"`labelled` rests on 3 seed\(s\)"),
        (cohorts("students(alphas=[0, 0.9])", gain="..."), "it mixes several settings"),
        (cohorts("students(alphas=[0.9])"), "`labelled` learns from the teacher"),
        (cohorts("students(n_images=100)"), "`labelled` gets 50 images"),
        (cohorts(taught="students([0.9], n_images=500)"), "`taught` still learns from labels"),
        (cohorts(taught="students([1], 1, 500)"), "`taught` is trained at T = 4"),
        (cohorts(taught="students([1])"), "`taught` gets 500 images"),
        (cohorts(taught="students([1], 4, 500, range(1, 11))"), "the same seed make a pair"),
        (cohorts(gain="0.16"), "`gain` must be the interval"),
        (cohorts(gain="kdlab.paired_difference(b, a)"), "labelled minus taught"),
        (cohorts(gain="kdlab.unpaired_difference(a, b)"), "compare them pair by pair"),
        (cohorts(gain="kdlab.paired_difference(a, b, 0.9)"), "not the difference of these two"),
        (cohorts(taught="students([1], 4, 500, accuracy=0.7)"), "Did you change how they train"),
    ],
    "verdicts": [
        ("verdicts = 'helps'", "Keep the four letters"),
        ('verdicts = dict.fromkeys("ABCD", "yes")', "A: answer .* not 'yes'"),
    ],
}


def hand_in(task, answer):
    """Run an answer and then its tests, the hidden ones too."""
    names = list(CELLS)
    space = {"students": students}
    exec(CELLS["setup"].source, space)
    exec(answer, space)
    for name in names[names.index(task) + 1 :]:
        if not is_grade(CELLS[name]):
            break
        exec(CELLS[name].source, space)


@pytest.mark.filterwarnings("ignore:What was passed as logits", "ignore:overflow", "ignore:invalid")
@pytest.mark.parametrize(
    "task, answer, message",
    [(task, *mistake) for task, mistakes in MISTAKES.items() for mistake in mistakes],
)
def test_a_mistake_gets_its_own_message(task, answer, message):
    with pytest.raises(AssertionError, match=message):
        hand_in(task, answer)


def test_every_task_with_tests_is_covered_and_an_answer_without_training_passes():
    assert set(MISTAKES) == {name for name, cell in CELLS.items() if is_solution(cell)}
    hand_in("cohorts", cohorts())
    hand_in("look-alikes", look_alikes("(mean - np.eye(len(mean))).argmax(axis=1)"))
