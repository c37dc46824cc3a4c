"""A class is graded once, whatever is interrupted, killed or changed, and what a person gave is never lost."""

import contextlib
import copy
import json
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

import autograder.engine
import autograder.gradebook
import autograder.sandbox
from autograder.build import BuildError, build
from autograder.course import CourseError
from autograder.engine import Job, Workers, grade_class
from autograder.grade import grade_submission
from autograder.gradebook import GradebookWriter, write_feedback
from autograder.sample_class import fill
from autograder.source import read_source
from autograder.student import Student
from tests.autograder.enrolling import A1, enroll, gradebook
from tests.autograder.processes import gone, wait_until

FIRST, SECOND = "knn-two-loops", "knn-predict-labels"
pytestmark = pytest.mark.usefixtures("bubblewrap")

DRIVER = """
import sys
from pathlib import Path
from autograder.cli import main
from tests.autograder.conftest import installed

with installed(Path(sys.argv[1])):
    sys.exit(main(sys.argv[2:]))
"""


def find(notebook, cell_id):
    return next(cell for cell in notebook["cells"] if cell.get("id") == cell_id)


def with_code(notebook, task, text):
    """Return a copy of a notebook in which an exercise's cell has more text."""
    changed = copy.deepcopy(notebook)
    find(changed, task).source += f"\n{text}\n"
    return changed


def contents(course):
    """Return all that the gradebook says about the class."""
    with gradebook(course) as book:
        return {
            (submission.student.id, part.name): (
                submission.score,
                str(submission.timestamp),
                *(
                    getattr(part, name, None)
                    for name in ("auto_score", "manual_score", "needs_manual_grade", "extra_credit")
                ),
                *(getattr(part, name, None) for name in ("auto_comment", "manual_comment")),
            )
            for submission in book.assignment_submissions(A1)
            for notebook in submission.notebooks
            for part in (*notebook.grades, *notebook.comments)
        }


def written(course):
    """Return when each result was written, by student."""
    return {p.name.split(".")[0]: p.stat().st_mtime_ns for p in (course.root / "results" / A1).glob("*.knn.json")}


def rewritten(course, before):
    return {student for student, when in written(course).items() if before.get(student) != when}


def told(results):
    return [{**result, "seconds": None} for result in results]


