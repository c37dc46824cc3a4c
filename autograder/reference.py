"""Run a notebook's own solution cells, as they are or with a known mistake put in: the reference is never written twice."""

import contextlib
import linecache
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.source import Cell, read_source
from autograder.tasks import Mistake
from cs231n_kit.checks.probes import Probe


class MistakeError(Exception):
    """A misconception no longer fits the solution's text."""


def mistaken(cell: Cell, mistake: Mistake, path: Path) -> str:
    """Return the exercise's text with the mistake in place of the solution. Raises MistakeError if it does not fit."""
    solution = cell.solution
    if mistake.body:
        return cell.with_solution(mistake.body)
    changed = solution
    for pattern, replacement in mistake.replace.items():
        if pattern not in solution:
            raise MistakeError(
                f"{path}:{cell.line}: misconception {mistake.id!r} of {cell.task!r} no longer fits the solution, "
                f"which does not contain\n    {pattern}\n"
                f"  fix: bring the pattern up to date in autograder/tasks/{path.stem}.py"
            )
        changed = changed.replace(pattern, replacement)
    if changed == solution:
        raise MistakeError(f"{path}:{cell.line}: misconception {mistake.id!r} of {cell.task!r} changes nothing")
    return cell.with_solution(changed)


@contextlib.contextmanager
def solved(path: Path, replaced: dict[str, str] | None = None) -> Iterator[dict]:
    """Yield the namespace after the setup and exercise cells of a source ran, and empty it afterwards.

    replaced : other text for some exercises, by task id
    """
    namespace = {"__name__": "notebook"}
    with _beside(path):
        for cell in read_source(path):
            if cell.kind in ("setup", "exercise"):
                text = (replaced or {}).get(cell.task, cell.text) if cell.task else cell.text
                filename = f"<{path.stem} line {cell.line}>"
                linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
                exec(compile(text, filename, "exec"), namespace)
    try:
        yield namespace
    finally:
        namespace.clear()  # a namespace holds the data set, and functions hold the namespace


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[None]:
    """Let given.py be imported from the folder of a notebook, and not stay for the next one, which has another."""
    before = sys.modules.pop("given", None)
    sys.path.insert(0, str(path.parent))
    try:
        yield
    finally:
        sys.path.remove(str(path.parent))
        sys.modules.pop("given", None)
        if before is not None:
            sys.modules["given"] = before


def objects_for(probe: Probe, namespace: dict) -> tuple:
    """Return what a probe asks for, from a namespace."""
    return tuple(namespace[name] for name in probe.names)
