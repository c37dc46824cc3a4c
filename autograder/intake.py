"""Read a submission and find the cells of the release in it, whatever happened to their metadata."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from autograder.build import kind_of

MAX_BYTES = 256 * 2**20
KEPT_BYTES = 2**20  # of one cell's outputs, as they came with it
_OUTPUTS_TOO_LARGE = "outputs of more than 1 MB were dropped"


@dataclass
class Submission:
    """The cells of the release as this student filled them in.

    matched : the student's cell for each id of the release        extra : code cells they added, after which id
    """

    matched: dict[str, nbformat.NotebookNode] = field(default_factory=dict)
    extra: dict[str, list[str]] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    readable: bool = True


def find_notebook(folder: Path, notebook: str, siblings: Iterable[str] = ()) -> Path:
    """Return the file in a submission's folder that is most likely this notebook: by its name, or what was made of it.

    siblings : the assignment's other notebooks, which it is not
    """
    exact = folder / f"{notebook}.ipynb"
    there = [path for path in folder.glob("*.ipynb") if not path.name.startswith(".")] if folder.is_dir() else []
    alike = sorted(path for path in there if notebook in path.stem and not {*siblings} & {path.stem})
    return exact if exact.exists() or not alike else alike[-1]


def read_submission(path: Path, release: nbformat.NotebookNode) -> Submission:
    """Return what the notebook at `path` holds. Never raises for what a student sent: it says so in `messages`."""
    if path.is_symlink():
        return Submission(messages=[f"{path.name} is a link to another file, which is not read"], readable=False)
    if not path.is_file():
        return Submission(messages=[f"{path.name} was not handed in"], readable=False)
    if path.stat().st_size > MAX_BYTES:
        size = f"{path.stat().st_size / 2**20:.0f} MB, more than {MAX_BYTES // 2**20}"
        return Submission(messages=[f"{path.name} has {size}; clear its outputs and hand it in again"], readable=False)
    try:
        content = _parse(path.read_bytes())
        raw = content["cells"] if "cells" in content else _cells_of_format_3(content["worksheets"])
        if not isinstance(raw, list):
            raise TypeError("its cells are no list")
        large = _drop_large_outputs(raw)
        cells = [cell for cell in map(_usable, raw) if cell is not None]
        if raw and not cells:
            raise ValueError("none of its cells is one")
    except (ValueError, AttributeError, TypeError, KeyError, IndexError, RecursionError, MemoryError) as error:
        message = f"{path.name} is not a notebook that can be read ({type(error).__name__})"
        return Submission(messages=[message], readable=False)
    submission = _match(cells, release)
    submission.messages += _remarks(content) + ([_OUTPUTS_TOO_LARGE] if large else [])
    return submission


def _parse(data: bytes):
    """Return what a file in UTF-8, UTF-16 or UTF-32 holds as JSON, or else in the encoding of old editors."""
    try:
        return json.loads(data)
    except UnicodeDecodeError:
        return json.loads(data.decode("cp1252"))


def _cells_of_format_3(sheets: list) -> list:
    return sum((sheet["cells"] for sheet in sheets[1:]), sheets[0]["cells"])


def _drop_large_outputs(cells: list) -> bool:
    """Take away outputs that would fill the gradebook and the browser of the person who grades; return if there are any."""
    found = False
    for cell in cells:
        if isinstance(cell, dict) and _is_large(cell.get("outputs")):
            cell["outputs"], found = [], True
    return found


def _is_large(outputs) -> bool:
    """Return whether the text in a tree is longer than what is kept, or the tree deeper than any output is."""
    left, layer = KEPT_BYTES, [outputs]
    for _ in range(20):
        inner = [x for x in layer if isinstance(x, dict | list)]
        left -= sum(len(x) if isinstance(x, str) else 8 for x in layer)
        if left < 0 or not inner:
            return left < 0
        layer = [y for x in inner for y in (x.values() if isinstance(x, dict) else x)]
    return True


def _remarks(content) -> list[str]:
    """Return what is odd about a notebook as a whole."""
    spec = _part(_part(content, "metadata"), "kernelspec")
    name = str(spec.get("name", "python3"))[:40]
    language = str(spec.get("language") or name)  # the kernel of an environment may have any name
    remarks = [] if language.lower().startswith("python") else [f"its kernel is {name!r}; it was run with Python"]
    return remarks + ([] if "cells" in content else ["it is in an old format of notebooks (3)"])


def _part(tree: dict, name: str) -> dict:
    part = tree.get(name)
    return part if isinstance(part, dict) else {}


def _usable(raw) -> nbformat.NotebookNode | None:
    """Return a cell with every field that is used later, or None if it is no cell at all."""
    if not isinstance(raw, dict) or raw.get("cell_type", "code") not in ("code", "markdown"):
        return None
    source = raw.get("source", raw.get("input", ""))  # "input" in format 3
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
