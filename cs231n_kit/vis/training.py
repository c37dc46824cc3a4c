"""The picture of a training run."""

import numpy as np

from cs231n_kit.alt_text import counted, describe
from cs231n_kit.vis.canvas import OKABE_ITO, new_array, whole_numbers

HUGE = 1e30  # a larger loss has diverged as surely as nan, and would break the axis


def history(losses, train_accuracies=None, val_accuracies=None, first_epoch: int = 1):
    """Draw the loss of each step, raw and smoothed, and beside it the accuracies of each epoch, if given; return the Axes.

    losses : (num_steps,), nan and inf allowed    train_accuracies, val_accuracies : (num_epochs,)
    first_epoch : the number of the first accuracies' epoch; 0 if they were measured before training, too
    """
    losses = np.asarray(losses, dtype=float)
    if losses.ndim != 1 or losses.size == 0:
        raise ValueError(f"got losses of shape {losses.shape}, expected (num_steps,), at least one")
    curves = {"training": train_accuracies, "validation": val_accuracies}
    curves = {name: np.asarray(values, dtype=float) for name, values in curves.items() if values is not None and len(values)}
    axes = new_array(1, 2 if curves else 1, (9.5 if curves else 5.5, 3.4))[0]
    text = _draw_losses(axes[0], losses)
    if curves:
        text += " " + _draw_accuracies(axes[1], curves, first_epoch)
    describe(axes, text)
    return axes


def _draw_losses(ax, losses):
    """Draw the losses that can be drawn, say where the first one is that cannot, and return both in words."""
    steps, fine = np.arange(1, len(losses) + 1), np.abs(losses) < HUGE
    drawn = np.where(fine, losses, np.nan)
    smooth = _moving_mean(drawn, len(losses) // 20 | 1)
    ax.plot(steps, drawn, color=OKABE_ITO[4], linewidth=0.7, marker="." if len(losses) < 40 else None, label="each step")
    if len(losses) >= 40:
        ax.plot(steps, smooth, color=OKABE_ITO[0], linewidth=2, label="smoothed")
        ax.legend(loc="upper center", fontsize=8)  # where neither a loss that falls nor one that explodes is high
    ax.set(xlabel="step", ylabel="training loss")
    _count_along(ax, steps)
    words = f"{'Smoothed training' if len(losses) >= 40 else 'Training'} loss over {counted(len(losses), 'step')}"
    if fine.any():
        shown = smooth[fine]
        words += f": from {shown[0]:.3g} to {shown[-1]:.3g}, lowest {shown.min():.3g}"
        if drawn[fine].min() > 0 and drawn[fine].max() > 1000 * np.median(drawn[fine]):
            ax.set_yscale("log")
    else:
        ax.set_yticks([])
    if not fine.all():
        note = f"diverged: the loss of step {steps[~fine][0]} is {losses[~fine][0]:.3g}"
        ax.axvline(steps[~fine][0], color=OKABE_ITO[5], linestyle=":")
        ax.set_title(note, fontsize=9)
        words += f"; {note}"
    return f"{words}."


def _draw_accuracies(ax, curves, first_epoch):
    words = []
    for name, values in curves.items():
        epochs = np.arange(first_epoch, first_epoch + len(values))
        line, color = ("o-", OKABE_ITO[0]) if name == "training" else ("s--", OKABE_ITO[5])
        ax.plot(epochs, values, line, color=color, markersize=4, label=name)
        highest = f"highest {values.max():.3g} in epoch {epochs[values.argmax()]}"
        words.append(f"{name} from {values[0]:.3g} to {values[-1]:.3g}, {highest}")
    _count_along(ax, np.arange(first_epoch, first_epoch + max(map(len, curves.values()))))
    ax.set(xlabel="epoch", ylabel="accuracy")
    ax.legend(fontsize=8)
    return f"Accuracy by epoch: {'; '.join(words)}."


def _count_along(ax, numbers):
    margin = max(0.5, 0.03 * len(numbers))
    ax.set_xlim(numbers[0] - margin, numbers[-1] + margin)
    whole_numbers(ax.xaxis)


def _moving_mean(values, width):
    """Return the mean over `width` neighbors of each value, nan where it is nan itself; others' nan are left out."""
    known, window = ~np.isnan(values), np.ones(width)
    totals = np.convolve(np.where(known, values, 0), window, mode="same")
    return np.where(known, totals / np.maximum(1, np.convolve(known, window, mode="same")), np.nan)
