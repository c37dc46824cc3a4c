"""Compare the course's fast convolution, the solution cells themselves, with PyTorch's and with a plain im2col.

    python -m autograder.convolution_benchmark

All three compute the same convolutions, forward and backward, in float32 on one thread of the processor, in turns. What
counts is the least CPU time of each. The plain im2col is the one that much teaching code has: tables of indices gather all
windows at once, and np.add.at brings their gradients back. It may keep its columns from forward to backward.

PyTorch is needed for this and nothing else in the project; without it the other comparison is printed.
"""

import importlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.course import CourseError, find_course
from autograder.reference import solved

TORCH_AT_MOST = 2.5  # times the time of PyTorch
PLAIN_AT_LEAST = 1.5  # times as fast as the plain im2col
REPEATS = 30
HOW_TO_INSTALL = (
    "PyTorch is not installed, so there is no comparison with it. To have one:\n"
    "    pip install torch\n"
    "(PyTorch's own page tells how to do without the gigabytes for graphics cards)"
)


@dataclass(frozen=True)
class Layer:
    """A convolution of N pictures with C channels of size by size, by F square filters."""

    N: int
    C: int
    size: int
    F: int
    kernel: int
    stride: int
    pad: int

    def __str__(self):
        step = f", stride {self.stride}" if self.stride > 1 else ""
        return f"{self.N} × {self.C} × {self.size}², {self.F} filters of {self.kernel}²{step}"

    def draw(self) -> tuple:
        """Return x, w, b and conv_param."""
        rng = np.random.default_rng(0)
        x = rng.normal(size=(self.N, self.C, self.size, self.size))
        w, b = rng.normal(size=(self.F, self.C, self.kernel, self.kernel)), rng.normal(size=self.F)
        return *(array.astype(np.float32) for array in (x, w, b)), {"stride": self.stride, "pad": self.pad}


LAYERS = (
    Layer(64, 3, 32, 32, 7, 1, 3),  # the first layer of ThreeLayerConvNet
    Layer(64, 3, 32, 16, 3, 1, 1),
    Layer(64, 16, 16, 32, 3, 1, 1),
    Layer(64, 32, 8, 64, 3, 1, 1),
    Layer(64, 16, 32, 32, 3, 2, 1),
    Layer(64, 1, 28, 20, 5, 1, 0),  # 28 → 24, then pooled to 12 → 8, as for digits
    Layer(64, 20, 12, 40, 5, 1, 0),
)


@dataclass(frozen=True)
class Contender:
    """One way to compute a convolution: forward() -> out and backward() -> (dx, dw, db), both as NumPy arrays."""

    forward: Callable[[], np.ndarray]
    backward: Callable[[], tuple]


# --- the plain im2col


def _indices(x, w, conv_param):
    """Return tables of indices into padded pictures (N, C, H, W), for its last three axes, and the size of the maps."""
    (_, C, HH, WW), stride = w.shape, conv_param["stride"]
    height, width = ((n + 2 * conv_param["pad"] - k) // stride + 1 for n, k in zip(x.shape[2:], (HH, WW), strict=True))
    rows = np.tile(np.repeat(np.arange(HH), WW), C)[:, None] + stride * np.repeat(np.arange(height), width)
    columns = np.tile(np.arange(WW), HH * C)[:, None] + stride * np.tile(np.arange(width), height)
    return (np.repeat(np.arange(C), HH * WW)[:, None], rows, columns), height, width


def plain_forward(x, w, b, conv_param) -> tuple:
    """Return the maps and a cache, from windows gathered by tables of indices."""
    pad = conv_param["pad"]
    places, height, width = _indices(x, w, conv_param)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    columns = padded[:, *places].transpose(1, 2, 0).reshape(w[0].size, -1)
    out = w.reshape(len(w), -1) @ columns + b[:, None]
    return out.reshape(len(w), height, width, len(x)).transpose(3, 0, 1, 2), (x, w, conv_param, columns)


def plain_backward(dout, cache) -> tuple:
    """Return dx, dw and db, with np.add.at for what overlaps."""
    x, w, conv_param, columns = cache
    pad, (N, C, H, W) = conv_param["pad"], x.shape
    dmaps = dout.transpose(1, 2, 3, 0).reshape(len(w), -1)
    dcolumns = (w.reshape(len(w), -1).T @ dmaps).reshape(len(columns), -1, N).transpose(2, 0, 1)
    dpadded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), x.dtype)
    np.add.at(dpadded, (slice(None), *_indices(x, w, conv_param)[0]), dcolumns)
    dx = dpadded[:, :, pad : pad + H, pad : pad + W]
    return dx, (dmaps @ columns.T).reshape(w.shape), dout.sum(axis=(0, 2, 3))


