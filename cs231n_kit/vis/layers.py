"""The picture of the numbers inside a network, layer by layer."""

import numpy as np

from cs231n_kit.alt_text import counted, describe
from cs231n_kit.vis.canvas import OKABE_ITO, new_array

BINS = 41  # odd: one of them is around 0


def layer_histograms(rows, limit: float | None = None, first: int = 1):
    """Draw a histogram of the numbers in each layer, with their standard deviation over it; return the Axes : (rows, L).

    rows  : {name: list of L arrays of any shape}, a row of histograms for each name
    limit : all of them reach from -limit to limit, and what lies beyond counts as the outermost; if None, each reaches as
            far as its own numbers, and says how far
    first : the number of the first layer

    Heights are relative to the highest bar of each histogram.
    """
    rows = {str(name): [np.asarray(layer, dtype=float).ravel() for layer in layers] for name, layers in rows.items()}
    lengths = {name: len(layers) for name, layers in rows.items()}
    if not rows or len(set(lengths.values())) != 1 or 0 in lengths.values():
        raise ValueError(f"got rows of {lengths} layers, expected the same number of layers, at least one, in each row")
    (L,) = set(lengths.values())
    axes = new_array(len(rows), L, (9.5, 1.15 * len(rows) + 0.35))
    for places, (name, layers) in zip(axes, rows.items(), strict=True):
        for number, (ax, layer) in enumerate(zip(places, layers, strict=True), first):
            _draw(ax, layer, limit)
            if ax in axes[0]:
                ax.annotate(f"layer {number}", (0.5, 1.28), xycoords="axes fraction", ha="center", fontsize=8)
        places[0].set_ylabel(name, fontsize=8)
    spreads = "; ".join(f"{name}: {', '.join(_number(_spread(layer)) for layer in layers)}" for name, layers in rows.items())
    what = f"{counted(len(rows), 'row')} of histograms, one for each of {counted(L, 'layer')}"
    describe(axes, f"{what}. Standard deviations by layer, {spreads}.")
    return axes


def _draw(ax, layer, limit):
    fine = layer[np.isfinite(layer)]
    reach = limit or float(np.max(np.abs(fine), initial=0.0)) or 1.0
    counts, edges = np.histogram(np.clip(fine, -reach, reach), bins=BINS, range=(-reach, reach))
    ax.bar(edges[:-1], counts / max(counts.max(), 1), np.diff(edges), align="edge", color=OKABE_ITO[0])
    ax.set(xlim=(-reach, reach), ylim=(0, 1.05), yticks=[])
    ax.set_xticks([-reach, reach], [_number(-reach).replace("-", "−"), _number(reach)], fontsize=7)
    for label, side in zip(ax.get_xticklabels(), ("left", "right"), strict=True):
        label.set_horizontalalignment(side)
    ax.set_title(f"std {_number(_spread(layer))}", fontsize=7, pad=2)
    ax.tick_params(length=2, pad=1)


def _spread(layer):
    with np.errstate(all="ignore"):  # of infinite numbers it is nan, which is what the picture says
        return layer.std()


def _number(number):
    """Return a number in two digits: 0.61, 22, 1.8e+09, 3.3e-06."""
    return f"{number:.0f}" if 10 <= abs(number) < 1000 else f"{number:.2g}"
