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


# a2_linear/optimization


def random_search(loss_fn, shape, rng, num_tries=100, scale=1e-4):
    """Return the best of `num_tries` random matrices and its loss.

    loss_fn : W -> its loss, a finite number; lower is better      shape : the shape of W
    rng     : np.random.Generator, from which all random numbers come
    scale   : every try is made of normally distributed numbers around 0 with this standard deviation
    Returns best_W, best_loss.
    """
    best_W, best_loss = None, np.inf
    for _ in range(num_tries):
        W = scale * rng.normal(size=shape)
        loss = loss_fn(W)
        if loss < best_loss:
            best_W, best_loss = W, loss
    return best_W, best_loss


def random_local_search(loss_fn, W, rng, num_steps=100, step_size=1e-4):
    """Return the matrix that a walk of random steps ends at, and its loss. Only steps that lower the loss are taken.

    loss_fn   : W -> its loss, a finite number; lower is better
    W         : where the walk begins, any shape; left as it is
    rng       : np.random.Generator, from which all random numbers come
    step_size : every step is made of normally distributed numbers around 0 with this standard deviation
    Returns W, loss: the best of all matrices whose loss was asked for, the start included.
    """
    best_loss = loss_fn(W)
    for _step in range(num_steps):
        candidate = W + step_size * rng.normal(size=W.shape)
        loss = loss_fn(candidate)
        if loss < best_loss:
            W, best_loss = candidate, loss
    return W, best_loss


def epoch_batches(num_examples, batch_size, rng):
    """Return the batches of one epoch: every example is in one of them, once, in random order.

    rng : np.random.Generator, from which the order comes; a second call with the same rng gives another order
    Returns a list of arrays of indices, each of `batch_size` but the last, which holds what is left.
    """
    order = rng.permutation(num_examples)
    return [order[start : start + batch_size] for start in range(0, num_examples, batch_size)]


def elastic_net(W, l1, l2):
    """Return the penalty l1 * sum(|W|) + l2 * sum(W**2) and its gradient.

    W : any shape, left as it is      l1, l2 : strengths, 0 or more
    Returns the penalty, a number, and its gradient, of W's shape; the slope of |w| at 0 is taken to be 0.
    """
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2)
    gradient = l1 * np.sign(W) + 2 * l2 * W
    return penalty, gradient


class LinearClassifier:
    """Scores are X @ W. Subclasses say what the loss is."""

    def __init__(self):
        self.W = None  # (D, C), made by the first call of train

    def loss(self, X_batch, y_batch, reg):
        """Return the loss of self.W on a batch and its gradient, of the shape of self.W."""
        raise TypeError(
            "LinearClassifier has no loss of its own: train a subclass that defines loss(self, X_batch, y_batch, reg)"
        )


@add_to(LinearClassifier)
def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False, *, rng):
    """Train by stochastic gradient descent and return the loss of every step, in a list.

    X   : (N, D)      y : (N,), ints from 0 to C - 1, where C - 1 is the largest label in y
    rng : np.random.Generator, from which W and the batches come
    If self.W is None, it begins as 0.001 times standard normal numbers, (D, C); otherwise training goes on from there.
    Each of the num_iters steps draws batch_size examples at random (with or without replacement), asks
    self.loss(X_batch, y_batch, reg) for loss and gradient, and moves self.W against the gradient.
    verbose : print the loss now and then
    """
    num_train, dim = X.shape
    if self.W is None:
        self.W = 0.001 * rng.normal(size=(dim, int(np.max(y)) + 1))
    loss_history = []
    for step in range(num_iters):
        batch = rng.choice(num_train, size=batch_size)
        loss, gradient = self.loss(X[batch], y[batch], reg)
        loss_history.append(loss)
        self.W = self.W - learning_rate * gradient
        if verbose and step % 100 == 0:
            print(f"step {step} of {num_iters}: loss {loss:.3f}")
    return loss_history


@add_to(LinearClassifier)
def predict(self, X):
    """Return the class with the highest score for every row of X.

    X : (N, D)
    Returns (N,) ints. No loops.
    """
    return np.argmax(X @ self.W, axis=1)


