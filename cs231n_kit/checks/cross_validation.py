"""Probes for the cross-validation notebook."""

import numpy as np

from cs231n_kit.checks.probes import probe


@probe("cv-split-folds", "split_folds")
def split_folds(split_folds, /, num_examples, num_folds, seed):
    """Without a seed there is one right answer; with one there are many, and only what they share is looked at."""
    rng = None if seed is None else np.random.default_rng(seed)
    folds = split_folds(num_examples, num_folds, rng)
    odd = _oddity(folds)
    if odd is not None:
        return {"fold_sizes": odd}
    sizes = np.array([len(fold) for fold in folds])
    indices = np.concatenate(folds)
    if seed is None:
        return {"fold_sizes": sizes, "indices": indices}
    again, other = (np.concatenate(split_folds(num_examples, num_folds, np.random.default_rng(s))) for s in (seed, seed + 1))
    return {
        "fold_sizes": sizes,
        "sorted_indices": np.sort(indices),
        "neighbors_stay_together": all(np.ptp(fold) == len(fold) - 1 for fold in folds),
        "same_seed_same_folds": np.array_equal(indices, again),
        "other_seed_same_folds": np.array_equal(indices, other),
    }


def _oddity(folds):
    """Return what is wrong with folds that are no list of one-dimensional arrays of whole numbers, or None."""
    if not isinstance(folds, (list, tuple)):
        return folds if not isinstance(folds, np.ndarray) else "an array, where a list of arrays was expected"
    for fold in folds:
        if not isinstance(fold, np.ndarray):
            return f"a list that holds a {type(fold).__name__}, where arrays of indices were expected"
        if fold.ndim != 1 or fold.dtype.kind not in "iu":
            return f"a list that holds an array of {fold.dtype} of shape {fold.shape}, where indices were expected"
    return None


class _StandIn:
    """Predicts nothing sensible, but something that depends on every training example, on the row, and on k."""

    def __init__(self):
        self.computed = 0

    def train(self, X, y):
        self.X_train, self.y_train = X, y

    def _distances(self, X, *_, **__):
        self.computed += 1
        return np.outer(X[:, 0], self.X_train[:, 0] + self.y_train)

    compute_distances_two_loops = compute_distances_one_loop = _distances
    compute_distances_no_loops = compute_distances_l1 = _distances

    def predict_labels(self, dists, k=1):
        return dists.sum(axis=1).astype(int) // k % 3

    def predict(self, X, k=1, num_loops=0, metric="l2"):
        return self.predict_labels(self._distances(X), k)


@probe("cv-cross-validate-k", "cross_validate_k")
def cross_validate_k(cross_validate_k, /, X, y, folds, k_choices, count_distances):
    """Right even while the learner's own classifier is not: a stand-in takes its place and counts its calls."""
    model = _StandIn()
    accuracies = cross_validate_k(model, X, y, folds, k_choices)
    if not model.computed:
        raise RuntimeError(
            "cross_validate_k never asked the `model` that it was given. Does it use another, from the notebook?"
        )
    return {"accuracies": accuracies, **({"times_distances_were_computed": model.computed} if count_distances else {})}


@probe("cv-select-best-k", "select_best_k")
def select_best_k(select_best_k, /, k_choices, accuracies):
    return {"best_k": select_best_k(k_choices, accuracies)}
