"""Pictures made of images: examples, neighbors, weights."""

import math

import numpy as np

from cs231n_kit.alt_text import counted, describe
from cs231n_kit.vis.canvas import OKABE_ITO, new_array, new_axes, without_frame


def class_grid(X, y, classes, per_class: int, rng: np.random.Generator):
    """Draw `per_class` random examples of each class, one row for each class.

    X : (N, H, W, 3), 0 to 255    y : (N,) ints    classes : names, classes[c] is the name of label c
    """
    rows = []
    for label in range(len(classes)):
        of_class = np.flatnonzero(y == label)
        chosen = rng.choice(of_class, size=min(per_class, len(of_class)), replace=False)
        rows.append(_strip(X[chosen], per_class))
    ax = new_axes((0.62 * per_class + 1.2, 0.62 * len(classes)))
    ax.imshow(np.concatenate(rows), interpolation="nearest")
    height = len(rows[0])
    ax.set_yticks(height * (np.arange(len(classes)) + 0.5), classes)
    ax.set_xticks([])
    describe(ax, f"Random examples, up to {per_class} in a row, one row for each class: {', '.join(map(str, classes))}.")
    return without_frame(ax)


def image_row(images, titles, size: float = 1.5):
    """Draw images side by side with a title over each; return the array of Axes.

    images : sequence of (H, W, 3), 0 to 255
    """
    titles = [str(title) for title in titles]
    axes = new_array(1, len(images), (size * len(images), size + 0.5))[0]
    for ax, image, title in zip(axes, images, titles, strict=True):
        _show(ax, image, title, fontsize=9)
        for spine in ax.spines.values():
            spine.set(color="0.8")  # a white picture on a white page has an edge, too
    describe(axes, f"{counted(len(images), 'image')} side by side: {'; '.join(titles)}.")
    return axes


def neighbors(X_test, y_test, X_train, y_train, dists, classes, k: int = 5):
    """Draw each test image with its k nearest training images, framed by whether their label is right.

    X_test : (n, H, W, 3)    X_train : (N, H, W, 3)    dists : (n, N)    The arrays of Axes come back as (n, k + 1).
    """
    n = len(X_test)
    axes = new_array(n, k + 1, (1.15 * (k + 1), 1.3 * n))
    rows = []
    for i in range(n):
        nearest = np.argsort(dists[i])[:k]
        pairs = [(X_test[i], y_test[i]), *zip(X_train[nearest], y_train[nearest], strict=True)]
        for ax, (image, label) in zip(axes[i], pairs, strict=True):
            _show(ax, image, classes[label], fontsize=8)
            right = {"color": OKABE_ITO[2], "linestyle": "-"}
            wrong = {"color": OKABE_ITO[5], "linestyle": (0, (2, 2))}  # gaps that show without the color, too
            style = {"color": "black"} if ax is axes[i, 0] else right if label == y_test[i] else wrong
            for spine in ax.spines.values():
                spine.set(linewidth=3, **style)
        rows.append(f"{classes[y_test[i]]}: {', '.join(str(classes[label]) for label in y_train[nearest])}")
    what = f"{counted(n, 'test image')}, each with its {counted(k, 'nearest training image')}, nearest first"
    describe(axes, f"{what}. {'; '.join(rows)}.")
    return axes


def weight_grid(W, image_shape, names=None):
    """Draw each column of W as an image, its smallest weight black and its largest white; return the C Axes.

    W : (D, C), or (D + 1, C) with the biases in the last row    image_shape : (H, W, 3) or (H, W), D = its product
    names : C titles
    """
    templates = _templates(np.asarray(W), image_shape)
    C = len(templates)
    columns = min(C, 20, max(5, math.ceil(math.sqrt(C))))  # 10 classes stand in 2 rows, 100 hidden units in 10
    size = min(1.5, 9.5 / columns)
    rows = math.ceil(C / columns)
    grid = new_array(rows, columns, (size * columns, (size + (0.25 if names is not None else 0)) * rows)).ravel()
    for ax, image, title in zip(grid[:C], templates, [""] * C if names is None else names, strict=True):
        _show(ax, image, title, fontsize=9)
    for ax in grid[C:]:
        ax.remove()
    height, width = image_shape[:2]
    listed = "" if names is None else f": {', '.join(map(str, names))}"
    describe(
        grid[:C],
        f"{counted(C, 'column')} of weights as images of {height} by {width} pixels, in {counted(rows, 'row')}{listed}.",
    )
    return grid[:C]


def _templates(W, image_shape):
    """Return the columns of W as images : (C, H, W, 3) or (C, H, W), each 0 to 255 (128 where all weights are equal)."""
    D = math.prod(image_shape)
    if W.ndim != 2 or len(W) not in (D, D + 1) or W.shape[1] == 0:
        raise ValueError(
            f"got W of shape {W.shape}, expected ({D}, C), or ({D + 1}, C) with biases, for {image_shape} images"
        )
    weights = W[:D].T.astype(float)
    low, high = weights.min(axis=1, keepdims=True), weights.max(axis=1, keepdims=True)
    scaled = np.full_like(weights, 128)
    np.divide(255 * (weights - low), high - low, out=scaled, where=high > low)
    return scaled.reshape(-1, *image_shape)


def _show(ax, image, title, fontsize):
    ax.imshow(_displayable(image), interpolation="nearest", cmap="gray", vmin=0, vmax=255)
    ax.set_title(title, fontsize=fontsize)
    ax.set(xticks=[], yticks=[])


def _displayable(image):
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _strip(images, columns):
    """Put images side by side, padded with white to `columns` of them."""
    _, H, W, _ = images.shape
    strip = np.full((H + 2, columns * (W + 2), 3), 255, np.uint8)
    for i, image in enumerate(images):
        strip[1 : H + 1, i * (W + 2) + 1 : (i + 1) * (W + 2) - 1] = _displayable(image)
    return strip
