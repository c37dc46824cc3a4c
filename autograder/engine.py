"""Grade a class: judges in processes of their own, each with a warm sandbox, and one process that writes what they find.

A judge knows the hidden cases and the solution, and never runs a student's code. What it finds about one notebook is
written at once, first as JSON, then into the gradebook; so a run can be interrupted, or killed, and goes on from there.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import json
import multiprocessing
import os
import secrets
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from autograder.build import KIT, BuildError, stale
from autograder.course import Course, CourseError, write_whole
from autograder.grade import SCHEMA, Exam, Lend, grade_submission, grade_the_solution, prepare
from autograder.gradebook import GradebookWriter, open_gradebook
from autograder.intake import find_notebook
from autograder.sandbox import SandboxError, Worker, check_sandbox

SERVINGS = 100  # notebooks after which a sandbox is replaced
ATTEMPTS = 2  # at a notebook whose judge dies
LONGEST_ID = 200  # bytes of a student's id: names of files are made of it
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Job:
    """One notebook to grade, or to say of that it is missing. The key changes with anything that could change its grade."""

    notebook: str
    student: str
    path: Path
    key: str
    attempt: int = 1


def grade_class(
    course: Course,
    assignment: str,
    jobs: int | None = None,
    students: tuple[str, ...] = (),
    force: bool = False,
    sandboxed: bool = True,
) -> list[dict]:
    """Grade every submission in submitted/*/<assignment>/ and return the results, one dict for each notebook.

    jobs      : judges that work side by side, one for each core by default
    students  : only these; everybody by default
    force     : also those whose results are there and still hold
    sandboxed : False runs the students' code unprotected

    The instructor's own solution is graded first and must get full marks; otherwise CourseError, and nobody is graded.
    Results are kept in results/<assignment>/, graded notebooks in autograded/, and grades in the gradebook. The seed of the
    hidden cases is drawn once for the assignment and kept with the results.
    """
    sources = course.assignment(assignment)
    names = _students(course, assignment, students)
    if sandboxed:
        check_sandbox()
    seed, digest = _seed(course, assignment), _digest_of_the_grader()
    keys = {source.stem: _digest(digest, str(seed), str(sandboxed), *_texts_of(source)) for source in sources}
    todo, results = _divide(course, assignment, names, keys, force)
    needed = tuple(source for source in sources if any(job.notebook == source.stem for job in todo))
    how_many = min(jobs or os.cpu_count() or 1, len(todo))
    with ExitStack() as stack:
        judges = stack.enter_context(Judges(course.root, sandboxed, how_many))
        try:
            exams = {source.stem: prepare(course, source, seed, stack) for source in needed}
        except Exception:
            _refuse_what_is_not_built(course, assignment)  # which may be why
            raise
        judges.appoint(exams)
        _refuse_what_is_not_built(course, assignment)
        open_gradebook(course, assignment)
        writer = stack.enter_context(GradebookWriter(course, assignment))
        for result in results:
            writer.bring_up_to_date(result)
        bar = stack.enter_context(_progress())
        task = bar.add_task(f"grading {assignment}", total=len(names) * len(sources), completed=len(results))
        for job, result in judges.grade(todo):
            result |= {"key": job.key, "sandbox": sandboxed}
            _keep(course, result)
            writer.save(result)
            results.append(result)
            bar.update(task, advance=1, refresh=True)
    order = {source.stem: place for place, source in enumerate(sources)}
    return sorted(results, key=lambda result: (order[result["notebook"]], result["student"]))


def _refuse_what_is_not_built(course: Course, assignment: str) -> None:
    out_of_date = [line for line in stale(course, assignment) if "outputs of another" not in line]
    if out_of_date:
        raise BuildError("the course is not built:\n  " + "\n  ".join(out_of_date))


def _students(course, assignment, wanted) -> list[str]:
    folder = course.root / "submitted"
    there = sorted(p.parent.name for p in folder.glob(f"*/{assignment}") if p.is_dir() and p.parent.name[0] != ".")
    if not there:
        raise CourseError(f"no submissions: expected submitted/<student>/{assignment}/ in {course.root}")
    odd = [name for name in there if len(os.fsencode(name)) > LONGEST_ID or not _is_text(name)]
    if odd:
        raise CourseError(
            f"no id of a student can be longer than {LONGEST_ID} bytes, or other than text: submitted/{odd[0]!a}/\n"
            f"  fix: rename the folder, or collect from it: autograder grade {assignment} submitted"
        )
    unknown = sorted(set(wanted) - set(there))
    if unknown:
        raise CourseError(
            f"no submission of {', '.join(unknown)}: expected submitted/{unknown[0]}/{assignment}/ in {course.root}"
        )
    return [name for name in there if not wanted or name in wanted]


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8
        return False
    return True


