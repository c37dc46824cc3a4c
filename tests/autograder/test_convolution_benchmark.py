"""The benchmark of convolutions compares like with like, and says what is missing."""

import sys

import numpy as np
import pytest

from autograder import convolution_benchmark
from autograder.convolution_benchmark import Layer, contenders, least_times, main, report
from autograder.course import find_course
from autograder.reference import solved

SMALL = (Layer(3, 2, 8, 4, 3, 1, 1), Layer(2, 3, 9, 5, 4, 2, 0))


@pytest.fixture(scope="module")
def notebook():
    with solved(find_course().source("fast_convnet")) as namespace:
        yield namespace


@pytest.mark.parametrize("layer", SMALL, ids=str)
def test_the_plain_im2col_computes_what_the_solution_does(notebook, layer):
    found = contenders(notebook, None, layer)
    assert list(found) == ["course", "plain"]
    for name in ("forward", "backward"):
        ours, plain = (getattr(contender, name)() for contender in found.values())
        for a, b in zip(ours, plain, strict=True):
            assert a.dtype == np.float32
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


def test_contenders_that_disagree_are_not_compared(notebook):
    changed = {**notebook, "conv_forward_im2col": lambda x, w, b, p: notebook["conv_forward_im2col"](x, w, b + 1, p)}
    with pytest.raises(ArithmeticError, match="plain and the course's solution disagree"):
        contenders(changed, None, SMALL[0])


def test_the_least_time_of_each_counts(notebook):
    least = least_times(contenders(notebook, None, SMALL[0]), repeats=2)
    assert all(seconds.shape == (2,) and (seconds > 0).all() for seconds in least.values())


@pytest.mark.parametrize(("torch", "plain", "good"), [(0.05, 0.2, True), (0.03, 0.2, False), (0.05, 0.14, False)])
def test_both_ratios_are_printed_and_decide(torch, plain, good):
    least = {
        "course": np.array([0.04, 0.06]),
        "plain": np.array([0.0, plain]),
        "torch": np.array([torch / 5, 4 * torch / 5]),
    }
    lines, within = report(SMALL[0], least)
    assert within is good
    assert f"{plain / 0.1:.2f} times as fast as the plain im2col" in lines
    assert f"{0.1 / torch:.2f} times the time of PyTorch" in lines


def test_without_pytorch_it_says_how_to_install_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it fails
    monkeypatch.setattr(convolution_benchmark, "LAYERS", SMALL)
    monkeypatch.setattr(convolution_benchmark, "PLAIN_AT_LEAST", 0)
    assert main(repeats=1) == 0
    said = capsys.readouterr()
    assert "pip install torch" in said.err
    assert "2 of 2 layers are within the bounds" in said.out


def test_outside_a_course_it_says_what_to_do(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    assert main() == 1
    assert "cd to your clone" in capsys.readouterr().err
