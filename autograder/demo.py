"""The main job from end to end, on embedded data, in a folder that can be thrown away."""

import shutil
import time
from pathlib import Path

from rich.console import Console

from autograder.build import build
from autograder.course import Course, CourseError
from autograder.engine import grade_class
from autograder.gradebook import write_feedback
from autograder.report import print_class
from autograder.sample_class import write_sample_class
from autograder.sandbox import SandboxError, check_sandbox

MARKER = ".demo"  # a folder that holds this file may be thrown away


def run_demo(course: Course, folder: Path) -> None:
    """Copy the course to `folder`, build it there, make up a class, grade it, write its feedback, and show the report."""
    console, start = Console(), time.monotonic()
    sandboxed = _can_sandbox(console)
    demo = _copy_course(course, folder)
    console.rule("build the course")
    changed = build(demo)
    console.print(f"{len(demo.sources)} notebooks, {len(changed)} files to bring up to date")
    for assignment in sorted({source.parent.name for source in demo.sources}):
        console.rule(f"{assignment}: an invented class")
        for line in write_sample_class(demo, assignment):
            console.print(line, highlight=False, soft_wrap=True)
        console.rule("grade it")
        results = grade_class(demo, assignment, sandboxed=sandboxed)
        pages = write_feedback(demo, assignment)
        print_class(results)
        console.print(f"{len(pages)} feedback pages, such as {pages[0]}", highlight=False, soft_wrap=True)
    console.print(
        f"gradebook: {demo.root / 'gradebook.db'}   in {time.monotonic() - start:.0f} seconds",
        highlight=False,
        soft_wrap=True,
    )


def _can_sandbox(console: Console) -> bool:
    try:
        check_sandbox()
    except SandboxError as error:
        console.print(f"WITHOUT A SANDBOX, since the class is ours and invented: {error}", style="bold red", highlight=False)
        return False
    return True


def _copy_course(course: Course, folder: Path) -> Course:
    """A demo never touches the notebooks somebody may be working in."""
    if folder.exists() and not (folder / MARKER).is_file() and any(folder.iterdir()):
        raise CourseError(f"{folder} is not empty and holds no earlier demo\n  fix: name a new folder")
    for part in ("submitted", "autograded", "feedback", "results", "assignments", "solutions"):
        shutil.rmtree(folder / part, ignore_errors=True)
    (folder / "gradebook.db").unlink(missing_ok=True)
    for part in ("solutions", "assignments"):
        shutil.copytree(course.root / part, folder / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copy(course.root / "nbgrader_config.py", folder)
    (folder / MARKER).touch()
    return Course(folder.resolve())
