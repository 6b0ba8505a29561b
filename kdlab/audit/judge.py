"""Judging a loss: the verdict on each law, from what was measured and recognised."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

import kdlab.audit.mistakes as known
from kdlab import _checks
from kdlab.audit.measure import Loss, draw_probes, expect, measure, measure_all
from kdlab.audit.recognise import SAME, Match, compare, recognise
from kdlab.audit.report import (
    GRADIENT,
    LAWS,
    NEVER_NEGATIVE,
    ON_LOGITS,
    ORDER,
    SHIFT,
    STEADY,
    ZERO,
    Audit,
    Law,
    Mistake,
)
from kdlab.audit.suspects import right_loss

_EXACT = 0.01  # factors closer than this are the same
_LEAST_WEIGHT = 0.1  # of the soft loss; nobody gives it less on purpose
_ROUND_WEIGHTS = np.arange(2, 20) / 20
_TEMPERATURES = (1.0, 2.0, 5.0, 10.0, 20.0)  # where a loss that takes `temperature` is evaluated
_OF_A_POWER = {-2: known.T2_MISSING, -1: known.T_ONCE, 2: known.T2_TWICE}  # in front of T (q - p)

_OF_ANOTHER = "cannot tell: the gradient is that of another loss"
_HOW_TO_TELL = "let it take `temperature` to tell"


def audit_loss(loss_fn: Callable, temperature: float, *, seed: int = 0) -> Audit:
    """Find out which laws of knowledge distillation a loss keeps, and name its mistakes.

    The loss is called with small random logits, a few hundred times. It may be kdlab's,
    Keras's `keras.distillation.LogitsDistillation(...).compute_loss`, that of a tutorial, or one in
    PyTorch, as `lambda t, s: loss(torch.from_numpy(s), torch.from_numpy(t))`.

    Args:
        loss_fn: called as `loss_fn(teacher_logits, student_logits)` with float32 arrays
            `(n, classes)` of several sizes; returns the loss of the batch, or one loss per example
            `(n,)`, of which the mean counts. The soft loss alone, without a part for the labels.
            If it takes an argument named `temperature`, that is passed too, and growth with T is
            measured rather than guessed.
        temperature: the T that the loss is meant to apply, a finite number above 0.
        seed: decides the random logits; any will do.

    Returns:
        An `Audit`: `laws`, `mistakes`, `is_distillation`.

    Raises:
        ValueError: the temperature is not a finite number above 0; or `loss_fn` cannot be called,
            raises, or returns something else than finite losses, the same ones each time.

    Example:
        >>> def forgot_t2(teacher_logits, student_logits, temperature):
        ...     p = softmax(teacher_logits, temperature)
        ...     q = softmax(student_logits, temperature)
        ...     return kl_divergence(p, q).mean()
        >>> from kdlab import kl_divergence, softmax
        >>> print(audit_loss(forgot_t2, temperature=4.0).headline)
        ✗ not yet knowledge distillation at T = 4: T² missing
        >>> def right(teacher_logits, student_logits, temperature):
        ...     return temperature**2 * forgot_t2(teacher_logits, student_logits, temperature)
        >>> print(audit_loss(right, temperature=4.0))
        ✓ knowledge distillation at T = 4
          ✓ no gradient at equal logits         0 % of its size elsewhere
          ✓ blind to a shift of all logits      the loss stays the same
          ✓ never negative                      a divergence: 0 where the two agree
          ✓ gradient T (q - p), up to a weight  T (q - p)
          ✓ T² keeps the gradient level         T (q - p) all the way from T = 1 to 20
          ✓ temperature on the logits of both   it divides the logits of teacher and student
          ✓ KL(p || q), in this order           the teacher weighs the terms
    """
    temperature = _checks.temperature(temperature)
    seed = _checks.seed(seed)
    loss = Loss(loss_fn)
    # NumPy's warnings about a loss are hidden: the audit says more clearly what is wrong.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _audit(loss, temperature, seed)


def _audit(loss: Loss, temperature: float, seed: int) -> Audit:
    probes = draw_probes(temperature, seed)
    values, again, agreed = (
        np.array([loss(p.teacher, student(p), temperature) for p in probes])
        for student in (lambda p: p.student, lambda p: p.student, lambda p: p.teacher)
    )
    if not np.allclose(again, values, rtol=1e-5, atol=0):
        raise ValueError(
            "loss_fn must return the same loss for the same logits, "
            f"got {values[0]:.6g}, then {again[0]:.6g}"
        )
    spread = np.abs(values - agreed).mean()  # how much the loss depends on the student
    measured = measure_all(loss, probes, temperature)

    found: dict[str, tuple[bool | None, str]] = {}  # the verdict and finding on each law
    match = None
    if not any(gradient.any() for gradient in measured):
        mistakes = [known.NO_STUDENT]
    else:
        found[ZERO] = _judge_zero(loss, probes[1], measured[1], temperature)
        found[SHIFT] = _judge_shift(loss, probes, values, spread, temperature)
        if _ignores_teacher(loss, probes[0], measured[0], temperature):
            mistakes = [known.NO_TEACHER]
        else:
            match = recognise(measured, probes, temperature)
            mistakes = [*match.mistakes, *_of_weight(match)] if match else [known.UNKNOWN]
    soft = match is not None and not match.mistakes
    if soft:
        found[GRADIENT] = _judge_gradient(match, mistakes, temperature)
        found[ORDER] = True, "the teacher weighs the terms"
        if loss.takes_temperature:
            mistakes += _judge_elsewhere(loss, match, temperature, seed, found)
        else:
            mistakes += _judge_here(match, temperature, found)
    elif mistakes == [known.UNKNOWN]:
        distance, _ = compare(measured, [expect(right_loss, p, temperature) for p in probes])
        found[GRADIENT] = False, f"{_percent(distance)} of it points elsewhere"
    else:
        found[GRADIENT] = False, "that of another loss"
    found[NEVER_NEGATIVE] = _judge_sign(
        loss, probes, agreed, spread, match if soft else None, temperature
    )
    for mistake in mistakes:
        if mistake.breaks and found.get(mistake.breaks, (True,))[0] is not False:
            found[mistake.breaks] = False, mistake.name
    laws = [Law(name, *found.get(name, (None, _OF_ANOTHER))) for name in LAWS]
    return Audit(temperature, tuple(laws), tuple(mistakes))


def _judge_zero(loss, probe, measured, temperature) -> tuple[bool, str]:
    probe = probe._replace(student=probe.teacher)
    wide = measure(loss, probe, temperature)
    half = measure(loss, probe._replace(step=probe.step / 2), temperature)
    # Richardson's extrapolation: here is no suspect, blurred in the same way, to compare with.
    there = (4 * half - wide) / 3
    share = np.linalg.norm(there) / max(np.linalg.norm(measured), np.finfo(float).tiny)
    return bool(share < SAME), f"{_percent(share)} of its size elsewhere"


def _judge_shift(loss, probes, values, spread, temperature) -> tuple[bool, str]:
    changes = {"teacher": 0.0, "student": 0.0}
    for probe, value in zip(probes, values, strict=True):
        # Another constant for each example: up, down or none.
        sign = np.arange(len(probe.student), dtype=np.float32)[:, None] % 3 - 1
        for side in changes:
            moved = probe._replace(**{side: getattr(probe, side) + 8 * probe.step * sign})
            change = abs(loss(moved.teacher, moved.student, temperature) - value)
            changes[side] = max(changes[side], change / spread)
    broken = [side for side, change in changes.items() if change > SAME]
    if not broken:
        return True, "the loss stays the same"
    sides = "either side" if len(broken) > 1 else f"the {broken[0]}"
    return False, f"a constant added to {sides}'s logits changes the loss"


def _ignores_teacher(loss, probe, measured, temperature) -> bool:
    other = measure(loss, probe._replace(teacher=-probe.teacher), temperature)
    return bool(np.abs(other - measured).max() < 1e-3 * np.abs(measured).max())


def _judge_sign(loss, probes, agreed, spread, match, temperature) -> tuple[bool, str]:
    """Never negative; and whether a right loss is a divergence or a cross-entropy."""
    if loss.lowest < -1e-3 * spread:
        return False, f"it goes down to {loss.lowest:.2g}"
    if match is None or match.weight is None:
        return True, "nothing below 0 was seen"
    if np.abs(agreed).max() < SAME * spread:
        return True, "a divergence: 0 where the two agree"
    teachers = [probe.teacher.astype(np.float64) for probe in probes]
    entropies = [
        match.factor(probe) * right_loss(teacher, teacher, temperature) / len(teacher)
        for probe, teacher in zip(probes, teachers, strict=True)
    ]
    if np.allclose(agreed, entropies, rtol=SAME):
        return True, "a cross-entropy: its minimum is the teacher's entropy, not 0"
    return True, "above 0, even where the two agree"


def _of_weight(match: Match) -> list[Mistake]:
    """What is wrong with the factor in front, T aside."""
    if match.weight is None:
        return [] if match.mistakes else [known.ODD_WEIGHT]
    # A squared error is mostly averaged over the classes, and is another loss anyway.
    squared = {known.MSE_LOGITS, known.MSE_PROBABILITIES} & set(match.mistakes)
    all_of_them = {
        known.REVERSED: match.weight < 0,
        known.MEAN_OF_ELEMENTS: match.classes < 0 and not squared,
        known.DIVIDED_TWICE: match.examples < 0,
        known.SUM: match.examples > 0,
    }
    return [mistake for mistake, made in all_of_them.items() if made]


def _judge_gradient(match, mistakes, temperature) -> tuple[bool, str]:
    """The law of the gradient, where its direction is right."""
    if match.weight is None:
        return False, "along q - p, but its size changes with the batch"
    divided = " / classes" if match.classes else ""
    summed = ", summed over the batch" if match.examples > 0 else ""
    right = not any(mistake.breaks == GRADIENT for mistake in mistakes)
    return right, _multiple(match.weight, temperature) + divided + summed


def _judge_here(match, temperature, found) -> list[Mistake]:
    """The laws about T, as far as the one temperature can tell."""
    at_1 = _near(temperature, 1)
    found[ON_LOGITS] = (
        (None, "cannot tell at T = 1, where dividing by T changes nothing")
        if at_1
        else (True, "it divides the logits of teacher and student")
    )
    if match.weight is None:
        found[STEADY] = None, "cannot tell: the weight is not constant"
        return []
    holds, mistake, finding = _judge_weight(abs(match.weight), temperature)
    found[STEADY] = holds, finding
    return [mistake] if mistake else []


def _judge_elsewhere(loss, match, temperature, seed, found) -> list[Mistake]:
    """The laws about T, measured at several temperatures."""
    weights = {temperature: match.weight}
    for t in _TEMPERATURES:
        probes = draw_probes(t, seed)
        measured = measure_all(loss, probes, t)
        there = recognise(measured, probes, t)
        if there is None or there.mistakes:
            at = f"T (q - p) at T = {temperature:g}, but not at T = {t:g}"
            found[GRADIENT] = False, at
            found[STEADY] = None, _OF_ANOTHER
            fixed, _ = compare(measured, [expect(right_loss, p, temperature) for p in probes])
            if fixed < SAME:
                return [known.FIXED]
            return list(there.mistakes) if there else [known.UNKNOWN]
        weights[t] = there.weight
    found[ON_LOGITS] = True, "it divides the logits of teacher and student"
    if None in weights.values():
        found[STEADY] = None, "cannot tell: the weight is not constant"
        return []
    holds, mistake, finding = _judge_growth({t: abs(weights[t]) for t in sorted(weights)})
    found[STEADY] = holds, finding
    return [mistake] if mistake else []


def _near(a: float, b: float) -> bool:
    return abs(a / b - 1) < _EXACT


def _judge_weight(c: float, temperature: float) -> tuple[bool | None, Mistake | None, str]:
    """Whether T² is there, as far as one temperature can tell: see the package's docstring."""
    once, missing = 1 / temperature, 1 / temperature**2
    if _near(temperature, 1):
        return None, None, "cannot tell at T = 1, where T² is 1"
    if _near(c, 1):
        return True, None, "T² is there: without it this would be (q - p) / T"
    mistake = known.T_ONCE if _near(c, once) else known.T2_MISSING if _near(c, missing) else None
    if mistake and np.isclose(c, _ROUND_WEIGHTS, rtol=_EXACT, atol=0).any():
        return None, None, f"{mistake.name}, or T² and a weight of {c:.2g}; {_HOW_TO_TELL}"
    if mistake:
        return False, mistake, f"{mistake.name}: the gradient is {_multiple(c, temperature)}"
    if temperature > 1 and c < min((1 - _EXACT) * _LEAST_WEIGHT, missing):
        return False, known.T2_MISSING, f"T² missing, and a weight of {c / missing:.2g} besides"
    return None, None, f"T² and a weight of {c:.2g} would explain it; {_HOW_TO_TELL}"


