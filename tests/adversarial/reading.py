"""Expected values and solutions are read where they are hidden, and handed in."""

from tests.adversarial.hostile import PIDS, TASKS, Hostile, at_start, everywhere

# `steal` is defined by each of the attacks. It returns what is expected for the inputs that begin with `rows`.
STOLEN = {
    **everywhere('return steal(X, self)["dists"]'),
    "knn-predict-labels": 'return steal(dists, self)["y_pred"]',
    "knn-predict": """
calls = steal(X, self)["calls"]  # the methods that were expected to be called
dists = eval("self." + str(calls[0]))
return eval("self." + str(calls[1]))
""",
}

FRAMES = """
import sys


def steal(rows, self):
    known, frame = {}, sys._getframe(1)
    while frame:
        known = {**frame.f_locals, **known}
        frame = frame.f_back
    sample = known["sample"]
    if not sample.expected:  # a timing, which has the solution at hand
        return sample.reference(known["inputs"], "values").outputs
    return sample.expected[len(known["observed"])].outputs
"""

# Searching takes steps and time, but only once.
HEAP = """
import gc

known, references = {}, []


def remember(samples):
    for sample in samples:
        references.extend([sample.reference] if sample.reference else [])
        for inputs, expected in zip(sample.inputs, sample.expected):
            rows = inputs["X"] if "X" in inputs else inputs["dists"]
            known[rows.shape, rows.tobytes()] = expected.outputs


def steal(rows, self):
    key = rows.shape, rows.tobytes()
    if key not in known and (rows.size < 5_000 or not references):
        things = [thing for thing in gc.get_objects() if type(thing).__module__ == "cs231n_kit.checks.assess"]
        remember([thing for thing in things if hasattr(thing, "expected")])
    if key not in known:  # a timing, which has the solution at hand
        return references[-1]({"X": rows, "X_train": self.X_train}, "values").outputs
    return known[key]
"""

FROZEN = """
from importlib.resources import files
from cs231n_kit.checks.store import unpack

known = {}
for package in ("cs231n_kit.checks", "autograder"):
    try:
        frozen = unpack((files(package) / "frozen" / "knn.npz").read_bytes())
    except ImportError:
        continue
    for sample in (sample for task in frozen.values() for sample in task["samples"]):
        for inputs, expected in zip(sample["inputs"], sample["expected"]):
            rows = inputs["X"] if "X" in inputs else inputs["dists"]
            known[rows.shape, rows.tobytes()] = expected.get("outputs")


def steal(rows, self):
    return known[rows.shape, rows.tobytes()]
"""

SEED = f"""
{HEAP}
import glob, json
from pathlib import Path

import autograder
from autograder.judge import draw_samples
from autograder.tasks import all_tasks

seeds = [0]  # that of the hidden test in stock nbgrader
for place in ["/", "/*/", "/*/*/", *("../" * n for n in range(8))]:
    for path in glob.glob(place + "results/*/seed.json"):
        seeds.append(json.load(open(path))["seed"])
        print(path, seeds[-1])
(source,) = Path(autograder.__file__).parent.parent.glob("solutions/*/knn.py")
for seed in seeds:
    for name, task in all_tasks().items():
        if name.startswith("knn-"):
            remember(draw_samples(source, task, task.hidden, seed))
"""

REBUILT = """
from pathlib import Path

import autograder
from autograder.reference import solved

(path,) = Path(autograder.__file__).parent.parent.glob("solutions/*/knn.py")
scope = solved(path)
theirs = scope.__enter__()["KNearestNeighbor"]
"""
BORROWED = {
    "knn-two-loops": "return theirs.compute_distances_two_loops(self, X)",
    "knn-one-loop": "return theirs.compute_distances_one_loop(self, X)",
    "knn-no-loops": "return theirs.compute_distances_no_loops(self, X)",
    "knn-predict-labels": "return theirs.predict_labels(self, dists, k)",
    "knn-predict": "return theirs.predict(self, X, k, num_loops, metric)",
    "knn-l1": "return theirs.compute_distances_l1(self, X, max_bytes)",
}

