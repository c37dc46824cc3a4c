"""Importing the kit is light, and needs nothing that Windows lacks. Each claim is tried in an interpreter of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cs231n_kit

ROOT = Path(__file__).parents[2]
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


AS_ON_WINDOWS = f"""
import builtins

def windows_import(name, globals=None, *others, really=builtins.__import__, **more):
    importer = (globals or {{}}).get("__name__", "")
    if name in {UNIX_ONLY} and (importer + ".").startswith(("cs231n_kit.", "tests.cs231n_kit.")):
        raise ModuleNotFoundError(f"No module named {{name!r}}, on Windows (imported by {{importer}})", name=name)
    return really(name, globals, *others, **more)

builtins.__import__ = windows_import
"""


def run_tests_as_on_windows(folder, *arguments):
    """Run pytest where the kit and its tests cannot import what Windows lacks. Python's own modules still can."""
    (folder / "as_on_windows.py").write_text(AS_ON_WINDOWS)
    path = os.pathsep.join([str(folder), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "as_on_windows", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)


@pytest.mark.slow
def test_the_kits_tests_pass_without_the_modules_that_windows_lacks(tmp_path):
    done = run_tests_as_on_windows(tmp_path, "-m", "not slow", "tests/cs231n_kit")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr


@pytest.mark.slow
def test_as_on_windows_it_is_the_kit_that_cannot_import_them_and_others_can(tmp_path):
    sample = tmp_path / "test_sample.py"
    sample.write_text(f"""
import pytest

@pytest.mark.parametrize("module", {UNIX_ONLY})
def test_import(module):
    exec(f"import {{module}}", {{"__name__": "cs231n_kit_of_others"}})
    for importer in ("cs231n_kit", "cs231n_kit.data.fetch", "tests.cs231n_kit.test_vis"):
        with pytest.raises(ModuleNotFoundError, match=f"'{{module}}', on Windows .imported by {{importer}}"):
            exec(f"from {{module}} import *", {{"__name__": importer}})
""")
    done = run_tests_as_on_windows(tmp_path, "--rootdir", str(tmp_path), str(sample))
    assert f"{len(UNIX_ONLY)} passed" in done.stdout, done.stdout + done.stderr


def test_the_public_names_are_sorted_and_there():
    assert cs231n_kit.__all__ == sorted(cs231n_kit.__all__)
    assert all(hasattr(cs231n_kit, name) for name in cs231n_kit.__all__)
