"""Say whether an observation agrees with the expected one and, if not, how it differs."""

import numpy as np

from cs231n_kit.checks.observe import Observation

TOLERANCE = 1e-6


def relative_error(a, b) -> float:
    """Return max|a - b| / max(|a| + |b|) over arrays of equal shape, in float64; 0 for empty or all-zero arrays.

    One number for the whole array, relative to its largest entries: tiny entries, where rounding is all there is,
    cannot dominate it. NaN or infinity in the same places of both counts as equal; anywhere else the error is inf.
    """
    a, b = (np.asarray(x, np.complex128 if np.iscomplexobj(x) else np.float64) / 2 for x in (a, b))  # sums stay finite
    odd = ~(np.isfinite(a) & np.isfinite(b))
    if not np.array_equal(a[odd], b[odd], equal_nan=True):
        return np.inf
    a, b = a[~odd], b[~odd]
    scale = np.max(np.abs(a) + np.abs(b), initial=0.0)
    return float(np.max(np.abs(a - b), initial=0.0) / scale) if scale > 0 else 0.0


def agree(a: Observation, b: Observation, tolerance: float = TOLERANCE) -> bool:
    """Return whether two runs showed the same: outputs, types, inputs written into, exception."""
    if a.failure or b.failure:
        return _failure_difference(a.failure, b.failure) is None
    if set(a.modified) - set(b.modified):
        return False
    return all(_output_agrees(name, a, b, tolerance) for name in (*b.outputs, *b.odd_types))


def difference(got: Observation, want: Observation, tolerance: float = TOLERANCE) -> str | None:
    """Return a sentence on the first way in which `got` differs from `want`, or None if it agrees."""
    if got.failure or want.failure:
        return _failure_difference(got.failure, want.failure)
    for name in (*want.outputs, *want.odd_types):
        if not _output_agrees(name, got, want, tolerance):
            return _output_difference(name, got, want, tolerance)
    if set(got.modified) - set(want.modified):
        names = " and ".join(sorted(got.modified))
        return f"it changed its input {names} in place: whoever called it still needs the original values"
    return None


def _failure_difference(got, want):
    if got and want and (got.kind, got.message) == (want.kind, want.message):
        return None
    if not got:
        return f"it should have raised {want.kind}"
    where = f"\n      in {got.line}" if got.line else ""
    return f"it raised {got.kind}: {got.message}{where}"


def _output_agrees(name, got, want, tolerance):
    if name in want.odd_types:
        return got.odd_types.get(name) == want.odd_types[name]
    if name in got.odd_types or name not in got.outputs:
        return False
    a, b = got.outputs[name], want.outputs[name]
    if "U" in (a.dtype.kind, b.dtype.kind):
        return np.array_equal(a, b)
    return a.shape == b.shape and relative_error(a, b) <= tolerance


def _output_difference(name, got, want, tolerance):
    if name in want.odd_types:
        return f"{name} should be a {want.odd_types[name]}"
    if name in got.odd_types:
        return _type_sentence(name, got.odd_types[name])
    if name not in got.outputs:
        return f"{name} is missing"
    a, b = got.outputs[name], want.outputs[name]
    if "U" in (a.dtype.kind, b.dtype.kind):
        return f"{name}\n      were     {_listed(a)}\n      expected {_listed(b)}"
    if a.shape != b.shape:
        return _shape_sentence(name, a, b)
    return _value_sentence(name, a, b, tolerance)


def _type_sentence(name, kind):
    if kind == "NoneType":
        return f"the function returned None where {name} was expected: does it end with `return`?"
    if kind == "matrix":
        return f"{name} is an np.matrix, which multiplies and indexes in its own way; return a plain array"
    return f"{name} is a {kind}, expected a NumPy array of numbers"


def _shape_sentence(name, a, b):
    text = f"{name} has shape {a.shape}, expected {b.shape}"
    if a.ndim >= 2 and a.shape == b.shape[::-1]:
        return text + ": rows and columns are exchanged"
    if a.ndim > b.ndim and [n for n in a.shape if n != 1] == [n for n in b.shape if n != 1]:
        return text + ": an axis of length 1 too many, which broadcasts by luck"
    return text


def _value_sentence(name, a, b, tolerance):
    scalar, a, b = a.ndim == 0, np.atleast_1d(a), np.atleast_1d(b)
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(np.subtract(a, b, dtype=np.result_type(a, b, np.float64)))
    gap[(a == b) | (np.isnan(a) & np.isnan(b))] = 0.0
    gap[np.isnan(gap)] = np.inf
    finite = np.abs(b[np.isfinite(b)])
    wrong = gap > min(tolerance * np.max(finite, initial=0.0), 0.99 * np.max(gap))
    if scalar:
        return f"{name} is {_show(a[0])}, expected {_show(b[0])}"
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    worst = tuple(int(i) for i in np.unravel_index(np.argmax(gap), gap.shape))
    text = f"{wrong.sum()} of {wrong.size} entries of {name} are off\n      {_entry(name, first, a, b)}"
    if np.isnan(a).sum() > np.isnan(b).sum():
        text = f"{name} holds {np.isnan(a).sum()} NaN (not a number)\n      {_entry(name, first, a, b)}"
    whole = a.dtype.kind in "biu" and b.dtype.kind in "biu"  # of labels, none is worse than another
    return text if worst == first or whole else f"{text}   (first)\n      {_entry(name, worst, a, b)}   (worst)"


def _listed(words):
    return ", then ".join(map(str, np.atleast_1d(words))) or "nothing"


def _entry(name, index, a, b):
    place = ", ".join(map(str, index))
    return f"{name}[{place}] is {_show(a[index])}, expected {_show(b[index])}"


def _show(value):
    return f"{value:.6g}" if np.ndim(value) == 0 and np.asarray(value).dtype.kind == "f" else str(value)
