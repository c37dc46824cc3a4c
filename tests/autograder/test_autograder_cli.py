"""The command: help with examples, data on stdout, messages on stderr, and an exit status that tells."""

import re
import subprocess
import sys

import pytest

from autograder.cli import main
from autograder.course import CourseError
from autograder.demo import run_demo
from autograder.report import print_class

VERBS = ("build", "page", "sample-class", "grade", "benchmark", "demo", "embed")
A1 = "a1_data_driven"


@pytest.fixture
def run(capsys):
    """Run the command in this process; return its status, stdout and stderr."""

    def run(*arguments):
        try:
            status = main([str(a) for a in arguments])
        except SystemExit as ended:
            status = ended.code
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def here(small, monkeypatch):
    """The small course, as the working directory."""
    monkeypatch.chdir(small.root)
    return small


def test_help_names_every_verb(run):
    status, out, err = run("--help")
    listed = re.search(r"\{([a-z,-]+)\}", out).group(1).split(",")
    assert (status, listed, err) == (0, list(VERBS), "")


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_every_verb_has_an_example(run, verb):
    status, out, err = run(verb, "--help")
    assert (status, err) == (0, "")
    assert re.search(rf"^example: autograder {verb}( |$)", out, re.MULTILINE)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_documents(course, verb):
    pages = [course.root / "README.md", *(course.root / "docs").glob("*.md")]
    assert any(f"autograder {verb}" in page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize(
    "arguments",
    [(), ("nothing",), ("grade",), ("sample-class",), ("embed",), ("demo",), ("grade", "a", "b", "c"), ("build", "--fast")],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2_and_says_on_stderr_what_is_right(run, arguments):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("usage: autograder")


def test_execute_and_check_exclude_each_other(run):
    assert run("build", "--execute", "--check")[0] == 2


@pytest.mark.parametrize(
    "arguments", [("build",), ("build", "--check"), ("grade", A1), ("sample-class", A1), ("benchmark",), ("demo", "x")]
)
def test_outside_a_course_every_command_says_so(run, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(*arguments)
    assert (status, out) == (1, "")
    assert err.startswith("autograder: no course here: ")
    assert "fix: cd to your clone of the course" in err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_assignment_is_an_error_with_the_names_there_are(run, here):
    status, out, err = run("sample-class", "a9_nothing")
    assert (status, out) == (1, "")
    assert err == f"autograder: no assignment is called 'a9_nothing'; the course has {A1}\n"


def test_grading_without_submissions_is_an_error(run, here):
    status, out, err = run("grade", A1)
    assert (status, out) == (1, "")
    assert err.startswith(f"autograder: no submissions: expected submitted/<student>/{A1}/")


def test_grading_from_a_folder_collects_it_first_and_tells_what_it_did_not_use(run, here, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "autograder.engine.grade_class", lambda course, *_: seen.extend(submitted(course)) or [result("ada", 2, "passed")]
    )
    (tmp_path / "inbox").mkdir()
    for name in ("ada_knn.ipynb", "alan_knn.ipynb", "notes.txt"):
        (tmp_path / "inbox" / name).touch()
    status, out, err = run("grade", A1, tmp_path / "inbox")
    assert status == 0
    assert sorted(seen) == [f"ada/{A1}/knn.ipynb", f"alan/{A1}/knn.ipynb"]
    assert "collected" not in out
    assert err.splitlines() == [
        "ignored: notes.txt: not a notebook of this assignment",
        "collected the notebooks of 2 students into submitted/",
    ]


def submitted(course):
    folder = course.root / "submitted"
    return [str(path.relative_to(folder)) for path in folder.rglob("*.ipynb")]


def test_nothing_is_graded_if_nothing_can_be_collected(run, here, tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.engine.grade_class", pytest.fail)
    status, out, err = run("grade", A1, tmp_path / "nowhere.zip")
    assert (status, out) == (1, "")
    assert err == f"autograder: no submissions at {tmp_path / 'nowhere.zip'}: expected a zip file or a folder\n"


def test_a_malformed_source_is_an_error_with_its_line(run, here):
    path = here.source("knn")
    path.write_text(path.read_text().replace('nbg="setup"', 'nbg="set-up"'))
    status, out, err = run("build")
    assert (status, out) == (1, "")
    assert err.startswith(f"autograder: {path}:6: unknown kind 'set-up'")


def test_a_mistake_that_does_not_fit_is_an_error_with_its_line(run, here):
    path = here.source("knn")
    path.write_text(path.read_text().replace("np.sqrt(", "np.power(0.5, "))
    status, out, err = run("build")
    assert (status, out) == (1, "")
    assert err.startswith(f"autograder: {path}:")
    assert "no longer fits the solution" in err


def test_a_missing_batch_is_an_error(run, tmp_path):
    status, out, err = run("embed", tmp_path)
    assert (status, out) == (1, "")
    assert err.startswith(f"autograder: CIFAR-10 file not found: {tmp_path}")


def test_check_exits_with_0_when_all_is_built_and_with_1_when_not(run, here):
    assert run("build", "--check") == (0, "everything generated is up to date\n", "")
    (here.assignments / A1 / "knn.ipynb").unlink()
    status, out, err = run("build", "--check")
    assert (status, out, err) == (1, f"assignments/{A1}/knn.ipynb is stale   fix: autograder build\n", "")


def test_build_lists_what_it_wrote_and_nothing_the_second_time(run, here):
    (here.assignments / A1 / "knn.ipynb").unlink()
    assert run("build") == (0, f"wrote assignments/{A1}/knn.ipynb\n", "")
    assert run("build") == (0, "", "")


def test_build_works_from_a_folder_inside_the_course(run, here, monkeypatch):
    (here.assignments / A1 / "knn.ipynb").unlink()
    monkeypatch.chdir(here.solutions / A1)
    status, out, _ = run("build")
    assert (status, out) == (0, f"wrote {here.root / 'assignments' / A1 / 'knn.ipynb'}\n")


def result(student, points, status, messages=(), **task):
    tasks = [{"task": "knn-two-loops", "status": status, "mistake": "", **task}]
    common = {"assignment": A1, "student": student, "points": points, "max_points": 2.0}
    return {**common, "status": status, "messages": list(messages), "tasks": tasks}


def test_grade_prints_a_row_for_each_student_with_the_mistake_that_was_recognized(run, here, monkeypatch):
    results = [
        result("grace", 2.0, "passed"),
        result("alan", 0.5, "partial", mistake="squared"),
        result("edsger", 0.0, "timeout", messages=["one remark", "two remarks", "three", "four"]),
    ]
    monkeypatch.setattr("autograder.engine.grade_class", lambda *_: results)
    monkeypatch.setenv("COLUMNS", "120")
    status, out, err = run("grade", A1)
    assert (status, err) == (0, "")
    assert "3 students" in out
    assert out.index("alan") < out.index("edsger") < out.index("grace")
    assert re.search(r"alan.* 0\.5 / 2 .*partial.*knn-two-loops: these are the squared distances", out)
    assert re.search(r"edsger.* 0 / 2 .*timeout.*knn-two-loops: timeout", out)
    assert re.search(r"grace.* 2 / 2 .*passed", out)
    assert "two remarks" in out
    assert "... and 2 more remarks" in out
    assert "three" not in out


def test_a_demo_does_not_overwrite_a_folder_with_something_else_in_it(run, here, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.tex").write_text("years of work")
    status, _, err = run("demo", folder)
    assert status == 1
    assert f"{folder} is not empty and holds no earlier demo" in err
    assert [p.name for p in folder.iterdir()] == ["thesis.tex"]


@pytest.mark.slow
def test_the_command_is_installed_and_answers_without_a_traceback(tmp_path):
    command = [sys.executable, "-m", "autograder.cli", "build"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("autograder: no course here")
    assert "Traceback" not in done.stderr


# --- found wanting


def test_a_demo_never_touches_a_course(small):
    (small.root / "submitted" / "ada").mkdir(parents=True)
    with pytest.raises(CourseError):
        run_demo(small, small.root)
    assert (small.root / "submitted" / "ada").is_dir()
    assert small.source("knn").is_file()


def test_a_name_in_brackets_is_shown_as_it_is(capsys):
    print_class([result("[bold]x", 2.0, "passed")])
    assert "[bold]x" in capsys.readouterr().out


def test_grading_an_unknown_assignment_is_an_error_even_if_somebody_handed_one_in(run, here):
    (here.root / "submitted" / "ada" / "a9_nothing").mkdir(parents=True)
    status, _, err = run("grade", "a9_nothing")
    assert status == 1
    assert err.startswith("autograder: no assignment is called 'a9_nothing'")
