"""Every picture returns the Axes it is on, leaves showing and closing to the notebook, and shows and says what it got."""

import re
from itertools import pairwise
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from cs231n_kit import vis
from cs231n_kit.alt_text import alt_text

CLASSES = ("bird", "cat", "ship")


@pytest.fixture(autouse=True)
def figures(monkeypatch):
    def forbidden(*_, **__):
        raise AssertionError("a picture showed or closed a figure by itself")

    with monkeypatch.context() as patched:
        for name in ("show", "close"):
            patched.setattr(plt, name, forbidden)
        yield
    plt.close("all")


def images(rng, number):
    return rng.integers(0, 256, size=(number, 8, 8, 3)).astype(np.float32)


def points(rng):
    return rng.normal(size=(9, 2)), np.repeat(np.arange(3), 3)


def box(data, grad=1.0, op="", *parents, name=""):
    return SimpleNamespace(data=data, grad=grad, op=op, parents=parents, name=name)


def two_neighbors(rng):
    X_test, X_train = images(rng, 2), images(rng, 6)
    return vis.neighbors(X_test, np.array([0, 1]), X_train, np.arange(6) % 3, rng.uniform(size=(2, 6)), CLASSES, k=2)


ALWAYS_NEW = {
    "class_grid": lambda rng: vis.class_grid(images(rng, 12), np.arange(12) % 3, CLASSES, 3, rng),
    "image_row": lambda rng: vis.image_row(images(rng, 3), CLASSES),
    "neighbors": two_neighbors,
    "weight_grid": lambda rng: vis.weight_grid(rng.normal(size=(48, 3)), (4, 4, 3), CLASSES),
    "feature_maps": lambda rng: vis.feature_maps(rng.normal(size=(7, 5, 4))),
    "sliding_window": lambda rng: vis.sliding_window(
        rng.integers(0, 9, (4, 5)), np.eye(3), np.ones((2, 3)), [(0, 0), (1, 2)]
    ),
    "layer_chain": lambda rng: vis.layer_chain(["affine", "ReLU", "loss"], ["X", "", "scores", "loss"]),
    "layer_histograms": lambda rng: vis.layer_histograms({"tanh": [rng.normal(size=(9, 4))] * 3, "ReLU": [np.zeros(5)] * 3}),
    "loss_landscape": lambda rng: vis.loss_landscape(lambda W: np.sum(W**2), *rng.normal(size=(3, 2, 2)), resolution=5),
    "history": lambda rng: vis.history(rng.uniform(1, 2, 50), [0.3, 0.4], [0.2, 0.3]),
}
ON_GIVEN_AXES = {
    "unit_balls": lambda rng, ax=None: vis.unit_balls(ax),
    "balls_through": lambda rng, ax=None: vis.balls_through(rng.normal(size=2), ax),
    "distance_matrix": lambda rng, ax=None: vis.distance_matrix(rng.uniform(size=(4, 9)), ax),
    "decision_regions": lambda rng, ax=None: vis.decision_regions(lambda p: np.zeros(len(p), int), *points(rng), ax, 20),
    "warped_plane": lambda rng, ax=None: vis.warped_plane(np.tanh, *points(rng), ax),
    "time_bars": lambda rng, ax=None: vis.time_bars({"two loops": 1.5, "none": 0.002}, ax),
    "cross_validation": lambda rng, ax=None: vis.cross_validation([1, 3, 100], rng.uniform(size=(3, 5)), ax),
    "folds": lambda rng, ax=None: vis.folds(np.array_split(rng.permutation(23), 5), ax),
    "window_wires": lambda rng, ax=None: vis.window_wires([1, 2, 0, 3], [2, -1, 1], [0, 7], ax=ax),
    "confusion_matrix": lambda rng, ax=None: vis.confusion_matrix(*rng.integers(0, 3, size=(2, 30)), CLASSES, ax),
    "computation_graph": lambda rng, ax=None: vis.computation_graph(box(rng.normal(), 1.0, "exp", box(1, None)), ax),
    "nudges": lambda rng, ax=None: vis.nudges("wza", rng.normal(size=3), rng.normal(size=3), ax),
}


def test_every_public_picture_is_tried_here():
    assert sorted([*ALWAYS_NEW, *ON_GIVEN_AXES, "OKABE_ITO", "describe"]) == vis.__all__


@pytest.mark.parametrize("draw", [pytest.param(f, id=name) for name, f in {**ALWAYS_NEW, **ON_GIVEN_AXES}.items()])
def test_a_picture_returns_axes_of_one_new_open_figure_that_can_be_drawn(rng, draw):
    before = plt.figure().number
    axes = np.ravel(draw(rng))
    assert all(isinstance(ax, Axes) for ax in axes)
    (figure,) = {ax.figure for ax in axes}
    assert plt.get_fignums() == [before, figure.number]
    figure.canvas.draw()
    assert figure.get_figwidth() <= 9.5
    assert re.fullmatch(r"[A-Z0-9].{20,}\.", alt_text(figure))


