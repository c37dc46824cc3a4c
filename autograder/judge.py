"""Draw the cases of a task, know what is right, and turn outcomes into points.

The judge never touches a student's objects: it asks a `run(inputs, measure)` for observations, from the same process
(stock nbgrader) or from another one, and compares.
"""

import contextlib
import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from autograder.reference import mistaken, objects_for, solved
from autograder.source import read_source
from autograder.tasks import Case, Task, all_tasks
from cs231n_kit.checks.assess import (
    OUT_OF_MEMORY,
    OUT_OF_TIME,
    TIMING_REPEATS,
    UNWRITTEN,
    Outcome,
    Run,
    Sample,
    assess,
    failed_with,
    grown_axes,
    plural,
    recognize,
    run_all,
)
from cs231n_kit.checks.check import describe
from cs231n_kit.checks.compare import difference
from cs231n_kit.checks.observe import Observation, observe
from cs231n_kit.checks.probes import Probe, find_probe
from cs231n_kit.checks.store import observation_tree
from cs231n_kit.checks.wire import decode, encode

GROWTH = 24  # rows added along an axis when steps are counted
LARGE = 6000  # rows along one axis when CPU time has to confirm the count
HIDDEN_STEPS = 8  # times the solution's CPU time at which that many rows must have been visited one by one
LEAST_SECONDS = 3e-4  # of CPU time that are compared at all
LARGE_BYTES = 120e6  # of memory by which a process may grow over a case's large inputs


@dataclass(frozen=True)
class Verdict:
    """What a student gets for a task, and why."""

    task: str
    points: float
    max_points: float
    status: str  # passed, partial, failed, error, timeout, out of memory, not attempted, inconclusive
    mistake: str  # id of the recognized mistake, or ""
    report: str


def rng_for(seed: int, *names: str) -> np.random.Generator:
    """Return the random generator of one case: the same for the same seed and names, whatever else is drawn."""
    words = [int.from_bytes(name.encode(), "big") % 2**64 for name in names]
    return np.random.default_rng([seed, *words])


def draw_inputs(task: Task, case: Case, seed: int) -> list[dict]:
    """Return the inputs of a case: one dict, or for "steps" a base size, each axis grown, and all axes grown."""
    rng = rng_for(seed, task.id, case.name)
    if case.measure != "steps":
        return [case.draw(rng)]
    base = rng.integers(6, 12, size=len(case.axes))
    grown = GROWTH * np.eye(len(case.axes), dtype=int)
    extra = [0 * base, *grown, grown.sum(axis=0)] if len(case.axes) > 1 else [0 * base, grown[0], 2 * grown[0]]
    return [case.draw(rng, *(base + e)) for e in extra]


def draw_samples(path: Path, task: Task, cases: tuple[Case, ...], seed: int) -> list[Sample]:
    """Return the cases with inputs drawn from `seed`, and what the solution and every mistake make of them.

    path : the notebook's source. Timings are left out: they need the solution at hand (see `timing_samples`).
    """
    drawn = [(case, draw_inputs(task, case, seed)) for case in cases if case.measure != "time"]
    expected = observe_cases(path, task, drawn)
    exercise = next(cell for cell in read_source(path) if cell.kind == "exercise" and cell.task == task.id)
    shown = {m.id: observe_cases(path, task, drawn, {task.id: mistaken(exercise, m, path)}) for m in task.mistakes}
    samples = []
    for i, (case, inputs) in enumerate(drawn):
        sample = _sample(task, case, inputs, expected[i])
        mistakes = {name: _settled(observations[i], sample) for name, observations in shown.items()}
        samples.append(replace(sample, expected=_settled(expected[i], sample), mistakes=mistakes))
    return samples


def observe_cases(
    path: Path, task: Task, drawn: list[tuple[Case, list[dict]]], replaced: dict[str, str] | None = None
) -> list[list[Observation]]:
    """Return what the solution, or with `replaced` a mistake, makes of each case with its inputs."""
    probe = find_probe(task.id)
    with solved(path, replaced) as namespace:
        run = in_process(probe, objects_for(probe, namespace))
        return [list(run_all(run, many, case.measure)) for case, many in drawn]


@contextlib.contextmanager
def timing_samples(path: Path, task: Task, seed: int) -> Iterator[list[Sample]]:
    """Yield the task's timings, each with the solution in this process to be measured against."""
    cases = [case for case in task.hidden if case.measure == "time"]
    if not cases:
        yield []
        return
    probe = find_probe(task.id)
    with solved(path) as namespace:
        reference = in_process(probe, objects_for(probe, namespace))
        yield [replace(_sample(task, case, [], []), reference=reference, draw=_drawer(task, case, seed)) for case in cases]


@contextlib.contextmanager
def confirmed(path: Path, task: Task, seed: int, samples: list[Sample]) -> Iterator[list[Sample]]:
    """Yield the samples, with what another process can see of the code to confirm what the code's own process says.

    Steps and traced memory are counted where the student's code runs, and could be hidden there. CPU time and the size of
    the process are not theirs to tell: a loop over thousands of rows, or an array of gigabytes, shows in them.
    """
    probe = find_probe(task.id)
    with solved(path) as namespace:
        reference = over_the_wire(in_process(probe, objects_for(probe, namespace)))
        cases = {case.name: case for case in task.hidden}
        yield [_confirmed(task, cases[sample.name], seed, sample, reference) for sample in samples]


