"""The benchmark gives both graders the same work, and counts all of what they use for it."""

import os
from pathlib import Path

import nbformat
import pytest

import autograder.benchmark
from autograder.benchmark import NOTEBOOK, _metered, make_course, run_benchmark, without_show_cells
from autograder.build import kind_of, stale
from autograder.course import CourseError
from autograder.sandbox import family
from autograder.source import read_source

A1 = "a1_data_driven"
SPIN = "import time\nwhile time.process_time() < 0.5: pass\n"


def test_without_show_cells_everything_else_is_left_as_it_is(course, tmp_path):
    source = course.source(NOTEBOOK)
    path = tmp_path / source.name
    path.write_text(without_show_cells(source))
    want = [(cell.kind, cell.text, cell.task, cell.points) for cell in read_source(source) if cell.kind != "show"]
    assert [(cell.kind, cell.text, cell.task, cell.points) for cell in read_source(path)] == want
    assert len(want) < len(read_source(source))


@pytest.mark.parametrize("show", [True, False])
def test_a_benchmarks_course_is_built_and_everybody_handed_in_something_else(course, tmp_path, show):
    made = make_course(course, tmp_path / "made", 20, show, ["ada", "barbara"])
    assert [source.stem for source in made.assignment(A1)] == [NOTEBOOK]
    assert [line for line in stale(made, A1) if "outputs of another" not in line] == []
    handed_in = sorted((made.root / "submitted").glob(f"*/{A1}/{NOTEBOOK}.ipynb"))
    assert len(handed_in) == len({path.read_bytes() for path in handed_in}) == 20
    for path in handed_in:
        assert any(kind_of(cell) == "show" for cell in nbformat.read(path, as_version=4).cells) == show


def program(tmp_path, text):
    """Make a course's folder whose only content is a module, and return it with a command that runs the module."""
    (tmp_path / "made_up.py").write_text(text)
    return type("Folder", (), {"root": tmp_path}), ["made_up"]


DETACHED = f"""
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        exec({SPIN!r})
    os._exit(0)
"""
KILLED = f"""
import os, signal
if os.fork() == 0:
    exec({SPIN!r})
    os.kill(os.getpid(), signal.SIGKILL)
os.wait()
"""
LARGE = """
import os, time
if os.fork() == 0:
    x = b"x" * 2**28
    time.sleep(2)
    os._exit(0)
os.wait()
"""


@pytest.mark.parametrize("text", [SPIN, DETACHED, KILLED], ids=["its own", "an orphan's", "a killed child's"])
def test_the_cpu_time_of_every_process_is_counted(tmp_path, monkeypatch, text):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    idle = _metered(*program(tmp_path, ""), lambda done: None)[1]
    busy = _metered(*program(tmp_path, text), lambda done: None)[1]
    assert busy - idle > 0.3


def test_the_memory_of_a_child_is_counted(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert _metered(*program(tmp_path, LARGE), lambda done: None)[2] > 2**28


def test_an_interrupt_leaves_no_process_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    seen = []

    def interrupt(done):
        seen[:] = [pid for pid in family(os.getpid()) if "made_up" in _command(pid)]
        if len(seen) == 2:  # the program and its child
            raise KeyboardInterrupt

    asleep = "import os, time\nos.fork()\ntime.sleep(600)\n"
    with pytest.raises(KeyboardInterrupt):
        _metered(*program(tmp_path, asleep), interrupt)
    assert len(seen) == 2
    assert [pid for pid in seen if "made_up" in _command(pid)] == []


def _command(pid):
    """Return the command of a process; nothing if it is gone, or has ended and only waits to be collected."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def test_a_grader_that_fails_ends_the_benchmark_with_its_words(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(CourseError, match=r"made_up failed:\n(.|\n)*out of ideas"):
        _metered(*program(tmp_path, "raise SystemExit('out of ideas')"), lambda done: None)


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_both_graders_give_the_same_points_and_the_engine_says_what_students_used(course, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(autograder.benchmark, "SHORT", 2)
    rows = run_benchmark(course, short=True)
    assert [(r.grader, r.notebooks, r.show) for r in rows] == [
        ("stock", 2, False),
        ("engine", 2, False),
        ("stock", 2, True),
        ("engine", 2, True),
        ("engine", 4, False),
    ]
    assert rows[0].points == rows[1].points == rows[2].points == rows[3].points
    assert max(rows[0].points.values()) > min(rows[0].points.values())
    assert all(0 < r.student < r.cpu and 0 < r.cells < 1 for r in rows if r.grader == "engine")
    assert all(r.memory > 2**25 and r.seconds > 0 for r in rows)
    shown = capsys.readouterr().out
    assert "times stock's notebooks per minute" in shown
    assert "the same points for 2 of 2" in shown
