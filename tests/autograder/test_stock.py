"""Stock nbgrader works on the same notebooks and gives honest students the same scores as `autograder grade`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.build import kind_of
from autograder.course import Course, find_course
from autograder.engine import grade_class, keep_seed
from autograder.sample_class import write_sample_class
from autograder.source import read_source
from autograder.stock import STOCK_SEED

COURSE = find_course()
ASSIGNMENTS = sorted({source.parent.name for source in COURSE.sources})
STUDENTS = {  # who hands in what is told in `autograder sample-class`
    "a0_warmup": ("ada", "barbara", "donald", "edsger", "syntax", "untouched"),
    "a1_data_driven": ("ada", "frances", "john", "leslie", "syntax", "untouched"),
    "a2_linear": ("ada", "barbara", "grace", "ivan", "syntax", "untouched"),
    "a3_networks": ("ada", "barbara", "grace", "syntax", "untouched"),
    "a4_training": ("ada", "frances", "grace", "hedy", "syntax", "untouched"),
    "a5_convnets": ("ada", "alan", "frances", "hedy", "syntax", "untouched"),
}
SHOWN = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")


def copy_course(course, folder):
    for part in ("solutions", "assignments"):
        shutil.copytree(course.root / part, folder / part)
    shutil.copy(course.root / "nbgrader_config.py", folder)
    return Course(folder)


def without_show_cells(path):
    """Experiments are not graded; leaving them out keeps the test short on both sides."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if kind_of(cell) != "show"]
    nbformat.write(notebook, path)


def nbgrader(course, *arguments):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


def scores(course, assignment):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "cs231n") as gradebook:
        return {
            (submission.student.id, grade.name): grade.auto_score
            for submission in gradebook.assignment_submissions(assignment)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


@pytest.mark.slow
@SHOWN
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_stock_autograde_and_the_grader_agree_on_every_cell_of_honest_students(course, tmp_path, assignment):
    ours, stock = (copy_course(course, tmp_path / name) for name in ("ours", "stock"))
    write_sample_class(ours, assignment)
    for folder in (ours.root / "submitted").iterdir():
        if folder.name not in STUDENTS[assignment]:
            shutil.rmtree(folder)
    for path in (ours.root / "submitted").rglob("*.ipynb"):
        without_show_cells(path)
    shutil.copytree(ours.root / "submitted", stock.root / "submitted")

    keep_seed(ours, assignment, STOCK_SEED)  # the same cases for both: a wrong answer can be right by chance in some of them
    grade_class(ours, assignment)
    nbgrader(stock, "generate_assignment", assignment, "--force")
    nbgrader(stock, "autograde", assignment)

    mine, theirs = scores(ours, assignment), scores(stock, assignment)
    assert {student for student, _ in mine} == set(STUDENTS[assignment])
    assert mine == theirs
    checks = [cell for source in course.assignment(assignment) for cell in read_source(source) if cell.kind == "check"]
    assert sum(v for (student, _), v in mine.items() if student == "ada" and v) == sum(cell.points for cell in checks)
    assert sum(v for (student, _), v in mine.items() if student == "untouched") == 0


@pytest.mark.slow
@SHOWN
@pytest.mark.parametrize("source", COURSE.sources, ids=lambda p: p.stem)
def test_stock_validate_passes_the_solution_and_fails_the_release(course, tmp_path, source):
    from nbgrader.validator import Validator

    assignment, notebook = source.parent.name, f"{source.stem}.ipynb"
    shutil.copy(course.root / "nbgrader_config.py", tmp_path)
    (tmp_path / "solutions" / assignment).mkdir(parents=True)
    shutil.copy(source, tmp_path / "solutions" / assignment)
    results = {}
    for side in ("solutions", "assignments"):
        path = tmp_path / side / notebook
        path.parent.mkdir(exist_ok=True)
        shutil.copy(course.root / side / assignment / notebook, path)
        for given in (course.root / side / assignment).glob("given.py"):
            shutil.copy(given, path.parent)
        without_show_cells(path)
        results[side] = Validator().validate(str(path))
    graded = [cell for cell in read_source(source) if cell.kind in ("check", "answer")]
    assert results["solutions"] == {}
    assert len(results["assignments"]["failed"]) == len(graded)  # every check, and every question left unanswered
