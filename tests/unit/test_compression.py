"""Pruned and rounded weights, against what the words mean."""

import numpy as np
import pytest

from kdlab import build_student, prune, quantize, stored_bytes


@pytest.fixture
def weights(digits):
    return build_student(digits, [32, 16], seed=2).get_weights()


def kernels(weights):
    return np.concatenate([w.ravel() for w in weights if w.ndim > 1])


@pytest.mark.parametrize("share", [0, 0.25, 0.9, 1])
def test_the_smallest_go_wherever_they_are(weights, share):
    pruned = prune(weights, share)
    before, after = kernels(weights), kernels(pruned)
    assert (after == 0).sum() == round(share * len(before))
    kept = after != 0
    np.testing.assert_array_equal(after[kept], before[kept])
    if 0 < share < 1:
        assert np.abs(before[kept]).min() >= np.abs(before[~kept]).max()


@pytest.mark.parametrize("bits", [2, 4, 8, 16])
def test_each_output_has_so_many_levels_and_keeps_its_largest(weights, bits):
    for before, after in zip(weights, quantize(weights, bits), strict=True):
        assert after.shape == before.shape and after.dtype == np.float32
        if before.ndim == 1:
            np.testing.assert_array_equal(after, before)
            continue
        largest = np.abs(before).max(axis=0)
        np.testing.assert_allclose(np.abs(after).max(axis=0), largest, rtol=1e-6)
        step = largest / (2 ** (bits - 1) - 1)
        assert np.all(np.abs(after - before) <= step / 2 + 1e-6)
        assert all(len(np.unique(column)) <= 2**bits - 1 for column in after.T)


def test_eight_bits_are_those_of_keras(digits):
    student = build_student(digits, seed=2)
    weights = student.get_weights()
    with pytest.warns(UserWarning, match="quantize"):  # of layers that have nothing to round
        student.quantize("int8")
    ours = quantize(weights)
    for layer, i in ((student.layers[1], 0), (student.layers[2], 2)):
        theirs = np.array(layer._kernel) / np.array(layer.kernel_scale)
        assert np.abs(ours[i] - theirs).max() <= np.abs(weights[i]).max() / 127 * 0.51
        np.testing.assert_allclose(ours[i], theirs, atol=1e-3)


def test_kernels_of_convolutions_are_rounded_per_filter():
    kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 5)).astype(np.float32)
    rounded = quantize([kernel], 4)[0]
    assert all(len(np.unique(rounded[..., i])) <= 15 for i in range(5))


def test_what_was_given_is_left_alone(weights):
    copies = [w.copy() for w in weights]
    for made in (prune(weights, 1), quantize(weights, 2)):
        for array in made:
            array += 1
    for w, copy in zip(weights, copies, strict=True):
        np.testing.assert_array_equal(w, copy)


def test_a_channel_of_zeros_stays_one():
    kernel = np.zeros((3, 2), np.float32)
    kernel[:, 1] = 1
    np.testing.assert_array_equal(quantize([kernel])[0], kernel)


def test_bytes_count_weights_masks_and_scales():
    kernel, bias = np.ones((10, 8)), np.zeros(8)
    assert stored_bytes([kernel, bias]) == 4 * 88
    half = kernel.copy()
    half[:5] = 0
    assert stored_bytes([half, bias]) == (40 * 32 + 80 + 8 * 32) // 8
    assert stored_bytes([half, bias], bits=8) == (40 * 8 + 80 + 8 * 32 + 8 * 32) // 8


@pytest.mark.parametrize("share", [-0.1, 1.1, "half", None])
def test_a_bad_share_is_named(weights, share):
    with pytest.raises(ValueError, match="share must be a share in"):
        prune(weights, share)


@pytest.mark.parametrize("bits", [1, 17, 0, 2.5])
def test_bad_bits_are_named(weights, bits):
    with pytest.raises(ValueError, match="bits must"):
        quantize(weights, bits)


def test_no_bits_at_all_are_named(weights):
    with pytest.raises(ValueError, match="bits must be a whole number"):
        stored_bytes(weights, 0)


def test_weights_without_a_kernel_are_named():
    for compress in (lambda w: prune(w, 0.5), quantize):
        with pytest.raises(ValueError, match="weights must hold a kernel"):
            compress([np.zeros(4)])
