"""Pictures for the notebooks. Every function returns the Axes it drew on, describes them, and never calls show().

pyplot is imported when the first picture is drawn: it takes longer than the rest of the kit together.
Colors are those of Okabe and Ito, which color-blind readers can tell apart, and never the only sign of a difference.
"""

from cs231n_kit.alt_text import describe
from cs231n_kit.vis.canvas import OKABE_ITO
from cs231n_kit.vis.convolution import feature_maps, sliding_window, window_wires
from cs231n_kit.vis.graph import computation_graph, nudges
from cs231n_kit.vis.images import class_grid, image_row, neighbors, weight_grid
from cs231n_kit.vis.landscape import loss_landscape
from cs231n_kit.vis.layers import layer_histograms
from cs231n_kit.vis.network import layer_chain
from cs231n_kit.vis.plane import balls_through, decision_regions, unit_balls, warped_plane
from cs231n_kit.vis.results import confusion_matrix, cross_validation, distance_matrix, folds, time_bars
from cs231n_kit.vis.training import history

__all__ = [
    "OKABE_ITO",
    "balls_through",
    "class_grid",
    "computation_graph",
    "confusion_matrix",
    "cross_validation",
    "decision_regions",
    "describe",
    "distance_matrix",
    "feature_maps",
    "folds",
    "history",
    "image_row",
    "layer_chain",
    "layer_histograms",
    "loss_landscape",
    "neighbors",
    "nudges",
    "sliding_window",
    "time_bars",
    "unit_balls",
    "warped_plane",
    "weight_grid",
    "window_wires",
]
