"""A submission becomes points, statuses and a notebook to look at; a class of them becomes a gradebook."""

import copy
import json
import shutil
from contextlib import ExitStack, closing

import nbformat
import numpy as np
import pytest

import autograder.grade
import autograder.student
from autograder.build import BuildError, build, kind_of
from autograder.course import CourseError
from autograder.engine import grade_class
from autograder.grade import grade_submission, prepare
from autograder.gradebook import write_feedback
from autograder.reference import mistaken
from autograder.sample_class import fill
from autograder.sandbox import Limits, Worker
from autograder.source import read_source
from autograder.tasks import all_tasks
from tests.autograder.enrolling import A1, enroll, gradebook

FIRST, SECOND = "knn-two-loops", "knn-predict-labels"


@pytest.fixture(scope="module")
def exam(small_built, course):
    """The exam of the small course."""
    with ExitStack() as stack:
        yield prepare(type(course)(small_built / "course"), small_built / f"course/solutions/{A1}/knn.py", 1, stack)


@pytest.fixture
def grade(exam, hand_in, lend):
    return lambda notebook: grade_submission(hand_in(notebook), exam, "ada", lend)


def find(notebook, cell_id):
    return next(cell for cell in notebook["cells"] if cell.get("id") == cell_id)


def show_cell(notebook):
    return next(cell for cell in notebook.cells if kind_of(cell) == "show")


def append(notebook, task, text):
    find(notebook, task).source += f"\n{text}"


def keep_bytes(source):
    """Return the solution without its conversion: right, but for pixels that arrive as uint8."""
    changed = source.replace("X.astype(np.float64), self.X_train.astype(np.float64)", "X, self.X_train")
    assert changed != source
    return changed


def statuses(result):
    return {task["task"]: task["status"] for task in result["tasks"]}


def points(result):
    return {task["task"]: task["points"] for task in result["tasks"]}


def kept(result, cell):
    return find(result["graded_notebook"], cell.id)["outputs"]


# --- the real course


@pytest.fixture(scope="module")
def real_exam(course):
    with ExitStack() as stack:
        yield prepare(course, course.source("knn"), 1, stack)


@pytest.mark.slow
def test_the_solution_of_the_course_gets_full_marks(real_exam, course, hand_in, lend):
    solution = fill(real_exam.release, read_source(course.source("knn")))
    result = grade_submission(hand_in(solution), real_exam, "ada", lend)
    assert result["points"] == result["max_points"] == sum(real_exam.points.values())
    assert set(statuses(result).values()) == {"passed"}
    assert result["messages"] == []


@pytest.mark.slow
def test_the_release_of_the_course_gets_nothing_and_is_not_attempted(real_exam, hand_in, lend):
    result = grade_submission(hand_in(real_exam.release), real_exam, "untouched", lend)
    assert (result["points"], result["status"]) == (0, "not attempted")
    assert set(statuses(result).values()) == {"not attempted"}


# --- right and wrong


def test_a_result_is_plain_data_and_names_whose_it_is(grade, filled):
    result = grade(filled)
    assert json.loads(json.dumps(result)) == result
    assert {type(result["points"]), type(result["max_points"])} == {float}
    assert (result["student"], result["assignment"], result["notebook"]) == ("ada", A1, "knn")
    assert (result["points"], result["max_points"], result["status"]) == (6, 6, "passed")


def test_a_graded_notebook_is_valid_and_stock_nbgrader_reads_the_same_points_off_it(grade, filled):
    from nbgrader.utils import determine_grade

    find(filled, FIRST).source = keep_bytes(find(filled, FIRST).source)
    result = grade(filled)
    notebook = nbformat.from_dict(result["graded_notebook"])
    nbformat.validate(notebook)
    checks = {c.id.removesuffix("-check"): c for c in notebook.cells if kind_of(c) == "check"}
    assert {task: determine_grade(cell)[0] for task, cell in checks.items()} == points(result)
    assert 0 < points(result)[FIRST] < 2


