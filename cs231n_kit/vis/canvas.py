"""What the pictures share: colors, and Axes to draw on."""

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")


def new_axes(figsize):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=figsize, layout="constrained")
    return ax


def new_array(rows, columns, figsize):
    """Return Axes of one new figure : (rows, columns)."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(rows, columns, figsize=figsize, squeeze=False, layout="constrained")
    return axes


def whole_numbers(axis):
    """Let an axis have ticks at whole numbers only, even if that leaves a single one."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))


def without_frame(ax):
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax
