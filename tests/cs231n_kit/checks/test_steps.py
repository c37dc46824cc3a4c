"""Steps tell loops, in whatever clothes, from loop-free code: on the inputs that the checks use, and exactly."""

import functools
import gc
import itertools
import operator
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_kit.checks.steps import TracedArray, count_steps

FEW, MORE, MANY = 7, 31, 127
SIZES = (FEW, MORE, MANY)


def steps(function, rows):
    """Steps of `function` on `rows` traced rows and as many others, after a warm-up on the same."""
    X, Y = np.random.default_rng(rows).normal(size=(2, rows, 5))
    function(X.copy(), Y.copy())
    return count_steps(lambda: function(X.view(TracedArray), Y.view(TracedArray)))


def for_loop(X, Y):
    for _ in X:
        pass


def while_loop(X, Y):
    i = 0
    while i < len(X):
        i += 1


def recursion(X, Y):
    if len(X):
        recursion(X[1:], Y)


def first(row):
    return row[0]


def loop_over_numbers(X, Y):
    total = 0.0
    for i in range(len(X)):
        total += i


LOOPS = {
    "for": for_loop,
    "for over numbers": loop_over_numbers,
    "while": while_loop,
    "list comprehension": lambda X, Y: [0 for x in X],
    "two-fold comprehension over a product": lambda X, Y: [1 for x in X for y in Y[:2]],
    "dict comprehension": lambda X, Y: {i: -i for i in range(len(X))},
    "set comprehension": lambda X, Y: {-i for i in range(len(X))},
    "generator": lambda X, Y: sum(0 for x in X),
    "fromiter": lambda X, Y: np.fromiter((0.0 for x in X), float),
    "map of a function": lambda X, Y: list(map(first, X)),
    "sort with a key": lambda X, Y: sorted(range(len(X)), key=lambda i: -i),
    "vectorize": lambda X, Y: np.vectorize(lambda a: 0)(X[:, 0]),
    "vectorize of rows": lambda X, Y: np.vectorize(np.dot, signature="(d),(d)->()")(X, Y),
    "apply_along_axis": lambda X, Y: np.apply_along_axis(np.sum, 1, X),
    "frompyfunc": lambda X, Y: np.frompyfunc(lambda a: 0, 1, 1)(X[:, 0]),
    "recursion": recursion,
    "eval": lambda X, Y: eval("[x for x in X]", {"X": X}),
    "exec": lambda X, Y: exec("for x in X: pass", {"X": X}),
    "map of np.subtract": lambda X, Y: list(map(np.subtract, X, Y)),
    "map of np.dot": lambda X, Y: list(map(np.dot, X, Y)),
    "map of np.linalg.norm": lambda X, Y: list(map(np.linalg.norm, X)),
    "map of operator.matmul": lambda X, Y: list(map(operator.matmul, X, Y)),
    "map of abs": lambda X, Y: list(map(abs, X)),
    "starmap": lambda X, Y: list(itertools.starmap(np.multiply, zip(X, Y, strict=True))),
    "reduce": lambda X, Y: functools.reduce(np.maximum, X),
    "sum of rows": lambda X, Y: sum(X),
    "nditer": lambda X, Y: [0 for _ in np.nditer(X[:, 0])],
}
LOOP_FREE = {
    "nothing": lambda X, Y: None,
    "matmul": lambda X, Y: X @ Y.T,
    "broadcasting": lambda X, Y: np.sqrt(((X[:, None] - Y) ** 2).sum(axis=2)),
    "norm": lambda X, Y: np.linalg.norm(X[:, None] - Y, axis=-1),
    "einsum": lambda X, Y: np.einsum("nd,md->nm", X, Y),
    "optimized einsum": lambda X, Y: np.einsum("nd,md->nm", X, Y, optimize=True),
    "optimized einsum of three": lambda X, Y: np.einsum("nd,md,me->ne", X, Y, Y, optimize=True),
    "tensordot": lambda X, Y: np.tensordot(X, Y, axes=([1], [1])),
    "in place": lambda X, Y: np.subtract(X, Y, out=X),
    "sorting and counting": lambda X, Y: np.bincount(np.argsort(X, axis=0)[:, 0]),
    "fancy indexing": lambda X, Y: X[np.arange(len(X)), 0] + Y[X[:, 0] > 0].sum(),
    "mean and deviation": lambda X, Y: (X - X.mean(axis=0)) / X.std(axis=0),
    "scatter-add": lambda X, Y: np.add.at(X, (np.zeros(len(Y), int),), Y),
    "conversions": lambda X, Y: np.asarray(X).astype(np.float32) * np.concatenate([X, Y])[: len(X)].astype(np.float64),
    "windows": lambda X, Y: np.lib.stride_tricks.sliding_window_view(X, 3, axis=0).sum(axis=-1),
    "a loop over a fixed number of parts": lambda X, Y: [part.sum() for part in (X, Y)],
}


@pytest.mark.parametrize("loop", [pytest.param(f, id=name) for name, f in LOOPS.items()])
def test_a_loop_takes_at_least_a_step_more_for_every_row_added(loop):
    few, more, many = (steps(loop, rows) for rows in SIZES)
    assert more - few >= MORE - FEW
    assert many - more >= MANY - MORE