def test_a_known_mistake_is_named(grade, filled, exam, small_built):
    path = small_built / f"course/solutions/{A1}/knn.py"
    cells = read_source(path)
    exercise = next(cell for cell in cells if cell.task == FIRST)
    mistake = all_tasks()[FIRST].mistakes[0]
    result = grade(fill(exam.release, cells, {FIRST: mistaken(exercise, mistake, path)}))
    verdict = result["tasks"][0]
    assert verdict["mistake"] == mistake.id
    assert mistake.title in verdict["report"]
    assert verdict["points"] < 2
    assert statuses(result)[SECOND] == "passed"


def test_the_same_seed_gives_the_same_verdicts_and_another_seed_other_inputs(course, small_built, hand_in, filled, lend):
    small, path = type(course)(small_built / "course"), small_built / f"course/solutions/{A1}/knn.py"
    find(filled, FIRST).source = find(filled, FIRST).source.replace("np.sqrt(", "np.cbrt(")
    results, inputs = [], []
    for seed in (5, 5, 6):
        with ExitStack() as stack:
            exam = prepare(small, path, seed, stack)
            inputs.append(exam.samples[FIRST][0].inputs[0]["X"])
            results.append(grade_submission(hand_in(filled), exam, "ada", lend))
    assert results[0]["tasks"] == results[1]["tasks"]
    assert results[0]["points"] < 6
    np.testing.assert_array_equal(inputs[0], inputs[1])
    assert not np.array_equal(inputs[0], inputs[2])


def test_locked_cells_are_restored_and_check_cells_of_a_student_are_not_run(grade, filled):
    for cell in filled.cells:
        if kind_of(cell) in ("setup", "check"):
            cell.source = "raise SystemExit"
    assert grade(filled)["points"] == 6


# --- code that fails


def test_a_syntax_error_costs_its_own_task_and_is_told(grade, filled):
    find(filled, FIRST).source = "def compute_distances_two_loops(self, X)\n    return 1"
    result = grade(filled)
    assert statuses(result) == {FIRST: "error", SECOND: "passed"}
    assert points(result) == {FIRST: 0, SECOND: 4}
    assert "SyntaxError" in result["tasks"][0]["report"]


def test_an_endless_loop_is_a_timeout_of_its_own_task(grade, filled, monkeypatch):
    monkeypatch.setattr(autograder.student, "PROBE_SECONDS", 0.5)
    source = find(filled, FIRST).source
    find(filled, FIRST).source = source.replace("    for i in", "    while True: pass\n    for i in")
    result = grade(filled)
    assert statuses(result) == {FIRST: "timeout", SECOND: "passed"}
    assert result["status"] == "timeout"
    assert points(result) == {FIRST: 0, SECOND: 4}


def test_a_process_that_dies_is_an_error_and_is_told(grade, filled):
    append(filled, SECOND, "import os\nos._exit(7)")
    result = grade(filled)
    assert statuses(result) == {FIRST: "passed", SECOND: "error"}
    assert "status 7" in result["tasks"][1]["report"]


@pytest.mark.parametrize("how", ["os._exit(7)", "os.kill(os.getpid(), 9)", "os.closerange(0, 99)"])
def test_a_task_that_costs_the_process_costs_no_other_task(grade, filled, how):
    """Every probe of the task would end the process; the cells before are run again, and the rest is judged."""
    source = find(filled, FIRST).source
    find(filled, FIRST).source = source.replace("    for i in", f"    import os; {how}\n    for i in", 1)
    place = filled.cells.index(find(filled, FIRST))
    filled.cells.insert(place, nbformat.v4.new_code_cell("remembered = 1"))
    append(filled, SECOND, "print(remembered)")
    result = grade(filled)
    assert statuses(result) == {FIRST: "error", SECOND: "passed"}
    assert points(result) == {FIRST: 0, SECOND: 4}
    assert "the process" in result["tasks"][0]["report"]
    assert kept(result, find(filled, SECOND))[0]["text"] == "1\n"


