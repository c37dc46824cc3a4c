"""Pictures of computations: a graph of values with their gradients, and a small change that travels along a chain."""

from itertools import pairwise

import numpy as np

from cs231n_kit.alt_text import counted, describe
from cs231n_kit.vis.canvas import OKABE_ITO, new_axes, without_frame

SYMBOLS = {"add": "+", "multiply": "×", "inverse": "1/x"}
MOST_VALUES = 60  # more boxes than that can't be read
HALF_WIDTH, HALF_HEIGHT = 0.37, 0.36  # of a box, where columns and rows are 1 apart
SWEEPS = 8  # over the columns, to untangle the arrows


def computation_graph(result, ax=None):
    """Draw what `result` was computed from: a box for each value, with its number and its gradient, inputs on the left.

    result : any object with the attributes data (a number), parents (such objects, () for an input), op (the name of the
             gate, "" for an input) and grad (a number, or None if it is not known yet); if it has a name, that is shown, too
    Raises ValueError for more than 60 values, or for one that would be its own ancestor.
    """
    values = _ancestors(result)
    columns = _arranged(values, _columns(values))
    place = {key: (x, (len(column) - 1) / 2 - y) for x, column in enumerate(columns) for y, key in enumerate(column)}
    width, height = len(columns), max(map(len, columns))
    ax = ax or new_axes((min(9.5, 1.12 * width + 0.2), min(8.0, 0.86 * height + 0.2)))
    for key, value in values.items():
        _draw_arrows(ax, key, value, place)
        _draw_value(ax, value, place[key])
    ax.set(xlim=(-0.5, width - 0.5), ylim=(-height / 2 - 0.05, height / 2 + 0.05), xticks=[], yticks=[])
    describe(ax, _in_words(values, columns))
    return without_frame(ax)


def _ancestors(result) -> dict:
    """Return {id: value} of the result and all it was computed from. Objects are told apart by identity."""
    found, waiting = {}, [result]
    while waiting:
        value = waiting.pop()
        missing = [name for name in ("data", "grad", "parents", "op") if not hasattr(value, name)]
        if missing:
            raise TypeError(
                f"got a {type(value).__name__} without {' and '.join(missing)}, "
                "expected an object with the attributes data, grad, parents and op"
            )
        if id(value) not in found:
            found[id(value)] = value
            waiting.extend(list(value.parents)[::-1])
        if len(found) > MOST_VALUES:
            raise ValueError(
                f"the graph holds more than {MOST_VALUES} values, too many for a picture\n"
                "  fix: draw one of the values in the middle, with what it was computed from"
            )
    return found


def _columns(values) -> dict:
    """Return {id: number of gates up to the result, on the longest way}."""
    steps = dict.fromkeys(values, 0)
    for _ in range(len(values) + 1):
        before = dict(steps)
        for key, value in values.items():
            for parent in value.parents:
                steps[id(parent)] = max(steps[id(parent)], steps[key] + 1)
        if steps == before:
            return steps
    raise ValueError("the graph goes around in a circle: a value is among its own ancestors")


def _arranged(values, steps) -> list[list]:
    """Return the keys of each column from left to right, so ordered that few arrows cross.

    An arrow that passes a column on its way holds a place there, with the key (parent, child, column).
    """
    last = max(steps.values())
    columns = [[] for _ in range(last + 1)]
    links = []
    for key, value in values.items():
        columns[last - steps[key]].append(key)
        for parent in {id(p): p for p in value.parents}:
            between = range(last - steps[parent] + 1, last - steps[key])
            stops = [parent, *((parent, key, x) for x in between), key]
            for x in between:
                columns[x].append((parent, key, x))
            links += pairwise(stops)
    for sweep in range(SWEEPS):
        order = columns if sweep % 2 else columns[::-1]
        for fixed, moved in pairwise(order):
            _sort_by_neighbors(fixed, moved, links)
    return columns


def _sort_by_neighbors(fixed, moved, links) -> None:
    """Sort a column by the mean height of what its keys are linked with in the column beside it."""
    height = {key: y - (len(fixed) - 1) / 2 for y, key in enumerate(fixed)}
    own = {key: y - (len(moved) - 1) / 2 for y, key in enumerate(moved)}
    beside = {key: [] for key in moved}
    for left, right in links:
        for here, there in ((left, right), (right, left)):
            if here in beside and there in height:
                beside[here].append(height[there])
    moved.sort(key=lambda key: np.mean(beside[key]) if beside[key] else own[key])


