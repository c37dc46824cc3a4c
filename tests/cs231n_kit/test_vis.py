"""Every picture returns the Axes it is on, leaves showing and closing to the notebook, and shows what it was given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from cs231n_kit import vis

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


def two_neighbors(rng):
    X_test, X_train = images(rng, 2), images(rng, 6)
    return vis.neighbors(X_test, np.array([0, 1]), X_train, np.arange(6) % 3, rng.uniform(size=(2, 6)), CLASSES, k=2)


ALWAYS_NEW = {
    "class_grid": lambda rng: vis.class_grid(images(rng, 12), np.arange(12) % 3, CLASSES, 3, rng),
    "image_row": lambda rng: vis.image_row(images(rng, 3), CLASSES),
    "neighbors": two_neighbors,
}
ON_GIVEN_AXES = {
    "unit_balls": lambda rng, ax=None: vis.unit_balls(ax),
    "balls_through": lambda rng, ax=None: vis.balls_through(rng.normal(size=2), ax),
    "distance_matrix": lambda rng, ax=None: vis.distance_matrix(rng.uniform(size=(4, 9)), ax),
    "decision_regions": lambda rng, ax=None: vis.decision_regions(lambda p: np.zeros(len(p), int), *points(rng), ax, 20),
    "time_bars": lambda rng, ax=None: vis.time_bars({"two loops": 1.5, "none": 0.002}, ax),
}


@pytest.mark.parametrize("draw", [pytest.param(f, id=name) for name, f in {**ALWAYS_NEW, **ON_GIVEN_AXES}.items()])
def test_a_picture_returns_axes_of_one_new_open_figure_that_can_be_drawn(rng, draw):
    before = plt.figure().number
    axes = np.ravel(draw(rng))
    assert all(isinstance(ax, Axes) for ax in axes)
    (figure,) = {ax.figure for ax in axes}
    assert plt.get_fignums() == [before, figure.number]
    figure.canvas.draw()


@pytest.mark.parametrize("draw", [pytest.param(f, id=name) for name, f in ON_GIVEN_AXES.items()])
def test_a_picture_on_given_axes_opens_no_figure(rng, draw):
    _, (left, right) = plt.subplots(1, 2)
    assert draw(rng, right) is right
    assert len(plt.get_fignums()) == 1
    assert right.has_data()
    assert not left.has_data()


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
    assert [[frame.get_linestyle() for frame in row] for row in frames] == np.where(right, "-", "--").tolist()


def test_time_bars_stand_in_the_order_given_from_top_to_bottom_and_start_at_zero():
    ax = vis.time_bars({"two loops": 2.0, "one loop": 0.25, "none": 0.001})
    assert [label.get_text() for label in ax.get_yticklabels()][::-1] == ["two loops", "one loop", "none"]
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches][::-1] == [(0, 2.0), (0, 0.25), (0, 0.001)]
    assert [text.get_text().strip() for text in ax.texts][::-1] == ["2,000 ms", "250 ms", "1 ms"]
    assert ax.get_xlim()[0] == 0
    assert ax.get_xlim()[1] > 2.0
