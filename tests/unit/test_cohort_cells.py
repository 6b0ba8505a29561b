"""What a cohort says of each setting, against the result's own answers."""

import numpy as np
import pytest
from cohorts import a_result

from kdlab import unpaired_difference
from kdlab.cohort.cells import Grid
from tests.tools.widget_examples import a_cohort


@pytest.fixture(scope="module")
def result():
    return a_result(alphas=(0, 0.9))


def test_a_cell_has_the_interval_and_the_difference_of_its_students(result):
    grid = Grid(result)
    assert (grid.sizes, grid.alphas, grid.temperatures) == ([50, 1257], [0.9, 0], [1, 4])
    assert len(grid.cells) == 6 and grid.why_not == ""
    for (n_images, alpha, temperature), cell in grid.cells.items():
        setting = {"n_images": n_images, "alpha": alpha, "temperature": temperature or 1}
        students = result.select(**setting)
        assert cell.seeds == [0, 1, 2]
        assert cell.accuracy == result.interval(**setting)
        np.testing.assert_array_equal(cell.accuracies, students.test_accuracy)
        np.testing.assert_array_equal(cell.curves, students.loss)
        if alpha:
            hard = result.select(**{**setting, "alpha": 0})
            assert cell.paired == result.difference(setting, {**setting, "alpha": 0})
            assert cell.unpaired == unpaired_difference(students.test_accuracy, hard.test_accuracy)
            np.testing.assert_array_equal(cell.partners, hard.test_accuracy)
        else:
            assert cell.paired is None and np.isnan(cell.partners).all()


def test_at_alpha_0_all_temperatures_are_one_cell(result):
    grid = Grid(result)
    assert grid.at(50, 0, 1) is grid.at(50, 0, 4) is grid.at(50, 0, None)
    assert grid.at(50, 0.9, 1) is not grid.at(50, 0.9, 4)
    assert [len(row) for row in grid.rows(50)] == [2, 1]
    assert grid.at(50, 0.5, 4) is None


@pytest.mark.parametrize(("most", "kept"), [(None, 200), (500, 200), (3, 3), (1, 1)])
def test_a_curve_is_thinned_to_so_many_points_from_the_first_to_the_last(most, kept):
    cohort = a_cohort(curves=200)
    grid = Grid(cohort, most)
    assert len(grid.steps) == kept and grid.steps[0] == 100
    assert grid.steps[-1] == (20_000 if kept > 1 else 100)
    rows = (cohort.n_images == 50) & (cohort.alpha == 1) & (cohort.temperature == 4)
    where = [list(cohort.steps).index(step) for step in grid.steps]
    curves = grid.at(50, 1, 4).curves
    np.testing.assert_array_equal(curves, 100 * cohort.test_curve[rows][:, where])
