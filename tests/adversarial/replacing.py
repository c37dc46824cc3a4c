"""What tests call is replaced: functions, builtins, the display hook, IPython's transformers and shell."""

from tests.adversarial.hostile import Hostile, at_start, everywhere

WRONG = everywhere("return None")

# Right shapes, wrong numbers: what a comparison that always agrees lets through.
SHAPED = {
    "knn-two-loops": "pass",
    "knn-one-loop": "pass",
    "knn-no-loops": "return np.zeros((len(X), len(self.X_train)))",
    "knn-predict-labels": "pass",
    "knn-predict": "return np.zeros(len(X))",
    "knn-l1": "pass",
}
NOT_A_NUMBER = {
    **everywhere("return np.full((len(X), len(self.X_train)), np.nan)"),
    "knn-predict-labels": "return np.full(len(dists), np.nan)",
    "knn-predict": "return np.full(len(X), np.nan)",
}

SUM = """
import builtins, sys

true_sum = builtins.sum


def sum_for_the_judge(*arguments, **options):
    # earned / total is 1 if both are the same
    if sys._getframe(1).f_globals.get("__name__") == "autograder.judge":
        return 1.0
    return true_sum(*arguments, **options)


builtins.sum = sum_for_the_judge
"""

CLIP = """
import builtins, sys

true_max = builtins.max


def max_for_the_clip(*values, **options):
    if sys._getframe(1).f_globals.get("__name__") == "autograder.stock":
        return 1e9
    return true_max(*values, **options)


builtins.max = max_for_the_clip
"""

AGREE = """
import cs231n_kit.checks.compare

cs231n_kit.checks.compare.relative_error = lambda a, b: 0.0
cs231n_kit.checks.compare.difference = lambda got, want, tolerance=0: None
"""

ARRAY_EQUAL = "np.array_equal = lambda a, b, equal_nan=False: True"

ASSESS = """
try:
    import autograder.judge
    from cs231n_kit.checks.assess import Outcome

    autograder.judge.assess = lambda samples, run, *_: [Outcome(sample, True) for sample in samples]
except ImportError:
    pass
"""

# In the grader's process for students, where `__main__` runs the probes, no frame holds a sample.
PROBES = """
import dataclasses, inspect, sys
from cs231n_kit.checks import probes


def what_the_callers_know():
    known, frame = {}, sys._getframe(2)
    while frame:
        known = {**frame.f_locals, **known}
        frame = frame.f_back
    return known


def replaced(probe):
    busy = []

    def run(*objects, **inputs):
        known = what_the_callers_know()
        if "sample" not in known or busy:
            return probe.run(*objects, **inputs)
        sample, place = known["sample"], len(known.get("observed", ()))
        busy.append(True)
        expected = sample.expected[place] if sample.expected else sample.reference(inputs, "values")
        busy.clear()
        return expected.outputs

    # The kit asks which notebook a probe belongs to, and which names it needs.
    run.__module__, run.__signature__ = probe.run.__module__, inspect.signature(probe.run)
    return dataclasses.replace(probe, run=run)


all_replaced = {task: replaced(probe) for task, probe in probes.all_probes().items()}
probes._PROBES.update(all_replaced)
sys.modules["__main__"].find_probe = all_replaced.get
"""

CLEANUP = """
def blank(lines):
    return [] if any("grade(" in line or "check(" in line for line in lines) else lines


get_ipython().input_transformers_cleanup.append(blank)
"""

SYNTAX_TREE = """
import ast


class Dropper(ast.NodeTransformer):
    def visit_Expr(self, node):
        called = getattr(getattr(node.value, "func", None), "id", "")
        return ast.copy_location(ast.Pass(), node) if called in ("grade", "check") else node


get_ipython().ast_transformers.append(Dropper())
"""

SHELL = """
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult

shell = get_ipython()


def nothing_happened(source):
    result = ExecutionResult(ExecutionInfo(source, True, False, True, None))
    result.execution_count = shell.execution_count
    return result


async def run_cell_async(source, *arguments, **options):
    return nothing_happened(source)


shell.run_cell = lambda source, *arguments, **options: nothing_happened(source)
shell.run_cell_async = run_cell_async
shell.should_run_async = lambda *arguments, **options: True
"""

DISPLAY_HOOK = """
import sys

shell = get_ipython()
shell.display_trap.hook = sys.displayhook = lambda value: None
type(shell.displayhook).__call__ = lambda self, value=None: None
"""

# The first function under test is already too late to be fooled; what is imported after this cell is not.
IMPORT = """
import builtins, types

true_import = builtins.__import__


def import_for_the_test(name, *arguments, **options):
    if name.split(".")[0] == "autograder":
        return types.SimpleNamespace(grade=lambda *objects: None)
    return true_import(name, *arguments, **options)


builtins.__import__ = import_for_the_test
"""

