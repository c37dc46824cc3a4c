"""What a hostile submission is, and how its notebook is made from the released one."""

import copy
import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from autograder.build import kind_of
from autograder.sample_class import fill
from autograder.source import Cell

FAMILIES = ("forging", "replacing", "reading", "escaping", "exhausting", "lying", "browser")
TASKS = ("knn-two-loops", "knn-one-loop", "knn-no-loops", "knn-predict-labels", "knn-predict", "knn-l1")
IMPORTS = "setup-18c911f6"  # the first code cell of the release; what stands after it runs before every exercise

# Whoever tries a submission puts CANARY where students must not look (the grader's environment, another student's
# notebook, the gradebook), and then looks for it in whatever comes back. No submission knows it.
CANARY = "canary-91f0c2d7"
MARK = "hostile-231"  # in the command line of every process that tries to outlive its notebook, and in left files
ALERT = "alert(231)"  # the script that everything aimed at a browser tries to run

# What would harm the machine it runs on begins with this. Within any sandbox worth the name, the condition is false.
GUARD = """
import os

try:
    if os.stat("/proc/self/ns/pid").st_ino == 0xEFFFFFFC:  # the first namespace of processes: no sandbox at all
        raise SystemExit("not on a bare machine")
except OSError:
    pass
"""

# Where there is no list of processes, the first few hundred numbers are tried.
PIDS = """
import os


def pids():
    try:
        return sorted((int(name) for name in os.listdir("/proc") if name.isdigit()), reverse=True)
    except OSError:
        return [os.getppid(), *range(300)]


"""


@dataclass(frozen=True)
class Hostile:
    """A submission of the k-NN notebook by somebody who attacks the grader.

    exercises : by task, what stands between the solution's markers; the cell still defines its function
    cells     : by task, the text of the whole cell
    honest    : tasks that are solved
    extra     : pairs of the id of a released cell and the code of a cell that stands after it
    answers   : by task, the text of an answer
    files     : by name, what is handed in beside the notebook, or with its name in place of it
    edit      : changes the finished notebook; returns nothing
    fair      : the points that its honest code earns, or, where right values are computed in a way that the task
                forbids, the known mistake of knn-no-loops whose score it deserves
    valid     : whether the notebook that comes out is valid in the sense of nbformat
    """

    name: str
    family: str
    aim: str
    exercises: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    honest: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    edit: Callable[[nbformat.NotebookNode], None] | None = None
    fair: float | str = 0.0
    valid: bool = True


def everywhere(body: str) -> dict[str, str]:
    """Return the same body for every exercise."""
    return dict.fromkeys(TASKS, body)


def at_start(code: str) -> tuple[tuple[str, str], ...]:
    """Return `code` as a cell of the student's own that runs before all exercises."""
    return ((IMPORTS, code),)


def write(hostile: Hostile, release: nbformat.NotebookNode, cells: tuple[Cell, ...]) -> nbformat.NotebookNode:
    """Return the notebook that is handed in. Exercises that are neither attacked nor solved stay as released.

    cells : those of the notebook's source
    """
    texts = {cell.id: cell.source for cell in release.cells if kind_of(cell) == "exercise"}
    for cell in cells:
        if cell.kind == "exercise" and cell.task in hostile.honest:
            texts[cell.task] = cell.text
        if cell.kind == "exercise" and cell.task in hostile.exercises:
            texts[cell.task] = cell.with_solution(_indented(hostile.exercises[cell.task]))
    notebook = fill(release, cells, texts | {task: text.strip("\n") for task, text in hostile.cells.items()})
    for cell in notebook.cells:
        if cell.id in hostile.answers:
            cell.source = hostile.answers[cell.id]
    for number, (place, code) in enumerate(hostile.extra):
        made = nbformat.v4.new_code_cell(code.strip("\n"), id=f"own-{number}")
        notebook.cells.insert(_behind(notebook, place, number), made)
    if hostile.edit:
        hostile.edit(notebook)
    return notebook


def hand_in(hostile: Hostile, notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Write everything that is handed in to a folder."""
    (folder / "knn.ipynb").write_text(json.dumps(notebook))
    for name, content in hostile.files.items():
        (folder / name).write_bytes(content)


def check_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Return the cells that nbgrader reads points from."""
    return [cell for cell in notebook.cells if kind_of(cell) == "check"]


def show_cell(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a cell that is not run again when it is graded, whose outputs are shown as they were handed in."""
    return next(cell for cell in notebook.cells if kind_of(cell) == "show")


def copies(cells: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Return cells that share nothing with the given ones."""
    return copy.deepcopy(cells)


def _behind(notebook, place, number) -> int:
    """Return the index after a cell and the earlier cells of the student's own."""
    ids = [cell.id for cell in notebook.cells]
    index = ids.index(place) + 1
    while index < len(ids) and ids[index] in {f"own-{n}" for n in range(number)}:
        index += 1
    return index


def _indented(body: str) -> str:
    return textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n"
