"""A learner's earlier notebook is brought into a later one, and what is missing there is told kindly."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cs231n_kit import from_notebook
from cs231n_kit.earlier import EarlierWorkMissing

COURSE = Path(__file__).parents[2]
RELEASED = COURSE / "assignments" / "a1_data_driven" / "knn.ipynb"
SOLVED = COURSE / "solutions" / "a1_data_driven" / "knn.ipynb"
TASKS = ("knn-no-loops", "knn-predict-labels")
GIVEN = {"nbgrader": {"grade": False, "solution": True}}
CHECK = {"nbgrader": {"grade": True, "solution": False}}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The folder that the learner's notebooks are in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(*cells, name="early"):
    notebook = new_notebook(cells=[new_markdown_cell("Text.")])
    notebook.cells += [new_code_cell(source, metadata=metadata) for source, metadata in cells]
    nbformat.write(notebook, f"{name}.ipynb")


def missing(capsys, *arguments):
    """Return what was printed when something is missing, in one line."""
    with pytest.raises(EarlierWorkMissing) as error:
        from_notebook(*arguments)
    assert len(error.value._render_traceback_()) == 1
    return " ".join(capsys.readouterr().out.split())


def test_a_solved_notebook_brings_a_class_that_works(folder):
    (folder / "knn.ipynb").write_bytes(SOLVED.read_bytes())
    KNearestNeighbor = from_notebook("knn", "KNearestNeighbor", *TASKS)
    assert KNearestNeighbor.__name__ == "KNearestNeighbor"
    assert hasattr(KNearestNeighbor, "compute_distances_l1")


def test_a_function_that_stands_on_others_is_tried_with_them(folder, capsys, monkeypatch):
    solved = COURSE / "solutions" / "a5_convnets"
    for name in ("fast_convnet.ipynb", "given.py"):
        (folder / name).write_bytes((solved / name).read_bytes())
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "given", raising=False)
    assert from_notebook("fast_convnet", "conv_relu_pool_forward", "fast-conv-forward")
    notebook = nbformat.read(folder / "fast_convnet.ipynb", as_version=4)
    cell = next(c for c in notebook.cells if c.id == "fast-conv-forward")
    cell.source = cell.source.replace("maps += b[:, np.newaxis]", "pass")
    nbformat.write(notebook, folder / "fast_convnet.ipynb")
    assert "the bias is missing" in missing(capsys, "fast_convnet", "conv_relu_pool_forward", "fast-conv-forward")
    sys.modules.pop("given")


def test_the_release_is_told_to_be_solved_and_what_to_do(folder, capsys):
    (folder / "knn.ipynb").write_bytes(RELEASED.read_bytes())
    said = missing(capsys, "knn", "KNearestNeighbor", *TASKS)
    assert "compute_distances_no_loops is not written yet" in said
    assert (
        "KNearestNeighbor of knn.ipynb, as it was last saved, does not pass knn-no-loops and knn-predict-labels yet" in said
    )
    assert "Open knn.ipynb, solve what is missing and save it (Ctrl+S); then run this cell again" in said
    assert "exercises of this notebook don't need it" in said


def test_a_known_mistake_in_earlier_work_is_named(folder, capsys):
    notebook = nbformat.read(SOLVED, as_version=4)
    cell = next(c for c in notebook.cells if c.id == "knn-no-loops")
    cell.source = cell.source.replace("np.sqrt(np.maximum(squared, 0))", "np.maximum(squared, 0)")
    nbformat.write(notebook, folder / "knn.ipynb")
    assert "these are the squared distances" in missing(capsys, "knn", "KNearestNeighbor", *TASKS)


def test_a_cell_of_the_class_that_is_no_python_is_told(folder, capsys):
    notebook = nbformat.read(SOLVED, as_version=4)
    cell = next(c for c in notebook.cells if c.id == "knn-predict-labels")
    cell.source = cell.source.replace("k=1):", "k=1)")
    nbformat.write(notebook, folder / "knn.ipynb")
    said = missing(capsys, "knn", "KNearestNeighbor", *TASKS)
    assert "there ended with SyntaxError: expected ':'" in said
    assert "does not pass knn-predict-labels yet" in said


def test_magics_that_watch_a_cell_do_not_hide_what_it_defines():
    save(("%%time\ndef answer():\n    return 42", GIVEN))
    assert from_notebook("early", "answer")() == 42


def test_no_experiment_and_no_check_is_repeated():
    save(
        ("def answer():\n    return 42", GIVEN),
        ("open('experiment', 'w')", {}),
        ("raise RuntimeError('a check ran')", CHECK),
        ("answer = None", CHECK),
    )
    assert from_notebook("early", "answer")() == 42
    assert not os.path.exists("experiment")


def test_helpers_in_cells_of_the_learners_own_come_along():
    save(
        ("import math\nHALF = 1 / 2\nTWO = 2\n\ndef helper(x):\n    return math.floor(x) * TWO\nprint('shown')", {}),
        ("def answer():\n    return helper(21.5)", GIVEN),
    )
    assert from_notebook("early", "answer")() == 42


def test_a_broken_cell_is_told_and_the_others_still_count(capsys):
    save(("def broken(:", GIVEN), ("def answer():\n    return 1", GIVEN))
    assert from_notebook("early", "answer")() == 1
    assert "Code cell 1 there ended with SyntaxError" in missing(capsys, "early", "broken")


@pytest.mark.parametrize("contents", ["", "not json", "[]", '{"cells": 3}', '{"cells": [{"cell_type": "code"}]}', "null"])
def test_a_file_that_is_no_notebook_is_told(folder, capsys, contents):
    (folder / "early.ipynb").write_text(contents)
    assert "early.ipynb cannot be read as a notebook" in missing(capsys, "early", "answer")


def test_no_file_is_told_with_the_folder(folder, capsys):
    said = missing(capsys, "knn", "KNearestNeighbor")
    assert "There is no knn.ipynb in" in said
    assert "Copy knn.ipynb, the one that you work in, into that folder; then run this cell again" in said
    assert folder.name in said


def test_a_name_that_is_nowhere_is_told(capsys):
    save(("x = 1", GIVEN))
    assert "early.ipynb does not define KNearestNeighbor" in missing(capsys, "early", "KNearestNeighbor")


@pytest.mark.slow
def test_in_jupyter_it_is_one_red_line_and_magics_are_understood(folder):
    save(("%matplotlib inline\nfactor = %sx echo 6\ndef answer():\n    return 7 * int(factor[0])", GIVEN))
    cells = [
        "from cs231n_kit import from_notebook\nprint(from_notebook('early', 'answer')())",
        "from_notebook('early', 'x')",
    ]
    nbformat.write(new_notebook(cells=[new_code_cell(c) for c in cells]), folder / "late.ipynb")
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--allow-errors",
        "--inplace",
        "late.ipynb",
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    first, second = (c["outputs"] for c in json.loads((folder / "late.ipynb").read_text())["cells"])
    assert "".join(first[0]["text"]) == "✓ answer of early.ipynb works\n42\n"
    assert second[-1]["ename"] == "EarlierWorkMissing"
    assert len(second[-1]["traceback"]) == 1