def halve_on_plateau(losses, learning_rate, patience=10):
    """Return the learning rate after each epoch, halved after every `patience` epochs in a row without a new lowest loss.

    losses        : (num_epochs,), the validation loss of each epoch; left as it is
    learning_rate : the rate of the first epoch      patience : 1 or more
    Returns (num_epochs,): entry e is the rate to train with after epoch e.
    """
    rates, best, waited = [], np.inf, 0
    for loss in losses:
        waited = 0 if loss < best else waited + 1
        best = min(best, loss)
        if waited == patience:
            learning_rate, waited = learning_rate / 2, 0
        rates.append(learning_rate)
    return np.array(rates)


# a2_linear/softmax


def softmax(scores):
    """Return the softmax of every row.

    scores : (N, C), any real numbers, also huge ones; left as they are
    Returns (N, C), each row between 0 and 1 and with sum 1. No loops.
    """
    shifted = scores - scores.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def cross_entropy(p, q):
    """Return the mean length in bits of messages about p in the best code for q.

    p, q : (C,), probabilities that add up to 1
    Returns a number; infinity if something with p > 0 has q = 0.
    """
    happens = p > 0
    with np.errstate(divide="ignore"):
        return -np.sum(p[happens] * np.log2(q[happens]))


def softmax_loss_naive(W, X, y, reg):
    """Return the mean cross-entropy of a linear classifier, plus a penalty, and its gradient, with a loop over examples.

    W   : (D, C)      X : (N, D)      y : (N,), ints from 0 to C - 1
    reg : strength of the penalty reg * sum(W**2)
    Returns the loss, a number, and its gradient dW of shape (D, C). Finite for huge scores.
    """
    loss, dW = 0.0, np.zeros(W.shape)
    num_train = len(X)
    for i in range(num_train):
        scores = X[i] @ W
        scores = scores - scores.max()
        log_sum = np.log(np.sum(np.exp(scores)))
        loss += log_sum - scores[y[i]]
        dscores = np.exp(scores - log_sum)
        dscores[y[i]] -= 1
        dW += np.outer(X[i], dscores)
    loss = loss / num_train + reg * np.sum(W**2)
    dW = dW / num_train + 2 * reg * W
    return loss, dW


def softmax_loss_vectorized(W, X, y, reg):
    """Return the mean cross-entropy of a linear classifier, plus a penalty, and its gradient, without loops.

    Arguments and results as in softmax_loss_naive.
    """
    rows = np.arange(len(X))
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(scores).sum(axis=1, keepdims=True))
    log_probabilities = scores - log_sums
    loss = -log_probabilities[rows, y].mean() + reg * np.sum(W**2)
    dscores = np.exp(log_probabilities)
    dscores[rows, y] -= 1
    dW = X.T @ dscores / len(X) + 2 * reg * W
    return loss, dW


# a2_linear/svm


def hinge_losses(scores, y, delta=1.0):
    """Return the hinge loss of every example.

    scores : (N, C), left as they are      y : (N,), the labels, ints from 0 to C - 1
    delta  : the margin
    Returns (N,). No loops.
    """
    rows = np.arange(len(scores))
    margins = np.maximum(0, scores - scores[rows, y][:, np.newaxis] + delta)
    margins[rows, y] = 0
    return margins.sum(axis=1)


def svm_loss_naive(W, X, y, reg):
    """Return loss and gradient of a linear SVM with margin 1, with loops.

    W   : (D, C)      X : (N, D)      y : (N,), ints from 0 to C - 1
    reg : strength of the penalty reg * sum(W**2)
    Returns the loss, a number, and its gradient dW of shape (D, C).
    """
    loss, dW = 0.0, np.zeros(W.shape)
    num_train, num_classes = len(X), W.shape[1]
    for i in range(num_train):
        scores = X[i] @ W
        for j in range(num_classes):
            margin = scores[j] - scores[y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / num_train + reg * np.sum(W**2)
    dW = dW / num_train + 2 * reg * W
    return loss, dW


def svm_loss_vectorized(W, X, y, reg):
    """Return loss and gradient of a linear SVM with margin 1, without loops.

    Arguments and results as in svm_loss_naive. No array is larger than X, W or (N, C).
    """
    rows = np.arange(len(X))
    scores = X @ W
    margins = np.maximum(0, scores - scores[rows, y][:, np.newaxis] + 1)
    margins[rows, y] = 0
    loss = margins.sum() / len(X) + reg * np.sum(W**2)
    counts = (margins > 0).astype(X.dtype)
    counts[rows, y] = -counts.sum(axis=1)
    dW = X.T @ counts / len(X) + 2 * reg * W
    return loss, dW
