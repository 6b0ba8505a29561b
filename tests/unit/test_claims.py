"""What the text of a lesson claims is checked in words."""

import numpy as np
import pytest

from kdlab.lessons import confirm


@pytest.mark.parametrize("holds", [True, np.bool_(True)])
def test_a_claim_that_holds(holds, capsys):
    confirm("Few are wrong.", holds)
    assert capsys.readouterr().out == "✓ Few are wrong.\n"


def test_a_claim_that_does_not_hold_stops_nothing(capsys):
    confirm("Few are wrong.", np.float64(3) < 2)
    assert capsys.readouterr().out == "✗ Not in this run: Few are wrong.\n"


@pytest.mark.parametrize("holds", [1, None, "yes", np.array([True, False])])
def test_only_true_and_false_are_answers(holds):
    with pytest.raises(ValueError, match="holds must be True or False"):
        confirm("Few are wrong.", holds)


@pytest.mark.parametrize("claim", ["", None, 3])
def test_a_claim_is_a_sentence(claim):
    with pytest.raises(ValueError, match="claim"):
        confirm(claim, True)
