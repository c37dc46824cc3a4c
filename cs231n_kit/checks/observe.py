"""Run a probe on a learner's objects and record what happened, as plain data."""

import contextlib
import io
import sysconfig
import time
import traceback
import tracemalloc
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cs231n_kit.checks.probes import Probe
from cs231n_kit.checks.steps import TracedArray, count_steps

MEASURES = ("values", "steps", "memory", "time")
_PLAIN_KINDS = "biufcU"  # what an output may hold: numbers, booleans, text
_PATHS = sysconfig.get_paths()
_LIBRARIES = (
    str(Path(__file__).parent.parent),
    _PATHS["stdlib"],
    _PATHS["purelib"],
    _PATHS["platlib"],
    "<__array",
    "<frozen",
)


@dataclass(frozen=True)
class Failure:
    """An exception that the learner's code raised."""

    kind: str  # the exception's class name
    message: str
    line: str = ""  # the learner's line it came from


@dataclass(frozen=True)
class Observation:
    """What one run of a probe showed. Plain data: it can cross a process boundary and be stored."""

    outputs: dict[str, np.ndarray] = field(default_factory=dict)
    odd_types: dict[str, str] = field(default_factory=dict)  # outputs that are not plain arrays: name -> type name
    modified: tuple[str, ...] = ()  # inputs that the code wrote into
    failure: Failure | None = None
    cost: float = 0.0  # steps: events; memory: peak bytes; time: CPU seconds


def observe(probe: Probe, objects: tuple, inputs: dict, measure: str = "values", quiet: bool = True) -> Observation:
    """Run `probe` once on copies of `inputs` and return an Observation. Never raises for what the learner's code does.

    measure : "values" only looks; "steps" also counts interpreter events (after a warm-up, so that caches are full);
              "memory" also takes the peak of traced allocations in bytes; "time" also takes CPU seconds.
    quiet   : swallow what the code prints. Warnings are always swallowed: none may cost a mark.
    """
    if measure not in MEASURES:
        raise ValueError(f"measure is one of {', '.join(MEASURES)}; got {measure!r}")
    fresh = {name: _copy(value) for name, value in inputs.items()}
    with _hushed(quiet):
        try:
            if measure == "steps":
                returned, cost = _run_steps(probe, objects, fresh)
            elif measure == "memory":
                returned, cost = _run_memory(probe, objects, fresh)
            else:
                start = time.process_time()
                returned = probe.run(*objects, **fresh)
                cost = time.process_time() - start
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever the learner's code raises is a result, not our failure
            return Observation(failure=_failure(error))
    outputs, odd_types = _plain(returned)
    modified = tuple(name for name, value in inputs.items() if not _same(fresh[name], value))
    return Observation(outputs, odd_types, modified, None, cost)


def _run_steps(probe, objects, inputs):
    """Count on inputs that the code has not seen before, after a warm-up on others of the same shapes.

    The warm-up fills the caches that NumPy keeps for each shape, and nothing that the code itself remembers can help.
    """
    others = {name: _rolled(value) for name, value in inputs.items()}
    traced = {n: _copy(v).view(TracedArray) if isinstance(v, np.ndarray) else v for n, v in inputs.items()}
    plain = {name: _copy(value) for name, value in inputs.items()}
    with contextlib.redirect_stdout(io.StringIO()):
        with contextlib.suppress(Exception):
            probe.run(*objects, **others)
        try:
            steps = count_steps(lambda: probe.run(*objects, **traced))
        except Exception:  # code that minds the traced arrays is counted on plain ones
            steps = count_steps(lambda: probe.run(*objects, **plain))
    return probe.run(*objects, **inputs), steps


def _rolled(value):
    """Return a copy in which the rows have moved on by one: other values of the same kind, in the same layout."""
    copy = _copy(value)
    if isinstance(copy, np.ndarray) and copy.ndim:
        copy[...] = np.roll(copy, 1, axis=0)
    return copy


def _run_memory(probe, objects, inputs):
    was_tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        returned = probe.run(*objects, **inputs)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not was_tracing:
            tracemalloc.stop()
    return returned, float(peak - before)


@contextlib.contextmanager
def _hushed(quiet):
    sink = io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(np.errstate(all="ignore"))
        if quiet:
            stack.enter_context(contextlib.redirect_stdout(sink))
            stack.enter_context(contextlib.redirect_stderr(sink))
        yield


def is_strided(array: np.ndarray) -> bool:
    """Return whether an array is laid out neither row by row nor column by column."""
    return not (array.flags.c_contiguous or array.flags.f_contiguous)


def strided_copy(array: np.ndarray) -> np.ndarray:
    """Return a copy of an array as a view of every other entry of a larger one."""
    padded = np.zeros((*array.shape, 2), array.dtype)
    padded[..., 0] = array
    return padded[..., 0]


def _copy(value):
    """Copy inputs, arrays within dicts and lists too, with their memory layout: a strided or transposed one stays one."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_copy, value))
    if not isinstance(value, np.ndarray):
        return value
    return strided_copy(value) if is_strided(value) else value.copy(order="K")


def _same(a, b):
    if isinstance(b, dict):
        return isinstance(a, dict) and a.keys() == b.keys() and all(_same(a[key], b[key]) for key in b)
    if isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, np.ndarray) and a.dtype.kind in "fc":
        return a.shape == b.shape and np.array_equal(a, b, equal_nan=True)
    return np.array_equal(a, b)


def _plain(returned):
    outputs, odd_types = {}, {}
    for name, value in returned.items():
        if type(value) is TracedArray:
            value = value.view(np.ndarray)
        exact = type(value) is np.ndarray or isinstance(value, (np.generic, bool, int, float, complex, str))
        array = np.asarray(value) if exact else None
        if array is None or array.dtype.kind not in _PLAIN_KINDS:
            odd_types[name] = type(value).__name__ if array is None else f"array of dtype {array.dtype}"
        else:
            outputs[name] = array
    return outputs, odd_types


def _failure(error):
    """Describe an exception by its class, its words and the last line of code outside this package and NumPy."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_learners(f.filename)]
    try:
        message = str(error)[:300]
    except Exception:
        message = "(its message cannot be shown)"
    return Failure(type(error).__name__, message, _place(frames[-1]) if frames else "")


def _place(frame):
    where = "" if frame.name.startswith("<") else f"{frame.name}, "
    return f"{where}line {frame.lineno}: {frame.line}" if frame.line else ""


def _is_learners(filename):
    return not filename.startswith(_LIBRARIES)
