"""Grade the same class with stock nbgrader and with this engine, in one run on the same cores, and say what each takes.

The class are the sample class's students, repeated, with the k-NN notebook alone; but for those whose own code computes for
long, which no grader can hurry. The engine works in its sandbox and as its command does it, from start to end, the proof of
the solution included. Of stock nbgrader only `autograde` counts.
"""

import contextlib
import ctypes
import json
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import nbformat
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from autograder.build import kind_of, released, solution_notebooks, write_changed
from autograder.course import ONE_THREAD, Course, CourseError
from autograder.engine import keep_seed
from autograder.given import given_files
from autograder.sample_class import write_sample_class
from autograder.sandbox import check_sandbox, family
from autograder.source import read_source
from autograder.stock import STOCK_SEED

NOTEBOOK = "knn"
CORES = 2
COMPARED = 30  # notebooks that both grade
CLASSES = (100, 300, 1000)  # that the engine alone grades
SHORT = 4
LONG = 0.25  # CPU seconds of a student's own code in a notebook without its show cells
LEFT_OUT = ("endless", "missing", "stripped")  # a time limit is no speed; stock nbgrader runs nothing of a stripped notebook
LOOK_SECONDS = 0.25  # between two looks at the memory in use
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Measured:
    """What grading a class took.

    cpu     : CPU seconds of all processes, the students' and those that the kernel killed included
    student : those of them that the students' own processes used; 0 where nobody knows (stock)
    cells   : share of the judges' time in which a student's cells ran or their functions were called; 0 for stock
    memory  : bytes, the largest sum over all processes that was seen; pages that processes share are counted once
    points  : what each student got, to see that both graders did the same work
    """

    grader: str
    notebooks: int
    show: bool
    seconds: float
    cpu: float
    memory: int
    student: float
    cells: float
    points: dict[str, float]

    @property
    def per_minute(self) -> float:
        return 60 * self.notebooks / self.seconds

    @property
    def overhead(self) -> float:
        """CPU seconds for each notebook that were not the student's own."""
        return (self.cpu - self.student) / self.notebooks


def run_benchmark(course: Course, short: bool = False) -> list[Measured]:
    """Run everything, print a table of it, and return its rows. `short` is for a look at whether it works.

    When it is interrupted, what is measured so far is printed.
    """
    check_sandbox()
    compared, classes = (SHORT, (2 * SHORT,)) if short else (COMPARED, CLASSES)
    models, slow = _divide_by_their_own_time(course)
    plan = [(grader, compared, show) for show in (False, True) for grader in ("stock", "engine")]
    plan += [("engine", many, False) for many in classes]
    console, rows, load = Console(), [], os.getloadavg()[0]
    try:
        with _progress(console) as bar, tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            for number, (grader, many, show) in enumerate(plan, 1):
                words = f"{number} of {len(plan)}: {grader}, {many:,} notebooks{', show cells in' if show else ''}"
                task = bar.add_task(words, total=many)
                made = make_course(course, Path(folder) / str(number), many, show, models)
                rows.append(_measure(made, grader, show, many, lambda done, at=task: bar.update(at, completed=done)))
                bar.update(task, completed=many, refresh=True)
                shutil.rmtree(made.root)
    finally:
        _report(console, rows, load, slow)
    return rows


# The class.


