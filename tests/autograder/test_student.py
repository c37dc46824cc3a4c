"""A student's process runs cells and probes, answers in plain data, and cannot last forever or leave anything behind."""

import signal
import time
from contextlib import contextmanager

import nbformat
import numpy as np
import pytest

import autograder.student
from autograder.engine import Workers
from autograder.student import Student, StudentGone
from cs231n_kit.checks.assess import OUT_OF_TIME
from tests.autograder.processes import wait_until

INPUTS = {"X_train": np.array([[0.0, 0.0], [3.0, 4.0]]), "X": np.zeros((1, 2))}
KNN = """
class KNearestNeighbor:
    def train(self, X, y):
        self.X_train = X
    def compute_distances_two_loops(self, X):
        {}
"""


@pytest.fixture(scope="module")
def shared(bubblewrap, course):
    """A process for all tests that leave it as it was. It keeps a worker to itself for as long."""
    with Workers(sandboxed=True, hidden=course.root) as lend, Student(lend()) as student:
        yield student


@pytest.fixture
def student(lend):
    with Student(lend()) as student:
        yield student


@contextmanager
def little_time(grace=autograder.student.GRACE_SECONDS):
    """Let time run out soon; but answers to an interrupt may take as long as ever, unless `grace` says otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        for name, seconds in (("CELL_SECONDS", 0.4), ("PROBE_SECONDS", 0.4), ("GRACE_SECONDS", grace)):
            patch.setattr(autograder.student, name, seconds)
        yield


def probe(student, measure="values"):
    return student.probe("knn-two-loops", INPUTS, measure)


def stream(reply, name="stdout"):
    return "".join(o["text"] for o in reply["outputs"] if o["output_type"] == "stream" and o["name"] == name)


# --- cells


def test_a_cell_shows_what_it_prints_and_remembers_what_it_defines(shared):
    assert shared.run("number = 6\nprint(number * 7)") == {
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "42\n"}],
        "error": "",
    }
    assert stream(shared.run("print(number + 1)")) == "7\n"


def test_stderr_is_a_stream_of_its_own(shared):
    reply = shared.run("import sys\nprint('good')\nprint('bad', file=sys.stderr)")
    assert (stream(reply), stream(reply, "stderr")) == ("good\n", "bad\n")


def test_an_error_is_shown_with_its_traceback(shared):
    reply = shared.run("def divide():\n    return 1 / 0\ndivide()")
    assert reply["error"] == "ZeroDivisionError: division by zero"
    (output,) = reply["outputs"]
    assert (output["output_type"], output["ename"], output["evalue"]) == ("error", "ZeroDivisionError", "division by zero")
    assert "1" in "".join(output["traceback"])
    assert "divide" in "".join(output["traceback"])


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("undefined_name", "NameError: name 'undefined_name' is not defined"),
        ("def f(:", "SyntaxError: "),
        ("  indented = 1\nx = 2", "IndentationError: "),
        ("import sys\nsys.exit(3)", "SystemExit: 3"),
        ("class Odd(BaseException): pass\nraise Odd('x')", "Odd: x"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
        ("raise NotImplementedError()", "NotImplementedError: "),
        ("%no_such_magic", ""),
    ],
)
def test_errors_of_every_kind_leave_the_process_alive(shared, source, error):
    reply = shared.run(source)
    assert reply["error"].startswith(error)
    assert reply["outputs"]
    assert stream(shared.run("print('alive')")) == "alive\n"


def test_the_value_of_the_last_line_is_shown_and_a_semicolon_silences_it(shared):
    assert "42" in str(shared.run("6 * 7")["outputs"])
    assert shared.run("6 * 7;")["outputs"] == []


def test_what_is_displayed_comes_back_by_kind(shared):
    reply = shared.run("from IPython.display import HTML, display\ndisplay(HTML('<b>bold</b>'))")
    (output,) = reply["outputs"]
    assert output["output_type"] == "display_data"
    assert output["data"]["text/html"] == "<b>bold</b>"


def test_a_picture_comes_back_as_png(shared):
    reply = shared.run("import matplotlib.pyplot as plt\n_ = plt.plot([1, 2, 3])")
    pictures = [o["data"]["image/png"] for o in reply["outputs"] if "image/png" in o.get("data", {})]
    assert len(pictures) == 1
    assert pictures[0].startswith("iVBORw0KGgo")  # the first bytes of every PNG, in base64


def test_magics_and_shell_commands_work_as_in_a_notebook(shared):
    assert "hello" in stream(shared.run("!echo hello"))
    assert shared.run("%time x = 1")["error"] == ""


@pytest.mark.parametrize("source", ["print(1)", "1 / 0", "import sys\nprint(1, file=sys.stderr)", "6 * 7", "def f(:"])
def test_outputs_are_valid_in_a_notebook(shared, source):
    outputs = shared.run(source)["outputs"]
    assert outputs
    for output in outputs:
        nbformat.validate(nbformat.from_dict(output), ref="output", version=4)


def test_writing_to_the_descriptors_does_not_disturb_the_answers(shared):
    reply = shared.run("import os\nfor fd in (1, 2):\n    os.write(fd, b'x' * 1000)\nprint('through Python')")
    assert stream(reply) == "through Python\n"
    assert shared.run("os.system('echo from a child; echo oops >&2')")["error"] == ""
    assert stream(shared.run("print('alive')")) == "alive\n"


def test_replacing_stdout_does_not_disturb_the_answers(shared):
    shared.run("import io, sys\nsys.stdout = io.StringIO()\nprint('swallowed')")
    assert stream(shared.run("print('alive')")) == "alive\n"


def test_a_large_output_arrives_whole(shared):
    assert len(stream(shared.run("print('x' * 150_000)"))) == 150_001


def test_output_without_end_is_cut_and_says_so(shared):
    printed = stream(shared.run("print('x' * 3_000_000)"))
    assert printed.startswith("xxx")
    assert len(printed) < 300_000
    assert printed.endswith("[the rest of the output was dropped]\n")


def test_nothing_can_be_asked_of_the_person_at_the_keyboard(shared):
    assert shared.run("input('your name? ')")["error"].startswith(("EOFError", "StdinNotImplementedError"))


# --- probes


def test_a_probe_runs_on_the_students_objects(student):
    student.run("import numpy as np\n" + KNN.format("return np.array([[0.0, 5.0]])"))
    seen = probe(student)
    assert seen.failure is None
    np.testing.assert_array_equal(seen.outputs["dists"], [[0.0, 5.0]])
    assert probe(student, "steps").cost > 0


def test_a_probe_of_something_undefined_is_a_name_error(shared):
    seen = shared.probe("knn-one-loop", INPUTS, "values")
    assert (seen.failure.kind, seen.failure.message) == ("NameError", "name 'KNearestNeighbor' is not defined")


def test_an_exception_in_a_probe_is_what_it_shows(student):
    student.run(KNN.format("return {}['nothing']"))
    seen = probe(student)
    assert (seen.failure.kind, seen.failure.message) == ("KeyError", "'nothing'")
    assert seen.failure.line.endswith("return {}['nothing']")


# --- time


def test_an_endless_cell_is_interrupted_and_the_process_still_answers(shared):
    shared.run("x = 5")
    with little_time():
        reply = shared.run("while True:\n    pass")
    assert reply["error"].startswith(("KeyboardInterrupt", OUT_OF_TIME))
    assert stream(shared.run("print(x)")) == "5\n"


def test_an_endless_probe_is_out_of_time_and_the_process_still_answers(student):
    student.run("x = 5\n" + KNN.format("while True: pass"))
    with little_time():
        assert probe(student).failure.kind == OUT_OF_TIME
    assert stream(student.run("print(x)")) == "5\n"


STUBBORN = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    x = 1"
CATCHES = "while True:\n    try:\n        while True:\n            x = 1\n    except BaseException:\n        x = 2"


@pytest.mark.parametrize("source", [STUBBORN, CATCHES], ids=["ignores the signal", "catches the exception"])
def test_a_cell_that_ignores_interrupts_is_killed(student, source):
    for cell in (source, "print('alive')"):
        with little_time(grace=0.1), pytest.raises(StudentGone, match="time was up, and could not be interrupted"):
            student.run(cell)


def test_a_probe_that_ignores_interrupts_is_out_of_time_and_so_is_everything_after_it(student):
    student.run(KNN.format(STUBBORN.replace("\n", "\n        ")))
    with little_time(grace=0.1):
        assert probe(student).failure.kind == OUT_OF_TIME
    with pytest.raises(StudentGone, match="time was up"):
        student.run("print('alive')")
    assert probe(student).failure.kind == OUT_OF_TIME


# --- death


def test_a_process_that_ends_says_so_and_so_does_everything_after_it(student):
    for source in ("import os\nos._exit(3)", "print('alive')"):
        with pytest.raises(StudentGone, match="ended with status 3"):
            student.run(source)
    assert probe(student).failure.kind == "Crashed"


def test_a_function_that_ends_the_process_crashes_its_probe(student):
    student.run(KNN.format("import os; os.kill(os.getpid(), 9)"))
    seen = probe(student)
    assert seen.failure.kind == "Crashed"
    assert "-9" in seen.failure.message


# --- costs, which the kernel knows


BURNS = """
import time
class KNearestNeighbor:
    def train(self, X, y): pass
    def compute_distances_two_loops(self, X):
        {}