def _draw_arrows(ax, key, value, place) -> None:
    parents = [id(parent) for parent in value.parents]
    for i, parent in enumerate(parents):
        twin = 0.24 * (parents[:i].count(parent) - (parents.count(parent) - 1) / 2)  # a value used twice by one gate
        x, y = place[key]
        stops = [place[stop] for stop in place if isinstance(stop, tuple) and stop[:2] == (parent, key)]
        points = [(place[parent][0] + HALF_WIDTH, place[parent][1] + twin), *stops, (x - HALF_WIDTH, y + twin)]
        if len(stops):
            ax.plot(*zip(*points[:-1], strict=True), color="0.45", linewidth=1, zorder=1)
        arrow = {"arrowstyle": "->", "color": "0.45", "linewidth": 1, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", xy=points[-1], xytext=points[-2], arrowprops=arrow, zorder=1)


def _draw_value(ax, value, center) -> None:
    from matplotlib.patches import FancyBboxPatch

    (x, y), (a, b) = center, (HALF_WIDTH - 0.06, HALF_HEIGHT - 0.06)
    style = {"boxstyle": "round,pad=0.06", "facecolor": "0.94" if len(value.parents) == 0 else "white", "edgecolor": "0.3"}
    ax.add_patch(FancyBboxPatch((x - a, y - b), 2 * a, 2 * b, zorder=2, **style))
    centered = {"ha": "center", "va": "center", "fontsize": 8, "zorder": 3}
    ax.text(x, y + 0.22, _label(value), weight="bold", **centered)
    ax.text(x, y, _number(value.data), color=OKABE_ITO[0], **centered)
    if value.grad is not None:
        ax.text(x, y - 0.22, f"grad {_number(value.grad)}", color="#A34700", **centered)


def _label(value) -> str:
    symbol = SYMBOLS.get(value.op, value.op)
    name = getattr(value, "name", "")
    return f"{name} = {symbol}" if name and symbol else name or symbol or "constant"


def _number(number) -> str:
    return f"{float(number) + 0.0:.3g}".replace("-", "−")


def _in_words(values, columns) -> str:
    leaves, gates = [], []
    for key in (key for column in columns for key in column if key in values):
        value = values[key]
        grad = "" if value.grad is None else f" (gradient {_number(value.grad)})"
        inputs = " and ".join(getattr(p, "name", "") or _number(p.data) for p in value.parents)
        text = f"{_label(value)}{' of ' + inputs if inputs else ''} is {_number(value.data)}{grad}"
        (gates if inputs else leaves).append(text)
    told = [*leaves, *gates]
    return f"A graph of {counted(len(told), 'value')}, {len(leaves)} of them inputs. In it, {'; '.join(told)}."


def nudges(names, before, after, ax=None):
    """Draw a number line for each quantity of a chain: where it was, and the arrow by which it moved, all to one scale.

    names : (K,) strings     before, after : (K,) the values without and with the nudge; the first one has to move
    Beside each arrow to the next line stands how many times larger the next change is.
    """
    before, after = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if not len(names) == len(before) == len(after):
        raise ValueError(f"got {len(names)} names for {len(before)} values before and {len(after)} after")
    moves = after - before
    if len(moves) == 0 or np.any(moves[: max(1, len(moves) - 1)] == 0):
        raise ValueError("nothing moved: a ratio of changes needs one that is not 0")
    ax = ax or new_axes((6.5, 0.58 * len(names) + 0.3))
    unit = np.max(np.abs(moves))
    for row, (name, value, move) in enumerate(zip(names, before, moves, strict=True)):
        ax.plot([-1.25, 1.25], [-row, -row], color="0.7", linewidth=1, zorder=0)
        ax.plot([0, 0], [-row - 0.12, -row + 0.12], color=OKABE_ITO[0], linewidth=2)
        arrow = {"arrowstyle": "-|>", "color": OKABE_ITO[5], "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0}
        head = min(12, 250 * abs(move / unit))  # no longer than the arrow itself
        ax.annotate("", xy=(move / unit, -row), xytext=(0, -row), arrowprops={**arrow, "mutation_scale": head})
        ax.text(-1.35, -row, f"{name} = {_number(value)}", ha="right", va="center", fontsize=10)
        ax.text(1.35, -row, f"{move:+.6f}".replace("-", "−"), ha="left", va="center", fontsize=10)
    ratios = moves[1:] / moves[:-1]
    for row, ratio in enumerate(ratios):
        ax.text(0.08, -row - 0.5, f"× {_number(ratio)}", ha="left", va="center", fontsize=9, color="0.25")
        ax.annotate("", xy=(0, -row - 0.72), xytext=(0, -row - 0.28), arrowprops={"arrowstyle": "->", "color": "0.5"})
    ax.set(xlim=(-2.4, 2.2), ylim=(0.5 - len(names), 0.5), xticks=[], yticks=[])
    told = [f"{name} moves by {_number(move)}" for name, move in zip(names, moves, strict=True)]
    factors = f" From each change to the next the factors are {', '.join(map(_number, ratios))}." if len(ratios) else ""
    describe(ax, f"Number lines below each other: {'; '.join(told).replace('$', '')}.{factors}")
    return without_frame(ax)
