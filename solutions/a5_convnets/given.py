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


# a3_networks/backprop


def gate(op, *inputs):
    """Return the output of a gate and its local gradients.

    op     : "add", "multiply" or "max" with two inputs, "exp" or "inverse" (1/x) with one
    inputs : numbers
    Returns a number and a tuple: the derivative of the output with respect to each input, (slope,) if there is only one.
    """
    if op == "add":
        x, y = inputs
        return x + y, (1.0, 1.0)
    if op == "multiply":
        x, y = inputs
        return x * y, (y, x)
    if op == "max":
        x, y = inputs
        return max(x, y), (float(x >= y), float(x < y))
    (x,) = inputs
    if op == "exp":
        return np.exp(x), (np.exp(x),)
    return 1 / x, (-1 / x**2,)


def neuron(w, x):
    """Return the output of a sigmoid neuron and its gradients.

    w : (D + 1,), D weights and then the bias      x : (D,), the inputs; both are left as they are
    Returns the output, a number; dw of shape (D + 1,) and dx of shape (D,), how fast it changes with each of them.
    Everything stays finite, also where the weighted sum is in the thousands.
    """
    z = w[:-1] @ x + w[-1]
    with np.errstate(over="ignore"):
        out = 1 / (1 + np.exp(-z))
    dz = (1 - out) * out
    dw = dz * np.append(x, 1)
    dx = dz * w[:-1]
    return out, dw, dx


class Value:
    """A number that remembers where it came from.

    data            : the number
    parents         : a tuple of the Values that it was computed from; () for an input
    local_gradients : how fast it changes with each of its parents; a tuple of numbers, as long as `parents`
    grad            : how fast a result changes with it; what result.backward() is there to find out
    """

    def __init__(self, data, parents=(), local_gradients=(), op="", name=""):
        self.data, self.parents, self.local_gradients = data, parents, local_gradients
        self.op, self.name, self.grad = op, name, 0.0

    def __repr__(self):
        return f"Value({self.data:.4g}, grad={self.grad:.4g})"

    def __add__(self, other):
        return through_gate("add", self, other)

    def __mul__(self, other):
        return through_gate("multiply", self, other)

    def maximum(self, other):
        return through_gate("max", self, other)

    def exp(self):
        return through_gate("exp", self)

    def inverse(self):
        return through_gate("inverse", self)

    __radd__, __rmul__ = __add__, __mul__  # for 2 + a and 2 * a

    def __sub__(self, other):
        return self + -1 * other


def through_gate(op, *inputs):
    """Return the Value that comes out of a gate. Plain numbers become Values, too."""
    values = tuple(v if isinstance(v, Value) else Value(v) for v in inputs)
    out, local_gradients = gate(op, *(v.data for v in values))
    return Value(out, values, local_gradients, op)


@add_to(Value)
def backward(self):
    """Set `grad` of this Value to 1, and of every Value that it was computed from to its derivative with respect to that.

    What stood in their `grad` before doesn't count: calling it twice gives the same as calling it once. Values that this
    one was not computed from keep what they have. Nothing but `grad` is changed. Returns nothing.
    Every Value is dealt with once, however many paths lead through it.
    """
    order, seen, waiting = [], set(), [(self, False)]
    while waiting:
        value, is_after_parents = waiting.pop()
        if is_after_parents:
            order.append(value)
        elif value not in seen:
            seen.add(value)
            value.grad = 0.0
            waiting.append((value, True))
            waiting.extend((parent, False) for parent in value.parents)
    self.grad = 1.0
    for value in reversed(order):
        for parent, slope in zip(value.parents, value.local_gradients):
            parent.grad += value.grad * slope


