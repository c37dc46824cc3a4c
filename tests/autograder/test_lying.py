"""Whoever lies to the counters of steps and memory, or computes where they do not look, gains nothing by it."""

from contextlib import ExitStack

import nbformat
import pytest

from autograder.grade import grade_submission, prepare
from autograder.sample_class import fill
from autograder.source import read_source

TASK = "knn-no-loops"
pytestmark = pytest.mark.slow

LOOP = """
    rows, others = np.asarray(X, np.float64), np.asarray(self.X_train, np.float64)
    dists = np.zeros((len(rows), len(others)))
    for i in range(len(rows)):
        for j in range(len(others)):
            dists[i, j] = np.sqrt(np.sum((rows[i] - others[j]) ** 2))
"""
BROADCAST = """
    rows, others = np.asarray(X, np.float64), np.asarray(self.X_train, np.float64)
    dists = np.sqrt(((rows[:, None] - others[None]) ** 2).sum(axis=-1))
"""
RETURN = "    return dists\n"
UNSEEN = (
    "    import sys\n    tracers = sys.gettrace(), sys.getprofile()\n    sys.settrace(None); sys.setprofile(None)\n"
    + LOOP
    + "    sys.settrace(tracers[0]); sys.setprofile(tracers[1])\n"
    + RETURN
)
REMEMBERED = (
    "    key = (np.asarray(X).tobytes(), np.asarray(self.X_train).tobytes())\n"
    "    if key in known:\n        return known[key].copy()\n" + LOOP + "    known[key] = dists.copy()\n" + RETURN
)
REMEMBERED_BY_SIZE = (
    "    size = (np.asarray(X).shape, np.asarray(self.X_train).shape)\n"
    "    if size in known:\n        return known[size].copy()\n" + LOOP + "    known[size] = dists.copy()\n" + RETURN
)
IN_A_CHILD = """
    import mmap, os
    shared = mmap.mmap(-1, 8 * len(X) * len(self.X_train))
    result = np.frombuffer(shared, np.float64).reshape(len(X), -1)
    child = os.fork()
    if child == 0:
        import sys
        sys.settrace(None); sys.setprofile(None)
{}
        result[...] = dists
        os._exit(0)
    os.waitpid(child, 0)
    return result.copy()
"""
IN_AN_IGNORED_CHILD = "    import signal\n    signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n" + IN_A_CHILD.replace(
    "    os.waitpid(child, 0)", "    try:\n        os.waitpid(child, 0)\n    except ChildProcessError:\n        pass"
)
IN_A_THREAD = (
    """
    import threading
    found = []

    def work():
        import sys
        sys.settrace(None); sys.setprofile(None)
"""
    + LOOP.replace("\n    ", "\n        ")
    + "        found.append(dists)\n\n    thread = threading.Thread(target=work)\n    thread.start(); thread.join()\n"
    + "    return found[0]\n"
)


def indented(code):
    return code.replace("\n    ", "\n        ").rstrip()


LOOPS = {
    "tracing disabled and restored": (UNSEEN, ""),
    "count_steps replaced where it is used": (
        LOOP + RETURN,
        "import cs231n_kit.checks.observe as o\no.count_steps = lambda call: (call(), 40)[1]",
    ),
    "the tracer's hook replaced": (LOOP + RETURN, "import sys\nsys.settrace = sys.setprofile = lambda function: None"),
    "results remembered by value": (REMEMBERED, "known = {}"),
    "results remembered by size": (REMEMBERED_BY_SIZE, "known = {}"),
    "in a child process": (IN_A_CHILD.format(indented(LOOP)), ""),
    "in a child process that nobody counts": (IN_AN_IGNORED_CHILD.format(indented(LOOP)), ""),
    "in a thread": (IN_A_THREAD, ""),
}
HOGS = {
    "tracemalloc replaced": (BROADCAST + RETURN, "import tracemalloc\ntracemalloc.get_traced_memory = lambda: (0, 0)"),
    "in a child process": (IN_A_CHILD.format(indented(BROADCAST)), ""),
}


@pytest.fixture(scope="module")
def real(course):
    with ExitStack() as stack:
        yield prepare(course, course.source("knn"), 1, stack), read_source(course.source("knn"))


@pytest.fixture
def verdict(real, hand_in, lend):
    """Return a function from a body of the function, and a cell before it, to the task's verdict."""
    exam, cells = real

    def verdict(body, before=""):
        exercise = next(cell for cell in cells if cell.kind == "exercise" and cell.task == TASK)
        notebook = fill(exam.release, cells, {TASK: exercise.with_solution(body.lstrip("\n"))})
        place = next(i for i, cell in enumerate(notebook.cells) if cell.id == TASK)
        notebook.cells.insert(place, nbformat.v4.new_code_cell(before))
        result = grade_submission(hand_in(notebook), exam, "ada", lend)
        return next(task for task in result["tasks"] if task["task"] == TASK)

    return verdict


@pytest.fixture
def without(real):
    """Return a function from a measure to the points that are left when all cases with that measure are lost."""
    exam, _ = real
    samples, points = exam.samples[TASK], exam.points[TASK]

    def without(measure):
        lost = sum(s.weight for s in samples if s.measure == measure) / sum(s.weight for s in samples)
        assert 0 < lost < 1
        return points * (1 - lost) + 0.01  # points are rounded

    return without


def test_the_honest_solution_gets_all_and_the_honest_loop_and_hog_their_share(verdict, without, real):
    exercise = next(cell for cell in real[1] if cell.kind == "exercise" and cell.task == TASK)
    loop, hog = verdict(LOOP + RETURN), verdict(BROADCAST + RETURN)
    assert verdict(exercise.solution)["points"] == real[0].points[TASK]
    assert 0 < loop["points"] <= without("steps")
    assert "Python takes more steps" in loop["report"]
    assert 0 < hog["points"] <= without("memory")
    assert "at its peak" in hog["report"]


@pytest.mark.parametrize("how", LOOPS)
def test_a_hidden_loop_does_not_get_the_points_for_vectorization(verdict, without, how):
    seen = verdict(*LOOPS[how])
    assert seen["points"] <= without("steps")
    assert seen["status"] in ("partial", "failed", "error")


@pytest.mark.parametrize("how", HOGS)
def test_hidden_memory_does_not_get_the_points_for_little_memory(verdict, without, how):
    seen = verdict(*HOGS[how])
    assert seen["points"] <= without("memory")
    assert seen["status"] in ("partial", "failed", "error")


def test_what_is_found_out_from_outside_is_not_taken_for_a_mistake_of_thinking(verdict):
    seen = verdict(*LOOPS["tracing disabled and restored"])
    assert seen["mistake"] == ""
    assert "the count cannot be trusted" in seen["report"]
