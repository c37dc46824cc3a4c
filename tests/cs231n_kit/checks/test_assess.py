"""Right or wrong, loop-free, frugal, fast, and which mistake it is: decided from observations alone."""

from dataclasses import replace

import numpy as np
import pytest

from cs231n_kit.checks.assess import BEYOND_DOUBT, TIMING_REPEATS, Sample, assess, failed_with, grown_axes, recognize
from cs231n_kit.checks.observe import Failure, Observation

GROWTH = 8
SLOW = 20.0  # times the reference; half of it is fast
UNCLEAR = 0.75 * SLOW


def shown(out=0.0, cost=0.0):
    return Observation({"out": np.asarray(out)}, cost=cost)


def raised(kind, message=""):
    return Observation(failure=Failure(kind, message))


def values(right=1.0, weight=1.0, **mistakes):
    """A case with the answer `right`, and what each mistake makes of it: an observation, or an answer."""
    seen = {name: [m if isinstance(m, Observation) else shown(m)] for name, m in mistakes.items()}
    return Sample("values", "values", [{}], [shown(right)], seen, weight)


def steps(**mistakes):
    """A case in which two axes grow, and the costs that each mistake has there."""
    seen = {name: [shown(cost=cost) for cost in costs] for name, costs in mistakes.items()}
    inputs = [{"run": i} for i in range(4)]
    return Sample("steps", "steps", inputs, 4 * [shown()], seen, axes=("test row", "training row"), growth=GROWTH)


def memory(limit, **mistakes):
    seen = {name: [shown(cost=cost)] for name, cost in mistakes.items()}
    return Sample("memory", "memory", [{}], [shown()], seen, limit=limit)


def assessed(*cases):
    """Assess samples with what the learner's code shows on each: an observation, or one for each of its inputs."""
    samples = [sample for sample, _ in cases]
    waiting = [o for _, seen in cases for o in (seen if isinstance(seen, list) else [seen])]
    return assess(samples, lambda inputs, measure: waiting.pop(0))


# --- values


def test_every_case_gets_an_outcome_of_its_own_in_order():
    outcomes = assessed((values(1.0), shown(1.0)), (values(2.0), shown(5.0)), (values(3.0), shown(3.0)))
    assert [o.passed for o in outcomes] == [True, False, True]
    assert [bool(o.message) for o in outcomes] == [False, True, False]
    assert "expected 2" in outcomes[1].message


def test_the_code_is_run_on_the_inputs_of_the_case_with_its_measure():
    calls = []

    def run(inputs, measure):
        calls.append((inputs, measure))
        return shown(cost=1.0)

    assess([steps(), memory(2.0)], run)
    assert calls == [*(({"run": i}, "steps") for i in range(4)), ({}, "memory")]


def test_the_tolerance_is_the_case_s():
    (outcome,) = assessed((Sample("", "values", [{}], [shown(1.0)], tolerance=0.1), shown(1.1)))
    assert outcome.passed


def test_a_wrong_value_among_several_runs_fails_the_case():
    (outcome,) = assessed((steps(), [shown(), shown(), shown(7.0), shown()]))
    assert outcome.passed is False
    assert "expected 0" in outcome.message
    assert len(outcome.observed) == 4


@pytest.mark.parametrize("kind", ["NotImplementedError", "OutOfTime"])
def test_assessment_stops_where_nothing_is_written_or_time_ran_out(kind):
    outcomes = assessed((values(), shown(1.0)), (values(), raised(kind)), (values(), shown(1.0)))
    assert [o.passed for o in outcomes] == [True, False]
    assert [failed_with(o, kind) for o in outcomes] == [False, True]


def test_assessment_goes_on_after_any_other_exception():
    outcomes = assessed((values(), raised("ValueError")), (values(), shown(1.0)))
    assert [o.passed for o in outcomes] == [False, True]


# --- steps and memory


@pytest.mark.parametrize(
    ("costs", "grown"),
    [
        ((50, 50, 50, 50), ()),
        ((50, 50 + GROWTH, 50, 50 + GROWTH), ("test row",)),
        ((50, 50, 50 + GROWTH, 50 + GROWTH), ("training row",)),
        ((50, 90, 90, 200), ("test row", "training row")),
        ((50, 50 + GROWTH / 4, 50, 50), ()),
        ((50, 51 + GROWTH / 4, 50, 50), ("test row",)),
        ((50, 10, 10, 10), ()),
    ],
)
def test_steps_grow_along_an_axis_if_they_exceed_a_few_for_the_rows_added(costs, grown):
    seen = [shown(cost=cost) for cost in costs]
    assert grown_axes(seen, steps()) == grown
    (outcome,) = assessed((steps(), seen))
    assert outcome.passed is not bool(grown)
    assert all(f"for each {axis}" in outcome.message for axis in grown)


