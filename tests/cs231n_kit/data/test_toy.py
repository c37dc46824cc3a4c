"""Toy points: the shapes they claim to have."""

import numpy as np
import pytest

from cs231n_kit.data import make_blobs, make_circles, make_moons, make_spiral

MAKERS = {"blobs": (make_blobs, 3), "circles": (make_circles, 2), "moons": (make_moons, 2), "spiral": (make_spiral, 3)}


@pytest.mark.parametrize("name", MAKERS)
def test_points_are_float64_with_equally_many_of_each_label(name, rng):
    make, num_classes = MAKERS[name]
    X, y = make(rng, per_class=40)
    assert (X.shape, X.dtype, y.dtype) == ((40 * num_classes, 2), np.float64, np.int64)
    assert np.bincount(y).tolist() == [40] * num_classes


@pytest.mark.parametrize("name", MAKERS)
def test_the_same_generator_makes_the_same_points_and_another_others(name):
    make, _ = MAKERS[name]
    first, again, other = (make(np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_without_noise_circles_lie_on_circles_and_blobs_on_their_centers(rng):
    X, y = make_circles(rng, num_classes=3, noise=0)
    assert np.allclose(np.hypot(*X.T), (y + 1) / 3)
    X, y = make_blobs(rng, noise=0)
    assert len({tuple(p) for p in X.round(9)}) == 3


def test_a_spiral_turns_while_its_radius_grows_from_zero_to_one(rng):
    X, y = make_spiral(rng, noise=0)
    arm = X[y == 0]
    radius, angle = np.hypot(*arm.T), np.unwrap(np.arctan2(arm[1:, 0], arm[1:, 1]))
    assert np.allclose(radius, np.linspace(0, 1, 100))
    assert angle[-1] - angle[0] == pytest.approx(4 * (1 - 1 / 99))


def test_moons_reach_into_each_other(rng):
    X, y = make_moons(rng, noise=0)
    upper, lower = X[y == 0], X[y == 1]
    assert lower[:, 1].max() > upper[:, 1].min()
    assert upper[:, 0].max() > lower[:, 0].min()
