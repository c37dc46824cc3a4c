"""With the full data sets, the solutions reach the figures that they claim for them.

Every notebook that has a line `FULL = False` is run with `FULL = True`; what it then asserts is what it claims. Where the
full data are not at hand, nothing is run: `cs231n-kit data fetch` brings them, or CS231N_DATA names where they are.
"""

import os
import re
import tempfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from autograder.course import ONE_THREAD, find_course
from cs231n_kit.data.fetch import is_complete
from cs231n_kit.data.official import data_folder

SWITCH = re.compile(r"^FULL = False\b", re.MULTILINE)
DATA_SETS = {"cifar10": re.compile(r"get_cifar10_data|load_cifar10|load_CIFAR10"), "mnist": re.compile(r"load_mnist")}
CELL_SECONDS = 1200
SOURCES = [source for source in find_course().sources if SWITCH.search(source.read_text(encoding="utf-8"))]


def switched_on(notebook):
    """Return a copy of a notebook with its switch thrown. Raises ValueError unless there is exactly one."""
    copy = nbformat.from_dict(notebook)
    cells = [cell for cell in copy.cells if cell.cell_type == "code" and SWITCH.search(cell.source)]
    if len(cells) != 1 or len(SWITCH.findall(cells[0].source)) != 1:
        raise ValueError(f"{len(cells)} cells hold the line `FULL = False`, expected one, with one such line")
    cells[0].source = SWITCH.sub("FULL = True", cells[0].source)
    return copy


def missing_data(source: str) -> list[str]:
    """Return the names of the data sets that a notebook's source loads and that are not complete here."""
    return [name for name, loads in DATA_SETS.items() if loads.search(source) and not is_complete(name)]


def run(notebook, folder, seconds=CELL_SECONDS):
    """Run a notebook as if it were in `folder`, with history in a place of its own."""
    with tempfile.TemporaryDirectory() as ipython:
        keep = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
        environment = keep | ONE_THREAD | {"IPYTHONDIR": ipython}
        arguments = ["--Application.log_level=ERROR"]
        resources = {"metadata": {"path": str(folder)}}
        client = NotebookClient(
            notebook, timeout=seconds, kernel_name="python3", extra_arguments=arguments, resources=resources
        )
        client.execute(env=environment)


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_a_solution_reaches_its_figures_on_full_data(source):
    missing = missing_data(source.read_text(encoding="utf-8"))
    if missing:
        advice = f"cs231n-kit data fetch {' '.join(missing)}, or set CS231N_DATA"
        pytest.skip(f"the full {' and '.join(missing)} is not in {data_folder()}: {advice}")
    run(switched_on(nbformat.read(source.with_suffix(".ipynb"), as_version=4)), source.parent)


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_a_switch_is_in_one_place_and_figures_depend_on_it(source):
    cells = switched_on(nbformat.read(source.with_suffix(".ipynb"), as_version=4)).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert sum("FULL = True" in text for text in code) == 1
    assert any(re.search(r"^\s*assert .*\bFULL\b", text, re.MULTILINE) for text in code)


def test_a_notebook_without_a_switch_or_with_two_is_refused():
    for number in (0, 2):
        cells = [new_code_cell("FULL = False  # True: everything") for _ in range(number)]
        with pytest.raises(ValueError, match=f"{number} cells hold the line"):
            switched_on(new_notebook(cells=cells))


@pytest.mark.slow
def test_a_figure_that_is_not_reached_fails(tmp_path):
    notebook = new_notebook(cells=[new_code_cell("FULL = False"), new_code_cell("assert 0.3 > (0.35 if FULL else 0.2)")])
    run(notebook, tmp_path)
    with pytest.raises(CellExecutionError, match="AssertionError"):
        run(switched_on(notebook), tmp_path)


def test_data_that_are_not_there_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    assert missing_data("data = get_cifar10_data(full=FULL)") == ["cifar10"]
    assert missing_data("load_mnist(full=FULL)\nload_cifar10()") == ["cifar10", "mnist"]
    assert missing_data("x = 1") == []
    assert Path(tmp_path) == data_folder()
