"""Pictures of the plane: points, distances, and what a classifier makes of them."""

import numpy as np

from cs231n_kit.alt_text import counted, describe
from cs231n_kit.vis.canvas import OKABE_ITO, new_axes

MARKERS = {
    "o": "circles",
    "s": "squares",
    "D": "diamonds",
    "^": "triangles",
    "v": "upended triangles",
    "P": "pluses",
    "*": "stars",
}


def unit_balls(ax=None):
    """Draw the points at L1 distance 1 and those at L2 distance 1 from the origin."""
    return _draw_balls(1.0, 1.0, ax)


def balls_through(point, ax=None):
    """Draw an arrow from the origin to `point`, and all points at the same L1 and at the same L2 distance.

    point : two numbers
    """
    l1, l2 = np.sum(np.abs(point)), np.hypot(*point)
    ax = _draw_balls(l1, l2, ax)
    arrow = {"arrowstyle": "->", "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=point, xytext=(0, 0), arrowprops=arrow)
    x, y = (0.0 if abs(coordinate) < 1e-9 * l2 else coordinate for coordinate in point)
    describe(ax, f"An arrow from the origin to the point ({x:.3g}, {y:.3g}), which lies on both shapes. {_balls(l1, l2)}")
    return ax


def _draw_balls(l1, l2, ax):
    ax = ax or new_axes((3.4, 3.4))
    theta = np.linspace(0, 2 * np.pi, 200)
    ax.plot([l1, 0, -l1, 0, l1], [0, l1, 0, -l1, 0], color=OKABE_ITO[0], label=f"L1 distance {l1:.3g}")
    ax.plot(l2 * np.cos(theta), l2 * np.sin(theta), color=OKABE_ITO[1], linestyle="--", label=f"L2 distance {l2:.3g}")
    ax.axhline(0, color="0.8", lw=0.8, zorder=0)
    ax.axvline(0, color="0.8", lw=0.8, zorder=0)
    ax.set_aspect("equal")
    ax.legend(loc="lower left", fontsize=8, framealpha=0.9)
    edge = 1.2 * max(l1, l2)
    ax.set(xlim=(-edge, edge), ylim=(-edge, edge))
    describe(ax, _balls(l1, l2))
    return ax


def _balls(l1, l2):
    return (
        f"The points at L1 distance {l1:.3g} from the origin form a square whose corners lie on the axes; "
        f"those at L2 distance {l2:.3g} form a circle."
    )


def decision_regions(predict, X, y, ax=None, resolution: int = 120):
    """Color the plane by what `predict` says there, with the training points on top.

    predict : (n, 2) points -> (n,) labels      X : (N, 2)      y : (N,) ints from 0 to 6
    """
    if np.ndim(X) != 2 or np.shape(X)[1] != 2:
        raise ValueError(f"got points of shape {np.shape(X)}, expected (N, 2): this picture is of a plane")
    ax = ax or new_axes((3.6, 3.4))
    from matplotlib.colors import ListedColormap

    low, high = X.min(axis=0) - 0.5, X.max(axis=0) + 0.5
    grid = np.meshgrid(*(np.linspace(a, b, resolution) for a, b in zip(low, high, strict=True)))
    points = np.stack([g.ravel() for g in grid], axis=1)  # (resolution², 2)
    num_classes = int(np.max(y)) + 1
    colors = ListedColormap(OKABE_ITO[:num_classes])
    labels = np.asarray(predict(points)).reshape(resolution, resolution)
    style = {"cmap": colors, "vmin": -0.5, "vmax": num_classes - 0.5}
    ax.pcolormesh(*grid, labels, alpha=0.3, shading="nearest", rasterized=True, **style)
    classes = _scatter(ax, X, y)
    shares = [f"{name} {np.mean(labels == label):.0%}" for label, name in enumerate(classes)]
    ax.set(xticks=[], yticks=[])
    what = f"The plane in regions by predicted class, under {counted(len(X), 'training point')}"
    describe(ax, f"{what}. The shares are: {', '.join(shares)}.")
    return ax


def warped_plane(layer, X, y, ax=None, units=(0, 1), lines: int = 17):
    """Draw a square grid over the plane where a layer puts it, with the training points on top.

    layer : (n, 2) points -> (n, H) activations, H >= 2      X : (N, 2)      y : (N,) ints from 0 to 6
    units : the two of the H activations that become the horizontal and the vertical direction
    After the picture in Karpathy's ConvNetJS demo of two-dimensional classification.
    """
    warped = np.asarray(layer(X))
    if warped.shape[:1] != (len(X),) or warped.ndim != 2 or warped.shape[1] <= max(units):
        raise ValueError(
            f"got activations of shape {warped.shape} for points of shape {X.shape}, expected ({len(X)}, H) with H of at "
            f"least {max(units) + 1}, to draw units {units[0]} and {units[1]}"
        )
    ax = ax or new_axes((3.6, 3.4))
    low, high = X.min(axis=0) - 0.2, X.max(axis=0) + 0.2
    along = np.linspace(low, high, 101)  # (101, 2)
    for at in np.linspace(low, high, lines):
        upright = np.stack([np.full(101, at[0]), along[:, 1]], axis=1)
        level = np.stack([along[:, 0], np.full(101, at[1])], axis=1)
        for line, style in ((upright, "-"), (level, "--")):
            ax.plot(*np.asarray(layer(line))[:, list(units)].T, color="0.65", linewidth=0.6, linestyle=style, zorder=1)
    classes = _scatter(ax, warped[:, list(units)], y)
    ax.set(xticks=[], yticks=[])
    members = {name: warped[y == label][:, list(units)] for label, name in enumerate(classes) if np.any(y == label)}
    places = {name: np.round(at.mean(axis=0), 2) + 0.0 for name, at in members.items()}  # + 0.0 makes 0 of -0
    centers = [f"{name} around ({place[0]:g}, {place[1]:g})" for name, place in places.items()]
    describe(
        ax,
        f"A square grid over the plane, bent by a layer of {counted(warped.shape[1], 'unit')} and drawn by the activations "
        f"of units {units[0]} and {units[1]}, under {counted(len(X), 'training point')}: {', '.join(centers)}.",
    )
    return ax


def _scatter(ax, X, y):
    """Draw points with a color and a marker for each class, and return the classes in words."""
    classes = []
    for label, (marker, shape) in zip(range(int(np.max(y)) + 1), MARKERS.items(), strict=False):
        members = X[y == label]
        ax.scatter(*members.T, color=OKABE_ITO[label], marker=marker, edgecolor="black", linewidth=0.5, s=24, zorder=2)
        classes.append(f"class {label} ({len(members)} {shape})")
    return classes