# --- who competes


def in_numpy(forward, backward, inputs, dout) -> Contender:
    """Return a contender from functions with the course's signatures."""
    cache = forward(*inputs)[1]
    return Contender(lambda: forward(*inputs)[0], lambda: backward(dout, cache))


def in_torch(torch, inputs, dout) -> Contender:
    """Return PyTorch's convolution on one thread; moving arrays between the two libraries copies nothing."""
    torch.set_num_threads(1)
    *arrays, param = inputs
    tensors = [torch.from_numpy(array).requires_grad_() for array in arrays]

    def forward():
        return torch.nn.functional.conv2d(*tensors, stride=param["stride"], padding=param["pad"])

    out, upstream = forward(), torch.from_numpy(dout)
    return Contender(
        lambda: forward().detach().numpy(),
        lambda: tuple(g.numpy() for g in torch.autograd.grad(out, tensors, upstream, retain_graph=True)),
    )


def contenders(notebook: dict, torch, layer: Layer) -> dict[str, Contender]:
    """Return who competes on a layer, by name, after comparing what they compute.

    notebook : the namespace of the solved notebook    torch : the module, or None
    """
    inputs = layer.draw()
    ours = notebook["conv_forward_im2col"], notebook["conv_backward_im2col"]
    dout = np.random.default_rng(1).normal(size=ours[0](*inputs)[0].shape).astype(np.float32)
    found = {"course": in_numpy(*ours, inputs, dout), "plain": in_numpy(plain_forward, plain_backward, inputs, dout)}
    if torch:
        found["torch"] = in_torch(torch, inputs, dout)
    expected = _results(found["course"])
    for name, contender in found.items():
        for got, want in zip(_results(contender), expected, strict=True):
            if got.shape != want.shape or np.max(np.abs(got - want)) > 1e-4 * np.max(np.abs(want)):
                raise ArithmeticError(f"{name} and the course's solution disagree on {layer}; their times mean nothing")
    return found


def _results(contender):
    return contender.forward(), *contender.backward()


# --- measuring


def least_times(found: dict[str, Contender], repeats: int = REPEATS) -> dict[str, np.ndarray]:
    """Return the least CPU seconds of forward and of backward, (2,), of each contender; all take turns."""
    least = {name: np.full(2, np.inf) for name in found}
    for _ in range(repeats):
        for name, contender in found.items():
            for way, function in enumerate((contender.forward, contender.backward)):
                start = time.process_time()
                function()
                least[name][way] = min(least[name][way], time.process_time() - start)
    return least


def report(layer: Layer, least: dict[str, np.ndarray]) -> tuple[str, bool]:
    """Return a layer's lines, and whether the times of forward and backward together are within the bounds."""
    totals = {name: seconds.sum() for name, seconds in least.items()}
    gain = totals["plain"] / totals["course"]
    lines, good = [str(layer)], gain >= PLAIN_AT_LEAST
    for name, (forward, backward) in least.items():
        lines.append(f"    {name:7} forward {1e3 * forward:7.2f} ms, backward {1e3 * backward:7.2f} ms")
    lines.append(f"    {gain:.2f} times as fast as the plain im2col (at least {PLAIN_AT_LEAST})")
    if "torch" in totals:
        ratio = totals["course"] / totals["torch"]
        each = " and ".join(f"{r:.2f}" for r in least["course"] / least["torch"])
        lines.append(f"    {ratio:.2f} times the time of PyTorch (at most {TORCH_AT_MOST}); forward and backward: {each}")
        good = good and ratio <= TORCH_AT_MOST
    return "\n".join(lines), bool(good)


def main(repeats: int = REPEATS) -> int:
    """Print the comparison; return 0 if all layers are within the bounds, 1 if not."""
    try:
        source = find_course().source("fast_convnet")
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        torch = None
        print(HOW_TO_INSTALL, file=sys.stderr)
    print("Convolutions in float32 on one thread; the least CPU time of", repeats, "runs")
    good = []
    with solved(source) as notebook:
        for layer in LAYERS:
            lines, within = report(layer, least_times(contenders(notebook, torch, layer), repeats))
            print(lines, flush=True)
            good.append(within)
    print(f"{sum(good)} of {len(good)} layers are within the bounds")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
