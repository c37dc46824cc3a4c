"""Put results into nbgrader's gradebook, graded notebooks into its tree, and write the feedback pages."""

import tempfile
import warnings
from pathlib import Path

import nbformat

from autograder.build import nbgrader_config, quiet_logger
from autograder.course import Course, write_whole


def open_gradebook(course: Course, assignment: str) -> None:
    """Create the gradebook if there is none, and bring the assignment's cells in it up to date."""
    import nbgrader.api
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    nbgrader.api.get_alembic_version = _newest_schema
    config = nbgrader_config(course)
    _create(CourseDirectory(config=config))
    with tempfile.TemporaryDirectory() as folder:
        config.CourseDirectory.release_directory = folder
        directory = CourseDirectory(config=config, assignment_id=assignment)
        converter = GenerateAssignment(coursedir=directory, force=True, config=config)
        converter.log = quiet_logger()
        converter.start()


def _create(directory) -> None:
    """Create a gradebook that is a file under another name first: one that is half made would never be repaired."""
    from nbgrader.api import Gradebook

    kind, _, name = directory.db_url.partition("sqlite:///")
    path = Path(name)
    if kind or not name or path.exists():
        return
    temporary = path.with_name(path.name + ".part")
    temporary.unlink(missing_ok=True)
    Gradebook(f"sqlite:///{temporary}", directory.course_id).close()
    temporary.replace(path)


def _newest_schema() -> str:
    """Return the version of the gradebook's tables. nbgrader starts a program to find that out, which takes seconds."""
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    return ScriptDirectory(ALEMBIC_DIR).get_current_head()


class GradebookWriter:
    """Writes results into nbgrader's gradebook and its autograded/ tree. Only one process does.

    Scores and comments that a person gave, and the times of submissions, are left alone, as nbgrader does. All grades of a
    notebook are written in one transaction.
    """

    def __init__(self, course: Course, assignment: str):
        self._course, self._assignment = course, assignment

    def __enter__(self):
        from nbgrader.api import Gradebook
        from nbgrader.coursedir import CourseDirectory

        directory = CourseDirectory(config=nbgrader_config(self._course))
        self._url = directory.db_url
        self._gradebook = Gradebook(directory.db_url, directory.course_id)
        return self

    def __exit__(self, *_):
        self._gradebook.close()

    def save(self, result: dict) -> None:
        """Write one result: the student, the grades and the "no response" marks, and the notebook under autograded/."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Object of type .* not in session")  # nbgrader's use of SQLAlchemy
            self._save(result)

    def bring_up_to_date(self, result: dict) -> None:
        """Write a result of an earlier run unless it is there: a run may have been killed before, or the gradebook lost."""
        if not self._is_there(result):
            self.save(result)

    def _save(self, result) -> None:
        student, notebook = result["student"], result["notebook"]
        path = self._path(result)
        timestamp = self._arrival(student)
        self._gradebook.update_or_create_student(student)
        when = {"timestamp": timestamp} if timestamp else {}
        submission = self._gradebook.update_or_create_submission(self._assignment, student, **when)
        if result["graded_notebook"] is None:
            path.unlink(missing_ok=True)
        else:
            text = nbformat.v4.writes(nbformat.from_dict(result["graded_notebook"])) + "\n"
            write_whole(path, text.encode())
        entry = self._entry(student, notebook)
        unanswered = _unanswered(result)
        scores = _scores(result, unanswered)
        for grade in entry.grades:
            grade.auto_score = scores.get(grade.name)
            waits = grade.manual_score is not None or grade.auto_score is None
            grade.needs_manual_grade = waits and result["graded_notebook"] is not None
        for comment in entry.comments:
            comment.auto_comment = "No response." if comment.name in unanswered else None
        self._gradebook.db.commit()
        if submission.total_seconds_late > 0 and result["graded_notebook"] is not None:
            self._penalize(result)

    def _penalize(self, result) -> None:
        """Let nbgrader's own plug-in, if the course has one, set the penalty for a late submission."""
        from nbgrader.preprocessors import AssignLatePenalties

        penalties = AssignLatePenalties(config=nbgrader_config(self._course))
        penalties.log = quiet_logger()
        names = {"notebook": result["notebook"], "assignment": self._assignment, "student": result["student"]}
        penalties.preprocess(nbformat.from_dict(result["graded_notebook"]), {"nbgrader": {**names, "db_url": self._url}})

    def _is_there(self, result) -> bool:
        from nbgrader.api import MissingEntry

        try:
            grades = {grade.name: grade.auto_score for grade in self._entry(result["student"], result["notebook"]).grades}
        except MissingEntry:
            return False
        scores = _scores(result, _unanswered(result))
        return (
            grades == {name: scores.get(name) for name in grades}
            and self._path(result).is_file() == bool(result["graded_notebook"])
            and self._arrival(result["student"]) in (None, self._submission(result["student"]).timestamp)
        )

    def _arrival(self, student):
        return _read_timestamp(self._course.root / "submitted" / student / self._assignment / "timestamp.txt")

    def _submission(self, student):
        return self._gradebook.find_submission(self._assignment, student)

    def _entry(self, student, notebook):
        return self._gradebook.find_submission_notebook(notebook, self._assignment, student)

    def _path(self, result) -> Path:
        return self._course.root / "autograded" / result["student"] / self._assignment / f"{result['notebook']}.ipynb"


class _Zero(dict):
    def get(self, name, default=None):
        return 0.0


def _scores(result, unanswered: set[str]) -> dict[str, float]:
    """Return the points of each graded cell that a machine judges, and 0 for all of a notebook that was not handed in."""
    if result["graded_notebook"] is None:
        return _Zero()
    names = {cell["id"] for cell in result["graded_notebook"]["cells"]}
    points = {task["task"]: task["points"] for task in result["tasks"]}
    nothing = dict.fromkeys(unanswered, 0.0)  # as nbgrader has it, nobody need look at those
    return nothing | {f"{task}-check" if f"{task}-check" in names else task: score for task, score in points.items()}


def _unanswered(result) -> set[str]:
    """Return the names of cells that are as they were released."""
    from nbgrader.utils import compute_checksum

    cells = map(nbformat.from_dict, (result["graded_notebook"] or {"cells": []})["cells"])
    graded = [cell for cell in cells if "nbgrader" in cell.metadata]
    return {
        cell.metadata.nbgrader.grade_id
        for cell in graded
        if cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    }


def _read_timestamp(path: Path):
    """Return when a submission arrived, or None if that is not recorded or cannot be read."""
    from nbgrader.utils import parse_utc

    try:
        return parse_utc(path.read_text().strip())
    except (OSError, ValueError, OverflowError):
        return None


def write_feedback(course: Course, assignment: str) -> list[Path]:
    """Write feedback/<student>/<assignment>/*.html with nbgrader's generator and return the pages."""
    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    config = nbgrader_config(course)
    directory = CourseDirectory(config=config, assignment_id=assignment)
    converter = GenerateFeedback(coursedir=directory, force=True, config=config)
    converter.log = quiet_logger()
    converter.start()
    return sorted((course.root / "feedback").glob(f"*/{assignment}/*.html"))
