"""Bring what a learner wrote in an earlier notebook into the one they are working in."""

import ast
import json
import linecache
import sys
import textwrap
from pathlib import Path

from cs231n_kit.checks.check import WIDTH, try_public_cases
from cs231n_kit.checks.probes import find_probe
from cs231n_kit.plain_error import PlainError

AROUND_A_CELL = ("%%time", "%%timeit", "%%capture")  # magics that only watch what the rest of the cell does


class EarlierWorkMissing(PlainError):
    """What another notebook should have brought is not there yet. What to do about it was printed."""


def from_notebook(notebook: str, name: str, *tasks: str):
    """Return the class or function `name` as the learner wrote it in `notebook`.ipynb, in the folder of this notebook.

    Only what defines something runs: the setup and exercise cells there, and the imports and definitions in other
    cells; no experiment is repeated. `tasks` are those of that notebook whose visible checks have to pass.
    Raises EarlierWorkMissing, after saying what to do, if it is not there, not saved, or does not pass.
    """
    path = Path(f"{notebook}.ipynb")
    namespace, errors = _defined(path, notebook, name)
    if name not in namespace:
        _miss(f"{path} does not define {name}. {errors[0] if errors else 'Has its setup cell been deleted?'}", path, name)
    outcomes = {task: try_public_cases(task, *map(namespace.get, find_probe(task).names)) for task in tasks}
    failing = {task: report for task, (right, report) in outcomes.items() if not right}
    if failing:
        print(*failing.values(), sep="\n\n", end="\n\n")
        where = f"{name} of {path}, as it was last saved, does not pass {' and '.join(failing)} yet."
        _miss(" ".join([where, *errors[:1]]), path, name)
    print(f"✓ {name} of {path} works")
    return namespace[name]


def _defined(path, notebook, name):
    """Return the namespace that the definitions leave, and a sentence on each cell that failed, exercises first."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = [(_kind(cell), "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    except FileNotFoundError:
        _miss(f"There is no {path} in {Path.cwd()}.", path, name, f"Copy {path}, the one that you work in, into that folder")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        _miss(f"{path} cannot be read as a notebook.", path, name, f"Restore {path} from a copy")
    namespace, errors = {"__name__": notebook}, []
    for number, (kind, source) in enumerate(sources, 1):
        if kind != "check":
            try:
                _run(source, kind, f"<{notebook} code cell {number}>", namespace)
            except Exception as error:  # whatever the learner's cell raises, the cells behind it may still do
                sentence = f"Code cell {number} there ended with {type(error).__name__}: {error}."
                errors.append((kind == "other", number, sentence))
    return namespace, [sentence for *_, sentence in sorted(errors)]


def _kind(cell) -> str:
    """Return "given" for setup and exercise cells, "check" for graded ones, "other" for the rest."""
    meta = cell.get("metadata", {}).get("nbgrader", {})
    if not meta:
        return "other"
    return "check" if meta.get("grade") else "given"


def _run(source, kind, filename, namespace) -> None:
    if source.lstrip().startswith(AROUND_A_CELL):
        source = source.lstrip().partition("\n")[2]
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        source = shell.transform_cell(source)  # magics become calls
        namespace["get_ipython"] = lambda: shell
    tree = ast.parse(source, filename)
    if kind == "other":
        tree.body = [node for node in tree.body if _defines(node)]
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(tree, filename, "exec"), namespace)


def _defines(node) -> bool:
    """Return whether a statement defines something and computes nothing."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return isinstance(node.value, (ast.Constant, ast.Lambda, ast.Name))
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))


def _miss(problem, path, name, advice=None):
    advice = advice or f"Open {path}, solve what is missing and save it (Ctrl+S)"
    print(
        _wrap(f"✎ {problem}"),
        _wrap(
            f"The experiments from here on use the {name} that you wrote there. {advice}; then run this cell again. The "
            f"exercises of this notebook don't need it: their checks work in any case."
        ),
        sep="\n",
    )
    raise EarlierWorkMissing(f"{name} could not be brought from {path}; the lines above say what to do")


def _wrap(text) -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH, subsequent_indent="  ", break_on_hyphens=False)
