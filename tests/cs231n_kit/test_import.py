"""Importing the kit is light, and needs nothing that Windows lacks. Each claim is tried in an interpreter of its own."""

import subprocess
import sys

import pytest

import cs231n_kit

UNIX_ONLY = ("fcntl", "resource", "termios", "pwd", "grp", "pty", "tty")
HEAVY = (
    "matplotlib.pyplot",
    "IPython",
    "ipykernel",
    "jupyter_client",
    "jupyter_core",
    "nbgrader",
    "nbformat",
    "PIL",
    "pooch",
    "requests",
    "tqdm",
)


def run_python(code):
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("statement", ["import cs231n_kit", "from cs231n_kit.checks.probes import all_probes; all_probes()"])
def test_nothing_heavy_is_imported_before_it_is_needed(statement):
    loaded = set(run_python(f"import sys\n{statement}\nprint(*sys.modules, sep='\\n')").splitlines())
    assert "cs231n_kit.vis" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_the_graders_side_is_not_imported():
    loaded = run_python("import sys, cs231n_kit\nprint(*sys.modules)").split()
    assert not [name for name in loaded if name.partition(".")[0] == "autograder"]


def test_everything_works_without_the_modules_that_windows_lacks():
    code = f"""
import sys
sys.modules.update(dict.fromkeys({UNIX_ONLY}))
import cs231n_kit
from cs231n_kit import cli, gradient_check
from cs231n_kit.checks.probes import all_probes
from cs231n_kit.checks.store import load_frozen
from cs231n_kit.data import fetch
print(len(cs231n_kit.load_cifar10()[0]), all(load_frozen("cs231n_kit.checks", p)["samples"] for p in all_probes().values()))
"""
    assert run_python(code).split() == ["5000", "True"]


def test_the_public_names_are_sorted_and_there():
    assert cs231n_kit.__all__ == sorted(cs231n_kit.__all__)
    assert all(hasattr(cs231n_kit, name) for name in cs231n_kit.__all__)
