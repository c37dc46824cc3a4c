"""A picture's alt text is what was said about it, and it arrives in notebooks and in the pages made from them."""

import os
import pickle
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

from cs231n_kit import vis
from cs231n_kit.alt_text import alt_text, counted

ROOT = str(Path(__file__).parents[2])
NONE = "No description has been provided for this image"  # what nbconvert says of a picture without a text


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_a_text_is_about_its_axes_and_comes_after_their_title():
    figure, axes = plt.subplots(1, 3)
    vis.describe(axes[0], "A line that rises.")
    vis.describe(axes[2], "A line\n    that falls.")
    axes[0].set_title("the first\nof three")
    axes[1].set_title("not described")
    assert alt_text(figure) == "the first of three: A line that rises. A line that falls."


@pytest.mark.parametrize("whole", [lambda figure: figure, lambda figure: np.array(figure.axes), lambda figure: figure.axes])
def test_a_text_about_the_whole_figure_stands_for_all_of_it(whole):
    figure, axes = plt.subplots(2, 2)
    vis.describe(axes[0, 0], "A corner.")
    vis.describe(whole(figure), "Four corners.")
    assert alt_text(figure) == "Four corners."


def test_an_author_has_the_last_word_on_a_picture_of_the_kit():
    ax = vis.unit_balls()
    vis.describe(ax, "A square around a circle.")
    assert alt_text(ax.figure) == "A square around a circle."
    axes = vis.history([2.0, 1.0], [0.5])
    vis.describe(axes, "It learns.")
    assert alt_text(axes[0].figure) == "It learns."


def test_a_picture_of_the_kit_is_described_on_the_axes_of_a_subfigure_too():
    figure = plt.figure()
    left, right = figure.subfigures(1, 2)
    vis.unit_balls(left.subplots())
    vis.describe(right.subplots(1, 2), "All of it.")
    assert alt_text(figure) == "All of it."
    assert figure._repr_mimebundle_()[1]["alt"] == "All of it."


def test_a_figure_that_nobody_described_has_no_text_and_is_left_alone():
    figure, _ = plt.subplots()
    assert alt_text(figure) == ""
    assert not hasattr(figure, "_repr_mimebundle_")


@pytest.mark.parametrize(("wrong", "name"), [(None, "NoneType"), ("title", "str"), ([], "list"), ([None], "NoneType")])
def test_only_axes_and_figures_can_be_described(wrong, name):
    with pytest.raises(TypeError, match=f"got {name}, expected Axes, an array of Axes, or a Figure"):
        vis.describe(wrong, "text")


def test_a_described_figure_can_be_pickled_and_keeps_its_text():
    ax = vis.unit_balls()
    copy = pickle.loads(pickle.dumps(ax.figure))
    copy.axes[0].set_title("the copy")
    assert copy._repr_mimebundle_()[1]["alt"] == f"the copy: {alt_text(ax.figure)}"


def test_things_are_counted_in_english():
    assert [counted(n, "fold") for n in (0, 1, 5, 5000)] == ["0 folds", "1 fold", "5 folds", "5,000 folds"]


# --- in a notebook

BALLS, TRICKY = "The points at L1 distance 1", 'a "square" & a <circle>'
BEGINNINGS = {  # cells, each with the beginnings of the texts of the pictures that it shows
    "the kit first": [
        ("from cs231n_kit import vis\n\nax = vis.unit_balls()", [BALLS]),
        ("import matplotlib.pyplot as plt", []),
    ],
    "pyplot first": [
        ("import matplotlib.pyplot as plt\n\n_ = plt.plot([1, 2])", [None]),
        ("from cs231n_kit import vis", []),
    ],
}
CELLS = [
    ("_ = vis.unit_balls().set_title('named afterwards')", [f"named afterwards: {BALLS}"]),
    ("ax = vis.unit_balls()\nplt.show()", [BALLS]),
    ("figure = vis.unit_balls().figure\nplt.close(figure)\nfigure", [BALLS]),
    ("_, axes = plt.subplots(1, 2)\n_ = axes[0].plot([1, 2]), vis.unit_balls(axes[1])", [BALLS]),
    (f"_, ax = plt.subplots()\nvis.describe(ax, {TRICKY!r})", [TRICKY]),
    ("axes = vis.unit_balls(), vis.time_bars({'one': 1.0})", [BALLS, "Running times"]),
    ("%config InlineBackend.figure_format = 'retina'\nax = vis.unit_balls()", [BALLS]),
    ("%config InlineBackend.figure_format = 'jpeg'\nax = vis.unit_balls()", [BALLS]),
]


def execute(sources):
    """Return a notebook of these cells, run with the inline backend as in Jupyter."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        extra_arguments=["--Application.log_level=ERROR"],
        resources={"metadata": {"path": ROOT}},
    )
    client.execute(env={name: value for name, value in os.environ.items() if name != "MPLBACKEND"})
    return notebook


def pictures(cell):
    return [output for output in cell.outputs if {"image/png", "image/jpeg"} & {*output.get("data", {})}]


def texts_in_page(notebook):
    """Return the alt texts of the page that nbconvert makes, in nbgrader's template for feedback as in this one."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append(dict(attributes)["alt"]) if tag == "img" else None
    parser.feed(HTMLExporter(template_name="classic").from_notebook_node(notebook)[0])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS)
def test_texts_arrive_in_the_notebook_and_in_its_page(beginning):
    cells = [*beginning, *CELLS]
    notebook = execute(source for source, _ in cells)
    for cell, (source, starts) in zip(notebook.cells, cells, strict=True):
        found = [output.metadata.get("alt") for output in pictures(cell)]
        assert [text and text[: len(start or "")] for text, start in zip(found, starts, strict=True)] == starts, source
    first, retina = (pictures(notebook.cells[i])[0].metadata for i in (len(beginning), -2))
    assert first["image/png"]["alt"] == first["alt"]
    assert "width" in retina["image/png"]
    in_notebook = [output.metadata.get("alt", NONE) for cell in notebook.cells for output in pictures(cell)]
    assert texts_in_page(notebook) == in_notebook
