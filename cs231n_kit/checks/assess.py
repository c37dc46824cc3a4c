"""Assess code on the cases of a task: right or wrong, loop-free, frugal, fast, and which mistake it looks like.

The same code serves the visible check in the notebook, the hidden test, and the grader that talks to another
process: it only needs a `run(inputs, measure)` that returns an Observation.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from cs231n_kit.checks.compare import TOLERANCE, agree, difference
from cs231n_kit.checks.observe import Observation

Run = Callable[[dict, str], Observation]

UNWRITTEN = "NotImplementedError"  # what a stub raises
OUT_OF_TIME = "OutOfTime"  # what a grader that runs code in another process reports
OUT_OF_MEMORY = "MemoryError"  # what Python raises, and what that grader reports
TIMING_REPEATS = 5
BEYOND_DOUBT = 8  # times faster than what is slow


@dataclass(frozen=True)
class Sample:
    """One case of a task with its inputs drawn, and what the solution and each known mistake made of them.

    inputs   : one dict of inputs; for "steps" a base size followed by one for each grown axis and one with all grown;
               none for "time", for which draw(repeat) returns new ones, so that nothing can be remembered
    axes     : for "steps", the names of the grown axes, in order        growth : rows added along each axis
    limit    : for "memory", bytes; for "time", how many times the solution's CPU time is slow, and half of it is fast
    weight   : share of the points; 0 = a note only, for which `remark` says what it means
    """

    name: str
    measure: str
    inputs: list[dict]
    expected: list[Observation]
    mistakes: dict[str, list[Observation]] = field(default_factory=dict)
    weight: float = 1.0
    remark: str = ""
    tolerance: float = TOLERANCE
    axes: tuple[str, ...] = ()
    growth: int = 0
    limit: float = 0.0
    reference: Run | None = None  # for "time": the solution itself, measured side by side
    draw: Callable[[int], dict] | None = None  # for "time"
    confirm: Callable[[Run], str | None] | None = None  # looks from outside whether steps or memory were honest


@dataclass(frozen=True)
class Outcome:
    """How one case went. `passed` is None when a timing stayed unclear.

    contradicted : what the code's own process showed was right, and was found wrong from outside
    """

    sample: Sample
    passed: bool | None
    message: str = ""
    observed: tuple[Observation, ...] = ()
    ratio: float = 0.0  # for "time": CPU time against the reference
    contradicted: bool = False


def assess(samples: list[Sample], run: Run, quiet: AbstractContextManager | None = None) -> list[Outcome]:
    """Return one Outcome for each sample. Stops early where nothing is written yet, or where time ran out.

    quiet : is entered while a clock decides, so that only one program on the machine is being timed
    """
    outcomes = []
    for sample in samples:
        if sample.measure == "time":
            with quiet or nullcontext():
                outcomes.append(_assess_time(sample, run))
        else:
            outcomes.append(_assess_sample(sample, run, quiet or nullcontext()))
        if failed_with(outcomes[-1], UNWRITTEN) or failed_with(outcomes[-1], OUT_OF_TIME):
            break
    return outcomes


def failed_with(outcome: Outcome, kind: str) -> bool:
    """Return whether a run of this case ended in an exception of class `kind`."""
    return any(_ended_in(seen, kind) for seen in outcome.observed)


def _ended_in(seen: Observation, kind: str) -> bool:
    return seen.failure is not None and seen.failure.kind == kind


def recognize(outcomes: list[Outcome]) -> str | None:
    """Return the id of the known mistake that explains every failed case, or None.

    A mistake explains a failure if it shows the same there: the same wrong values, the same exception at the same
    inputs, the same axes along which steps grow. Of several, the one that agrees on most cases is named.
    """
    failed = [o for o in outcomes if o.passed is False and o.sample.weight > 0 and _shows_why(o)]
    candidates = set.intersection(*({m for m in o.sample.mistakes if _alike(o, m)} for o in failed)) if failed else set()
    if not candidates:
        return None
    agreeing = {m: sum(_alike(o, m) for o in outcomes) for m in sorted(candidates)}
    return max(agreeing, key=agreeing.get)


def _shows_why(outcome):
    return outcome.sample.measure != "time" and not outcome.contradicted


def grown_axes(observed: list[Observation], sample: Sample) -> tuple[str, ...]:
    """Return the axes along which the steps grow with the rows. A few steps more or less are not growth.

    Steps that grow only when all axes do (a loop over the shorter one) count as growth along all of them.
    """
    base = observed[0].cost
    slack = sample.growth / 4
    grown = [axis for axis, seen in zip(sample.axes, observed[1:], strict=False) if seen.cost - base > slack]
    if not grown and observed[-1].cost - base > slack:
        return sample.axes
    return tuple(grown)


def run_all(run: Run, many: list[dict], measure: str) -> tuple[Observation, ...]:
    """Return what each of the inputs shows, in order, up to the first that runs out of time."""
    observed = ()
    for inputs in many:
        observed += (run(inputs, measure),)
        if _ended_in(observed[-1], OUT_OF_TIME):
            break
    return observed


def plural(axis: str) -> str:
    """Return the plural of the name of an axis."""
    return axis + ("es" if axis.endswith("s") else "s")


def _assess_sample(sample, run, quiet):
    observed = run_all(run, sample.inputs, sample.measure)
    for seen, want in zip(observed, sample.expected, strict=False):
        found = difference(seen, want, sample.tolerance)
        if found:
            return Outcome(sample, False, found, observed)
    found = _cost_sentence(sample, observed)
    if found is None and sample.confirm:
        with quiet:
            found = sample.confirm(run)
        return Outcome(sample, found is None, found or "", observed, contradicted=found is not None)
    return Outcome(sample, found is None, found or "", observed)


def _cost_sentence(sample, observed):
    if sample.measure == "steps":
        grown = grown_axes(observed, sample)
        if grown:
            extra = [(observed[1 + sample.axes.index(a)].cost - observed[0].cost) / sample.growth for a in grown]
            each = " and ".join(f"{e:.0f} for each {a}" for e, a in zip(extra, grown, strict=True))
            return f"the values are right, but Python takes more steps as the arrays grow: {each} added"
    if sample.measure == "memory" and observed[0].cost > sample.limit:
        return f"right, but it held {observed[0].cost / 1e6:.1f} MB at its peak, where {sample.limit / 1e6:.1f} MB is plenty"
    return None


def _assess_time(sample, run):
    """Compare the least CPU time of several interleaved runs with the solution's; measure again while it is unclear.

    Noise only makes code slower, so two runs, the solution's too, that are fast beyond doubt are proof enough; one could
    be on inputs seen for the first time, or against a solution that was held up.
    """
    best_own, best_reference, first = float("inf"), float("inf"), None
    for repeat in range(4 * TIMING_REPEATS):
        inputs = sample.draw(repeat)
        seen, want = run(inputs, "time"), sample.reference(inputs, "time")
        first = first or seen
        found = difference(seen, want, sample.tolerance)
        if found:
            return Outcome(sample, False, found, (seen,))
        best_own, best_reference = min(best_own, seen.cost), min(best_reference, want.cost)
        ratio = best_own / max(best_reference, 1e-6)
        if repeat and ratio <= sample.limit / BEYOND_DOUBT:
            break
        if (repeat + 1) % TIMING_REPEATS == 0 and not sample.limit / 2 < ratio < sample.limit:
            break
    if ratio <= sample.limit / 2:
        return Outcome(sample, True, "", (first,), ratio)
    message = f"it takes {ratio:.0f} times the CPU time of a vectorized solution"
    return Outcome(sample, False if ratio >= sample.limit else None, message, (first,), ratio)


def _alike(outcome, mistake):
    shown = outcome.sample.mistakes.get(mistake)
    if shown is None or len(shown) != len(outcome.observed):
        return False
    if not all(agree(a, b, outcome.sample.tolerance) for a, b in zip(outcome.observed, shown, strict=True)):
        return False
    if outcome.sample.measure == "steps" and not any(seen.failure for seen in shown):
        return grown_axes(outcome.observed, outcome.sample) == grown_axes(shown, outcome.sample)
    if outcome.sample.measure == "memory":
        limit = outcome.sample.limit
        return (outcome.observed[0].cost > limit) == (shown[0].cost > limit)
    return True