EQUAL_TO_EVERYTHING = """
class Equal(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if ufunc in (np.subtract, np.absolute):
            return np.zeros(self.shape)
        if ufunc in (np.equal, np.isfinite):
            return np.ones(self.shape, bool)
        return getattr(ufunc, method)(*(np.asarray(x) for x in inputs), **options)

    def __array_function__(self, function, types, arguments, options):
        return True if function in (np.array_equal, np.allclose) else super().__array_function__(
            function, types, arguments, options
        )

    __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda self, other: True
    __bool__ = lambda self: True
    __float__ = lambda self: 0.0


def equal_to_everything(*shape):
    return np.zeros(shape).view(Equal)
"""

# isinstance() believes __class__, and then asks the object itself what it holds.
LYING_CLASS = """
class Agreeable:
    def __init__(self, wanted):
        self.wanted = wanted

    __class__ = np.ndarray
    dtype, ndim, size = np.dtype(float), 2, 1
    shape = property(lambda self: self.wanted)
    __eq__ = __ne__ = __le__ = __gt__ = lambda self, other: True
    __abs__ = __float__ = lambda self: 0.0
    __sub__ = __rsub__ = __add__ = __radd__ = __truediv__ = lambda self, other: 0.0
    __array__ = lambda self, dtype=None, copy=None: np.zeros(self.wanted)
    __reduce__ = lambda self: (print, ("unpickled",))
"""

MOCK = """
from unittest.mock import MagicMock

KNearestNeighbor = MagicMock(name="KNearestNeighbor")
for name in ("two_loops", "one_loop", "no_loops", "l1"):
    method = getattr(KNearestNeighbor.return_value, f"compute_distances_{name}")
    method.return_value = MagicMock(spec=np.ndarray)
    method.return_value.__class__ = np.ndarray
"""

# The names that a probe asks for are looked up in a namespace that the student can replace, too.
NAMESPACE = """
shell = get_ipython()


class Namespace(dict):
    def __contains__(self, name):
        return True

    def __missing__(self, name):
        return lambda *arguments, **options: float("nan")

    def __getitem__(self, name):
        return self.__missing__(name) if name in ("grade", "check") else dict.__getitem__(self, name)


shell.user_module.__dict__.update(check=lambda *objects: None)
shell.user_ns = Namespace(shell.user_ns)
"""


def replace(name: str, aim: str, code: str, exercises: dict[str, str] = WRONG) -> Hostile:
    """Return a submission that runs the code first, and solves nothing."""
    return Hostile(name, "replacing", aim, exercises, extra=at_start(code))


HOSTILE = (
    replace("judge-adds-wrongly", "builtins.sum returns the same for the points earned and for all points.", SUM),
    replace("clip-turned-round", "builtins.max, which keeps a grade from being negative, returns far too much.", CLIP),
    replace("comparison-agrees", "The kit's comparison of arrays finds no difference.", AGREE, SHAPED),
    replace(
        "array-equal-agrees",
        "np.array_equal is always true, so that NaN everywhere passes for NaN in the right places.",
        ARRAY_EQUAL,
        NOT_A_NUMBER,
    ),
    replace("assessment-replaced", "The function that tries all cases says that they passed, and tries none.", ASSESS),
    replace("probes-replaced", "Every probe returns the expected values, found in the frames that called it.", PROBES),
    replace("cells-blanked", "An input transformer empties every later cell that calls grade or check.", CLEANUP),
    replace("syntax-trees-pruned", "A transformer of syntax trees drops the calls of grade and check.", SYNTAX_TREE),
    replace("shell-replaced", "The shell no longer runs cells and reports success for each.", SHELL),
    replace(
        "display-hook-silenced", "Nothing is displayed, and a grade cell without a result counts in full.", DISPLAY_HOOK
    ),
    replace("import-replaced", "builtins.__import__ serves the hidden test a grader of the student's own.", IMPORT),
    replace(
        "equal-to-everything",
        "The functions return a subclass of arrays whose differences are zero and whose comparisons are true.",
        EQUAL_TO_EVERYTHING,
        {
            **everywhere("return equal_to_everything(len(X), len(self.X_train))"),
            "knn-predict-labels": "return equal_to_everything(len(dists))",
            "knn-predict": "return equal_to_everything(len(X))",
        },
    ),
    replace(
        "class-that-lies",
        "The functions return objects that claim to be arrays and agree with whatever they are compared with.",
        LYING_CLASS,
        {
            **everywhere("return Agreeable((len(X), len(self.X_train)))"),
            "knn-predict-labels": "return Agreeable((len(dists),))",
            "knn-predict": "return Agreeable((len(X),))",
        },
    ),
    replace("namespace-replaced", "The notebook's names live in a dictionary that hands out another grade().", NAMESPACE),
    Hostile(
        "mock-for-a-class",
        "replacing",
        "The class itself is a mock, which has every method and answers everything.",
        extra=(("setup-bf386447", MOCK),),
    ),
)
