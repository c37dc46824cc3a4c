"""Pictures of a loss as the height of a landscape."""

import numpy as np

from cs231n_kit.alt_text import describe


def loss_landscape(loss, W, W1, W2, radius: float = 1.0, resolution: int = 25):
    """Draw loss(W + a·W1 + b·W2) for a and b from -radius to radius, as a heat map and as a surface; return both Axes.

    loss       : function of an array like W that returns a number; it is called resolution² times
    W, W1, W2  : arrays of one shape: the middle of the picture, and the two directions that span the plane
    resolution : values of a and of b, 2 or more; odd numbers include 0
    Raises ValueError if the shapes differ, or if no loss is finite. Where single losses are not, the picture has holes.
    """
    W, W1, W2 = (np.asarray(array) for array in (W, W1, W2))
    if not W.shape == W1.shape == W2.shape:
        raise ValueError(f"got W, W1 and W2 of shapes {W.shape}, {W1.shape} and {W2.shape}, expected three of one shape")
    steps = np.linspace(-radius, radius, resolution)
    heights = np.array([[loss(W + a * W1 + b * W2) for a in steps] for b in steps], dtype=np.float64)  # a row for each b
    if not np.isfinite(heights).any():
        raise ValueError(f"got no finite loss among the {heights.size} points of the plane; try a smaller radius")
    heights[~np.isfinite(heights)] = np.nan
    flat, surface = _draw(steps, heights)
    describe(flat.figure, _words(steps, heights))
    return np.array([flat, surface])


def _draw(steps, heights):
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(8.2, 3.3), layout="constrained")
    flat, surface = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2, projection="3d")
    picture = flat.pcolormesh(steps, steps, heights, cmap="viridis", shading="nearest", rasterized=True)
    if np.nanmin(heights) < np.nanmax(heights):
        flat.contour(steps, steps, heights, levels=9, colors="white", linewidths=0.6, alpha=0.8)
    figure.colorbar(picture, ax=flat, label="loss")
    flat.set(xlabel="a", ylabel="b", aspect="equal")
    surface.plot_surface(*np.meshgrid(steps, steps), heights, cmap="viridis", linewidth=0, antialiased=True, rasterized=True)
    surface.set(xlabel="a", ylabel="b", zlabel="loss")
    return flat, surface


def _words(steps, heights):
    def place(index):
        row, column = np.unravel_index(index, heights.shape)
        return f"{heights[row, column]:.3g} at a = {steps[column]:.2g}, b = {steps[row]:.2g}"

    return (
        f"The loss over a plane through W, as a heat map with level lines and as a surface, for a and b from {steps[0]:.3g} "
        f"to {steps[-1]:.3g}: lowest {place(np.nanargmin(heights))}, highest {place(np.nanargmax(heights))}."
    )
