"""What a seed decides of a student: the images it is given, and their order."""

from itertools import pairwise

import numpy as np
import pytest

from kdlab.cohort import draws


def transfer_set(digits, seed, size, left_out=(), balanced=False):
    return draws.transfer_set(
        seed, size, left_out, balanced=balanced, y=digits.y_train, n=len(digits.y_train)
    )


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("seed", [0, 7])
def test_a_smaller_transfer_set_lies_inside_a_larger_one(digits, seed, balanced):
    sets = [transfer_set(digits, seed, n, balanced=balanced).tolist() for n in (1, 50, 300, 1257)]
    for small, large in pairwise(sets):
        assert large[: len(small)] == small
    assert sorted(sets[-1]) == list(range(1257))
    other = transfer_set(digits, seed + 1, 50, balanced=balanced).tolist()
    assert other != sets[1]


@pytest.mark.parametrize("size", [10, 50, 300])
def test_a_balanced_transfer_set_has_equal_shares(digits, size):
    for seed in range(5):
        chosen = transfer_set(digits, seed, size, balanced=True)
        assert np.bincount(digits.y_train[chosen]).tolist() == [size // 10] * 10
    uneven = np.bincount(digits.y_train[transfer_set(digits, 0, 47, balanced=True)], minlength=10)
    assert uneven.max() - uneven.min() == 1


def test_a_left_out_class_is_taken_out_of_the_same_images(digits):
    whole, without = transfer_set(digits, 4, 60), transfer_set(digits, 4, 60, (3, 5))
    assert without.tolist() == [i for i in whole if digits.y_train[i] not in (3, 5)]
    assert len(without) < 60


def test_draws_go_through_all_images_before_any_comes_again():
    images = np.arange(100, 107, dtype=np.int32)
    one, other = draws.Draws(images, 0), draws.Draws(images, 0)
    stream = np.concatenate([one(n) for n in (3, 1, 20, 4, 0, 14)])
    for start in range(0, 42, 7):
        assert sorted(stream[start : start + 7]) == images.tolist()
    assert len({tuple(stream[i : i + 7]) for i in range(0, 42, 7)}) > 1
    np.testing.assert_array_equal(other(42), stream)  # however it is cut
