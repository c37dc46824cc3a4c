"""What a function returns, or a notebook holds, is more than whoever reads it can take."""

from nbformat.v4 import new_code_cell, new_output

from tests.adversarial.hostile import Hostile, at_start, everywhere, show_cell


def returning(name: str, aim: str, body: str, *cells: str) -> Hostile:
    return Hostile(name, "exhausting", aim, everywhere(body), extra=tuple(at_start(cell)[0] for cell in cells))


def _add_many_cells(notebook):
    cell = new_code_cell("", id="empty")
    notebook.cells.extend([cell] * 100_000)


def _add_large_outputs(notebook):
    show_cell(notebook).outputs = [{"output_type": "stream", "name": "stdout", "text": ["x" * 1_000_000] * 18}]


def _add_many_outputs(notebook):
    empty = {"output_type": "stream", "name": "stdout", "text": ""}
    show_cell(notebook).outputs = [empty] * 300_000


def _nest_metadata(notebook):
    nested = "bottom"
    for _ in range(NESTED):
        nested = {"a": nested}
    show_cell(notebook).outputs = [new_output("display_data", data={"text/plain": "x"}, metadata=nested)]
    for cell in notebook.cells:
        cell.metadata.nested = nested


NESTED = 400  # levels

LONG_NAME = """
long = type("L" * 20_000_000, (), {})()
"""

LONG_LINE = """
source = "def fail():\\n    raise ValueError('here')  # " + "x" * 20_000_000
import linecache

linecache.cache["<own>"] = len(source), None, source.splitlines(True), "<own>"
exec(compile(source, "<own>", "exec"))
"""

LONG_ERROR_NAME = """
Long = type("E" * 20_000_000, (Exception,), {"__str__": lambda self: "m" * 20_000_000})
"""

HOSTILE = (
    returning(
        "billions-of-numbers",
        "An array of 80 GB is returned, which takes no memory until it is copied.",
        "return np.broadcast_to(np.zeros(1), (100_000, 100_000))",
    ),
    returning(
        "just-too-many-numbers",
        "An array of 240 MB is returned by every call, just below the limit of a reply.",
        "return np.zeros(30_000_000)",
    ),
    returning(
        "wide-text",
        "An array of text with ten million letters in each entry is returned.",
        "return np.full((2, 2), 'x' * 10_000_000)",
    ),
    returning("long-type-name", "The class of what is returned has a name of 20 MB.", "return long", LONG_NAME),
    returning(
        "long-error-name",
        "The class of an exception has a name of 20 MB, and so has its message.",
        "raise Long()",
        LONG_ERROR_NAME,
    ),
    returning("long-line", "The line that an exception came from is 20 MB long.", "fail()", LONG_LINE),
    Hostile(
        "many-cells",
        "exhausting",
        "A hundred thousand empty cells are added to the notebook.",
        edit=_add_many_cells,
        valid=False,  # they share an id, which keeps this one quick to make
    ),
    Hostile(
        "large-outputs",
        "exhausting",
        "The outputs handed in with an experiment are 18 MB, just below the limit of a notebook.",
        edit=_add_large_outputs,
    ),
    Hostile(
        "many-outputs",
        "exhausting",
        "The outputs handed in with an experiment are three hundred thousand.",
        edit=_add_many_outputs,
    ),
    Hostile(
        "nested-metadata",
        "exhausting",
        "Metadata is nested just deeply enough to be read, and too deeply to be copied or written.",
        edit=_nest_metadata,
        valid=False,
    ),
    Hostile(
        "nested-notebook",
        "exhausting",
        "The notebook's file is a list in a list in a list, a million deep.",
        files={"knn.ipynb": b'{"cells": ' + b"[" * 1_000_000},
    ),
    Hostile(
        "notebook-of-empty-lists",
        "exhausting",
        "The notebook's file of 30 MB holds ten million empty lists, which take twenty times as much memory.",
        files={"knn.ipynb": b'{"cells": [], "metadata": {"lists": [' + b"[]," * 10_000_000 + b"0]}}"},
    ),
    Hostile(
        "notebook-of-large-numbers",
        "exhausting",
        "The notebook's file holds a number of four million digits.",
        files={"knn.ipynb": b'{"cells": [], "nbformat": 4, "nbformat_minor": ' + b"9" * 4_000_000 + b"}"},
    ),
    Hostile(
        "answer-that-takes-hours",
        "exhausting",
        "An answer is Markdown that takes hours to turn into HTML: the time grows with the square of its length.",
        answers={"knn-question-rotation": "[a](" * 250_000},
    ),
)
