"""The registry of probes: one small function for each graded task."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

_PROBES: dict[str, "Probe"] = {}


class UnknownTask(Exception):
    """There is no task of that name."""


@dataclass(frozen=True)
class Race:
    """After a pass, show how much faster the task is than the learner's own `rival`, on inputs from `draw()`."""

    rival: str
    words: str  # "your two loops"
    draw: Callable[[], dict]


@dataclass(frozen=True)
class Probe:
    """`run(*objects, **inputs)` exercises the learner's objects and returns a dict of plain arrays."""

    task: str
    target: str  # the function the learner writes
    run: Callable[..., dict]
    race: Race | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The learner's names that the probe needs: its positional-only parameters."""
        parameters = inspect.signature(self.run).parameters.values()
        return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_ONLY)


def probe(task: str, target: str, race: Race | None = None):
    """Register a function as the probe of `task`.

    Its positional-only parameters are named after what it needs from the learner's notebook, the rest after the
    inputs of a case. It must be free of loops over its inputs, so that counted steps are the learner's.
    """

    def register(run):
        if task in _PROBES:
            raise ValueError(f"two probes for task {task!r}: {_PROBES[task].run.__module__} and {run.__module__}")
        _PROBES[task] = Probe(task, target, run, race)
        return run

    return register


def find_probe(task: str) -> Probe:
    """Return the probe of `task`; raise UnknownTask, with the nearest names, if there is none."""
    probes = all_probes()
    if task not in probes:
        import difflib

        near = difflib.get_close_matches(task, probes, n=3) or sorted(probes)[:3]
        raise UnknownTask(f"no task is called {task!r}; did you mean {' or '.join(map(repr, near))}?")
    return probes[task]


def all_probes() -> dict[str, Probe]:
    """Return every probe by task id, importing the modules that hold them."""
    package = importlib.import_module("cs231n_kit.checks")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return _PROBES