def command(course, *arguments):
    """Return the subprocess that grades the small course in `course`."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    words = [sys.executable, "-c", DRIVER, str(course.root.parent), "grade", A1, *arguments]
    return subprocess.Popen(
        words, cwd=course.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process):
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def solution(small_built):
    course = small_built / "course"
    release = nbformat.read(course / "assignments" / A1 / "knn.ipynb", as_version=4)
    return fill(release, read_source(course / "solutions" / A1 / "knn.py"))


# --- resuming


@pytest.fixture(scope="module")
def graded(small_for_module, solution):
    """A course with a class of three that was graded once."""
    wrong = with_code(solution, FIRST, "KNearestNeighbor.compute_distances_two_loops = lambda self, X: 0")
    enroll(small_for_module, ada=solution, bob=wrong, cem=None)
    return small_for_module, grade_class(small_for_module, A1, jobs=1)


@pytest.mark.slow
def test_a_second_run_grades_nothing_and_says_the_same(graded, monkeypatch):
    course, results = graded
    before, book = written(course), contents(course)
    monkeypatch.setattr(autograder.engine, "prepare", pytest.fail)
    assert grade_class(course, A1) == results
    assert [r["points"] for r in results] == [6, 4, 0]
    assert rewritten(course, before) == set()
    assert contents(course) == book


@pytest.mark.slow
def test_without_its_gradebook_nothing_is_graded_and_the_gradebook_is_written_again(graded, monkeypatch):
    course, results = graded
    book = contents(course)
    (course.root / "gradebook.db").unlink()
    shutil.rmtree(course.root / "autograded" / "bob")
    (course.root / "autograded" / "ada" / A1 / "knn.ipynb").unlink()
    monkeypatch.setattr(autograder.engine, "prepare", pytest.fail)
    assert grade_class(course, A1) == results
    assert contents(course) == book
    for result in results[:2]:
        kept = nbformat.read(course.root / "autograded" / result["student"] / A1 / "knn.ipynb", as_version=4)
        assert kept == nbformat.from_dict(result["graded_notebook"])


@pytest.mark.slow
def test_force_grades_all_again_and_a_named_student_only_that_one(graded):
    course, results = graded
    before = written(course)
    again = grade_class(course, A1, students=("bob",), force=True)
    assert told(again) == told(results[1:2])
    assert rewritten(course, before) == {"bob"}
    assert told(grade_class(course, A1, jobs=2, force=True)) == told(results)
    assert rewritten(course, before) == {"ada", "bob", "cem"}


def test_a_student_who_handed_in_nothing_cannot_be_graded(small, solution):
    enroll(small, ada=solution)
    with pytest.raises(CourseError, match=r"no submission of zoe: expected submitted/zoe/"):
        grade_class(small, A1, students=("ada", "zoe"))
    assert not (small.root / "gradebook.db").exists()


@pytest.mark.slow
def test_what_changed_is_graded_again_and_nothing_else(small, solution, monkeypatch):
    kit = small.root.parent / "kit"
    monkeypatch.setattr(autograder.engine, "KIT", kit)
    enroll(small, ada=solution, bob=solution, cem=None)
    grade_class(small, A1)

    before = written(small)
    enroll(small, bob=with_code(solution, FIRST, "1 / 0"), cem=solution)
    results = grade_class(small, A1)
    assert rewritten(small, before) == {"bob", "cem"}
    assert [r["points"] for r in results] == [6, 6, 6]
    assert "ZeroDivisionError" in json.dumps(results[1]["graded_notebook"])

    before = written(small)
    (kit / "cli.py").write_text((kit / "cli.py").read_text() + "\n# changed\n")
    grade_class(small, A1)
    assert rewritten(small, before) == {"ada", "bob", "cem"}

    before = written(small)
    path = small.source("knn")
    path.write_text(path.read_text().replace("np.zeros((num_test, num_train))", "np.zeros((num_test, num_train), float)"))
    with pytest.raises(BuildError, match="not built"):
        grade_class(small, A1)
    assert rewritten(small, before) == set()
    build(small, say=lambda line: None)
    grade_class(small, A1)
    assert rewritten(small, before) == {"ada", "bob", "cem"}


@pytest.mark.slow
def test_what_a_person_gave_outlives_every_kind_of_grading_again(small, solution):
    enroll(small, ada=solution, bob=solution)
    grade_class(small, A1)
    with gradebook(small) as book:
        book.find_grade("knn-question", "knn", A1, "ada").manual_score = 2.5
        book.find_grade("knn-question", "knn", A1, "ada").needs_manual_grade = False
        book.find_grade(f"{FIRST}-check", "knn", A1, "ada").manual_score = 0.5
        book.find_grade(f"{FIRST}-check", "knn", A1, "ada").extra_credit = 0.25
        book.find_comment("knn-question", "knn", A1, "ada").manual_comment = "well put"
        book.find_submission(A1, "bob").timestamp = None
        book.db.commit()
    for change in (
        lambda: grade_class(small, A1),
        lambda: grade_class(small, A1, force=True),
        lambda: shutil.rmtree(small.root / "autograded") or grade_class(small, A1),
        lambda: enroll(small, ada=with_code(solution, SECOND, "x = 1")) or grade_class(small, A1, students=("ada",)),
    ):
        change()
        with gradebook(small) as book:
            answer, check = (book.find_grade(name, "knn", A1, "ada") for name in ("knn-question", f"{FIRST}-check"))
            assert (answer.manual_score, check.manual_score, check.auto_score) == (2.5, 0.5, 2)
            assert check.extra_credit == 0.25
            assert book.find_comment("knn-question", "knn", A1, "ada").manual_comment == "well put"
            assert str(book.find_submission(A1, "ada").timestamp) == "2026-01-15 12:00:00"
            assert book.find_submission(A1, "ada").score == 2.5 + 0.5 + 0.25 + 4


@pytest.mark.slow
def test_the_penalty_for_being_late_is_set_by_nbgraders_plug_in_and_kept(small, solution):
    config = small.root / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    enroll(small, ada=solution, bob=solution)
    (small.root / "submitted" / "bob" / A1 / "timestamp.txt").write_text("2026-01-10 12:00:00 UTC\n")
    grade_class(small, A1)
    with gradebook(small) as book:
        book.update_or_create_assignment(A1, duedate="2026-01-12 00:00:00 UTC")
    for force in (True, False, True):
        grade_class(small, A1, force=force)
        with gradebook(small) as book:
            late = {name: book.find_submission_notebook("knn", A1, name).late_submission_penalty for name in ("ada", "bob")}
            assert late["ada"] == 6
            assert not late["bob"]


def test_of_a_course_that_was_never_built_that_is_said(small, solution):
    enroll(small, ada=solution)
    (small.assignments / A1 / "knn.ipynb").unlink()
    with pytest.raises(BuildError, match=r"not built:\n.*assignments/a1_data_driven/knn\.ipynb is stale"):
        grade_class(small, A1, jobs=1)
    assert not (small.root / "gradebook.db").exists()


# --- interruptions


def test_an_interrupt_while_the_gradebook_is_opened_leaves_no_table_without_a_version(small, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(autograder.gradebook, "_newest_schema", interrupted)
        with pytest.raises(KeyboardInterrupt):
            autograder.gradebook.open_gradebook(small, A1)
    autograder.gradebook.open_gradebook(small, A1)
    with contextlib.closing(sqlite3.connect(small.root / "gradebook.db")) as book:
        assert len(book.execute("select version_num from alembic_version").fetchall()) == 1


@pytest.mark.slow
def test_an_interrupt_keeps_what_is_finished_and_the_next_run_does_the_rest(small, solution, monkeypatch):
    enroll(small, ada=solution, bob=solution, cem=solution)
    save, saved = GradebookWriter.save, []

    def interrupted_after_two(self, result):
        save(self, result)
        saved.append(result["student"])
        if len(saved) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(GradebookWriter, "save", interrupted_after_two)
    with pytest.raises(KeyboardInterrupt):
        grade_class(small, A1, jobs=1)
    before = written(small)
    assert set(before) == set(saved) == {"ada", "bob"}
    results = grade_class(small, A1, jobs=1)
    assert rewritten(small, before) == {"cem"}
    assert [r["points"] for r in results] == [6, 6, 6]


@pytest.mark.slow
def test_a_signal_from_the_keyboard_is_answered_with_a_sentence_and_leaves_no_process(small, solution):
    slow = with_code(solution, FIRST, "import time\ntime.sleep(20)")
    enroll(small, ada=solution, bob=slow)
    process = command(small, "--jobs", "1")
    assert wait_until(lambda: "ada" in written(small))
    family = autograder.sandbox.family(process.pid)
    process.send_signal(signal.SIGINT)
    status, _, err = finish(process)
    assert (status, "Traceback" in err) == (1, False)
    assert "autograder: interrupted; what is finished is kept" in err
    assert wait_until(lambda: all(map(gone, family)))
    assert set(written(small)) == {"ada"}


CLASS_OF_KILLED = 6


@pytest.mark.slow
def test_killed_at_any_moment_a_grader_loses_nothing_and_leaves_nothing_running(small, solution, tmp_path):
    wrong = with_code(solution, SECOND, "KNearestNeighbor.predict_labels = lambda self, dists, k=1: dists[:, 0]")
    names = [f"student{i}" for i in range(CLASS_OF_KILLED)]
    enroll(small, **{name: wrong if i % 2 else solution for i, name in enumerate(names)})
    seed = small.root / "results" / A1 / "seed.json"
    seed.parent.mkdir(parents=True)
    seed.write_text('{"seed": 7}\n')
    copies = [tmp_path / f"copy{i}" for i in range(5)]
    for folder in copies:
        shutil.copytree(small.root.parent, folder)
    start = time.monotonic()
    status, _, err = finish(command(small, "--jobs", "2"))
    assert status == 0, err
    whole, want = time.monotonic() - start, contents(small)
    assert len({student for student, _ in want}) == CLASS_OF_KILLED
    moments = random.Random()  # other moments in each run of the tests
    for folder in copies:
        course = type(small)(folder / "course")
        process = command(course, "--jobs", "2")
        time.sleep(moments.uniform(0.2, 1.0) * whole)
        family = autograder.sandbox.family(process.pid)
        process.kill()
        process.communicate()
        finished = written(course)
        assert wait_until(lambda family=family: all(map(gone, family)))
        status, _, err = finish(command(course, "--jobs", "2"))
        assert status == 0, err
        assert not rewritten(course, finished) & set(finished)
        assert contents(course) == want
        assert all((course.root / "autograded" / name / A1 / "knn.ipynb").is_file() for name in names)
        assert set(written(course)) == set(names)


# --- judges that die


def killed_while_grading(student, times, folder):
    """Return a grade_submission whose process is killed in the middle of one student's notebook, some times."""

    def grade(path, exam, name, lend, quiet=None):
        deaths = len(list(folder.glob("death*")))
        if name == student and deaths < times:
            worker = lend()
            with Student(worker) as running:
                running.run("x = 1")
                pids = autograder.sandbox.family(worker._process.pid)
                (folder / f"death{deaths}").write_text(json.dumps(pids))
                os.kill(os.getpid(), signal.SIGKILL)
        return grade_submission(path, exam, name, lend, quiet)

    return grade


