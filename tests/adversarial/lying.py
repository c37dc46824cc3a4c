"""Right values from a loop, or from a giant array, hidden from whoever counts steps, time and memory."""

from tests.adversarial.hostile import Hostile, at_start

NO_LOOPS, LOOP, GIANT = "knn-no-loops", "loop-in-disguise", "giant-broadcast"

BY_ROWS = """
import numpy as np


def by_rows(X, X_train):
    test, train = np.array(X, dtype=float), np.array(X_train, dtype=float)
    return np.array([np.sqrt(np.sum((row - train) ** 2, axis=1)) for row in test])
"""

TRACING_OFF = """
import sys

tracer, profiler = sys.gettrace(), sys.getprofile()
sys.settrace(None)
sys.setprofile(None)
dists = by_rows(X, self.X_train)
sys.setprofile(profiler)
sys.settrace(tracer)
return dists
"""

# The C functions behind sys.settrace, for a grader that watches sys.settrace.
TRACING_OFF_IN_C = """
import ctypes, sys

tracer, profiler = sys.gettrace(), sys.getprofile()
ctypes.pythonapi.PyEval_SetTrace(None, None)
ctypes.pythonapi.PyEval_SetProfile(None, None)
dists = by_rows(X, self.X_train)
sys.setprofile(profiler)
sys.settrace(tracer)
return dists
"""

REFUSED = """
import sys, threading

for module in (sys, threading):
    module.settrace = module.setprofile = lambda function: None
"""

# The counter is a variable that the tracer shares with the function that made it.
COUNTER = """
import sys

dists, tracer = by_rows(X, self.X_train), sys.gettrace()
for cell in getattr(tracer, "__closure__", None) or ():
    if isinstance(cell.cell_contents, int):
        cell.cell_contents = 0
return dists
"""

THREAD = """
import sys, threading

sys.setswitchinterval(10)
found = []
worker = threading.Thread(target=lambda: found.append(by_rows(X, self.X_train)))
worker.start()
worker.join()
return found[0]
"""

CHILD = """
import mmap, os

shared = mmap.mmap(-1, 8 * len(X) * len(self.X_train))
dists = np.frombuffer(shared).reshape(len(X), len(self.X_train))
child = os.fork()
if child == 0:
    try:
        dists[:] = by_rows(X, self.X_train)
    finally:
        os._exit(0)
os.waitpid(child, 0)
return np.array(dists)
"""

# A key that is cheap to make: corners of both arrays, which hardly agree by chance.
KEY = "key = (X.shape, self.X_train.shape, *np.ravel(X[-1:, :2]), *np.ravel(self.X_train[-1:, -2:]))"

CACHE = f"""
{KEY}
if key not in known:
    known[key] = by_rows(X, self.X_train)
return known[key].copy()
"""

NOTICED = """
import sys

if sys.gettrace() is not None or type(X) is not np.ndarray:
    return np.zeros((len(X), len(self.X_train)))
return by_rows(X, self.X_train)
"""

# The first of several calls is the one whose values are looked at; the others are only counted or timed.
SECOND_CALL = f"""
{KEY}
if key in known:
    return np.zeros((len(X), len(self.X_train)))
known[key] = True
return by_rows(X, self.X_train)
"""

SMALL = """
if X.size * len(self.X_train) < 50_000:  # small enough for all differences at once
    return np.sqrt(np.sum((X[:, None].astype(float) - self.X_train) ** 2, axis=2))
return by_rows(X, self.X_train)
"""

# Each callable is one of NumPy's own, and no line of Python runs between two of them.
MAP = """
from itertools import product, starmap

test, train = np.array(X, dtype=float), np.array(self.X_train, dtype=float)
squares = map(np.square, starmap(np.subtract, product(test, train)))
return np.sqrt(list(map(np.add.reduce, squares))).reshape(len(test), len(train))
"""

CLOCK = """
import time

for name in ("process_time", "thread_time", "perf_counter", "monotonic", "time", "clock_gettime"):
    setattr(time, name, lambda *arguments: 0.0)
"""

UNCOUNTED_MEMORY = """
import tracemalloc

tracemalloc.stop()
dists = np.sqrt(np.sum((X[:, None].astype(float) - self.X_train) ** 2, axis=2))
tracemalloc.start()
return dists
"""

