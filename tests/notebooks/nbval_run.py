"""Run a notebook through nbval and say plainly what failed, a time-out included."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from autograder.build import ONE_THREAD


def failures(notebook: Path, report: Path, cell_seconds: int = 60) -> list[str]:
    """Return a line for each cell whose output differs, that raised, or that did not get to run.

    After a time-out nbval marks the cells that follow as expected failures, which would hide them: here they count.
    """
    command = [sys.executable, "-m", "pytest", str(notebook), "-q", "-p", "no:cacheprovider"]
    command += [
        "--nbval",
        "--nbval-current-env",
        "--nbval-cell-timeout",
        str(cell_seconds),
        "--junitxml",
        str(report),
        "-W",
        "ignore",
        "-c",
        os.devnull,
    ]
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"} | ONE_THREAD
    subprocess.run(command, env=environment, capture_output=True, cwd=notebook.parent)
    cases = list(ElementTree.parse(report).iter("testcase"))
    if not cases:
        return [f"{notebook.name}: nbval ran no cell"]
    bad = [case for case in cases if any(child.tag in ("failure", "error", "skipped") for child in case)]
    return [f"{case.get('name')}: {(case[0].text or case[0].get('message'))[:600]}" for case in bad]