@pytest.mark.slow
def test_when_a_judge_is_killed_another_grades_its_notebook(small, solution, monkeypatch, tmp_path):
    enroll(small, ada=solution, bob=solution, cem=solution)
    monkeypatch.setattr(autograder.engine, "grade_submission", killed_while_grading("bob", 1, tmp_path))
    results = grade_class(small, A1, jobs=2)
    assert [(r["student"], r["points"], r["status"]) for r in results] == [
        (name, 6, "passed") for name in ("ada", "bob", "cem")
    ]
    pids = json.loads((tmp_path / "death0").read_text())
    assert len(pids) > 1
    assert wait_until(lambda: all(map(gone, pids)))


@pytest.mark.slow
def test_a_notebook_that_kills_its_judge_twice_is_crashed_which_is_said_and_tried_again(
    small, solution, monkeypatch, tmp_path
):
    enroll(small, ada=solution, bob=solution)
    monkeypatch.setattr(autograder.engine, "grade_submission", killed_while_grading("bob", 2, tmp_path))
    ada, bob = grade_class(small, A1, jobs=1)
    assert (ada["points"], ada["status"]) == (6, "passed")
    assert bob["status"] == "crashed"
    assert {task["status"] for task in bob["tasks"]} == {"crashed"}
    assert "nobody has judged it" in bob["messages"][0]
    assert len(list(tmp_path.glob("death*"))) == 2
    before = written(small)
    assert [r["points"] for r in grade_class(small, A1)] == [6, 6]
    assert rewritten(small, before) == {"bob"}


