"""Every exercise: the stub, the published solution, and each wrong answer that is expected."""

import numpy as np
import pytest
from scipy import stats

from kdlab import entropy, kl_divergence, log_softmax, softmax
from kdlab.exercises import lesson_00, lesson_01, lesson_02, lesson_03, lesson_04, lesson_05
from kdlab.exercises.exercise import Exercise

LESSONS = (lesson_00, lesson_01, lesson_02, lesson_03, lesson_04, lesson_05)
EXERCISES = [e for lesson in LESSONS for e in vars(lesson).values() if isinstance(e, Exercise)]
FUNCTIONS = [lesson_01.accuracy, lesson_02.softmax, lesson_02.kl, lesson_02.gradient,
             lesson_03.loss, lesson_03.stored, lesson_04.share, lesson_04.interval,
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
    for stub in ((), (...,), (None,)):
        assert verdict(exercise, *stub).startswith(f"… {exercise.name} not attempted yet")


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=name_of)
def test_a_function_still_a_stub_is_not_attempted_yet(exercise, verdict):
    for stub in (lambda *_: ..., lambda *_: None):
        assert verdict(exercise, stub).startswith(f"… {exercise.name} not attempted yet")


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


def unstable_softmax(z, t):
    return np.exp(z / t) / np.exp(z / t).sum()


def clipped(z):
    return np.exp(np.clip(z, -700, 700)) / np.exp(np.clip(z, -700, 700)).sum()


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (lesson_01.accuracy, lambda z, y: [np.mean(z.argmax(axis=1) == y)]),
        (lesson_02.kl, lambda p, q: np.sum(p * np.log(p / q), keepdims=True)),
        (lesson_03.stored, lambda model, x: model(x, training=False)),
        (lesson_03.stored, lambda model, x: model.predict(x, verbose=0)),
        (lesson_03.stored, lambda model, x: [row.tolist() for row in model(x).numpy()]),
        (lesson_03.verdict, "can't tell"),
        (lesson_03.verdict, "Can not tell."),
        (lesson_04.losses, {"E", "a", "B"}),
        (lesson_04.losses, "A, B, E"),
        (lesson_04.interval, lambda a, b: np.array(lesson_04.confidence_interval(a - b)[1:3])),
        (lesson_05.distils, ["c", "a"]),
        (lesson_05.rescue, lambda p, t: p ** (1 / t) / (p ** (1 / t)).sum(axis=1, keepdims=True)),
        (lesson_05.budget, " 64 units, distilled, 8 bits "),
    ],
)
def test_a_right_answer_may_be_put_in_another_way(exercise, answer, verdict):
    assert verdict(exercise, answer).startswith("✓")


def loss(soft_weight=None, soft=None, kl=kl_divergence, hard=None, hard_t=False, weights=None,
         reduce=np.mean):  # fmt: skip
    """Hinton's loss, with one thing wrong. `soft` and `hard` take student, teacher and T."""

    def answer(student, teacher, labels, t, alpha):
        a, b = weights(alpha) if weights else (alpha, 1 - alpha)
        surprise = -log_softmax(student, t if hard_t else 1)[np.arange(len(labels)), labels]
        surprise = hard(student, teacher, t) if hard else surprise
        apart = kl(softmax(teacher, t), softmax(student, t))
        apart = soft(student, teacher, t) if soft else apart
        scale = t**2 if soft_weight is None else soft_weight
        return a * scale * reduce(apart) + b * reduce(surprise)

    return answer


def cross_entropy(p, student, t=1):
    return -(p * log_softmax(student, t)).sum(axis=1)


def flat(logits):
    """Probabilities taken for logits. (Less 1, so that kdlab does not warn of them.)"""
    return softmax(logits) - 1


def stored(change):
    """What exercise 3.4 asks for, but for this change of the logits."""
    return lambda model, x: change(model(x, training=False).numpy())


def changing(change):
    """What exercise 3.4 asks for, but for this change of the teacher."""

    def answer(model, x):
        logits = model(x, training=False)
        change(model)
        return logits

    return answer


def a_cohort(**settings):
    """A cohort as exercise 3.2 asks for, but for these settings."""
    from kdlab import load_dataset, pretrained_teacher, train_cohort

    right = {"alphas": [0, 0.9], "n_images": [50], "balanced": True, "seeds": range(10), "steps": 2}
    return train_cohort(load_dataset(), pretrained_teacher().train_logits, **{**right, **settings})