def test_the_steps_for_each_added_row_are_told():
    (outcome,) = assessed((steps(), [shown(cost=cost) for cost in (50, 50 + 3 * GROWTH, 50, 50)]))
    assert "the values are right" in outcome.message
    assert "3 for each test row added" in outcome.message


@pytest.mark.parametrize(("peak", "passed"), [(0, True), (2e6, True), (2e6 + 1, False), (9e6, False)])
def test_memory_may_reach_its_limit_and_not_exceed_it(peak, passed):
    (outcome,) = assessed((memory(2e6), shown(cost=peak)))
    assert outcome.passed is passed
    assert passed or ("2.0 MB is plenty" in outcome.message and f"{peak / 1e6:.1f} MB at its peak" in outcome.message)


def test_a_wrong_value_is_told_before_a_cost():
    (outcome,) = assessed((memory(1.0), shown(7.0, cost=5.0)))
    assert "expected 0" in outcome.message


# --- time


def fresh(repeat):
    return {}


def raced(own, reference=1.0, answer=0.0):
    """Race code that takes the times `own`, the last of them for ever, with a reference; return the outcome and a log."""
    log = {"own": [], "reference": []}

    def runner(name, costs, out):
        def run(inputs, measure):
            assert measure == "time"
            log[name].append(costs[min(len(log[name]), len(costs) - 1)])
            return shown(out, cost=log[name][-1])

        return run

    sample = Sample("speed", "time", [], [], limit=SLOW, reference=runner("reference", [reference], 0.0), draw=fresh)
    (outcome,) = assess([sample], runner("own", own, answer))
    return outcome, log


@pytest.mark.parametrize(
    ("own", "passed"),
    [
        ([0.1], True),
        ([SLOW / 2], True),
        ([SLOW], False),
        ([25 * SLOW], False),
        ([UNCLEAR], None),
        ([99 * SLOW, 99 * SLOW, 1.0, 99 * SLOW], True),
        ([*(2 * TIMING_REPEATS * [UNCLEAR]), 1.0], True),
    ],
)
def test_the_verdict_on_speed_is_that_of_the_least_time_against_the_reference(own, passed):
    outcome, log = raced(own)
    assert outcome.passed is passed
    assert outcome.ratio == min(log["own"])
    assert bool(outcome.message) is (passed is not True)
    assert len(log["own"]) == len(log["reference"])


@pytest.mark.parametrize(
    ("own", "runs"),
    [
        (SLOW / BEYOND_DOUBT, 2),
        (SLOW / BEYOND_DOUBT + 0.1, TIMING_REPEATS),
        (SLOW, TIMING_REPEATS),
        (UNCLEAR, 4 * TIMING_REPEATS),
    ],
)
def test_a_race_ends_after_two_runs_if_it_is_won_by_far_after_a_round_if_it_is_clear_and_else_is_repeated(own, runs):
    _, log = raced([own])
    assert len(log["own"]) == runs


def test_what_counts_is_the_ratio_and_not_the_time():
    assert raced([3e3], reference=1e3)[0].passed
    assert raced([3e-3], reference=1e-4)[0].passed is False


def test_a_reference_too_fast_to_measure_divides_nothing_by_zero():
    assert raced([0.0], reference=0.0)[0].passed
    assert raced([1.0], reference=0.0)[0].passed is False


def test_every_run_of_a_race_is_on_inputs_of_its_own_and_its_values_count():
    sample = Sample(
        "speed", "time", [], [], limit=SLOW, reference=lambda x, _: shown(float(x["n"]), cost=1.0), draw=lambda n: {"n": n}
    )
    (remembering,) = assess([sample], lambda x, _: shown(0.0, cost=0.1))
    (honest,) = assess([sample], lambda x, _: shown(float(x["n"]), cost=0.1))
    assert (remembering.passed, honest.passed) == (False, True)


def test_wrong_values_end_a_race_at_once():
    outcome, log = raced([0.1], answer=3.0)
    assert outcome.passed is False
    assert "expected 0" in outcome.message
    assert len(log["own"]) == 1


# --- which mistake


def test_a_mistake_that_shows_the_same_wrong_values_is_recognized():
    assert recognize(assessed((values(2.0, squared=4.0, half=1.0), shown(4.0)))) == "squared"


def test_nothing_is_recognized_where_nothing_failed_or_nothing_agrees():
    assert recognize([]) is None
    assert recognize(assessed((values(2.0, squared=4.0), shown(2.0)))) is None
    assert recognize(assessed((values(2.0, squared=4.0), shown(5.0)))) is None
    assert recognize(assessed((values(2.0), shown(5.0)))) is None