def sigmoid(z):
    """The sigmoid of every entry, in a form that cannot overflow."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def chain_gradients(w, b, x, y):
    """Return the cost of a chain of sigmoid neurons, and its gradients.

    w, b : (L,), weight and bias of each layer      x, y : the input, and the output that is wanted, numbers
    Returns the cost (a_L - y)**2 / 2, dw and db of shape (L,), and dx, a number.
    """
    activations = [x]
    for layer in range(len(w)):
        activations.append(sigmoid(w[layer] * activations[-1] + b[layer]))
    error = activations[-1] - y
    dw, db = np.zeros(len(w)), np.zeros(len(w))
    da = error
    for layer in reversed(range(len(w))):
        a_before, a = activations[layer], activations[layer + 1]
        dz = da * a * (1 - a)
        dw[layer] = dz * a_before
        db[layer] = dz
        da = dz * w[layer]
    return 0.5 * error**2, dw, db, da


def network_cost(weights, biases, X, Y, cost):
    """Return the mean cost of a network of sigmoid layers: "mse" or "cross-entropy". Arguments as in `backpropagate`."""
    A = X
    for W, b in zip(weights, biases):
        Z = A @ W + b
        A = sigmoid(Z)
    if cost == "mse":
        return 0.5 * np.sum((A - Y) ** 2) / len(X)
    return np.sum(np.logaddexp(0, Z) - Y * Z) / len(X)


def backpropagate(weights, biases, X, Y, cost):
    """Return the gradient of network_cost(weights, biases, X, Y, cost) for every layer.

    weights : a list of (D_{l-1}, D_l)      biases : a list of (D_l,)      all of them are left as they are
    X : (N, D_0), the inputs                Y : (N, D_L), the outputs that are wanted
    cost : "mse", which is half of the squared error, summed over outputs and averaged over examples, or "cross-entropy"
    Returns two lists of arrays, of the shapes of `weights` and `biases` and in their order.
    """
    activations = [X]
    for layer, W in enumerate(weights):
        activations.append(sigmoid(activations[-1] @ W + biases[layer]))
    slopes = [a * (1 - a) for a in activations[1:]]
    delta = (activations[-1] - Y) / len(X)
    if cost == "mse":
        delta = delta * slopes[-1]
    dweights, dbiases = [], []
    for layer in reversed(range(len(weights))):
        dweights.insert(0, activations[layer].T @ delta)
        dbiases.insert(0, delta.sum(axis=0))
        if layer > 0:
            delta = delta @ weights[layer].T * slopes[layer - 1]
    return dweights, dbiases


def softmax_backward(probabilities, upstream):
    """Return the gradient at the scores, given the gradient at the probabilities that the softmax made of them.

    probabilities : (N, C), what the softmax gave, row by row      upstream : (N, C), the gradient of a loss at each of them
    Returns (N, C). No loops, and no array of the shape (N, C, C).
    """
    shared = np.sum(probabilities * upstream, axis=1, keepdims=True)
    return probabilities * (upstream - shared)


# a3_networks/mnist_digits


def guess_by_darkness(X_train, y_train, X_test):
    """Return for each test image the digit whose training images have the nearest mean darkness.

    X_train : (N, H, W), any real dtype      y_train : (N,), digits, ints from 0 to 9; not every digit has to occur
    X_test  : (M, H, W)
    Returns (M,), digits that occur in y_train; of two equally near ones, the smaller. No loops over images.
    """
    totals = np.bincount(y_train, weights=X_train.mean(axis=(1, 2)), minlength=10)
    counts = np.bincount(y_train, minlength=10)
    means = np.full(10, np.inf)
    means[counts > 0] = totals[counts > 0] / counts[counts > 0]
    darkness = X_test.mean(axis=(1, 2))
    return np.abs(darkness[:, np.newaxis] - means).argmin(axis=1)


def init_network(sizes, rng):
    """Return a network with random weights.

    sizes : the sizes of the layers, pixels first: [784, 16, 16, 10]
    rng   : the np.random.Generator that the weights are drawn from
    Returns a list of len(sizes) - 1 pairs (W, b): W of shape (n_in, n_out), normally distributed with mean 0 and standard
    deviation 1 / sqrt(n_in); b of shape (n_out,), all zeros.
    """
    network = []
    for i in range(1, len(sizes)):
        m, n = sizes[i - 1], sizes[i]
        W = rng.normal(size=(m, n)) / np.sqrt(m)
        network.append((W, np.zeros(n)))
    return network


def forward(network, X):
    """Return what each layer puts out, as a list: the images, the activations of each hidden layer, the scores.

    network : list of pairs (W, b), W : (n_in, n_out), b : (n_out,)      X : (N, D), left as it is
    Returns a list of len(network) + 1 arrays of N rows. Number 0 is X; then sigmoid(A @ W + b), A being the array before;
    the last is A @ W + b without a sigmoid. No loop over images; one over layers is fine.
    """
    activations = [X]
    for W, b in network[:-1]:
        activations.append(1 / (1 + np.exp(-(activations[-1] @ W + b))))
    W, b = network[-1]
    return [*activations, activations[-1] @ W + b]


def backward(network, activations, y):
    """Return the mean cross-entropy of a batch, and its gradients.

    network     : list of pairs (W, b)
    activations : what forward(network, X) returned: images, hidden activations, scores; left as they are
    y           : (N,), the digits, ints
    Returns the loss, a number, and a list like the network, first layer first, of pairs (dW, db) of the same shapes as
    (W, b). No loop over images. There is `softmax(scores)`, from the last assignment.
    """
    each = np.arange(len(y))
    scores = activations[-1]
    said = softmax(scores)
    loss = -np.log(said[each, y]).mean()
    delta = said.copy()
    delta[each, y] -= 1
    delta /= len(y)
    gradients = []
    for (W, _), A in zip(network[::-1], activations[-2::-1]):
        gradients.append((A.T @ delta, delta.sum(axis=0)))
        delta = delta @ W.T * A * (1 - A)
    return loss, gradients[::-1]


def train_one_epoch(network, X, y, loss_and_gradients, learning_rate, batch_size, rng):
    """Go through all images once, in random order, with a step of gradient descent for each batch.

    network            : list of pairs (W, b); the arrays in it are changed
    X : (N, D)           y : (N,); both left as they are
    loss_and_gradients : called as loss_and_gradients(network, X_batch, y_batch); returns the loss of the batch, and a list
                         of pairs (dW, db), already means over the batch
    batch_size         : images in a batch; the last batch has what is left, and is never empty
    rng                : the np.random.Generator that the order comes from
    Returns the list of the losses, one for each batch, in order.
    """
    losses = []
    shuffled = rng.permutation(len(y))
    for start in range(0, len(y), batch_size):
        batch = shuffled[start : start + batch_size]
        loss, gradients = loss_and_gradients(network, X[batch], y[batch])
        losses.append(loss)
        for (W, b), (dW, db) in zip(network, gradients):
            W -= dW * learning_rate
            b -= db * learning_rate
    return losses


def shift(images, down, right):
    """Return the images moved down and to the right.

    images : (N, H, W), left as they are
    down, right : whole numbers of pixels; negative ones move up and left
    Returns a new array (N, H, W): entry [n, r, c] is images[n, r - down, c - right], or 0 where that is off the image.
    No loops.
    """
    H, W = images.shape[1:]
    padded = np.pad(images, ((0, 0), (max(down, 0), max(-down, 0)), (max(right, 0), max(-right, 0))))
    top, left = max(-down, 0), max(-right, 0)
    return padded[:, top : top + H, left : left + W]


def pool(images, size=3):
    """Return smaller images: each pixel is the mean of a block of size by size pixels.

    images : (N, H, W), any real dtype, also uint8; left as they are
    Returns (N, H // size, W // size), floating point. Rows at the bottom and columns on the right that don't fill a block
    are dropped. No loops.
    """
    N, H, W = images.shape
    h, w = H // size, W // size
    cropped = images[:, : h * size, : w * size]
    return cropped.reshape(N, h, size, w, size).mean(axis=(2, 4))


# a3_networks/modular_layers


def tanh_forward(x):
    """Return tanh of every number, and the cache.

    x : array of any shape
    """
    t = np.tanh(x)
    return t, t


def tanh_backward(dout, cache):
    """Return the gradient at the input, of the shape of dout.

    dout : gradient at the output      cache : what tanh_forward remembered, its output
    """
    return dout * (1 - cache * cache)


def affine_forward(x, w, b):
    """Return out = x w + b, each example laid out as a row, and the cache (x, w, b).

    x : (N, d_1, ..., d_k), left as it is      w : (D, M) with D = d_1 * ... * d_k      b : (M,)
    out : (N, M)
    """
    out = x.reshape(len(x), -1) @ w + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    """Return the gradients dx, dw, db.

    dout  : (N, M)
    cache : (x, w, b) as affine_forward got them, x : (N, d_1, ..., d_k); left as they are
    dx, dw, db have the shapes of x, w and b.
    """
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


def relu_forward(x):
    """Return x with 0 in place of what is negative, and the cache, which is x."""
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    """Return the gradient at the input of a ReLU, of the shape of dout.

    dout  : array of any shape, positive and negative
    cache : x, the input of relu_forward, of the same shape; left as it is
    """
    x = cache
    dx = dout * (x > 0)
    return dx


def affine_relu_forward(x, w, b):
    """Return the output of an affine layer followed by a ReLU, and both caches."""
    a, affine_cache = affine_forward(x, w, b)
    r, relu_cache = relu_forward(a)
    return r, (affine_cache, relu_cache)


def affine_relu_backward(dout, cache):
    """Return the gradients dx, dw, db of affine_relu_forward."""
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)


def sigmoid_forward(x):
    """Return 1 / (1 + exp(-x)) of every number, and the cache, which is the same array.

    x : array of any shape and any size of numbers, left as it is. Nothing overflows.
    """
    small = np.exp(-np.abs(x))
    out = np.where(x >= 0, 1, small) / (1 + small)
    return out, out


def sigmoid_backward(dout, cache):
    """Return the gradient at the input of a sigmoid, of the shape of dout.

    dout  : array of any shape
    cache : the output of sigmoid_forward, of the same shape; left as it is
    """
    dx = dout * cache * (1 - cache)
    return dx


def leaky_relu_forward(x, alpha=0.01):
    """Return x where it is positive and alpha * x where it is not, and the cache (x, alpha)."""
    return np.where(x > 0, x, alpha * x), (x, alpha)


def leaky_relu_backward(dout, cache):
    """Return the gradient at the input of a leaky ReLU, of the shape of dout.

    dout  : array of any shape
    cache : (x, alpha), the input of leaky_relu_forward and the slope of its negative side
    """
    x, alpha = cache
    dx = dout * np.where(x > 0, 1, alpha)
    return dx


def maxout_forward(x, k=2):
    """Return the largest of every k neighboring numbers of each row, and the cache.

    x : (N, M * k), the k pieces of each of M units side by side
    out : (N, M)      cache : (winners, k), winners : (N, M), which of its pieces was a unit's largest, 0 to k - 1
    """
    pieces = x.reshape(len(x), -1, k)
    return pieces.max(axis=2), (pieces.argmax(axis=2), k)


def maxout_backward(dout, cache):
    """Return the gradient at the input of a maxout layer, (N, M * k).

    dout  : (N, M)
    cache : (winners, k) as maxout_forward returned them; left as they are
    No loops over examples or units.
    """
    winners, k = cache
    is_winner = winners[:, :, np.newaxis] == np.arange(k)
    dx = (dout[:, :, np.newaxis] * is_winner).reshape(len(dout), -1)
    return dx


def svm_loss(x, y):
    """Return the mean hinge loss with margin 1, and its gradient at the scores.

    x : (N, C), scores, left as they are      y : (N,), ints from 0 to C - 1
    Returns the loss, a number, and dx : (N, C). No loops.
    """
    right = np.arange(len(x)), y
    gaps = np.maximum(0, x - x[right][:, np.newaxis] + 1)
    gaps[right] = 0
    loss = gaps.sum() / len(x)
    dx = (gaps > 0).astype(x.dtype)
    dx[right] = -dx.sum(axis=1)
    return loss, dx / len(x)


def softmax_loss(x, y):
    """Return the mean cross-entropy of the softmax of the scores, and its gradient at the scores.

    x : (N, C), scores of any size, left as they are      y : (N,), ints from 0 to C - 1
    Returns the loss, a number, and dx : (N, C). No loops, and no overflow.
    """
    right = np.arange(len(x)), y
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    dx[right] -= 1
    return -log_p[right].mean(), dx / len(x)


class TwoLayerNet:
    """affine - ReLU - affine - softmax, with a penalty of ½ reg ΣW² on both weight matrices."""

    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0, rng=None):
        """Draw W1 : (input_dim, hidden_dim) and W2 : (hidden_dim, num_classes) from a normal distribution.

        weight_scale : its standard deviation      reg : strength of the penalty
        rng          : a np.random.Generator; np.random.default_rng(0) if None
        """
        if rng is None:
            rng = np.random.default_rng(0)
        self.reg = reg
        self.params = {
            "W1": weight_scale * rng.standard_normal((input_dim, hidden_dim), dtype=np.float32),
            "b1": np.zeros(hidden_dim, dtype=np.float32),
            "W2": weight_scale * rng.standard_normal((hidden_dim, num_classes), dtype=np.float32),
            "b2": np.zeros(num_classes, dtype=np.float32),
        }


@add_to(TwoLayerNet)
def loss(self, X, y=None):
    """Return the scores, (N, C), if y is None; otherwise the loss and a dict of gradients, named as in self.params.

    X : (N, d_1, ..., d_k)      y : (N,), ints from 0 to C - 1
    self.params are left as they are.
    """
    hidden, hidden_cache = affine_relu_forward(X, self.params["W1"], self.params["b1"])
    scores, scores_cache = affine_forward(hidden, self.params["W2"], self.params["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(self.params["W1"] ** 2) + np.sum(self.params["W2"] ** 2))
    grads = {}
    dhidden, grads["W2"], grads["b2"] = affine_backward(dscores, scores_cache)
    _, grads["W1"], grads["b1"] = affine_relu_backward(dhidden, hidden_cache)
    grads["W1"] = grads["W1"] + self.reg * self.params["W1"]
    grads["W2"] = grads["W2"] + self.reg * self.params["W2"]
    return loss, grads


class FullyConnectedNet:
    """(affine - ReLU) for each hidden layer, then affine - softmax, with a penalty of ½ reg ΣW² on all weight matrices."""

    def __init__(
        self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, reg=0.0, weight_scale=1e-2, dtype=np.float32, rng=None
    ):
        """Make a network with untrained parameters.

        hidden_dims  : the sizes of the hidden layers      input_dim : how many numbers an example has
        reg          : strength of the penalty             weight_scale : standard deviation of the weights
        dtype        : of all parameters                   rng : a np.random.Generator; np.random.default_rng(0) if None
        """
        self.reg, self.dtype = reg, dtype
        self.num_layers = 1 + len(hidden_dims)
        self.params = {}
        self.init_params(
            [input_dim, *hidden_dims, num_classes], weight_scale, np.random.default_rng(0) if rng is None else rng
        )

    def hidden_forward(self, i, x):
        """Return what hidden layer i makes of x, and the cache."""
        return affine_relu_forward(x, self.params[f"W{i}"], self.params[f"b{i}"])

    def hidden_backward(self, i, dout, cache):
        """Return the gradient at the input of hidden layer i, and a dict of those of its parameters."""
        dx, dw, db = affine_relu_backward(dout, cache)
        return dx, {f"W{i}": dw, f"b{i}": db}


@add_to(FullyConnectedNet)
def init_params(self, sizes, weight_scale, rng):
    """Put W1, b1, W2, b2, ... into self.params, arrays of dtype self.dtype.

    sizes        : how many numbers go into the first layer, come out of it and go into the second, ..., come out of the last
    weight_scale : standard deviation of the weights, which are normally distributed about 0; biases are 0
    rng          : the np.random.Generator that draws them
    """
    for i in range(1, len(sizes)):
        W = weight_scale * rng.normal(size=(sizes[i - 1], sizes[i]))
        self.params[f"W{i}"] = W.astype(self.dtype)
        self.params[f"b{i}"] = np.zeros(sizes[i], self.dtype)


@add_to(FullyConnectedNet)
def loss(self, X, y=None):
    """Return the scores, (N, C), if y is None; otherwise the loss and a dict of gradients, named as in self.params.

    X : (N, d_1, ..., d_k)      y : (N,), ints from 0 to C - 1
    self.params are left as they are.
    """
    X = X.astype(self.dtype)
    last, out, caches = self.num_layers, X, []
    for i in range(1, last):
        out, cache = self.hidden_forward(i, out)
        caches.append(cache)
    scores, cache = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dscores, cache)
    for i in range(last - 1, 0, -1):
        dout, of_layer = self.hidden_backward(i, dout, caches[i - 1])
        grads.update(of_layer)
    for i in range(1, last + 1):
        W = self.params[f"W{i}"]
        loss += 0.5 * self.reg * np.sum(W**2)
        grads[f"W{i}"] = grads[f"W{i}"] + self.reg * W
    return loss, grads


# a3_networks/two_layer_net


def init_params(rng, num_features, num_hidden, num_classes, scale):
    """Return the parameters of a two-layer network: random weights of standard deviation `scale`, and biases of 0."""
    return {
        "W1": scale * rng.normal(size=(num_features, num_hidden)),
        "b1": np.zeros(num_hidden),
        "W2": scale * rng.normal(size=(num_hidden, num_classes)),
        "b2": np.zeros(num_classes),
    }


def fires(z):
    """Return 1 where z is above 0, and 0 elsewhere: a neuron that fires or doesn't."""
    return (z > 0).astype(float)


def step_network(params, X):
    """Return the output of a network whose hidden neurons fire or don't: (N, D) -> (N, 1)."""
    return fires(X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), in a form that cannot overflow."""
    return 0.5 * (1 + np.tanh(z / 2))


def triangle_weights():
    """Return weights with which step_network is above 0 inside the triangle (-1, -1), (1, -1), (0, 1), and not outside.

    Returns a dict of arrays: "W1" (2, 3), "b1" (3,), "W2" (3, 1), "b2" (1,): three hidden neurons, one output.
    """
    return {
        "W1": np.array([[0.0, -2.0, 2.0], [1.0, -1.0, -1.0]]),
        "b1": np.array([1.0, 1.0, 1.0]),
        "W2": np.ones((3, 1)),
        "b2": np.array([-2.5]),
    }


def two_layer_scores(params, X):
    """Return the scores of a two-layer network, and its hidden layer.

    params : dict with "W1" (D, H), "b1" (H,), "W2" (H, C), "b2" (C,); left as it is      X : (N, D)
    Returns scores : (N, C) and hidden : (N, H), the latter after the ReLU. No loops.
    """
    hidden = np.maximum(0, X @ params["W1"] + params["b1"])
    return hidden @ params["W2"] + params["b2"], hidden


def two_layer_predict(params, X):
    """Return the predicted class of every example: (N,), ints from 0 to C - 1. Arguments as in two_layer_scores."""
    scores = np.maximum(0, X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]
    return scores.argmax(axis=1)


def two_layer_loss(params, X, y, reg):
    """Return the mean cross-entropy of a two-layer network, plus a penalty, and its gradients, without loops.

    params : dict with "W1" (D, H), "b1" (H,), "W2" (H, C), "b2" (C,); left as it is
    X      : (N, D)      y : (N,), ints from 0 to C - 1
    reg    : strength of the penalty 0.5 * reg * (sum(W1**2) + sum(W2**2))
    Returns the loss, a number, and a dict of gradients, each with the name and shape of its parameter.
    Finite for huge scores.
    """
    hidden = np.maximum(0, X @ params["W1"] + params["b1"])
    scores = hidden @ params["W2"] + params["b2"]
    scores = scores - np.max(scores, axis=1, keepdims=True)
    log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    examples = np.arange(len(y))
    penalty = 0.5 * reg * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))
    loss = -log_p[examples, y].mean() + penalty

    dscores = np.exp(log_p)
    dscores[examples, y] -= 1
    dscores /= len(X)
    dhidden = (dscores @ params["W2"].T) * (hidden > 0)
    grads = {
        "W1": X.T @ dhidden + reg * params["W1"],
        "b1": dhidden.sum(axis=0),
        "W2": hidden.T @ dscores + reg * params["W2"],
        "b2": dscores.sum(axis=0),
    }
    return loss, grads


def train_two_layer(params, X, y, loss_function, learning_rate, reg, num_steps):
    """Walk downhill from `params` and return where that leads.

    params        : dict of arrays, the start; it and its arrays are left as they are
    loss_function : called as loss_function(params, X, y, reg), returns a loss and a dict of gradients
    Each step subtracts learning_rate times its gradient from every parameter. All examples take part in each step.
    Returns a dict of the trained parameters, and the list of the num_steps losses, each computed *before* its step.
    """
    params = {name: value.copy() for name, value in params.items()}
    losses = []
    while len(losses) < num_steps:
        loss, grads = loss_function(params, X, y, reg)
        losses.append(loss)
        for name in params:
            params[name] = params[name] - learning_rate * grads[name]
    return params, losses


def staircase_weights(edges, levels):
    """Return weights with which step_network is levels[k] from edges[k] on, up to the next edge, and 0 before the first.

    edges, levels : (K,), the edges in increasing order
    Returns a dict of arrays: "W1" (1, K), "b1" (K,), "W2" (K, 1), "b2" (1,).
    """
    jumps = np.diff(levels, prepend=0)
    return {
        "W1": np.ones((1, len(edges))),
        "b1": -edges,
        "W2": jumps[:, np.newaxis],
        "b2": np.zeros(1),
    }


def sigmoid_deltas(z, y):
    """Return dC/dz of a sigmoid neuron for two costs: the squared error ½(a - y)², and the cross-entropy.

    z : (N,), sums that go into the sigmoid, of any size      y : (N,), what it should say, from 0 to 1
    Returns two arrays (N,), the squared error's first. No loops; finite for all z.
    """
    a = sigmoid(z)
    return (a - y) * a * (1 - a), a - y


# a4_training/activations_init


def layer_statistics(layers, limit=0.99):
    """Return the mean, the standard deviation and the saturated share of what comes out of each layer.

    layers : list of L arrays (N, H_1), (N, H_2), ..., what comes out of each layer for N examples
    limit  : a number is saturated if its absolute value is larger than this
    Returns three arrays (L,): means, standard deviations, shares from 0 to 1. A loop over the layers is fine.
    """
    means = np.array([out.mean() for out in layers])
    spreads = np.array([out.std() for out in layers])
    saturated = np.array([np.mean(np.abs(out) > limit) for out in layers])
    return means, spreads, saturated


def init_weights(n_in, n_out, nonlinearity, rng, alpha=0.01):
    """Return random weights, (n_in, n_out), that keep the size of a signal: rng.standard_normal((n_in, n_out)), times s.

    nonlinearity : what follows the affine layer: "linear" (nothing), "tanh", "relu" or "leaky_relu"; ValueError for any other
    rng          : the np.random.Generator that is asked, once
    alpha        : the slope of the negative side of a leaky ReLU
    """
    squared_gains = {"linear": 1, "tanh": 1, "relu": 2, "leaky_relu": 2 / (1 + alpha**2)}
    if nonlinearity not in squared_gains:
        raise ValueError(f"nonlinearity is {nonlinearity!r}, expected one of {', '.join(squared_gains)}")
    s = np.sqrt(squared_gains[nonlinearity] / n_in)
    return s * rng.standard_normal((n_in, n_out))


def dead_units(z):
    """Return which of the units are off for every example, a boolean array (H,). No loops.

    z : (N, H), what goes into the ReLU: for N examples, the sums of H units. A unit is on where its sum is above 0.
    """
    return ~(z > 0).any(axis=0)


def update_ratio(w, next_w):
    """Return the length of the step from w to next_w, divided by the length of w: a number.

    w, next_w : arrays of the same shape, any shape; left as they are
    0 if they are equal, infinity (np.inf) if w is all zeros and next_w is not.
    """
    step, size = (np.sqrt(np.sum(part**2)) for part in (next_w - w, w))
    if step == 0:
        return 0.0
    return step / size if size > 0 else np.inf


def center_and_scale(X_train, X_other):
    """Return both arrays, centered and scaled with the statistics of X_train.

    X_train : (N, D), any real dtype (images may come as uint8)      X_other : (M, D), M may be 1; both left as they are
    Each feature has mean 0 and standard deviation 1 (with N in the denominator) over X_train afterwards. A feature that is
    the same for all of X_train is only centered. Returns (N, D) and (M, D), floating point. No loops.
    """
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    varies = (X_train != X_train[0]).any(axis=0)
    spread = np.where(varies, spread, 1)
    return (X_train - mean) / spread, (X_other - mean) / spread


def pca(X, k):
    """Return the mean of the data, the first k principal components, and the variances along them.

    X : (N, D), floating point, left as it is      k : at most D, and less than N
    mean : (D,)      components : (k, D), rows of length 1, largest variance first; which way each points does not matter
    variances : (k,), with N in the denominator
    """
    mean = X.mean(axis=0)
    _, stretches, directions = np.linalg.svd(X - mean, full_matrices=False)
    return mean, directions[:k], stretches[:k] ** 2 / len(X)


def zca_whiten(X, mean, components, variances, eps):
    """Return data whitened and turned back: (N, D), floating point. No loops.

    X : (N, D), N may be 1      mean : (D,)      components : (k, D), k may be less than D      variances : (k,)
    The last three are what pca returned for the training data. eps : added to the variances. All are left as they are.
    """
    numbers = (X - mean) @ components.T
    return numbers / np.sqrt(variances + eps) @ components


# a4_training/batchnorm


def batchnorm_forward(x, gamma, beta, bn_param):
    """Return normalized features, stretched by gamma and moved by beta, and the cache.

    x : (N, D), left as it is      gamma, beta : (D,)      out : (N, D)
    bn_param : {"mode": "train" or "test", "eps": 1e-5 if missing, "momentum": 0.9 if missing,
                "running_mean", "running_var": (D,), zeros if missing}
    In training, the batch's own statistics are used, and the running ones are brought up to date. In test mode the running
    ones are used, and stay as they are. Both are in bn_param afterwards.
    cache : (x_hat, gamma, std) with x_hat : (N, D), std : (D,), the root of variance + eps
    """
    D = x.shape[1]
    mode, eps, momentum = bn_param["mode"], bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(D, x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, x.dtype))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma * x_hat + beta
    bn_param["running_mean"], bn_param["running_var"] = running_mean, running_var
    return out, (x_hat, gamma, std)


def batchnorm_backward(dout, cache):
    """Return the gradients dx, dgamma, dbeta of batchnorm_forward in training mode, found node by node.

    dout  : (N, D)
    cache : (x_hat, gamma, std) as batchnorm_forward returns it, x_hat : (N, D), gamma, std : (D,); left as they are
    dx : (N, D)      dgamma, dbeta : (D,)
    """
    x_hat, gamma, std = cache
    N = len(dout)
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    centered = x_hat * std
    dstd = -(dx_hat * centered).sum(axis=0) / std**2
    dvar = dstd / (2 * std)
    dcentered = dx_hat / std + 2 * centered * dvar / N
    dmean = -dcentered.sum(axis=0)
    dx = dcentered + dmean / N
    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
    """Return the same as batchnorm_backward, dx by a single formula.

    dout  : (N, D)
    cache : (x_hat, gamma, std), x_hat : (N, D), gamma, std : (D,); left as they are
    dx : (N, D)      dgamma, dbeta : (D,)
    """
    x_hat, gamma, std = cache
    N = len(dout)
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx = gamma / std * (dout - dbeta / N - x_hat * dgamma / N)
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    """Return examples each normalized over its features, then stretched by gamma and moved by beta, and the cache.

    x : (N, D), left as it is      gamma, beta : (D,)      out : (N, D)
    ln_param : {"eps": 1e-5 if missing}
    cache : (x_hat, gamma, std) with x_hat : (N, D), std : (N, 1), the root of variance + eps
    """
    eps = ln_param.get("eps", 1e-5)
    mean = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma * x_hat + beta
    return out, (x_hat, gamma, std)


def layernorm_backward(dout, cache):
    """Return the gradients dx, dgamma, dbeta of layernorm_forward.

    dout  : (N, D)
    cache : (x_hat, gamma, std), x_hat : (N, D), gamma : (D,), std : (N, 1); left as they are
    dx : (N, D)      dgamma, dbeta : (D,)
    """
    x_hat, gamma, std = cache
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    along_ones = dx_hat.mean(axis=1, keepdims=True)
    along_x_hat = (dx_hat * x_hat).mean(axis=1, keepdims=True)
    dx = (dx_hat - along_ones - x_hat * along_x_hat) / std
    return dx, dgamma, dbeta


class NormalizedNet(FullyConnectedNet):
    """(affine - normalization - ReLU) for each hidden layer, then affine - softmax."""

    def __init__(self, hidden_dims, normalization="batchnorm", **options):
        """Make an untrained network.

        normalization : "batchnorm" or "layernorm"      options : those of FullyConnectedNet
        """
        self.normalization, self.mode, self.state = normalization, "train", {}
        super().__init__(hidden_dims, **options)

    def init_params(self, sizes, weight_scale, rng):
        """Also give each hidden layer a gamma and a beta, and for batch normalization a place for running averages."""
        super().init_params(sizes, weight_scale, rng)
        for i in range(1, self.num_layers):
            ones, zeros = np.ones(sizes[i], self.dtype), np.zeros(sizes[i], self.dtype)
            self.params[f"gamma{i}"], self.params[f"beta{i}"] = ones, zeros
            if self.normalization == "batchnorm":
                self.state[f"bn{i}"] = {"running_mean": zeros.copy(), "running_var": ones.copy()}

    def loss(self, X, y=None):
        """Return scores, or loss and gradients, as FullyConnectedNet does; in test mode if there are no labels."""
        self.mode = "test" if y is None else "train"
        return super().loss(X, y)

    def hidden_backward(self, i, dout, cache):
        """Return the gradient at the input of hidden layer i, and a dict of those of its parameters."""
        affine_cache, norm_cache, relu_cache = cache
        backward = batchnorm_backward_alt if self.normalization == "batchnorm" else layernorm_backward
        dout, dgamma, dbeta = backward(relu_backward(dout, relu_cache), norm_cache)
        dx, dW, db = affine_backward(dout, affine_cache)
        return dx, {f"W{i}": dW, f"b{i}": db, f"gamma{i}": dgamma, f"beta{i}": dbeta}


@add_to(NormalizedNet)
def hidden_forward(self, i, x):
    """Return what hidden layer i makes of x, affine - normalization - ReLU, and the cache.

    x : (N, d_1, ..., d_k)      out : (N, D)
    cache : those of the three layers, in the order in which they were computed
    """
    W, b, gamma, beta = (self.params[f"{name}{i}"] for name in ("W", "b", "gamma", "beta"))
    a, affine_cache = affine_forward(x, W, b)
    if self.normalization == "batchnorm":
        bn_param = self.state[f"bn{i}"]
        bn_param["mode"] = self.mode
        normal, norm_cache = batchnorm_forward(a, gamma, beta, bn_param)
    else:
        normal, norm_cache = layernorm_forward(a, gamma, beta, {})
    out, relu_cache = relu_forward(normal)
    return out, (affine_cache, norm_cache, relu_cache)


# a4_training/optimizers


def sgd_momentum(w, dw, config=None):
    """Return w after a step with momentum, and the config for the next step.

    w, dw  : arrays of the same shape, left as they are
    config : learning_rate (1e-2 if it is not given), momentum (0.9),
             velocity (zeros): array of the shape of w, what is added to w; the new one is in the config that is returned
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w), **(config or {})}
    velocity = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    next_w = w + velocity
    config["velocity"] = velocity
    return next_w, config


