"""The visible check: what is right passes, what is wrong is told where and why, and nothing else reaches the screen."""

import importlib
import itertools
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest

from cs231n_kit import check
from cs231n_kit.checks.assess import Outcome, Sample
from cs231n_kit.checks.check import CheckFailed, describe, is_right
from cs231n_kit.checks.observe import Failure, Observation
from cs231n_kit.checks.probes import Probe, UnknownTask, all_probes
from cs231n_kit.checks.store import load_frozen

TASKS = [task for task in all_probes() if task.startswith("knn-")]
TARGETS = {task: all_probes()[task].target for task in TASKS}


class Right:
    """k-nearest neighbors, written for these tests."""

    def train(self, X, y):
        self.X_train, self.y_train = X, y

    def compute_distances_two_loops(self, X):
        return np.array([[np.linalg.norm(np.subtract(a, b, dtype=float)) for b in self.X_train] for a in X])

    def compute_distances_one_loop(self, X):
        return np.stack([np.linalg.norm(np.subtract(row, self.X_train, dtype=float), axis=1) for row in X])

    def compute_distances_no_loops(self, X):
        A, B = np.asarray(X, float), np.asarray(self.X_train, float)
        aa, bb, ab = np.einsum("nd,nd->n", A, A), np.einsum("md,md->m", B, B), np.einsum("nd,md->nm", A, B)
        return np.add.outer(aa, bb).__isub__(2 * ab).clip(0) ** 0.5

    def compute_distances_l1(self, X, max_bytes=2**25):
        A, B = X.astype(float), self.X_train.astype(float)
        parts = np.clip(A.nbytes * len(B) // max_bytes + 1, 1, len(B))
        return np.hstack([np.linalg.norm(A[:, None] - part, ord=1, axis=2) for part in np.array_split(B, parts)])

    def predict_labels(self, dists, k=1):
        classes = np.unique(self.y_train)
        voters = self.y_train[dists.argsort(axis=1)[:, :k]]
        return classes[(voters[:, :, None] == classes).sum(axis=1).argmax(axis=1)]

    def predict(self, X, k=1, num_loops=0, metric="l2"):
        version = "l1" if metric == "l1" else ("no_loops", "one_loop", "two_loops")[num_loops]
        return self.predict_labels(getattr(self, f"compute_distances_{version}")(X), k)


def variant(task, change):
    """A class like Right, whose method for `task` is `change(right method)`."""
    return type("KNearestNeighbor", (Right,), {TARGETS[task]: change(getattr(Right, TARGETS[task]))})


def outcome_of(task, *objects):
    """Run a check that fails; return the message of the exception."""
    with pytest.raises(CheckFailed) as caught:
        check(task, *objects)
    return str(caught.value)


def told(capfd):
    """Return what reached the screen, its line breaks undone. Nothing may have gone to stderr."""
    out, err = capfd.readouterr()
    assert err == ""
    return " ".join(out.split())


@pytest.fixture(autouse=True)
def notebook(monkeypatch):
    """Checks run as in a learner's notebook: not under nbgrader."""
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


@pytest.mark.parametrize("task", TASKS)
def test_a_right_solution_passes_and_is_told_so(task, capfd):
    assert check(task, Right) is None
    out = told(capfd)
    assert out.startswith(f"✓ {task}: right in all ")


@pytest.mark.parametrize("task", TASKS)
def test_a_stub_is_not_written_yet(task, capfd):
    def stub(right):
        def method(self, *_, **__):
            raise NotImplementedError()

        return method

    assert task in outcome_of(task, variant(task, stub))
    out = told(capfd)
    assert f"{TARGETS[task]} is not written yet" in out
    assert "✗" not in out


@pytest.mark.parametrize("task", TASKS)
def test_a_missing_method_is_named(task, capfd):
    outcome_of(task, type("KNearestNeighbor", (), {"train": Right.train}))
    assert f"there is no {TARGETS[task]} yet" in told(capfd)


@pytest.mark.parametrize("task", TASKS)
def test_a_forgotten_return_is_named(task, capfd):
    def without_return(right):
        def method(self, *arguments, **options):
            right(self, *arguments, **options)

        return method

    outcome_of(task, variant(task, without_return))
    assert "does it end with `return`?" in told(capfd)


@pytest.mark.parametrize("task", ["knn-two-loops", "knn-one-loop", "knn-no-loops"])
def test_the_squared_distance_is_named_with_its_hint(task, capfd):
    outcome_of(task, variant(task, lambda right: lambda self, X: right(self, X) ** 2))
    out = told(capfd)
    words = load_frozen("cs231n_kit.checks", all_probes()[task])["mistakes"]["squared"]
    assert out.startswith(f"✗ {task}: 0 of ")
    assert words["title"] in out
    assert " ".join(words["hint"].split()) in out
    assert "dists[0, 0] is " in out


def test_a_loop_that_remains_is_named(capfd):
    outcome_of("knn-no-loops", variant("knn-no-loops", lambda right: Right.compute_distances_two_loops))
    out = told(capfd)
    assert "for each test row and" in out
    assert "for each training row added" in out
    assert "every pair of rows still costs Python a step" in out


def test_an_exception_is_told_with_the_line_it_came_from(capfd):
    def broken(right):
        def method(self, X):
            return right(self, X) + np.zeros(1000)

        return method

    outcome_of("knn-two-loops", variant("knn-two-loops", broken))
    out = told(capfd)
    assert "it raised ValueError: operands could not be broadcast" in out
    assert "return right(self, X) + np.zeros(1000)" in out


@pytest.mark.parametrize("task", TASKS)
def test_writing_into_an_input_is_wrong(task, capfd):
    def careless(right):
        def method(self, X, *rest, **options):
            result = right(self, X, *rest, **options)
            X += 1
            return result

        return method

    outcome_of(task, variant(task, careless))
    assert "it changed its input" in told(capfd)


def noisy(right):
    def method(self, *arguments, **options):
        warnings.warn("look out", stacklevel=1)
        with np.errstate(all="warn"):
            np.log(np.zeros(1))
        return right(self, *arguments, **options)

    return method


@pytest.mark.parametrize("task", TASKS)
def test_warnings_of_right_code_cost_nothing_and_are_not_shown(task, capfd):
    check(task, variant(task, noisy))
    out = told(capfd)
    assert out.startswith("✓")


@pytest.mark.parametrize("task", TASKS)
def test_warnings_of_wrong_code_are_not_shown(task, capfd):
    outcome_of(task, variant(task, lambda right: noisy(lambda self, *_, **__: 1 / np.zeros((2, 2)))))
    assert told(capfd).startswith("✗")


def test_nan_for_identical_rows_is_only_a_note(capfd):
    def without_care(right):
        def method(self, X):
            dists = right(self, X)
            return np.sqrt(np.where(dists < 1e-3, -1e-9, dists**2))

        return method

    check("knn-no-loops", variant("knn-no-loops", without_care))
    out = told(capfd)
    assert out.startswith("✓")
    assert "· a training image among the test images: dists holds 4 NaN" in out


def test_what_the_learner_prints_is_shown(capfd):
    def printing(right):
        def method(self, X):
            print("shape", X.shape)
            return right(self, X)

        return method

    check("knn-two-loops", variant("knn-two-loops", printing))
    assert "shape (" in told(capfd)


@pytest.mark.parametrize(("value", "raises"), [("autograde", False), ("validate", True), ("", True)])
def test_a_wrong_answer_raises_except_where_nbgrader_grades(monkeypatch, capfd, value, raises):
    monkeypatch.setenv("NBGRADER_EXECUTION", value)
    wrong = variant("knn-l1", lambda right: lambda self, X, max_bytes: 2 * right(self, X))
    if raises:
        outcome_of("knn-l1", wrong)
    else:
        assert check("knn-l1", wrong) is None
    assert told(capfd).startswith("✗ knn-l1: ")


def test_jupyter_shows_a_failed_check_as_one_line():
    assert CheckFailed("knn-l1 is not right yet")._render_traceback_() == ["CheckFailed: knn-l1 is not right yet"]


def test_an_unknown_task_is_refused():
    with pytest.raises(UnknownTask, match="'knn-no-loops'"):
        check("knn-no-loop", Right)


# --- older definitions

CELLS = {
    "broken": "def compute_distances_l1(self, X):\n    return X +\n",
    "repaired": "def compute_distances_l1(self, X):\n    return X\n",
    "magic": "%time print(1)\ndef compute_distances_l1(self, X):\n    !ls\n",
    "other": "def compute(:\n",
}


@pytest.fixture
def run_cells(monkeypatch):
    """Pretend that the test runs in IPython, where these cells have run."""
    transformers = pytest.importorskip("IPython.core.inputtransformer2")

    class Shell:
        transform_cell = transformers.TransformerManager().transform_cell

        def __init__(self, names):
            self.user_ns = {"In": ["", *(CELLS[name] for name in names)]}

    def run(*names):
        monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: Shell(names))

    return run