@pytest.mark.parametrize("draw", [pytest.param(f, id=name) for name, f in ON_GIVEN_AXES.items()])
def test_a_picture_on_given_axes_opens_no_figure(rng, draw):
    _, (left, right) = plt.subplots(1, 2)
    assert draw(rng, right) is right
    assert len(plt.get_fignums()) == 1
    assert right.has_data()
    assert not left.has_data()
    right.set_title("on the right")
    assert alt_text(right.figure).startswith("on the right: ")


def test_a_class_grid_fills_up_with_white_where_a_class_has_few_or_no_examples(rng):
    ax = vis.class_grid(images(rng, 4), np.array([0, 0, 0, 1]), CLASSES, 3, rng)
    picture = ax.get_images()[0].get_array()
    cells = picture.reshape(3, 10, 3, 10, 3).swapaxes(1, 2)  # (classes, per_class, height, width, 3)
    assert [[bool(np.any(cell != 255)) for cell in row] for row in cells] == [[True] * 3, [True, False, False], [False] * 3]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(CLASSES)


def test_a_class_grid_shows_examples_of_the_right_class_and_none_twice(rng):
    y = np.repeat(np.arange(3), 5)
    X = np.broadcast_to(10 * np.arange(15)[:, None, None, None], (15, 8, 8, 3))
    picture = vis.class_grid(X, y, CLASSES, 4, rng).get_images()[0].get_array()
    shown = picture[5::10, 5::10, 0] // 10
    assert np.array_equal(y[shown], np.repeat(np.arange(3)[:, None], 4, axis=1))
    assert len(np.unique(shown)) == shown.size


def test_an_image_row_rounds_and_clips_to_bytes():
    values = np.array([-7.0, 0.6, 254.6, 300.0])
    (ax,) = vis.image_row([np.broadcast_to(values[:, None, None], (4, 4, 3))], ["gradient"])
    assert ax.get_images()[0].get_array()[:, 0, 0].tolist() == [0, 1, 255, 255]
    assert ax.get_title() == "gradient"


def test_an_image_row_wants_a_title_for_every_image(rng):
    with pytest.raises(ValueError, match="zip"):
        vis.image_row(images(rng, 3), ["one", "two"])


@pytest.mark.parametrize(
    ("draw", "l1", "l2"),
    [(vis.unit_balls, 1, 1), (lambda: vis.balls_through((3, -4)), 7, 5), (lambda: vis.balls_through((0, 1e-3)), 1e-3, 1e-3)],
)
def test_balls_hold_the_points_at_one_distance_from_the_origin(draw, l1, l2):
    ax = draw()
    square, circle = (line.get_xydata() for line in ax.get_lines()[:2])
    np.testing.assert_allclose(np.abs(square).sum(axis=1), l1)
    np.testing.assert_allclose(np.hypot(*circle.T), l2)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [f"L1 distance {l1}", f"L2 distance {l2}"]
    assert ax.get_xlim()[0] < -l1 < l1 < ax.get_xlim()[1]


def test_the_arrow_of_the_balls_points_at_the_point(rng):
    point = rng.normal(size=2)
    (arrow,) = vis.balls_through(point).texts
    np.testing.assert_array_equal(arrow.xy, point)


def test_a_coordinate_that_is_zero_but_for_rounding_is_called_zero():
    turned = np.sqrt([2.0, 1e-32])
    assert "the point (1.41, 0)" in alt_text(vis.balls_through(turned).figure)


@pytest.mark.parametrize("shape", [(4, 9), (9, 4), (1, 300), (300, 1)])
def test_a_distance_matrix_is_shown_entry_by_entry(rng, shape):
    dists = rng.uniform(5, 9, size=shape)
    ax = vis.distance_matrix(dists)
    (picture,) = ax.get_images()
    np.testing.assert_array_equal(picture.get_array(), dists)
    assert picture.get_clim() == (dists.min(), dists.max())
    ax.figure.canvas.draw()


def test_decision_regions_ask_about_the_whole_plane_around_the_points(rng):
    X, y = points(rng)
    asked = []

    def predict(where):
        asked.append(where)
        return (where[:, 0] > 0).astype(int)

    ax = vis.decision_regions(predict, X, y, resolution=30)
    (where,) = asked
    assert where.shape == (900, 2)
    assert np.all(where.min(axis=0) < X.min(axis=0))
    assert np.all(where.max(axis=0) > X.max(axis=0))
    mesh, *clouds = ax.collections
    np.testing.assert_array_equal(mesh.get_array().ravel(), where[:, 0] > 0)
    np.testing.assert_allclose([cloud.get_offsets() for cloud in clouds], X.reshape(3, 3, 2))


