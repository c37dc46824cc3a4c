"""Grade one submission: run its cells in a sandbox, judge at each check, return the result as plain data."""

import contextlib
import copy
import re
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

import nbformat

from autograder.build import kind_of
from autograder.course import Course, CourseError
from autograder.intake import Submission, read_submission
from autograder.judge import Verdict, confirmed, draw_samples, judge, timing_samples
from autograder.sample_class import fill
from autograder.sandbox import Worker
from autograder.source import read_source
from autograder.student import NOTEBOOK_SECONDS, Student, StudentGone
from autograder.tasks import all_tasks
from cs231n_kit.checks.assess import Sample
from cs231n_kit.checks.observe import Observation

SCHEMA = 2
SEVERITY = ("passed", "inconclusive", "partial", "failed", "error", "out of memory", "timeout")
SHOWN = ("text/plain", "image/png", "image/jpeg")  # kinds of output that cannot be active in a browser
RESTARTS = 3  # of a notebook whose process was lost

Lend = Callable[[], Worker]


@dataclass(frozen=True)
class Exam:
    """What a notebook is graded with: the release, and the hidden samples and points of its tasks.

    source : the notebook's, with the solution in it
    tests : an instructor's own tests, by cell id: the cell as it stands in the source
    files : what belongs into the folder of the notebook, by name
    """

    source: Path
    release: nbformat.NotebookNode
    samples: dict[str, list[Sample]]
    points: dict[str, float]
    tests: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def assignment(self) -> str:
        return self.source.parent.name

    @property
    def notebook(self) -> str:
        return self.source.stem


def prepare(course: Course, source: Path, seed: int, stack: ExitStack) -> Exam:
    """Draw the hidden cases of a notebook. `stack` keeps the solution alive that timings are compared with."""
    cells = read_source(source)
    samples = {}
    for cell in cells:
        if cell.kind == "check":
            task = all_tasks()[cell.task]
            timings = stack.enter_context(timing_samples(source, task, seed))
            drawn = draw_samples(source, task, task.hidden, seed)
            samples[cell.task] = stack.enter_context(confirmed(source, task, seed, drawn + timings))
    given = source.parent / "given.py"
    return Exam(
        source,
        nbformat.read(course.assignments / source.parent.name / f"{source.stem}.ipynb", as_version=4),
        samples,
        {cell.task: cell.points for cell in cells if cell.kind in ("check", "test")},
        {cell.name: cell.text for cell in cells if cell.kind == "test"},
        {given.name: given.read_text(encoding="utf-8")} if given.is_file() else {},
    )


def grade_submission(path: Path, exam: Exam, student: str, lend: Lend, quiet=None) -> dict:
    """Grade one notebook and return the result as plain data, ready for JSON. Never raises for what a student sent.

    lend  : returns a warm worker to run the notebook in
    quiet : a context in which no other program on the machine is being timed
    """
    start = time.monotonic()
    submission = read_submission(path, exam.release)
    seconds = {"cells": 0.0, "probes": 0.0, "cpu": 0.0}
    notebook, verdicts = None, []
    if submission.readable:
        notebook, verdicts = _run_notebook(submission, exam, Session(lend, exam.files, seconds), quiet)
    else:
        status = "unreadable" if path.is_file() else "missing"
        verdicts = [Verdict(task, 0.0, points, status, "", "") for task, points in exam.points.items()]
    return _writable(
        {
            "schema": SCHEMA,
            "student": student,
            "assignment": exam.assignment,
            "notebook": exam.notebook,
            "points": round(sum(v.points for v in verdicts), 2),
            "max_points": sum(exam.points.values()),
            "status": _overall([v.status for v in verdicts]),
            "messages": submission.messages,
            "tasks": [asdict(v) for v in verdicts],
            "seconds": {name: round(spent, 3) for name, spent in {**seconds, "all": time.monotonic() - start}.items()},
            "graded_notebook": notebook,
        }
    )