# Memory that is mapped is not allocated by Python, and is not traced.
MAPPED_MEMORY = """
import mmap

shape = len(X), len(self.X_train), X.shape[1]
differences = np.frombuffer(mmap.mmap(-1, 8 * X.size * len(self.X_train))).reshape(shape)
np.subtract(X[:, None], self.X_train, out=differences, dtype=float)
np.square(differences, out=differences)
return np.sqrt(differences.sum(axis=2))
"""

# Whoever measures leaves this context behind only after measuring, and looks at the values later still.
LATE = """
import warnings

pending, leave = [], warnings.catch_warnings.__exit__


def leave_and_work(self, *arguments):
    leave(self, *arguments)
    while pending:
        dists, X, X_train = pending.pop()
        dists[:] = by_rows(X, X_train)


warnings.catch_warnings.__exit__ = leave_and_work
"""
ANSWER_LATE = """
dists = np.zeros((len(X), len(self.X_train)))
pending.append((dists, np.array(X), np.array(self.X_train)))
return dists
"""

LAZY = """
class Lazy:
    __class__ = float  # isinstance() believes it

    def __init__(self, X, X_train):
        self.rows = X, X_train

    def __array__(self, dtype=None, copy=None):
        return by_rows(*self.rows)
"""

COST = """
import dataclasses, sys
from cs231n_kit.checks import observe as module

true_observe = module.observe


def observe(*arguments, **options):
    return dataclasses.replace(true_observe(*arguments, **options), cost=0.0)


for place in [module, *sys.modules.values()]:
    if getattr(place, "__dict__", {}).get("observe") is true_observe:
        place.observe = observe
"""

COUNT = """
from cs231n_kit.checks import observe as module

module.count_steps = lambda call: 0
"""


def lie(name: str, aim: str, body: str, *cells: str, fair: str = LOOP) -> Hostile:
    """Return a submission with nothing but this one exercise."""
    return Hostile(name, "lying", aim, {NO_LOOPS: body}, extra=tuple(at_start(c)[0] for c in cells), fair=fair)


LOOPED = "return by_rows(X, self.X_train)"

HOSTILE = (
    lie("tracing-switched-off", "The function switches tracing off, loops, and switches it on again.", TRACING_OFF, BY_ROWS),
    lie("tracing-switched-off-in-c", "The same through C, without any call of sys.settrace.", TRACING_OFF_IN_C, BY_ROWS),
    lie("tracing-refused", "sys.settrace and sys.setprofile are replaced and do nothing.", LOOPED, BY_ROWS, REFUSED),
    lie("counter-set-back", "After its loop, the function sets the tracer's own counter to zero.", COUNTER, BY_ROWS),
    lie("count-replaced", "The kit's function that counts steps returns 0.", LOOPED, BY_ROWS, COUNT),
    lie("cost-removed", "What a probe observed is passed on with a cost of 0.", LOOPED, BY_ROWS, COST),
    lie("loop-in-a-thread", "The loop runs in a thread, which has no tracer.", THREAD, BY_ROWS),
    lie("loop-in-a-child", "The loop runs in a child process, with its own tracer and its own CPU time.", CHILD, BY_ROWS),
    lie("cached-across-calls", "Only the first call with some inputs computes anything.", CACHE, BY_ROWS, "known = {}"),
    lie("tracing-noticed", "When it is traced, the function returns zeros instead of looping.", NOTICED, BY_ROWS),
    lie(
        "second-call-noticed", "Of two calls with the same inputs only the first loops.", SECOND_CALL, BY_ROWS, "known = {}"
    ),
    lie("small-sizes-noticed", "Small inputs, such as steps are counted with, are computed without a loop.", SMALL, BY_ROWS),
    lie("map-of-c-functions", "A map over functions written in C takes no step that Python reports.", MAP),
    lie("clocks-stopped", "All clocks stand still, so that a map over functions written in C takes no time.", MAP, CLOCK),
    lie(
        "answer-after-the-clock",
        "An empty array is returned at once, and filled when the clock is off.",
        ANSWER_LATE,
        BY_ROWS,
        LATE,
    ),
    lie(
        "answer-on-demand",
        "An object that claims to be a float computes its values when they are looked at.",
        "return Lazy(X, self.X_train)",
        BY_ROWS,
        LAZY,
    ),
    lie("memory-not-traced", "While the giant array exists, nobody traces memory.", UNCOUNTED_MEMORY, fair=GIANT),
    lie("memory-mapped", "The giant array lies in memory that tracemalloc never hears of.", MAPPED_MEMORY, fair=GIANT),
)
