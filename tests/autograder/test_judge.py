"""The hidden tests are strict: the solution earns everything, every known mistake less, whatever the seed."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from autograder.course import find_course
from autograder.judge import draw_inputs, draw_samples, in_process, judge, observe_cases, timing_samples
from autograder.reference import mistaken, objects_for, solved
from autograder.source import read_source
from autograder.tasks import all_tasks
from cs231n_kit.checks.assess import assess, recognize
from cs231n_kit.checks.probes import find_probe
from tests.autograder.other_solutions import OTHER_SOLUTIONS

COURSE = find_course(start=None)
EXERCISES = {c.task: (path, c) for path in COURSE.sources for c in read_source(path) if c.kind == "exercise"}
TASKS = sorted(all_tasks())
FEWEST = {"knn-no-loops": 6, "knn-predict-labels": 4}


@cache
def samples_of(name, side="hidden", mistakes=True):
    """Draw a task's cases once for all tests that only need them to be the same; mistakes : with what they answer, too."""
    task = all_tasks()[name] if mistakes else replace(all_tasks()[name], mistakes=())
    return draw_samples(EXERCISES[name][0], task, getattr(task, side), seed=11)


def replay(inputs, observations):
    """Return a `run` that gives back what was recorded for each of the inputs."""
    recorded = {id(given): seen for given, seen in zip(inputs, observations, strict=True)}
    return lambda inputs, measure: recorded[id(inputs)]


def samples_over(task, seeds):
    """Return the samples of each hidden case, by the case, one for every seed; the solution runs once over all of a case."""
    path, _ = EXERCISES[task.id]
    cases = [case for case in task.hidden if case.measure != "time"]
    found = {}
    for case, sample in zip(cases, draw_samples(path, task, task.hidden, seeds[0]), strict=True):
        drawn = [(case, draw_inputs(task, case, seed)) for seed in seeds]
        expected = observe_cases(path, task, drawn)
        found[case] = [replace(sample, inputs=given, expected=e) for (_, given), e in zip(drawn, expected, strict=True)]
    return found


def outcomes_of(task, case, samples, mistake=None):
    """Return the outcome of each sample of a case, for a mistake or, without one, for the solution."""
    path, exercise = EXERCISES[task.id]
    changed = {task.id: mistaken(exercise, mistake, path)} if mistake else None
    shown = observe_cases(path, task, [(case, sample.inputs) for sample in samples], changed)
    outcomes = []
    for sample, seen in zip(samples, shown, strict=True):
        known = replace(sample, mistakes={mistake.id: seen} if mistake else {})
        outcomes += assess([known], replay(sample.inputs, seen))
    return outcomes


def costs(outcome):
    return outcome.passed is False and outcome.sample.weight > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
def test_for_200_seeds_the_solution_loses_nothing_and_every_mistake_something(name):
    task = all_tasks()[name]
    samples = samples_over(task, range(200))
    for case in samples:
        assert not [o.message for o in outcomes_of(task, case, samples[case]) if costs(o)]
    for mistake in task.mistakes:
        at_first = {case: costs(outcomes_of(task, case, some[:1], mistake)[0]) for case, some in samples.items()}
        unnoticed = set(range(200))
        for case in sorted(samples, key=lambda case: (not at_first[case], case.measure != "values")):  # the surest first
            seeds = sorted(unnoticed)
            outcomes = outcomes_of(task, case, [samples[case][seed] for seed in seeds], mistake) if seeds else []
            unnoticed -= {seed for seed, outcome in zip(seeds, outcomes, strict=True) if costs(outcome)}
        assert not unnoticed, f"{mistake.id} got full marks"


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("side", ["public", pytest.param("hidden", marks=pytest.mark.slow)])
def test_every_mistake_is_recognized_as_itself(name, side):
    task = all_tasks()[name]
    path, exercise = EXERCISES[name]
    samples = samples_of(name, side)
    probe = find_probe(name)
    for mistake in task.mistakes:
        with solved(path, {name: mistaken(exercise, mistake, path)}) as namespace:
            outcomes = assess(samples, in_process(probe, objects_for(probe, namespace)))
        if side == "hidden" or any(o.passed is False for o in outcomes):
            assert recognize(outcomes) == mistake.id


@pytest.mark.parametrize("name", TASKS)
def test_there_are_enough_mistakes_and_each_has_a_hint_of_its_own(name):
    mistakes = all_tasks()[name].mistakes
    assert len(mistakes) >= FEWEST.get(name, 3)
    for words in ("id", "title", "hint"):
        assert len({getattr(m, words) for m in mistakes}) == len(mistakes)
    assert all(len(m.hint) > 60 for m in mistakes)


@pytest.mark.parametrize("name", TASKS)
def test_a_hint_does_not_hand_over_the_solution(name):
    _, exercise = EXERCISES[name]
    lines = [line.strip() for line in exercise.solution.split("\n") if len(line.strip()) > 20]
    for mistake in all_tasks()[name].mistakes:
        assert not any(line in mistake.hint for line in lines)


@pytest.mark.parametrize(("name", "number"), [(n, i) for n in OTHER_SOLUTIONS for i in range(len(OTHER_SOLUTIONS[n]))])
def test_correct_code_in_another_form_earns_everything(name, number):
    path, exercise = EXERCISES[name]
    text = exercise.with_solution(OTHER_SOLUTIONS[name][number])
    probe = find_probe(name)
    with solved(path, {name: text}) as namespace:
        samples = samples_of(name, mistakes=False)
        verdict = judge(name, samples, in_process(probe, objects_for(probe, namespace)), 4.0)
    assert verdict.points == 4.0, verdict.report


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in TASKS if any(c.measure == "time" for c in all_tasks()[n].hidden)])
def test_the_solution_is_fast_and_a_broadcast_over_everything_is_not(name):
    task = all_tasks()[name]
    path, exercise = EXERCISES[name]
    probe = find_probe(name)
    slow = next(m for m in task.mistakes if m.id == "giant-broadcast")
    with timing_samples(path, task, seed=3) as timings:
        with solved(path) as namespace:
            solution = [o for _ in range(5) for o in assess(timings, in_process(probe, objects_for(probe, namespace)))]
        with solved(path, {name: mistaken(exercise, slow, path)}) as namespace:
            mistake = assess(timings, in_process(probe, objects_for(probe, namespace)))
    assert all(o.passed for o in solution)
    assert max(o.ratio for o in mistake) > 5 * min(o.ratio for o in solution)


def test_the_same_seed_draws_the_same_inputs_and_another_seed_others():
    task = all_tasks()["knn-no-loops"]
    first, again, other = (draw_inputs(task, task.hidden[0], seed)[0]["X_train"] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_hidden_cases_are_of_other_kinds_than_the_public_ones():
    for task in all_tasks().values():
        assert {c.name for c in task.hidden} - {c.name for c in task.public}, task.id


def test_steps_and_time_decide_apart_from_values():
    task = all_tasks()["knn-no-loops"]
    path, exercise = EXERCISES[task.id]
    loop = next(m for m in task.mistakes if m.id == "loop-in-disguise")
    probe = find_probe(task.id)
    with solved(path, {task.id: mistaken(exercise, loop, path)}) as namespace:
        verdict = judge(task.id, samples_of(task.id), in_process(probe, objects_for(probe, namespace)), 10.0)
    assert verdict.status == "partial"
    assert 0 < verdict.points < 10
    assert verdict.mistake == "loop-in-disguise"
