"""Nothing that learners are given answers a task: not the release, not the kit."""

import inspect
import pkgutil
from functools import cache
from importlib import import_module

import matplotlib.pyplot as plt
import nbformat
import pytest

import cs231n_kit
from autograder.build import kind_of
from autograder.course import find_course
from autograder.judge import in_process, judge
from autograder.reference import objects_for, solved
from autograder.source import read_source
from cs231n_kit.checks.assess import assess
from cs231n_kit.checks.probes import find_probe
from cs231n_kit.checks.store import load_frozen

COURSE = find_course()
CELLS = [(path, cell) for path in COURSE.sources for cell in read_source(path)]
EXERCISES = {cell.task: (path, cell) for path, cell in CELLS if cell.kind == "exercise"}
CHECKED = [cell.task for _, cell in CELLS if cell.kind == "check"]


@cache
def given_text(assignment="~"):
    """Everything a learner gets up to the end of an assignment, as one text; by default, whatever they get.

    A later given.py teaches what this assignment asks for, and is released with its own assignment.
    """
    released = [p for p in COURSE.assignments.rglob("*.*") if p.name != "given.py" or p.parent.name <= assignment]
    kit = (COURSE.root / "cs231n_kit").rglob("*.py")
    return "\n".join(p.read_text(encoding="utf-8") for p in [*released, *kit])


def solution_lines(cell):
    """Lines of a solution that could not stand anywhere by chance."""
    return [line.strip() for line in cell.solution.split("\n") if len(line.strip()) >= 20]


def test_no_line_of_a_solution_is_given_away():
    lines = [(path.parent.name, line) for path, cell in EXERCISES.values() for line in solution_lines(cell)]
    assert [line for assignment, line in lines if line in given_text(assignment)] == []


def test_what_is_given_is_what_earlier_assignments_taught_and_nothing_else():
    for path in COURSE.assignments.rglob("given.py"):
        given = path.read_text(encoding="utf-8")
        taught = {source.parent.name for source, cell in EXERCISES.values() if any(x in given for x in solution_lines(cell))}
        assert taught, f"{path} gives nothing"
        assert all(assignment < path.parent.name for assignment in taught)


def test_no_answer_key_is_given_away():
    text = given_text()
    answers = [cell.text for _, cell in CELLS if cell.kind == "answer"]
    lines = [line.strip() for answer in answers for line in answer.split("\n") if len(line.strip()) >= 20]
    assert answers
    assert [line for line in lines if line in text] == []


def test_a_release_holds_no_marker_no_hidden_test_and_no_source():
    for path in COURSE.assignments.rglob("*"):
        assert path.suffix != ".py" or path.name == "given.py"
    text = given_text()
    for word in ("BEGIN SOLUTION", "BEGIN HIDDEN", "from autograder", "grade("):
        assert word not in text, word


def test_released_cells_are_locked_where_they_must_be():
    for path in COURSE.assignments.rglob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if kind_of(cell) in ("setup", "check"):
                assert cell.metadata.editable is False
                assert cell.metadata.deletable is False
            assert not cell.get("outputs")


@pytest.mark.parametrize("task", CHECKED)
def test_the_stub_earns_nothing(task):
    path, cell = EXERCISES[task]
    stub = cell.with_solution("    raise NotImplementedError()\n")
    verdict = verdict_of(task, path, stub)
    assert verdict.points == 0
    assert verdict.status == "not attempted"


def kit_functions():
    for module in pkgutil.walk_packages(cs231n_kit.__path__, "cs231n_kit."):
        for name, value in inspect.getmembers(import_module(module.name), callable):
            if not name.startswith("_") and getattr(value, "__module__", "").startswith("cs231n_kit"):
                yield f"{value.__module__}.{name}", value


def in_place_of_the_target(probe, namespace, function):
    """Yield the probe's objects with `function` as what the learner should have written, a function or a method."""
    if probe.target in probe.names:
        yield tuple(function if name == probe.target else namespace[name] for name in probe.names)
        return
    for form in (staticmethod(function), lambda self, *a, **k: function(*a, **k)):
        setattr(namespace[probe.names[0]], probe.target, form)
        yield objects_for(probe, namespace)


@pytest.mark.parametrize("task", CHECKED)
def test_no_function_of_the_kit_passes_for_a_solution(task):
    path, cell = EXERCISES[task]
    probe = find_probe(task)
    samples = load_frozen("cs231n_kit.checks", probe)["samples"]
    offered = dict(kit_functions())
    assert len(offered) > 20
    stub = cell.with_solution("    raise NotImplementedError()\n")
    with solved(path, {task: stub}) as namespace:
        for name, function in offered.items():
            for objects in in_place_of_the_target(probe, namespace, function):
                run = in_process(probe, objects)
                assert any(assess([s], run)[0].passed is False for s in samples if s.weight > 0), name
    plt.close("all")  # some of those functions draw


def verdict_of(task, path, text):
    probe = find_probe(task)
    samples = load_frozen("autograder", probe)["samples"]
    with solved(path, {task: text}) as namespace:
        return judge(task, samples, in_process(probe, objects_for(probe, namespace)), 3.0)
