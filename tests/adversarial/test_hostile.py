"""Every hostile submission gains nothing, harms nobody, and leaves a reason."""

import shutil
import sys
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import nbformat
import pytest

import autograder.student
from autograder.course import Course, find_course
from autograder.engine import Quiet, Workers, grade_class
from autograder.grade import grade_submission, prepare
from autograder.reference import mistaken
from autograder.sample_class import fill
from autograder.sandbox import SandboxError, check_sandbox
from autograder.source import read_source
from autograder.tasks import all_tasks
from tests.adversarial.hostile import CANARY, FAMILIES, MARK, hand_in, write
from tests.adversarial.submissions import ALL

COURSE = find_course()
SOURCE = COURSE.source("knn")
FULL_MARKS = 19
LITTLE = {"CELL_SECONDS": 6, "PROBE_SECONDS": 4, "NOTEBOOK_SECONDS": 60, "GRACE_SECONDS": 1}

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture(scope="module", autouse=True)
def _little_time():
    """What takes for ever need not take long to be noticed."""
    with pytest.MonkeyPatch.context() as patch:
        for name, seconds in LITTLE.items():
            patch.setattr(autograder.student, name, seconds)
        patch.setattr(autograder.grade, "NOTEBOOK_SECONDS", LITTLE["NOTEBOOK_SECONDS"])
        patch.setenv("GRADERS_SECRET", CANARY)
        yield


@pytest.fixture(scope="module")
def exam():
    try:
        check_sandbox()
    except SandboxError as error:
        pytest.skip(str(error))
    with ExitStack() as stack:
        yield prepare(COURSE, SOURCE, 5, stack)


@pytest.fixture(scope="module")
def lend(exam):
    with Workers(True, COURSE.root) as lend:
        yield lend


def graded(notebook, exam, lend, folder, student="student"):
    path = folder / "knn.ipynb"
    nbformat.write(notebook, path)
    return grade_submission(path, exam, student, lend, Quiet())


@pytest.fixture(scope="module")
def fair_points(exam, lend, tmp_path_factory):
    """Return a function that tells what a hostile submission deserves.

    Where it hides a known mistake of knn-no-loops, that is what the mistake earns, or all but the share of the case that
    is there to find it: a hidden loop may be a fast one.
    """
    cells = {cell.task: cell for cell in read_source(SOURCE) if cell.kind == "exercise"}
    stubs = {task: cell.with_solution("    raise NotImplementedError()\n") for task, cell in cells.items()}
    task = all_tasks()["knn-no-loops"]
    shares = [case.weight for case in task.hidden if case.measure == "steps"]
    without_steps = 5 * (1 - sum(shares) / sum(case.weight for case in task.hidden))

    @cache
    def of_mistake(name, honest):
        known = next(m for m in task.mistakes if m.id == name)
        texts = {**stubs, task.id: mistaken(cells[task.id], known, SOURCE), **{name: cells[name].text for name in honest}}
        notebook = fill(exam.release, read_source(SOURCE), texts)
        return graded(notebook, exam, lend, tmp_path_factory.mktemp("fair"))["points"]

    def points(hostile):
        if not isinstance(hostile.fair, str):
            return hostile.fair
        return max(round(without_steps, 2), of_mistake(hostile.fair, hostile.honest))

    return points


def left_behind():
    """Return the command lines of processes that a submission started and that are still there."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if MARK in line:
            lines.append(line)
    return lines


@pytest.mark.parametrize("hostile", ALL, ids=lambda hostile: hostile.name)
def test_it_gains_nothing_leaves_nothing_and_is_told_why(hostile, exam, lend, tmp_path, fair_points):
    hand_in(hostile, write(hostile, exam.release, read_source(SOURCE)), tmp_path)
    result = grade_submission(tmp_path / "knn.ipynb", exam, hostile.name, lend, Quiet())
    assert result["points"] <= fair_points(hostile), [t["report"] for t in result["tasks"] if t["points"]]
    lost = [task for task in result["tasks"] if task["points"] < task["max_points"]]
    assert all(task["status"] != "passed" for task in lost)
    assert result["messages"] or all(task["report"] for task in lost)
    assert left_behind() == []
    assert CANARY not in str(result)


def test_a_class_with_one_of_each_family_is_graded_as_without_them(exam, tmp_path):
    course = Course(tmp_path)
    for part in ("solutions", "assignments"):
        shutil.copytree(COURSE.root / part, tmp_path / part)
    shutil.copy(COURSE.root / "nbgrader_config.py", tmp_path)
    cells = read_source(SOURCE)
    hostile = [next(h for h in ALL if h.family == family) for family in FAMILIES]
    for number, attacker in enumerate(hostile):
        for name, notebook in ((f"{number}-honest", fill(exam.release, cells)), (f"{number}-{attacker.name}", None)):
            folder = tmp_path / "submitted" / name / "a1_data_driven"
            folder.mkdir(parents=True)
            if notebook is None:
                hand_in(attacker, write(attacker, exam.release, cells), folder)
            else:
                nbformat.write(notebook, folder / "knn.ipynb")
    results = grade_class(course, "a1_data_driven", jobs=2)
    points = {r["student"]: r["points"] for r in results if r["notebook"] == "knn"}
    honest = [mark for student, mark in points.items() if student.endswith("honest")]
    assert honest == [FULL_MARKS] * len(FAMILIES)
    assert max(mark for student, mark in points.items() if not student.endswith("honest")) < FULL_MARKS


if sys.platform != "linux":
    pytest.skip("the sandbox needs Linux", allow_module_level=True)
