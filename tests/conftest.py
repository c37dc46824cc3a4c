"""What all tests share. BLAS runs on one thread wherever something is timed or compared."""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["MPLBACKEND"] = "agg"

from pathlib import Path

import numpy as np
import pytest

from autograder.course import Course

ROOT = Path(__file__).parent.parent


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def course():
    """The course of this repository, read only."""
    return Course(ROOT)