def test_an_exercise_whose_cell_ends_the_process_costs_no_other_task(grade, filled):
    find(filled, FIRST).source = "import os\nos._exit(1)"
    result = grade(filled)
    assert points(result) == {FIRST: 0, SECOND: 4}
    assert "status 1" in result["tasks"][0]["report"]


def test_memory_that_a_task_takes_costs_no_other_task(exam, hand_in, filled, bubblewrap, course):
    hold = "np.ones(200 * 2**17); import time; time.sleep(5)"
    find(filled, FIRST).source = find(filled, FIRST).source.replace("    for i in", f"    held = {hold}\n    for i in", 1)
    with closing(Worker(limits=Limits(memory=150 * 2**20))) as worker:
        result = grade_submission(hand_in(filled), exam, "ada", lambda: worker)
    assert statuses(result) == {FIRST: "out of memory", SECOND: "passed"}


def test_an_error_in_a_cell_that_a_student_added_costs_nothing(grade, filled):
    filled.cells.insert(2, nbformat.v4.new_code_cell("1 / 0"))
    filled.cells.append(nbformat.v4.new_code_cell("import sys\nsys.exit(1)"))
    assert grade(filled)["points"] == 6


def test_what_a_student_needs_from_a_cell_they_added_is_there(grade, filled):
    place = filled.cells.index(find(filled, FIRST))
    find(filled, FIRST).source = find(filled, FIRST).source.replace("np.sqrt(", "my_root(")
    assert grade(filled)["points"] < 6
    filled.cells.insert(place, nbformat.v4.new_code_cell("my_root = np.sqrt"))
    assert grade(filled)["points"] == 6


def test_warnings_and_talk_on_stderr_cost_nothing(grade, filled):
    noise = "import sys, warnings\n    print('noise', file=sys.stderr)\n    warnings.warn('odd')\n    np.log(np.zeros(1))\n"
    for task in (FIRST, SECOND):
        cell = find(filled, task)
        cell.source = cell.source.replace("    for i in", f"    {noise}    for i in", 1)
        append(filled, task, "import sys, warnings\nprint('noise', file=sys.stderr)\nwarnings.warn('odd')")
    result = grade(filled)
    assert (result["points"], result["status"]) == (6, "passed")


SUBCLASS = "np.zeros(num_test).view(type('Yes', (np.ndarray,), {'__eq__': lambda *_: True}))"


@pytest.mark.parametrize(
    "returned",
    [
        "np.float64('nan')",
        "[np.float64(x) for x in y_pred]",
        "np.full(num_test, np.inf)",
        SUBCLASS,
        "None",
    ],
)
def test_what_is_no_plain_array_of_the_right_values_earns_nothing(grade, filled, returned):
    cell = find(filled, SECOND)
    cell.source = cell.source.replace("return y_pred", f"return {returned}")
    result = grade(filled)
    assert points(result) == {FIRST: 2, SECOND: 0}
    assert statuses(result)[SECOND] == "failed"


# --- an instructor's own tests, and what is given

OWN_TEST = """
# %% nbg="test knn-own-idea 3"
# BEGIN HIDDEN TESTS
bonus = getattr(KNearestNeighbor, "bonus", None)
assert bonus is None or bonus >= 0, "this is a hidden test"
bonus
# END HIDDEN TESTS
"""


@pytest.fixture
def own_exam(small, small_source):
    """The exam of a course with a test of its own, and a given.py."""
    path = small.source("knn")
    path.write_text(small_source + OWN_TEST)
    build(small, say=lambda line: None)
    (path.parent / "given.py").write_text("answer = 42\n")
    with ExitStack() as stack:
        yield prepare(small, path, 1, stack)