def _judge_growth(c: dict[float, float]) -> tuple[bool, Mistake | None, str]:
    """Whether T² is there, from the weights `c` of `T (q - p)` at several temperatures."""
    log_t, log_c = np.log(list(c)), np.log(list(c.values()))
    low, high = min(c), max(c)
    ends = f"from T = {low:g} to {high:g}"
    if np.ptp(log_c) < 2 * SAME:
        return True, None, f"{_multiple(c[high], high)} all the way {ends}"
    slope, _ = np.polyfit(log_t, log_c, 1)
    power = round(slope)
    straight = np.abs(log_c - power * log_t - (log_c - power * log_t).mean()).max() < 2 * SAME
    mistake = _OF_A_POWER.get(power) if straight else None
    growth = c[high] / c[low]
    how = f"falls to {growth:.2g} of" if growth < 1 else f"grows {growth:.2g}-fold against"
    return False, mistake or known.OTHER_POWER, f"{ends} it {how} T (q - p)"


def _multiple(c: float, temperature: float) -> str:
    """`c T (q - p)`, as one would write it."""
    sign, c = ("-" if c < 0 else ""), abs(c)
    if _near(c, 1):
        return f"{sign}T (q - p)"
    if _near(c * temperature, 1):
        return f"{sign}(q - p)"
    if _near(c * temperature**2, 1):
        return f"{sign}(q - p) / T"
    return f"{sign}{c:.2g} T (q - p)"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
