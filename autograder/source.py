"""Read a notebook's source: a Python script in jupytext's percent format whose cells say what they are.

# %% nbg="setup"                              imports, data, given code; locked
# %% nbg="exercise knn-no-loops"              learners write between BEGIN SOLUTION and END SOLUTION
# %% nbg="check knn-no-loops 5"               graded, worth 5 points
# %% nbg="test knn-own-idea 3"                graded by assertions of an instructor's own
# %% [markdown] nbg="answer knn-preprocessing 2"     graded by hand; the text is the answer key
# %%                                          anything else is a show cell: an experiment, a picture
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import jupytext

from cs231n_kit.checks.probes import UnknownTask, find_probe

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
BEGIN_SOLUTION, END_SOLUTION = "# BEGIN SOLUTION", "# END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "# BEGIN HIDDEN TESTS", "# END HIDDEN TESTS"


class SourceError(Exception):
    """A notebook source is malformed; the message begins with file and line."""


@dataclass(frozen=True)
class Cell:
    """One cell of a source. `text` is its code or Markdown; `line` is where its header stands."""

    kind: str
    text: str
    line: int
    task: str = ""  # of exercises, checks and answers
    points: float = 0.0  # of checks and answers
    tags: tuple[str, ...] = ()

    @property
    def is_code(self) -> bool:
        return self.kind not in ("answer", "text")

    @property
    def name(self) -> str:
        """The cell's id and grade_id if it has a task: the task's, with "-check" after it for the check."""
        return f"{self.task}-check" if self.kind == "check" else self.task

    @property
    def solution(self) -> str:
        """The text between the solution's markers; empty if there are none."""
        return self._parts[1] if BEGIN_SOLUTION in self.text else ""

    def with_solution(self, text: str) -> str:
        """Return the cell's text with other text between the solution's markers."""
        before, _, after = self._parts
        return before + text + after

    @property
    def _parts(self) -> tuple[str, str, str]:
        """The text up to and with the line of the first marker, between the markers, and from the second on."""
        lines = self.text.split("\n")
        begin, end = (next(i for i, x in enumerate(lines) if m in x) for m in (BEGIN_SOLUTION, END_SOLUTION))
        before, inside, after = lines[: begin + 1], lines[begin + 1 : end], lines[end:]
        return "\n".join(before) + "\n", "".join(line + "\n" for line in inside), "\n".join(after)


def read_source(path: Path) -> tuple[Cell, ...]:
    """Return the cells of a notebook source. Raises SourceError, with file and line, if anything is malformed."""
    return _parse(path, path.read_text(encoding="utf-8"))


@lru_cache(maxsize=64)
def _parse(path: Path, text: str) -> tuple[Cell, ...]:
    """Parse a text once: every known mistake of every task asks for the cells of its notebook again."""
    headers = {n: line for n, line in enumerate(text.split("\n"), 1) if re.match(r"# %%(\s|$)", line)}
    for n, header in headers.items():
        if re.search(r"\btags=(?!\[)", header):
            raise SourceError(f'{path}:{n}: tags should be a list such as ["nbval-ignore-output"]')
    raw = jupytext.reads(text, fmt="py:percent").cells
    if len(raw) != len(headers):
        raise SourceError(f"{path}:1: text before the first cell; begin the file with '# %% [markdown]'")
    cells = tuple(_read_cell(path, line, cell) for line, cell in zip(headers, raw, strict=True))
    _check_tasks(path, cells)
    return cells


def check_ids(paths) -> None:
    """Raise SourceError if a task id occurs in two places among all the sources."""
    seen: dict[str, str] = {}
    for path in paths:
        for cell in read_source(path):
            place = f"{path}:{cell.line}"
            if cell.name and seen.setdefault(cell.name, place) != place:
                raise SourceError(f"{place}: {cell.name!r} is already the id of the cell at {seen[cell.name]}")