def _divide_by_their_own_time(course: Course) -> tuple[list[str], dict[str, float]]:
    """Grade the sample class once; return who needs little CPU time of their own, and what the others need, in seconds."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        made = make_course(course, Path(folder) / "class", 0, False, [])
        assignment = made.source(NOTEBOOK).parent.name
        write_sample_class(made, assignment)
        for name in LEFT_OUT:
            shutil.rmtree(made.root / "submitted" / name)
        _run_quietly(made, ["autograder.cli", "grade", assignment, "--jobs", str(CORES)])
        seconds = {result["student"]: result["seconds"]["cpu"] for result in _results(made, assignment)}
    slow = {name: spent for name, spent in seconds.items() if spent > LONG}
    return [name for name in seconds if name not in slow], slow


def _results(course: Course, assignment: str) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted((course.root / "results" / assignment).glob("*.*.json"))]


def make_course(course: Course, folder: Path, many: int, show: bool, models: list[str]) -> Course:
    """Make a course in `folder` that has the notebook alone in its assignment, and hand in `many` of it.

    models : the sample class's students whose notebooks they are
    """
    shutil.copytree(course.solutions, folder / "solutions", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copy(course.root / "nbgrader_config.py", folder)
    made = Course(folder)
    source = made.source(NOTEBOOK)
    rest = source.parent.with_name(f"{source.parent.name}_rest")
    for other in made.assignment(source.parent.name):
        if other != source:
            rest.mkdir(exist_ok=True)
            for path in (other, other.with_suffix(".ipynb")):
                path.replace(rest / path.name)
    if not show:
        source.write_text(without_show_cells(source), encoding="utf-8")
    made = Course(folder)  # which looks for its sources anew
    write_changed(given_files(made))
    write_changed(solution_notebooks(made, (source,)))
    with released(made, source.parent.name) as files:
        write_changed(files)
    _hand_in(made, source.parent.name, many, models)
    keep_seed(made, source.parent.name, STOCK_SEED)  # the same cases for both: a wrong answer can be right by chance
    return made


def without_show_cells(source: Path) -> str:
    """Return a source's text without its experiments and pictures, which no grade depends on."""
    lines, cells = source.read_text(encoding="utf-8").split("\n"), read_source(source)
    ends = [cell.line - 1 for cell in cells[1:]] + [len(lines)]
    kept = [lines[cell.line - 1 : end] for cell, end in zip(cells, ends, strict=True) if cell.kind != "show"]
    return "\n".join(line for part in kept for line in part)


def _hand_in(course: Course, assignment: str, many: int, models: list[str]) -> None:
    """Repeat the notebooks of `models` until there are `many`; each copy answers the questions in words of its own."""
    submitted = course.root / "submitted"
    write_sample_class(course, assignment)
    notebooks = [nbformat.read(submitted / name / assignment / f"{NOTEBOOK}.ipynb", as_version=4) for name in models]
    shutil.rmtree(submitted)
    for number, notebook in enumerate(islice(cycle(notebooks), many), 1):
        student = f"student-{number:04}"
        for cell in notebook.cells:
            if kind_of(cell) == "answer":
                cell.source = f"This is what {student} thinks."
        folder = submitted / student / assignment
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{NOTEBOOK}.ipynb")


# One measurement.


def _measure(course: Course, grader: str, show: bool, many: int, tell) -> Measured:
    assignment = course.source(NOTEBOOK).parent.name
    if grader == "stock":
        _run_quietly(course, ["nbgrader", "generate_assignment", assignment, "--force"])
        command = ["nbgrader", "autograde", assignment]
    else:
        command = ["autograder.cli", "grade", assignment, "--jobs", str(CORES)]
    seconds, cpu, memory = _metered(course, command, tell)
    results = _results(course, assignment)
    spent = {name: sum(result["seconds"][name] for result in results) for name in ("cells", "probes", "cpu", "all")}
    cells = (spent["cells"] + spent["probes"]) / spent["all"] if results else 0.0
    return Measured(grader, many, show, seconds, cpu, memory, spent["cpu"], cells, _points(course, assignment))


def _run_quietly(course: Course, command: list[str]) -> None:
    environment = {**os.environ, **ONE_THREAD, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=course.root, env=environment, stdout=said, stderr=subprocess.STDOUT
        )
        said.seek(0)
        if done.returncode:
            raise CourseError(f"{' '.join(command)} failed:\n{said.read().decode(errors='replace')[-3000:]}")


def _points(course: Course, assignment: str) -> dict[str, float]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "cs231n") as gradebook:
        return {
            s.student.id: sum(g.auto_score or 0.0 for n in s.notebooks for g in n.grades)
            for s in gradebook.assignment_submissions(assignment)
        }


