"""Every exercise: the stub, the published solution, and each wrong answer that is expected."""

import io
import re
import warnings
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

import exercise_slips
import exercise_slips_proof
import exercise_slips_training
import numpy as np
import pytest
from scipy import special, stats

import kdlab
from kdlab import kl_divergence, softmax
from kdlab.exercises import lesson_00, lesson_01, lesson_02, lesson_03, lesson_04, lesson_05
from kdlab.exercises.exercise import Exercise
from kdlab.soft_targets import distillation_loss

ROOT = Path(__file__).parents[2]
LESSONS = (lesson_00, lesson_01, lesson_02, lesson_03, lesson_04, lesson_05)
EXERCISES = [e for lesson in LESSONS for e in vars(lesson).values() if isinstance(e, Exercise)]
FUNCTIONS = [lesson_01.accuracy, lesson_02.softmax, lesson_02.gradient, lesson_03.loss,
             lesson_03.stored, lesson_04.share, lesson_04.interval,
             lesson_05.rescue]  # fmt: skip


def name_of(value):
    return value.name if isinstance(value, Exercise) else None


@pytest.fixture
def verdict(capsys):
    def check(exercise, *answer):
        exercise.check(*answer)
        return capsys.readouterr().out

    return check


def solution_of(exercise):
    names = {}
    exec(exercise.source, names)
    return names["answer"]


def test_each_lesson_has_two_to_four_exercises_with_names_of_their_own():
    names = [e.name for e in EXERCISES]
    assert len(set(names)) == len(names)
    for i in range(len(LESSONS)):
        assert 2 <= sum(name.startswith(f"{i}.") for name in names) <= 4


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_the_stub_is_not_attempted_yet(exercise, verdict):
    for stub in ((), (...,)):
        said = verdict(exercise, *stub)
        assert said.startswith(f"… {exercise.name} not attempted yet: replace the dots")


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=name_of)
def test_a_function_still_a_stub_is_not_attempted_yet(exercise, verdict):
    assert verdict(exercise, lambda *_: ...).startswith(f"… {exercise.name} not attempted yet")


def test_a_loss_as_it_came_is_not_attempted_yet(verdict):
    text = (ROOT / "lessons/03_distill_a_student.md").read_text("utf-8")
    [code] = re.findall(r"^def my_loss\(.*?(?=^ex\.loss\.check)", text, re.MULTILINE | re.DOTALL)
    names = {"np": np, "kdlab": kdlab}
    exec(code, names)
    said = verdict(lesson_03.loss, names["my_loss"])
    assert said.startswith("… 3.1 not attempted yet: this is the loss as it came.")


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_none_is_an_answer_that_printed_or_forgot_to_return(exercise, verdict):
    assert "Your answer is None" in verdict(exercise, None)
    if exercise in FUNCTIONS:
        assert "begin with `return`" in verdict(exercise, lambda *_: None)


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_the_published_solution_is_right(exercise, verdict):
    expected = f"✓ {exercise.name} right! {exercise.praise}\n"
    assert verdict(exercise, solution_of(exercise)) == expected


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=name_of)
def test_a_function_that_raises_is_reported(exercise, verdict):
    for answer in (lambda *_: 1 / 0, lambda: 3, lambda *_: "text"):
        said = verdict(exercise, answer)
        assert said.startswith(f"✗ {exercise.name} not yet.") and len(said.splitlines()) == 1
    assert "ZeroDivisionError: division by zero" in verdict(exercise, lambda *_: 1 / 0)
    assert "your function itself" in verdict(exercise, np.zeros(3))


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
@pytest.mark.parametrize(
    "answer", ["?", np.nan, np.inf, -1, 1e9, [], {}, object(), np.zeros((2, 2)), True, b"x"],
    ids=lambda answer: type(answer).__name__ + repr(answer)[:4].strip("<"),
)  # fmt: skip
def test_nonsense_is_answered_in_one_line(exercise, answer, verdict):
    said = verdict(exercise, answer)
    assert said.startswith(f"✗ {exercise.name} not yet.")
    assert len(said.splitlines()) <= 2


