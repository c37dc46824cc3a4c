"""Build the course: everything under assignments/, the solution notebooks and the frozen expectations, from the sources.

One function, `render`, says what each generated file should hold; building writes what differs, checking reports it.
"""

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher
from pathlib import Path

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course import ONE_THREAD, Course, write_whole
from autograder.given import given_files
from autograder.judge import draw_samples, words_of
from autograder.source import Cell, check_ids, read_source
from autograder.stock import STOCK_SEED
from autograder.tasks import all_tasks
from cs231n_kit.checks.compare import relative_error
from cs231n_kit.checks.observe import is_strided
from cs231n_kit.checks.store import pack, sample_tree, unpack

PACKAGES = Path(__file__).parent.parent
KIT = PACKAGES / "cs231n_kit"
FROZEN = {"public": KIT / "checks" / "frozen", "hidden": PACKAGES / "autograder" / "frozen"}
CELL_SECONDS = 300
WIDGET = "application/vnd.jupyter.widget-view+json"  # dead without a kernel, and another id each time
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class BuildError(Exception):
    """The course cannot be built as it is."""


def build(course: Course, execute: bool = False, say=print) -> list[Path]:
    """Bring every generated file up to date and return those that changed.

    execute : also run the solution notebooks whose recorded hash no longer fits, and keep their outputs
    """
    changed = write_changed(given_files(course))
    changed += write_changed(freeze(course))
    changed += write_changed(solution_notebooks(course))
    if execute:
        changed += _execute_stale(course, say)
    with released(course) as files:
        _refuse_to_lose_work(course, files)
        changed += write_changed(files)
        _add_to_record(course, "released", {_relative(course, p): _digest(data) for p, data in files.items()})
    return changed


def stale(course: Course, assignment: str | None = None) -> list[str]:
    """Return one sentence for each generated file that is not what the sources make of it.

    assignment : look at its notebooks only, and not at frozen expectations, which no grading needs
    """
    found, sources = [], course.assignment(assignment) if assignment else course.sources
    for files in (given_files(course), {} if assignment else freeze(course), solution_notebooks(course, sources)):
        found += [f"{_relative(course, p)} is stale   fix: autograder build" for p in _differing(files)]
    with released(course, assignment) as files:
        found += [f"{_relative(course, p)} is stale   fix: autograder build" for p in _differing(files)]
        found += [f"{_relative(course, p)} is not generated   fix: remove it" for p in _strays(course, files, assignment)]
    record = _read_record(course)
    for source in sources:
        if record["executed"].get(_key(source)) != _run_record(source):
            name = _relative(course, source.with_suffix(".ipynb"))
            found.append(f"{name} holds outputs of another source or kit   fix: autograder build --execute")
    return found


# --- solution notebooks


def solution_notebooks(course: Course, sources: tuple[Path, ...] | None = None) -> dict[Path, bytes]:
    """Return the solution notebooks, of all sources by default: their cells, and outputs from the notebooks as they are."""
    check_ids(course.sources)
    _check_registry(course)
    return {source.with_suffix(".ipynb"): _notebook_bytes(_assemble(source)) for source in sources or course.sources}


def _assemble(source: Path) -> nbformat.NotebookNode:
    cells = read_source(source)
    old = _read_old(source.with_suffix(".ipynb"))
    outputs = {cell.id: cell for cell in old if cell.cell_type == "code"}
    made = []
    for cell, cell_id in zip(cells, _assign_ids(cells, old), strict=True):
        new = _make_cell(cell, cell_id)
        before = outputs.get(cell_id)
        if cell.is_code and before is not None and before.source == cell.text:
            new.outputs, new.execution_count = before.outputs, before.execution_count
        made.append(new)
    return new_notebook(cells=made, metadata=METADATA)


def _make_cell(cell: Cell, cell_id: str) -> nbformat.NotebookNode:
    metadata = {"tags": [*cell.tags]} if cell.tags else {}
    if cell.kind in ("check", "test") and "nbval-ignore-output" not in cell.tags:
        metadata["tags"] = [*cell.tags, "nbval-ignore-output"]  # a check need only not raise
    if cell.kind in ("setup", "exercise", "check", "test", "answer"):
        metadata["nbgrader"] = {
            "schema_version": 3,
            "grade_id": cell_id,
            "grade": cell.kind in ("check", "test", "answer"),
            "solution": cell.kind in ("exercise", "answer"),
            "locked": cell.kind in ("setup", "check", "test"),
            "task": False,
            **({"points": cell.points} if cell.points else {}),
        }
    make = new_code_cell if cell.is_code else new_markdown_cell
    return make(cell.text, id=cell_id, metadata=metadata)


def kind_of(cell: nbformat.NotebookNode) -> str:
    """Return the kind of a cell of a generated notebook, from its nbgrader metadata."""
    meta = cell.metadata.get("nbgrader")
    if meta is None:
        return "show" if cell.cell_type == "code" else "text"
    if meta["grade"]:
        return "answer" if meta["solution"] else "check"
    return "exercise" if meta["solution"] else "setup"


