"""Pictures of what was measured: distances, times, accuracies, mistakes."""

import numpy as np

from cs231n_kit.alt_text import counted, describe
from cs231n_kit.vis.canvas import OKABE_ITO, new_axes, whole_numbers, without_frame


def distance_matrix(dists, ax=None):
    """Draw a distance matrix as an image: dark is near, bright is far.

    dists : (num_test, num_train)
    """
    ax = ax or new_axes((7.0, 7.0 * min(1.0, max(0.25, dists.shape[0] / dists.shape[1])) + 0.6))
    picture = ax.imshow(dists, cmap="viridis", interpolation="nearest", aspect="auto")
    ax.figure.colorbar(picture, ax=ax, label="distance")
    ax.set(xlabel="training image", ylabel="test image")
    by_row, by_column = dists.mean(axis=1), dists.mean(axis=0)
    describe(
        ax,
        f"Distances of {counted(len(by_row), 'test image')}, in rows, to {counted(len(by_column), 'training image')}, "
        f"in columns: {_rounded(dists.min())} to {_rounded(dists.max())}. "
        f"The row of the largest mean is {by_row.argmax()}, of the smallest {by_row.argmin()}; "
        f"the column of the largest mean is {by_column.argmax()}, of the smallest {by_column.argmin()}.",
    )
    return ax


def time_bars(seconds, ax=None):
    """Draw running times as horizontal bars from zero.

    seconds : {name: seconds}
    """
    ax = ax or new_axes((6.0, 0.45 * len(seconds) + 0.8))
    names = list(seconds)[::-1]
    times = {name: f"{_rounded(1e3 * seconds[name])} ms" for name in seconds}
    bars = ax.barh(names, [seconds[name] for name in names], color=OKABE_ITO[0])
    ax.bar_label(bars, [f" {times[name]}" for name in names], fontsize=9)
    ax.set_xlim(0, 1.2 * max(seconds.values()))
    ax.set_xlabel("seconds")
    describe(ax, f"Running times as bars: {', '.join(f'{name} {time}' for name, time in times.items())}.")
    return ax


def _rounded(number):
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def folds(folds, ax=None):
    """Draw which examples each round of cross-validation trains on, and which it validates on.

    folds : a list of index arrays; round i validates on folds[i] and trains on all the others
    """
    folds = [np.asarray(fold, dtype=int) for fold in folds]
    if sum(map(len, folds)) == 0:
        raise ValueError(f"got {len(folds)} folds without any examples, expected a list of index arrays")
    N = 1 + max(fold.max() for fold in folds if len(fold))
    ax = ax or new_axes((7.5, min(9.0, 0.42 * len(folds) + 0.9)))
    edges, drawn = _drawn_examples(N)
    style = {"facecolor": OKABE_ITO[1], "edgecolor": "black", "linewidth": 0.4, "hatch": "////"}
    for row, fold in enumerate(folds):
        ax.barh(row, N, height=0.7, color="0.88", edgecolor="0.5")
        ax.broken_barh(_runs(np.isin(drawn, fold), edges), (row - 0.35, 0.7), **style)
    ax.set_yticks(range(len(folds)), [f"round {i + 1}" for i in range(len(folds))])
    ax.set(xlim=(0, N), ylim=(len(folds) - 0.5, -0.5))
    whole_numbers(ax.xaxis)
    thinned = f"; one of every {N / len(drawn):.0f} is drawn" if len(drawn) < N else ""
    ax.set_xlabel(f"example (hatched: validation{thinned})")
    rounds = [f"in round {i + 1} {_extent(fold)}" for i, fold in enumerate(folds[:10])] + ["and so on"] * (len(folds) > 10)
    what = f"{counted(len(folds), 'round')} of cross-validation over {counted(N, 'example')}"
    describe(ax, f"{what}. Held out for validation: {'; '.join(rounds)}.")
    return without_frame(ax)


def _drawn_examples(N, at_most=120):
    """Return the edges of at most 120 bins, and one example of each, to be drawn in its place.

    Its place in the bin moves by the golden ratio, so that folds with a period (every fifth example) do not blend together.
    """
    bins = min(N, at_most)
    edges = np.arange(bins + 1) * N // bins
    place = np.arange(bins) * 0.6180339887 % 1
    return edges, edges[:-1] + (place * np.diff(edges)).astype(int)


def _runs(chosen, edges):
    """Return (start, length) of each run of chosen bins."""
    steps = np.diff(np.concatenate([[0], chosen.astype(int), [0]]))
    starts, stops = edges[np.flatnonzero(steps == 1)], edges[np.flatnonzero(steps == -1)]
    return list(zip(starts, stops - starts, strict=True))


def _extent(fold):
    if len(fold) == 0:
        return "nothing"
    low, high = fold.min(), fold.max()
    if high - low + 1 == len(fold):
        return f"examples {low} to {high}"
    return f"{counted(len(fold), 'example')} between {low} and {high}"