@pytest.mark.parametrize("exercise", EXERCISES, ids=name_of)
def test_hints_come_one_at_a_time_and_start_again(exercise, capsys):
    assert exercise.hints
    exercise._shown = 0
    for i in (*range(len(exercise.hints)), 0):
        exercise.hint()
        said = capsys.readouterr().out
        assert said.startswith(f"Hint {i + 1} of {len(exercise.hints)} for {exercise.name}: ")
        assert exercise.hints[i] in said
    exercise.solution()
    assert exercise.source in capsys.readouterr().out
    assert exercise.name in repr(exercise)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (lesson_00.temperature, "6,5"),
        (lesson_00.temperature, np.array([7])),
        (lesson_00.role, "The student."),
        (lesson_00.role, "STUDENT network"),
        (lesson_00.role, "my student"),
        (lesson_01.accuracy, lambda z, y: [np.mean(z.argmax(axis=1) == y)]),
        (lesson_01.accuracy, lambda z, y: sum(map(int.__eq__, z.argmax(1).tolist(), y.tolist()))
         / len(y)),
        (lesson_01.accuracy, lambda z, y: kdlab.accuracy(z, y)),
        (lesson_01.accuracy, lambda z, y: 1 - (softmax(z).argmax(axis=1) != y).mean()),
        (lesson_01.most_unsure, "100"),
        (lesson_01.most_unsure, np.array([100])),
        (lesson_01.most_unsure, 100.0),
        (lesson_01.runner_up, "5"),
        (lesson_01.runner_up, np.int64(5)),
        (lesson_02.softmax, softmax),
        (lesson_02.softmax, lambda z, t: special.softmax(z / t)),
        (lesson_02.softmax, lambda z, t: softmax(z, t).tolist()),
        (lesson_02.softmax, lambda z, t: softmax(z[None], t)),
        (lesson_02.three_classes, 3.3),
        (lesson_02.three_classes, "3.1"),
        (lesson_02.kl, (0.99, 0.001, 0.009)),
        (lesson_02.kl, np.array([[0.51, 0.001, 0.489]])),
        (lesson_02.kl, [0.9979, 0.002, 0.0001]),
        (lesson_02.gradient, lambda gradient, T: [T * g for g in gradient]),
        (lesson_02.gradient, lambda gradient, T: T**2 * (gradient / T)),
        (lesson_03.loss, lambda s, z, y, t, a: distillation_loss(s, z, y, t, a).total.mean()),
        (lesson_03.loss, lambda s, z, y, t, a: float(kdlab.DistillationLoss(t, a)(
            kdlab.pack_targets(y, z), s))),
        (lesson_03.stored, lambda model, x: model(x, training=False)),
        (lesson_03.stored, lambda model, x: model.predict(x, verbose=0)),
        (lesson_03.stored, lambda model, x: [row.tolist() for row in model(x).numpy()]),
        (lesson_03.verdict, "can't tell"),
        (lesson_03.verdict, "Can not tell."),
        (lesson_03.verdict, "We cannot tell!"),
        (lesson_04.losses, {"E", "a", "B"}),
        (lesson_04.losses, "A, B, E"),
        (lesson_04.losses, "A, B and E."),
        (lesson_04.share, lambda a, b: np.mean([x > y for x in a for y in b])),
        (lesson_04.share, lambda a, b: np.searchsorted(np.sort(b), a).mean() / len(b)),
        (lesson_04.interval, lambda a, b: np.array(lesson_04.confidence_interval(a - b)[1:3])),
        (lesson_04.interval, lambda a, b: stats.ttest_rel(a, b).confidence_interval(0.95)),
        (lesson_05.distils, ["c", "a"]),
        (lesson_05.rescue, lambda p, t: p ** (1 / t) / (p ** (1 / t)).sum(axis=1, keepdims=True)),
        (lesson_05.rescue, lambda p, t: softmax(kdlab.logits_from_probabilities(p), t)),
        (lesson_05.budget, " 64 units, distilled, 8 bits "),
        (lesson_05.budget, "64 units, 8 bits, Distilled"),
        (lesson_05.budget, "64 units distilled 8 bit"),
        (lesson_05.budget, "distilled, 64 units and 8-bit"),
    ],
)  # fmt: skip
def test_a_right_answer_may_be_put_in_another_way(exercise, answer, verdict):
    assert verdict(exercise, answer).startswith("✓")


# ---- wrong answers ------------------------------------------------------------------------------

TABLES = [exercise_slips.LESSON_00, exercise_slips.LESSON_01, exercise_slips.LESSON_02,
          exercise_slips_training.LESSON_03, exercise_slips_proof.LESSON_04,
          exercise_slips_proof.LESSON_05]  # fmt: skip
