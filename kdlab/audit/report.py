"""What an audit says: the laws, the mistakes, and how they show as text and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

# The laws, in the order in which they are reported.
ZERO = "no gradient at equal logits"
SHIFT = "blind to a shift of all logits"
NEVER_NEGATIVE = "never negative"
GRADIENT = "gradient T (q - p), up to a weight"
STEADY = "T² keeps the gradient level"
ON_LOGITS = "temperature on the logits of both"
ORDER = "KL(p || q), in this order"
LAWS = (ZERO, SHIFT, NEVER_NEGATIVE, GRADIENT, STEADY, ON_LOGITS, ORDER)


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
    breaks: str = GRADIENT


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
        >>> import numpy as np
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
            + (f"; note: {names}" if names else "")
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
