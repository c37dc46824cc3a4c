"""The checker finds what is wrong with a gradient, and refuses what it could not check."""

import numpy as np
import pytest

from cs231n_kit.gradient_check import (
    GradientCheckError,
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    grad_check_sparse,
    rel_error,
    rel_error_elementwise,
)


@pytest.fixture
def problem(rng):
    """Mean squared error of a linear map: f, W, and its gradient from the formula 2 Xᵀ(XW - Y) / N."""
    X, Y, W = rng.normal(size=(7, 5)), rng.normal(size=(7, 5)), rng.normal(size=(5, 5))
    return lambda W: np.sum((X @ W - Y) ** 2) / len(X), W, 2 * X.T @ (X @ W - Y) / len(X)


def test_the_numerical_gradient_of_a_smooth_function_is_its_gradient(problem):
    f, W, gradient = problem
    assert rel_error(eval_numerical_gradient(f, W), gradient) < 1e-9


@pytest.mark.parametrize("shape", [(1,), (3, 1), (2, 3, 4), ()])
def test_any_shape_will_do(rng, shape):
    x = np.array(rng.normal(size=shape))
    assert rel_error(eval_numerical_gradient(lambda v: np.sum(np.sin(v)), x), np.cos(x)) < 1e-9


def test_an_array_valued_function_takes_its_upstream_gradient(rng):
    x, df = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    assert rel_error(eval_numerical_gradient_array(np.tanh, x, df), df * (1 - np.tanh(x) ** 2)) < 1e-9


def test_an_upstream_gradient_of_another_shape_is_refused(rng):
    with pytest.raises(GradientCheckError, match=r"\(4,\).*\(3,\)"):
        eval_numerical_gradient_array(np.tanh, rng.normal(size=3), np.ones(4))


def test_a_function_that_ignores_its_argument_and_looks_at_the_parameter_works(problem):
    f, W, gradient = problem
    assert rel_error(eval_numerical_gradient(lambda _: f(W), W), gradient) < 1e-9


def test_the_point_is_put_back_to_the_last_bit_even_when_f_raises(problem):
    f, W, _ = problem
    before, calls = W.copy(), iter(range(4))
    eval_numerical_gradient(f, W)
    assert np.array_equal(W, before)
    with pytest.raises(StopIteration):
        eval_numerical_gradient(lambda v: f(v) + 0.0 * next(calls), W)
    assert np.array_equal(W, before)


@pytest.mark.parametrize("x", [np.arange(3), np.ones(3, np.float32), np.ones(3, np.uint8), [1.0, 2.0]], ids=str)
def test_whatever_is_not_float64_is_refused_with_the_way_out(x):
    for check in (
        lambda: eval_numerical_gradient(np.sum, x),
        lambda: eval_numerical_gradient_array(np.abs, x, np.ones(3)),
        lambda: grad_check_sparse(np.sum, x, np.ones(3)),
    ):
        with pytest.raises(GradientCheckError, match=r"float64[\s\S]*fix: x = np.asarray"):
            check()


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: x * 2, "eval_numerical_gradient_array"),
        (lambda x: np.float32(np.sum(x)), "float32"),
        (lambda x: np.sum(x) * np.nan, "nan"),
        (lambda x: np.inf, "inf"),
    ],
)
def test_a_function_without_a_checkable_value_is_refused(f, words):
    with pytest.raises(GradientCheckError, match=words):
        eval_numerical_gradient(f, np.ones(3))


WRONG = {
    "1 % off": lambda g: 1.01 * g,
    "sign": lambda g: -g,
    "transposed": lambda g: g.T,
    "without 1/N": lambda g: 7 * g,
    "one entry": lambda g: g + 0.01 * np.max(np.abs(g)) * np.eye(*g.shape),
    "zero": np.zeros_like,
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_gradient_shows(problem, name):
    f, W, gradient = problem
    assert rel_error(eval_numerical_gradient(f, W), WRONG[name](gradient)) > 1e-3
    assert grad_check_sparse(f, W, WRONG[name](gradient), num_checks=W.size, verbose=False).error > 1e-3


def test_a_right_gradient_passes_the_sparse_check_and_both_values_of_the_worst_are_told(problem, capsys):
    f, W, gradient = problem
    outcome = grad_check_sparse(f, W, gradient)
    assert outcome.error < 1e-7
    assert outcome.analytic == pytest.approx(outcome.numerical, rel=1e-6)
    assert outcome.analytic == gradient[outcome.worst]
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 11
    assert f"worst at {outcome.worst}" in printed


def test_the_worst_coordinate_is_the_one_that_is_wrong(problem):
    f, W, gradient = problem
    gradient[3, 1] += 1
    assert grad_check_sparse(f, W, gradient, num_checks=W.size, verbose=False).worst == (3, 1)


def test_the_same_seed_checks_the_same_coordinates(problem, capsys):
    f, W, gradient = problem
    texts = []
    for seed in (None, None, 5):
        grad_check_sparse(f, W, gradient, rng=seed and np.random.default_rng(seed))
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] != texts[2]


def test_more_checks_than_coordinates_are_all_of_them():
    x = np.array([1.0, 2.0])
    assert grad_check_sparse(lambda v: v @ v, x, 2 * x, num_checks=50, verbose=False).error < 1e-9


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(GradientCheckError, match=r"\(1, 3\).*\(3,\)"):
        grad_check_sparse(np.sum, np.ones(3), np.ones((1, 3)))


def test_a_kink_is_flagged_and_not_counted(capsys):
    x = np.array([0.0, 1.0, -2.0])
    outcome = grad_check_sparse(lambda v: np.sum(np.maximum(v, 0)), x, np.array([1.0, 1.0, 0.0]))
    assert outcome.kinks == ((0,),)
    assert outcome.error < 1e-9
    assert "kink" in capsys.readouterr().out


def test_a_kink_beside_the_point_is_left_behind_by_a_smaller_step():
    x = np.array([4e-6, 1.0])
    outcome = grad_check_sparse(lambda v: np.sum(np.maximum(v, 0)), x, np.ones(2), verbose=False)
    assert outcome.kinks == ()
    assert outcome.error < 1e-9


@pytest.mark.parametrize("f", [np.exp, np.sin, np.square, lambda v: 1e6 * v, lambda v: v**3, lambda v: 0 * v + 5])
def test_a_smooth_function_has_no_kink(f, rng):
    x = rng.normal(size=40)
    assert grad_check_sparse(lambda v: np.sum(f(v)), x, x, num_checks=40, verbose=False).kinks == ()


def test_when_everything_is_a_kink_there_is_no_error_to_report():
    outcome = grad_check_sparse(lambda v: np.sum(np.abs(v)), np.zeros(4), np.zeros(4), verbose=False)
    assert np.isnan(outcome.error)
    assert len(outcome.kinks) == 4


def test_the_elementwise_measure_is_dominated_by_tiny_entries_and_ours_is_not():
    a, b = np.array([1.0, 2e-9]), np.array([1.0, 1e-7])
    assert rel_error_elementwise(a, b) > 0.5
    assert rel_error(a, b) < 1e-6
    assert rel_error_elementwise(np.zeros(0), np.zeros(0)) == 0