def _assign_ids(cells: tuple[Cell, ...], old: list) -> list[str]:
    """Return an id for each cell: the task's, or that of the same cell in the last build, or one made from its text.

    A cell without a task is the same as before if its text is; failing that, if it is the most similar one of its
    kind among the old cells without a successor.
    """
    spare = [c for c in old if kind_of(c) in ("setup", "show", "text")]
    ids: list[str] = [cell.name for cell in cells]
    for exact in (True, False):
        for i, cell in enumerate(cells):
            if ids[i]:
                continue
            same_kind = [c for c in spare if kind_of(c) == cell.kind and (c.source == cell.text or not exact)]
            if same_kind:
                best = max(same_kind, key=lambda c: SequenceMatcher(None, c.source, cell.text).ratio())
                spare.remove(best)
                ids[i] = best.id
    for i, cell in enumerate(cells):
        if not ids[i]:
            ids[i] = _new_id(cell, {*ids, *(c.id for c in old)})
    return ids


def _new_id(cell: Cell, taken: set[str]) -> str:
    salt = 0
    while True:
        digest = _digest(f"{cell.text}{salt or ''}".encode())[:8]
        if f"{cell.kind}-{digest}" not in taken:
            return f"{cell.kind}-{digest}"
        salt += 1


def _read_old(path: Path) -> list:
    return nbformat.read(path, as_version=4).cells if path.is_file() else []


def _notebook_bytes(notebook: nbformat.NotebookNode) -> bytes:
    nbformat.validate(notebook)
    return (nbformat.writes(notebook) + "\n").encode()


def _check_registry(course: Course) -> None:
    """Every check needs a task with cases, and every task a check."""
    checks = {c.task: f"{p}:{c.line}" for p in course.sources for c in read_source(p) if c.kind == "check"}
    for task in checks.keys() - all_tasks().keys():
        raise BuildError(f"{checks[task]}: task {task!r} has no cases\n  fix: add it to autograder/tasks/")
    for task in all_tasks().keys() - checks.keys():
        raise BuildError(f"autograder/tasks: task {task!r} has no check cell in any source\n  fix: write one, or remove it")


# --- execution


def _run_record(source: Path) -> dict[str, str]:
    """Return a hash of what an execution depends on, and one of its outputs.

    It depends on the source, given.py, the kit's code, and the sources of the notebooks that it takes earlier work from.
    """
    given, text = source.parent / "given.py", source.read_text(encoding="utf-8")
    earlier = [p for p in sorted(source.parent.glob("*.py")) if f'from_notebook("{p.stem}"' in text]
    files = [source, *([given] if given.is_file() else []), *earlier, *sorted(KIT.rglob("*.py"))]
    inputs = hashlib.sha256()
    for path in files:
        inputs.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    cells = [cell for cell in _read_old(source.with_suffix(".ipynb")) if cell.cell_type == "code"]
    outputs = [[cell.execution_count, cell.outputs] for cell in cells]
    return {"inputs": inputs.hexdigest(), "outputs": _digest(json.dumps(outputs, sort_keys=True).encode())}


def _execute_stale(course: Course, say) -> list[Path]:
    changed = []
    for source in course.sources:
        if _read_record(course)["executed"].get(_key(source)) == _run_record(source):
            continue
        say(f"running {_key(source)} ...")
        before = _processor_seconds()
        changed += write_changed({source.with_suffix(".ipynb"): _notebook_bytes(_execute(source))})
        _add_to_record(course, "executed", {_key(source): _run_record(source)})
        _add_to_record(course, "seconds", {_key(source): round(_processor_seconds() - before, 1)})
    return changed


def _processor_seconds() -> float:
    """Return what processes that this one started, and that have ended, took of the processor."""
    times = os.times()
    return times.children_user + times.children_system


def seconds_of(course: Course, source: Path) -> float:
    """Return the processor seconds of a notebook's solution when it was last executed, from Python's start to its end."""
    try:
        return _read_record(course)["seconds"][_key(source)]
    except KeyError:
        raise BuildError(f"{source.with_suffix('.ipynb')} was not executed   fix: autograder build --execute") from None


def _execute(source: Path) -> nbformat.NotebookNode:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError
    from nbconvert.filters import strip_ansi

    notebook = _assemble(source)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--Application.log_level=ERROR"],
        resources={"metadata": {"path": str(source.parent)}},
    )
    try:
        client.execute(env={**os.environ, **ONE_THREAD})
    except (CellExecutionError, CellTimeoutError) as error:
        raise BuildError(f"{source}: the solution does not run\n\n{strip_ansi(str(error))}") from None
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
    return notebook


def _record_path(course: Course) -> Path:
    return course.solutions / "built.json"


