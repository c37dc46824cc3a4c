"""Cases and known mistakes of the cross-validation notebook."""

import numpy as np

from autograder.tasks import Case, Mistake, Task

# --- split_folds


def _split(num_examples, num_folds, seed=None):
    return lambda rng: {"num_examples": num_examples, "num_folds": num_folds, "seed": seed}


def _uneven(rng):
    """Two folds or more are one larger than the others, and two or more are not."""
    num_folds = int(rng.integers(4, 8))
    return {"num_examples": num_folds * int(rng.integers(3, 6)) + 2, "num_folds": num_folds, "seed": None}


def _shuffled(rng):
    return {**_uneven(rng), "seed": int(rng.integers(1, 10**6))}


_ARRANGED = "indices = np.arange(num_examples) if rng is None else rng.permutation(num_examples)"
_SPLIT = "np.array_split(indices, num_folds)"
_SPLIT_FOLDS = (
    Mistake(
        "rounded-up",
        "the folds were cut to a size that was rounded up",
        "With 11 examples in 5 folds, pieces of 3 leave 2 for the fourth and nothing for the fifth. Sizes may differ by "
        "one: 3, 2, 2, 2, 2. There is a NumPy function that splits like that.",
        replace={
            _SPLIT: "[indices[i * size : (i + 1) * size] for size in [-(-num_examples // num_folds)] "
            "for i in range(num_folds)]"
        },
    ),
    Mistake(
        "remainder-lost",
        "some examples are in no fold",
        "When the number of examples doesn't divide evenly, a few are left over, and with folds of one fixed size nobody "
        "ever gets to see them. Let some folds be one larger; there is a NumPy function that splits like that.",
        replace={_SPLIT: "list(indices[: num_examples // num_folds * num_folds].reshape(num_folds, -1))"},
    ),
    Mistake(
        "rest-in-the-last",
        "the last fold takes all that is left over",
        "Nobody is lost, but the folds are unequal: with 19 examples in 5 folds, four of 3 and one of 7. Spread the rest, "
        "one for each of the first folds.",
        replace={
            _SPLIT: "[indices[i * (num_examples // num_folds) : None if i == num_folds - 1 else (i + 1) * "
            "(num_examples // num_folds)] for i in range(num_folds)]"
        },
    ),
    Mistake(
        "dealt-like-cards",
        "the examples are dealt out in turn",
        "Every example is in one fold and the sizes are right. But without `rng` the folds should be consecutive pieces, so "
        "that everybody's folds are the same.",
        replace={_SPLIT: "[indices[i::num_folds] for i in range(num_folds)]"},
    ),
    Mistake(
        "folds-of-that-size",
        "num_folds was taken for the size of a fold",
        "Asked for 5 folds, it makes folds of 5. The number of pieces is given; their size follows from it.",
        replace={_SPLIT: "np.split(indices, range(num_folds, num_examples, num_folds))"},
    ),
    Mistake(
        "rng-ignored",
        "the folds are not shuffled although rng is given",
        "If the examples are sorted by class, consecutive folds hold classes that the other folds have never seen. Put the "
        "indices into the random order that `rng` gives before you cut.",
        replace={_ARRANGED: "indices = np.arange(num_examples)"},
    ),
    Mistake(
        "shuffled-inside-the-folds",
        "the examples are shuffled within each fold only",
        "First cut, then shuffle: each fold still holds the same neighbors as before, in another order. Shuffle all indices "
        "before you cut.",
        replace={
            _ARRANGED: "indices = np.arange(num_examples)",
            _SPLIT: "[fold if rng is None else rng.permutation(fold) for fold in np.array_split(indices, num_folds)]",
        },
    ),
    Mistake(
        "another-generator",
        "the random order does not come from rng",
        "Two calls with the same seed gave different folds, so nobody can repeat your experiment. Use the generator that "
        "was handed in; `np.random.permutation` and a new `default_rng()` know nothing of its seed.",
        replace={"rng.permutation(num_examples)": "np.random.default_rng().permutation(num_examples)"},
    ),
    Mistake(
        "drawn-with-replacement",
        "some examples are in several folds, others in none",
        "Random numbers drawn one by one repeat themselves. An example that sits in two folds is trained on and then "
        "asked for: a leak. A *permutation* holds every index exactly once.",
        replace={"rng.permutation(num_examples)": "rng.integers(0, num_examples, size=num_examples)"},
    ),
)

# --- cross_validate_k