def _confirmed(task, case, seed, sample, reference) -> Sample:
    if sample.measure == "time":
        return replace(sample, reference=over_the_wire(sample.reference))
    if sample.measure == "steps":
        grown = functools.cache(functools.partial(_grown, task, case, seed))
        return replace(sample, confirm=lambda run: _confirm_steps(task, case, grown, reference, run))
    if sample.measure == "memory" and case.large:
        large = functools.cache(lambda: case.large(rng_for(seed, task.id, case.name, "large")))
        return replace(sample, confirm=lambda run: _confirm_memory(task, large, run))
    return sample


def over_the_wire(reference: Run) -> Run:
    """Return a `run` whose CPU time includes what it takes to receive the inputs and to send what was observed."""

    def run(inputs, measure):
        message = encode(inputs)
        start = time.process_time()
        seen = reference(decode(message), "values")
        encode(observation_tree(seen))
        return replace(seen, cost=time.process_time() - start)

    return run


def _grown(task, case, seed, place: int, repeat: int) -> dict:
    """Return inputs with one axis grown to thousands of rows."""
    rng = rng_for(seed, task.id, case.name, case.axes[place], str(repeat))
    sizes = rng.integers(6, 12, size=len(case.axes))
    sizes[place] = LARGE
    return case.draw(rng, *sizes)


def _confirm_steps(task, case, grown, reference, run) -> str | None:
    """Grow each axis by itself to thousands of rows, and return a sentence if the CPU time is that of a hidden loop."""
    for place, axis in enumerate(case.axes):
        least, least_reference = float("inf"), float("inf")
        for repeat in range(TIMING_REPEATS):
            inputs = grown(place, repeat)
            seen, want = run(inputs, "time"), reference(inputs, "time")
            found = difference(seen, want, task.tolerance)
            if found:
                return f"with {LARGE:,} {plural(axis)}: {found}"
            least, least_reference = min(least, seen.cost), min(least_reference, want.cost)
            if least <= HIDDEN_STEPS * max(least_reference, LEAST_SECONDS) or case.pairs:
                break
        else:
            return (
                f"the count of steps does not grow, yet {LARGE:,} {plural(axis)} take {least / least_reference:.0f} times "
                f"the CPU time of a vectorized solution: the count cannot be trusted"
            )
    return None


def _confirm_memory(task, large, run) -> str | None:
    seen = run(large(), "peak")
    if seen.failure:
        return difference(seen, Observation(), task.tolerance)
    if seen.cost > LARGE_BYTES:
        return (
            f"with larger inputs it may have held {seen.cost / 1e6:.0f} MB, with what it started, "
            f"where {LARGE_BYTES / 1e6:.0f} MB is plenty"
        )
    return None


def _drawer(task: Task, case: Case, seed: int):
    return functools.lru_cache(TIMING_REPEATS)(lambda repeat: case.draw(rng_for(seed, task.id, case.name, str(repeat))))


def in_process(probe: Probe, objects: tuple) -> Run:
    """Return a `run` that exercises objects of this process."""
    return lambda inputs, measure: observe(probe, objects, inputs, measure)


def judge(
    task: str, samples: list[Sample], run: Run, points: float, quiet: contextlib.AbstractContextManager | None = None
) -> Verdict:
    """Assess on all samples and return the verdict: the weight of the passed cases as a share of `points`.

    A timing that stayed unclear counts as passed. What is not known to be wrong is not marked down.
    """
    outcomes = assess(samples, run, quiet)
    total = sum(s.weight for s in samples)
    earned = sum(o.sample.weight for o in outcomes if o.passed is not False)
    score = round(points * earned / total, 2)
    report = describe(find_probe(task), outcomes, words_of(all_tasks()[task]))
    return Verdict(task, score, points, _status(outcomes, earned, total), recognize(outcomes) or "", report)


def words_of(task: Task) -> dict[str, dict]:
    """Return what is said about each mistake of a task."""
    return {m.id: {"title": m.title, "hint": m.hint} for m in task.mistakes}


def _status(outcomes: list[Outcome], earned: float, total: float) -> str:
    if any(failed_with(o, UNWRITTEN) for o in outcomes):
        return "not attempted"
    if any(failed_with(o, OUT_OF_TIME) for o in outcomes):
        return "timeout"
    if any(failed_with(o, OUT_OF_MEMORY) for o in outcomes):
        return "out of memory"
    if earned == total:
        return "inconclusive" if any(o.passed is None for o in outcomes) else "passed"
    if earned > 0:
        return "partial"
    return "error" if any(seen.failure for o in outcomes for seen in o.observed) else "failed"


def _sample(task, case, inputs, expected) -> Sample:
    return Sample(
        name=case.name,
        measure=case.measure,
        inputs=inputs,
        expected=expected,
        weight=case.weight,
        remark=case.remark,
        tolerance=task.tolerance,
        axes=case.axes,
        growth=GROWTH if case.axes else 0,
        limit=case.limit,
    )


def _settled(observations: list[Observation], sample: Sample) -> list[Observation]:
    """Reduce measured costs to what is compared, so that they are the same on every machine and Python version."""
    costs = [0.0] * len(observations)
    if sample.measure == "steps":
        grown = grown_axes(observations, sample)
        costs = [0.0, *(float(sample.growth) * (axis in grown) for axis in sample.axes)]
        costs += [0.0] * (len(observations) - len(costs))
    if sample.measure == "memory":
        costs = [2 * sample.limit * (o.cost > sample.limit) for o in observations]
    settled = zip(observations, costs, strict=True)
    return [replace(o, cost=cost, failure=o.failure and replace(o.failure, line="")) for o, cost in settled]