def _texts_of(source: Path) -> list[str]:
    """Return what a notebook is made of: its source, and what is given beside it."""
    return [path.read_text(encoding="utf-8") for path in (source, source.with_name("given.py")) if path.is_file()]


def _divide(course, assignment, names, keys, force) -> tuple[list[Job], list[dict]]:
    """Return what is to be graded, and the results that are there and still hold."""
    todo, results = [], []
    for student in names:
        for notebook, key in keys.items():
            path = find_notebook(course.root / "submitted" / student / assignment, notebook, keys)
            job = Job(notebook, student, path, _digest(key, path.name, _digest_of_a_file(path)))
            result = None if force else _read_result(course, assignment, job)
            if result is None:
                todo.append(job)
            else:
                results.append(result)
    return todo, results


# Judges.


class Judges:
    """Processes that grade; one that dies is replaced, and its notebook given to another, once.

    Their sandboxes start warming up at once, before the cases are drawn that the judges will know.
    """

    def __init__(self, hidden: Path, sandboxed: bool, how_many: int):
        self._hidden, self._sandboxed, self._how_many = hidden, sandboxed, how_many
        self._warm = [Worker(sandboxed, hidden=(hidden,)) for _ in range(how_many)]
        self._handed_over: list[Worker] = []
        self._judges: dict[Connection, multiprocessing.Process] = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in list(self._judges):
            self._dismiss(connection)
        for worker in (*self._warm, *self._handed_over):
            worker.close()

    def appoint(self, exams: dict[str, Exam]) -> None:
        """Start the judges, who prove at once that each notebook's own solution gets full marks. exams : by notebook"""
        self._exams = exams
        for _ in range(self._how_many):
            self._appoint()

    def grade(self, todo: list[Job]) -> Iterator[tuple[Job, dict]]:
        """Yield each job with its result, as they are done."""
        waiting, working = deque(todo), {}
        while waiting or working:
            while waiting and len(working) < self._how_many:
                idle = next((c for c in self._judges if c not in working), None) or self._appoint()
                working[idle] = waiting.popleft()
                with contextlib.suppress(OSError):  # a judge that is gone is noticed below
                    idle.send(working[idle])
            for connection in wait(list(working)):
                job = working.pop(connection)
                try:
                    answer = connection.recv()
                except (EOFError, OSError):
                    self._dismiss(connection)
                    if job.attempt < ATTEMPTS:
                        waiting.appendleft(replace(job, attempt=job.attempt + 1))
                    else:
                        yield job, _crashed(job, self._exams[job.notebook])
                    continue
                if isinstance(answer, Exception):
                    raise answer
                yield job, answer

    def _appoint(self) -> Connection:
        ours, theirs = multiprocessing.Pipe()
        worker, *others = self._warm or [None]
        context = multiprocessing.get_context("fork")  # the exams, with the solutions' functions in them, come along
        not_theirs = [ours.close, *(judge.close for judge in self._judges), *(other.let_go for other in others)]
        arguments = (theirs, not_theirs, self._exams, Workers(self._sandboxed, self._hidden, worker))
        judge = context.Process(target=_judge, args=arguments, daemon=True)
        judge.start()
        theirs.close()
        if worker is not None:
            worker.let_go()
            self._handed_over.append(self._warm.pop(0))
        self._judges[ours] = judge
        return ours

    def _dismiss(self, connection: Connection) -> None:
        judge = self._judges.pop(connection)
        connection.close()
        judge.kill()
        judge.join()