def _examples(rng, num_examples=18, num_folds=3, k_choices=(1, 2, 5), shuffle=False):
    """Small whole numbers, so that the stand-in's sums are exact in whatever order they are taken."""
    indices = rng.permutation(num_examples) if shuffle else np.arange(num_examples)
    return {
        "X": rng.integers(0, 30, size=(num_examples, 4)).astype(np.float64),
        "y": rng.integers(0, 3, size=num_examples),
        "folds": np.array_split(indices, num_folds),
        "k_choices": list(k_choices),
        "count_distances": False,
    }


def _unequal_folds(rng):
    return _examples(rng, 22, 4, (1, 3, 4, 6, 9), shuffle=True)


def _many_folds(rng):
    return _examples(rng, 30, 6, (2, 7))


def _two_folds(rng):
    return _examples(rng, 21, 2, (1, 2, 3, 4), shuffle=True)


def _one_k(rng):
    return _examples(rng, 24, 4, (3,))


def _unsorted_k(rng):
    return _examples(rng, 25, 5, (8, 1, 4), shuffle=True)


def _as_float32(rng):
    inputs = _examples(rng, 20, 4, (1, 2, 6))
    return {**inputs, "X": inputs["X"].astype(np.float32), "y": inputs["y"].astype(np.uint8)}


def _counted(rng):
    return {**_examples(rng, 20, 4, (1, 2, 3, 5, 8)), "count_distances": True}


_ONCE = Case("distances are computed once for each fold", _counted, weight=1.5)
_REST = "rest = np.concatenate(folds[:f] + folds[f + 1 :])"
_TRAIN = "model.train(X[rest], y[rest])"
_DISTANCES = "dists = model.compute_distances_no_loops(X[fold])"
_VOTES = "model.predict_labels(dists, k=k)"
_FILL = f"accuracies[i, f] = np.mean({_VOTES} == y[fold])"
_CROSS_VALIDATE = (
    Mistake(
        "trained-on-everything",
        "the examples that are asked for were trained on",
        "With a real k-NN each of them would find itself, at distance 0, and k = 1 would always be right: an open-book "
        "examination. The fold that asks has to be left out of the training.",
        replace={_TRAIN: "model.train(X, y)"},
    ),
    Mistake(
        "asked-the-training-set",
        "the classifier is tested on what it was trained on",
        "The held-out fold is never used. Train on the rest, and count the right answers on the fold.",
        replace={"X[fold]": "X[rest]", "y[fold]": "y[rest]"},
    ),
    Mistake(
        "roles-exchanged",
        "it learns from one fold and is tested on all the others",
        "The roles are exchanged: with five folds, it learns from a fifth of the examples instead of four fifths.",
        replace={_TRAIN: "model.train(X[fold], y[fold])", "X[fold])\n": "X[rest])\n", "== y[fold]": "== y[rest]"},
    ),
    Mistake(
        "always-the-first",
        "the same fold is held out every time",
        "All columns are equal: only one fold was ever asked for. Each of them takes a turn, which is what the *cross* in "
        "the name means.",
        replace={"for f, fold in enumerate(folds):": "for f in range(len(folds)):\n        fold, rest = folds[0], None"}
        | {_REST: "rest = np.concatenate(folds[1:])"},
    ),
    Mistake(
        "one-fold-too-few",
        "one of the training folds is missing",
        "`folds[:i]` ends before i, so `folds[i + 1:]` is what follows it. Is a fold beside the held-out one lost, at the "
        "end or at the beginning?",
        replace={_REST: "rest = np.concatenate([*folds[:f], *folds[f + 2 :]] or folds[:1])"},
    ),
    Mistake(
        "trained-on-the-fold",
        "it learns from the very fold that it is then asked about",
        "Train on the rest, and count the right answers on the fold. Yours uses the fold for both.",
        replace={_TRAIN: "model.train(X[fold], y[fold])"},
    ),
    Mistake(
        "stopped-after-one-fold",
        "the function returns after the first fold",
        "A `return` ends the function wherever it stands, also in the middle of a loop: all columns but the first keep "
        "their zeros. Is there one that is indented too far?",
        replace={_FILL: f"{_FILL}\n        return accuracies"},
    ),
    Mistake(
        "errors-counted",
        "these are shares of wrong answers",
        "It is the error rate: 1 minus the accuracy. Which comparison is true where the answer is right?",
        replace={"== y[fold]": "!= y[fold]"},
    ),
    Mistake(
        "counts",
        "these are numbers of right answers, not shares",
        "Folds can differ in size, and counts don't say how many were asked. Divide by the size of the fold.",
        replace={"np.mean(": "np.sum("},
    ),
    Mistake(
        "divided-by-everybody",
        "the right answers are divided by the number of all examples",
        "Only the examples of one fold were asked. Divide by their number; with five folds, yours can never exceed .2.",
        replace={f"np.mean({_VOTES} == y[fold])": f"np.sum({_VOTES} == y[fold]) / len(y)"},
    ),
    Mistake(
        "k-not-passed-on",
        "k does not reach the vote",
        "All rows are equal: without an argument, `predict_labels` uses k = 1.",
        replace={_VOTES: "model.predict_labels(dists)"},
    ),
    Mistake(
        "transposed",
        "rows and columns are exchanged",
        "One row for each k, one column for each fold: entry [i, f] is what k_choices[i] got on fold f.",
        replace={_FILL: f"{_FILL}\n    accuracies = accuracies.T"},
    ),
    Mistake(
        "already-averaged",
        "the folds are already averaged",
        "The mean over the folds is what one looks at first, but the spread around it says how far it can be trusted. "
        "Return every single accuracy, one column for each fold.",
        replace={_FILL: f"{_FILL}\n    accuracies = accuracies.mean(axis=1)"},
    ),
    Mistake(
        "recomputed",
        "the distances are computed anew for every k",
        "The accuracies are right. But which images are near does not depend on k; only the vote does. With ten values of "
        "k, nine tenths of the work was for nothing. Compute the distances before the loop over k.",
        replace={_VOTES: "model.predict(X[fold], k=k)", f"        {_DISTANCES}\n": ""},
    ),
)