@pytest.mark.parametrize("cells", [["broken"], ["repaired", "broken", "other"]])
def test_a_definition_older_than_the_cell_that_did_not_run_is_not_tried(run_cells, capfd, cells):
    run_cells(*cells)
    assert "older version" in outcome_of("knn-l1", Right)
    out = told(capfd)
    assert out.startswith("✎ knn-l1: the cell that defines compute_distances_l1 did not run")


@pytest.mark.parametrize("cells", [[], ["other"], ["repaired"], ["broken", "repaired"], ["broken", "magic"]])
def test_cells_that_ran_and_cells_of_other_functions_do_not_matter(run_cells, capfd, cells):
    run_cells(*cells)
    check("knn-l1", Right)
    assert told(capfd).startswith("✓")


# --- the race against the learner's own loops


def test_the_speed_up_over_the_learners_own_loops_is_told_by_the_best_of_several_runs(monkeypatch, capfd):
    module = importlib.import_module("cs231n_kit.checks.check")
    seconds = {"knn-two-loops": itertools.repeat(3.0), "knn-no-loops": itertools.chain([0.5], itertools.repeat(0.002))}
    really = module.observe

    def timed(probe, objects, inputs, measure="values", quiet=True):
        seen = really(probe, objects, inputs, measure, quiet)
        return replace(seen, cost=next(seconds[probe.task])) if measure == "time" else seen

    monkeypatch.setattr(module, "observe", timed)
    check("knn-no-loops", Right)
    assert "1,500 times as fast as your two loops: 3000 ms became 2.0 ms" in told(capfd)


