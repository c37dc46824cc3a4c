"""Probes for the notebook of modular layers.

A backward function is given the cache that the notebook says it gets, so that it can be right while its forward is not. An
upstream gradient is lent as a copy, unless a case asks whether it is left alone.
"""

import contextlib

import numpy as np

from cs231n_kit.checks.probes import probe


def _lent(dout, watched):
    return dout if watched else dout.copy(order="K")


@probe("modular-affine-forward", "affine_forward")
def affine_forward(affine_forward, /, x, w, b):
    out, cache = affine_forward(x, w, b)
    return {"out": out, "shapes in the cache": np.array([str(np.shape(part)) for part in cache], dtype=str)}


@probe("modular-affine-backward", "affine_backward")
def affine_backward(affine_backward, /, x, w, b, dout, watched):
    dx, dw, db = affine_backward(_lent(dout, watched), (x, w, b))
    return {"dx": dx, "dw": dw, "db": db}


@probe("modular-relu-backward", "relu_backward")
def relu_backward(relu_backward, /, x, dout, watched):
    return {"dx": relu_backward(_lent(dout, watched), x)}


@probe("modular-sigmoid-forward", "sigmoid_forward")
def sigmoid_forward(sigmoid_forward, /, x):
    overflows = []
    with np.errstate(over="call", invalid="call", call=lambda kind, flag: overflows.append(kind)):
        out, _ = sigmoid_forward(x)
    return {"out": out, "something overflowed": bool(overflows)}


@probe("modular-sigmoid-backward", "sigmoid_backward")
def sigmoid_backward(sigmoid_backward, /, out, dout, watched):
    return {"dx": sigmoid_backward(_lent(dout, watched), out)}


@probe("modular-leaky-relu-backward", "leaky_relu_backward")
def leaky_relu_backward(leaky_relu_backward, /, x, alpha, dout, watched):
    return {"dx": leaky_relu_backward(_lent(dout, watched), (x, alpha))}


@probe("modular-maxout-backward", "maxout_backward")
def maxout_backward(maxout_backward, /, winners, k, dout):
    return {"dx": maxout_backward(dout.copy(order="K"), (winners, k))}


@probe("modular-svm-loss", "svm_loss")
def svm_loss(svm_loss, /, x, y):
    loss, dx = svm_loss(x, y)
    return {"loss": loss, "dx": dx}


@probe("modular-softmax-loss", "softmax_loss")
def softmax_loss(softmax_loss, /, x, y):
    loss, dx = softmax_loss(x, y)
    return {"loss": loss, "dx": dx}


def _outputs(net, X, y):
    """Return what a model says without labels, or with them: one output for each gradient."""
    if y is None:
        return {"scores": net.loss(X)}
    loss, grads = net.loss(X, y)
    return {"loss": loss, **{f"gradient of {name}": value for name, value in sorted(grads.items())}}


@probe("modular-two-layer-net", "loss")
def two_layer_net(TwoLayerNet, /, params, X, y, reg):
    D, H = params["W1"].shape
    net = TwoLayerNet(input_dim=D, hidden_dim=H, num_classes=params["W2"].shape[1], reg=reg)
    net.params = dict(params)
    return _outputs(net, X, y)


@probe("modular-fully-connected-init", "init_params")
def fully_connected_init(FullyConnectedNet, /, hidden_dims, input_dim, num_classes, weight_scale, dtype, seed):
    """Describe the parameters: names, shapes and types, and their distribution in numbers that all draws share."""

    def draw(seed):
        rng = np.random.default_rng(seed)
        options = {"input_dim": input_dim, "num_classes": num_classes, "weight_scale": weight_scale}
        return FullyConnectedNet(list(hidden_dims), **options, dtype=np.dtype(dtype).type, rng=rng).params

    params, again, other = draw(seed), draw(seed), draw(seed + 1)
    weights, biases = ([params[name] for name in sorted(params) if name[0] == letter] for letter in "Wb")
    drawn = np.concatenate([np.ravel(w) for w in weights]).astype(np.float64)
    starts = {round(float(np.ravel(w)[0]) / weight_scale, 6) for w in weights}
    return {
        "parameters": np.array([f"{name} {np.shape(v)} {v.dtype}" for name, v in sorted(params.items())], dtype=str),
        "standard deviation / weight_scale": np.round(drawn.std() / weight_scale, 1),
        "mean / weight_scale": np.round(np.abs(drawn.mean()) / weight_scale, 1),
        "largest bias": max(float(np.max(np.abs(b), initial=0.0)) for b in biases),
        "mean of z⁴ (3 for a normal distribution)": np.round(np.mean(drawn**4) / np.mean(drawn**2) ** 2),
        "matrices that begin alike": len(weights) - len(starts),
        "the same rng draws the same": all(np.array_equal(params[n], again[n]) for n in params),
        "another rng draws the same": all(np.array_equal(params[n], other[n]) for n in params),
    }


@probe("modular-fully-connected-loss", "loss")
def fully_connected_loss(FullyConnectedNet, /, params, X, y, reg, dtype):
    """Put the parameters in place of those that the learner's code made, or could not make: that is another task."""
    sizes = [w.shape[1] for name, w in sorted(params.items()) if name[0] == "W"]
    net = FullyConnectedNet.__new__(FullyConnectedNet)
    with contextlib.suppress(Exception):
        options = {"input_dim": len(params["W1"]), "num_classes": sizes[-1], "reg": reg}
        net.__init__(sizes[:-1], **options, dtype=np.dtype(dtype).type)
    net.params = dict(params)
    return _outputs(net, X, y)
