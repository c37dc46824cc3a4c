"""Probes for the notebook of fast convolutions.

Most call the learner's function twice, with other numbers the second time, and look at what the first call returned.
Backward functions are given the cache that the notebook says they get.
"""

import contextlib

import numpy as np

from cs231n_kit.checks.probes import probe


@probe("fast-im2col", "im2col")
def im2col(im2col, /, x, HH, WW, stride, pad):
    columns = im2col(x, HH, WW, stride, pad)
    im2col(1 - x, HH, WW, stride, pad)
    return {"columns": columns}


@probe("fast-col2im", "col2im")
def col2im(col2im, /, columns, shape, HH, WW, stride, pad):
    shape = tuple(int(n) for n in shape)
    pictures = col2im(columns, shape, HH, WW, stride, pad)
    col2im(1 - columns, shape, HH, WW, stride, pad)
    return {"pictures": pictures}


@probe("fast-conv-forward", "conv_forward_im2col")
def conv_forward(conv_forward_im2col, im2col, /, x, w, b, stride, pad):
    out, cache = conv_forward_im2col(x, w, b, {"stride": stride, "pad": pad})
    conv_forward_im2col(1 - x, w + 1, -b, {"stride": stride, "pad": pad})
    cached_x, cached_w, cached_b, conv_param = cache[:4]
    return {
        "out": out,
        "x in the cache": cached_x,
        "w in the cache": cached_w,
        "b in the cache": cached_b,
        "stride and pad in the cache": np.array([conv_param["stride"], conv_param["pad"]]),
    }


@probe("fast-conv-backward", "conv_backward_im2col")
def conv_backward(conv_backward_im2col, im2col, col2im, /, x, w, b, stride, pad, dout):
    conv_param = {"stride": stride, "pad": pad}
    dx, dw, db = conv_backward_im2col(dout.copy(order="K"), (x, w, b, conv_param))
    conv_backward_im2col(1 - dout, (1 - x, w + 1, -b, conv_param))
    return {"dx": dx, "dw": dw, "db": db}


@probe("fast-spatial-batchnorm-forward", "spatial_batchnorm_forward")
def spatial_batchnorm_forward(spatial_batchnorm_forward, /, x, gamma, beta, bn_param):
    bn_param = dict(bn_param)  # it is written into, by right
    out, _ = spatial_batchnorm_forward(x, gamma, beta, bn_param)
    spatial_batchnorm_forward(1 - 2 * x, gamma, beta, {"mode": "train"})
    averages = {name: bn_param[name] for name in ("running_mean", "running_var") if name in bn_param}
    return {"out": out, **averages}


@probe("fast-spatial-batchnorm-backward", "spatial_batchnorm_backward")
def spatial_batchnorm_backward(spatial_batchnorm_backward, batchnorm_forward, /, rows, gamma, beta, dout):
    """rows : (N H W, C), what batch normalization was given on the way forward"""
    _, cache = batchnorm_forward(rows, gamma, beta, {"mode": "train"})
    _, other_cache = batchnorm_forward(1 - 2 * rows, gamma, beta, {"mode": "train"})
    dx, dgamma, dbeta = spatial_batchnorm_backward(dout.copy(order="K"), cache)
    spatial_batchnorm_backward(1 - dout, other_cache)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


@probe("fast-spatial-groupnorm-forward", "spatial_groupnorm_forward")
def spatial_groupnorm_forward(spatial_groupnorm_forward, /, x, gamma, beta, G, gn_param):
    out, cache = spatial_groupnorm_forward(x, gamma, beta, G, gn_param)
    spatial_groupnorm_forward(1 - 2 * x, gamma, beta, G, gn_param)
    cached_x, cached_gamma, cached_G, _ = cache[:4]
    return {"out": out, "x in the cache": cached_x, "gamma in the cache": cached_gamma, "G in the cache": cached_G}


@probe("fast-spatial-groupnorm-backward", "spatial_groupnorm_backward")
def spatial_groupnorm_backward(spatial_groupnorm_backward, /, x, gamma, G, gn_param, dout):
    dx, dgamma, dbeta = spatial_groupnorm_backward(dout.copy(order="K"), (x, gamma, G, gn_param))
    spatial_groupnorm_backward(1 - dout, (1 - 2 * x, gamma, G, gn_param))
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


@probe("fast-three-layer-init", "init_params")
def three_layer_init(
    ThreeLayerConvNet, /, input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, dtype, seed
):
    """Describe the parameters: names, shapes and types, and their distribution in numbers that all draws share."""

    def draw(seed):
        sizes = {
            "num_filters": num_filters,
            "filter_size": filter_size,
            "hidden_dim": hidden_dim,
            "num_classes": num_classes,
        }
        options = {"weight_scale": weight_scale, "dtype": np.dtype(dtype).type, "rng": np.random.default_rng(seed)}
        return ThreeLayerConvNet(tuple(int(n) for n in input_dim), **sizes, **options).params

    params, again, other = draw(seed), draw(seed), draw(seed + 1)
    weights, biases = ([params[name] for name in sorted(params) if name[0] == letter] for letter in "Wb")
    drawn = np.concatenate([np.ravel(w) for w in weights] or [np.zeros(1)]).astype(np.float64)
    return {
        "parameters": np.array([f"{name} {np.shape(v)} {v.dtype}" for name, v in sorted(params.items())], dtype=str),
        "standard deviation / weight_scale": np.round(drawn.std() / weight_scale, 1),
        "mean / weight_scale": np.round(np.abs(drawn.mean()) / weight_scale, 1),
        "largest bias": max(float(np.max(np.abs(b), initial=0.0)) for b in biases or [np.zeros(1)]),
        "mean of z⁴ (3 for a normal distribution)": np.round(np.mean(drawn**4) / np.mean(drawn**2) ** 2),
        "the same rng draws the same": all(np.array_equal(params[n], again[n]) for n in params),
        "another rng draws the same": all(np.array_equal(params[n], other[n]) for n in params),
    }


@probe("fast-three-layer-convnet", "loss")
def three_layer_convnet(ThreeLayerConvNet, conv_forward_im2col, conv_backward_im2col, /, params, X, y, reg, dtype):
    """Put the parameters in place of those that the learner's code made, or could not make: that is another task."""
    (F, C, size, _), (H, W) = params["W1"].shape, X.shape[2:]
    net = ThreeLayerConvNet.__new__(ThreeLayerConvNet)
    with contextlib.suppress(Exception):
        net.__init__((C, H, W), F, size, params["W2"].shape[1], params["W3"].shape[1], reg=reg, dtype=np.dtype(dtype).type)
    net.params = dict(params)
    if y is None:
        return {"scores": net.loss(X)}
    loss, grads = net.loss(X, y)
    return {"loss": loss, **{f"gradient of {name}": value for name, value in sorted(grads.items())}}
