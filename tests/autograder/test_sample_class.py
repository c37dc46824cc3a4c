"""The invented class makes every mistake we know, one at a time, and hands in every kind of trouble."""

import json
import shutil

import nbformat
import pytest

from autograder.course import Course
from autograder.reference import mistaken
from autograder.sample_class import WITH_MISTAKES, held_mistakes, write_sample_class
from autograder.source import read_source
from autograder.tasks import all_tasks

A1 = "a1_data_driven"


@pytest.fixture(scope="module")
def written(course, tmp_path_factory):
    """A copy of the course with the class of its first assignment, and what was said about it."""
    root = tmp_path_factory.mktemp("sample")
    for part in ("solutions", "assignments"):
        shutil.copytree(course.root / part, root / part)
    return Course(root), write_sample_class(Course(root), A1)


@pytest.fixture(scope="module")
def sources(course):
    return course.assignment(A1)


def tasks_of(source):
    return [all_tasks()[cell.task] for cell in read_source(source) if cell.kind == "check"]


def exercises(notebook):
    return {c.id: c.source for c in notebook.cells if "nbgrader" in c.metadata and not c.metadata.nbgrader.grade}


def without_markers(text):
    return "\n".join(line for line in text.split("\n") if "# BEGIN SOLUTION" not in line and "# END SOLUTION" not in line)


def test_between_them_the_students_hold_every_mistake_of_every_task(sources):
    for source in sources:
        held = [pair for mistakes in held_mistakes(source).values() for pair in mistakes.items()]
        assert sorted(held) == sorted((task.id, mistake.id) for task in tasks_of(source) for mistake in task.mistakes)


def test_what_a_student_hands_in_is_the_solution_but_for_the_mistakes_they_hold(written, sources):
    course, _ = written
    for source in sources:
        cells = {cell.task: cell for cell in read_source(source) if cell.kind == "exercise"}
        for student, held in held_mistakes(source).items():
            path = course.root / "submitted" / student / A1 / f"{source.stem}.ipynb"
            handed_in = exercises(nbformat.read(path, as_version=4))
            for task in tasks_of(source):
                wrong = {m.id: without_markers(mistaken(cells[task.id], m, source)) for m in task.mistakes}
                made = [name for name, text in wrong.items() if handed_in[task.id] == text]
                assert made == ([held[task.id]] if task.id in held else [])
                assert made or handed_in[task.id] == without_markers(cells[task.id].text)


def test_every_student_has_a_line_and_a_folder_with_a_time(written):
    course, lines = written
    folders = sorted(p.parent.name for p in course.root.glob(f"submitted/*/{A1}"))
    assert sorted({line.split()[0] for line in lines}) == folders
    assert len(list(course.root.glob(f"submitted/*/{A1}/timestamp.txt"))) == len(folders)


def test_there_is_a_perfect_student_and_one_for_each_kind_of_trouble(written, course):
    root = written[0].root / "submitted"
    for source in course.assignment(A1):
        release = nbformat.read(course.assignments / A1 / f"{source.stem}.ipynb", as_version=4)
        read = {p.parent.parent.name: p for p in root.glob(f"*/{A1}/{source.stem}.ipynb")}
        assert "raise NotImplementedError" not in read["ada"].read_text()
        assert nbformat.read(read["untouched"], as_version=4) == release
        assert "while True" in read["endless"].read_text()
        assert "missing" not in read
        stripped = json.loads(read["stripped"].read_text())["cells"]
        assert not any(cell["metadata"] or "id" in cell for cell in stripped)
        broken = exercises(nbformat.read(read["syntax"], as_version=4)).values()
        assert sum(not _compiles(text) for text in broken) == 1


def test_the_names_of_the_class_are_all_different(written):
    assert len(set(WITH_MISTAKES)) == len(WITH_MISTAKES)
    assert not set(WITH_MISTAKES) & {"ada", "untouched", "syntax", "endless", "missing", "stripped"}


def _compiles(text):
    try:
        compile(text, "cell", "exec")
    except SyntaxError:
        return False
    return True
