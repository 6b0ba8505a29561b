"""The questions that a `CohortResult` answers, and those that it refuses."""

from pathlib import Path

import numpy as np
import pytest
from cohorts import a_result, require_same
from scipy import stats

from kdlab import confidence_interval


@pytest.fixture(scope="module")
def mixed():
    """36 students."""
    return a_result()


def test_select_takes_the_students_with_these_settings(mixed):
    some = mixed.select(alpha=0.3, n_images=50)
    where = (mixed.alpha == 0.3) & (mixed.n_images == 50)
    require_same(some, mixed._take(np.flatnonzero(where)))
    require_same(mixed.select(), mixed)
    require_same(mixed.select(left_out=()), mixed)


def test_interval_and_summary_are_those_of_the_accuracies(mixed):
    which = dict(alpha=1, temperature=4, n_images=50)
    values = mixed.select(**which).test_accuracy
    assert mixed.interval(0.9, **which) == confidence_interval(values, 0.9)
    rows = mixed.summary(0.9)
    assert len(rows) == 12
    mine = [row for row in rows if all(row[key] == value for key, value in which.items())]
    assert [row["accuracy"] for row in mine] == [confidence_interval(values, 0.9)]
    assert mine[0]["left_out"] == () and mine[0]["accuracy"].n == 3


def test_difference_is_paired_by_seed(mixed):
    a, b = (dict(alpha=v, temperature=4, n_images=50) for v in (1, 0.3))
    expected = stats.ttest_rel(mixed.select(**a).test_accuracy, mixed.select(**b).test_accuracy)
    interval = mixed.difference(a, b, 0.9)
    np.testing.assert_allclose(interval[1:3], expected.confidence_interval(0.9))
    assert interval.n == 3 and mixed.difference(b, a, 0.9).mean == -interval.mean


def test_an_interval_counts_no_seed_twice(mixed):
    """Students that share a seed are not independent: as many, they would narrow the interval."""
    with pytest.raises(ValueError, match="one student per seed"):
        mixed.difference(dict(alpha=1), dict(alpha=0.3))
    with pytest.raises(ValueError, match="one student per seed"):
        mixed.interval(alpha=1, n_images=50)
    # The same student listed under several temperatures is one student.
    hard = a_result(alphas=(0, 1), sizes=(1257,))
    assert hard.interval(alpha=0) == hard.interval(alpha=0, temperature=4)
    gain = hard.difference(dict(alpha=1, temperature=4), dict(alpha=0))
    assert gain == hard.difference(dict(alpha=1, temperature=4), dict(alpha=0, temperature=4))
    assert gain.n == 3


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda c: c.select(temp=4), "settings must be among temperature, alpha.*got 'temp'"),
        (lambda c: c.select(temperature=5), "no student of this cohort has"),
        (lambda c: c.select(alpha=None), "alpha must be one number, got None"),
        (lambda c: c.select(seed=[0, 1]), r"seed must be one number, got \[0, 1\]"),
        (lambda c: c.select(left_out=None), "left_out must hold classes from 0 to 9, got None"),
        (lambda c: c.select(left_out=3), "no student of this cohort has"),
        (lambda c: c.interval(seed=0, alpha=1, temperature=1, n_images=50), "at least 2"),
        (lambda c: c.difference(dict(seed=0, alpha=1, temperature=1, n_images=50),
                                dict(seed=1, alpha=1, temperature=1, n_images=50)), "seeds"),
        (lambda c: c.select(seed=0).summary(), "at least 2"),
        (lambda c: c.predict_logits(np.zeros((3, 7, 8, 1))), "images must hold examples of 64"),
    ],
)  # fmt: skip
def test_bad_questions_to_the_result_are_named(mixed, call, named):
    with pytest.raises(ValueError, match=named):
        call(mixed)


def test_it_needs_no_tensorflow(python):
    done = python(
        "import sys\n"
        "from kdlab import CohortResult\n"
        "from cohorts import a_result\n"
        "result = a_result()\n"
        "assert type(result) is CohortResult and result.interval(\n"
        "    alpha=1, temperature=4, n_images=50).n == 3\n"
        "result.summary(), result.predict_logits(result.weights[0][:, :, 0]), result.to_json()\n"
        "heavy = {'tensorflow', 'keras', 'distributed'} & set(sys.modules)\n"
        "assert not heavy, heavy\n",
        PYTHONPATH=str(Path(__file__).parent),
    )
    assert done.returncode == 0, done.stderr
