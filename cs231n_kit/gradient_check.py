"""Check an analytic gradient against a numerical one.

The derivative of f along a coordinate is estimated by the centered difference (f(x + h) - f(x - h)) / 2h, whose error
falls with h². Rounding adds about 1e-16 · |f| / h, so with h = 1e-5 half of float64's digits are left; float32 has too
few to begin with, which is why it is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cs231n_kit.checks.compare import relative_error

rel_error = relative_error  # the name the field knows; one number for the whole array, relative to its largest entries

_KINK = 1e-3  # one-sided slopes that differ by more than this share of themselves may be a kink


class GradientCheckError(Exception):
    """A gradient cannot be checked like this. The message says why, and what to type instead."""


@dataclass(frozen=True)
class GradientCheck:
    """The outcome of `grad_check_sparse`.

    error : relative error over the coordinates that were checked and are smooth, as `rel_error`
    worst : index of the coordinate with the largest difference, and its two values
    kinks : coordinates at which f has a kink within h, so that no derivative exists to compare with
    """

    error: float
    worst: tuple[int, ...]
    analytic: float
    numerical: float
    kinks: tuple[tuple[int, ...], ...]


def rel_error_elementwise(x, y) -> float:
    """Return max(|x - y| / max(1e-8, |x| + |y|)), the elementwise measure of many courses.

    It is dominated by entries that are almost zero, where rounding is all there is: right gradients of deep networks
    can show 1e-2. Prefer `rel_error`.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    return float(np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)), initial=0.0))


def eval_numerical_gradient(f: Callable, x: np.ndarray, verbose: bool = False, h: float = 1e-5) -> np.ndarray:
    """Return the gradient of the scalar function f at x, by centered differences; the shape of x.

    f : called with x, one coordinate of which is moved by h. x itself is moved and put back, so that a function which
        ignores its argument and looks at x (a network that holds it as a parameter) sees the change, too.
    x : float64 array of any shape
    Raises GradientCheckError if x or f(x) is not float64, or f(x) is not a finite scalar.
    """
    _require_float64(x, "x")
    _value(f, x)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        left, right = _beside(f, x, index, h)
        gradient[index] = (right - left) / (2 * h)
        if verbose:
            print(index, gradient[index])
    return gradient


def eval_numerical_gradient_array(f: Callable, x: np.ndarray, df: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Return the gradient at x of sum(f(x) * df), for an array-valued f with upstream gradient df; the shape of x.

    x : float64 array; moved in place and put back     df : of the shape of f(x)
    """
    _require_float64(x, "x")
    out = np.asarray(f(x))
    if out.shape != np.shape(df):
        raise GradientCheckError(f"df has shape {np.shape(df)}, expected that of f(x), {out.shape}")
    return eval_numerical_gradient(lambda v: np.sum(np.asarray(f(v), np.float64) * df), x, h=h)


def grad_check_sparse(
    f: Callable,
    x: np.ndarray,
    analytic_grad: np.ndarray,
    num_checks: int = 10,
    h: float = 1e-5,
    rng: np.random.Generator | None = None,
    verbose: bool = True,
) -> GradientCheck:
    """Compare `analytic_grad` with the numerical gradient at `num_checks` random coordinates, and print both.

    f, x          : as for `eval_numerical_gradient`
    analytic_grad : of the shape of x
    rng           : chooses the coordinates; a fixed seed by default, so that two runs check the same ones
    Coordinates at which f has a kink are printed and left out of the error.
    """
    _require_float64(x, "x")
    if np.shape(analytic_grad) != x.shape:
        raise GradientCheckError(f"the analytic gradient has shape {np.shape(analytic_grad)}, expected that of x, {x.shape}")
    base = _value(f, x)
    chosen = (rng or np.random.default_rng(0)).choice(x.size, size=min(num_checks, x.size), replace=False)
    pairs, kinks = {}, []
    for flat in chosen:
        index = tuple(int(i) for i in np.unravel_index(flat, x.shape))
        slope = _slope(f, x, index, h, base)
        if slope is None:
            kinks.append(index)
        else:
            pairs[index] = (float(analytic_grad[index]), slope)
        if verbose:
            print(_line(index, analytic_grad[index], slope))
    if not pairs:
        return GradientCheck(np.nan, (), np.nan, np.nan, tuple(kinks))
    worst = max(pairs, key=lambda i: abs(pairs[i][0] - pairs[i][1]))
    error = relative_error(*np.array(list(pairs.values())).T)
    if verbose:
        print(
            f"relative error {error:.1e}; worst at {worst}: analytic {pairs[worst][0]:.6g}, numerical {pairs[worst][1]:.6g}"
        )
    return GradientCheck(error, worst, *pairs[worst], tuple(kinks))


def _line(index, analytic, slope):
    if slope is None:
        return f"{index}: a kink of f lies within h, nothing to compare with (analytic {analytic:.6g})"
    return f"{index}: analytic {analytic:.6g}, numerical {slope:.6g}"


def _slope(f, x, index, h, base):
    """Return the centered difference, or None at a kink.

    Where f is smooth, the slopes on the two sides differ by h · f'', which falls with h; across a kink at x they differ
    by the same amount however small h is. A kink that lies beside x is left behind by a smaller step.
    """
    for step in (h, h / 10):
        left, right = _beside(f, x, index, step)
        gap, size = abs((right - base) - (base - left)), abs(right - base) + abs(base - left)
        rounding = 1e-14 * (abs(left) + abs(right) + abs(base))
        if gap <= _KINK * size + rounding:
            return (right - left) / (2 * step)
    return None


def _beside(f, x, index, h):
    kept = x[index]
    try:
        x[index] = kept - h
        left = float(f(x))
        x[index] = kept + h
        right = float(f(x))
    finally:
        x[index] = kept
    return left, right


def _require_float64(x, name):
    if not isinstance(x, np.ndarray) or x.dtype != np.float64:
        got = f"an array of {x.dtype}" if isinstance(x, np.ndarray) else f"a {type(x).__name__}"
        raise GradientCheckError(
            f"{name} is {got}; a step of 1e-5 needs float64, in anything less it is lost in rounding\n"
            f"  fix: {name} = np.asarray({name}, dtype=np.float64), and compute f from it in float64"
        )


def _value(f, x):
    value = np.asarray(f(x))
    if value.size != 1:
        raise GradientCheckError(
            f"f(x) has shape {value.shape}, expected a single number\n"
            f"  fix: eval_numerical_gradient_array(f, x, df), which takes the upstream gradient df"
        )
    if value.dtype != np.float64:
        raise GradientCheckError(f"f(x) is {value.dtype}, expected float64: somewhere on the way it is rounded")
    if not np.isfinite(value):
        raise GradientCheckError(f"f(x) is {float(value.reshape(()))}; there is no gradient to compare with")
    return float(value.reshape(()))