def test_a_warped_plane_shows_points_and_straight_lines_where_the_layer_puts_them(rng):
    X, y = points(rng)
    W = rng.normal(size=(2, 5))
    ax = vis.warped_plane(lambda where: where @ W, X, y, units=(3, 1), lines=4)
    np.testing.assert_allclose([cloud.get_offsets() for cloud in ax.collections], (X @ W)[:, [3, 1]].reshape(3, 3, 2))
    drawn = [line.get_xydata() for line in ax.get_lines()]
    assert len(drawn) == 8
    back = np.array(drawn) @ np.linalg.inv(W[:, [3, 1]])  # the lines as they were before the layer
    for number, line in enumerate(back):
        assert np.ptp(line[:, number % 2]) < 1e-9  # upright and level in turn
        assert line[:, 1 - number % 2].min() < X[:, 1 - number % 2].min()
        assert line[:, 1 - number % 2].max() > X[:, 1 - number % 2].max()
    assert "bent by a layer of 5 units and drawn by the activations of units 3 and 1" in alt_text(ax.figure)


@pytest.mark.parametrize("shape", [(9,), (9, 1), (2, 9)])
def test_a_warped_plane_names_the_shape_that_it_wants(rng, shape):
    message = rf"got activations of shape {re.escape(str(shape))} for points of shape \(9, 2\), expected \(9, H\)"
    with pytest.raises(ValueError, match=message):
        vis.warped_plane(lambda where: np.zeros(shape), *points(rng))


def test_neighbors_are_the_nearest_in_order_and_framed_by_whether_they_are_right(rng):
    y_test, y_train = np.array([2, 0]), np.array([0, 1, 2, 0, 1, 2])
    dists = np.array([[5.0, 4, 3, 2, 1, 0], [0, 3, 9, 1, 9, 9]])
    axes = vis.neighbors(images(rng, 2), y_test, images(rng, 6), y_train, dists, CLASSES, k=3)
    titles = [[ax.get_title() for ax in row] for row in axes]
    assert titles == [["ship", "ship", "cat", "bird"], ["bird", "bird", "bird", "cat"]]
    frames = [[ax.spines["left"] for ax in row[1:]] for row in axes]
    red_minus_green = np.array([[np.subtract(*to_rgb(frame.get_edgecolor())[:2]) for frame in row] for row in frames])
    right = np.array([[True, False, False], [True, True, False]])
    assert np.array_equal(red_minus_green < 0, right)
    assert np.array_equal([[frame.get_linestyle() == "-" for frame in row] for row in frames], right)
    assert alt_text(axes[0, 0].figure).endswith("ship: ship, cat, bird; bird: bird, bird, cat.")


def test_time_bars_stand_in_the_order_given_from_top_to_bottom_and_start_at_zero():
    ax = vis.time_bars({"two loops": 2.0, "one loop": 0.25, "none": 0.001})
    assert [label.get_text() for label in ax.get_yticklabels()][::-1] == ["two loops", "one loop", "none"]
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches][::-1] == [(0, 2.0), (0, 0.25), (0, 0.001)]
    assert [text.get_text().strip() for text in ax.texts][::-1] == ["2,000 ms", "250 ms", "1 ms"]
    assert [text.get_text() for text in vis.time_bars({"quick": 0.000345}).texts] == [" 0.345 ms"]
    assert ax.get_xlim()[0] == 0
    assert ax.get_xlim()[1] > 2.0
    assert "two loops 2,000 ms, one loop 250 ms, none 1 ms" in alt_text(ax.figure)


# --- cross-validation


def ticks(axis):
    return {label.get_text(): float(place) for label, place in zip(axis.get_ticklabels(), axis.get_ticklocs(), strict=True)}


def test_cross_validation_sorts_k_and_draws_each_fold_the_means_and_their_spread():
    ax = vis.cross_validation([100, 1, 10], [[0.1, 0.3], [0.2, 0.2], [0.3, 0.5]])
    dots, *_ = ax.get_lines()
    assert sorted(map(tuple, dots.get_xydata())) == [(1, 0.2), (1, 0.2), (10, 0.3), (10, 0.5), (100, 0.1), (100, 0.3)]
    ((line, caps, (bars,)),) = ax.containers
    np.testing.assert_allclose(line.get_xydata(), [(1, 0.2), (10, 0.4), (100, 0.2)])
    np.testing.assert_allclose([cap.get_ydata() for cap in caps], [[0.2, 0.3, 0.1], [0.2, 0.5, 0.3]])
    assert len(bars.get_segments()) == 3
    assert ax.get_xscale() == "log"
    assert ticks(ax.xaxis) == {"1": 1, "10": 10, "100": 100}


def test_cross_validation_marks_the_best_mean_and_of_equals_the_smallest_k():
    ax = vis.cross_validation([8, 2, 4], [[0.5, 0.5], [0.4, 0.6], [0.3, 0.2]])
    (star,) = [line for line in ax.get_lines() if line.get_marker() == "*"]
    assert star.get_xydata().tolist() == [[2, 0.5]]
    assert star.get_label() == "best mean: 0.500 at k = 2"
    assert "0.500 at k = 2 and 0.500 at k = 8, highest 0.500 at k = 2" in alt_text(ax.figure)


