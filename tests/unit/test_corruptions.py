"""Noise, blur and shift: as strong as they say, the same for every size of image."""

import numpy as np
import pytest

from kdlab import corrupt
from kdlab.corruptions import CORRUPTIONS


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_each_step_is_further_from_the_original(digits, kind):
    images = digits.x_test[:40]
    distances = [np.abs(corrupt(images, kind, s) - images).mean() for s in range(1, 6)]
    assert distances[0] > 0 and np.all(np.diff(distances) > 0)


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_what_comes_out_are_images_again(digits, kind):
    images = digits.x_test[:9].copy()
    worst = corrupt(images, kind, 5)
    assert worst.shape == images.shape and worst.dtype == np.float32
    assert worst.min() >= 0 and worst.max() <= 1
    np.testing.assert_array_equal(images, digits.x_test[:9])  # left alone


@pytest.mark.parametrize("kind", ["noise", "shift"])
def test_a_seed_decides_what_is_drawn(digits, kind):
    images = digits.x_test[:9]
    first, again, other = (corrupt(images, kind, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_noise_has_the_deviation_it_says():
    grey = np.full((50, 16, 16, 3), 0.5, np.float32)
    assert (corrupt(grey, "noise", 2) - grey).std() == pytest.approx(0.1, rel=0.02)


@pytest.mark.parametrize("side", [16, 32])
def test_a_shift_goes_as_far_as_it_says(side):
    image = np.zeros((200, side, side, 1), np.float32)
    image[:, side // 2, side // 2] = 1
    moved = corrupt(image, "shift", 4)[..., 0]
    places = np.stack(np.meshgrid(range(side), range(side), indexing="ij"))
    centres = np.einsum("nij,kij->nk", moved, places) / moved.sum(axis=(1, 2))[:, None]
    distance = np.hypot(*(centres - side // 2).T)
    np.testing.assert_allclose(distance, 0.125 * side, rtol=1e-4)


def test_blur_keeps_colours_apart_and_light_the_same():
    image = np.zeros((1, 32, 32, 3), np.float32)
    image[0, 16, 16, 0] = 1
    blurred = corrupt(image, "blur", 3)
    assert blurred[..., 1:].max() == 0
    assert blurred.sum() == pytest.approx(1, rel=1e-3) and blurred.max() < 0.1


@pytest.mark.parametrize(("arguments", "message"), [
    (("fog",), "kind must be one of noise, blur, shift, got 'fog'"),
    (("noise", 0), "severity must be a whole number"),
    (("noise", 6), "severity must be at most 5, got 6"),
])  # fmt: skip
def test_bad_input_is_named(digits, arguments, message):
    with pytest.raises(ValueError, match=message):
        corrupt(digits.x_test, *arguments)
    with pytest.raises(ValueError, match="images must"):
        corrupt(np.zeros((3, 8)), "noise")