@pytest.mark.parametrize(
    ("bonus", "earned", "status"),
    [
        ("None", 3, "passed"),
        ("3", 3, "passed"),
        ("1.5", 1.5, "partial"),
        ("0", 0, "failed"),
        ("-1", 0, "error"),
        ("99", 0, "error"),  # stock nbgrader, too, gives nothing where more than all is claimed
    ],
)
def test_an_instructors_own_test_gives_what_stock_nbgrader_would(own_exam, filled, hand_in, lend, bonus, earned, status):
    append(filled, SECOND, f"KNearestNeighbor.bonus = {bonus}")
    result = grade_submission(hand_in(filled), own_exam, "ada", lend)
    own = result["tasks"][-1]
    assert (own["task"], own["points"], own["max_points"], own["status"]) == ("knn-own-idea", earned, 3, status)
    assert "the instructor's own test, in the student's process" in own["report"]
    assert (result["points"], result["max_points"]) == (6 + earned, 9)
    assert "BEGIN HIDDEN" not in json.dumps(result["graded_notebook"])


def test_what_is_given_is_there_for_the_cells(own_exam, filled, hand_in, lend):
    append(filled, FIRST, "from given import answer\nprint(answer)")
    result = grade_submission(hand_in(filled), own_exam, "ada", lend)
    assert kept(result, find(filled, FIRST))[0]["text"] == "42\n"


# --- what cannot be graded


@pytest.mark.parametrize("content", [b"", b"not a notebook"])
def test_an_unreadable_notebook_is_reported_as_such(grade, content):
    result = grade(content)
    assert (result["points"], result["max_points"], result["status"]) == (0, 6, "unreadable")
    assert set(statuses(result).values()) == {"unreadable"}
    assert len(result["messages"]) == 1
    assert result["graded_notebook"] is None
    json.dumps(result)


def test_a_notebook_that_was_not_handed_in_is_missing(exam, tmp_path, lend):
    result = grade_submission(tmp_path / "knn.ipynb", exam, "missing", lend)
    assert (result["points"], result["status"]) == (0, "missing")
    assert result["messages"] == ["knn.ipynb was not handed in"]


def test_an_exercise_that_is_missing_is_not_attempted_and_is_told(grade, filled):
    filled.cells.remove(find(filled, FIRST))
    result = grade(filled)
    assert statuses(result) == {FIRST: "not attempted", SECOND: "passed"}
    assert result["messages"] == [f"{FIRST}: the cell is missing"]


# --- show cells and what is shown

ACTIVE = {
    "text/html": "<script>alert(1)</script>",
    "application/javascript": "alert(2)",
    "image/svg+xml": "<svg onload=a()>",
}
PASSIVE = {"text/plain": "a picture", "image/png": "iVBORw0KGgo="}


def test_a_show_cell_that_is_as_it_was_is_not_run_and_its_outputs_are_marked_as_submitted(grade, filled):
    cell = show_cell(filled)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="what I saw")]
    texts = [output["text"] for output in kept(grade(filled), cell)]
    assert texts == ["[as submitted; not run again]\n", "what I saw"]


def test_a_show_cell_that_was_edited_is_run(grade, filled):
    cell = show_cell(filled)
    cell.source, cell.outputs = "print('I am', 'new')", [nbformat.v4.new_output("stream", name="stdout", text="forged")]
    assert [output["text"] for output in kept(grade(filled), cell)] == ["I am new\n"]


def test_active_outputs_that_were_handed_in_are_dropped_and_pictures_stay(grade, filled):
    cell = show_cell(filled)
    cell.outputs = [nbformat.v4.new_output("display_data", data={**ACTIVE, **PASSIVE})]
    assert [output.get("data") for output in kept(grade(filled), cell)][1:] == [PASSIVE]


def test_active_outputs_of_code_that_ran_are_dropped(grade, filled):
    append(filled, FIRST, f"from IPython.display import display\ndisplay({ {**ACTIVE, **PASSIVE}!r}, raw=True)")
    result = grade(filled)
    (output,) = kept(result, find(filled, FIRST))
    assert output["data"] == PASSIVE
    assert "alert(" not in json.dumps([cell.get("outputs") for cell in result["graded_notebook"]["cells"]])