@pytest.mark.parametrize("best", [17, 29])
def test_cross_validation_numbers_the_best_k_and_no_two_that_touch(best):
    accuracies = np.full((40, 2), 0.2)
    accuracies[best - 1] = 0.3
    ax = vis.cross_validation(range(1, 41), accuracies)
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text()]
    boxes.sort(key=lambda box: box.x0)
    assert len(boxes) > 8
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
    assert str(best) in ticks(ax.xaxis)
    assert len(ax.get_xticks()) == 40


@pytest.mark.parametrize("height", [2.5, 4])
def test_the_legend_of_cross_validation_hides_no_fold(height):
    _, axes = plt.subplots(1, 2, figsize=(9.5, height), layout="constrained")
    ax = vis.cross_validation([1, 3, 10, 100], np.tile(np.linspace(0.2, 0.3, 6), (4, 1)), axes[0])
    ax.set_title("with a title")
    ax.figure.canvas.draw()
    dots = ax.transData.transform(ax.get_lines()[0].get_xydata())
    assert not ax.get_legend().get_window_extent().count_contains(dots)


@pytest.mark.parametrize(("k_choices", "shape"), [([7], (1, 1)), ([7], (1, 5)), ([1, 100], (2, 1))])
def test_cross_validation_copes_with_one_k_and_with_one_fold(rng, k_choices, shape):
    ax = vis.cross_validation(k_choices, rng.uniform(size=shape))
    ax.figure.canvas.draw()
    assert ticks(ax.xaxis) == {str(k): k for k in k_choices}
    assert ("standard deviation" in alt_text(ax.figure)) == (shape[1] > 1)


@pytest.mark.parametrize("shape", [(4, 3), (3,), (3, 0)])
def test_cross_validation_names_the_shape_that_it_wants(shape):
    with pytest.raises(ValueError, match=rf"got accuracies of shape {re.escape(str(shape))}, expected \(3, num_folds\)"):
        vis.cross_validation([1, 2, 3], np.zeros(shape))


# --- folds


def stripes(ax):
    """Return, for each round, the (start, stop) of its hatched stripes."""
    hatched = [c for c in ax.collections if c.get_hatch()]
    boxes = [[path.get_extents() for path in collection.get_paths()] for collection in hatched]
    return [[(box.x0, box.x1) for box in row] for row in boxes]


