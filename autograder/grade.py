"""Grade: one submission to JSON, and a class of them into nbgrader's gradebook."""

import copy
import json
import re
import secrets
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from rich.progress import track

from autograder.build import BuildError, kind_of, stale
from autograder.course import Course, CourseError
from autograder.gradebook import open_gradebook, save_result
from autograder.intake import Submission, read_submission
from autograder.judge import Verdict, draw_samples, judge, timing_samples
from autograder.sample_class import fill
from autograder.source import read_source
from autograder.student import Student, StudentGone
from autograder.tasks import all_tasks
from cs231n_kit.checks.assess import Sample

SCHEMA = 1
SEVERITY = ("passed", "inconclusive", "partial", "failed", "error", "timeout")
SHOWN = ("text/plain", "image/png", "image/jpeg")  # kinds of output that cannot be active in a browser


@dataclass(frozen=True)
class Exam:
    """What a notebook is graded with: the release, and the hidden samples and points of its tasks."""

    assignment: str
    notebook: str
    release: nbformat.NotebookNode
    samples: dict[str, list[Sample]]
    points: dict[str, float]


def grade_class(course: Course, assignment: str) -> list[dict]:
    """Grade every submission in submitted/*/<assignment>/ and return the results, one dict for each notebook.

    The instructor's own solution is graded first and must get full marks; otherwise CourseError, and nobody is graded.
    Results are kept in results/<assignment>/, graded notebooks in autograded/, feedback pages in feedback/, and
    grades in the gradebook. The seed of the hidden cases is drawn once for the assignment and kept with the results.
    """
    students = sorted(p.parent.name for p in (course.root / "submitted").glob(f"*/{assignment}"))
    if not students:
        raise CourseError(f"no submissions: expected submitted/<student>/{assignment}/ in {course.root}")
    out_of_date = [line for line in stale(course) if "outputs of another" not in line]
    if out_of_date:
        raise BuildError("the course is not built:\n  " + "\n  ".join(out_of_date))
    sources = course.assignment(assignment)
    open_gradebook(course, assignment)
    seed, results = _seed(course, assignment), []
    for source in sources:
        with ExitStack() as stack:
            exam = prepare(course, source, seed, stack)
            _grade_the_solution(exam, source)
            for student in track(students, description=f"grading {exam.notebook}"):
                path = course.root / "submitted" / student / assignment / f"{exam.notebook}.ipynb"
                result = grade_submission(path, exam, student)
                _keep(course, result)
                save_result(course, result)
                results.append(result)
    return results


def prepare(course: Course, source: Path, seed: int, stack: ExitStack) -> Exam:
    """Draw the hidden cases of a notebook. `stack` keeps the solution alive that timings are compared with."""
    checks = [cell for cell in read_source(source) if cell.kind == "check"]
    samples = {}
    for cell in checks:
        task = all_tasks()[cell.task]
        timings = stack.enter_context(timing_samples(source, task, seed))
        samples[cell.task] = draw_samples(source, task, task.hidden, seed) + timings
    release = nbformat.read(course.assignments / source.parent.name / f"{source.stem}.ipynb", as_version=4)
    return Exam(source.parent.name, source.stem, release, samples, {cell.task: cell.points for cell in checks})


def grade_submission(path: Path, exam: Exam, student: str) -> dict:
    """Grade one notebook and return the result as plain data, ready for JSON. Never raises for what a student sent."""
    submission = read_submission(path, exam.release)
    notebook, verdicts = _run_notebook(submission, exam) if submission.readable else (None, [])
    if not submission.readable:
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


def _run_notebook(submission: Submission, exam: Exam) -> tuple[dict, list[Verdict]]:
    """Run the student's cells in the release's order and judge at each check; return the graded notebook too."""
    graded = copy.deepcopy(exam.release)
    verdicts, errors = [], {}
    with Student() as student:
        for cell in graded.cells:
            kind = kind_of(cell)
            own = submission.matched.get(cell.id)
            if own is not None and kind == "exercise":
                cell.source = own.source
            if own is not None and kind == "answer":
                cell.source = _without_html(own.source)
            if kind == "check":
                task = cell.metadata.nbgrader.grade_id.removesuffix("-check")
                verdict = _judge(student, task, exam, errors.get(task, ""))
                verdicts.append(verdict)
                cell.outputs = _verdict_outputs(verdict)
            elif kind == "show" and (own is None or own.source.strip() == cell.source.strip()):
                cell.outputs = _as_submitted(own)
            elif cell.cell_type == "code":
                cell.source = own.source if kind == "show" else cell.source
                errors[cell.id] = _run_cell(student, cell)
            for extra in submission.extra.get(cell.id, ()):
                _run_cell(student, nbformat.v4.new_code_cell(extra))
    return graded, verdicts


def _run_cell(student: Student, cell) -> str:
    """Run a cell, keep what it shows, and return its error, if any."""
    try:
        reply = student.run(cell.source)
    except StudentGone as gone:
        reply = {"outputs": [], "error": str(gone)}
    cell.outputs = _harmless([nbformat.from_dict(output) for output in reply["outputs"]])
    return reply["error"]


def _judge(student: Student, task: str, exam: Exam, error: str) -> Verdict:
    def run(inputs, measure):
        return student.probe(task, inputs, measure)

    verdict = judge(task, exam.samples[task], run, exam.points[task])
    if error and verdict.points == 0:
        report = f"✗ {task}: the exercise's cell ended with an error: {error}\n{verdict.report}"
        return Verdict(task, 0.0, verdict.max_points, "error", verdict.mistake, report)
    return verdict


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
                made.data = {kind: value for kind, value in made.data.items() if kind in SHOWN}
            nbformat.validate(made, ref="output", version=4)
            kept.append(made)
        except (nbformat.ValidationError, TypeError, AttributeError):
            continue
    return kept


def _overall(statuses: list[str]) -> str:
    """Return the status of a notebook from those of its tasks: the same if all agree, else "partial" or what is worse."""
    if len(set(statuses)) == 1:
        return statuses[0]
    worst = max((s for s in statuses if s in SEVERITY), key=SEVERITY.index, default="partial")
    return "partial" if worst in ("passed", "inconclusive", "failed") else worst


def _grade_the_solution(exam: Exam, source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{exam.notebook}.ipynb"
        nbformat.write(fill(exam.release, read_source(source)), path)
        result = grade_submission(path, exam, "solution")
    if result["points"] != result["max_points"]:
        reports = "\n".join(t["report"] for t in result["tasks"] if t["points"] < t["max_points"])
        raise CourseError(
            f"the solution of {exam.notebook} itself gets only {result['points']:g} of {result['max_points']:g} points "
            f"on this machine, so nobody was graded\n{reports}"
        )


def _seed(course: Course, assignment: str) -> int:
    """Return the secret seed of this assignment's hidden cases; drawn once, then kept with the results."""
    path = course.root / "results" / assignment / "seed.json"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"seed": secrets.randbits(63)}) + "\n")
    return json.loads(path.read_text())["seed"]


def _keep(course: Course, result: dict) -> None:
    path = course.root / "results" / result["assignment"] / f"{result['student']}.{result['notebook']}.json"
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(result, indent=1) + "\n")
    temporary.replace(path)