def nesterov(w, dw, config=None):
    """Return w, the place one look ahead, after a step with Nesterov's momentum, and the config for the next step.

    w, dw  : arrays of the same shape, left as they are; dw is the gradient at w
    config : learning_rate (1e-2 if it is not given), momentum (0.9),
             velocity (zeros): array of the shape of w; the new one is in the config that is returned
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w), **(config or {})}
    before = config["velocity"]
    velocity = config["momentum"] * before - config["learning_rate"] * dw
    next_w = w - config["momentum"] * before + (1 + config["momentum"]) * velocity
    config["velocity"] = velocity
    return next_w, config


def adagrad(w, dw, config=None):
    """Return w after a step of AdaGrad, and the config for the next step.

    w, dw  : arrays of the same shape, left as they are
    config : learning_rate (1e-2 if it is not given), epsilon (1e-8),
             cache (zeros): array of the shape of w, the sum of all squared gradients; the new one is in the config that
             is returned
    """
    config = {"learning_rate": 1e-2, "epsilon": 1e-8, "cache": np.zeros_like(w), **(config or {})}
    cache = config["cache"] + dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    config["cache"] = cache
    return next_w, config


def rmsprop(w, dw, config=None):
    """Return w after a step of RMSProp, and the config for the next step.

    w, dw  : arrays of the same shape, left as they are
    config : learning_rate (1e-2 if it is not given), decay_rate (0.99), epsilon (1e-8),
             cache (zeros): array of the shape of w, the moving average of the squared gradients; the new one is in the
             config that is returned
    """
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w), **(config or {})}
    cache = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    config["cache"] = cache
    return next_w, config


def adam(w, dw, config=None):
    """Return w after a step of Adam, and the config for the next step.

    w, dw  : arrays of the same shape, left as they are
    config : learning_rate (1e-3 if it is not given), beta1 (0.9), beta2 (0.999), epsilon (1e-8),
             m, v (zeros): arrays of the shape of w, the moving averages of the gradients and of their squares, uncorrected,
             t (0): the number of steps taken; it is 1 in the first step
             The new m, v and t are in the config that is returned.
    """
    zeros = {"m": np.zeros_like(w), "v": np.zeros_like(w), "t": 0}
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **zeros, **(config or {})}
    beta1, beta2, t = config["beta1"], config["beta2"], config["t"] + 1
    m = beta1 * config["m"] + (1 - beta1) * dw
    v = beta2 * config["v"] + (1 - beta2) * dw**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    config.update(m=m, v=v, t=t)
    return next_w, config


def learning_rate_at(step, base_rate, total_steps, warmup_steps=0, min_rate=0.0):
    """Return the learning rate of a step: a straight warm-up, then half a cosine wave down to min_rate, which then stays.

    step         : a whole number, counted from 0
    base_rate    : the rate of the last step of the warm-up, and of the first one after it
    total_steps  : from this step on the rate is min_rate; more than warmup_steps
    warmup_steps : how many steps the warm-up takes, maybe none; the first of them has rate base_rate / warmup_steps
    """
    if step < warmup_steps:
        return base_rate * (step + 1) / warmup_steps
    done = min(1, (step - warmup_steps) / (total_steps - warmup_steps))
    return min_rate + 0.5 * (base_rate - min_rate) * (1 + np.cos(np.pi * done))


def scheduled(rule, rate_at):
    """Return an update rule that is `rule` with the learning rate rate_at(step), step = 0, 1, 2, ..."""

    def update(w, dw, config=None):
        config = config or {}
        step = config.get("step", 0)
        next_w, config = rule(w, dw, {**config, "learning_rate": rate_at(step)})
        return next_w, {**config, "step": step + 1}

    return update


def halved(step, base_rate, every):
    """Return the base rate, halved after each `every` steps."""
    return base_rate * 0.5 ** (step // every)


# a4_training/regularization


def weight_decay_step(w, dw, learning_rate, weight_decay):
    """Return w after a plain step against the gradient, with weight decay.

    w, dw : arrays of the same shape; dw is the gradient of the loss at w, without penalty; both are left as they are
    weight_decay : λ above, of which learning_rate times as much is the share that a weight loses
    """
    return (1 - learning_rate * weight_decay) * w - learning_rate * dw


def l1_step(w, dw, learning_rate, l1):
    """Return w after a plain step against the gradient, and then shrunk toward 0, where it stops.

    w, dw : arrays of the same shape; dw is the gradient of the loss at w, without penalty; both are left as they are
    l1    : λ above, of which learning_rate times as much is the amount by which every weight shrinks
    No loops.
    """
    stepped = w - learning_rate * dw
    left = np.maximum(np.abs(stepped) - learning_rate * l1, 0)
    return np.sign(stepped) * left


def max_norm(W, limit):
    """Return W with every column that is longer than limit scaled down to that length; the others as they are.

    W : (D, H), left as it is; column h holds the weights that come into unit h      limit : a positive number
    No loops.
    """
    lengths = np.sqrt(np.sum(W**2, axis=0))
    return W * (limit / np.maximum(lengths, limit))


def dropout_forward(x, dropout_param):
    """Return x with random entries switched off in training, or as it is in use, and the cache.

    x : any shape, floating point, left as it is      out : the same shape and dtype
    dropout_param : {"mode": "train" or "test", "p": the probability of each entry to be kept, 0 < p <= 1,
                     "rng": a np.random.Generator}
    cache : (mode, mask), mask : of x's shape, 0 where dropped and 1/p where kept; None in test mode
    No loops.
    """
    mode, p, rng = dropout_param["mode"], dropout_param["p"], dropout_param["rng"]
    mask = None
    if mode == "train":
        mask = (rng.random(x.shape) < p) / p
        out = mask * x
    else:
        out = x
    return out.astype(x.dtype, copy=False), (mode, mask)


def dropout_backward(dout, cache):
    """Return the gradient dx of dropout_forward.

    dout  : the shape of x
    cache : (mode, mask) as dropout_forward returns it: mask holds 0 and 1/p, and is None in test mode; left as it is
    """
    mode, mask = cache
    return dout * mask if mode == "train" else dout


class DropoutNet(FullyConnectedNet):
    """(affine - ReLU - dropout) for each hidden layer, then affine - softmax."""

    def __init__(self, hidden_dims, keep_prob=1.0, **options):
        """Make an untrained network.

        keep_prob : the probability of a hidden unit to be kept      options : those of FullyConnectedNet
        """
        self.keep_prob, self.mode, self.state = keep_prob, "train", {"rng": np.random.default_rng(1)}
        super().__init__(hidden_dims, **options)

    def loss(self, X, y=None):
        """Return scores, or loss and gradients, as FullyConnectedNet does; in test mode if there are no labels."""
        self.mode = "test" if y is None else "train"
        return super().loss(X, y)

    def hidden_forward(self, i, x):
        """Return what hidden layer i makes of x, some of it switched off in training, and the cache."""
        out, cache = super().hidden_forward(i, x)
        out, dropout_cache = dropout_forward(out, {"mode": self.mode, "p": self.keep_prob, "rng": self.state["rng"]})
        return out, (cache, dropout_cache)

    def hidden_backward(self, i, dout, cache):
        """Return the gradient at the input of hidden layer i, and a dict of those of its parameters."""
        cache, dropout_cache = cache
        return super().hidden_backward(i, dropout_backward(dout, dropout_cache), cache)


def random_flip(images, rng):
    """Return the images, each mirrored left-right with probability 1/2, independently of the others.

    images : (N, H, W, C), any dtype, left as they are      rng : a np.random.Generator
    Returns a new array of the same shape and dtype. No loops.
    """
    mirrored = rng.random(len(images)) < 0.5
    return np.where(mirrored[:, np.newaxis, np.newaxis, np.newaxis], images[:, :, ::-1], images)


def random_crop(images, margin, rng):
    """Return windows of the images' size, cut at random places out of the images with a margin of zeros around them.

    images : (N, H, W, C), any dtype, left as they are      margin : pixels on each side, 0 or more
    rng    : a np.random.Generator, which decides for each image by itself; all (2 margin + 1)² places are equally likely
    Returns a new array of the same shape and dtype. No loops over the images.
    """
    N, H, W, _ = images.shape
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin), (0, 0)))
    top, left = rng.integers(0, 2 * margin + 1, size=(2, N, 1))
    rows = (top + np.arange(H))[:, :, np.newaxis]
    columns = (left + np.arange(W))[:, np.newaxis, :]
    return padded[np.arange(N)[:, np.newaxis, np.newaxis], rows, columns]


def ensemble_predict(scores):
    """Return the labels that several networks agree on, and their mean probabilities.

    scores : a list of arrays (N, C), one for each network: its scores, of any size; left as they are
    Returns labels : (N,) ints, the class with the largest mean probability, and probabilities : (N, C)
    """
    probabilities = np.mean([softmax(of_one) for of_one in scores], axis=0)
    return probabilities.argmax(axis=1), probabilities
