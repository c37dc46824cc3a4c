"""Probes for the two-layer network notebook."""

import numpy as np

from cs231n_kit.checks.probes import probe


@probe("two-layer-triangle", "triangle_weights")
def triangle_weights(triangle_weights, /, points):
    """Any weights will do that answer rightly at the points."""
    params = _weights(triangle_weights(), "triangle_weights", {"W1": (2, 3), "b1": (3,), "W2": (3, 1)})
    return {"inside": _through_steps(params, points) > 0}


@probe("two-layer-staircase", "staircase_weights")
def staircase_weights(staircase_weights, /, edges, levels, x):
    """Any weights will do that give the right heights."""
    K = len(edges)
    params = _weights(staircase_weights(edges, levels), "staircase_weights", {"W1": (1, K), "b1": (K,), "W2": (K, 1)})
    return {"heights": _through_steps(params, x)}


def _through_steps(params, X):
    """Return the output of a network of neurons that fire or don't, (N, 1), as the text defines it."""
    fires = (X @ params["W1"] + params["b1"] > 0).astype(float)
    return fires @ params["W2"] + params["b2"]


@probe("two-layer-scores", "two_layer_scores")
def two_layer_scores(two_layer_scores, /, params, X):
    returned = two_layer_scores(params, X)
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        raise TypeError(f"two_layer_scores should return two arrays, scores and hidden; got {_kind(returned)}")
    return {"scores": returned[0], "hidden": returned[1]}


@probe("two-layer-loss", "two_layer_loss")
def two_layer_loss(two_layer_loss, /, params, X, y, reg):
    returned = two_layer_loss(params, X, y, reg)
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        raise TypeError(f"two_layer_loss should return a number and a dict, loss and grads; got {_kind(returned)}")
    grads = _weights(returned[1], "two_layer_loss")
    return {"loss": returned[0], **{f"gradient of {name}": grads[name] for name in params}}


@probe("two-layer-train", "train_two_layer")
def train_two_layer(train_two_layer, /, params, X, y, learning_rate, reg, num_steps):
    """Right even while the learner's own loss is not: a valley of another shape takes its place."""
    asked = []

    def valley(params, X, y, reg):
        """Return a loss that is lowest at places which depend on the data, and its gradients, in another order."""
        asked.append(reg)
        places = {"b2": y.mean(), "W2": X.mean(), "W1": 2 * reg, "b1": X.std()}
        away = {name: params[name] - place for name, place in places.items()}
        gradients = {name: (0.5 + i) * gap for i, (name, gap) in enumerate(away.items())}
        return sum(0.5 * np.sum(gap * gradients[name]) for name, gap in away.items()), gradients

    returned = train_two_layer(params, X, y, valley, learning_rate, reg, num_steps)
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        raise TypeError(f"train_two_layer should return a dict and the losses; got {_kind(returned)}")
    if num_steps and not asked:
        raise RuntimeError("train_two_layer never called the `loss_function` that it was given: did it use another one?")
    trained = _weights(returned[0], "train_two_layer")
    return {"losses": np.array(returned[1], dtype=float), **{f"trained {name}": trained[name] for name in params}}


@probe("two-layer-predict", "two_layer_predict")
def two_layer_predict(two_layer_predict, /, params, X):
    return {"labels": two_layer_predict(params, X)}


@probe("two-layer-deltas", "sigmoid_deltas")
def sigmoid_deltas(sigmoid_deltas, /, z, y):
    returned = sigmoid_deltas(z, y)
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        raise TypeError(f"sigmoid_deltas should return two arrays; got {_kind(returned)}")
    return {"delta of the squared error": returned[0], "delta of the cross-entropy": returned[1]}


def _weights(params, function, shapes=None):
    """Return `params` if it is a dict with the four arrays of a two-layer network; raise a sentence if not."""
    if not isinstance(params, dict):
        raise TypeError(f'{function} should give a dict with "W1", "b1", "W2" and "b2"; got {_kind(params)}')
    missing = [name for name in ("W1", "b1", "W2", "b2") if name not in params]
    if missing:
        raise ValueError(
            f"the dict that {function} gives has no {' and no '.join(missing)}; it has {', '.join(map(str, params))}"
        )
    for name, shape in (shapes or {}).items():
        if np.shape(params[name]) != shape:
            raise ValueError(f"{name} from {function} has shape {np.shape(params[name])}, expected {shape}")
    return params


def _kind(value):
    size = f" of {len(value)}" if isinstance(value, (tuple, list, dict)) else ""
    return f"{type(value).__name__}{size}"
