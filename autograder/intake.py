"""Read a submission and find the cells of the release in it, whatever happened to their metadata."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from autograder.build import kind_of

MAX_BYTES = 20 * 2**20


@dataclass
class Submission:
    """The cells of the release as this student filled them in.

    matched : the student's cell for each id of the release        extra : code cells they added, after which id
    """

    matched: dict[str, nbformat.NotebookNode] = field(default_factory=dict)
    extra: dict[str, list[str]] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    readable: bool = True


def read_submission(path: Path, release: nbformat.NotebookNode) -> Submission:
    """Return what the notebook at `path` holds. Never raises for what a student sent: it says so in `messages`."""
    if not path.is_file():
        return Submission(messages=[f"{path.name} was not handed in"], readable=False)
    if path.stat().st_size > MAX_BYTES:
        size = f"{path.stat().st_size / 2**20:.0f} MB, more than {MAX_BYTES // 2**20}"
        return Submission(messages=[f"{path.name} has {size}; clear its outputs and hand it in again"], readable=False)
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))["cells"]
        if not isinstance(raw, list):
            raise TypeError("its cells are no list")
        cells = [cell for cell in map(_usable, raw) if cell is not None]
        if raw and not cells:
            raise ValueError("none of its cells is one")
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError) as error:
        message = f"{path.name} is not a notebook that can be read ({type(error).__name__})"
        return Submission(messages=[message], readable=False)
    return _match(cells, release)


def _usable(raw) -> nbformat.NotebookNode | None:
    """Return a cell with every field that is used later, or None if it is no cell at all."""
    if not isinstance(raw, dict) or raw.get("cell_type", "code") not in ("code", "markdown"):
        return None
    source = raw.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    metadata = raw.get("metadata")
    cell = {**raw, "cell_type": raw.get("cell_type", "code"), "metadata": metadata if isinstance(metadata, dict) else {}}
    return nbformat.from_dict({**cell, "source": source}) if isinstance(source, str) else None


def _match(cells: list, release: nbformat.NotebookNode) -> Submission:
    submission = Submission()
    used: dict[int, str] = {}
    for test in (_same_ids, _same_id, _same_grade_id, _same_source, _same_definition):
        for original in release.cells:
            if original.id in submission.matched:
                continue
            for place, cell in enumerate(cells):
                if place not in used and cell.cell_type == original.cell_type and test(cell, original):
                    used[place] = original.id
                    submission.matched[original.id] = cell
                    if test in (_same_source, _same_definition) and kind_of(original) in ("exercise", "answer"):
                        submission.messages.append(f"{original.id}: the cell had lost its id and was found by its content")
                    break
    _find_answers(cells, release, submission, used)
    last = release.cells[0].id
    for place, cell in enumerate(cells):
        last = used.get(place, last)
        if place not in used and cell.cell_type == "code" and cell.source.strip():
            submission.extra.setdefault(last, []).append(cell.source)
    for original in release.cells:
        if kind_of(original) in ("exercise", "answer") and original.id not in submission.matched:
            submission.messages.append(f"{original.id}: the cell is missing")
    return submission


def _find_answers(cells, release, submission, used) -> None:
    """An answer that lost its id is the Markdown cell behind its question."""
    place_of = {id: place for place, id in used.items()}
    for question, original in zip(release.cells, release.cells[1:], strict=False):
        place = place_of.get(question.id, len(cells)) + 1
        lost = kind_of(original) == "answer" and original.id not in submission.matched
        if lost and place < len(cells) and place not in used and cells[place].cell_type == "markdown":
            used[place] = original.id
            submission.matched[original.id] = cells[place]
            submission.messages.append(f"{original.id}: the cell had lost its id and was found behind its question")


def _grade_id(cell):
    meta = cell.metadata.get("nbgrader")
    return meta.get("grade_id") if isinstance(meta, dict) else None


def _same_ids(cell, original):
    return _same_grade_id(cell, original) and _same_id(cell, original)


def _same_grade_id(cell, original):
    return _grade_id(original) is not None and _grade_id(cell) == _grade_id(original)


def _same_id(cell, original):
    return cell.get("id") == original.id


def _same_source(cell, original):
    return cell.source.strip() == original.source.strip()


def _same_definition(cell, original):
    """The cell defines what the exercise does."""
    return (
        kind_of(original) == "exercise"
        and bool(_defined(original.source))
        and _defined(cell.source) == _defined(original.source)
    )


def _defined(source):
    return re.findall(r"^(?:def|class) +(\w+)", source, re.MULTILINE)