SLIPS = {exercise: slips for table in TABLES for exercise, slips in table.items()}


@cache
def reply(exercise, number: int) -> str:
    """What the exercise says to a slip. (`pytest -s -k reply_that_fits` prints all of them.)"""
    slip = SLIPS[exercise][number]
    later = isinstance(slip.answer, exercise_slips.Later)
    with redirect_stdout(io.StringIO()) as said, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what learners do
        exercise.check(slip.answer.make() if later else slip.answer)
    said = said.getvalue().removesuffix("\n")
    print(f"{' ' if slip.fits else '~'} {exercise.name} {slip.what}: {said}")
    return said


def test_every_exercise_is_answered_wrong_in_ten_ways_or_more():
    assert list(SLIPS) == EXERCISES
    assert {e.name: len(slips) for e, slips in SLIPS.items() if len(slips) < 10} == {}


def test_nine_of_ten_replies_fit():
    every = [slip.fits for slips in SLIPS.values() for slip in slips]
    assert sum(every) >= 0.9 * len(every)


@pytest.mark.parametrize("exercise", SLIPS, ids=name_of)
def test_each_slip_has_the_reply_that_fits(exercise):
    for i, slip in enumerate(SLIPS[exercise]):
        said = reply(exercise, i)
        assert said.startswith(f"✗ {exercise.name} not yet. "), slip.what
        assert len(said.splitlines()) == 1, slip.what
        assert slip.words in said, slip.what


@pytest.mark.parametrize("exercise", SLIPS, ids=name_of)
def test_no_slip_has_the_reply_to_another(exercise):
    for i, slip in enumerate(SLIPS[exercise]):
        others = {other.words for other in SLIPS[exercise]} - {slip.words}
        assert [words for words in others if words in reply(exercise, i)] == [], slip.what


NEUTRAL = {
    lesson_01.accuracy: (lambda rng, z, y: rng.random(), "a share of"),
    lesson_02.softmax: (lambda rng, z, t: rng.dirichlet(np.ones(len(z))), "and yours is ["),
    lesson_02.gradient: (lambda rng, g, t: rng.normal(size=len(g)), "it should begin with"),
    lesson_03.loss: (lambda rng, *_: rng.random(), "part alone counts"),
    lesson_03.stored: (lambda rng, model, x: rng.normal(size=(len(x), 5)), "For the first image"),
    lesson_04.share: (lambda rng, a, b: rng.random(), "comparisons here"),
    lesson_04.interval: (lambda rng, a, b: np.sort(rng.normal(size=2)), "Here it should be"),
    lesson_05.rescue: (lambda rng, p, t: rng.dirichlet(np.ones(3), size=2), "the soft targets at"),
}


@pytest.mark.parametrize("exercise", NEUTRAL, ids=name_of)
def test_an_answer_that_is_no_known_slip_gets_no_diagnosis(exercise, verdict):
    guess, words = NEUTRAL[exercise]
    for seed in range(10):

        def answer(*arguments, seed=seed):
            seen = sum(abs(np.sum(one)) for one in arguments if not callable(one))
            return guess(np.random.default_rng([seed, int(1e6 * seen)]), *arguments)

        assert words in verdict(exercise, answer)


def test_an_error_names_the_line_of_the_learners_own_code(verdict):
    source = "def my(z, T):\n    z = z / T\n    return np.ex(z)\n"
    names = {"np": np}
    exec(compile(source, "<cell>", "exec"), names)
    said = verdict(lesson_02.softmax, names["my"])
    assert "stopped in line 3: AttributeError: module 'numpy' has no attribute 'ex'" in said

    def of_numpy(logits, temperature):
        return np.concatenate(logits)  # the error comes up in NumPy, the line is this one

    assert ", `return np.concatenate(logits)  # the error" in verdict(lesson_02.softmax, of_numpy)


def test_the_distributions_that_a_student_may_have_are_told_apart(verdict):
    """Every answer to 2.3 on a grid: right exactly where KL(p || q) is above 1."""
    p = np.array([0.70, 0.28, 0.02])
    for first in np.arange(0.02, 0.99, 0.04):
        for second in np.geomspace(1e-4, 0.999 - first, 12):
            q = np.array([first, second, 1 - first - second])
            said = verdict(lesson_02.kl, q)
            right = q.argmax() == 0 and kl_divergence(p, q) > 1
            assert said.startswith("✓" if right else "✗"), q