def test_there_is_no_race_without_the_loops(capfd):
    def broken(right):
        def method(self, X):
            raise NotImplementedError()

        return method

    check("knn-no-loops", variant("knn-two-loops", broken))
    out = told(capfd)
    assert out.startswith("✓")
    assert "Write compute_distances_two_loops too" in out
    assert "times as fast" not in out


def test_loops_that_break_on_more_rows_end_the_race_and_not_the_check(capfd):
    def brittle(right):
        def method(self, X):
            if len(X) > 20:
                raise IndexError("too many")
            return right(self, X)

        return method

    check("knn-no-loops", variant("knn-two-loops", brittle))
    assert told(capfd).startswith("✓")


def test_an_older_definition_does_not_keep_the_hidden_test_from_running(run_cells, monkeypatch, capfd):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    run_cells("broken")
    assert check("knn-l1", Right) is None
    assert told(capfd).startswith("✎")


# --- the words

PROBE = Probe("a-task", "target", lambda: {})


def outcome(passed, name="a case", weight=1.0, measure="values", message="", observed=(), **more):
    return Outcome(Sample(name, measure, [{}], [], weight=weight, **more), passed, message, observed)


def test_only_cases_with_weight_decide():
    assert is_right([outcome(True), outcome(False, weight=0), outcome(None)])
    assert not is_right([outcome(True), outcome(False, weight=0.1)])


def test_the_first_failed_case_is_told_in_full_and_the_others_by_name():
    outcomes = [
        outcome(True, "good"),
        outcome(False, "first", message="it is off"),
        outcome(False, "second", message="it is off as well"),
        outcome(False, "third", message="so is this"),
        outcome(False, "a note", weight=0, message="by the way"),
    ]
    text = describe(PROBE, outcomes, {})
    assert text.startswith("✗ a-task: 1 of 4 cases is right\n")
    assert "✗ first: it is off" in text
    assert "not right either: second; third" in text
    assert not any(words in text for words in ("as well", "so is this", "by the way"))


def test_notes_and_unclear_timings_are_told_once_all_is_right():
    note = outcome(False, "a note", 0, message="by the way\n      x[0] is 1", remark="It means little.")
    text = describe(PROBE, [outcome(True), note, outcome(None, "speed", message="unclear")], {})
    assert text.startswith("✓ a-task: right in all 2 cases")
    assert "· a note: by the way\n      x[0] is 1\n    It means little.\n" in text
    assert "· speed: unclear" in text
    assert "little" not in describe(PROBE, [outcome(True), outcome(True, weight=0, remark="It means little.")], {})


def test_what_a_pass_proves_is_said():
    assert describe(PROBE, [outcome(True)], {}) == "✓ a-task: right in all 1 cases"
    steps = outcome(True, measure="steps", axes=("test row", "training row"))
    text = " ".join(describe(PROBE, [outcome(True), steps, outcome(True, measure="memory")], {}).split())
    assert text == "✓ a-task: right in all 3 cases, without a loop over test rows or training rows, with little memory"


def test_a_known_mistake_is_told_with_a_hint_of_narrow_lines():
    seen = Observation({"out": np.array(4.0)})
    words = {"title": "the square", "hint": 40 * "look at   the formula "}
    text = describe(PROBE, [outcome(False, observed=(seen,), mistakes={"squared": [seen]})], {"squared": words})
    assert "This looks like a mistake we know: the square." in text
    assert max(map(len, text.splitlines())) <= 100
    assert " ".join(text.split()).count("look at the formula") == 40


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (Failure("NotImplementedError", ""), "target is not written yet"),
        (Failure("AttributeError", "'Model' object has no attribute 'target'"), "there is no target yet"),
    ],
)
def test_what_is_missing_is_said_instead_of_what_is_wrong(failure, words):
    text = describe(PROBE, [outcome(True), outcome(False, observed=(Observation(failure=failure),))], {})
    assert text.startswith("✎ a-task: ")
    assert words in text


def test_another_missing_attribute_is_an_ordinary_failure():
    seen = Observation(failure=Failure("AttributeError", "'Model' object has no attribute 'X_train'"))
    assert describe(PROBE, [outcome(False, message="it raised", observed=(seen,))], {}).startswith("✗ a-task: 0 of 1")