def _writable(tree):
    """Replace what cannot be written as UTF-8, half a surrogate pair, wherever it stands."""
    if isinstance(tree, dict):
        return {key: _writable(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_writable(value) for value in tree]
    return tree.encode("utf-8", "replace").decode() if isinstance(tree, str) else tree


class Session:
    """A student's process; if it is lost, a new one is started and brought to where the other was, but for what ended it."""

    def __init__(self, lend: Lend, files: dict[str, str], seconds: dict[str, float]):
        self._lend, self._files, self._seconds = lend, files, seconds
        self._deadline = time.monotonic() + NOTEBOOK_SECONDS
        self._done: list[str] = []
        self._restarts, self._lost = 0, {}

    def __enter__(self):
        self._stack = ExitStack()
        self._student = self._start()
        return self

    def __exit__(self, *_):
        self._end()

    def run(self, source: str) -> dict:
        """Run a cell, as `Student.run`; what ended the process is the error."""
        with self._timed("cells"):
            try:
                reply = self._student.run(source)
                self._done.append(source)
            except StudentGone as gone:
                reply = {"outputs": [], "error": str(gone)}
                self._recover()
        return reply

    def probe(self, task: str, inputs: dict, measure: str) -> Observation:
        """Run a probe, as `Student.probe`; of a task that has cost the process once, only return how that ended."""
        if task in self._lost:
            return self._lost[task]
        with self._timed("probes"):
            seen = self._student.probe(task, inputs, measure)
            if self._student.gone:
                self._lost[task] = seen
                self._recover()
        return seen

    def _start(self) -> Student:
        student = self._stack.enter_context(Student(self._lend(), self._deadline))
        self._used_before = 0.0
        with contextlib.suppress(ProcessLookupError):
            self._used_before = student._process.cpu_seconds()  # the sandbox's, which counts what it has collected
        with contextlib.suppress(StudentGone):
            for name, text in self._files.items():
                student.write(name, text)
        return student

    def _recover(self) -> None:
        """Start again and repeat the cells that went well; if that fails or has been done often, leave it at that."""
        if self._restarts == RESTARTS or time.monotonic() > self._deadline:
            return
        self._restarts += 1
        self._end()
        self._student = self._start()
        with contextlib.suppress(StudentGone):
            for source in self._done:
                self._student.run(source)

    def _end(self) -> None:
        """End the process; the CPU time of one that was lost is not known any more."""
        with contextlib.suppress(ProcessLookupError):
            self._seconds["cpu"] += self._student._process.cpu_seconds() - self._used_before
        self._stack.close()

    @contextlib.contextmanager
    def _timed(self, what: str):
        start = time.monotonic()
        try:
            yield
        finally:
            self._seconds[what] += time.monotonic() - start


def _run_notebook(submission: Submission, exam: Exam, session: Session, quiet) -> tuple[dict, list[Verdict]]:
    """Run the student's cells in the release's order and judge at each check; return the graded notebook too."""
    graded = copy.deepcopy(exam.release)
    verdicts, errors = [], {}
    with session:
        for cell in graded.cells:
            kind = kind_of(cell)
            own = submission.matched.get(cell.id)
            if own is not None and kind == "exercise":
                cell.source = own.source
            if own is not None and kind == "answer":
                cell.source = _without_html(own.source)
                cell |= {"attachments": _pictures(own)} if _pictures(own) else {}
            if kind == "check":
                task = cell.id.removesuffix("-check")
                if cell.id in exam.tests:
                    verdict = _run_test(session, cell.id, exam)
                else:
                    verdict = _judge(session, task, exam, errors.get(task, ""), quiet)
                verdicts.append(verdict)
                cell.outputs = _verdict_outputs(verdict)
            elif kind == "show" and (own is None or own.source.strip() == cell.source.strip()):
                cell.outputs = _as_submitted(own)
            elif cell.cell_type == "code":
                cell.source = own.source if kind == "show" else cell.source
                errors[cell.id] = _run_cell(session, cell)
            for extra in submission.extra.get(cell.id, ()):
                _run_cell(session, nbformat.v4.new_code_cell(extra))
    return graded, verdicts


def _run_cell(session: Session, cell) -> str:
    """Run a cell, keep what it shows, and return its error, if any."""
    reply = session.run(cell.source)
    cell.outputs = _harmless([nbformat.from_dict(output) for output in reply["outputs"]])
    return reply["error"]


def _judge(session: Session, task: str, exam: Exam, error: str, quiet) -> Verdict:
    def run(inputs, measure):
        return session.probe(task, inputs, measure)

    verdict = judge(task, exam.samples[task], run, exam.points[task], quiet)
    if error and verdict.points == 0:
        report = f"✗ {task}: the exercise's cell ended with an error: {error}\n{verdict.report}"
        return Verdict(task, 0.0, verdict.max_points, "error", verdict.mistake, report)
    return verdict


def _run_test(session: Session, name: str, exam: Exam) -> Verdict:
    """Run an instructor's own test behind the student's cells and read its score as nbgrader does.

    It is code in the student's process: what it says is only as trustworthy as the student.
    """
    from nbgrader.utils import determine_grade

    cell = copy.deepcopy(next(cell for cell in exam.release.cells if cell.id == name))
    cell.source = exam.tests[name]
    reply = session.run(cell.source)
    cell.outputs = [nbformat.from_dict(output) for output in reply["outputs"]]
    most, points, error = exam.points[name], 0.0, reply["error"]
    if not error:
        try:
            points = max(float(determine_grade(cell)[0]), 0.0)
        except (ValueError, TypeError):
            error = f"its value is no number of points from 0 to {most:g}"
    words = error or f"{points:g} of {most:g} points"
    status = "error" if error else "passed" if points == most else "partial" if points else "failed"
    return Verdict(name, points, most, status, "", f"{name}: the instructor's own test, in the student's process: {words}")


def _verdict_outputs(verdict: Verdict) -> list:
    """Return what stock nbgrader reads a grade from, and the report above it."""
    return [
        nbformat.v4.new_output("stream", name="stdout", text=verdict.report + "\n"),
        nbformat.v4.new_output("execute_result", data={"text/plain": str(float(verdict.points))}, execution_count=None),
    ]


def _without_html(markdown: str) -> str:
    """Show HTML tags as text: an answer is read in the browser of the person who grades it."""
    return re.sub(r"<(?=[a-zA-Z/!?])", "&lt;", markdown)


def _as_submitted(cell) -> list:
    """Return the outputs that came with a show cell which was not run again, marked as what they are."""
    outputs = _harmless(cell.get("outputs", [])) if cell is not None else []
    note = nbformat.v4.new_output("stream", name="stdout", text="[as submitted; not run again]\n")
    return [note, *outputs] if outputs else []


def _harmless(outputs) -> list:
    """Keep text and pictures; drop whatever could be active in the browser of the person who grades."""
    kept = []
    for output in outputs if isinstance(outputs, list) else []:
        try:
            made = nbformat.from_dict(output)
            if "data" in made:
                made.data = {kind: value for kind, value in made.data.items() if _is_harmless(kind, value)}
                made.metadata = _alt_text(made.get("metadata"))
            nbformat.validate(made, ref="output", version=4)
            kept.append(made)
        except (nbformat.ValidationError, TypeError, AttributeError):
            continue
    return kept


def _is_harmless(kind, value) -> bool:
    """Text is escaped where it is shown. A picture becomes part of an address there, so it must be what it says."""
    if kind not in SHOWN:
        return False
    return kind == "text/plain" or (isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9+/=\s]*", value) is not None)


def _alt_text(metadata) -> dict:
    """Return the alt text of a picture, which is escaped where it is shown, and nothing else of its metadata."""
    text = metadata.get("image/png", {}).get("alt") if isinstance(metadata, dict) else None
    return {"image/png": {"alt": text}} if isinstance(text, str) else {}


def _overall(statuses: list[str]) -> str:
    """Return the status of a notebook from those of its tasks: the same if all agree, else "partial" or what is worse."""
    if len(set(statuses)) == 1:
        return statuses[0]
    worst = max((s for s in statuses if s in SEVERITY), key=SEVERITY.index, default="partial")
    return "partial" if worst in ("passed", "inconclusive", "failed") else worst


def _pictures(cell) -> dict:
    """Return the pictures that were pasted into an answer."""
    attached = cell.get("attachments")
    kept = {}
    for name, forms in attached.items() if isinstance(attached, dict) else ():
        forms = forms if isinstance(forms, dict) else {}
        pictures = {kind: data for kind, data in forms.items() if kind != "text/plain" and _is_harmless(kind, data)}
        kept |= {str(name): pictures} if pictures else {}
    return kept


def grade_the_solution(exam: Exam, lend: Lend) -> None:
    """Raise CourseError unless the instructor's own solution gets full marks here."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{exam.notebook}.ipynb"
        nbformat.write(fill(exam.release, read_source(exam.source)), path)
        result = grade_submission(path, exam, "solution", lend)
    if result["points"] != result["max_points"]:
        reports = "\n".join(t["report"] for t in result["tasks"] if t["points"] < t["max_points"])
        raise CourseError(
            f"the solution of {exam.notebook} itself gets only {result['points']:g} of {result['max_points']:g} points "
            f"on this machine, so nobody was graded\n{reports}"
        )
