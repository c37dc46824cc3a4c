"""Probes for the softmax notebook."""

import numpy as np

from cs231n_kit.checks.probes import Race, probe


def _draw_images():
    rng = np.random.default_rng(0)
    W, X = 1e-3 * rng.normal(size=(3073, 10)), rng.normal(size=(400, 3073))
    return {"W": W, "X": X, "y": rng.integers(0, 10, size=400), "reg": 0.1}


@probe("softmax-probabilities", "softmax")
def softmax(softmax, /, scores):
    return {"probabilities": softmax(scores)}


@probe("softmax-cross-entropy", "cross_entropy")
def cross_entropy(cross_entropy, /, p, q):
    return {"bits": cross_entropy(p, q)}


@probe("softmax-loss-naive", "softmax_loss_naive")
def softmax_loss_naive(softmax_loss_naive, /, W, X, y, reg):
    loss, dW = softmax_loss_naive(W, X, y, reg)
    return {"loss": loss, "dW": dW}


@probe("softmax-loss-vectorized", "softmax_loss_vectorized", Race("softmax-loss-naive", "your loop", _draw_images))
def softmax_loss_vectorized(softmax_loss_vectorized, /, W, X, y, reg):
    loss, dW = softmax_loss_vectorized(W, X, y, reg)
    return {"loss": loss, "dW": dW}
