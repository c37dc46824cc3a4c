"""Grade a correct submission and one with a loop in disguise again and again while other programs keep every core busy.

    python -m tests.autograder.steady 500

prints every different verdict and how often it was given. There should be one for each submission.
"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path

import nbformat
from tqdm import trange

from autograder.course import Course, find_course
from autograder.engine import Quiet, Workers
from autograder.grade import grade_submission, prepare
from autograder.reference import mistaken
from autograder.sample_class import fill
from autograder.source import read_source
from autograder.tasks import all_tasks


@contextmanager
def busy_cores():
    """Keep every core busy with another process, and one more."""
    command = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(command) for _ in range(1 + (os.cpu_count() or 1))]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def submissions(course: Course, folder: Path) -> dict[str, Path]:
    """Write the two submissions and return their paths by name."""
    source = course.source("knn")
    release = nbformat.read(course.assignments / source.parent.name / "knn.ipynb", as_version=4)
    cells = read_source(source)
    exercise = next(cell for cell in cells if cell.kind == "exercise" and cell.task == "knn-no-loops")
    loop = next(m for m in all_tasks()["knn-no-loops"].mistakes if m.id == "loop-in-disguise")
    texts = {"correct": {}, "loop in disguise": {"knn-no-loops": mistaken(exercise, loop, source)}}
    paths = {}
    for name, replaced in texts.items():
        paths[name] = folder / name / "knn.ipynb"
        paths[name].parent.mkdir()
        nbformat.write(fill(release, cells, replaced), paths[name])
    return paths


def verdicts(times: int) -> dict[str, Counter]:
    """Return, for each submission, how often each verdict was given in `times` gradings with every core busy."""
    course, found = find_course(), {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        exam = prepare(course, course.source("knn"), 7, stack)
        lend = stack.enter_context(Workers(True, course.root))
        paths = submissions(course, folder)
        stack.enter_context(busy_cores())
        for name, path in paths.items():
            found[name] = Counter()
            for _ in trange(times, desc=name):
                result = grade_submission(path, exam, name, lend, Quiet())
                found[name][tuple((t["task"], t["points"], t["status"], t["mistake"]) for t in result["tasks"])] += 1
    return found


if __name__ == "__main__":
    for name, counted in verdicts(int(sys.argv[1])).items():
        for verdict, times in counted.most_common():
            print(
                f"{name}: {times} times  " + "; ".join(f"{task} {points:g} {status}" for task, points, status, _ in verdict)
            )
