"""Probes for the notebook of initialization and preprocessing.

Principal components may point either way, so what is shown of them does not depend on it.
"""

import numpy as np

from cs231n_kit.checks.probes import probe


def _array(value):
    """Return a list of numbers as an array; what is something else is left to the judge."""
    return np.array(value) if isinstance(value, (list, tuple)) and len(value) else value


@probe("activations-layer-statistics", "layer_statistics")
def layer_statistics(layer_statistics, /, layers, settings):
    means, spreads, saturated = _several(layer_statistics(layers, **settings), "means, standard deviations and shares")
    return {"means": _array(means), "standard deviations": _array(spreads), "saturated shares": _array(saturated)}


@probe("activations-init-weights", "init_weights")
def init_weights(init_weights, /, n_in, n_out, nonlinearity, seed, settings):
    """Draw the weights of a layer, and then those of another one, from the same generator."""
    rng = np.random.default_rng(seed)
    before = rng.bit_generator.state
    try:
        first = init_weights(n_in, n_out, nonlinearity, rng, **settings)
    except ValueError:
        return {"what happened": "it raised ValueError"}
    if rng.bit_generator.state == before:
        return {"what happened": "it drew nothing from rng"}
    then = init_weights(3, 2, nonlinearity, rng, **settings)
    return {"what happened": "it returned", "weights": first, "weights of the next layer": then}


@probe("activations-dead-units", "dead_units")
def dead_units(dead_units, /, z):
    return {"dead": _array(dead_units(z))}


@probe("activations-update-ratio", "update_ratio")
def update_ratio(update_ratio, /, w, next_w):
    return {"ratio": update_ratio(w, next_w)}


@probe("activations-center-and-scale", "center_and_scale")
def center_and_scale(center_and_scale, /, X_train, X_other):
    train, other = _several(center_and_scale(X_train, X_other), "both arrays", 2)
    return {"training data": train, "other data": other}


@probe("activations-pca", "pca")
def pca(pca, /, X, k, others):
    """others : more data, that the components are used on"""
    mean, components, variances = map(_array, _several(pca(X, k), "mean, components and variances"))
    found = {"mean": mean, "variances": variances, "shape of the components": np.array(np.shape(components))}
    if np.shape(components) != (k, X.shape[1]) or np.shape(mean) != (X.shape[1],):
        return found
    numbers = (others - mean) @ components.T
    return {
        **found,
        "lengths of the components": np.sqrt(np.sum(components**2, axis=1)),
        "squares of other data along the components": numbers**2,
        "other data, put together again": mean + numbers @ components,
    }


@probe("activations-zca-whiten", "zca_whiten")
def zca_whiten(zca_whiten, /, X, mean, components, variances, eps):
    return {"whitened data": zca_whiten(X, mean, components, variances, eps)}


def _several(returned, what, number=3):
    if not isinstance(returned, (tuple, list)) or len(returned) != number:
        kind = "one array" if isinstance(returned, np.ndarray) else type(returned).__name__
        kind = f"{kind} of {len(returned)}" if isinstance(returned, (tuple, list)) else kind
        raise TypeError(f"the function should return {number} things, {what}; it returned {kind}")
    return returned