"""
SPIN = "end = time.process_time() + 0.2\n        while time.process_time() < end: pass"
IN_A_CHILD = """import os
        child = os.fork()
        if child == 0:
            {}
            os._exit(0)
        os.waitpid(child, 0)"""


def indented(code):
    return code.replace("\n", "\n    ")


@pytest.mark.parametrize("code", [SPIN, IN_A_CHILD.format(indented(SPIN))], ids=["itself", "a child"])
def test_cpu_time_is_that_of_the_process_and_of_all_that_it_starts(student, code):
    student.run(BURNS.format("return"))
    idle = probe(student, "time").cost
    student.run(BURNS.format(code))
    assert probe(student, "time").cost > 0.15 > idle


@pytest.mark.parametrize("hold", ["itself", "a child"])
def test_peak_memory_is_that_of_the_process_and_never_less_than_that_of_all_that_it_starts(student, hold):
    student.run("import numpy as np\n" + BURNS.format("return"))
    idle = probe(student, "peak").cost
    code = "np.ones(8_000_000)"
    student.run(BURNS.format(code if hold == "itself" else IN_A_CHILD.format(code)))
    assert probe(student, "peak").cost > 60e6 > idle


@pytest.mark.parametrize("measure", ["time", "peak"])
def test_the_cost_of_a_process_that_is_gone_is_not_known_and_its_reason_stays(student, measure):
    with pytest.raises(StudentGone):
        student.run("import os\nos._exit(3)")
    seen = probe(student, measure)
    assert (seen.failure.kind, seen.failure.message) == ("Crashed", "the process ended with status 3")


ANSWERS_AND_ENDS = """
        import os, sys, time
        from cs231n_kit.checks.wire import LENGTH, encode
        frame = sys._getframe()
        while "replies" not in frame.f_locals: frame = frame.f_back
        found = frame.f_locals
        reply = encode({"observation": {"outputs": {}}, "number": found["order"]["number"]})
        os.write(found["replies"].fileno(), LENGTH.pack(len(reply)) + reply)
        os._exit(0)