def test_a_judge_whose_answer_nobody_reads_ends_without_a_word(monkeypatch, capfd):
    monkeypatch.setattr(autograder.engine, "_prove", lambda exams, lend: CourseError("no"))
    ours, theirs = multiprocessing.Pipe()
    arguments = (theirs, [ours.close], {}, Workers(sandboxed=False, hidden=Path("/")))
    judge = multiprocessing.get_context("fork").Process(target=autograder.engine._judge, args=arguments)
    judge.start()
    theirs.close()
    ours.send(Job("knn", "ada", Path("knn.ipynb"), "key"))
    assert ours.poll(20)
    ours.close()
    judge.join(20)
    assert (judge.exitcode, capfd.readouterr().err) == (0, "")


# --- what a sandbox that cannot be had means


@pytest.mark.slow
def test_without_a_sandbox_the_results_say_so_and_do_not_hold_for_a_run_with_one(small, solution):
    enroll(small, ada=solution)
    assert [(r["points"], r["sandbox"]) for r in grade_class(small, A1, sandboxed=False)] == [(6, False)]
    assert [(r["points"], r["sandbox"]) for r in grade_class(small, A1)] == [(6, True)]


def test_where_no_sandbox_can_be_had_nobody_is_graded(small, solution, monkeypatch):
    enroll(small, ada=solution)
    monkeypatch.setenv("PATH", str(small.root))
    with pytest.raises(autograder.sandbox.SandboxError, match="sudo apt install bubblewrap"):
        grade_class(small, A1)
    assert not (small.root / "gradebook.db").exists()


# --- feedback on an instructor's own tests

OWN_TEST = """
# %% nbg="test knn-own-idea 3"
# BEGIN HIDDEN TESTS
canary_of_the_hidden_test = getattr(KNearestNeighbor, "bonus", 0)
assert canary_of_the_hidden_test >= 0
canary_of_the_hidden_test
# END HIDDEN TESTS
"""


@pytest.mark.slow
def test_a_test_of_the_instructors_own_is_in_the_gradebook_and_its_source_in_no_page(small, solution, monkeypatch):
    path = small.source("knn")
    path.write_text(path.read_text() + OWN_TEST.replace('"bonus", 0', '"bonus", 3'))
    build(small, say=lambda line: None)
    release = nbformat.read(small.assignments / A1 / "knn.ipynb", as_version=4)
    assert "canary_of_the_hidden_test" not in nbformat.writes(release)
    done = fill(release, read_source(path))
    enroll(small, ada=done, bob=with_code(done, SECOND, "KNearestNeighbor.bonus = -1"))
    ada, bob = grade_class(small, A1)
    assert [r["points"] for r in (ada, bob)] == [9, 6]
    with gradebook(small) as book:
        scores = [book.find_grade("knn-own-idea", "knn", A1, name).auto_score for name in ("ada", "bob")]
    assert scores == [3, 0]
    pages = write_feedback(small, A1)
    assert len(pages) == 2
    for page in pages:
        text = page.read_text()
        assert "canary_of_the_hidden_test" not in text
        assert "own test, in the student" in text


def test_workers_are_closed_with_their_judge(bubblewrap, course):
    with Workers(sandboxed=True, hidden=course.root) as lend:
        worker = lend()
    assert not worker.usable
    assert worker._process.returncode is not None