def cross_validation(k_choices, accuracies, ax=None):
    """Draw every fold's accuracy against k, with the mean and one standard deviation over the folds.

    k_choices : (K,) positive numbers, in any order    accuracies : (K, num_folds)
    """
    k, accuracies = np.asarray(k_choices), np.asarray(accuracies, dtype=float)
    if accuracies.ndim != 2 or len(accuracies) != len(k) or accuracies.size == 0:
        raise ValueError(f"got accuracies of shape {accuracies.shape}, expected ({len(k)}, num_folds): one row for each k")
    order = np.argsort(k)
    k, accuracies = k[order], accuracies[order]
    num_folds, mean, std = accuracies.shape[1], accuracies.mean(axis=1), accuracies.std(axis=1)
    best = mean.argmax()
    ax = ax or new_axes((7.0, 4.0))
    ax.plot(np.repeat(k, num_folds), accuracies.ravel(), ".", color="0.45", markersize=5, label="one fold")
    label = "mean ± one standard deviation" if num_folds > 1 else "mean"
    ax.errorbar(k, mean, yerr=std, fmt="o-", color=OKABE_ITO[0], capsize=3, markersize=5, label=label)
    found = f"{mean[best]:.3f} at k = {k[best]:g}"
    star = {"markersize": 13, "color": OKABE_ITO[1], "markeredgecolor": "black", "linestyle": "none", "zorder": 3}
    ax.plot(k[best], mean[best], "*", label=f"best mean: {found}", **star)
    _log_ticks(ax, k, best)
    ax.set(xlabel="k", ylabel="accuracy")
    _legend_above_data(ax, inches=0.7)
    what = f"Accuracy against k, for {counted(len(k), 'value')} and {counted(num_folds, 'fold')}"
    ends = f"{mean[0]:.3f} at k = {k[0]:g} and {mean[-1]:.3f} at k = {k[-1]:g}"
    spread = f" Its standard deviation is {std.min():.3f} to {std.max():.3f}." if num_folds > 1 else ""
    describe(ax, f"{what}. The mean is {ends}, highest {found}.{spread}")
    return ax


def _legend_above_data(ax, inches):
    """Make room for the legend at the top, so that it hides nothing, and put it there."""
    low, high = ax.get_ylim()
    share = min(0.5, inches * ax.figure.dpi / ax.get_window_extent().height)
    ax.set_ylim(low, low + (high - low) / (1 - share))
    ax.legend(loc="upper left", fontsize=8)


def _log_ticks(ax, k, best):
    """Make the x axis logarithmic, with a tick at each k, and its number at the best one and where there is room."""
    ax.set_xscale("log")
    ax.set_xlim(k[0] / 1.15, k[-1] * 1.15)
    inches = ax.get_window_extent().width / ax.figure.dpi
    room = 0.22 / inches * np.log(1.15**2 * k[-1] / k[0])
    numbered = []
    for value in [k[best], *k]:
        if all(abs(np.log(value / other)) >= room for other in numbered):
            numbered.append(value)
    ax.set_xticks(k, [f"{value:g}" if value in numbered else "" for value in k])
    ax.set_xticks([], minor=True)


def confusion_matrix(y_true, y_pred, classes, ax=None):
    """Count how often each class was taken for each: a row for each true class, a column for each predicted one.

    y_true, y_pred : (N,) ints    classes : names, classes[c] is the name of label c
    """
    y_true, y_pred, C = np.asarray(y_true), np.asarray(y_pred), len(classes)
    if y_true.shape != y_pred.shape or y_true.ndim != 1:
        raise ValueError(f"got shapes {y_true.shape} and {y_pred.shape}, expected (N,) true and (N,) predicted labels")
    labels = np.concatenate([y_true, y_pred])
    if labels.size and (labels.min() < 0 or labels.max() >= C):
        raise ValueError(f"got labels from {labels.min()} to {labels.max()}, expected 0 to {C - 1}: there are {C} names")
    counts = np.zeros((C, C), dtype=int)
    np.add.at(counts, (y_true, y_pred), 1)
    ax = ax or new_axes((min(9.5, 0.6 * C + 1.8), min(8.9, 0.55 * C + 1.4)))
    largest = max(1, counts.max())
    ax.imshow(counts, cmap="Blues", vmin=0, vmax=largest)
    for (row, column), count in np.ndenumerate(counts):
        style = {"color": "white" if count > 0.7 * largest else "black", "weight": "bold" if row == column else None}
        ax.text(column, row, str(count), ha="center", va="center", fontsize=9, **style)
    ax.set_xticks(range(C), classes, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(C), classes)
    ax.set(xlabel="predicted class", ylabel="true class")
    describe(without_frame(ax), _mistakes(counts, classes))
    return ax


def _mistakes(counts, classes):
    right, total = np.diag(counts), counts.sum(axis=1)
    parts = [f"Confusion matrix of {counted(total.sum(), 'prediction')}, {right.sum()} of them right."]
    parts.append("Right: " + ", ".join(f"{name} {a} of {n}" for name, a, n in zip(classes, right, total, strict=True)) + ".")
    wrong = counts - np.diag(right)
    worst = [np.unravel_index(i, wrong.shape) for i in np.argsort(-wrong, axis=None, kind="stable")[:3]]
    named = [f"{classes[i]} taken for {classes[j]} {counted(wrong[i, j], 'time')}" for i, j in worst if wrong[i, j]]
    return " ".join([*parts, *([f"Most frequent mistakes: {', '.join(named)}."] if named else [])])
