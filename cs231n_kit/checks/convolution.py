"""Probes for the convolution notebook.

Each calls the learner's function twice, with other numbers the second time, and looks at what the first call returned.
"""

import numpy as np

from cs231n_kit.checks.probes import probe


@probe("convolution-output-size", "output_size")
def output_size(output_size, /, size, kernel, stride, pad):
    found = output_size(size, kernel, stride=stride, pad=pad)
    dtype = np.asarray(found).dtype
    return {"the size": found, "its type": "whole number" if dtype.kind in "iu" else str(dtype)}


@probe("convolution-forward", "conv_forward_naive")
def conv_forward(conv_forward_naive, /, x, w, b, stride, pad):
    out, cache = conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})
    conv_forward_naive(1 - x, w + 1, -b, {"stride": stride, "pad": pad})
    cached_x, cached_w, cached_b, conv_param = cache[:4]
    return {
        "out": out,
        "x in the cache": cached_x,
        "w in the cache": cached_w,
        "b in the cache": cached_b,
        "stride and pad in the cache": np.array([conv_param["stride"], conv_param["pad"]]),
    }


@probe("convolution-backward", "conv_backward_naive")
def conv_backward(conv_backward_naive, /, x, w, b, stride, pad, dout):
    conv_param = {"stride": stride, "pad": pad}
    dx, dw, db = conv_backward_naive(dout.copy(), (x, w, b, conv_param))
    conv_backward_naive(1 - dout, (1 - x, w + 1, -b, conv_param))
    return {"dx": dx, "dw": dw, "db": db}


@probe("convolution-max-pool-forward", "max_pool_forward_naive")
def max_pool_forward(max_pool_forward_naive, /, x, height, width, stride):
    out, cache = max_pool_forward_naive(x, _pool_param(height, width, stride))
    max_pool_forward_naive(1 - x, _pool_param(height, width, stride))
    cached_x, pool_param = cache[:2]
    kept = np.array([pool_param[name] for name in ("pool_height", "pool_width", "stride")])
    return {"out": out, "x in the cache": cached_x, "pool_height, pool_width, stride in the cache": kept}


@probe("convolution-max-pool-backward", "max_pool_backward_naive")
def max_pool_backward(max_pool_backward_naive, /, x, height, width, stride, dout, ties=None):
    """ties : (N, C, H, W), 0 for entries without an equal, and a number for each group of equal ones

    Who of a group gets the gradient is open, so that only what the group gets together is looked at: at least 1.
    """
    pool_param = _pool_param(height, width, stride)
    dx = max_pool_backward_naive(dout.copy(), (x, pool_param))
    max_pool_backward_naive(1 - dout, (1 - x, pool_param))
    if ties is None:
        return {"dx": dx}
    together = np.bincount(ties.ravel(), np.ravel(dx), minlength=2)[1:]
    return {"dx where nothing is tied": np.where(ties > 0, 0.0, dx), "tied entries get the gradient": together > 0.99}


@probe("convolution-other-pools", "pool_forward_naive")
def other_pools(pool_forward_naive, /, x, height, width, stride, kind):
    out = pool_forward_naive(x, _pool_param(height, width, stride), kind)
    pool_forward_naive(1 - x, _pool_param(height, width, stride), kind)
    return {"out": out}


def _pool_param(height, width, stride):
    return {"pool_height": height, "pool_width": width, "stride": stride}
