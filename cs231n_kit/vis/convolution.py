"""Pictures of windows that slide, and of the maps they leave. What is drawn is given: nothing is computed here."""

import math

import numpy as np

from cs231n_kit.alt_text import counted, describe
from cs231n_kit.vis.canvas import OKABE_ITO, new_array, new_axes, without_frame

_LINES = ("-", (0, (4, 2)), (0, (1, 1.5)), "-.")  # so that weights differ without their colors, too


def sliding_window(x, w, out, places, stride: int = 1, pad: int = 0):
    """Draw a kernel at some of its places over a picture, and below each what is known of the output by then.

    x : (H, W)    w : (HH, WW)    out : (H', W'), the whole result, filled in row by row
    places : indices (i, j) of `out`, one for each frame    Returns the Axes : (2, frames).
    """
    x, w, out = (np.asarray(array, dtype=float) for array in (x, w, out))
    for i, j in places:
        if not (0 <= i < out.shape[0] and 0 <= j < out.shape[1]):
            raise ValueError(f"got place ({i}, {j}), expected a row below {out.shape[0]} and a column below {out.shape[1]}")
    side = min(2.3, 9.5 / len(places))
    height = side * (len(x) + 2 * pad) / (x.shape[1] + 2 * pad)
    axes = new_array(2, len(places), (side * len(places), height * (1 + len(out) / (len(x) + 2 * pad)) + 0.7))
    words = []
    for (above, below), (i, j) in zip(axes.T, places, strict=True):
        _draw_window(above, np.pad(x, pad), w, (i * stride, j * stride), pad)
        above.set_title(f"place ({i}, {j})", fontsize=9)
        _draw_result(below, out, (i, j), x.shape[1] + 2 * pad)
        words.append(f"at place ({i}, {j}) the result is {out[i, j]:g}")
    size = f"{w.shape[0]} by {w.shape[1]} kernel sliding over a {x.shape[0]} by {x.shape[1]} picture"
    describe(axes, f"{counted(len(places), 'frame')} of a {size}, stride {stride}, padding {pad}: {'; '.join(words)}.")
    return axes


def _draw_window(ax, padded, w, corner, pad):
    """Write the padded picture's numbers, and below those in the window the weights that they meet."""
    (H, W), (HH, WW), (top, left) = padded.shape, w.shape, corner
    for (row, column), value in np.ndenumerate(padded):
        inside = pad <= row < H - pad and pad <= column < W - pad
        _box(ax, row, column, "white" if inside else "0.85")
        met = 0 <= row - top < HH and 0 <= column - left < WW
        ax.text(
            column, row - 0.12 * met, f"{value:g}", ha="center", va="center", fontsize=8, color="black" if met else "0.4"
        )
        if met:
            weight = f"×{w[row - top, column - left]:g}"
            ax.text(column, row + 0.26, weight, ha="center", va="center", fontsize=7, color=OKABE_ITO[5])
    ax.add_patch(_rectangle((left - 0.5, top - 0.5), WW, HH, facecolor="none", edgecolor=OKABE_ITO[5], linewidth=2.5))
    _grid_limits(ax, H, W)


def _draw_result(ax, out, place, width):
    """Write the results up to `place`, which is marked, in boxes of the size that the picture's have."""
    for (row, column), value in np.ndenumerate(out):
        done = (row, column) <= place
        _box(ax, row, column, OKABE_ITO[1] if (row, column) == place else "white")
        ax.text(column, row, f"{value:g}" if done else "", ha="center", va="center", fontsize=8)
    _grid_limits(ax, len(out), out.shape[1])
    margin = (width - out.shape[1]) / 2
    ax.set_xlim(-0.6 - margin, out.shape[1] - 0.4 + margin)


def _box(ax, row, column, color):
    ax.add_patch(_rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=color, edgecolor="0.7", linewidth=0.6))


def _rectangle(corner, width, height, **style):
    from matplotlib.patches import Rectangle

    return Rectangle(corner, width, height, **style)