@pytest.mark.parametrize("code", [pytest.param(f, id=name) for name, f in LOOP_FREE.items()])
def test_loop_free_code_takes_the_same_steps_at_every_size(code):
    assert len({steps(code, rows) for rows in SIZES}) == 1


def test_two_loops_in_each_other_grow_with_the_product():
    few, more, _ = (steps(lambda X, Y: [[0 for y in Y] for x in X], rows) for rows in SIZES)
    assert more - few >= MORE**2 - FEW**2


def nothing():
    pass


def test_a_call_a_line_and_a_call_of_c_are_a_step_each():
    once, twice = count_steps(lambda: (nothing(),)), count_steps(lambda: (nothing(), nothing()))
    assert twice - once == 2
    once, twice = count_steps(lambda: (len(()),)), count_steps(lambda: (len(()), len(())))
    assert twice - once == 1


def test_the_same_code_takes_the_same_steps_every_time():
    assert len({steps(code, FEW) for code in 3 * [LOOP_FREE["norm"]]}) == 1
    assert len({steps(code, FEW) for code in 3 * [LOOPS["map of np.dot"]]}) == 1


# --- tracers


def tracer(frame, event, arg):
    return None


def profiler(frame, event, arg):
    return None


def fail():
    raise ZeroDivisionError


@pytest.mark.parametrize("before", [(None, None), (tracer, None), (None, profiler), (tracer, profiler)])
@pytest.mark.parametrize("call", [lambda: None, lambda: (sys.settrace(None), sys.setprofile(None)), fail])
def test_tracers_and_profilers_that_were_active_are_put_back(before, call):
    at_start = sys.gettrace(), sys.getprofile()
    try:
        sys.settrace(before[0])
        sys.setprofile(before[1])
        try:
            count_steps(call)
        except ZeroDivisionError:
            assert call is fail
        after = sys.gettrace(), sys.getprofile()
    finally:
        sys.settrace(at_start[0])
        sys.setprofile(at_start[1])
    assert after == before


def test_an_exception_passes_through():
    with pytest.raises(ZeroDivisionError):
        count_steps(fail)


# --- TracedArray

UFUNC_CALLS = {
    "unary": lambda a, b: np.exp(a),
    "binary with a number": lambda a, b: 2 * a - b / 3,
    "comparison": lambda a, b: a > b,
    "two outputs": lambda a, b: np.divmod(a, 2.0),
    "given output": lambda a, b: np.add(a, b, out=np.empty_like(b)),
    "in place": lambda a, b: operator.iadd(a, b),
    "into a plain array": lambda a, b: operator.isub(np.zeros(a.shape), a),
    "outer": lambda a, b: np.subtract.outer(a, b),
    "reduce": lambda a, b: np.maximum.reduce(a, axis=0),
    "accumulate": lambda a, b: np.add.accumulate(a, axis=1),
    "at": lambda a, b: (np.add.at(a, [0, 0], 1.0), a)[1],
    "matmul": lambda a, b: a @ b.T,
    "not a ufunc": lambda a, b: np.concatenate([a, np.dot(a, b.T)], axis=1),
    "methods": lambda a, b: a.sum(axis=0) + b.max() + a.mean(),
}


@pytest.mark.parametrize("call", [pytest.param(f, id=name) for name, f in UFUNC_CALLS.items()])
@settings(derandomize=True, deadline=None, max_examples=10)
@given(seed=st.integers(0, 10**6), traced=st.sampled_from([(True, True), (True, False), (False, True)]))
def test_traced_arrays_compute_what_plain_arrays_compute(call, seed, traced):
    plain = np.random.default_rng(seed).normal(size=(2, 3, 4))
    want = call(*plain.copy())
    mixed = (x.view(TracedArray) if is_traced else x for x, is_traced in zip(plain.copy(), traced, strict=True))
    np.testing.assert_array_equal(np.asarray(call(*mixed)), np.asarray(want))


def test_what_is_computed_from_a_traced_array_is_traced_too():
    X = np.ones((2, 3)).view(TracedArray)
    for result in (
        X + 1,
        np.sqrt(X),
        X[0],
        X.T,
        X @ X.T,
        X.sum(axis=0),
        X.astype(np.float32),
        X.reshape(-1),
        X[:, None] - X,
    ):
        assert type(result) is TracedArray


def test_collecting_garbage_is_not_counted(monkeypatch):
    monkeypatch.setattr(gc, "callbacks", [*gc.callbacks, lambda phase, info: sum(range(3))])
    thresholds = gc.get_threshold()
    gc.set_threshold(20)
    try:
        X = np.ones((7, 5))
        assert len({count_steps(lambda: (X.mean(axis=0), [dict() for _ in range(3)])) for _ in range(100)}) == 1
        assert gc.isenabled()
    finally:
        gc.set_threshold(*thresholds)


def test_a_traced_mask_is_a_mask():
    X = np.array([[4.0, -1.0], [9.0, 0.0]]).view(TracedArray)
    assert np.array_equal(np.sqrt(X, where=X > 0, out=np.zeros((2, 2))), [[2, 0], [3, 0]])


def test_a_map_over_the_dot_method_is_counted():
    few, many = (count_steps(functools.partial(maps_dot, np.ones((n, 3)).view(TracedArray))) for n in (5, 50))
    assert many > few + 40


def maps_dot(A):
    return list(map(A.dot, A))
