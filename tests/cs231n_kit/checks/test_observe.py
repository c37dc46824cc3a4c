"""Whatever the learner's code does to its inputs, its caller or the screen, an observation is all that comes out."""

import sys
import tracemalloc
import warnings

import numpy as np
import pytest

from cs231n_kit.checks.observe import MEASURES, Failure, observe
from cs231n_kit.checks.probes import Probe
from cs231n_kit.checks.steps import TracedArray

every_measure = pytest.mark.parametrize("measure", MEASURES)


def look(run, measure="values", quiet=True, **inputs):
    return observe(Probe("task", "target", run), (), inputs, measure, quiet)


# --- inputs


@every_measure
def test_an_input_written_into_is_reported_and_stays_as_it_was_for_the_caller(rng, measure):
    X, y = rng.normal(size=(3, 4)), np.arange(3)
    kept = X.copy()

    def run(X, y):
        X -= X.mean()
        return {"out": X + y[:, None]}

    seen = look(run, measure, X=X, y=y)
    assert seen.modified == ("X",)
    np.testing.assert_array_equal(X, kept)
    np.testing.assert_array_equal(seen.outputs["out"], kept - kept.mean() + y[:, None])


@every_measure
def test_reading_inputs_is_not_reported_even_where_they_hold_nan(rng, measure):
    X = np.where(rng.uniform(size=(3, 4)) < 0.5, np.nan, rng.normal(size=(3, 4)))
    inputs = dict(X=X, y=np.arange(3), names=np.array(["cat", "dog"]), k=5, options={"k": 1}, nothing=None)
    assert look(lambda **_: {}, measure, **inputs).modified == ()


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.complex128, bool, "U3"])
def test_a_write_is_noticed_in_every_dtype(dtype):
    def run(X):
        X[1] = X[0]
        return {}

    assert look(run, X=np.array([1, 0, 1]).astype(dtype)).modified == ("X",)


def _layout(array):
    return array.shape, array.dtype, array.flags.c_contiguous, array.flags.f_contiguous


@every_measure
@pytest.mark.parametrize(
    "view",
    [
        lambda base: base,
        lambda base: base.T,
        lambda base: base[:, ::2],
        lambda base: base[::-1],
        lambda base: base[1:-1, 1:-1],
        lambda base: np.broadcast_to(base[0], (3, 6)),
        lambda base: base[:0],
    ],
)
def test_an_input_keeps_its_values_and_stays_strided_if_it_is(view, measure):
    X = view(np.arange(24, dtype=np.float32).reshape(4, 6))
    layouts = []

    def run(X):
        layouts.append(_layout(X))
        return {"out": X + 0}

    seen = look(run, measure, X=X)
    np.testing.assert_array_equal(seen.outputs["out"], X)
    assert set(layouts) == {_layout(X)}


def test_an_input_that_must_not_be_written_to_may_be_written_to_in_its_copy():
    X = np.zeros(3)
    X.flags.writeable = False
    assert look(lambda X: {"out": np.add(X, 1, out=X)}, X=X).modified == ("X",)


# --- outputs


def test_outputs_are_sorted_into_plain_arrays_and_odd_types():
    seen = look(
        lambda X: {
            "array": X,
            "number": 3,
            "numpy_number": np.float32(0.5),
            "flag": True,
            "text": "cat",
            "view": X.view(TracedArray),
            "list": [1, 2],
            "nothing": None,
            "matrix": np.matrix([1]),
            "objects": np.array([None]),
            "dates": np.array(["2020-01-01"], "M8[D]"),
            "beyond_int64": 10**30,
        },
        X=np.arange(3.0),
    )
    assert list(seen.outputs) == ["array", "number", "numpy_number", "flag", "text", "view"]
    assert all(type(value) is np.ndarray for value in seen.outputs.values())
    assert seen.odd_types.keys() == {"list", "nothing", "matrix", "objects", "dates", "beyond_int64"}
    assert [seen.odd_types[name] for name in ("list", "nothing", "matrix")] == ["list", "NoneType", "matrix"]
    assert "object" in seen.odd_types["objects"]


