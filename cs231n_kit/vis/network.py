"""Pictures of how a network is put together."""

from cs231n_kit.alt_text import describe
from cs231n_kit.vis.canvas import OKABE_ITO, new_axes


def layer_chain(layers, names=None):
    """Draw layers in a row, forward to the right, backward to the left, and what each keeps for later; return the Axes.

    layers : their names, in the order of the forward pass
    names  : of what goes into the first, of what lies between them, and of what comes out of the last; "" for none
    """
    names = [""] * (len(layers) + 1) if names is None else list(names)
    if len(names) != len(layers) + 1:
        raise ValueError(
            f"got {len(names)} names for {len(layers)} layers, expected {len(layers) + 1}: one at each end of each"
        )
    ax = new_axes((2.1 * len(layers) + 1.6, 1.9))
    for i, layer in enumerate(layers):
        ax.add_patch(_box(2 * i, layer == layers[-1]))
        ax.text(2 * i + 0.5, 0.5, layer, ha="center", va="center", fontsize=10)
        ax.annotate(
            "",
            (2 * i + 0.5, -0.42),
            (2 * i + 0.5, 0),
            arrowprops={"arrowstyle": "<|-|>", "color": OKABE_ITO[2], "linestyle": "--"},
        )
        ax.text(2 * i + 0.5, -0.5, "cache", ha="center", va="top", fontsize=9, color="#00664c")
    for i, name in enumerate(names):
        _arrows(ax, 2 * i - 1, name, is_last=i == len(layers))
    ax.set(xlim=(-1.3, 2 * len(layers) + 0.3), ylim=(-0.85, 1.25))
    ax.axis("off")
    inside = ", ".join(map(str, layers))
    describe(
        ax,
        f"Boxes in a row: {inside}. Arrows to the right carry values forward, arrows to the left carry gradients back, and "
        f"each box keeps a cache from its forward for its backward pass.",
    )
    return ax


def _box(left, is_last):
    from matplotlib.patches import FancyBboxPatch

    color = "#fbe9d0" if is_last else "#dcebf5"
    return FancyBboxPatch((left, 0), 1, 1, boxstyle="round,pad=0,rounding_size=0.12", facecolor=color, edgecolor="0.3")


def _arrows(ax, left, name, is_last):
    """Draw what goes from one box to the next, above, and its gradient, below."""
    style = {"arrowstyle": "-|>", "shrinkA": 2, "shrinkB": 2}
    ax.annotate("", (left + 1, 0.7), (left, 0.7), arrowprops={**style, "color": OKABE_ITO[0]})
    ax.annotate("", (left, 0.3), (left + 1, 0.3), arrowprops={**style, "color": OKABE_ITO[5]})
    ax.text(left + 0.5, 0.76, name, ha="center", va="bottom", fontsize=9, color=OKABE_ITO[0])
    gradient = "1" if is_last else "dout" if not name else f"d{name}"
    ax.text(left + 0.5, 0.24, gradient, ha="center", va="top", fontsize=9, color=OKABE_ITO[5])
