"""What earlier assignments taught, as their solutions have it.

Generated from solutions/ by `autograder build`: what is changed here is lost.
"""

from cs231n_kit import add_to
import numpy as np


# a0_warmup/setup_and_numpy


def brighten(images, amount):
    """Return the images with `amount` added to every number; below 0 becomes 0, above 255 becomes 255.

    images : uint8, of any shape; left as they are      amount : whole number, may be negative
    Returns uint8, of the same shape.
    """
    wide = images.astype(np.int64) + amount
    return np.clip(wide, 0, 255).astype(np.uint8)


def frame(images, width):
    """Return the images with a black frame: their outermost `width` pixels on all four sides are 0.

    images : (N, H, W, 3), left as they are      width : 0 or more, at most half of the shorter side
    Returns a new array of the same shape and dtype.
    """
    H, W = images.shape[1:3]
    framed = np.zeros_like(images)
    framed[:, width : H - width, width : W - width] = images[:, width : H - width, width : W - width]
    return framed


def accuracy(scores, y):
    """Return the share of the examples for which the largest score is that of their label.

    scores : (N, C), a row for each example, a column for each class
    y      : (N,), labels, ints from 0 to C - 1
    Returns a number from 0 to 1. No loops.
    """
    predicted = np.argmax(scores, axis=1)
    return np.mean(predicted == y)


def pairwise_sums(a, b):
    """Return every sum of an entry of a and an entry of b: entry [i, j] is a[i] + b[j].

    a : (N,)      b : (M,)
    Returns (N, M). No loops.
    """
    return a[:, np.newaxis] + b


def standardize(X):
    """Return X with every column shifted and scaled to mean 0 and standard deviation 1.

    X : (N, D), any real dtype, left as it is
    Returns (N, D), floating point. Columns in which all entries are equal become 0. No loops.
    """
    X = X.astype(np.float64)
    constant = X.max(axis=0) == X.min(axis=0)
    spread = X.std(axis=0)
    spread[constant] = 1
    Z = (X - X.mean(axis=0)) / spread
    Z[:, constant] = 0
    return Z


def batched_take(scores, y):
    """Return the score that each example has for its own label: entry [i] is scores[i, y[i]].

    scores : (N, C)      y : (N,), ints from 0 to C - 1
    Returns (N,). No loops, and no array larger than the scores.
    """
    return scores[np.arange(len(y)), y]


def one_hot(y, num_classes):
    """Return the labels as one-hot rows: entry [i, c] is 1 if y[i] is c, and otherwise 0.

    y : (N,), ints from 0 to num_classes - 1; not every class has to occur
    Returns (N, num_classes). No loops.
    """
    Y = np.zeros((len(y), num_classes))
    Y[np.arange(len(y)), y] = 1
    return Y


# a1_data_driven/cross_validation


def split_folds(num_examples, num_folds, rng=None):
    """Return the indices 0, ..., num_examples - 1, cut into folds.

    num_folds : 1 to num_examples; sizes differ by one at most, the larger folds first
    rng       : a np.random.Generator that shuffles the indices before they are cut
                (without one, they stay in order)
    Returns a list of num_folds arrays of whole numbers; each index is in just one of them.
    """
    indices = np.arange(num_examples) if rng is None else rng.permutation(num_examples)
    return np.array_split(indices, num_folds)


def cross_validate_k(model, X, y, folds, k_choices):
    """Return the accuracy of every k on every fold, each time after training on all the others.

    model     : has the methods train(X, y), compute_distances_no_loops(X) and
                predict_labels(dists, k=k), as KNearestNeighbor does
    X         : (N, D)      y : (N,), the labels
    folds     : list of at least 2 index arrays
    k_choices : list of ints
    Returns (len(k_choices), len(folds)). Distances are computed once for each fold.
    """
    accuracies = np.zeros((len(k_choices), len(folds)))
    for f, fold in enumerate(folds):
        rest = np.concatenate(folds[:f] + folds[f + 1 :])
        model.train(X[rest], y[rest])
        dists = model.compute_distances_no_loops(X[fold])
        for i, k in enumerate(k_choices):
            accuracies[i, f] = np.mean(model.predict_labels(dists, k=k) == y[fold])
    return accuracies


def select_best_k(k_choices, accuracies):
    """Return the k with the highest mean accuracy; of several such k, the smallest.

    k_choices  : list of ints, in any order      accuracies : (len(k_choices), num_folds)
    """
    means = accuracies.mean(axis=1)
    return min(k for k, mean in zip(k_choices, means) if mean == means.max())


