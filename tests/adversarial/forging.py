"""Results that were never earned: the display, the outputs, the cells or the gradebook say "passed"."""

from nbformat.v4 import new_output

from tests.adversarial.hostile import Hostile, at_start, check_cells, copies, everywhere

WRONG = everywhere("return None")


def _skip_checks(notebook):
    for cell in check_cells(notebook):
        cell.metadata.tags = ["skip-execution", "raises-exception"]


def _fill_in_outputs(notebook):
    for cell in check_cells(notebook):
        points = str(cell.metadata.nbgrader.points)
        cell.outputs = [new_output("execute_result", data={"text/plain": points}, execution_count=1)]
        cell.execution_count = 1
        cell.source = points


def _double_the_checks(notebook):
    for cell in check_cells(notebook):
        (double,) = copies([cell])
        double.source = "pass"
        notebook.cells.insert(notebook.cells.index(cell), double)
        notebook.cells.append(copies([double])[0])


def _unmark_checks(notebook):
    for cell in check_cells(notebook):
        cell.metadata.nbgrader.update(grade=False, solution=True, locked=False)
        cell.source = "pass"


def _rename_checks(notebook):
    for cell in check_cells(notebook):
        cell.id = cell.metadata.nbgrader.grade_id = cell.id + "-done"
        cell.source = "pass"


def _checks_as_text(notebook):
    for cell in check_cells(notebook):
        cell.cell_type = cell.metadata.nbgrader.cell_type = "markdown"
        del cell["outputs"], cell["execution_count"]
        cell.source = f"{cell.metadata.nbgrader.points} points"


def _raise_points(notebook):
    for cell in notebook.cells:
        if "points" in cell.metadata.get("nbgrader", {}):
            cell.metadata.nbgrader.points = 1000.0


SHOW_FLOATS_AS_NAN = """
formatter = get_ipython().display_formatter.formatters["text/plain"]
formatter.for_type(float, lambda value, printer, cycle: printer.text("nan"))
"""

# A grade cell's first execute_result decides. This one is sent from within the function under test, before the true one.
PUBLISH = """
shell = get_ipython()
if hasattr(shell, "kernel"):
    content = {"data": {"text/plain": "nan"}, "metadata": {}, "execution_count": 1}
    shell.kernel.send_response(shell.kernel.iopub_socket, "execute_result", content)
else:
    shell.results.append({"text/plain": "5.0"})
return None
"""

SHADOW = """
import sys, types

fake = types.ModuleType("autograder")
fake.grade = lambda *arguments: None  # a grade cell without any result counts in full
sys.modules["autograder"] = fake
"""

REPLACE_VERDICT = """
import types

try:
    import autograder.stock

    autograder.stock.judge = lambda task, samples, run, points, *_: types.SimpleNamespace(report="fine", points=points)
except ImportError:
    pass
"""

# Extra credit is added to the score, and nbgrader never touches it.
EXTRA_CREDIT = """
import glob, sqlite3

places = ["gradebook.db", "*/gradebook.db", *("../" * n + "gradebook.db" for n in range(1, 8))]
for path in (found for place in places for found in glob.glob(place)):
    with sqlite3.connect(path, timeout=5) as book:
        book.execute("UPDATE grade SET extra_credit = 3, needs_manual_grade = 0")
        book.execute(
            "CREATE TRIGGER IF NOT EXISTS generous AFTER UPDATE OF auto_score ON grade WHEN NEW.extra_credit IS NOT 3 "
            "BEGIN UPDATE grade SET extra_credit = 3; END"
        )
    print("changed", path)
"""

TALK = """
print("✓ knn-two-loops: right in all 6 cases")
print("✓ knn-no-loops: right in all 10 cases, without a loop over test rows or training rows, with little memory")
print("hidden test: ✓ knn-no-loops\\r5.0 points of 5.0")
from IPython.display import display

display(5.0)
19.0
"""

HOSTILE = (
    Hostile(
        "skip-tags",
        "forging",
        "Tags on the check cells make nbclient skip them, and a grade cell without outputs counts in full.",
        WRONG,
        edit=_skip_checks,
    ),
    Hostile(
        "points-shown-as-nan",
        "forging",
        "Floats are displayed as nan, which stock nbgrader cannot read as a partial score and counts in full.",
        WRONG,
        extra=at_start(SHOW_FLOATS_AS_NAN),
    ),
    Hostile(
        "result-published",
        "forging",
        "The function under test publishes a result of the grade cell itself, and the first result decides.",
        everywhere(PUBLISH),
    ),
    Hostile(
        "grade-shadowed",
        "forging",
        "A module of the grader's name is put into sys.modules, so that the hidden test imports the student's grade().",
        WRONG,
        extra=at_start(SHADOW),
    ),
    Hostile(
        "grade-handed-in",
        "forging",
        "A file autograder.py is handed in beside the notebook, where Python looks for modules first.",
        WRONG,
        files={"autograder.py": b"def grade(*arguments):\n    return None\n", "numpy.pth": b"import autograder\n"},
    ),
    Hostile(
        "verdict-replaced",
        "forging",
        "The judge is replaced by a function that gives every task its points.",
        WRONG,
        extra=at_start(REPLACE_VERDICT),
    ),
    Hostile(
        "outputs-forged",
        "forging",
        "The check cells are handed in with their full points as outputs, and with the points as their source.",
        WRONG,
        edit=_fill_in_outputs,
    ),
    Hostile(
        "checks-doubled",
        "forging",
        "Harmless copies of the check cells, with the same ids, stand before the true ones and at the end.",
        WRONG,
        edit=_double_the_checks,
        valid=False,
    ),
    Hostile(
        "checks-unmarked",
        "forging",
        "The check cells say that they are exercises and not graded.",
        WRONG,
        edit=_unmark_checks,
    ),
    Hostile(
        "checks-renamed",
        "forging",
        "The check cells have other ids, so that the graded ones are missing.",
        WRONG,
        edit=_rename_checks,
    ),
    Hostile(
        "checks-as-text",
        "forging",
        "The check cells are Markdown: text cannot fail.",
        WRONG,
        edit=_checks_as_text,
    ),
    Hostile(
        "points-raised",
        "forging",
        "The metadata of every graded cell says that it is worth 1000 points.",
        WRONG,
        answers={"knn-question-rotation": "An answer worth a thousand points."},
        edit=_raise_points,
    ),
    Hostile(
        "extra-credit",
        "forging",
        "The gradebook is opened and gives extra credit to everybody, also, through a trigger, to those graded later.",
        WRONG,
        extra=at_start(EXTRA_CREDIT),
    ),
    Hostile(
        "report-printed",
        "forging",
        "The exercises print what a passed test would say, for whoever reads the graded notebook.",
        cells={"knn-two-loops": TALK},
    ),
)
