"""Probes for the k-nearest-neighbor notebook."""

import numpy as np

from cs231n_kit.checks.probes import Race, probe


def _draw_images():
    rng = np.random.default_rng(0)
    X_train, X = (rng.integers(0, 256, size=(rows, 3072)).astype(np.float64) for rows in (200, 60))
    return {"X_train": X_train, "X": X}


def _trained(KNearestNeighbor, X_train, y_train=None):
    knn = KNearestNeighbor()
    knn.train(X_train, np.zeros(len(X_train), int) if y_train is None else y_train)
    return knn


@probe("knn-two-loops", "compute_distances_two_loops")
def two_loops(KNearestNeighbor, /, X_train, X):
    return {"dists": _trained(KNearestNeighbor, X_train).compute_distances_two_loops(X)}


@probe("knn-one-loop", "compute_distances_one_loop")
def one_loop(KNearestNeighbor, /, X_train, X):
    return {"dists": _trained(KNearestNeighbor, X_train).compute_distances_one_loop(X)}


@probe("knn-no-loops", "compute_distances_no_loops", Race("knn-two-loops", "your two loops", _draw_images))
def no_loops(KNearestNeighbor, /, X_train, X):
    return {"dists": _trained(KNearestNeighbor, X_train).compute_distances_no_loops(X)}


@probe("knn-l1", "compute_distances_l1")
def l1(KNearestNeighbor, /, X_train, X, max_bytes):
    return {"dists": _trained(KNearestNeighbor, X_train).compute_distances_l1(X, max_bytes=max_bytes)}


@probe("knn-predict-labels", "predict_labels")
def predict_labels(KNearestNeighbor, /, dists, y_train, k):
    knn = _trained(KNearestNeighbor, np.zeros((len(y_train), 1)), y_train)
    return {"y_pred": knn.predict_labels(dists, k=k)}


@probe("knn-predict", "predict")
def predict(KNearestNeighbor, /, X_train, X, dists, options):
    """Watch which of its parts `predict` calls, with stand-ins for them: right even while the parts are not."""
    calls = []

    def stand_in(name):
        def distances(self, rows, *_, **__):
            calls.append(f"compute_distances_{name}({'X' if np.array_equal(rows, X) else 'something else'})")
            return dists

        return distances

    def vote(self, dists, k=1):
        calls.append(f"predict_labels(dists, k={k})")
        return np.arange(len(dists)) + k

    methods = {f"compute_distances_{name}": stand_in(name) for name in ("two_loops", "one_loop", "no_loops", "l1")}
    Watched = type("Watched", (KNearestNeighbor,), {**methods, "predict_labels": vote})
    y_pred = _trained(Watched, X_train).predict(X, **options)
    return {"calls": np.array(calls, dtype=str), "y_pred": y_pred}