def test_outputs_that_are_none_are_dropped(grade, filled):
    cell = show_cell(filled)
    cell.outputs = [None, 3, "text", [], {}, {"output_type": "stream"}, {"data": 3}, {"data": {"text/plain": 3}}]
    result = grade(filled)
    assert kept(result, cell) == []
    assert result["points"] == 6


def test_an_answer_is_kept_for_the_person_who_grades_it(grade, filled):
    find(filled, "knn-question").source = "Because I think so."
    assert find(grade(filled)["graded_notebook"], "knn-question")["source"] == "Because I think so."


# --- a class


@pytest.fixture(scope="module")
def graded(small_for_module):
    """The course, and the results of a class of three."""
    path = small_for_module.source("knn")
    release = nbformat.read(small_for_module.assignments / A1 / "knn.ipynb", as_version=4)
    ada = fill(release, read_source(path))
    bob = copy.deepcopy(ada)
    find(bob, FIRST).source = keep_bytes(find(bob, FIRST).source)
    enroll(small_for_module, ada=ada, bob=bob, cem=None)
    return small_for_module, grade_class(small_for_module, A1)


@pytest.mark.slow
def test_every_student_gets_a_result_and_it_is_kept(graded):
    course, results = graded
    assert [(r["student"], r["status"]) for r in results] == [("ada", "passed"), ("bob", "partial"), ("cem", "missing")]
    for result in results:
        kept = json.loads((course.root / "results" / A1 / f"{result['student']}.knn.json").read_text())
        assert kept == result


@pytest.mark.slow
def test_the_gradebook_holds_the_scores_of_the_results(graded):
    course, results = graded
    with gradebook(course) as book:
        for result in results:
            submission = book.find_submission(A1, result["student"])
            (notebook,) = submission.notebooks
            scores = {g.name.removesuffix("-check"): g.auto_score for g in notebook.grades if g.name.endswith("-check")}
            assert scores == points(result)
            assert submission.score == result["points"]
            assert str(submission.timestamp) == "2026-01-15 12:00:00"


@pytest.mark.slow
def test_answers_wait_for_a_person(graded):
    course, _ = graded
    with gradebook(course) as book:
        for student in ("ada", "bob"):
            grade = book.find_grade("knn-question", "knn", A1, student)
            assert (grade.needs_manual_grade, grade.auto_score, grade.max_score) == (True, None, 3)


@pytest.mark.slow
def test_graded_notebooks_lie_where_nbgrader_looks_for_them(graded):
    course, _ = graded
    found = sorted(p.relative_to(course.root / "autograded").as_posix() for p in course.root.glob("autograded/*/*/*"))
    assert found == [f"ada/{A1}/knn.ipynb", f"bob/{A1}/knn.ipynb"]


@pytest.mark.slow
def test_feedback_pages_show_reports_and_no_hidden_test(graded):
    course, _ = graded
    pages = write_feedback(course, A1)
    assert {"ada", "bob"} <= {page.relative_to(course.root / "feedback").parts[0] for page in pages}
    for page in pages:
        text = page.read_text()
        for word in ("HIDDEN", "grade(&quot;", "grade(", "autograder import", "BEGIN SOLUTION"):
            assert word not in text
        assert f"{FIRST}: " in text