def _judge(connection, not_ours, exams, workers) -> None:
    """Grade what arrives, until the connection is closed. The instructor's solutions come first."""
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for close in not_ours:
        close()
    with contextlib.suppress(EOFError, ConnectionError), workers as lend:  # nobody may read an answer any more
        refusal = _prove(exams, lend)
        while True:
            job = connection.recv()
            connection.send(refusal or _answer(job, exams[job.notebook], lend))


def _prove(exams, lend) -> Exception | None:
    """Return what keeps the instructor's own solutions from getting full marks here, if anything."""
    try:
        for exam in exams.values():
            grade_the_solution(exam, lend)
    except (CourseError, SandboxError) as error:
        return error
    return None


def _answer(job: Job, exam: Exam, lend: Lend) -> dict | Exception:
    try:
        return grade_submission(job.path, exam, job.student, lend, Quiet())
    except SandboxError as error:
        return error


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Workers:
    """Lends a warm worker: the same again and again, until it has served for long or was damaged.

    worker : the first to lend, if there is one
    """

    def __init__(self, sandboxed: bool, hidden: Path, worker: Worker | None = None):
        self._sandboxed, self._hidden, self._worker = sandboxed, hidden, worker

    def __enter__(self) -> Lend:
        return self._lend

    def __exit__(self, *_):
        if self._worker is not None:
            self._worker.close()

    def _lend(self) -> Worker:
        if self._worker is not None and self._worker.served >= SERVINGS:
            self._worker.close()
        if self._worker is None or not self._worker.usable:
            self._worker = Worker(self._sandboxed, hidden=(self._hidden,))
        return self._worker


class Quiet:
    """A context that one process of this user on this machine can be in at a time."""

    def __enter__(self):
        path = Path(tempfile.gettempdir()) / f"cs231n-kit-timing-{os.getuid()}.lock"
        self._lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __exit__(self, *_):
        os.close(self._lock)


def _crashed(job: Job, exam: Exam) -> dict:
    message = "the grader itself crashed on this notebook, twice; nobody has judged it"
    tasks = [
        {"task": t, "points": 0.0, "max_points": p, "status": "crashed", "mistake": "", "report": message}
        for t, p in exam.points.items()
    ]
    return {
        "schema": SCHEMA,
        "student": job.student,
        "assignment": exam.assignment,
        "notebook": job.notebook,
        "points": 0.0,
        "max_points": sum(exam.points.values()),
        "status": "crashed",
        "messages": [message],
        "tasks": tasks,
        "seconds": {},
        "graded_notebook": None,
    }


# What is kept.


def _keep(course: Course, result: dict) -> None:
    path = _result_path(course, result["assignment"], result["student"], result["notebook"])
    write_whole(path, (json.dumps(result, indent=1) + "\n").encode())


def _read_result(course: Course, assignment: str, job: Job) -> dict | None:
    """Return the result that is kept for a job, or None if there is none or it is of something else."""
    try:
        path = _result_path(course, assignment, job.student, job.notebook)
        result = json.loads(path.read_text(encoding="utf-8"))
        return result if result["key"] == job.key and result["status"] != "crashed" else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _result_path(course, assignment, student, notebook) -> Path:
    return course.root / "results" / assignment / f"{student}.{notebook}.json"


def _seed(course: Course, assignment: str) -> int:
    """Return the secret seed of this assignment's hidden cases; drawn once, then kept with the results."""
    path = _seed_path(course, assignment)
    if not path.is_file():
        keep_seed(course, assignment, secrets.randbits(63))
    return json.loads(path.read_text())["seed"]


def keep_seed(course: Course, assignment: str, seed: int) -> None:
    """Put a seed where the grader keeps it."""
    write_whole(_seed_path(course, assignment), (json.dumps({"seed": seed}) + "\n").encode())


def _seed_path(course: Course, assignment: str) -> Path:
    return course.root / "results" / assignment / "seed.json"


def _digest_of_the_grader() -> str:
    """Return a hash of all code that could change a grade."""
    digest = hashlib.sha256()
    for path in sorted([*Path(__file__).parent.rglob("*.py"), *KIT.rglob("*.py")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _digest_of_a_file(path: Path) -> str:
    if not path.is_file() or path.is_symlink():
        return "none"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogateescape")).hexdigest()


def _progress() -> Progress:
    """Return a progress bar that is drawn when there is news, by no thread of its own: judges are forked."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, auto_refresh=False)
