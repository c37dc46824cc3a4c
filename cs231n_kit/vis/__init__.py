"""Pictures for the notebooks. Every function returns the Axes it drew on, describes them, and never calls show().

pyplot is imported when the first picture is drawn: it takes longer than the rest of the kit together.
Colors are those of Okabe and Ito, which color-blind readers can tell apart, and never the only sign of a difference.
"""

from cs231n_kit.alt_text import describe
from cs231n_kit.vis.canvas import OKABE_ITO
from cs231n_kit.vis.images import class_grid, image_row, neighbors, weight_grid
from cs231n_kit.vis.plane import balls_through, decision_regions, unit_balls
from cs231n_kit.vis.results import confusion_matrix, cross_validation, distance_matrix, folds, time_bars
from cs231n_kit.vis.training import history

__all__ = [
    "OKABE_ITO",
    "balls_through",
    "class_grid",
    "confusion_matrix",
    "cross_validation",
    "decision_regions",
    "describe",
    "distance_matrix",
    "folds",
    "history",
    "image_row",
    "neighbors",
    "time_bars",
    "unit_balls",
    "weight_grid",
]