@pytest.mark.slow
def test_grading_again_keeps_what_a_person_gave_and_changes_what_the_machine_finds(graded):
    course, before = graded
    seed = (course.root / "results" / A1 / "seed.json").read_text()
    with gradebook(course) as book:
        book.find_grade("knn-question", "knn", A1, "ada").manual_score = 2.5
        book.find_grade("knn-two-loops-check", "knn", A1, "bob").manual_score = 1.75
        book.find_grade("knn-question", "knn", A1, "ada").needs_manual_grade = False
        book.find_comment("knn-question", "knn", A1, "ada").manual_comment = "well put"
        book.db.commit()
    shutil.copy(course.root / f"submitted/ada/{A1}/knn.ipynb", course.root / f"submitted/cem/{A1}/knn.ipynb")
    after = grade_class(course, A1)
    assert (course.root / "results" / A1 / "seed.json").read_text() == seed
    assert [r["tasks"] for r in after[:2]] == [r["tasks"] for r in before[:2]]
    with gradebook(course) as book:
        assert book.find_grade("knn-question", "knn", A1, "ada").manual_score == 2.5
        assert book.find_grade("knn-two-loops-check", "knn", A1, "bob").manual_score == 1.75
        assert book.find_comment("knn-question", "knn", A1, "ada").comment == "well put"
        assert book.find_submission(A1, "ada").score == 6 + 2.5
        assert book.find_submission(A1, "cem").score == 6
        assert book.find_grade("knn-question", "knn", A1, "cem").needs_manual_grade


def test_without_submissions_nobody_is_graded_and_it_is_said(small):
    with pytest.raises(CourseError, match=r"no submissions: expected submitted/<student>/a1_data_driven/"):
        grade_class(small, A1)
    assert not (small.root / "gradebook.db").exists()


def test_a_course_that_is_not_built_is_not_graded(small, filled):
    enroll(small, ada=filled)
    path = small.source("knn")
    path.write_text(path.read_text().replace("# A small notebook", "# Another title"))
    with pytest.raises(BuildError, match="is stale   fix: autograder build"):
        grade_class(small, A1)
    assert not (small.root / "gradebook.db").exists()


@pytest.mark.slow
def test_when_the_solution_itself_loses_points_nobody_is_graded(small, filled, monkeypatch):
    enroll(small, ada=filled)
    monkeypatch.setattr(autograder.grade, "fill", lambda release, cells: release)
    with pytest.raises(CourseError, match="the solution of knn itself gets only 0 of 6 points") as error:
        grade_class(small, A1)
    assert "nobody was graded" in str(error.value)
    assert not list((small.root / "results" / A1).glob("ada*"))


# --- found wanting


@pytest.mark.parametrize("outputs", [None, 3], ids=repr)
def test_outputs_that_are_no_list_are_dropped(grade, filled, outputs):
    show_cell(filled).outputs = outputs
    assert grade(filled)["points"] == 6


@pytest.mark.parametrize(("task", "text"), [(FIRST, "print('\\ud800')"), ("knn-question", "\ud800")])
def test_a_graded_notebook_can_be_written_whatever_a_student_wrote(grade, filled, task, text, tmp_path):
    append(filled, task, text)
    nbformat.write(nbformat.from_dict(grade(filled)["graded_notebook"]), tmp_path / "graded.ipynb")


def test_an_answer_cannot_be_active_in_the_browser_of_the_person_who_grades_it(grade, filled):
    from nbconvert import HTMLExporter

    find(filled, "knn-question").source = "<script>alert('an answer')</script> <img src=x onerror=alert(2)>"
    page, _ = HTMLExporter().from_notebook_node(nbformat.from_dict(grade(filled)["graded_notebook"]))
    assert "<script>alert('an answer')" not in page
    assert "<img src=x" not in page


@pytest.mark.slow
def test_a_time_that_cannot_be_read_does_not_stop_the_class(small, filled):
    enroll(small, ada=filled, bob=filled)
    (small.root / "submitted" / "ada" / A1 / "timestamp.txt").write_text("yesterday evening")
    assert [r["points"] for r in grade_class(small, A1)] == [6, 6]


@pytest.mark.slow
def test_a_notebook_that_became_unreadable_leaves_no_graded_notebook_of_an_earlier_run(small, filled):
    enroll(small, ada=filled)
    grade_class(small, A1)
    (small.root / "submitted" / "ada" / A1 / "knn.ipynb").write_text("garbage")
    assert grade_class(small, A1)[0]["status"] == "unreadable"
    assert list((small.root / "autograded").rglob("*.ipynb")) == []
