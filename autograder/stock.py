"""The hidden test as stock nbgrader runs it: in the student's own kernel, from expectations frozen at build time.

Convenient, and only as trustworthy as the student: code in the same process can reach the expectations.
`autograder grade` judges from another process.
"""

from autograder.course import find_course
from autograder.judge import in_process, judge, timing_samples
from autograder.tasks import all_tasks
from cs231n_kit.checks.probes import find_probe
from cs231n_kit.checks.store import load_frozen

STOCK_SEED = 0


def grade(task: str, *objects) -> float:
    """Try the student's objects on the hidden cases of `task`, print the report, and return the points earned.

    The value is a plain float between 0 and the task's points: what nbgrader needs for partial credit.
    """
    probe = find_probe(task)
    frozen = load_frozen("autograder", probe)
    source = find_course().source(frozen["notebook"])
    with timing_samples(source, all_tasks()[task], STOCK_SEED) as timings:
        verdict = judge(task, frozen["samples"] + timings, in_process(probe, objects), frozen["points"])
    print(f"hidden test: {verdict.report}")
    return min(max(float(verdict.points), 0.0), float(frozen["points"]))