# a1_data_driven/knn


class KNearestNeighbor:
    """Recognize things by their k nearest neighbors."""

    def train(self, X, y):
        """Remember the training set.

        X : (num_train, D), one example in each row      y : (num_train,), their labels, ints of at least 0
        """
        self.X_train = X
        self.y_train = y


@add_to(KNearestNeighbor)
def compute_distances_two_loops(self, X):
    """Return the L2 distance of every test row to every training row, with a loop over each.

    X : (num_test, D), any real dtype, also uint8     self.X_train : (num_train, D), likewise
    Returns (num_test, num_train), floating point. Leaves both inputs as they are.
    """
    num_test, num_train = len(X), len(self.X_train)
    dists = np.zeros((num_test, num_train))
    X, X_train = X.astype(np.float64), self.X_train.astype(np.float64)
    for i in range(num_test):
        for j in range(num_train):
            dists[i, j] = np.sqrt(np.sum((X[i] - X_train[j]) ** 2))
    return dists


@add_to(KNearestNeighbor)
def compute_distances_one_loop(self, X):
    """Return the L2 distance of every test row to every training row, with one loop, over the test rows.

    Shapes and dtypes as in compute_distances_two_loops.
    """
    num_test, num_train = len(X), len(self.X_train)
    dists = np.zeros((num_test, num_train))
    X, X_train = X.astype(np.float64), self.X_train.astype(np.float64)
    for i in range(num_test):
        dists[i] = np.sqrt(np.sum((X[i] - X_train) ** 2, axis=1))
    return dists


@add_to(KNearestNeighbor)
def compute_distances_no_loops(self, X):
    """Return the L2 distance of every test row to every training row, without a loop of any kind.

    Shapes and dtypes as in compute_distances_two_loops. No array larger than the inputs or (num_test, num_train).
    """
    X, X_train = X.astype(np.float64), self.X_train.astype(np.float64)
    squared = np.sum(X**2, axis=1)[:, np.newaxis] - 2 * X @ X_train.T + np.sum(X_train**2, axis=1)
    return np.sqrt(np.maximum(squared, 0))


@add_to(KNearestNeighbor)
def predict_labels(self, dists, k=1):
    """Return the most frequent label among the k nearest training rows; in a tie, the smallest of the tied labels.

    dists : (num_test, num_train)     self.y_train : (num_train,), ints of at least 0
    k     : neighbors that vote; if there are fewer training rows, all of them do
    Returns (num_test,), the predicted labels.
    """
    num_test = len(dists)
    y_pred = np.zeros(num_test, dtype=self.y_train.dtype)
    for i in range(num_test):
        nearest = self.y_train[np.argsort(dists[i])[:k]]
        y_pred[i] = np.bincount(nearest).argmax()
    return y_pred


@add_to(KNearestNeighbor)
def predict(self, X, k=1, num_loops=0, metric="l2"):
    """Return the predicted label of every row of X.

    X         : (num_test, D)                     k : neighbors that vote
    num_loops : 0, 1 or 2, the version of the L2 distance to use
    metric    : "l2", or "l1" for compute_distances_l1 (num_loops doesn't matter then)
    Returns (num_test,).
    """
    if metric == "l1":
        dists = self.compute_distances_l1(X)
    elif num_loops == 0:
        dists = self.compute_distances_no_loops(X)
    elif num_loops == 1:
        dists = self.compute_distances_one_loop(X)
    else:
        dists = self.compute_distances_two_loops(X)
    return self.predict_labels(dists, k=k)


@add_to(KNearestNeighbor)
def compute_distances_l1(self, X, max_bytes=2**25):
    """Return the L1 distance of every test row to every training row, in blocks.

    X         : (num_test, D), any real dtype, also uint8     self.X_train : (num_train, D), likewise
    max_bytes : the array of differences may take about this much (but at least one row is always processed)
    Returns (num_test, num_train), floating point. When everything fits in one block, there is just one step.
    """
    num_test, num_train = len(X), len(self.X_train)
    dists = np.zeros((num_test, num_train))
    X, X_train = X.astype(np.float32), self.X_train.astype(np.float32)
    rows = max(1, max_bytes // X.nbytes)
    for start in range(0, num_train, rows):
        differences = X[:, np.newaxis] - X_train[start : start + rows]
        dists[:, start : start + rows] = np.abs(differences).sum(axis=2)
    return dists
