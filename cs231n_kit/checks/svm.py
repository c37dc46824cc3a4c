"""Probes for the SVM notebook."""

import numpy as np

from cs231n_kit.checks.probes import Race, probe


def _draw_images():
    rng = np.random.default_rng(0)
    W, X = 1e-3 * rng.normal(size=(3073, 10)), rng.normal(size=(200, 3073))
    return {"W": W, "X": X, "y": rng.integers(0, 10, size=200), "reg": 0.1}


@probe("svm-hinge-losses", "hinge_losses")
def hinge_losses(hinge_losses, /, scores, y, delta):
    return {"losses": hinge_losses(scores, y, delta=delta)}


@probe("svm-loss-naive", "svm_loss_naive")
def svm_loss_naive(svm_loss_naive, /, W, X, y, reg):
    loss, dW = svm_loss_naive(W, X, y, reg)
    return {"loss": loss, "dW": dW}


@probe("svm-loss-vectorized", "svm_loss_vectorized", Race("svm-loss-naive", "your loops", _draw_images))
def svm_loss_vectorized(svm_loss_vectorized, /, W, X, y, reg):
    loss, dW = svm_loss_vectorized(W, X, y, reg)
    return {"loss": loss, "dW": dW}
