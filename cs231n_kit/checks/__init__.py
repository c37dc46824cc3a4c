"""Checks: what a learner's code returns on given inputs, compared with what it should.

A *probe* (in `knn.py` and its neighbors) exercises the learner's code and knows no answers. `observe` runs a probe
and records what came out; `compare` says whether two observations agree; `assess` puts them together over the cases
of a task and names the mistake. `check` does all that for the public cases, in the notebook.
"""

from cs231n_kit.checks.check import CheckFailed, check

__all__ = ["CheckFailed", "check"]
