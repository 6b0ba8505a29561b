"""What a lesson's text says of a result, checked in the run that shows it."""

from __future__ import annotations

from kdlab import _checks


def confirm(claim: str, holds) -> None:
    """Say whether this run bears out what the text says.

    A lesson is text that was written about one run, and is read beside another. So what it says of
    its results is checked each time, in a cell that is folded away.

    Args:
        claim: one sentence of the text, or what it comes to.
        holds: whether this run agrees.

    Raises:
        ValueError: `claim` is no text, or `holds` is neither true nor false.

    Example:
        >>> confirm("Seven is more than five.", 7 > 5)
        ✓ Seven is more than five.
        >>> confirm("Seven is more than nine.", 7 > 9)
        ✗ Not in this run: Seven is more than nine.
    """
    claim, holds = _checks.text(claim, "claim"), _checks.flag(holds, "holds")
    print(f"✓ {claim}" if holds else f"✗ Not in this run: {claim}")
