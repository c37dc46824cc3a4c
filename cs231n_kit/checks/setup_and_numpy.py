"""Probes for the NumPy warm-up."""

from cs231n_kit.checks.probes import probe


@probe("numpy-brighten", "brighten")
def brighten(brighten, /, images, amount):
    brighter = brighten(images, amount)
    return {"brighter": brighter, "dtype": str(getattr(brighter, "dtype", "none"))}


@probe("numpy-frame", "frame")
def frame(frame, /, images, width):
    return {"framed": frame(images, width)}


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