# --- select_best_k


def _accuracies(rng, num_k, num_folds):
    """Multiples of 1/64, so that sums are exact and ties are ties, well below what the best reach."""
    return rng.integers(5, 25, size=(num_k, num_folds)) / 64


def _rivals(rng, num_k=6):
    """In no order: one k with the best mean, and others with the best fold, the best worst fold and the best median.

    The second best mean, a little below, belongs to a smaller k.
    """
    rows = np.array(
        [
            [30, 40, 42, 20],  # mean 33: the winner
            [60, 24, 24, 16],  # mean 31, the luckiest fold
            [29, 29, 31, 31],  # mean 30, the best worst fold
            [12, 38, 40, 38],  # mean 32, the best median, and the smallest k
        ]
    )
    accuracies = np.concatenate([rows / 64, _accuracies(rng, num_k - 4, 4)])
    k_choices = rng.choice(np.arange(10, 60), size=num_k, replace=False)
    k_choices[3] = rng.integers(num_k, 10)
    order = rng.permutation(num_k)
    while np.all(np.diff(k_choices[order]) > 0) or order[0] == 0:
        order = rng.permutation(num_k)
    return {"k_choices": k_choices[order].tolist(), "accuracies": rng.permuted(accuracies[order], axis=1)}


def _square_accuracies(rng):
    return _rivals(rng, 4)


def _tie(rng):
    """Four k share the best mean; the smallest of them is neither the first nor the last in the list."""
    accuracies = _accuracies(rng, 5, 4)
    accuracies[1:] = np.array([[34, 30, 34, 30], [32, 32, 32, 32], [31, 33, 33, 31], [28, 36, 30, 34]]) / 64
    return {"k_choices": [7, 9, 20, 5, 12], "accuracies": accuracies}


def _sorted_tie(rng):
    """The larger of two tied k is the steadier one."""
    accuracies = _accuracies(rng, 4, 4)
    accuracies[1] = np.array([40, 32, 32, 24]) / 64
    accuracies[2] = np.array([32, 32, 32, 32]) / 64
    return {"k_choices": [6, 8, 12, 30], "accuracies": accuracies}


def _single_k(rng):
    return {"k_choices": [12], "accuracies": _accuracies(rng, 1, 5)}


def _single_fold(rng):
    return {"k_choices": [9, 3, 15], "accuracies": np.array([[0.25], [0.5], [0.375]])}