def interval(factor=None, root=True, ddof=1):
    """The paired interval, with one thing wrong."""

    def answer(a, b):
        d = a - b
        t = stats.t.ppf(0.975, len(d) - 1) if factor is None else factor
        half = t * d.std(ddof=ddof) / (len(d) ** 0.5 if root else 1)
        return d.mean() - half, d.mean() + half

    return answer


def most_unsure_of():
    from kdlab import pretrained_teacher

    return pretrained_teacher("digits").test_logits


@pytest.mark.parametrize(
    ("exercise", "answer", "words"),
    [
        (lesson_00.temperature, 1, "go up"),
        (lesson_00.temperature, 50, "too far"),
        (lesson_00.temperature, 0, "above 0"),
        (lesson_00.temperature, "hot", "one number"),
        (lesson_00.role, "Teacher ", "The teacher is the large model"),
        (lesson_00.role, "both", 'Answer "teacher" or "student"'),
        (lesson_01.accuracy, lambda z, y: (z.argmax(1) == y).sum(), "how many are right"),
        (lesson_01.accuracy, lambda z, y: (z.argmax(1) != y).mean(), "share of errors"),
        (lesson_01.accuracy, lambda z, y: 100 * (z.argmax(1) == y).mean(), "not a percentage"),
        (lesson_01.accuracy, lambda z, y: (z.argmax(0) == y).mean(), "axis=1"),
        (lesson_01.accuracy, lambda z, y: 0.6, "Three of these four"),
        (lesson_01.accuracy, lambda z, y: 0.75, "small case only"),
        (lesson_01.most_unsure, lambda: entropy(softmax(most_unsure_of())).argmin(), "most sure"),
        (lesson_01.accuracy, lambda z, y: z.argmax(axis=1) == y, "take their mean"),
        (lesson_01.most_unsure, lambda: softmax(most_unsure_of()).max(axis=1).argmin(), "weakest"),
        (lesson_01.most_unsure, lambda: 540, "Positions go from 0 to 539"),
        (lesson_01.most_unsure, lambda: 7, "The entropy there is"),
        (lesson_01.most_unsure, lambda: entropy(softmax(most_unsure_of())), "one number"),
        (lesson_01.runner_up, 9, "comes first"),
        (lesson_01.runner_up, 0, "0 is second more rarely"),
        (lesson_01.runner_up, "nine", "Give one digit"),
        (lesson_02.softmax, lambda z, t: softmax(softmax(z) + 1, t), "divided the *probabilities*"),
        (lesson_02.softmax, lambda z, t: softmax(z) / t, "no longer sum to 1"),
        (lesson_02.softmax, lambda z, t: softmax(z * t), "multiplied by T"),
        (lesson_02.softmax, lambda z, t: softmax(z), "T is not used yet"),
        (lesson_02.softmax, lambda z, t: z / t, "the answer is"),
        (lesson_02.softmax, unstable_softmax, "overflows"),
        (lesson_02.three_classes, 0.5, "go up"),
        (lesson_02.three_classes, 100, "go down"),
        (lesson_02.three_classes, -2, "above 0"),
        (lesson_02.three_classes, "three", "one number"),
        (lesson_02.three_classes, 0.3, "on the *probabilities*"),
        (lesson_02.kl, lambda p, q: kl_divergence(q, p), "wrong way round"),
        (lesson_02.kl, lambda p, q: -np.sum(p * np.log(q)), "cross-entropy"),
        (lesson_02.kl, lambda p, q: -kl_divergence(p, q), "The sign"),
        (lesson_02.kl, lambda p, q: p * np.log(p / q), "sum over the classes"),
        (lesson_02.kl, lambda p, q: np.abs(p - q).sum(), "For these two it is"),
        (lesson_02.gradient, lambda s, t, T: (softmax(s, T) - softmax(t, T)) / T, "without T²"),
        (lesson_02.gradient, lambda s, t, T: softmax(s, T) - softmax(t, T), "factor is missing"),
        (lesson_02.gradient, lambda s, t, T: T * (softmax(t, T) - softmax(s, T)), "The sign"),
        (lesson_02.gradient, lambda s, t, T: T * (softmax(s) - softmax(t)), "take the temperature"),
        (lesson_02.gradient, lambda s, t, T: softmax(s) - softmax(t), "take the temperature"),
        (lesson_02.gradient, lambda s, t, T: T**2 * (softmax(s, T) - softmax(t, T)), "At T = 4 it"),
        (lesson_02.gradient, lambda s, t, T: T * (softmax(flat(s), T) - softmax(flat(t), T)),
         "on *probabilities*"),
        (lesson_03.loss, loss(soft_weight=1), "lacks its T²"),
        (lesson_03.loss, loss(weights=lambda a: (1 - a, a)), "swapped them"),
        (lesson_03.loss, loss(hard_t=True), "labels are learned at T = 1"),
        (lesson_03.loss, loss(kl=lambda p, q: kl_divergence(q, p)), "teacher comes first"),
        (lesson_03.loss, loss(reduce=np.sum), "Average over the examples"),
        (lesson_03.loss, loss(soft_weight=4), "Here the loss is"),
        (lesson_02.softmax, lambda z, t: clipped(z / t), "overflows"),
        (lesson_02.kl, lambda p, q: np.sum(p * np.log2(p / q)), "in bits"),
        (lesson_02.kl, lambda p, q: np.mean(p * np.log(p / q)), "the mean divides"),
        (lesson_02.gradient, lambda s, t, T: 4 * (softmax(s, T) - softmax(t, T)), "not at T = 2"),
        (lesson_03.loss, loss(kl=lambda p, q: -(p * np.log(q)).sum(axis=1)), "cross-entropy"),
        (lesson_03.loss, loss(hard=lambda s, z, t: cross_entropy(softmax(z), s)),
         "learns from the teacher's"),
        (lesson_03.loss, loss(hard=lambda s, z, t: cross_entropy(softmax(z, t), s)),
         "learns from the teacher's"),
        (lesson_03.loss, loss(hard=lambda s, z, t: cross_entropy(softmax(z, t), s, t)),
         "learns from the teacher's"),
        (lesson_03.loss, loss(hard=lambda s, z, t: kl_divergence(softmax(z), softmax(s))),
         "learns from the teacher's"),
        (lesson_03.loss,
         loss(soft=lambda s, z, t: kl_divergence(softmax(flat(z), t), softmax(flat(s), t))),
         "on *probabilities*"),
        (lesson_03.loss,
         loss(soft=lambda s, z, t: kl_divergence(softmax(flat(z), t), softmax(s, t))),
         "on *probabilities*"),
        (lesson_03.balanced, 0.06, "the cohort itself"),
        (lesson_03.balanced, lambda: a_cohort(balanced=False), "balanced=True"),
        (lesson_03.balanced, lambda: a_cohort(n_images=[100]), "n_images=[50]"),
        (lesson_03.balanced, lambda: a_cohort(alphas=[0.9]), "alphas=[0, 0.9]"),
        (lesson_03.balanced, lambda: a_cohort(temperatures=[1]), "temperatures=[4]"),
        (lesson_03.balanced, lambda: a_cohort(seeds=range(5)), "5 seed(s)"),
        (lesson_03.balanced, lambda: a_cohort(steps=1), "not clear of 0"),
        (lesson_03.verdict, "helps", "reaches below it"),
        (lesson_03.verdict, " Hurts", "lies mostly above"),
        (lesson_03.verdict, "perhaps", "cannot tell"),
        (lesson_03.stored, lambda model, x: model(x, training=True), "dropout is on"),
        (lesson_03.stored, stored(softmax), "Those are probabilities"),
        (lesson_03.stored, stored(lambda z: softmax(z, 4)), "Those are probabilities"),
        (lesson_03.stored, stored(lambda z: z / 4), "divided by 4"),
        (lesson_03.stored, stored(lambda z: -z), "For the first image"),
        (lesson_03.stored, stored(lambda z: z.argmax(axis=1)), "Those are classes"),
        (lesson_03.stored, stored(lambda z: np.eye(5)[z.argmax(axis=1)]), "the teacher's labels"),
        (lesson_03.stored, stored(lambda z: z[:1]), "one row per image"),
        (lesson_03.stored, changing(lambda model: model(np.ones((2, 4, 4, 1)), training=True)),
         "changes the teacher"),
        (lesson_03.stored, changing(lambda model: setattr(model, "trainable", False)),
         "changes the teacher"),
        (lesson_04.losses, "ABCE", "lacks its T²"),
        (lesson_04.losses, "AD", "on the teacher's probabilities"),
        (lesson_04.losses, "ABEF", "arguments swapped"),
        (lesson_04.losses, "ABEG", "squared error"),
        (lesson_04.losses, "AE", "B is a cross-entropy"),
        (lesson_04.losses, "AB", "E is the divergence written out"),
        (lesson_04.losses, "BE", "A is the formula of lesson 03"),
        (lesson_04.losses, 3, "Give the letters"),
        (lesson_04.losses, "AX", 'called "A" to "G"'),
        (lesson_04.share, lambda a, b: (a > b).mean(), "runs of the same seed only"),
        (lesson_04.share, lambda a, b: (a[:, None] >= b).mean(), "A tie is not a win"),
        (lesson_04.share, lambda a, b: 0.5 * ((a[:, None] >= b) * 1.0 + (a[:, None] > b)).mean(),
         "Half a point for a tie"),
        (lesson_04.share, lambda a, b: (a[:, None] <= b).mean(), "how often it is *not* ahead"),
        (lesson_04.share, lambda a, b: 100 * (a[:, None] > b).mean(), "not a percentage"),
        (lesson_04.share, lambda a, b: (a[:, None] > b).sum(), "That is a count"),
        (lesson_04.share, lambda a, b: a[:, None] > b, "several numbers"),
        (lesson_04.share, lambda a, b: 0.123, "Here it is"),
        (lesson_04.interval, interval(factor=1.96), "1.96 is for many runs"),
        (lesson_04.interval, interval(root=False), "how far single runs spread"),
        (lesson_04.interval, interval(factor=1, root=False), "how far single runs spread"),
        (lesson_04.interval, interval(factor=1), "One standard error either side"),
        (lesson_04.interval, interval(ddof=0), "n - 1, not by n"),
        (lesson_04.interval, lambda a, b: lesson_04.unpaired_difference(a, b)[1:3], "*not* paired"),
        (lesson_04.interval, lambda a, b: interval()(a, b)[::-1], "lower end comes first"),
        (lesson_04.interval, lambda a, b: interval()(b, a), "Here it is"),
        (lesson_04.interval, lambda a, b: (a - b).mean(), "Return two numbers"),
        (lesson_05.distils, "ABC", "nothing of the teacher reaches"),
        (lesson_05.distils, "ACD", "copies weights"),
        (lesson_05.distils, "C", "distillation at T = 1"),
        (lesson_05.distils, "A", "the whole of the soft loss"),
        (lesson_05.distils, "E", 'called "A" to "D"'),
        (lesson_05.distils, 3, "Give the letters"),
        (lesson_05.rescue, lambda p, t: np.exp(p / t) / np.exp(p / t).sum(1, keepdims=True),
         "the article's mistake"),
        (lesson_05.rescue, lambda p, t: p / t, "no longer add up"),
        (lesson_05.rescue, lambda p, t: p, "T has no effect"),
        (lesson_05.rescue, lambda p, t: np.log(p) / t, "Turn them into probabilities"),
        (lesson_05.rescue, lambda p, t: softmax(np.log(p) * t), "That sharpens"),
        (lesson_05.rescue, lambda p, t: p ** (1 / t), "add up to 1"),
        (lesson_05.rescue, lambda p, t: p**t / (p**t).sum(1, keepdims=True), "T-th root"),
        (lesson_05.rescue, lambda p, t: softmax(np.log(p).T, t).T, "the last axis"),
        (lesson_05.rescue, lambda p, t: softmax(np.log(p), t / 2), "yours are"),
        (lesson_05.rescue, lambda p, t: softmax(np.log(p), t)[0], "Return the shape"),
        (lesson_05.rescue, lambda p, t: softmax(np.log(p), t), "minus infinity"),
        (lesson_05.rescue, lambda p, t: np.exp((z := np.log(p)) / t - z.min() / t)
         / np.exp(z / t - z.min() / t).sum(1, keepdims=True), "minus infinity"),
        (lesson_05.budget, "16 units, labels alone", "the same student distilled"),
        (lesson_05.budget, "16 units, distilled", "more units would fit"),
        (lesson_05.budget, "64 units, labels alone, 78 % pruned", "sort the board"),
        (lesson_05.budget, "64 units, distilled, 78 % pruned", "sort the board"),
        (lesson_05.budget, "64 units, labels alone, 8 bits", "who taught it"),
        (lesson_05.budget, "16 units, distilled, 8 bits", "The smallest"),
        (lesson_05.budget, "64 units, labels alone", "over the budget"),
        (lesson_05.budget, "64 units, distilled", "over the budget"),
        (lesson_05.budget, "128 units", "no model of that name"),
        (lesson_05.budget, 6000, "in quotes"),
    ],
)  # fmt: skip
def test_each_expected_mistake_has_an_answer_of_its_own(exercise, answer, words, verdict):
    computed = exercise in (lesson_01.most_unsure, lesson_03.balanced) and callable(answer)
    said = verdict(exercise, answer() if computed else answer)
    assert said.startswith(f"✗ {exercise.name} not yet.")
    assert words in said
