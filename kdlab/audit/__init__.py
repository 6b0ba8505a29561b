"""A loss, audited: is it knowledge distillation, and if not, what is it? NumPy only.

Hardly any of the common mistakes in a distillation loss shows in an accuracy: the student still
learns, only from something else than the teacher's soft targets. They do show in the gradient.
With `p = softmax(teacher / T)` and `q = softmax(student / T)` it must be `T (q - p)` on each
student logit, give or take a constant weight, and every mistake leaves a fingerprint of its own
there. So the audit measures the gradient on random logits, and compares it with those of a table
of suspects, each a loss as it is written by mistake.

How it measures. A loss is only ever called, with float32 logits, and its value read: NumPy, Keras,
TensorFlow, JAX and PyTorch are all the same to it, and float32 is good enough. A derivative is a
central difference over a wide step, an eighth of the spread of the logits, so that rounding, some
1e-7 of the loss, costs a right loss less than 0.1 % of its gradient up to T = 100. So wide a step
blurs the derivative, but the suspects' are taken over the very same steps, and blurred alike.
Gradients that agree to 2 % of their size are the same, and of several suspects that do, the nearest
counts. (A gradient that does not belong to the value, cut by `stop_gradient` or written by hand,
cannot be seen this way.)

What one temperature can tell. A T² that is missing and a weight of `1 / T²` in front are the same
function, as long as T stays what it is. A loss that takes an argument named `temperature` is
therefore evaluated from T = 1 to 20, where a weight stays and a power of T grows. Of any other loss
only `c` is known, its gradient as a multiple of `T (q - p)`, and the verdict on T² is:

- `c = 1`: T² is there.
- `c = 1 / T²` or `1 / T`: T² is missing, or T stands in its place. Unless `c` is also a weight that
  people write (0.1, 0.15, 0.2 ... 0.95): 0.25 is either at T = 2 and T = 4, and the audit says so.
- `c` below 0.1, and below `1 / T²` at a T above 1: T² is missing, and there is a weight besides.
- any other `c`: cannot tell, T² with a weight of `c` would explain it.

What it cannot tell apart. At T = 1 all powers of T are 1, and a temperature in the wrong place
changes nothing. As T grows, some mistakes become one function: the divergence of
`softmax(probabilities / T)`, for one, tends to the squared error of the probabilities. Up to T = 20
all are told apart, in float32 too; from T = 50 on some are not.

Source of the formulas: Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network",
2015, section 2, https://arxiv.org/abs/1503.02531.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import NamedTuple

import numpy as np

from kdlab import _checks

_SAME = 0.02  # gradients closer than this share of their size are the same
_EXACT = 0.01  # factors closer than this are the same
_LEAST_WEIGHT = 0.1  # of the soft loss; nobody means to weigh it less
_ROUND_WEIGHTS = np.arange(2, 20) / 20
_TEMPERATURES = (1.0, 2.0, 5.0, 10.0, 20.0)  # where a loss that takes `temperature` is evaluated

# The laws, in the order in which they are reported.
_ZERO = "no gradient at equal logits"
_SHIFT = "blind to a shift of all logits"
_NEVER_NEGATIVE = "never negative"
_GRADIENT = "gradient T (q - p), up to a weight"
_STEADY = "T² keeps the gradient level"
_ON_LOGITS = "temperature on the logits of both"
_ORDER = "KL(p || q), in this order"
_LAWS = (_ZERO, _SHIFT, _NEVER_NEGATIVE, _GRADIENT, _STEADY, _ON_LOGITS, _ORDER)


@dataclass(frozen=True)
class Law:
    """One law of the soft loss, and whether a loss keeps it.

    Attributes:
        name: the law.
        holds: True, False, or None where the audit cannot tell.
        finding: one line on what was measured.
    """

    name: str
    holds: bool | None
    finding: str


@dataclass(frozen=True)
class Mistake:
    """Something that is wrong with a loss, or that should be known about it.

    Attributes:
        name: what people call it.
        explanation: what it does.
        remedy: what to write instead.
        breaks: the name of the law it breaks; empty for a remark, which breaks none.
    """

    name: str
    explanation: str
    remedy: str
    breaks: str = _GRADIENT


@dataclass(frozen=True, repr=False)
class Audit:
    """What `audit_loss` found. In a notebook it shows as a table, elsewhere it prints as one.

    Attributes:
        temperature: the T it was audited at.
        laws: a tuple of `Law`, each with its `name`, `holds` (True, False, or None for "cannot
            tell") and `finding`.
        mistakes: a tuple of `Mistake`, each with its `name`, `explanation` and `remedy`; empty for
            a loss that has none.

    Example:
        >>> import kdlab
        >>> def squared_error(teacher_logits, student_logits):
        ...     return np.mean((teacher_logits - student_logits) ** 2)
        >>> audit = kdlab.audit_loss(squared_error, temperature=4.0)
        >>> audit.is_distillation, [mistake.name for mistake in audit.mistakes]
        (False, ['squared error of logits'])
        >>> [law.name for law in audit.laws if law.holds is False]
        ['blind to a shift of all logits', 'gradient T (q - p), up to a weight']
    """

    temperature: float
    laws: tuple[Law, ...]
    mistakes: tuple[Mistake, ...]

    @property
    def is_distillation(self) -> bool:
        """Whether no law was found broken: soft targets at this temperature, and weighed right."""
        return all(law.holds is not False for law in self.laws)

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        names = " and ".join(mistake.name for mistake in self.mistakes)
        if not self.is_distillation:
            return f"✗ not yet knowledge distillation at T = {self.temperature:g}: {names}"
        unsure = any(law.holds is None for law in self.laws)
        return (
            f"✓ knowledge distillation at T = {self.temperature:g}"
            + (", as far as the audit can tell" if unsure else "")
            + (f"; mind: {names}" if names else "")
        )

    def __str__(self) -> str:
        width = max(len(law.name) for law in self.laws)
        lines = [self.headline]
        lines += [f"  {_SIGNS[law.holds]} {law.name:{width}}  {law.finding}" for law in self.laws]
        for mistake in self.mistakes:
            lines.append(f"{mistake.name}: {mistake.explanation} {mistake.remedy}")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="border-left: 4px solid {_COLOURS[law.holds]}; text-align: left">'
            f"{_SIGNS[law.holds]} {_WORDS[law.holds]}</td>"
            f'<th scope="row" style="text-align: left">{escape(law.name)}</th>'
            f'<td style="text-align: left">{escape(law.finding)}</td></tr>'
            for law in self.laws
        )
        head = "".join(
            f'<th scope="col" style="text-align: left">{title}</th>'
            for title in ("verdict", "law", "finding")
        )
        notes = "".join(
            f"<li><strong>{escape(mistake.name)}</strong>: "
            f"{escape(mistake.explanation)} {escape(mistake.remedy)}</li>"
            for mistake in self.mistakes
        )
        return (
            f'<table><caption style="text-align: left">{escape(self.headline)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
            + (f"<ul>{notes}</ul>" if notes else "")
        )


# A sign and a word besides the colour (Okabe and Ito's, which colour-blind readers can tell).
_SIGNS = {True: "✓", False: "✗", None: "?"}
_WORDS = {True: "holds", False: "broken", None: "cannot tell"}
_COLOURS = {True: "#009E73", False: "#D55E00", None: "#999999"}


def audit_loss(loss_fn: Callable, temperature: float, *, seed: int = 0) -> Audit:
    """Find out which laws of knowledge distillation a loss keeps, and name its mistakes.

    The loss is called with small random logits, a few hundred times. It may be anybody's: ours,
    Keras's `keras.distillation.LogitsDistillation(...).compute_loss`, a tutorial's, PyTorch's
    behind `lambda t, s: loss(torch.from_numpy(s), torch.from_numpy(t))`.

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
    loss = _Loss(loss_fn)
    # What NumPy has to say about a loss, the audit says better.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _audit(loss, temperature, seed)


# ---- measuring ----------------------------------------------------------------------------------


class _Loss:
    """`loss_fn`, called with care: what it returns is a number, or it is named as at fault."""

    def __init__(self, loss_fn):
        if not callable(loss_fn):
            raise ValueError(
                "loss_fn must be a function of teacher and student logits (or a method, such as "
                f"`loss.compute_loss`), got {loss_fn!r}"
            )
        self.loss_fn = loss_fn
        self.lowest = np.inf  # of all values seen
        try:
            parameter = inspect.signature(loss_fn).parameters.get("temperature")
        except (TypeError, ValueError):  # some functions written in C have no signature
            parameter = None
        # **anything takes a temperature as well, but to ignore it.
        self.takes_temperature = parameter is not None and parameter.kind in (
            parameter.KEYWORD_ONLY,
            parameter.POSITIONAL_OR_KEYWORD,
        )

    def __call__(self, teacher: np.ndarray, student: np.ndarray, temperature: float) -> float:
        n = len(student)
        on = f"on float32 arrays of shape {student.shape}"
        options = {"temperature": temperature} if self.takes_temperature else {}
        if options:
            on += f" at temperature={temperature:g}"
        try:  # copies, for a loss that works in place
            result = self.loss_fn(teacher.copy(), student.copy(), **options)
        except Exception as error:
            raise ValueError(
                "loss_fn must take teacher and student logits for any number of examples and "
                f"classes, but raised {type(error).__name__} {on}: {error}"
            ) from error
        try:
            if hasattr(result, "detach"):  # PyTorch
                result = result.detach().cpu()
            values = np.asarray(result)
            if values.dtype.kind in "OSU":  # None, text and the like: some would convert
                raise TypeError(f"not a number: {result!r}")
            values = values.astype(np.float64)
        except Exception as error:
            raise ValueError(
                f"loss_fn must return numbers, got {type(result).__name__} {on} ({error})"
            ) from error
        if values.size != 1 and values.shape != (n,):
            raise ValueError(
                f"loss_fn must return one loss, or one per example, {(n,)}; got shape "
                f"{values.shape} {on}. Sum over the classes."
            )
        if not np.isfinite(values).all():
            raise ValueError(
                f"loss_fn must return finite losses, got {values.tolist()} {on}. Does it take the "
                "logarithm of raw logits, or of a probability that has become 0?"
            )
        value = float(values.mean())
        self.lowest = min(self.lowest, value)
        return value


class _Probe(NamedTuple):
    """Random logits `(n, classes)` to try a loss on, and the step for its derivatives."""

    teacher: np.ndarray
    student: np.ndarray
    step: float


def _probes(temperature: float, seed: int) -> list[_Probe]:
    """Logits of three sizes: what depends on `n` or on the classes is no constant weight.

    Their spread follows T, but slowly above 1: divided by T they must not become all alike, nor
    undivided so large that a softmax leaves a 0. Below 1 it follows T all the way.
    """
    rng = np.random.default_rng(seed)
    spread = 2 * (temperature ** (1 / 3) if temperature > 1 else temperature)
    return [
        _Probe(*(spread * rng.normal(size=(2, *shape))).astype(np.float32), spread / 8)
        for shape in ((2, 4), (5, 4), (3, 6))
    ]


def _slopes(loss: Callable, probe: _Probe) -> np.ndarray:
    """The derivative of a loss by each student logit, as a central difference.

    `loss(teacher, students)` gets students `(2 n classes, n, classes)`, in each of which one logit
    is a step up or down, and returns their losses.
    """
    n, classes = probe.student.shape
    step = np.float32(probe.step) * np.eye(n * classes, dtype=np.float32).reshape(-1, n, classes)
    up, down = probe.student + step, probe.student - step
    values = np.asarray(loss(probe.teacher, np.concatenate([up, down])))
    # The steps as they came out in float32.
    taken = np.sum(up - down, axis=(1, 2), dtype=np.float64)
    return ((values[: n * classes] - values[n * classes :]) / taken).reshape(n, classes)


def _measure(loss: _Loss, probe: _Probe, temperature: float) -> np.ndarray:
    """The gradient of the audited loss, called once for each step."""

    def one_by_one(teacher, students):
        return [loss(teacher, student, temperature) for student in students]

    return _slopes(one_by_one, probe)


def _measure_all(loss: _Loss, probes: list[_Probe], temperature: float) -> list[np.ndarray]:
    return [_measure(loss, probe, temperature) for probe in probes]


def _expect(suspect: Callable, probe: _Probe, temperature: float) -> np.ndarray:
    """The gradient of a suspect, averaged over the examples."""

    def all_at_once(teacher, students):
        teacher, students = teacher.astype(np.float64), students.astype(np.float64)
        return suspect(teacher, students, temperature)

    return _slopes(all_at_once, probe) / len(probe.student)


# ---- the mistakes -------------------------------------------------------------------------------

_T2_MISSING = Mistake(
    "T² missing",
    "The gradient vanishes as 1 / T² at high temperatures, and with it the teacher's say against "
    "the labels.",
    "Multiply the soft loss by T**2.",
    _STEADY,
)
_T_ONCE = Mistake(
    "T once instead of T²",
    "The gradient still shrinks as 1 / T at high temperatures.",
    "Multiply the soft loss by T**2, not by T.",
    _STEADY,
)
_T2_TWICE = Mistake(
    "T² twice",
    "The gradient grows as T², and drowns that of the labels.",
    "Multiply by T**2 once: some losses, such as Keras's LogitsDistillation with a KLDivergence "
    "object, have done so already.",
    _STEADY,
)
_OTHER_POWER = Mistake(
    "another growth than T²",
    "The gradient does not stay level as the temperature grows.",
    "Multiply the soft loss by T**2 and by nothing else that depends on T.",
    _STEADY,
)
_FIXED = Mistake(
    "temperature argument not used",
    "The loss takes a temperature, but its softmaxes keep another.",
    "Look for a number in its code where the temperature should stand.",
    _ON_LOGITS,
)
_T_UNUSED = Mistake(
    "temperature not used",
    "Both softmaxes are those of T = 1, at which a good teacher says hardly more than the label. "
    "(Dividing the probabilities by T amounts to the same: it only scales the loss.)",
    "Divide the logits of both by T, before the softmax.",
    _ON_LOGITS,
)
_T_MULTIPLIED = Mistake(
    "logits multiplied by the temperature",
    "That sharpens the soft targets until they are labels.",
    "Divide the logits by T.",
    _ON_LOGITS,
)
_TEACHER_PROBABILITIES = Mistake(
    "temperature on the teacher's probabilities",
    "softmax(softmax(teacher) / T) is almost the same for every class: probabilities differ by at "
    "most 1, and little is left of that once it is divided.",
    "Take the teacher's logits: softmax(teacher / T). If it ends in a softmax, take it off.",
    _ON_LOGITS,
)
_STUDENT_PROBABILITIES = Mistake(
    "temperature on the student's probabilities",
    "softmax(softmax(student) / T) is almost the same for every class, so the student cannot "
    "reach the teacher's soft targets however it tries.",
    "Take the student's logits: softmax(student / T). If it ends in a softmax, take it off.",
    _ON_LOGITS,
)
_BOTH_PROBABILITIES = Mistake(
    "temperature on the probabilities of both",
    "softmax(softmax(logits) / T) is almost the same for every class: what the teacher knew is "
    "gone, and hardly a gradient is left.",
    "Take the logits of both: softmax(logits / T). If the models end in a softmax, take it off.",
    _ON_LOGITS,
)
_TEACHER_ALONE = Mistake(
    "temperature on the teacher alone",
    "The student at T = 1 is to match a distribution made at T, and learns to be unsure.",
    "Divide the student's logits by T too, while it is trained.",
    _ON_LOGITS,
)
_STUDENT_ALONE = Mistake(
    "temperature on the student alone",
    "The teacher's targets stay those of T = 1, all but labels: its dark knowledge stays hidden.",
    "Divide the teacher's logits by T too.",
    _ON_LOGITS,
)
_SWAPPED = Mistake(
    "arguments swapped: KL(q || p)",
    "The student weighs the terms instead of the teacher, and may leave out classes that the "
    "teacher finds possible.",
    "Let the teacher come first: p is softmax(teacher / T). (If your loss takes the student first, "
    "audit `lambda teacher, student: loss(student, teacher)`. PyTorch's kl_div(log_q, p) is "
    "KL(p || q).)",
    _ORDER,
)
_STUDENT_TWICE = Mistake(
    "a second softmax on the student",
    "A softmax of probabilities can never come near 0 or 1.",
    "A loss that applies the softmax itself (cross_entropy, from_logits=True) wants logits.",
)
_TEACHER_TWICE = Mistake(
    "a second softmax on the teacher",
    "A softmax of probabilities is almost the same for every class.",
    "Apply the softmax once, to the teacher's logits divided by T.",
)
_BOTH_TWICE = Mistake(
    "a second softmax on both",
    "A softmax of probabilities is almost the same for every class.",
    "Apply the softmax once, to logits divided by T.",
)
_RAW_BOTH = Mistake(
    "logits where probabilities belong",
    "What is computed on raw logits is no divergence: negative ones are clipped away or drive it "
    "below 0, and it is not least where the two agree.",
    "Apply the softmax first. In Keras 3.15 write LogitsDistillation(temperature=T, "
    "loss=keras.losses.KLDivergence()): its default, the text 'kl_divergence', skips the softmax.",
)
_RAW_TEACHER = Mistake(
    "the teacher's logits where probabilities belong",
    "They are neither positive nor sum to 1, so they pull the student's logits without an end.",
    "The targets are softmax(teacher / T); from_logits=True takes care of the student alone.",
)
_RAW_STUDENT = Mistake(
    "the student's logits where log-probabilities belong",
    "The gradient does not depend on the student, so its logits grow without an end.",
    "PyTorch's kl_div wants log_softmax(student / T, dim=-1) as its first argument.",
)
_NO_LOG = Mistake(
    "probabilities where log-probabilities belong",
    "Without its logarithm the loss is linear in the student's probabilities: it falls below 0, "
    "and is least where the student puts all on one class.",
    "PyTorch's kl_div wants log_softmax(student / T, dim=-1) as its first argument.",
)
_OVER_BATCH = Mistake(
    "softmax over the batch",
    "The examples of a batch compete with each other, where the classes should.",
    "Apply the softmax along the last axis: axis=-1, dim=-1.",
)
_HARD = Mistake(
    "the teacher's argmax as hard labels",
    "Only its first choice is left: this is training on labels that a teacher wrote (hard "
    "distillation), without any dark knowledge.",
    "The targets are softmax(teacher / T).",
)
_MSE_PROBABILITIES = Mistake(
    "squared error of probabilities",
    "Its gradient fades wherever the student is sure, right or wrong, and at high temperatures.",
    "Use the divergence of the two softmaxes. (The default of KD_Lib is this squared error.)",
)
_MSE_LOGITS = Mistake(
    "squared error of logits",
    "A method of its own (Ba and Caruana 2014), and what soft targets tend to as T goes to "
    "infinity. It knows no temperature, and minds a constant added to all logits.",
    "If you mean it, it is fine. For soft targets at T, use the divergence of the two softmaxes.",
)
_MEAN_OF_ELEMENTS = Mistake(
    "mean over all elements",
    "Dividing by examples × classes makes the soft loss as many times too small as there are "
    "classes.",
    "Sum over the classes, then average over the examples: PyTorch's reduction='batchmean'.",
)
_DIVIDED_TWICE = Mistake(
    "divided by the batch size twice",
    "The soft loss gets weaker as batches get larger.",
    "Take the mean over the examples once.",
)
_ODD_WEIGHT = Mistake(
    "a weight that depends on the batch",
    "The gradient points the right way, but its size changes with the examples or the classes.",
    "Sum over the classes, then average over the examples.",
)
_REVERSED = Mistake(
    "sign reversed",
    "The loss falls as the student moves away from the teacher.",
    "A cross-entropy is -sum(p * log(q)), with a minus; in a divergence it is log(p) - log(q).",
)
_NO_TEACHER = Mistake(
    "teacher ignored",
    "The gradient is the same whatever the teacher says.",
    "Look for the teacher's logits in your loss: are they used at all?",
)
_NO_STUDENT = Mistake(
    "student ignored",
    "The loss is the same whatever the student says: there is nothing to learn from.",
    "Look for the student's logits in your loss: are they used, and not rounded to a class?",
)
_UNKNOWN = Mistake(
    "not recognised",
    "The gradient is not T (q - p), nor that of a mistake this audit knows.",
    "Compare your loss with T**2 * sum(p * (log(p) - log(q))), step by step. (A part for the "
    "labels does not belong here: audit the soft loss alone.)",
)
_SUM = Mistake(
    "sum over the batch",
    "Right in itself, but the gradient grows with the batch, and the best learning rate depends "
    "on its size.",
    "Average over the examples, unless you mean it.",
    "",  # a remark
)


# ---- the suspects -------------------------------------------------------------------------------
# Losses as they are written by mistake: each takes logits `(..., n, classes)` and T, and returns
# the sum over the batch `(...)`, up to a factor and to what does not depend on the student.


def _log_softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def _softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    return np.exp(_log_softmax(z, axis))


def _total(terms: np.ndarray) -> np.ndarray:
    return terms.sum(axis=(-2, -1))


def _cross_entropy(target, log_prediction, t, s, temperature):
    """`-sum target(teacher) * log_prediction(student)`: the form of most of them."""
    return -_total(target(t, temperature) * log_prediction(s, temperature))


def _argmax(t, _):
    return np.eye(t.shape[-1])[t.argmax(axis=-1)]


def _clipped(z, temperature):
    return np.clip(z / temperature, 1e-7, 1)  # as Keras does, with its epsilon


def _share_of_sum(s, temperature):
    """The logarithm of each logit's share of their sum: Keras's cross-entropy without logits."""
    return np.log(np.clip(s / s.sum(axis=-1, keepdims=True), 1e-7, 1 - 1e-7))


def _soft(t, s, temperature):
    """What is right: cross-entropy times T², with the gradient `T (q - p)`."""
    return temperature**2 * _cross_entropy(_TARGETS["T"], _LOGS["T"], t, s, temperature)


def _reverse_divergence(t, s, temperature):
    log_p, log_q = _log_softmax(t / temperature), _log_softmax(s / temperature)
    return _total(np.exp(log_q) * (log_q - log_p))


def _reverse_cross_entropy(t, s, temperature):
    return -_total(_softmax(s / temperature) * _log_softmax(t / temperature))


def _at_1(loss):
    return lambda t, s, temperature: loss(t, s, 1.0)


def _squared_error(of):
    return lambda t, s, temperature: _total((of(t, temperature) - of(s, temperature)) ** 2)


_TARGETS = {
    "T": lambda t, temperature: _softmax(t / temperature),
    "1": lambda t, temperature: _softmax(t),
    "times T": lambda t, temperature: _softmax(t * temperature),
    "twice": lambda t, temperature: _softmax(_softmax(t / temperature)),
    "probabilities": lambda t, temperature: _softmax(_softmax(t) / temperature),
    "raw": lambda t, temperature: t / temperature,
    "over batch": lambda t, temperature: _softmax(t / temperature, axis=-2),
    "argmax": _argmax,
}
_LOGS = {
    "T": lambda s, temperature: _log_softmax(s / temperature),
    "1": lambda s, temperature: _log_softmax(s),
    "times T": lambda s, temperature: _log_softmax(s * temperature),
    "twice": lambda s, temperature: _log_softmax(_softmax(s / temperature)),
    "probabilities": lambda s, temperature: _log_softmax(_softmax(s) / temperature),
    "no log": lambda s, temperature: _softmax(s / temperature),
    "no log, 1": lambda s, temperature: _softmax(s),
    "raw": lambda s, temperature: s / temperature,
    "over batch": lambda s, temperature: _log_softmax(s / temperature, axis=-2),
    "share": _share_of_sum,
}


def _suspects() -> list[tuple[Callable, tuple[Mistake, ...]]]:
    """Each loss with the mistakes that make it; at T = 1 many are the same: the first counts."""
    crossed = {  # target, logarithm
        ("twice", "T"): (_TEACHER_TWICE,),
        ("T", "twice"): (_STUDENT_TWICE,),
        ("twice", "twice"): (_BOTH_TWICE,),
        ("probabilities", "T"): (_TEACHER_PROBABILITIES,),
        ("T", "probabilities"): (_STUDENT_PROBABILITIES,),
        ("probabilities", "probabilities"): (_BOTH_PROBABILITIES,),
        ("T", "1"): (_TEACHER_ALONE,),
        ("1", "T"): (_STUDENT_ALONE,),
        ("1", "1"): (_T_UNUSED,),
        ("probabilities", "1"): (_TEACHER_PROBABILITIES, _TEACHER_ALONE),
        ("times T", "times T"): (_T_MULTIPLIED,),
        ("argmax", "T"): (_HARD,),
        ("argmax", "1"): (_HARD,),
        ("raw", "T"): (_RAW_TEACHER,),
        ("raw", "1"): (_RAW_TEACHER,),
        ("raw", "share"): (_RAW_BOTH,),
        ("raw", "raw"): (_RAW_BOTH,),
        ("T", "raw"): (_RAW_STUDENT,),
        ("1", "raw"): (_RAW_STUDENT,),
        ("T", "no log"): (_NO_LOG,),
        ("1", "no log, 1"): (_NO_LOG, _T_UNUSED),
        ("over batch", "over batch"): (_OVER_BATCH,),
    }
    suspects = [
        (partial(_cross_entropy, _TARGETS[target], _LOGS[log]), mistakes)
        for (target, log), mistakes in crossed.items()
    ]
    suspects.append(
        (partial(_cross_entropy, _clipped, lambda s, T: np.log(_clipped(s, T))), (_RAW_BOTH,))
    )
    for reverse in (_reverse_divergence, _reverse_cross_entropy):
        suspects += [(reverse, (_SWAPPED,)), (_at_1(reverse), (_SWAPPED, _T_UNUSED))]
    for of in (_TARGETS["T"], _TARGETS["1"]):
        suspects.append((_squared_error(of), (_MSE_PROBABILITIES,)))
    suspects.append((_squared_error(_TARGETS["raw"]), (_MSE_LOGITS,)))
    return suspects


_SUSPECTS = _suspects()


# ---- comparing ----------------------------------------------------------------------------------


class _Match(NamedTuple):
    """A suspect with the audited loss's gradient, and what stands in front of it.

    Attributes:
        mistakes: those of the suspect, none if it is what is right.
        weight: the factor in front, the same for all probes; None if it depends on them in some
            other way than by a power of the examples and of the classes.
        examples, classes: those powers.
    """

    mistakes: tuple[Mistake, ...]
    weight: float | None
    examples: int
    classes: int

    def factor(self, probe: _Probe) -> float:
        n, classes = probe.student.shape
        return self.weight * n**self.examples * classes**self.classes


def _compare(measured, expected) -> tuple[float, np.ndarray]:
    """How far gradients are from multiples of the expected ones, and from which multiples.

    The first is a share of their size; the second has one factor per probe, NaN where the expected
    gradient is 0.
    """
    factors, off = [], 0.0
    for got, reference in zip(measured, expected, strict=True):
        own = np.sum(reference**2)
        factor = np.sum(got * reference) / own if own > 0 else 0.0
        factors.append(factor if own > 0 else np.nan)
        off += np.sum((got - factor * reference) ** 2)
    size = sum(np.sum(got**2) for got in measured)
    return float(np.sqrt(off / size)), np.array(factors)


def _recognise(measured, probes: list[_Probe], temperature: float) -> _Match | None:
    """The suspect that explains the measured gradients, or None."""
    close = []
    for suspect, mistakes in ((_soft, ()), *_SUSPECTS):
        expected = [_expect(suspect, probe, temperature) for probe in probes]
        distance, factors = _compare(measured, expected)
        if distance < _SAME:
            close.append((distance, mistakes, factors))
        if suspect is _soft and distance < _SAME / 10:
            break  # no other can be much closer
    if not close:
        return None
    nearest = min(distance for distance, _, _ in close)
    # Of those that are the same but for rounding, the first.
    _, mistakes, factors = next(one for one in close if one[0] <= 2 * nearest + 1e-6)
    return _Match(mistakes, *_weigh(factors, probes))


def _weigh(factors: np.ndarray, probes: list[_Probe]) -> tuple[float | None, int, int]:
    n, classes = np.array([probe.student.shape for probe in probes], dtype=float).T
    for powers in ((0, 0), (1, 0), (0, -1), (1, -1), (-1, 0), (-1, -1)):
        weights = factors / (n ** powers[0] * classes ** powers[1])
        weights = weights[~np.isnan(weights)]
        if np.ptp(weights) <= _SAME * abs(weights.mean()):
            return float(weights.mean()), *powers
    return None, 0, 0


def _near(a: float, b: float) -> bool:
    return abs(a / b - 1) < _EXACT


def _judge_weight(c: float, temperature: float) -> tuple[bool | None, Mistake | None, str]:
    """Whether T² is there, as far as one temperature can tell: see the top of this module."""
    once, missing = 1 / temperature, 1 / temperature**2
    if _near(temperature, 1):
        return None, None, "cannot tell at T = 1, where T² is 1"
    if _near(c, 1):
        return True, None, "T² is there: without it this would be (q - p) / T"
    mistake = _T_ONCE if _near(c, once) else _T2_MISSING if _near(c, missing) else None
    if mistake and np.isclose(c, _ROUND_WEIGHTS, rtol=_EXACT, atol=0).any():
        return None, None, f"{mistake.name}, or T² and a weight of {c:.2g}; {_HOW_TO_TELL}"
    if mistake:
        return False, mistake, f"{mistake.name}: the gradient is {_multiple(c, temperature)}"
    if temperature > 1 and c < min((1 - _EXACT) * _LEAST_WEIGHT, missing):
        return False, _T2_MISSING, f"T² missing, and a weight of {c / missing:.2g} besides"
    return None, None, f"T² and a weight of {c:.2g} would explain it; {_HOW_TO_TELL}"


_HOW_TO_TELL = "let it take `temperature` to tell"


def _judge_growth(c: dict[float, float]) -> tuple[bool, Mistake | None, str]:
    """Whether T² is there, from the weights `c` of `T (q - p)` at several temperatures."""
    log_t, log_c = np.log(list(c)), np.log(list(c.values()))
    low, high = min(c), max(c)
    ends = f"from T = {low:g} to {high:g}"
    if np.ptp(log_c) < 2 * _SAME:
        return True, None, f"{_multiple(c[high], high)} all the way {ends}"
    slope, _ = np.polyfit(log_t, log_c, 1)
    power = round(slope)
    straight = np.abs(log_c - power * log_t - (log_c - power * log_t).mean()).max() < 2 * _SAME
    mistake = {-2: _T2_MISSING, -1: _T_ONCE, 2: _T2_TWICE}.get(power) if straight else None
    growth = c[high] / c[low]
    how = f"falls to {growth:.2g} of" if growth < 1 else f"grows {growth:.2g}-fold against"
    return False, mistake or _OTHER_POWER, f"{ends} it {how} T (q - p)"


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


# ---- the audit ----------------------------------------------------------------------------------

_OF_ANOTHER = "cannot tell: the gradient is that of another loss"


def _audit(loss: _Loss, temperature: float, seed: int) -> Audit:
    probes = _probes(temperature, seed)
    values, again, agreed = (
        np.array([loss(p.teacher, student(p), temperature) for p in probes])
        for student in (lambda p: p.student, lambda p: p.student, lambda p: p.teacher)
    )
    if not np.allclose(again, values, rtol=1e-5, atol=0):
        raise ValueError(
            "loss_fn must return the same loss for the same logits, "
            f"got {values[0]:.6g}, then {again[0]:.6g}"
        )
    spread = np.abs(values - agreed).mean()  # how much the loss minds what the student says
    measured = _measure_all(loss, probes, temperature)

    found: dict[str, tuple[bool | None, str]] = {}  # the verdict and finding on each law
    match = None
    if not any(gradient.any() for gradient in measured):
        mistakes = [_NO_STUDENT]
    else:
        found[_ZERO] = _judge_zero(loss, probes[1], measured[1], temperature)
        found[_SHIFT] = _judge_shift(loss, probes, values, spread, temperature)
        if _ignores_teacher(loss, probes[0], measured[0], temperature):
            mistakes = [_NO_TEACHER]
        else:
            match = _recognise(measured, probes, temperature)
            mistakes = [*match.mistakes, *_of_weight(match)] if match else [_UNKNOWN]
    soft = match is not None and not match.mistakes
    if soft:
        found[_GRADIENT] = _judge_gradient(match, mistakes, temperature)
        found[_ORDER] = True, "the teacher weighs the terms"
        if loss.takes_temperature:
            mistakes += _judge_elsewhere(loss, match, temperature, seed, found)
        else:
            mistakes += _judge_here(match, temperature, found)
    elif mistakes == [_UNKNOWN]:
        distance, _ = _compare(measured, [_expect(_soft, p, temperature) for p in probes])
        found[_GRADIENT] = False, f"{_percent(distance)} of it points elsewhere"
    else:
        found[_GRADIENT] = False, "that of another loss"
    found[_NEVER_NEGATIVE] = _judge_sign(
        loss, probes, agreed, spread, match if soft else None, temperature
    )
    for mistake in mistakes:
        if mistake.breaks and found.get(mistake.breaks, (True,))[0] is not False:
            found[mistake.breaks] = False, mistake.name
    laws = [Law(name, *found.get(name, (None, _OF_ANOTHER))) for name in _LAWS]
    return Audit(temperature, tuple(laws), tuple(mistakes))


def _judge_zero(loss, probe, measured, temperature) -> tuple[bool, str]:
    probe = probe._replace(student=probe.teacher)
    wide = _measure(loss, probe, temperature)
    half = _measure(loss, probe._replace(step=probe.step / 2), temperature)
    # Richardson's extrapolation: no suspect stands beside it here, blurred alike.
    there = (4 * half - wide) / 3
    share = np.linalg.norm(there) / max(np.linalg.norm(measured), np.finfo(float).tiny)
    return bool(share < _SAME), f"{_percent(share)} of its size elsewhere"


def _judge_shift(loss, probes, values, spread, temperature) -> tuple[bool, str]:
    changes = {"teacher": 0.0, "student": 0.0}
    for probe, value in zip(probes, values, strict=True):
        # Another constant for each example: up, down or none.
        sign = np.arange(len(probe.student), dtype=np.float32)[:, None] % 3 - 1
        for side in changes:
            moved = probe._replace(**{side: getattr(probe, side) + 8 * probe.step * sign})
            change = abs(loss(moved.teacher, moved.student, temperature) - value)
            changes[side] = max(changes[side], change / spread)
    broken = [side for side, change in changes.items() if change > _SAME]
    if not broken:
        return True, "the loss stays the same"
    sides = "either side" if len(broken) > 1 else f"the {broken[0]}"
    return False, f"a constant added to {sides}'s logits changes the loss"


def _ignores_teacher(loss, probe, measured, temperature) -> bool:
    other = _measure(loss, probe._replace(teacher=-probe.teacher), temperature)
    return bool(np.abs(other - measured).max() < 1e-3 * np.abs(measured).max())


def _judge_sign(loss, probes, agreed, spread, match, temperature) -> tuple[bool, str]:
    """Never negative; and whether a right loss is a divergence or a cross-entropy."""
    if loss.lowest < -1e-3 * spread:
        return False, f"it goes down to {loss.lowest:.2g}"
    if match is None or match.weight is None:
        return True, "nothing below 0 was seen"
    if np.abs(agreed).max() < _SAME * spread:
        return True, "a divergence: 0 where the two agree"
    entropies = [
        match.factor(p) * _soft(*2 * (p.teacher.astype(np.float64),), temperature) / len(p.teacher)
        for p in probes
    ]
    if np.allclose(agreed, entropies, rtol=_SAME):
        return True, "a cross-entropy: at its least it is the teacher's entropy, not 0"
    return True, "above 0, even where the two agree"


def _of_weight(match: _Match) -> list[Mistake]:
    """What is wrong with the factor in front, T aside."""
    if match.weight is None:
        return [] if match.mistakes else [_ODD_WEIGHT]
    # A squared error is mostly averaged over the classes, and is another loss anyway.
    squared = {_MSE_LOGITS, _MSE_PROBABILITIES} & set(match.mistakes)
    all_of_them = {
        _REVERSED: match.weight < 0,
        _MEAN_OF_ELEMENTS: match.classes < 0 and not squared,
        _DIVIDED_TWICE: match.examples < 0,
        _SUM: match.examples > 0,
    }
    return [mistake for mistake, made in all_of_them.items() if made]


def _judge_gradient(match, mistakes, temperature) -> tuple[bool, str]:
    """The law of the gradient, where its direction is right."""
    if match.weight is None:
        return False, "along q - p, but its size changes with the batch"
    divided = " / classes" if match.classes else ""
    summed = ", summed over the batch" if match.examples > 0 else ""
    right = not any(mistake.breaks == _GRADIENT for mistake in mistakes)
    return right, _multiple(match.weight, temperature) + divided + summed


def _judge_here(match, temperature, found) -> list[Mistake]:
    """The laws about T, as far as the one temperature can tell."""
    at_1 = _near(temperature, 1)
    found[_ON_LOGITS] = (
        (None, "cannot tell at T = 1, where dividing by T changes nothing")
        if at_1
        else (True, "it divides the logits of teacher and student")
    )
    if match.weight is None:
        found[_STEADY] = None, "cannot tell: the weight is not constant"
        return []
    holds, mistake, finding = _judge_weight(abs(match.weight), temperature)
    found[_STEADY] = holds, finding
    return [mistake] if mistake else []


def _judge_elsewhere(loss, match, temperature, seed, found) -> list[Mistake]:
    """The laws about T, measured at several temperatures."""
    weights = {temperature: match.weight}
    for t in _TEMPERATURES:
        probes = _probes(t, seed)
        measured = _measure_all(loss, probes, t)
        there = _recognise(measured, probes, t)
        if there is None or there.mistakes:
            at = f"T (q - p) at T = {temperature:g}, but not at T = {t:g}"
            found[_GRADIENT] = False, at
            found[_STEADY] = None, _OF_ANOTHER
            fixed, _ = _compare(measured, [_expect(_soft, p, temperature) for p in probes])
            return [_FIXED] if fixed < _SAME else list(there.mistakes) if there else [_UNKNOWN]
        weights[t] = there.weight
    found[_ON_LOGITS] = True, "it divides the logits of teacher and student"
    if None in weights.values():
        found[_STEADY] = None, "cannot tell: the weight is not constant"
        return []
    holds, mistake, finding = _judge_growth({t: abs(weights[t]) for t in sorted(weights)})
    found[_STEADY] = holds, finding
    return [mistake] if mistake else []
