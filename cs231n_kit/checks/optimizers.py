"""Probes for the notebook of update rules.

A rule is called as the Solver calls it: several steps in a row, each with the config that the step before returned. It gets
copies of w and dw, unless a case asks whether they are left as they are.
"""

import numpy as np

from cs231n_kit.checks.probes import probe


def _walk(rule, w, dw, configs, rates, keys, types, watched):
    """Take steps with every parameter in turn, and return the places, or what the configs hold in the end.

    w, configs : dicts by parameter      dw : dict by parameter of lists, a gradient for each step
    rates      : learning rates that somebody sets before each step, or none
    keys       : of the (first) config, what is shown instead of the places
    types      : show the types of the places instead
    """
    lent = (lambda array: array) if watched else (lambda array: np.array(array, order="K"))
    places, configs, visited = dict(w), {name: _own(config) for name, config in configs.items()}, {}
    for i in range(len(next(iter(dw.values())))):
        for name in w:
            if rates:
                configs[name] = {**(configs[name] or {}), "learning_rate": rates[i]}
            places[name], configs[name] = _step(rule, lent(places[name]), lent(dw[name][i]), configs[name])
            visited[f"{name} after step {i + 1}"] = np.copy(places[name], subok=True)
    if keys:
        return _memory(next(iter(configs.values())), keys)
    if types:
        return {f"type of {name}": str(np.asarray(places[name]).dtype) for name in w}
    return visited


def _own(config):
    """Return a config that the rule may write into, arrays and all."""
    if config is None:
        return None
    return {key: value.copy() if isinstance(value, np.ndarray) else value for key, value in config.items()}


def _memory(config, keys):
    """Return which of the keys a config has, and what it holds there."""
    held = [key for key in keys if key in config]
    return {"names in the config": np.array(held, dtype=str), **{f"config[{key!r}]": np.copy(config[key]) for key in held}}


def _step(rule, w, dw, config):
    returned = rule(w, dw, config)
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise TypeError(f"an update rule returns two things, next_w and config; this one returned {type(returned).__name__}")
    next_w, config = returned
    if not isinstance(next_w, (np.ndarray, np.generic)) or not isinstance(config, dict):
        kinds = f"{type(next_w).__name__} and {type(config).__name__}"
        raise TypeError(f"an update rule returns next_w, an array, and config, a dictionary; this one returned {kinds}")
    return returned


@probe("optimizers-sgd-momentum", "sgd_momentum")
def sgd_momentum(sgd_momentum, /, **inputs):
    return _walk(sgd_momentum, **inputs)


@probe("optimizers-nesterov", "nesterov")
def nesterov(nesterov, /, **inputs):
    return _walk(nesterov, **inputs)


@probe("optimizers-adagrad", "adagrad")
def adagrad(adagrad, /, **inputs):
    return _walk(adagrad, **inputs)


@probe("optimizers-rmsprop", "rmsprop")
def rmsprop(rmsprop, /, **inputs):
    return _walk(rmsprop, **inputs)


@probe("optimizers-adam", "adam")
def adam(adam, /, **inputs):
    return _walk(adam, **inputs)


@probe("optimizers-schedule", "learning_rate_at")
def schedule(learning_rate_at, /, steps, **options):
    return {"rate": np.array([learning_rate_at(int(step), **options) for step in steps], dtype=np.float64)}
