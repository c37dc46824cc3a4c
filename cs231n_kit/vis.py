"""Pictures for the notebooks. Every function returns the Axes it drew on and never calls show().

pyplot is imported when the first picture is drawn: it takes longer than the rest of the kit together.
Colors are those of Okabe and Ito, which color-blind readers can tell apart.
"""

import numpy as np

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")


def class_grid(X, y, classes, per_class: int, rng: np.random.Generator):
    """Draw `per_class` random examples of each class, one row for each class.

    X : (N, H, W, 3), 0 to 255    y : (N,) ints    classes : names, classes[c] is the name of label c
    """
    rows = []
    for label in range(len(classes)):
        of_class = np.flatnonzero(y == label)
        chosen = rng.choice(of_class, size=min(per_class, len(of_class)), replace=False)
        rows.append(_strip(X[chosen], per_class))
    ax = _new_axes((0.62 * per_class + 1.2, 0.62 * len(classes)))
    ax.imshow(np.concatenate(rows), interpolation="nearest")
    height = len(rows[0])
    ax.set_yticks(height * (np.arange(len(classes)) + 0.5), classes)
    ax.set_xticks([])
    return _bare(ax)


def image_row(images, titles, size: float = 1.5):
    """Draw images side by side with a title over each; return the array of Axes.

    images : sequence of (H, W, 3), 0 to 255
    """
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(1, len(images), figsize=(size * len(images), size + 0.5), squeeze=False, layout="constrained")
    for ax, image, title in zip(axes[0], images, titles, strict=True):
        ax.imshow(_displayable(image), interpolation="nearest")
        ax.set_title(title, fontsize=9)
        ax.set(xticks=[], yticks=[])
        for spine in ax.spines.values():
            spine.set(color="0.8")  # a white picture on a white page has an edge, too
    return axes[0]


def unit_balls(ax=None):
    """Draw the points at L1 distance 1 and those at L2 distance 1 from the origin."""
    return _draw_balls(1.0, 1.0, ax)


def balls_through(point, ax=None):
    """Draw an arrow from the origin to `point`, and all points at the same L1 and at the same L2 distance.

    point : two numbers
    """
    ax = _draw_balls(np.sum(np.abs(point)), np.hypot(*point), ax)
    arrow = {"arrowstyle": "->", "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=point, xytext=(0, 0), arrowprops=arrow)
    return ax


def _draw_balls(l1, l2, ax):
    ax = ax or _new_axes((3.4, 3.4))
    theta = np.linspace(0, 2 * np.pi, 200)
    ax.plot([l1, 0, -l1, 0, l1], [0, l1, 0, -l1, 0], color=OKABE_ITO[0], label=f"L1 distance {l1:.3g}")
    ax.plot(l2 * np.cos(theta), l2 * np.sin(theta), color=OKABE_ITO[1], linestyle="--", label=f"L2 distance {l2:.3g}")
    ax.axhline(0, color="0.8", lw=0.8, zorder=0)
    ax.axvline(0, color="0.8", lw=0.8, zorder=0)
    ax.set_aspect("equal")
    ax.legend(loc="lower left", fontsize=8, framealpha=0.9)
    edge = 1.2 * max(l1, l2)
    ax.set(xlim=(-edge, edge), ylim=(-edge, edge))
    return ax


def distance_matrix(dists, ax=None):
    """Draw a distance matrix as an image: dark is near, bright is far.

    dists : (num_test, num_train)
    """
    ax = ax or _new_axes((7.0, 7.0 * min(1.0, max(0.25, dists.shape[0] / dists.shape[1])) + 0.6))
    picture = ax.imshow(dists, cmap="viridis", interpolation="nearest", aspect="auto")
    ax.figure.colorbar(picture, ax=ax, label="distance")
    ax.set(xlabel="training image", ylabel="test image")
    return ax


def decision_regions(predict, X, y, ax=None, resolution: int = 120):
    """Color the plane by what `predict` says there, with the training points on top.

    predict : (n, 2) points -> (n,) labels      X : (N, 2)      y : (N,) ints from 0 to 6
    """
    ax = ax or _new_axes((3.6, 3.4))
    from matplotlib.colors import ListedColormap

    low, high = X.min(axis=0) - 0.5, X.max(axis=0) + 0.5
    grid = np.meshgrid(*(np.linspace(a, b, resolution) for a, b in zip(low, high, strict=True)))
    points = np.stack([g.ravel() for g in grid], axis=1)  # (resolution², 2)
    num_classes = int(np.max(y)) + 1
    colors = ListedColormap(OKABE_ITO[:num_classes])
    labels = np.asarray(predict(points)).reshape(resolution, resolution)
    style = {"cmap": colors, "vmin": -0.5, "vmax": num_classes - 0.5}
    ax.pcolormesh(*grid, labels, alpha=0.3, shading="nearest", rasterized=True, **style)
    for label, marker in zip(range(num_classes), "osD^vP*", strict=False):
        members = X[y == label]
        ax.scatter(*members.T, color=OKABE_ITO[label], marker=marker, edgecolor="black", linewidth=0.5, s=24)
    ax.set(xticks=[], yticks=[])
    return ax


def neighbors(X_test, y_test, X_train, y_train, dists, classes, k: int = 5):
    """Draw each test image with its k nearest training images, framed by whether their label is right.

    X_test : (n, H, W, 3)    X_train : (N, H, W, 3)    dists : (n, N)    The arrays of Axes come back as (n, k + 1).
    """
    import matplotlib.pyplot as plt

    n = len(X_test)
    _, axes = plt.subplots(n, k + 1, figsize=(1.15 * (k + 1), 1.3 * n), squeeze=False, layout="constrained")
    for i in range(n):
        nearest = np.argsort(dists[i])[:k]
        pairs = [(X_test[i], y_test[i]), *zip(X_train[nearest], y_train[nearest], strict=True)]
        for ax, (image, label) in zip(axes[i], pairs, strict=True):
            ax.imshow(_displayable(image), interpolation="nearest")
            ax.set_title(classes[label], fontsize=8)
            ax.set(xticks=[], yticks=[])
            color = "black" if ax is axes[i, 0] else OKABE_ITO[2] if label == y_test[i] else OKABE_ITO[5]
            for spine in ax.spines.values():
                spine.set(color=color, linewidth=3, linestyle="-" if color != OKABE_ITO[5] else "--")
    return axes


def time_bars(seconds, ax=None):
    """Draw running times as horizontal bars from zero.

    seconds : {name: seconds}
    """
    ax = ax or _new_axes((6.0, 0.45 * len(seconds) + 0.8))
    names = list(seconds)[::-1]
    bars = ax.barh(names, [seconds[name] for name in names], color=OKABE_ITO[0])
    ax.bar_label(bars, [f" {1e3 * seconds[name]:,.0f} ms" for name in names], fontsize=9)
    ax.set_xlim(0, 1.2 * max(seconds.values()))
    ax.set_xlabel("seconds")
    return ax


def _new_axes(figsize):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=figsize, layout="constrained")
    return ax


def _bare(ax):
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def _displayable(image):
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _strip(images, columns):
    """Put images side by side, padded with white to `columns` of them."""
    _, H, W, _ = images.shape
    strip = np.full((H + 2, columns * (W + 2), 3), 255, np.uint8)
    for i, image in enumerate(images):
        strip[1 : H + 1, i * (W + 2) + 1 : (i + 1) * (W + 2) - 1] = _displayable(image)
    return strip
