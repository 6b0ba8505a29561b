"""Dense layers whose bits follow from their numbers alone."""

import numpy as np
import pytest

from kdlab._exact import _whole, dense_logits


@pytest.fixture(scope="module")
def networks():
    """Five of 64-16-10."""
    rng = np.random.default_rng(0)
    shapes = [(64, 16), (1, 16), (16, 10), (1, 10)]
    return [rng.normal(size=(5, *shape)).astype(np.float32) for shape in shapes]


@pytest.fixture(scope="module")
def images(digits):
    return digits.x_test.reshape(540, 64)


def in_double(networks, images):
    kernel, bias, last, last_bias = (w.astype(np.float64) for w in networks)
    return np.maximum(images @ kernel + bias, 0) @ last + last_bias


def test_they_are_right_to_a_float(networks, images):
    logits = dense_logits(networks, images)
    assert logits.dtype == np.float32 and logits.shape == (5, 540, 10)
    np.testing.assert_allclose(logits, in_double(networks, images), rtol=1e-5, atol=2e-5)


@pytest.mark.parametrize("size", [1e-30, 1e-3, 1e3, 1e25])
def test_they_are_so_at_any_size(networks, images, size):
    """Of the kernels: no unit is fixed."""
    kernel, bias, last, last_bias = networks
    logits = dense_logits([kernel * np.float32(size), 0 * bias, last, 0 * last_bias], images)
    expected = size * in_double([kernel, 0 * bias, last, 0 * last_bias], images)
    np.testing.assert_allclose(logits / size, expected / size, rtol=1e-5, atol=2e-5)


def test_neither_company_nor_order_changes_a_bit(networks, images):
    whole = dense_logits(networks, images)
    alone = dense_logits([w[3:4] for w in networks], images[[100]])
    np.testing.assert_array_equal(alone, whole[3:4, [100]])
    np.testing.assert_array_equal(dense_logits(networks, images[::-1]), whole[:, ::-1])
    shuffled = np.random.default_rng(0).permutation(64)  # the terms of each sum
    kernel, *others = networks
    again = dense_logits([kernel[:, shuffled], *others], images[:, shuffled])
    np.testing.assert_array_equal(again, whole)


@pytest.mark.parametrize("terms", [1, 2, 64, 784, 1023, 1024, 3072])
def test_the_largest_sums_are_exact(terms):
    """All terms as large as they can be, and of one sign."""
    largest = np.full((1, terms), np.nextafter(np.float32(1), np.float32(0)))
    (rows, _), (columns, _) = _whole(largest, axis=-1), _whole(largest.T, axis=-2)
    total = sum(int(a) * int(b) for a, b in zip(rows[0], columns[:, 0], strict=True))
    assert total <= 2**53 and int((rows @ columns)[0, 0]) == total


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("layer", [0, 2])
def test_what_is_not_finite_spoils_its_own_network_only(networks, images, layer, bad):
    spoilt = [w.copy() for w in networks]
    spoilt[layer][2] = bad
    with np.errstate(invalid="ignore"):
        logits = dense_logits(spoilt, images)
    whole = dense_logits(networks, images)
    others = [0, 1, 3, 4]
    np.testing.assert_array_equal(logits[others], whole[others])
    assert not np.isfinite(logits[2]).any()


def test_a_column_of_zeros_is_one(networks, images):
    kernel, bias, last, last_bias = networks
    logits = dense_logits([kernel, bias, 0 * last, last_bias], images)
    np.testing.assert_array_equal(logits, np.broadcast_to(last_bias, logits.shape))
