"""Alt text: what a screen reader says in place of a picture, kept in the notebook with the picture.

A text belongs to the Axes it is about, or to the whole figure. When IPython displays the figure, the texts travel in the
output's metadata, from where nbconvert's classic templates, and with them nbgrader's, take the alt attribute.
"""

from functools import partial

import numpy as np


def describe(picture, text: str) -> None:
    """Set the alt text of a picture, in place of what was set before.

    picture : Axes, or a Figure, or an array of Axes, which stands for their whole figure

    The text of a figure hides those of its Axes. Otherwise they are joined, each after the title of its Axes.
    """
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    first = np.ravel(picture)[0] if isinstance(picture, np.ndarray | list | tuple) and len(picture) else picture
    if not isinstance(first, Axes | Figure):
        raise TypeError(f"got {type(first).__name__}, expected Axes, an array of Axes, or a Figure")
    figure = first.figure.canvas.figure  # the whole one, also of Axes in a subfigure
    (picture if first is picture else figure).kit_alt_text = _one_line(text)
    figure._repr_mimebundle_ = partial(_metadata, figure)  # IPython asks the figure for it, wherever it is displayed


def alt_text(figure) -> str:
    """Return the alt text of a figure as it stands now, "" if nothing on it was described."""
    described = [(ax.get_title(), getattr(ax, "kit_alt_text", "")) for ax in figure.axes]
    joined = " ".join(f"{_one_line(title)}: {text}" if title else text for title, text in described if text)
    return getattr(figure, "kit_alt_text", "") or joined


def counted(number: int, thing: str) -> str:
    """Return "1 fold" or "5,000 folds"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _metadata(figure, include=None, exclude=None):
    """Return no data, which is left to matplotlib, and the alt text as metadata.

    It stands where readers look for it, and once more at the top, because the size of a retina picture replaces the former.
    """
    text = alt_text(figure)
    return {}, {"alt": text, "image/png": {"alt": text}}


def _one_line(text: str) -> str:
    return " ".join(text.split())