_MEANS = "means = accuracies.mean(axis=1)"
_SELECT = (
    Mistake(
        "choices-sorted-alone",
        "the list of k was sorted, and the accuracies were not",
        "Row i of `accuracies` belongs to k_choices[i]. Once only one of the two is sorted, every k is credited with "
        "somebody else's accuracies.",
        replace={_MEANS: f"{_MEANS}\n    k_choices = sorted(k_choices)"},
    ),
    Mistake(
        "median",
        "the folds were summarized by their median",
        "The median ignores how good the good folds and how bad the bad ones were. It is a fair summary, but another one: "
        "the mean was asked for.",
        replace={_MEANS: "means = np.median(accuracies, axis=1)"},
    ),
    Mistake(
        "worst-fold",
        "the folds were summarized by the worst of them",
        "One bad fold is as much a matter of chance as a lucky one. The mean over the folds was to be compared.",
        replace={_MEANS: "means = accuracies.min(axis=1)"},
    ),
    Mistake(
        "tie-to-the-last",
        "in a tie, the last in the list wins",
        "With `>=` every equal mean takes the place of the one before it, whatever its k. The rule is that the smallest k "
        "wins, and nobody promised that the list is sorted.",
        replace={"return min(k for k,": "return [*(k for k,", "mean == means.max())": "mean == means.max())][-1]"},
    ),
    Mistake(
        "index-for-k",
        "this is the place of the best k in the list, not the k",
        "`argmax` says where the best mean stands. Look up which k stands there.",
        replace={"return min(k for k, mean in zip(k_choices, means) if mean == means.max())": "return np.argmax(means)"},
    ),
    Mistake(
        "luckiest-fold",
        "this k had the best single fold",
        "One lucky fold is luck. The mean over the folds is what was to be compared.",
        replace={_MEANS: "means = accuracies.max(axis=1)"},
    ),
    Mistake(
        "wrong-axis",
        "the mean was taken over the k, fold by fold",
        "`axis=0` leaves one number for each fold. One for each k is needed, so the folds, axis 1, have to go.",
        replace={_MEANS: "means = accuracies.mean(axis=0)[: len(k_choices)]"},
    ),
    Mistake(
        "worst",
        "this is the k with the lowest accuracy",
        "Accuracy is a share of right answers: more is better. (With a loss it would be the other way around.)",
        replace={"means.max()": "means.min()"},
    ),
    Mistake(
        "tie-to-the-first",
        "in a tie, the first in the list wins",
        "The rule is that the smallest k wins. The first one is the smallest only while the list is sorted, and nobody "
        "promised that.",
        replace={"return min(k for": "return next(k for"},
    ),
    Mistake(
        "tie-to-the-larger",
        "in a tie, the larger k wins",
        "There are reasons to prefer the larger, smoother one. Here the rule is that the smaller wins, so that everybody "
        "gets the same answer.",
        replace={"return min(k for": "return max(k for"},
    ),
    Mistake(
        "accuracy-for-k",
        "this is the best accuracy, not the k that reached it",
        "How good it was and which one it was are two questions. Return the k.",
        replace={"return min(k for k, mean in": "return max(mean for k, mean in"},
    ),
)

TASKS = (
    Task(
        "cv-split-folds",
        (
            Case("12 examples in 4 folds", _split(12, 4)),
            Case("19 examples in 5 folds", _split(19, 5)),
            Case("22 examples in 4 folds, shuffled", _split(22, 4, seed=8)),
        ),
        (
            Case("folds that cannot be equal", _uneven),
            Case("as many folds as examples", _split(6, 6)),
            Case("a single fold", _split(7, 1)),
            Case("11 examples in 5 folds", _split(11, 5)),
            Case("folds of equal size", _split(20, 4)),
            Case("shuffled", _shuffled, weight=2.0),
            Case("shuffled, of equal size", _split(24, 3, seed=5)),
        ),
        _SPLIT_FOLDS,
    ),
    Task(
        "cv-cross-validate-k",
        (
            Case("three folds of equal size", _examples),
            Case("folds of unequal size, shuffled", _unequal_folds),
            _ONCE,
        ),
        (
            Case("three folds of equal size", _examples),
            Case("folds of unequal size, shuffled", _unequal_folds),
            Case("many folds", _many_folds),
            Case("two folds", _two_folds),
            Case("a single k", _one_k),
            Case("k in no order", _unsorted_k),
            Case("float32 rows and labels of one byte", _as_float32),
            _ONCE,
        ),
        _CROSS_VALIDATE,
    ),
    Task(
        "cv-select-best-k",
        (
            Case("a winner among rivals", _rivals),
            Case("as many k as folds", _square_accuracies),
            Case("a tie: the smallest of the best wins", _tie),
        ),
        (
            Case("a winner among rivals", _rivals),
            Case("many k", lambda rng: _rivals(rng, 9)),
            Case("as many k as folds", _square_accuracies),
            Case("a tie, in a list that is not sorted", _tie),
            Case("a tie, in a sorted list", _sorted_tie),
            Case("a single k", _single_k),
            Case("a single fold", _single_fold),
        ),
        _SELECT,
    ),
)