def test_folds_hatch_in_each_round_the_examples_of_its_own_fold():
    ax = vis.folds([[0, 1], [5, 2], np.array([3, 4])])
    assert stripes(ax) == [[(0, 2)], [(2, 3), (5, 6)], [(3, 5)]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["round 1", "round 2", "round 3"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # round 1 is on top
    assert ax.get_xlabel() == "example (hatched: validation)"
    assert "in round 1 examples 0 to 1; in round 2 2 examples between 2 and 5;" in alt_text(ax.figure)


def shuffled(rng):
    return np.array_split(rng.permutation(5000), 5)


def every_fifth(_):
    return [np.arange(start, 5000, 5) for start in range(5)]


@pytest.mark.parametrize("split", [shuffled, every_fifth])
def test_folds_of_many_examples_are_thinned_out_and_every_fold_keeps_its_share(rng, split):
    ax = vis.folds(split(rng))
    assert "one of every 42 is drawn" in ax.get_xlabel()
    shares = [sum(stop - start for start, stop in row) / 5000 for row in stripes(ax)]
    np.testing.assert_allclose(sum(shares), 1)
    np.testing.assert_allclose(shares, 0.2, atol=0.1)  # a sample of 120
    assert all(len(row) > 10 for row in stripes(ax))


def test_contiguous_folds_of_many_examples_are_one_stripe_each_in_the_right_place():
    rows = stripes(vis.folds(np.array_split(np.arange(4001), 7)))
    assert [len(row) for row in rows] == [1] * 7
    np.testing.assert_allclose([row[0][0] for row in rows], np.arange(7) * 4001 / 7, atol=4001 / 120)


def test_a_round_without_a_fold_has_no_stripe():
    assert stripes(vis.folds([[], [0, 1]])) == [[], [(0, 2)]]


@pytest.mark.parametrize("nothing", [[], [[], []]])
def test_no_folds_are_refused(nothing):
    with pytest.raises(ValueError, match="expected a list of index arrays"):
        vis.folds(nothing)


# --- weights


@pytest.mark.parametrize("bias_rows", [0, 1])
@pytest.mark.parametrize("image_shape", [(2, 3), (2, 3, 3)])
def test_weights_are_stretched_column_by_column_without_the_biases(rng, image_shape, bias_rows):
    D = np.prod(image_shape)
    W = rng.normal(size=(D, 4)) * [1e-6, 1, 1e6, 0]
    biased = np.vstack([W, np.full((bias_rows, 4), 1e9)])
    shown = [ax.get_images()[0].get_array() for ax in vis.weight_grid(biased, image_shape)]
    low, high = W.min(axis=0), W.max(axis=0)
    expected = np.rint(255 * (W - low)[:, :3] / (high - low)[:3])
    np.testing.assert_array_equal(np.reshape(shown[:3], (3, D)), expected.T)
    assert np.all(shown[3] == 128)


@pytest.mark.parametrize(("C", "rows", "columns"), [(1, 1, 1), (3, 1, 3), (10, 2, 5), (100, 10, 10), (7, 2, 5)])
def test_weights_stand_in_rows(rng, C, rows, columns):
    axes = vis.weight_grid(rng.normal(size=(4, C)), (2, 2))
    places = [ax.get_subplotspec() for ax in axes]
    assert [(p.rowspan.start, p.colspan.start) for p in places] == [divmod(i, columns) for i in range(C)]
    assert places[0].get_gridspec().get_geometry() == (rows, columns)
    assert len(axes[0].figure.axes) == C


def test_weights_have_names_and_a_wrong_shape_is_named(rng):
    axes = vis.weight_grid(rng.normal(size=(12, 3)), (2, 2, 3), CLASSES)
    assert [ax.get_title() for ax in axes] == list(CLASSES)
    for wrong in [(3, 12), (14, 3), (12,), (12, 0)]:
        message = rf"got W of shape {re.escape(str(wrong))}, expected \(12, C\), or \(13, C\) with biases"
        with pytest.raises(ValueError, match=message):
            vis.weight_grid(np.zeros(wrong), (2, 2, 3))


# --- training


def test_history_draws_each_loss_and_a_smoothed_line_that_has_less_noise(rng):
    losses = np.linspace(3, 1, 400) + rng.normal(scale=0.5, size=400)
    (ax,) = vis.history(losses)
    raw, smooth = ax.get_lines()
    np.testing.assert_array_equal(raw.get_xydata(), np.stack([np.arange(1, 401), losses], axis=1))
    assert np.abs(smooth.get_ydata() - np.linspace(3, 1, 400)).max() < 0.5
    np.testing.assert_allclose(smooth.get_ydata()[100], losses[90:111].mean())


def test_history_draws_the_accuracies_of_each_epoch_and_tells_the_best():
    axes = vis.history([2.0, 1.0], [0.5, 0.75, 0.875], [0.25, 0.5, 0.375], first_epoch=0)
    training, validation = axes[1].get_lines()
    assert training.get_xydata().tolist() == [[0, 0.5], [1, 0.75], [2, 0.875]]
    assert validation.get_xydata().tolist() == [[0, 0.25], [1, 0.5], [2, 0.375]]
    assert training.get_linestyle() != validation.get_linestyle()
    assert "validation from 0.25 to 0.375, highest 0.5 in epoch 1" in alt_text(axes[0].figure)


def test_history_draws_the_validation_accuracies_alone_in_their_own_style():
    (both, alone) = (vis.history([1.0], *curves)[1].get_lines()[-1] for curves in [([0.5], [0.5]), (None, [0.5])])
    assert (both.get_marker(), both.get_color(), both.get_label()) == (alone.get_marker(), alone.get_color(), "validation")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_history_says_where_a_run_diverged_and_draws_the_rest(bad):
    losses = np.concatenate([np.linspace(2, 3, 60), [bad], np.linspace(3, 2, 20)])
    (ax,) = vis.history(losses)
    ax.figure.canvas.draw()
    raw, smooth, mark = ax.get_lines()
    np.testing.assert_array_equal(raw.get_ydata(), np.where(losses == losses[60], np.nan, losses) if bad == bad else losses)
    assert np.array_equal(np.isnan(smooth.get_ydata()), np.arange(81) == 60)
    assert mark.get_xdata() == [61, 61]
    assert ax.get_title() == f"diverged: the loss of step 61 is {bad:.3g}"
    assert ax.get_title() in alt_text(ax.figure)


@pytest.mark.parametrize("losses", [[2.3], [np.nan], [np.inf] * 60, [1.0, np.nan]])
def test_history_copes_with_few_losses_and_with_none_that_can_be_drawn(losses):
    axes = vis.history(losses, [0.1], [0.1])
    axes[0].figure.canvas.draw()
    assert bool(axes[0].get_title()) == (not np.all(np.isfinite(losses)))
    assert [tick for tick in axes[1].get_xticks() if 0.5 <= tick <= 1.5] == [1]


def test_a_loss_that_explodes_is_drawn_on_a_logarithmic_axis():
    (steady,), (explodes,) = vis.history([3.0, 2.0, 1.0]), vis.history([3.0, 2.0, 1.0, 2.0, 1e9])
    assert (steady.get_yscale(), explodes.get_yscale()) == ("linear", "log")


def test_a_history_without_losses_is_refused():
    with pytest.raises(ValueError, match=r"got losses of shape \(0,\), expected \(num_steps,\)"):
        vis.history([])


# --- mistakes


def test_a_confusion_matrix_counts_in_rows_of_the_true_class():
    y_true, y_pred = [0, 0, 0, 1, 2, 2], [0, 1, 1, 1, 2, 0]
    ax = vis.confusion_matrix(y_true, y_pred, CLASSES)
    written = {tuple(map(int, text.get_position())): text.get_text() for text in ax.texts}
    counts = np.array([[written[column, row] for column in range(3)] for row in range(3)], dtype=int)
    assert counts.tolist() == [[1, 2, 0], [0, 1, 0], [1, 0, 1]]
    np.testing.assert_array_equal(ax.get_images()[0].get_array(), counts)
    for axis, name in [(ax.xaxis, "predicted class"), (ax.yaxis, "true class")]:
        assert ticks(axis) == {"bird": 0, "cat": 1, "ship": 2}
        assert axis.get_label_text() == name
    words = alt_text(ax.figure)
    assert "6 predictions, 3 of them right. Right: bird 1 of 3, cat 1 of 1, ship 1 of 2." in words
    assert words.endswith("Most frequent mistakes: bird taken for cat 2 times, ship taken for bird 1 time.")


def luminance(rgb):
    linear = np.where(np.array(rgb) <= 0.04045, np.array(rgb) / 12.92, ((np.array(rgb) + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_the_counts_of_a_confusion_matrix_stand_out_from_their_cells():
    y_true, y_pred = np.repeat(np.arange(10), 10), np.concatenate([[0] * i + [1] * (10 - i) for i in range(1, 11)])
    ax = vis.confusion_matrix(y_true, y_pred, "abcdefghij")
    picture = ax.get_images()[0]
    for text in ax.texts:
        cell = luminance(picture.cmap(picture.norm(int(text.get_text())))[:3])
        light, dark = sorted([cell, luminance(to_rgb(text.get_color()))], reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 4.5, text  # what the accessibility guidelines (WCAG) ask for


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        ([0, 1], [0], r"got shapes \(2,\) and \(1,\), expected \(N,\)"),
        ([0, 3], [0, 1], "got labels from 0 to 3, expected 0 to 2: there are 3 names"),
        ([0, 1], [-1, 1], "got labels from -1 to 1, expected 0 to 2"),
    ],
)
def test_a_confusion_matrix_refuses_labels_that_do_not_fit(y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        vis.confusion_matrix(y_true, y_pred, CLASSES)


# --- windows that slide


def test_a_sliding_window_shows_the_kernel_at_its_place_and_no_later_result():
    x, w, out = np.arange(16.0).reshape(4, 4), np.array([[2.0, 3.0]]), np.array([[11.0, 12.0], [13.0, 14.0], [15.0, 16.0]])
    axes = vis.sliding_window(x, w, out, [(0, 1), (2, 0)], stride=2, pad=1)
    assert axes.shape == (2, 2)
    corners = [ax.patches[-1].get_xy() for ax in axes[0]]
    assert corners == [(1.5, -0.5), (-0.5, 3.5)]
    weights = [[text for text in ax.texts if text.get_text().startswith("×")] for ax in axes[0]]
    assert [[text.get_text() for text in row] for row in weights] == [["×2", "×3"]] * 2
    assert [[text.get_text() for text in ax.texts] for ax in axes[1]] == [
        ["11", "12", "", "", "", ""],
        ["11", "12", "13", "14", "15", ""],
    ]
    words = alt_text(axes[0, 0].figure)
    assert "1 by 2 kernel sliding over a 4 by 4 picture, stride 2, padding 1" in words
    assert "at place (2, 0) the result is 15" in words


@pytest.mark.parametrize("place", [(3, 0), (0, 2), (-1, 0)])
def test_a_sliding_window_refuses_a_place_outside_the_result(place):
    with pytest.raises(ValueError, match="expected a row below 3 and a column below 2"):
        vis.sliding_window(np.ones((4, 3)), np.ones((2, 2)), np.ones((3, 2)), [place])


@pytest.mark.parametrize("down", [False, True])
def test_wires_join_each_window_with_its_result(down):
    ax = vis.window_wires([1, 2, 0, 3, 1], [2, -1, 1], [0, 4], stride=2, down=down)
    wires = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    ends = [sorted([wire.xy, wire.xyann], key=lambda end: end[1]) for wire in wires]
    assert [(bottom[0], top[0]) for bottom, top in ends] == [(0, 1), (1, 1), (2, 1), (2, 3), (3, 3), (4, 3)]
    assert all((wire.xy[1] < wire.xyann[1]) == down for wire in wires)
    assert f"Arrows point {'down' if down else 'up'} along the weights 2 -1 1" in alt_text(ax.figure)


def test_feature_maps_have_a_scale_each_around_zero_and_stand_in_rows(rng):
    maps = rng.normal(size=(13, 4, 6)) * np.arange(13)[:, None, None]
    axes = vis.feature_maps(maps, size=1.5)
    assert [ax.get_title() for ax in axes] == [str(i) for i in range(13)]
    for ax, image in zip(axes, maps, strict=True):
        (picture,) = ax.get_images()
        np.testing.assert_array_equal(picture.get_array(), image)
        largest = np.abs(image).max() or 1
        assert picture.get_clim() == (-largest, largest)
    assert len({ax.get_position().y0 for ax in axes}) == 3
    assert alt_text(axes[0].figure).startswith("13 maps of 4 by 6 numbers: 0; 1; 2")


def test_feature_maps_want_titles_that_fit_and_no_batch_axis(rng):
    with pytest.raises(ValueError, match="got 2 titles for 3 maps"):
        vis.feature_maps(np.ones((3, 4, 4)), ["one", "two"])
    with pytest.raises(ValueError, match=r"got maps of shape \(1, 3, 4, 4\), expected \(F, H, W\)"):
        vis.feature_maps(np.ones((1, 3, 4, 4)))


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def test_a_computation_graph_shows_every_value_once_with_its_number_and_gradient():
    x, y = box(1, 3.5, name="x"), box(-2, 0, name="y")
    total = box(-1, 7, "add", x, y)
    ax = vis.computation_graph(box(1, 1, "multiply", total, total, name="f"))
    shown = ["x", "1", "grad 3.5", "y", "−2", "grad 0", "+", "−1", "grad 7", "f = ×", "1", "grad 1"]
    assert sorted(texts(ax)) == sorted(shown)
    words = alt_text(ax.figure)
    assert "A graph of 4 values, 2 of them inputs. In it, x is 1 (gradient 3.5); y is −2 (gradient 0); " in words
    assert words.endswith("+ of x and y is −1 (gradient 7); f = × of −1 and −1 is 1 (gradient 1).")


def test_a_computation_graph_has_inputs_on_the_left_of_what_uses_them_and_boxes_apart():
    x = box(0.5, name="x")
    value = box(2.0, 1, "exp", x)
    for _ in range(4):
        value = box(1.0, 1, "add", value, x)
    ax = vis.computation_graph(box(3.0, 1, "multiply", value, box(2.0, name="y")))
    ax.figure.canvas.draw()
    boxes = [patch.get_window_extent() for patch in ax.patches]
    assert len(boxes) == 8
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    across = {text.get_text(): text.get_position()[0] for text in ax.texts if text.get_text()}
    assert across["x"] < across["exp"] < across["+"] < across["×"]
    assert across["y"] == across["×"] - 1


def test_a_gradient_that_is_not_known_yet_and_an_unnamed_constant_are_shown_as_such():
    assert texts(vis.computation_graph(box(2.0, None))) == ["constant", "2"]


def test_a_value_that_goes_into_a_gate_twice_gets_two_arrows_that_lie_apart():
    x = box(1.0, name="x")
    ax = vis.computation_graph(box(1.0, 1, "multiply", x, x))
    low, high = sorted(arrow.xy[1] for arrow in ax.texts if not arrow.get_text())
    assert high - low > 0.2


def test_a_graph_that_cannot_be_drawn_is_refused_in_words():
    with pytest.raises(TypeError, match="got a float without data and grad and parents and op"):
        vis.computation_graph(1.0)
    many = box(1.0)
    for _ in range(60):
        many = box(1.0, 1, "exp", many)
    with pytest.raises(ValueError, match="more than 60 values"):
        vis.computation_graph(many)
    snake = box(1.0)
    snake.parents = (box(1.0, 1, "exp", snake),)
    with pytest.raises(ValueError, match="among its own ancestors"):
        vis.computation_graph(snake)


def test_nudges_are_drawn_to_one_scale_with_the_factor_between_neighbors():
    ax = vis.nudges(["$w$", "z", "C"], [1.0, 0.0, 5.0], [1.001, -0.002, 4.999])
    ends = [text.xy[0] for text in ax.texts if hasattr(text, "xy") and text.xy[0]]
    np.testing.assert_allclose(ends, [0.5, -1, -0.5])
    assert [text for text in texts(ax) if "×" in text] == ["× −2", "× 0.5"]
    assert "+0.001000" in texts(ax)
    assert "w moves by 0.001; z moves by −0.002;" in alt_text(ax.figure)
    assert alt_text(ax.figure).endswith("the factors are −2, 0.5.")


@pytest.mark.parametrize(
    ("names", "before", "after", "message"),
    [
        ("wz", [1.0, 2.0], [1.0, 2.5], "nothing moved"),
        ("w", [1.0], [1.0], "nothing moved"),
        ("", [], [], "nothing moved"),
        ("wz", [1.0], [1.1], "got 2 names for 1 values before and 1 after"),
    ],
)
def test_nudges_refuse_what_has_no_ratio(names, before, after, message):
    with pytest.raises(ValueError, match=message):
        vis.nudges(names, before, after)


def test_a_layer_chain_names_each_layer_what_lies_between_and_its_gradient():
    ax = vis.layer_chain(["affine", "ReLU"], ["X", "", "out"])
    words = [text.get_text() for text in ax.texts]
    assert [w for w in words if w in ("affine", "ReLU", "X", "dX", "dout", "out", "1")] == [
        "affine", "ReLU", "X", "dX", "dout", "out", "1",
    ]  # fmt: skip
    assert words.count("cache") == 2
    with pytest.raises(ValueError, match="got 2 names for 2 layers, expected 3"):
        vis.layer_chain(["affine", "ReLU"], ["X", "out"])


# --- layer_histograms


def bars(ax):
    return np.array([bar.get_height() for bar in ax.patches])


def test_layer_histograms_put_what_lies_beyond_the_limit_into_the_outermost_bars():
    (places,) = vis.layer_histograms({"tanh": [[-9.0, 0.0, 0.0, 9.0], [0.5, -0.5, 0.5, -0.5]]}, limit=1.0)
    assert np.flatnonzero(bars(places[0])).tolist() == [0, 20, 40]
    assert bars(places[0])[[0, 20, 40]].tolist() == [0.5, 1, 0.5]
    assert [ax.get_xlim() for ax in places] == [(-1, 1), (-1, 1)]
    assert [ax.get_title() for ax in places] == ["std 6.4", "std 0.5"]


def test_layer_histograms_without_a_limit_reach_as_far_as_their_own_numbers(rng):
    sizes = [3e-7, 1.0, 2e9]
    axes = vis.layer_histograms({"a": [size * np.linspace(-1, 0.5, 50) for size in sizes], "b": [rng.normal(size=9)] * 3})
    np.testing.assert_allclose([ax.get_xlim() for ax in axes[0]], [(-size, size) for size in sizes])
    assert [label.get_text() for label in axes[0, 2].get_xticklabels()] == ["−2e+09", "2e+09"]
    assert [ax.get_ylabel() for ax in axes[:, 0]] == ["a", "b"]


def test_layer_histograms_tell_every_spread_and_number_the_layers():
    axes = vis.layer_histograms({"ReLU": [[0.0, 2.0], [0.0, 50.0]], "tanh": [[1.0, 1.0], [-0.25, 0.25]]}, first=3)
    assert [text.get_text() for ax in axes[0] for text in ax.texts] == ["layer 3", "layer 4"]
    assert alt_text(axes[0, 0].figure).endswith("Standard deviations by layer, ReLU: 1, 25; tanh: 0, 0.25.")


def test_layer_histograms_cope_with_zeros_and_with_numbers_that_are_not_finite():
    (places,) = vis.layer_histograms({"broken": [np.zeros(4), [np.nan, 1.0, -1.0], [np.inf] * 3]})
    assert [int(np.count_nonzero(bars(ax))) for ax in places] == [1, 2, 0]
    assert [ax.get_title() for ax in places] == ["std 0", "std nan", "std nan"]


@pytest.mark.parametrize("rows", [{}, {"a": []}, {"a": [[1.0]], "b": [[1.0], [2.0]]}])
def test_layer_histograms_want_the_same_layers_in_each_row(rows):
    with pytest.raises(ValueError, match="expected the same number of layers, at least one, in each row"):
        vis.layer_histograms(rows)


# --- loss_landscape


def test_a_landscape_is_a_plane_through_the_weights(rng):
    W, W1, W2 = rng.normal(size=(3, 4, 3))
    asked = []
    flat, surface = vis.loss_landscape(lambda W: asked.append(W) or W[0, 0], W, W1, W2, radius=2, resolution=3)
    expected = [W + a * W1 + b * W2 for b in (-2, 0, 2) for a in (-2, 0, 2)]
    assert np.allclose(asked, expected)
    assert np.allclose(flat.collections[0].get_array().ravel(), [W[0, 0] for W in expected])
    assert surface.name == "3d"


def test_a_landscape_tells_its_lowest_and_its_highest_point():
    W, W1, W2 = np.zeros(2), np.array([1.0, 0]), np.array([0, 1.0])
    flat, _ = vis.loss_landscape(lambda w: (w[0] - 0.5) ** 2 + (w[1] + 1) ** 2, W, W1, W2, resolution=5)
    assert "lowest 0 at a = 0.5, b = -1, highest 6.25 at a = -1, b = 1" in alt_text(flat.figure)


def test_a_landscape_has_holes_where_the_loss_is_not_finite_and_may_be_flat():
    ones = np.ones(1)
    flat, _ = vis.loss_landscape(
        lambda w: np.inf if w[0] > 1 else np.nan if w[0] < -1 else 3.0, 0 * ones, ones, ones, resolution=5
    )
    heights = np.ma.filled(flat.collections[0].get_array(), np.nan)
    assert np.isnan(heights).sum() == 6
    assert np.nanmin(heights) == np.nanmax(heights) == 3


def test_a_landscape_without_any_loss_or_with_shapes_that_do_not_fit_is_refused():
    ones = np.ones((2, 3))
    with pytest.raises(ValueError, match="no finite loss among the 625 points"):
        vis.loss_landscape(lambda w: np.nan, ones, ones, ones)
    with pytest.raises(ValueError, match=r"\(2, 3\), \(2, 3\) and \(3, 2\), expected three of one shape"):
        vis.loss_landscape(np.sum, ones, ones, ones.T)


def test_regions_are_drawn_in_a_plane_only():
    with pytest.raises(ValueError, match=r"points of shape \(9, 5\), expected \(N, 2\)"):
        vis.decision_regions(lambda points: points[:, 0] > 0, np.zeros((9, 5)), np.zeros(9, int))
