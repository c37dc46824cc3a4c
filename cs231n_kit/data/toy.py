"""Points in the plane, made on the spot: small enough to see what a classifier does with them.

Each function returns X : (N, 2) float64 and y : (N,) int64, and takes its random numbers from `rng`.
"""

import numpy as np


def make_spiral(rng: np.random.Generator, per_class: int = 100, num_classes: int = 3, noise: float = 0.2):
    """Return interleaved spiral arms, one for each class: no straight line separates them.

    noise : standard deviation of the angle, in radians
    """
    radius = np.tile(np.linspace(0, 1, per_class), num_classes)
    y = np.repeat(np.arange(num_classes), per_class)
    angle = 4 * (y + radius) + noise * rng.normal(size=y.size)
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), y


def make_circles(rng: np.random.Generator, per_class: int = 100, num_classes: int = 2, noise: float = 0.08):
    """Return rings around the origin, one for each class, of radius 1/C, 2/C, ..., 1.

    noise : standard deviation of each coordinate
    """
    y = np.repeat(np.arange(num_classes), per_class)
    angle, radius = rng.uniform(0, 2 * np.pi, size=y.size), (y + 1) / num_classes
    X = radius[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return X + noise * rng.normal(size=X.shape), y


def make_moons(rng: np.random.Generator, per_class: int = 100, noise: float = 0.1):
    """Return two half circles that reach into each other.

    noise : standard deviation of each coordinate
    """
    angle = rng.uniform(0, np.pi, size=(2, per_class))
    upper = np.stack([np.cos(angle[0]), np.sin(angle[0])], axis=1)
    lower = np.stack([1 - np.cos(angle[1]), 0.5 - np.sin(angle[1])], axis=1)
    X = np.concatenate([upper, lower])
    return X + noise * rng.normal(size=X.shape), np.repeat(np.arange(2), per_class)


def make_blobs(rng: np.random.Generator, per_class: int = 50, num_classes: int = 3, noise: float = 0.5):
    """Return round clouds, one for each class, with their centers evenly on the unit circle.

    noise : standard deviation of each coordinate
    """
    y = np.repeat(np.arange(num_classes), per_class)
    angle = 2 * np.pi * y / num_classes
    centers = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centers + noise * rng.normal(size=centers.shape), y
