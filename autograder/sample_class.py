"""An invented class: between them, its students make every mistake we know, and hand in every kind of trouble."""

import copy
from pathlib import Path

import nbformat

from autograder.build import kind_of
from autograder.course import Course
from autograder.reference import mistaken
from autograder.source import BEGIN_SOLUTION, END_SOLUTION, Cell, read_source
from autograder.tasks import all_tasks

WITH_MISTAKES = (
    "alan", "barbara", "cynthia", "donald", "edsger", "frances", "grace", "hedy", "ivan", "john", "katherine", "leslie",
    "margaret", "niklaus", "olga", "peter", "radia", "sophie", "tony", "ursula", "vint", "whitfield",
)  # fmt: skip
ANSWER = "*I compared the two numbers and drew a picture; see my notes.*"


def fill(release: nbformat.NotebookNode, cells: tuple[Cell, ...], replaced: dict[str, str] | None = None):
    """Return a copy of the released notebook with every exercise solved and every question answered.

    replaced : other text for some exercises, by task id
    """
    texts = {cell.task: (replaced or {}).get(cell.task, cell.text) for cell in cells if cell.kind == "exercise"}
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        if kind_of(cell) == "exercise":
            lines = texts[cell.metadata.nbgrader.grade_id].split("\n")
            cell.source = "\n".join(x for x in lines if BEGIN_SOLUTION not in x and END_SOLUTION not in x)
        elif kind_of(cell) == "answer":
            cell.source = ANSWER
    return notebook


def write_sample_class(course: Course, assignment: str) -> list[str]:
    """Write submitted/<student>/<assignment>/ for the whole class and return a line on each student."""
    sources = course.assignment(assignment)
    names = WITH_MISTAKES[: max(len(held_mistakes(source)) for source in sources)]
    said: dict[str, list[str]] = {}
    for source in sources:
        release = nbformat.read(course.assignments / assignment / f"{source.stem}.ipynb", as_version=4)
        for student, (what, notebook) in _students(source, release, names).items():
            folder = course.root / "submitted" / student / assignment
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "timestamp.txt").write_text("2026-01-15 12:00:00 UTC\n")
            if notebook is not None:
                nbformat.write(notebook, folder / f"{source.stem}.ipynb")
            said.setdefault(student, []).append(what)
    return [f"{student:10} {'; '.join(dict.fromkeys(whats))}" for student, whats in said.items()]


def held_mistakes(source: Path) -> dict[str, dict[str, str]]:
    """Return {student: {task id: mistake id}}: the i-th student makes the i-th mistake of each task that has one."""
    tasks = [all_tasks()[cell.task] for cell in read_source(source) if cell.kind == "check"]
    most = max(len(task.mistakes) for task in tasks)
    if most > len(WITH_MISTAKES):
        raise ValueError(f"{most} mistakes in one task, and only {len(WITH_MISTAKES)} names for students who make them")
    return {
        student: {task.id: task.mistakes[i].id for task in tasks if i < len(task.mistakes)}
        for i, student in enumerate(WITH_MISTAKES[:most])
    }


def _students(source: Path, release, names: tuple[str, ...]) -> dict:
    """Return {student: (what they do in this notebook, the notebook, or None)}; `names` are those who make mistakes."""
    cells = read_source(source)
    exercises = {cell.task: cell for cell in cells if cell.kind == "exercise"}
    class_ = {"ada": ("a perfect student", fill(release, cells))}
    for student in names:
        held, texts = held_mistakes(source).get(student, {}), {}
        for task, mistake in held.items():
            known = next(m for m in all_tasks()[task].mistakes if m.id == mistake)
            texts[task] = mistaken(exercises[task], known, source)
        class_[student] = (f"{source.stem}: {', '.join(held.values()) or 'no mistakes'}", fill(release, cells, texts))
    first = next(iter(exercises.values()))
    class_ |= {
        "untouched": ("handed in the release as it is", copy.deepcopy(release)),
        "syntax": (f"a syntax error in {first.task}", fill(release, cells, {first.task: _broken(first)})),
        "endless": (f"an infinite loop in {first.task}", fill(release, cells, {first.task: _endless(first)})),
        "missing": ("handed in no notebook", None),
        "stripped": ("solved everything; an editor stripped all metadata", _strip(fill(release, cells))),
    }
    return class_


def _broken(cell: Cell) -> str:
    return cell.with_solution("    for i in range(3)\n")


def _endless(cell: Cell) -> str:
    return cell.with_solution("    while True:\n        pass\n")


def _strip(notebook):
    """Remove metadata and ids, as some editors and web services do."""
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        del cell["id"]
    notebook.nbformat_minor = 4
    return notebook