def _read_cell(path, line, raw) -> Cell:
    def refuse(problem):
        raise SourceError(f"{path}:{line}: {problem}")

    if raw.cell_type not in ("code", "markdown"):
        refuse(f"a {raw.cell_type} cell; only code and Markdown cells have a place in a notebook")
    if not isinstance(raw.metadata.get("nbg", ""), str):
        refuse(f"nbg should be text in quotation marks; got {raw.metadata['nbg']!r}")
    is_markdown = raw.cell_type == "markdown"
    tags = tuple(raw.metadata.get("tags", ()))
    unknown = set(raw.metadata) - {"nbg", "tags", "cell_marker", "lines_to_next_cell", "title"}
    if unknown or "title" in raw.metadata:
        refuse(f'a cell header takes nbg="..." and tags=[...]; got {sorted(unknown) or raw.metadata["title"]}')
    words = raw.metadata.get("nbg", "").split()
    if not words:
        cell = Cell("text" if is_markdown else "show", raw.source, line, tags=tags)
        _check_markers(cell, refuse)
        return cell
    kind, *rest = words
    want = {"setup": 0, "exercise": 1, "check": 2, "test": 2, "answer": 2}
    if kind not in want:
        refuse(f'unknown kind {kind!r} in nbg="{" ".join(words)}"; it is one of {", ".join(want)}')
    if len(rest) != want[kind]:
        form = " ".join([kind, *("ID", "POINTS")[: want[kind]]])
        refuse(f'nbg="{" ".join(words)}" should have the form nbg="{form}"')
    if is_markdown != (kind == "answer"):
        refuse(f"a cell of kind {kind!r} is {'code' if is_markdown else 'Markdown: write # %% [markdown]'}")
    task = rest[0] if rest else ""
    if task and not _ID.match(task):
        refuse(f"{task!r} is not an id: lowercase words joined by hyphens, such as knn-no-loops")
    points = _read_points(rest[1], refuse) if len(rest) == 2 else 0.0
    cell = Cell(kind, raw.source, line, task, points, tags)
    _check_markers(cell, refuse)
    return cell


def _read_points(word, refuse) -> float:
    try:
        points = float(word)
    except ValueError:
        points = 0.0
    if not 0 < points < 1000:
        refuse(f"points are a number above 0; got {word!r}")
    return points


def _check_markers(cell, refuse) -> None:
    for begin, end, kind in ((BEGIN_SOLUTION, END_SOLUTION, "exercise"), (BEGIN_HIDDEN, END_HIDDEN, "check")):
        found = re.findall(r"(BEGIN|END) " + begin.split(" ", 2)[2], cell.text)
        if cell.kind == kind and found != ["BEGIN", "END"]:
            refuse(f"{kind} {cell.task!r} needs one {begin!r} and, after it, one {end!r}")
        if cell.kind == "test" and kind == "check" and found in ([], ["BEGIN", "END"]):
            continue
        if cell.kind != kind and found:
            refuse(f"{begin.split(' ', 2)[2].lower()} markers belong in a cell of kind {kind!r}")


def _check_tasks(path, cells) -> None:
    exercises = {}
    for cell in cells:
        if cell.kind == "exercise":
            exercises[cell.task] = cell
        if cell.kind == "check":
            if cell.task not in exercises:
                raise SourceError(f"{path}:{cell.line}: check {cell.task!r} comes before its exercise, or has none")
            _check_check(path, cell, exercises[cell.task])


def _check_check(path, cell, exercise) -> None:
    """The check cell must call the task's probe with what it asks for, and the exercise must define its target."""
    try:
        probe = find_probe(cell.task)
    except UnknownTask as error:
        raise SourceError(f"{path}:{cell.line}: {error}\n  fix: write its probe in cs231n_kit/checks/") from None
    call = f'("{cell.task}", {", ".join(probe.names)})'
    want = [f"check{call}", BEGIN_HIDDEN, "from autograder import grade", "", f"grade{call}", END_HIDDEN]
    if [line.rstrip() for line in cell.text.strip().split("\n")] != want:
        raise SourceError(f"{path}:{cell.line}: check {cell.task!r} should read\n\n" + "\n".join(want) + "\n")
    if probe.target not in _defined_names(path, exercise):
        raise SourceError(
            f"{path}:{exercise.line}: exercise {exercise.task!r} does not define {probe.target}, which its probe calls\n"
            f"  fix: rename the function back, or change target=... of the probe in {probe.run.__module__}"
        )


def _defined_names(path, exercise) -> Iterator[str]:
    try:
        tree = ast.parse(exercise.text)
    except SyntaxError as error:
        raise SourceError(f"{path}:{exercise.line}: exercise {exercise.task!r} is not valid Python: {error}") from None
    return (node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef)))
