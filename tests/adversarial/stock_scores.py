"""Grade every hostile submission with stock nbgrader and write the scores to stock_scores.json.

python -m tests.adversarial.stock_scores [NAME ...]

With names, only those are graded and the others' scores are kept. Needs bubblewrap.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from rich.progress import track

from autograder.build import kind_of
from autograder.source import read_source
from tests.adversarial.hostile import CANARY, TASKS, Hostile, hand_in, write
from tests.adversarial.inside import ASSIGNMENT, ATTACKER, BYSTANDER, CLASS_SECONDS
from tests.adversarial.jail import ROOT, JailError, copy_course, run_jailed
from tests.adversarial.page import active
from tests.adversarial.submissions import SUBMISSIONS

SCORES = Path(__file__).with_name("stock_scores.json")
SOURCE = ROOT / "solutions" / ASSIGNMENT / "knn.py"
BYSTANDER_SOLVED = ("knn-two-loops", "knn-predict")
BYSTANDER_FAIR, FULL_MARKS = 4.0, 19.0


def main() -> None:
    """Grade the named submissions, or all, and write the file after each."""
    unknown = set(sys.argv[1:]) - set(SUBMISSIONS)
    if unknown:
        sys.exit(f"no submission is called {', '.join(sorted(unknown))}")
    scores = json.loads(SCORES.read_text()) if SCORES.is_file() else {}
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        prepare(course)
        _check_the_course(course)
        for name in track(sys.argv[1:] or SUBMISSIONS, description="grading"):
            scores[name] = grade(SUBMISSIONS[name], course)
            print(f"{name}: {scores[name]}")
            kept = {known: scores[known] for known in SUBMISSIONS if known in scores}
            SCORES.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def prepare(course: Path) -> None:
    """Copy the course and let nbgrader put the assignment into its gradebook. No student's code runs here."""
    copy_course(course)
    for path in (*course.glob("solutions/*/*"), *course.glob("assignments/*/*")):
        if path.stem != "knn":
            path.unlink()
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", ASSIGNMENT, "--force"]
    subprocess.run(command, cwd=course, check=True, capture_output=True)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "cs231n") as gradebook:
        gradebook.update_or_create_student(BYSTANDER, email=CANARY)
    _show_to_everybody(course)


def _check_the_course(course: Path) -> None:
    """Stop if honest work does not get what it deserves here, for then nothing else that is measured means anything."""
    found = grade(Hostile("honest", "", "", honest=TASKS), course)
    if (found["score"], found["harm"]) != (FULL_MARKS, []):
        sys.exit(f"the solution itself should get {FULL_MARKS:g} points and do no harm; it made {found}")


def grade(hostile: Hostile, course: Path) -> dict:
    """Return {"score": points or None, "reason": why there are none, "harm": what else it did}."""
    with tempfile.TemporaryDirectory() as folder:
        submitted = Path(folder)
        _submit(hostile, submitted)
        shown = {"/course": course, "/submitted": submitted, "/inside": Path(__file__).parent}
        feedback = ["--feedback"] if hostile.family == "browser" or hostile.answers else []
        command = [sys.executable, "/inside/inside.py", *feedback]
        try:
            printed = run_jailed(command, shown, {"CS231N_SECRET": CANARY}, 2 * CLASS_SECONDS + 60)
        except JailError as error:
            return {"score": None, "reason": f"nbgrader {error}", "harm": ["nobody was graded"]}
    return summary(json.loads(printed.splitlines()[-1]))


def summary(found: dict) -> dict:
    """Return a submission's entry from what `inside` reports."""
    score, other = (found["scores"][student] for student in (ATTACKER, BYSTANDER))
    harm = []
    if other != BYSTANDER_FAIR:
        got = "was not graded" if other is None else f"got {other:g} instead of {BYSTANDER_FAIR:g} points"
        harm.append(f"the next student {got}")
    if CANARY in found["graded"]:
        harm.append("it came to see what was hidden")
    if any(active(page) for page in found["pages"].values()):
        harm.append("its script is active in the feedback page")
    if found["processes"]:
        harm.append(f"{found['processes']} of its processes outlived the grading")
    if found.get("feedback"):
        harm.append(f"feedback: nbgrader {found['feedback']}")
    reason = "" if score is not None else f"nbgrader {found['ending']}: {_last_error(found['log'])}"
    return {"score": score, "reason": reason, "harm": harm, "seconds": found["seconds"]}


def _last_error(log: str) -> str:
    """Return the last exception in nbgrader's log, or else the last line that it calls an error."""
    for pattern in (r"^ *(?:\w+\.)*(\w+(?:Error|Exception)\b.{0,150})", r"ERROR\] (.{0,150})"):
        found = re.findall(pattern, log, re.MULTILINE)
        if found:
            return found[-1]
    return "it did not say why"


def _submit(hostile: Hostile, folder: Path) -> None:
    """Write both students' submissions."""
    release = nbformat.read(ROOT / "assignments" / ASSIGNMENT / "knn.ipynb", as_version=4)
    cells = read_source(SOURCE)
    for student, who in ((ATTACKER, hostile), (BYSTANDER, Hostile("bystander", "", "", honest=BYSTANDER_SOLVED))):
        notebook = write(who, release, cells)
        if student == BYSTANDER:
            notebook.cells.append(nbformat.v4.new_markdown_cell(f"My password is {CANARY}."))
        place = folder / student / ASSIGNMENT
        place.mkdir(parents=True)
        hand_in(who, _without_experiments(notebook, release), place)
    _show_to_everybody(folder)


def _without_experiments(notebook, release):
    """Return the notebook without the cells that take long and are not graded, as far as nobody changed them."""
    released = {cell.id: cell.source for cell in release.cells if kind_of(cell) == "show"}
    changed = [c for c in notebook.cells if c.source != released.get(c.get("id")) or c.get("outputs")]
    return nbformat.from_dict({**notebook, "cells": changed})


def _show_to_everybody(folder: Path) -> None:
    """Let the unprivileged user of the jail read a folder."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


if __name__ == "__main__":
    main()
