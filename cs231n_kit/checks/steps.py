"""Count the steps Python takes, which tells loops from loop-free code exactly and without a clock.

Loop-free NumPy code takes the same number of steps whatever the size of its arrays; a loop, a comprehension,
`map`, `np.vectorize`, recursion or `eval` takes more as the arrays grow.
"""

import gc
import sys

import numpy as np


class TracedArray(np.ndarray):
    """An array whose every operation passes through a line of Python, so that `map(np.subtract, a, b)` is counted too."""

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        plain = [x.view(np.ndarray) if isinstance(x, TracedArray) else x for x in inputs]
        if out is not None:
            kwargs["out"] = tuple(x.view(np.ndarray) if isinstance(x, TracedArray) else x for x in out)
        if isinstance(kwargs.get("where"), TracedArray):
            kwargs["where"] = kwargs["where"].view(np.ndarray)
        result = getattr(ufunc, method)(*plain, **kwargs)
        return result.view(TracedArray) if isinstance(result, np.ndarray) else result

    def __array_function__(self, func, types, args, kwargs):  # for np.dot and others that are not ufuncs
        return super().__array_function__(func, types, args, kwargs)

    def dot(self, *args, **kwargs):  # a method in C that is neither of the two
        return super().dot(*args, **kwargs)


def count_steps(call) -> int:
    """Return how many line, call and C-call events happen while `call()` runs.

    Counts in every file. Tracers that were active before (a debugger, coverage) are put back afterwards. Garbage is not
    collected meanwhile: finalizers take steps of their own, at moments of their own.
    """
    steps = 0

    def trace(frame, event, arg):
        nonlocal steps
        steps += event in ("line", "call")
        return trace

    def profile(frame, event, arg):
        nonlocal steps
        steps += event == "c_call"

    tracer, profiler, collecting = sys.gettrace(), sys.getprofile(), gc.isenabled()
    gc.disable()
    sys.setprofile(profile)
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(tracer)
        sys.setprofile(profiler)
        if collecting:
            gc.enable()
    return steps