def test_a_mistake_must_explain_every_failed_case():
    both = assessed((values(2.0, squared=4.0, half=1.0), shown(4.0)), (values(3.0, squared=9.0, half=4.0), shown(4.0)))
    assert recognize(both) is None


def test_a_mistake_must_show_the_same_in_every_run_of_a_case():
    sample = Sample("two runs", "values", [{}, {}], 2 * [shown(1.0)], {"doubled": 2 * [shown(2.0)]})
    assert recognize(assessed((sample, [shown(2.0), shown(2.0)]))) == "doubled"
    assert recognize(assessed((sample, [shown(2.0), shown(5.0)]))) is None


def test_of_several_mistakes_the_one_that_agrees_on_most_cases_is_named():
    failed = values(2.0, aaa=4.0, squared=4.0, zzz=4.0)
    passed = values(1.0, aaa=2.0, squared=1.0, zzz=3.0)
    assert recognize(assessed((failed, shown(4.0)), (passed, shown(1.0)))) == "squared"


def test_a_mistake_is_recognized_by_its_exception_at_the_same_inputs():
    sample = values(1.0, shapes=raised("ValueError", "operands could not be broadcast"), index=raised("IndexError", "k"))
    assert recognize(assessed((sample, raised("IndexError", "k")))) == "index"
    assert recognize(assessed((sample, raised("ValueError", "other words")))) is None
    assert recognize(assessed((sample, shown(5.0)))) is None


def test_a_case_of_no_weight_is_neither_explained_nor_in_the_way():
    note = values(0.0, weight=0, squared=0.0)
    assert recognize(assessed((note, shown(5.0)))) is None
    assert recognize(assessed((values(2.0, squared=4.0), shown(4.0)), (note, shown(5.0)))) == "squared"


def test_a_loop_is_recognized_by_the_axes_along_which_it_grows():
    sample = steps(one_loop=(0, GROWTH, 0, GROWTH), two_loops=(0, GROWTH, GROWTH, GROWTH), slow_values=(0, 0, 0, 0))
    for costs, mistake in [
        ((40, 40 + 9 * GROWTH, 40, 0), "one_loop"),
        ((40, 40 + 9 * GROWTH, 40 + 5 * GROWTH, 0), "two_loops"),
        ((40, 40, 40 + 9 * GROWTH, 0), None),
    ]:
        assert recognize(assessed((sample, [shown(cost=cost) for cost in costs]))) == mistake


def test_excess_of_memory_is_recognized_however_large():
    sample = memory(2e6, blockwise=1e6, giant=5e6)
    assert recognize(assessed((sample, shown(cost=3e6)))) == "giant"
    assert recognize(assessed((sample, shown(cost=1.5e6)))) is None


def test_the_clock_neither_names_a_mistake_nor_hides_one():
    slow = Sample("speed", "time", [], [], limit=SLOW, reference=lambda inputs, measure: shown(cost=1.0), draw=fresh)
    wrong = values(2.0, squared=4.0)

    def run(inputs, measure):
        return shown(cost=1e3) if measure == "time" else shown(4.0)

    assert [o.passed for o in assess([slow, wrong], run)] == [False, False]
    assert recognize(assess([slow, wrong], run)) == "squared"
    assert recognize(assess([slow], run)) is None


def test_a_loop_over_the_shorter_axis_grows_only_when_both_do_and_is_still_a_loop():
    case = steps()
    assert grown_axes([shown(cost=cost) for cost in (50, 50, 50, 50 + 10 * GROWTH)], case) == case.axes
    assert grown_axes([shown(cost=50)] * 4, case) == ()


def test_a_case_ends_with_the_first_run_that_is_out_of_time():
    runs = []

    def run(inputs, measure):
        runs.append(inputs)
        return raised("OutOfTime")

    (outcome,) = assess([steps()], run)
    assert outcome.passed is False
    assert len(runs) == 1


# --- what is seen from outside


def test_what_looks_right_and_is_contradicted_from_outside_fails_with_the_reason_and_names_no_mistake():
    sample = replace(steps(harmless=[0.0, 0.0, 0.0, 0.0]), confirm=lambda run: "a hidden loop")
    (outcome,) = assess([sample], lambda inputs, measure: shown())
    assert (outcome.passed, outcome.message, outcome.contradicted) == (False, "a hidden loop", True)
    assert recognize([outcome]) is None


def test_what_is_confirmed_from_outside_passes_and_what_already_failed_is_not_confirmed():
    sample = replace(memory(2.0), confirm=lambda run: None)
    (outcome,) = assess([sample], lambda inputs, measure: shown(cost=1.0))
    assert (outcome.passed, outcome.contradicted) == (True, False)
    (outcome,) = assess([replace(sample, confirm=pytest.fail)], lambda inputs, measure: shown(cost=3.0))
    assert (outcome.passed, outcome.contradicted) == (False, False)