# --- noise


def noisy(X):
    warnings.warn("look out", stacklevel=1)
    np.log(np.zeros(1))
    np.sqrt(-np.ones(1))
    np.zeros(1) / np.zeros(1)
    np.float32(1e38) * np.float32(1e38)
    return {"out": X}


@every_measure
@pytest.mark.parametrize("quiet", [True, False])
@pytest.mark.parametrize("numpy_errors", ["warn", "raise", "print"])
def test_warnings_and_floating_errors_are_neither_shown_nor_raised(capfd, measure, quiet, numpy_errors):
    with np.errstate(all=numpy_errors), warnings.catch_warnings():
        warnings.simplefilter("error")
        seen = look(noisy, measure, quiet, X=np.ones(2))
        assert seen.failure is None
        assert np.geterr()["divide"] == numpy_errors
        with pytest.raises(UserWarning, match="look out"):
            noisy(np.ones(2))
    assert capfd.readouterr() == ("", "")


def test_settings_that_the_code_changes_are_put_back():
    def run():
        np.seterr(all="raise")
        warnings.simplefilter("always")
        return {}

    before = np.geterr(), list(warnings.filters)
    look(run)
    assert (np.geterr(), list(warnings.filters)) == before


def talkative():
    print("step 1")
    print("alas", file=sys.stderr)
    return {}


@every_measure
def test_prints_are_swallowed_when_quiet(capfd, measure):
    look(talkative, measure)
    assert capfd.readouterr() == ("", "")


@every_measure
def test_prints_are_seen_once_when_not_quiet(capsys, measure):
    look(talkative, measure, quiet=False)
    assert capsys.readouterr().out == "step 1\n"


def test_stdout_is_put_back_also_after_an_exception():
    before = sys.stdout, sys.stderr
    look(lambda: 1 / 0)
    assert (sys.stdout, sys.stderr) == before


# --- exceptions


@every_measure
def test_an_exception_is_recorded_with_the_line_it_came_from(measure):
    def run():
        raise ValueError("k must be odd")

    seen = look(run, measure)
    number = run.__code__.co_firstlineno + 1
    assert seen.failure == Failure("ValueError", "k must be odd", f'run, line {number}: raise ValueError("k must be odd")')
    assert seen.outputs == {}


@every_measure
@pytest.mark.parametrize(
    ("run", "failure"),
    [
        (lambda: sys.exit("enough"), ("SystemExit", "enough")),
        (lambda: exec("raise SystemExit"), ("SystemExit", "")),
        (lambda: {}["k"], ("KeyError", "'k'")),
        (lambda: exec("1 +"), ("SyntaxError", "invalid syntax (<string>, line 1)")),
    ],
)
def test_leaving_python_or_failing_in_it_is_only_recorded(run, failure, measure):
    seen = look(run, measure).failure
    assert (seen.kind, seen.message) == failure


@pytest.mark.parametrize(
    ("run", "kind"),
    [
        (lambda: np.linalg.inv(np.zeros((2, 2))), "LinAlgError"),
        (lambda: np.zeros(2) + np.zeros(3), "ValueError"),
        (lambda: np.concatenate([np.zeros(2), np.zeros((2, 2))]), "ValueError"),
    ],
)
def test_an_exception_from_within_numpy_points_at_the_learners_line(run, kind):
    failure = look(run).failure
    assert failure.kind == kind
    assert failure.line.startswith(f"line {run.__code__.co_firstlineno}: ")
    assert "np." in failure.line


def test_endless_recursion_is_recorded():
    def run():
        return run()

    assert look(run).failure.kind == "RecursionError"


def test_a_long_message_is_cut():
    def run():
        raise ValueError(10**6 * "x")

    assert 0 < len(look(run).failure.message) < 1000


def test_an_interrupt_by_the_person_at_the_keyboard_passes_through():
    def run():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look(run)


# --- costs


def loop(X):
    return {"out": np.array([x.sum() for x in X])}


