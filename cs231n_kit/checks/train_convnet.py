"""Probes for the notebook of the trained convolutional network.

The network gets blocks that are no convolutions: stand-ins with the same shapes, so that each task is judged by itself. So
are the functions that the maps are made of: they are fixed, small, and count how often they are called.
"""

import numpy as np

from cs231n_kit.checks.probes import probe


def _block_forward(x, w, b):
    """Mix the channels of every other pixel. What goes in and what comes out have the shapes of a block's."""
    total = w.sum(axis=(1, 2, 3))[:, np.newaxis, np.newaxis]
    return _every_other(x).mean(axis=1, keepdims=True) * total + b[:, np.newaxis, np.newaxis], (x, w)


def _block_backward(dout, cache):
    x, w = cache
    means = _every_other(x).mean(axis=1, keepdims=True)
    total = w.sum(axis=(1, 2, 3))[:, np.newaxis, np.newaxis]
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    dx[:, :, 0 : 2 * dout.shape[2] : 2, 0 : 2 * dout.shape[3] : 2] = (dout * total).sum(axis=1, keepdims=True) / x.shape[1]
    dw += (dout * means).sum(axis=(0, 2, 3))[:, np.newaxis, np.newaxis, np.newaxis]
    return dx, dw, dout.sum(axis=(0, 2, 3))


def _every_other(x):
    return x[:, :, 0 : x.shape[2] // 2 * 2 : 2, 0 : x.shape[3] // 2 * 2 : 2]


def _network(ConvNet, params, input_dim, reg=0.0):
    """Return a network of the stand-ins with given parameters, and how many blocks it has."""
    blocks, classes = len(params) // 2 - 1, len(params[f"b{len(params) // 2}"])
    num_filters = tuple(len(params[f"b{i}"]) for i in range(1, blocks + 1))
    net = ConvNet(_block_forward, _block_backward, input_dim, num_filters, classes, reg, np.float64)
    net.params = dict(params)
    return net, blocks


def _pair(returned, name, first, second):
    """Return what a method returned, if it is two things."""
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise TypeError(f"{name} returns two things, {first} and {second}; this one returned {type(returned).__name__}")
    return returned


@probe("cnn-forward", "forward")
def forward(ConvNet, /, params, X):
    net, _ = _network(ConvNet, params, X.shape[1:])
    scores, caches = _pair(net.forward(X), "forward", "scores", "caches")
    net.forward(1 - X)
    kept = {f"what cache {i} keeps of its input": np.reshape(cache[0], (len(X), -1)) for i, cache in enumerate(caches)}
    return {"scores": scores, "number of caches": len(caches), **kept}


@probe("cnn-backward", "backward")
def backward(ConvNet, affine_forward, /, params, X, dscores, reg):
    net, blocks = _network(ConvNet, params, X.shape[1:], reg)

    def caches_for(maps):
        caches = []
        for i in range(1, blocks + 1):
            maps, kept = _block_forward(maps, params[f"W{i}"], params[f"b{i}"])
            caches += [kept]
        return [*caches, affine_forward(maps, params[f"W{blocks + 1}"], params[f"b{blocks + 1}"])[1]]

    dX, grads = _pair(net.backward(dscores.copy(), caches_for(X)), "backward", "dX", "grads")
    net.backward(1 - dscores, caches_for(1 - X))
    return {"dX": dX, **{f"gradient of {name}": value for name, value in sorted(grads.items())}}


@probe("cnn-loss", "loss")
def loss(ConvNet, /, params, X, y, reg):
    """The way up and the way down are replaced: the scores are means of channels, and the gradients anything at all."""
    net, blocks = _network(ConvNet, params, X.shape[1:], reg)

    def backward(dscores, caches):
        total = dscores * caches[0]
        waves = {name: np.cos(np.arange(w.size)).reshape(w.shape) for name, w in params.items()}
        return np.zeros(X.shape), {name: wave * total.sum() for name, wave in waves.items()}

    net.forward = lambda X: (X.mean(axis=(2, 3)), [X.mean(axis=(2, 3))] * (blocks + 1))
    net.backward = backward
    if y is None:
        return {"scores": net.loss(X)}
    value, grads = _pair(net.loss(X, y), "loss", "the loss", "a dict of gradients")
    return {"loss": value, **{f"gradient of {name}": grad for name, grad in sorted(grads.items())}}


@probe("cnn-receptive-field", "receptive_field")
def receptive_field(receptive_field, /, layers):
    """layers : (number of layers, 2)"""
    size, step = receptive_field([(int(kernel), int(stride)) for kernel, stride in layers])
    return {"size": size, "step": step}


@probe("cnn-saliency", "saliency_map")
def saliency_map(saliency_map, /, X, y, templates):
    """templates : (classes, C, H, W). Each score is a curve over the match with its template."""
    calls = {"forward": 0, "backward": 0}

    def forward(X):
        calls["forward"] += 1
        match = np.einsum("nchw,kchw->nk", X, templates)
        return match + match**2 / 8, [match]

    def backward(dscores, caches):
        calls["backward"] += 1
        return np.einsum("nk,kchw->nchw", dscores * (1 + caches[0] / 4), templates), {}

    found = saliency_map(forward, backward, X, y)
    return {"map": found, **{f"calls of {name}": count for name, count in calls.items()}}


@probe("cnn-occlusion", "occlusion_map")
def occlusion_map(occlusion_map, /, image, label, size, stride, templates):
    """templates : (classes, C, H, W). The probabilities are shares of the squared matches."""
    calls = []

    def probabilities(X):
        calls.append(len(X))
        match = (1 + np.einsum("nchw,kchw->nk", X, templates)) ** 2
        return match / match.sum(axis=1, keepdims=True)

    found = occlusion_map(probabilities, image, label, size, stride)
    return {"map": found, "calls of probabilities": len(calls)}


@probe("cnn-mistakes", "most_confident_mistakes")
def most_confident_mistakes(most_confident_mistakes, /, probabilities, y, num):
    return {"indices": np.asarray(most_confident_mistakes(probabilities, y, num))}