def _metered(course: Course, command: list[str], tell) -> tuple[float, float, int]:
    """Run a command on CORES cores and return its seconds, the CPU seconds of all its processes, and their peak memory.

    tell : is called with the number of notebooks that are graded so far
    """
    ours, theirs = multiprocessing.Pipe()
    meter = multiprocessing.get_context("fork").Process(target=_run_and_reap, args=(theirs, course, command))
    meter.start()
    theirs.close()
    peak = 0
    try:
        while not ours.poll(LOOK_SECONDS):
            peak = max(peak, sum(map(_memory, family(meter.pid)[1:])))
            tell(sum(1 for _ in (course.root / "autograded").glob(f"*/*/{NOTEBOOK}.ipynb")))
        answer = ours.recv()
    except BaseException:
        for pid in reversed(family(meter.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        raise
    finally:
        meter.join()
    if isinstance(answer, Exception):
        raise answer
    return *answer, peak


def _run_and_reap(connection, course, command) -> None:
    """Run a command, and collect all its processes: the kernel hands those that lost their parent to this one.

    The CPU time of a process counts for its parent when it is collected, so in the end all of it counts here.
    """
    signal.signal(signal.SIGINT, lambda *_: None)  # who started this is interrupted, too, and ends it
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    start = time.monotonic()
    try:
        _run_quietly(course, command)
        seconds = time.monotonic() - start
        with contextlib.suppress(ChildProcessError):
            while True:
                os.wait()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        connection.send((seconds, used.ru_utime + used.ru_stime))
    except CourseError as error:
        connection.send(error)


def _memory(pid: int) -> int:
    """Return the memory of a process in bytes, its part of what it shares; all of it where only root may know the part."""
    for name, field in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/{name}").read_text().splitlines():
                if line.startswith(field):
                    return 1024 * int(line.split()[1])
    return 0


# What is shown.


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, auto_refresh=False)


def _report(console: Console, rows: list[Measured], load: float, slow: dict[str, float]) -> None:
    used = min(CORES, len(os.sched_getaffinity(0)))
    table = Table(title=f"{NOTEBOOK}, on {used} of {os.cpu_count()} cores; load before: {load:.1f}")
    table.add_column("graded by")
    for name in ("notebooks", "show cells", "seconds", "notebooks / min", "CPU s / notebook", "the student's", "engine's"):
        table.add_column(name, justify="right")
    table.add_column("time in students' cells", justify="right")
    table.add_column("peak memory", justify="right")
    for row in rows:
        table.add_row(*_cells_of(row))
    console.print(table)
    words = ", ".join(f"{name} ({seconds:.1f} s)" for name, seconds in slow.items())
    console.print(f"not in this class, for more than {LONG} CPU seconds of their own: {words}", highlight=False)
    for stock, engine in zip(rows[0:4:2], rows[1:4:2], strict=False):
        console.print(_comparison(stock, engine), highlight=False)
    if rows[4:]:
        console.print(_growth(rows[1], rows[-1], rows[0]), highlight=False)


def _cells_of(row: Measured) -> list[str]:
    known = row.grader == "engine"
    return [
        row.grader,
        f"{row.notebooks:,}",
        "in" if row.show else "removed",
        f"{row.seconds:.1f}",
        f"{row.per_minute:.0f}",
        f"{row.cpu / row.notebooks:.2f}",
        f"{row.student / row.notebooks:.2f}" if known else "",
        f"{row.overhead:.2f}" if known else "",
        f"{row.cells:.0%}" if known else "",
        f"{row.memory / 2**20:,.0f} MB",
    ]


def _comparison(stock: Measured, engine: Measured) -> str:
    same = sum(engine.points.get(student) == points for student, points in stock.points.items())
    return (
        f"show cells {'in' if stock.show else 'removed'}: {engine.per_minute / stock.per_minute:.1f} times stock's "
        f"notebooks per minute, from start to end; the same points for {same} of {stock.notebooks}"
    )


def _growth(first: Measured, last: Measured, stock: Measured) -> str:
    """Say what each further notebook takes, from the smallest class to the largest."""
    more = last.notebooks - first.notebooks
    rate = 60 * more / (last.seconds - first.seconds)
    cpu = (last.overhead * last.notebooks - first.overhead * first.notebooks) / more
    return (
        f"beyond the first {first.notebooks}: {rate:.0f} notebooks a minute, {rate / stock.per_minute:.1f} times stock's, "
        f"and {cpu:.2f} CPU seconds of the engine's own for each; {last.memory / first.memory:.2f} times the memory for "
        f"{last.notebooks / first.notebooks:.0f} times the class"
    )