"""


@pytest.mark.parametrize("measure", ["time", "peak"])
def test_an_answer_without_a_process_to_ask_what_it_cost_is_no_answer(student, measure, monkeypatch):
    student.run(BURNS.format(ANSWERS_AND_ENDS.strip()))
    read = autograder.student.observation_from

    def late(tree):
        assert wait_until(lambda: student._process.pid() == -1)  # the answer has come, and its process is gone
        return read(tree)

    monkeypatch.setattr(autograder.student, "observation_from", late)
    assert probe(student, measure).failure.kind == "Crashed"


# --- found wanting


FORGED = "import os\nfor fd in range(3, 20):\n    try:\n        os.write(fd, b'\\0' * 8)\n    except OSError:\n        pass"
FORKED = "import os, time\nif os.fork() == 0:\n    time.sleep(0.1)"
SHOWN = "from IPython.display import display\ndisplay({'#': '0'}, raw=True)"


@pytest.mark.parametrize("source", [FORGED, FORKED, SHOWN], ids=["written by the cell", "from a fork", "a marker of ours"])
def test_an_odd_answer_is_the_end_of_the_student_and_not_of_the_grader(student, source):
    try:
        student.run(source)
        time.sleep(0.8 if source == FORKED else 0)  # a fork answers, too
    except StudentGone:
        return
    assert probe(student).failure is not None


@contextmanager
def at_most(seconds):
    """Fail, rather than wait for something that never comes."""

    def stop(*_):
        raise AssertionError("the grader would wait forever")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.slow
def test_a_process_that_closes_its_pipe_and_goes_on_is_not_awaited(student):
    with at_most(4), little_time(), pytest.raises(StudentGone):
        student.run("import os\nos.closerange(3, 50)\nwhile True:\n    pass")


@pytest.mark.slow
def test_a_process_that_stopped_is_not_sent_orders_forever(student):
    student.run("import os, signal, threading\nthreading.Timer(0.5, os.kill, (os.getpid(), signal.SIGSTOP)).start()")
    time.sleep(1.5)
    with at_most(4), little_time():
        seen = student.probe("knn-two-loops", {"X_train": np.zeros((400, 600)), "X": np.zeros((3, 600))}, "values")
        assert seen.failure.kind == OUT_OF_TIME


def test_the_magic_that_opens_many_a_notebook_works(shared):
    assert shared.run("%matplotlib inline")["error"] == ""


def test_the_value_of_the_last_line_is_a_result_in_the_notebook_format(shared):
    kinds = [o["output_type"] for o in shared.run("6 * 7")["outputs"]]
    assert kinds in (["execute_result"], ["display_data"])
