"""Probes for the batch normalization notebook.

A backward function is given the cache that the notebook says it gets, so that it can be right while its forward is not. Each
probe calls the learner's function twice, with other numbers the second time, and looks at what the first call returned.
Running statistics may have an axis of length 1 too many: the next call broadcasts them as well. They may be new arrays or
the old ones with other numbers in them.
"""

import numpy as np

from cs231n_kit.checks.probes import probe


def _flat(value):
    """Return a copy of a statistic, of any shape, as a row of numbers; what is no array is left to the judge."""
    return np.ravel(value).copy() if isinstance(value, (np.ndarray, np.generic)) else value


def _running(bn_param):
    return {f"bn_param[{name!r}]": _flat(bn_param.get(name)) for name in ("running_mean", "running_var")}


@probe("batchnorm-forward", "batchnorm_forward")
def batchnorm_forward(batchnorm_forward, /, x, gamma, beta, mode, settings, running, then, next_mode):
    """settings : eps and momentum, or nothing    running : the statistics so far, or nothing    then : the next batch"""
    bn_param = {"mode": mode, **settings, **{name: value.copy() for name, value in running.items()}}
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    after_one = _running(bn_param)
    bn_param["mode"] = next_mode
    next_out, _ = batchnorm_forward(then, gamma, beta, bn_param)
    kept = {"x_hat in the cache": cache[0], "std in the cache": _flat(cache[2])} if mode == "train" else {}
    after_two = {f"{name} after another call": value for name, value in _running(bn_param).items()}
    return {"out": out, **kept, **after_one, f"out of another call, in {next_mode} mode": next_out, **after_two}


@probe("batchnorm-backward", "batchnorm_backward")
def batchnorm_backward(batchnorm_backward, /, x_hat, gamma, std, dout):
    return _gradients(batchnorm_backward, x_hat, gamma, std, dout)


@probe("batchnorm-backward-alt", "batchnorm_backward_alt")
def batchnorm_backward_alt(batchnorm_backward_alt, /, x_hat, gamma, std, dout):
    return _gradients(batchnorm_backward_alt, x_hat, gamma, std, dout)


@probe("layernorm-forward", "layernorm_forward")
def layernorm_forward(layernorm_forward, /, x, gamma, beta, settings, as_it_is):
    """as_it_is : show std in the shape that it has in the cache"""
    out, cache = layernorm_forward(x, gamma, beta, dict(settings))
    layernorm_forward(1 - 2 * x, beta, gamma, dict(settings))
    return {"out": out, "x_hat in the cache": cache[0], "std in the cache": cache[2] if as_it_is else _flat(cache[2])}


@probe("layernorm-backward", "layernorm_backward")
def layernorm_backward(layernorm_backward, /, x_hat, gamma, std, dout):
    return _gradients(layernorm_backward, x_hat, gamma, std, dout)


def _gradients(backward, x_hat, gamma, std, dout):
    dx, dgamma, dbeta = backward(dout.copy(order="K"), (x_hat, gamma, std))
    backward(1 - dout, (-x_hat, 1 - gamma, 2 * std))
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


@probe("batchnorm-net", "hidden_forward")
def normalized_net(NormalizedNet, /, normalization, params, state, x, layer, mode, next_mode):
    """Ask one hidden layer twice, with parameters and running statistics in place of those that the network begins with."""
    sizes = [len(value) for name, value in sorted(params.items()) if name.startswith("gamma")]
    net = NormalizedNet(sizes, normalization, input_dim=len(params["W1"]), num_classes=3, dtype=np.float64)
    net.params.update(params)
    net.state = {name: {key: value.copy() for key, value in kept.items()} for name, kept in state.items()}
    net.mode = mode
    out, cache = net.hidden_forward(layer, x)
    net.mode = next_mode
    next_out, _ = net.hidden_forward(layer, 2 * x + 1)
    kept = {
        f"{key} in state[{name!r}]": _flat(net.state.get(name, {}).get(key))
        for name in sorted(state)
        for key in ("running_mean", "running_var")
    }
    outs = {f"out in {mode} mode": out, f"out of another call, in {next_mode} mode": next_out}
    return {**outs, **kept, **_marks(cache, len(x))}


def _marks(cache, num_examples):
    """Return, of the cache of each of three layers, what tells it from the others."""
    affine_cache, norm_cache, relu_cache = cache
    if not (isinstance(affine_cache, tuple) and isinstance(norm_cache, tuple) and isinstance(relu_cache, np.ndarray)):
        kinds = ", ".join(type(part).__name__ for part in cache)
        raise TypeError(f"the caches of affine layer, normalization and ReLU are tuple, tuple, ndarray; these are {kinds}")
    return {
        "x in the cache of the affine layer": np.reshape(affine_cache[0], (num_examples, -1)),
        "gamma in the cache of the normalization": norm_cache[1],
        "where the cache of the ReLU is positive": relu_cache > 0,
    }
