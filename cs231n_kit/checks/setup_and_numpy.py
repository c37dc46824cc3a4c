"""Probes for the NumPy warm-up."""

import numpy as np

from cs231n_kit.checks.probes import probe


@probe("numpy-brighten", "brighten")
def brighten(brighten, /, images, amount):
    result = brighten(images, amount)
    return {"result": result, "dtype": str(getattr(result, "dtype", "none"))}


@probe("numpy-frame", "frame")
def frame(frame, /, images, width):
    framed = frame(images, width)
    shared = isinstance(framed, np.ndarray) and np.shares_memory(framed, images)
    return {"framed": framed, "dtype": str(getattr(framed, "dtype", "none")), "shares_memory_with_its_input": shared}


@probe("numpy-accuracy", "accuracy")
def accuracy(accuracy, /, scores, y):
    return {"accuracy": accuracy(scores, y)}


@probe("numpy-pairwise-sums", "pairwise_sums")
def pairwise_sums(pairwise_sums, /, a, b):
    return {"sums": pairwise_sums(a, b)}


@probe("numpy-standardize", "standardize")
def standardize(standardize, /, X):
    return {"Z": standardize(X)}


@probe("numpy-batched-take", "batched_take")
def batched_take(batched_take, /, scores, y):
    return {"taken": batched_take(scores, y)}


@probe("numpy-one-hot", "one_hot")
def one_hot(one_hot, /, y, num_classes):
    return {"Y": one_hot(y, num_classes)}