def _read_record(course: Course) -> dict[str, dict]:
    """Return what earlier builds noted: what each notebook was executed with, how long it took, and what was released."""
    path = _record_path(course)
    return json.loads(path.read_text()) if path.is_file() else {"executed": {}, "released": {}, "seconds": {}}


def _add_to_record(course: Course, part: str, entries: dict) -> None:
    record = _read_record(course)
    record[part].update(entries)
    write_changed({_record_path(course): (json.dumps(record, indent=2, sort_keys=True) + "\n").encode()})


def _key(source: Path) -> str:
    return f"{source.parent.name}/{source.stem}"


# --- frozen expectations


def freeze(course: Course) -> dict[Path, bytes]:
    """Return the frozen expectations: public cases for the kit, hidden ones for stock nbgrader, a file for each notebook.

    Where every array agrees with that of an existing file within 1e-7 of its largest entries, the bytes are kept: BLAS
    kernels differ in the last bits from one processor to the next.
    """
    _check_registry(course)
    files = {}
    for source in course.sources:
        checks = [cell for cell in read_source(source) if cell.kind == "check"]
        for side, folder in FROZEN.items():
            if checks:
                tree = {cell.task: _frozen_task(source, cell, side) for cell in checks}
                path = folder / f"{source.stem}.npz"
                files[path] = _keep_if_equal(path, tree)
    return files


def _frozen_task(source: Path, cell: Cell, side: str) -> dict:
    task = all_tasks()[cell.task]
    cases = task.public if side == "public" else task.hidden
    samples = draw_samples(source, task, cases, STOCK_SEED if side == "hidden" else STOCK_SEED + 1)
    tree = {"samples": [sample_tree(s) for s in samples], "mistakes": words_of(task)}
    return tree if side == "public" else {**tree, "notebook": source.stem, "points": cell.points}


def _keep_if_equal(path: Path, tree: dict) -> bytes:
    new = pack(tree, compressed=True)
    if path.is_file():
        old = path.read_bytes()
        if _equal(unpack(old), unpack(new)):
            return old
    return new


def _equal(a, b) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(key == "message" or _equal(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if (a.dtype, a.shape, is_strided(a)) != (b.dtype, b.shape, is_strided(b)):
            return False
        if a.dtype.kind not in "fc":
            return np.array_equal(a, b)
        return relative_error(a, b) <= max(1e-7, 100 * np.finfo(a.dtype).eps)  # single precision has seven digits
    return a == b


# --- the release


@contextmanager
def released(course: Course, only: str | None = None) -> Iterator[dict[Path, bytes]]:
    """Yield the files of assignments/, or of one of them, as nbgrader's GenerateAssignment makes them without a database."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    config = nbgrader_config(course)
    config.SaveCells.enabled = False
    with tempfile.TemporaryDirectory() as folder:
        config.CourseDirectory.release_directory = folder
        for assignment in [only] if only else sorted({source.parent.name for source in course.sources}):
            directory = CourseDirectory(config=config, assignment_id=assignment)
            converter = GenerateAssignment(coursedir=directory, no_database=True, force=True, config=config)
            converter.log = quiet_logger()
            converter.start()
        made = sorted(p for p in Path(folder).rglob("*") if p.is_file())
        yield {course.assignments / p.relative_to(folder): p.read_bytes() for p in made}


def nbgrader_config(course: Course):
    """Return nbgrader's configuration of this course, with its root set, as a traitlets Config."""
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
    config.CourseDirectory.root = str(course.root)
    return config


def _refuse_to_lose_work(course: Course, files: dict[Path, bytes]) -> None:
    """A released notebook that somebody filled in is not overwritten."""
    released = _read_record(course)["released"]
    for path in _differing(files):
        if path.is_file() and _digest(path.read_bytes()) != released.get(_relative(course, path)):
            raise BuildError(
                f"{_relative(course, path)} was edited since it was generated, and building would overwrite that\n"
                f"  fix: keep a copy elsewhere if it is somebody's work, delete this one, and build again"
            )


def quiet_logger():
    logger = logging.getLogger("cs231n-nbgrader")
    logger.setLevel(logging.CRITICAL)
    return logger


# --- files


def _differing(files: dict[Path, bytes]) -> list[Path]:
    return [path for path, data in files.items() if not path.is_file() or path.read_bytes() != data]


def write_changed(files: dict[Path, bytes]) -> list[Path]:
    """Write the files that are not yet as they should be, and return them."""
    changed = _differing(files)
    for path in changed:
        write_whole(path, files[path])
    return changed


def _strays(course: Course, files: dict[Path, bytes], assignment: str | None) -> list[Path]:
    folder = course.assignments / (assignment or "")
    there = folder.rglob("*") if folder.is_dir() else []
    ours = (p for p in there if p.is_file() and ".ipynb_checkpoints" not in p.parts and "__pycache__" not in p.parts)
    return sorted(p for p in ours if p not in files)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _relative(course: Course, path: Path) -> str:
    try:
        return str(path.relative_to(course.root))
    except ValueError:
        return str(path)
