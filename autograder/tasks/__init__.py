"""What instructors know about each graded task: its cases, visible and hidden, and the mistakes learners make.

One module for each notebook, named after it, with a list TASKS.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from cs231n_kit.checks.compare import TOLERANCE


@dataclass(frozen=True)
class Case:
    """One thing to try. `draw(rng)` returns the inputs of the probe.

    For "steps", `draw(rng, *sizes)` takes one size for each of `axes`; the judge draws the sizes.
    """

    name: str  # the idea of the case, as learners read it
    draw: Callable[..., dict]
    measure: str = "values"
    weight: float = 1.0  # share of the points; 0 = worth a note, not a mark
    remark: str = ""  # with weight 0: what to say about it
    axes: tuple[str, ...] = ()
    limit: float = 0.0  # for "memory": bytes; for "time": how many times the solution's CPU time is slow
    pairs: bool = False  # for "steps": honest code may make an array of all pairs, which takes as long as a hidden loop
    large: Callable[..., dict] | None = None  # for "memory": inputs so large that what they take is seen from outside


@dataclass(frozen=True)
class Mistake:
    """A known wrong version of a solution.

    replace : pieces of the solution's text and what stands there instead, or
    body    : the whole text between the solution's markers
    """

    id: str
    title: str  # completes "This looks like a mistake we know: ..."
    hint: str  # teaches, and leaves the fix to the learner
    replace: dict[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True)
class Task:
    """A graded task. `public` cases are frozen into the kit; `hidden` ones stay with the judge."""

    id: str
    public: tuple[Case, ...]
    hidden: tuple[Case, ...]
    mistakes: tuple[Mistake, ...]
    tolerance: float = TOLERANCE


@cache
def all_tasks() -> dict[str, Task]:
    """Return every task by id."""
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    tasks = [task for module in modules for task in getattr(module, "TASKS", ())]  # some only help others
    by_id = {task.id: task for task in tasks}
    if len(by_id) < len(tasks):
        twice = sorted(t.id for t in tasks if sum(u.id == t.id for u in tasks) > 1)
        raise ValueError(f"two tasks are called {twice[0]!r}; a task id never names two tasks")
    return by_id
