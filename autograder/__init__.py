"""The instructors' side: build the course, judge solutions, grade a class."""

import os
import sys

from autograder.course import ONE_THREAD

for _name, _value in ONE_THREAD.items():
    os.environ.setdefault(_name, _value)  # before NumPy is imported: CPU times are compared

# jsonschema, which validates notebooks, imports this grammar to check addresses, which no notebook has: a second each time.
sys.modules.setdefault("rfc3987_syntax", None)

from autograder.stock import grade

__all__ = ["grade"]