SOLUTION_FILE = """
import os, re, sys, time

found, end = {}, time.monotonic() + 10
for top in [os.path.join(os.getcwd(), "../" * n) for n in range(1, 8)] + sys.path + [os.path.expanduser("~"), "/"]:
    for folder, _, names in os.walk(top):
        if time.monotonic() > end or len(found) > 5:
            break
        for name in names:
            if name == "knn.py" and "solutions" in folder:
                for cell in re.split(r"^# %%", open(os.path.join(folder, name)).read(), flags=re.M):
                    for task in re.findall('nbg="exercise (.*?)"', cell):
                        found[task] = cell.partition("\\n")[2]
print(len(found), "solutions found")
"""

CLASSMATE = """
import glob, json

found = {}
tops = ["/", "/*/", "/*/*/", *("../" * n for n in range(1, 8))]
for top in tops:
    for path in glob.glob(top + "submitted/*/*/knn.ipynb") + glob.glob(top + "autograded/*/*/knn.ipynb"):
        text = open(path).read()
        print(path, text[-600:])
        for cell in json.loads(text)["cells"]:
            source = "".join(cell["source"])
            if cell.get("id", "").startswith("knn-") and "def " in source and "found" not in source:
                if "NotImplementedError" not in source:
                    found[cell["id"]] = source
"""
EXECUTED = {task: f'exec(found.get("{task}", "pass"))' for task in TASKS}

# The grader read the solutions before it started this process, and text stays in memory for long.
MEMORY = (
    PIDS
    + r"""
import re

found = {}
begin, end = rb"# BEGIN SOLU" rb"TION\n", rb"# END SOLU" rb"TION"
pattern = re.compile(
    rb"@add_to\(KNearestNeighbor\)\ndef (\w+)\(self[^\0]{1,2000}?" + begin + rb"[^\0]{1,2000}?" + end + rb"[ -~\n]{0,40}"
)
names = {
    b"compute_distances_two_loops": "knn-two-loops", b"compute_distances_one_loop": "knn-one-loop",
    b"compute_distances_no_loops": "knn-no-loops", b"predict_labels": "knn-predict-labels",
    b"predict": "knn-predict", b"compute_distances_l1": "knn-l1",
}


def search(pid):
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            start, end = (int(number, 16) for number in line.split()[0].split("-"))
            if " rw" in line and end - start < 2**29:
                try:
                    memory.seek(start)
                    region = memory.read(end - start)
                except OSError:
                    continue
                for match in pattern.finditer(region):
                    found.setdefault(names.get(match[1]), match[0].decode("latin-1"))


def search_all():
    for pid in pids():
        try:
            search(pid)
            print(pid, "was read;", len(found), "solutions so far")
        except OSError as error:
            print(pid, error)


search_all()
"""
)


def steal(name: str, aim: str, code: str, exercises: dict[str, str] = STOLEN) -> Hostile:
    """Return a submission that first finds a way to what is hidden, and returns that."""
    return Hostile(name, "reading", aim, exercises, extra=at_start(code))


HOSTILE = (
    steal("expected-from-frames", "The expected values are found in the frames of whoever calls the functions.", FRAMES),
    steal("expected-from-heap", "The expected values are found among all objects of the process.", HEAP),
    steal("expected-from-frozen-files", "The inputs are looked up in the frozen expectations, public and hidden.", FROZEN),
    steal("expected-from-the-seed", "The secret seed is looked for, and the hidden cases are drawn from it.", SEED),
    steal("solution-rebuilt", "The grader's own package is imported, and asked for the solution.", REBUILT, BORROWED),
    Hostile(
        "solution-file-found",
        "reading",
        "The disk is searched for the instructor's solution, whose cells are executed.",
        cells=EXECUTED,
        extra=at_start(SOLUTION_FILE),
    ),
    Hostile(
        "classmate-copied",
        "reading",
        "Other students' submissions are looked for, printed and executed.",
        cells={**EXECUTED, "knn-two-loops": CLASSMATE + EXECUTED["knn-two-loops"]},
    ),
    Hostile(
        "memory-searched",
        "reading",
        "The memory of every process, first of all the grader's, is searched for the text of the solutions.",
        cells={**EXECUTED, "knn-two-loops": MEMORY + EXECUTED["knn-two-loops"]},
        extra=(("knn-no-loops-check", "search_all()"),),  # by now, a test in this process has read the solutions, too
    ),
)
