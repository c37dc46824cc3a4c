"""Layers of a convolution that the cases of several notebooks draw: pictures x, filters w, biases b, stride and pad."""

import numpy as np

from autograder.tasks import Case


def layer(rng, N=2, C=3, H=5, W=6, F=2, HH=3, WW=3, stride=1, pad=0):
    return {
        "x": rng.normal(size=(N, C, H, W)),
        "w": rng.normal(size=(F, C, HH, WW)),
        "b": 1 + rng.normal(size=F) ** 2,  # away from 0, so that one that is missing shows
        "stride": stride,
        "pad": pad,
    }


def padded(rng):
    return layer(rng, H=4, W=4, pad=1)


def wide(rng):
    return layer(rng, H=4, W=7, WW=2)


def stride_and_pad(rng):
    """The stride divides in neither direction."""
    return layer(rng, H=6, W=8, stride=2, pad=1)


def flat_kernel(rng):
    return layer(rng, H=7, W=5, HH=2, WW=4, pad=1)


def tall_kernel(rng):
    return layer(rng, H=6, W=8, HH=4, WW=1, stride=2)


def does_not_divide(rng):
    return layer(rng, H=8, W=9, stride=3, pad=1)


def gaps(rng):
    """A stride larger than the kernel: some pixels are in no window."""
    return layer(rng, H=8, W=9, HH=2, WW=2, stride=3)


def one_picture(rng):
    return layer(rng, N=1, C=1, F=4, H=6, W=4, pad=2)


def one_by_one(rng):
    return layer(rng, H=3, W=4, HH=1, WW=1, C=5)


def one_window(rng):
    return layer(rng, N=3, H=4, W=3, HH=4, WW=3, stride=2, F=4)


def channels_behind(pictures):
    """Return the same pictures, (N, C, H, W), with the channels last in memory, as they come from a file."""
    return np.ascontiguousarray(pictures.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)


def strided_arrays(rng):
    """Channels behind in memory, and every other weight of a larger array."""
    inputs = layer(rng, N=3, H=5, W=4, pad=1)
    return {**inputs, "x": channels_behind(inputs["x"]), "w": np.repeat(inputs["w"], 2, axis=3)[..., ::2]}


def beyond_single_precision(rng):
    """Numbers of which float32 makes infinity."""
    inputs = layer(rng, H=4, W=5, pad=1)
    return {**inputs, "x": 1e60 * inputs["x"], "b": 1e60 * inputs["b"]}


def single_precision(inputs):
    return {name: value.astype(np.float32) if isinstance(value, np.ndarray) else value for name, value in inputs.items()}


def float32(rng):
    return single_precision(layer(rng, H=6, W=5, stride=2, pad=1))


def places(inputs):
    """Return the height and the width of the maps."""
    (_, _, H, W), (_, _, HH, WW) = inputs["x"].shape, inputs["w"].shape
    return tuple((n - k + 2 * inputs["pad"]) // inputs["stride"] + 1 for n, k in ((H, HH), (W, WW)))


def with_upstream(draw):
    """Return a function that draws inputs and an upstream gradient of both signs for them."""

    def drawn(rng, *sizes):
        inputs = draw(rng, *sizes)
        shape = (len(inputs["x"]), len(inputs["w"]), *places(inputs))
        return {**inputs, "dout": rng.normal(size=shape).astype(inputs["x"].dtype)}

    return drawn


def upstream_beyond_single_precision(rng):
    inputs = with_upstream(beyond_single_precision)(rng)
    return {**inputs, "dout": 1e60 * inputs["dout"]}


FORWARD_CASES = (
    Case("padding 1", padded),
    Case("stride 2 and padding 1", stride_and_pad),
    Case("a kernel wider than tall", flat_kernel),
    Case("a kernel taller than wide, stride 2, no padding", tall_kernel),
    Case("a stride that does not divide", does_not_divide),
    Case("one picture with one channel, padding 2", one_picture),
    Case("kernels of 1 by 1", one_by_one),
    Case("a kernel as large as the picture", one_window),
    Case("arrays that are views", strided_arrays),
    Case("float32", float32),
    Case("numbers too large for single precision", beyond_single_precision),
)
