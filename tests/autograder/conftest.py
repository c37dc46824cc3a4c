"""Courses to build and grade in: a small one with two tasks, built once and copied for each test."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

import autograder.build
from autograder.build import build
from autograder.course import Course
from autograder.engine import Workers
from autograder.grade import Lend
from autograder.sample_class import fill
from autograder.sandbox import SandboxError, check_sandbox
from autograder.source import read_source
from autograder.tasks import all_tasks

ASSIGNMENT = "a1_data_driven"
BINARY = (".webp", ".bin", ".npz", ".pyc")
SMALL = '''\
# %% [markdown]
r"""
# A small notebook
"""

# %% nbg="setup"
import numpy as np

from cs231n_kit import check


class KNearestNeighbor:
    def train(self, X, y):
        self.X_train, self.y_train = X, y

# %%
print("seven times six is", 7 * 6)

# %% nbg="exercise knn-two-loops"
def compute_distances_two_loops(self, X):
    num_test, num_train = len(X), len(self.X_train)
    dists = np.zeros((num_test, num_train))
    # BEGIN SOLUTION
    X, X_train = X.astype(np.float64), self.X_train.astype(np.float64)
    for i in range(num_test):
        for j in range(num_train):
            dists[i, j] = np.sqrt(np.sum((X[i] - X_train[j]) ** 2))
    # END SOLUTION
    return dists


KNearestNeighbor.compute_distances_two_loops = compute_distances_two_loops

# %% nbg="check knn-two-loops 2"
check("knn-two-loops", KNearestNeighbor)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("knn-two-loops", KNearestNeighbor)
# END HIDDEN TESTS

# %% [markdown] nbg="answer knn-question 3"
r"""
Because it is the answer key.
"""

# %% nbg="exercise knn-predict-labels"
def predict_labels(self, dists, k=1):
    num_test = len(dists)
    y_pred = np.zeros(num_test, dtype=self.y_train.dtype)
    # BEGIN SOLUTION
    for i in range(num_test):
        nearest = self.y_train[np.argsort(dists[i])[:k]]
        y_pred[i] = np.bincount(nearest).argmax()
    # END SOLUTION
    return y_pred


KNearestNeighbor.predict_labels = predict_labels

# %% nbg="check knn-predict-labels 4"
check("knn-predict-labels", KNearestNeighbor)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("knn-predict-labels", KNearestNeighbor)
# END HIDDEN TESTS
'''


@pytest.fixture(scope="session")
def bubblewrap() -> None:
    """For tests that are about the sandbox, and need one."""
    try:
        check_sandbox()
    except SandboxError as error:
        pytest.skip(f"this machine has no sandbox: {str(error).splitlines()[0]}")


@pytest.fixture(scope="session")
def lend(bubblewrap, course) -> Iterator[Lend]:
    """Return a function that returns a warm worker: the same for all tests, until one damages it."""
    with Workers(sandboxed=True, hidden=course.root) as lend:
        yield lend


@contextmanager
def installed(folder: Path) -> Iterator[Course]:
    """Make the builder see two tasks with two mistakes each, a kit of its own, and write what it freezes to `folder`."""
    tasks = [all_tasks()[name] for name in ("knn-two-loops", "knn-predict-labels")]
    tasks = {task.id: replace(task, mistakes=task.mistakes[:2]) for task in tasks}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(autograder.build, "FROZEN", {side: folder / "frozen" / side for side in ("public", "hidden")})
        patch.setattr(autograder.build, "KIT", folder / "kit")
        patch.setattr(autograder.build, "all_tasks", lambda: tasks)
        yield Course(folder / "course")


@pytest.fixture(scope="session")
def small_source() -> str:
    """A valid notebook source."""
    return SMALL


@pytest.fixture(scope="session")
def small_built(course, tmp_path_factory) -> Path:
    """A folder with a small course, built and executed, and what was frozen for it. To be copied, not changed."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "course" / "solutions" / ASSIGNMENT).mkdir(parents=True)
    (folder / "course" / "solutions" / ASSIGNMENT / "knn.py").write_text(SMALL)
    shutil.copy(course.root / "nbgrader_config.py", folder / "course")
    shutil.copytree(
        autograder.build.KIT, folder / "kit", ignore=lambda _, names: [n for n in names if Path(n).suffix in BINARY]
    )
    with installed(folder) as small:
        build(small, execute=True, say=lambda line: None)
    return folder


@pytest.fixture(scope="module")
def small_for_module(small_built, tmp_path_factory) -> Iterator[Course]:
    """A copy of the small course that the tests of one module share."""
    folder = tmp_path_factory.mktemp("module") / "copy"
    shutil.copytree(small_built, folder)
    with installed(folder) as small:
        yield small


@pytest.fixture
def small(small_built, tmp_path) -> Iterator[Course]:
    """A copy of the small course that a test may change."""
    shutil.copytree(small_built, tmp_path / "small")
    with installed(tmp_path / "small") as small:
        yield small


@pytest.fixture
def filled(small_built) -> nbformat.NotebookNode:
    """The small course's release as a perfect student fills it in."""
    course = small_built / "course"
    release = nbformat.read(course / "assignments" / ASSIGNMENT / "knn.ipynb", as_version=4)
    return fill(release, read_source(course / "solutions" / ASSIGNMENT / "knn.py"))


@pytest.fixture
def hand_in(tmp_path) -> Callable[..., Path]:
    """Return a function that writes a notebook, or whatever else, to a file and returns its path."""

    def hand_in(content) -> Path:
        path = tmp_path / "knn.ipynb"
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(data)
        return path

    return hand_in