def _grid_limits(ax, rows, columns):
    ax.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6), aspect="equal", xticks=[], yticks=[])
    without_frame(ax)


def window_wires(bottom, weights, top, stride: int = 1, names=("x", "out"), down: bool = False, ax=None):
    """Draw a window on a row of numbers as wires from each number below to each one above that it has a part in.

    bottom : (W,)    weights : (k,)    top : (W',)    names : of the rows    down : arrows point downward, as gradients go
    """
    bottom, weights, top = (np.asarray(array, dtype=float) for array in (bottom, weights, top))
    ax = ax or new_axes((4.6, 2.6))
    middle = (len(weights) - 1) / 2
    for i in range(len(top)):
        for k, weight in enumerate(weights):
            ends = np.array([[i * stride + k, 0.17], [i * stride + middle, 0.83]])
            style = {"color": OKABE_ITO[(0, 5, 2, 3)[k % 4]], "linestyle": _LINES[k % 4], "linewidth": 1.6}
            start, stop = ends[::-1] if down else ends
            ax.annotate("", stop, start, arrowprops={"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, **style})
            spot = ends[0] + (0.3 + 0.06 * (i % 2)) * (ends[1] - ends[0])
            ax.text(
                *spot, f"{weight:g}", fontsize=9, ha="center", va="center", bbox={"fc": "white", "ec": "none", "pad": 0.8}
            )
    for row, (values, where) in enumerate([(bottom, np.arange(len(bottom))), (top, stride * np.arange(len(top)) + middle)]):
        ax.scatter(where, np.full(len(values), row), s=520, marker="s", facecolor="white", edgecolor="0.4")
        for place, value in zip(where, values, strict=True):
            ax.text(place, row, f"{value:g}", ha="center", va="center")
        ax.text(-0.75, row, names[row], ha="right", va="center", style="italic")
    ax.set(xlim=(-1.3, len(bottom) - 0.4), ylim=(-0.3, 1.3), xticks=[], yticks=[])
    listed = [" ".join(f"{value:g}" for value in values) for values in (bottom, weights, top)]
    way = "down" if down else "up"
    describe(
        ax,
        f"A row of numbers {names[0]}: {listed[0]}. Above it {names[1]}: {listed[2]}. Arrows point {way} along the weights "
        f"{listed[1]}, which move by {stride} from one window to the next.",
    )
    return without_frame(ax)


def feature_maps(maps, titles=None, size: float = 1.5):
    """Draw maps side by side, each on its own scale: 0 is gray, the most positive white, the most negative black.

    maps : (F, H, W)    titles : F words, by default numbers    Returns the F Axes.
    """
    maps = np.asarray(maps, dtype=float)
    if maps.ndim != 3 or maps.size == 0:
        raise ValueError(f"got maps of shape {maps.shape}, expected (F, H, W): one picture's maps, without the batch axis")
    titles = [str(title) for title in (range(len(maps)) if titles is None else titles)]
    if len(titles) != len(maps):
        raise ValueError(f"got {counted(len(titles), 'title')} for {counted(len(maps), 'map')}, expected one for each")
    columns = min(len(maps), max(5, math.floor(9.5 / size)))
    rows = math.ceil(len(maps) / columns)
    size = min(size, 9.5 / columns)
    grid = new_array(rows, columns, (size * columns, (size + 0.3) * rows)).ravel()
    for ax, image, title in zip(grid, maps, titles, strict=False):
        largest = np.abs(image).max() or 1.0
        ax.imshow(image, cmap="gray", vmin=-largest, vmax=largest, interpolation="nearest")
        ax.set_title(title, fontsize=9)
        ax.set(xticks=[], yticks=[])
    for ax in grid[len(maps) :]:
        ax.remove()
    describe(grid, f"{counted(len(maps), 'map')} of {maps.shape[1]} by {maps.shape[2]} numbers: {'; '.join(titles)}.")
    return grid[: len(maps)]
