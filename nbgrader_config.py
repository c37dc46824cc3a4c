"""What stock nbgrader needs to know about this course. Its own commands work in this folder."""

import os
from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader runs this file and provides the function)

c.CourseDirectory.course_id = "cs231n"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"

# A release holds the notebooks and, where there is one, given.py: never the sources, which hold the solutions.
_sources = Path(__file__).parent.glob("solutions/*/*.py")
c.CourseDirectory.ignore.extend(sorted({path.name for path in _sources if path.name != "given.py"}))
c.CourseDirectory.ignore.append("leaderboard.csv")  # of somebody who tried the contest here

# Stock nbgrader runs every cell, experiments included.
c.Execute.timeout = 300

# Kernels inherit this: speed is compared on one thread.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