def loop_free(X):
    return {"out": X.sum(axis=1)}


def only_plain(function):
    def run(X):
        if type(X) is not np.ndarray:
            raise TypeError("only plain arrays")
        return function(X)

    return run


@pytest.mark.parametrize("wrap", [lambda f: f, only_plain])
def test_steps_grow_for_a_loop_and_not_without_also_where_the_code_bears_plain_arrays_only(wrap):
    for function, added in [(loop, 30), (loop_free, 0)]:
        few, many = (look(wrap(function), "steps", X=np.ones((rows, 3))) for rows in (5, 35))
        assert few.failure is None
        assert many.cost - few.cost >= added
        assert (many.cost == few.cost) == (added == 0)


def test_a_map_of_numpy_functions_is_counted():
    few, many = (look(lambda X: {"out": len(list(map(np.subtract, X, X)))}, "steps", X=np.ones((n, 3))) for n in (5, 35))
    assert many.cost - few.cost >= 30


def test_what_code_does_only_once_is_not_counted():
    known = []

    def run(X):
        if not known:
            for _ in range(1000):
                known.append(0)
        return {}

    assert look(run, "steps", X=np.ones(3)).cost < 100


@every_measure
def test_outputs_are_the_same_plain_arrays_whatever_is_measured(rng, measure):
    X = rng.normal(size=(4, 3))
    seen = look(lambda X: {"out": 2 * X}, measure, X=X)
    assert type(seen.outputs["out"]) is np.ndarray
    np.testing.assert_array_equal(seen.outputs["out"], 2 * X)


@pytest.mark.parametrize("tracing", [False, True])
def test_memory_is_the_peak_beyond_what_there_was_before(tracing):
    def run(ballast):
        temporary = np.ones(250_000)
        return {"out": temporary.sum()}

    if tracing:
        tracemalloc.start()
        np.ones(4 * 10**6)  # an earlier and higher peak
    try:
        cost = look(run, "memory", ballast=np.ones(10**6)).cost
        assert tracemalloc.is_tracing() is tracing
    finally:
        tracemalloc.stop()
    assert 2e6 <= cost < 2.2e6


def test_memory_counts_what_is_held_at_the_same_time():
    def one_by_one():
        for _ in range(3):
            np.ones(125_000)
        return {}

    def all_at_once():
        return {"out": np.stack([np.ones(125_000) for _ in range(2)])}

    small, large = look(one_by_one, "memory").cost, look(all_at_once, "memory").cost
    assert 1e6 <= small < 2.2e6
    assert 4e6 <= large < 4.2e6


def test_time_is_not_negative():
    assert look(loop_free, "time", X=np.ones((3, 3))).cost >= 0


def test_tracing_of_memory_ends_also_after_an_exception():
    look(lambda: 1 / 0, "memory")
    assert not tracemalloc.is_tracing()


def test_an_unknown_measure_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"values, steps, memory, time; got 'speed'"):
        look(loop_free, "speed", X=np.ones((2, 2)))


def test_arrays_inside_dicts_and_lists_are_copied_and_watched():
    given = {"parameters": {"w": np.zeros(2)}, "layers": [np.ones(2)]}

    def run(parameters, layers):
        parameters["w"] += 1
        layers[0] *= 5
        return {}

    seen = observe(Probe("t", "t", run), (), given)
    assert seen.modified == ("parameters", "layers")
    assert np.array_equal(given["parameters"]["w"], [0, 0])
    assert np.array_equal(given["layers"][0], [1, 1])


def test_an_exception_that_cannot_be_shown_is_a_failure_like_any_other():
    class Odd(BaseException):
        def __str__(self):
            raise ValueError

    def run():
        raise Odd

    assert observe(Probe("t", "t", run), (), {}).failure.kind == "Odd"


def test_the_line_told_is_the_learners_and_not_the_standard_librarys():
    import statistics

    def run():
        return {"x": statistics.mean([])}

    assert "statistics.mean([])" in observe(Probe("t", "t", run), (), {}).failure.line
