"""Put results into nbgrader's gradebook, graded notebooks into its tree, and write the feedback pages."""

import os
import sys
import tempfile
import warnings
from pathlib import Path

import nbformat

from autograder.build import nbgrader_config, quiet_logger
from autograder.course import Course


def open_gradebook(course: Course, assignment: str) -> None:
    """Create the gradebook if there is none, and bring the assignment's cells in it up to date."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    scripts = str(Path(sys.executable).parent)
    if scripts not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + os.environ["PATH"]  # nbgrader calls alembic by name
    config = nbgrader_config(course)
    with tempfile.TemporaryDirectory() as folder:
        config.CourseDirectory.release_directory = folder
        directory = CourseDirectory(config=config, assignment_id=assignment)
        converter = GenerateAssignment(coursedir=directory, force=True, config=config)
        converter.log = quiet_logger()
        converter.start()


def save_result(course: Course, result: dict) -> None:
    """Write one result: the student, the grades and the "no response" marks, and the notebook under autograded/.

    Scores and comments that a person gave are left alone, as nbgrader does.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Object of type .* not in session")  # nbgrader's use of SQLAlchemy
        _save(course, result)


def _save(course: Course, result: dict) -> None:
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory

    student, assignment, notebook = result["student"], result["assignment"], result["notebook"]
    directory = CourseDirectory(config=nbgrader_config(course))
    path = course.root / "autograded" / student / assignment / f"{notebook}.ipynb"
    submitted = course.root / "submitted" / student / assignment
    timestamp = _read_timestamp(submitted / "timestamp.txt")
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        gradebook.update_or_create_student(student)
        when = {"timestamp": timestamp} if timestamp else {}
        gradebook.update_or_create_submission(assignment, student, **when)
        if result["graded_notebook"] is None:
            for grade in gradebook.find_submission_notebook(notebook, assignment, student).grades:
                grade.auto_score, grade.needs_manual_grade = 0, False
            gradebook.db.commit()
            path.unlink(missing_ok=True)
            return
    graded = nbformat.from_dict(result["graded_notebook"])
    _save_grades(graded, student, assignment, notebook, directory.db_url)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    nbformat.write(graded, temporary)
    temporary.replace(path)


def _read_timestamp(path: Path):
    """Return when a submission arrived, or None if that is not recorded or cannot be read."""
    from nbgrader.utils import parse_utc

    try:
        return parse_utc(path.read_text().strip())
    except (OSError, ValueError, OverflowError):
        return None


def _save_grades(graded, student, assignment, notebook, db_url) -> None:
    """Let nbgrader's own preprocessor read the scores off the notebook, as after `nbgrader autograde`."""
    from nbgrader.preprocessors import SaveAutoGrades

    saver = SaveAutoGrades()
    saver.log = quiet_logger()
    names = {"notebook": notebook, "assignment": assignment, "student": student, "db_url": db_url}
    saver.preprocess(graded, {"nbgrader": names})


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
