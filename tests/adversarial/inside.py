"""Run within the jail, by path: grade two submissions with stock nbgrader and print what came of it as JSON.

The first student is the attacker; the second one, graded afterwards, did nothing.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ATTACKER, BYSTANDER = "attacker", "bystander"  # nbgrader grades in the order of the names
ASSIGNMENT = "a1_data_driven"
CELL_SECONDS, CLASS_SECONDS = 12, 150
LOG = Path("/tmp/nbgrader.log")


def main() -> None:
    shutil.copytree("/course", ".", dirs_exist_ok=True)
    shutil.copytree("/submitted", "submitted")
    start = time.monotonic()
    ending = _nbgrader(
        "autograde", ASSIGNMENT, f"--Execute.timeout={CELL_SECONDS}", f"--Execute.iopub_timeout={CELL_SECONDS}"
    )
    found = {"ending": ending, "seconds": round(time.monotonic() - start)}
    found["processes"] = _others()
    if "--feedback" in sys.argv:
        found["feedback"] = _nbgrader("generate_feedback", ASSIGNMENT)
    found["pages"] = {str(p): _text(p) for p in sorted(Path("feedback").glob(f"{ATTACKER}/*/*.html"))}
    found["graded"] = _text(Path("autograded") / ATTACKER / ASSIGNMENT / "knn.ipynb")
    found["log"] = _text(LOG)[-100_000:]
    found["scores"] = {student: _score(student) for student in (ATTACKER, BYSTANDER)}
    print(json.dumps(found))


def _nbgrader(*arguments: str) -> str:
    """Return how nbgrader ended: "" if it did so by itself and was content."""
    with LOG.open("a") as log:
        command = [sys.executable, "-m", "nbgrader", *arguments]
        try:
            status = subprocess.run(command, stdout=log, stderr=log, timeout=CLASS_SECONDS).returncode
        except subprocess.TimeoutExpired:
            return f"had not finished after {CLASS_SECONDS} s"
    return f"ended with status {status}" if status else ""


def _others() -> int:
    """Return how many processes there are besides this one and the jail's first."""
    return sum(name.isdigit() and int(name) not in (1, os.getpid()) for name in os.listdir("/proc"))


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""


def _score(student: str) -> float | None:
    """Return what the gradebook says, or None if this student was not graded."""
    if not (Path("autograded") / student / ASSIGNMENT / "knn.ipynb").is_file():
        return None
    try:
        from nbgrader.api import Gradebook

        with Gradebook("sqlite:///gradebook.db", "cs231n") as gradebook:
            return gradebook.find_submission(ASSIGNMENT, student).score
    except Exception as error:  # the student may have written anything into it
        print(f"the gradebook cannot be read: {error}", file=sys.stderr)
        return None


if __name__ == "__main__":
    main()
