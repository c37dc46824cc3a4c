"""The one error measure, and the sentence on the first difference."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cs231n_kit.checks.compare import TOLERANCE, agree, difference, relative_error
from cs231n_kit.checks.observe import Failure, Observation, observe
from cs231n_kit.checks.probes import Probe

SEEDED = settings(derandomize=True, deadline=None, max_examples=80)
NAN, INF = np.nan, np.inf

magnitudes = st.floats(1e-100, 1e100)
numbers = st.just(0.0) | magnitudes | magnitudes.map(lambda x: -x)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


def pairs(elements):
    """Two arrays of one shape, with some or all of their entries in common."""

    def of_shape(shape):
        arrays, kept = hnp.arrays(np.float64, shape, elements=elements), hnp.arrays(bool, shape)
        return st.builds(lambda a, b, kept: (a, np.where(kept, a, b)), arrays, arrays, kept)

    return shapes.flatmap(of_shape)


def shown(**outputs):
    return Observation({name: np.asarray(value) for name, value in outputs.items()})


def returned(make):
    """What is seen of code whose output `dists` is `make()`."""
    return observe(Probe("task", "target", lambda: {"dists": make()}), (), {})


# --- relative_error


@SEEDED
@given(pairs(numbers))
def test_the_error_is_symmetric_between_0_and_1_and_0_only_for_equal_arrays(pair):
    a, b = pair
    error = relative_error(a, b)
    assert type(error) is float
    assert error == relative_error(b, a)
    assert 0 <= error <= 1
    assert (error == 0) == np.array_equal(a, b)


@SEEDED
@given(pairs(numbers), st.integers(-200, 200))
def test_the_error_does_not_depend_on_the_scale(pair, exponent):
    a, b = pair
    assert relative_error(a * 2.0**exponent, b * 2.0**exponent) == relative_error(a, b)


@SEEDED
@given(pairs(numbers | st.sampled_from([NAN, INF, -INF])))
def test_the_error_is_infinite_just_where_nan_or_infinity_have_different_places(pair):
    a, b = pair
    same_places = all(np.array_equal(a == odd, b == odd) for odd in (INF, -INF)) and np.array_equal(np.isnan(a), np.isnan(b))
    assert np.isfinite(relative_error(a, b)) == same_places


@pytest.mark.parametrize(
    ("a", "b", "error"),
    [
        (1.0, 3.0, 0.5),
        ([1.0, -2.0], [-1.0, 2.0], 1.0),
        ([], [], 0.0),
        (np.zeros((3, 2)), np.zeros((3, 2)), 0.0),
        ([0.0, 0.0], [0.0, 5.0], 1.0),
        ([NAN, INF, -INF, 1.0], [NAN, INF, -INF, 3.0], 0.5),
        ([NAN], [0.0], INF),
        ([INF], [-INF], INF),
        ([1 + 1j, 0], [1 - 1j, 0], np.sqrt(0.5)),
        ([1 + 1j], [1.0], 1 / (1 + np.sqrt(2))),
        ([complex(NAN, 1), 2], [complex(NAN, 1), 2], 0.0),
        (np.array([3], np.uint8), np.array([5], np.uint8), 0.25),
        ([True, False], [True, True], 0.5),
    ],
)
def test_the_error_is_the_largest_difference_relative_to_the_largest_entries(a, b, error):
    assert relative_error(np.asarray(a), np.asarray(b)) == pytest.approx(error)


def test_rounding_in_tiny_entries_cannot_dominate_the_error(rng):
    a = np.append(rng.normal(size=20), 1e-12)
    b = np.append(a[:-1], 3e-12)
    assert relative_error(a, b) < TOLERANCE < abs(a[-1] - b[-1]) / (a[-1] + b[-1])


# --- agreement


@SEEDED
@given(pairs(numbers | st.sampled_from([NAN, INF, -INF])))
def test_arrays_agree_when_their_error_is_within_the_tolerance_and_else_there_is_a_sentence(pair):
    a, b = pair
    sentence = difference(shown(out=a), shown(out=b))
    assert (sentence is None) == (relative_error(a, b) <= TOLERANCE) == agree(shown(out=a), shown(out=b))
    assert sentence is None or "out" in sentence


@pytest.mark.parametrize(("factor", "right"), [(1.9, True), (2.1, False)])
@pytest.mark.parametrize("tolerance", [TOLERANCE, 1e-3])
def test_the_tolerance_is_the_border_between_right_and_wrong(factor, right, tolerance):
    got, want = shown(out=[10.0, 10.0 * (1 + factor * tolerance)]), shown(out=[10.0, 10.0])
    assert agree(got, want, tolerance) is right


def test_the_dtype_of_a_right_answer_does_not_matter(rng):
    whole = rng.integers(0, 9, size=(3, 2))
    for one, other in itertools.product((np.int64, np.uint8, np.float32, np.float64, np.complex128), repeat=2):
        assert agree(shown(out=whole.astype(one)), shown(out=whole.astype(other)))


def test_the_first_and_the_worst_entry_are_shown_with_both_values(rng):
    want = rng.normal(size=(3, 4))
    got = want.copy()
    got[1, 0] += 0.5
    got[2, 3] -= 7.0
    sentence = difference(shown(dists=got), shown(dists=want))
    assert sentence.startswith("2 of 12 entries of dists are off\n")
    assert f"dists[1, 0] is {got[1, 0]:.6g}, expected {want[1, 0]:.6g}   (first)\n" in sentence
    assert f"dists[2, 3] is {got[2, 3]:.6g}, expected {want[2, 3]:.6g}   (worst)" in sentence


def test_a_single_wrong_entry_is_shown_once():
    sentence = difference(shown(y=[7.0, 8.0, 9.0]), shown(y=[7.0, 0.0, 9.0]))
    assert sentence.splitlines()[0] == "1 of 3 entries of y are off"
    assert sentence.splitlines()[1].strip() == "y[1] is 8, expected 0"
    assert sentence.count("expected") == 1


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, bool])
def test_of_labels_only_the_first_wrong_one_is_shown(dtype):
    got, want = np.array([0, 1, 5, 0]).astype(dtype), np.array([0, 0, 0, 0]).astype(dtype)
    sentence = difference(shown(y=got), shown(y=want))
    assert sentence.startswith("2 of 4 entries of y are off\n")
    assert f"y[1] is {got[1]}, expected {want[1]}" in sentence
    assert sentence.count("expected") == 1


def test_nan_is_counted_and_shown_where_it_is_first(rng):
    want = rng.normal(size=6)
    got = want.copy()
    got[[2, 4]] = NAN
    sentence = difference(shown(x=got), shown(x=want))
    assert sentence.startswith("x holds 2 NaN (not a number)\n")
    assert f"x[2] is nan, expected {want[2]:.6g}" in sentence


def test_nan_that_is_expected_is_no_difference_and_its_absence_is_one():
    assert agree(shown(x=[NAN, 1.0]), shown(x=[NAN, 1.0]))
    assert difference(shown(x=[NAN, 3.0]), shown(x=[NAN, 1.0])).startswith("1 of 2 entries of x are off\n")
    assert "x[0] is 3, expected nan" in difference(shown(x=[3.0, 1.0]), shown(x=[NAN, 1.0]))


def test_text_is_compared_exactly_and_shown_whole():
    want = shown(calls=["train(X)", "predict(X)"])
    assert agree(shown(calls=["train(X)", "predict(X)"]), want)
    sentence = difference(shown(calls=["train(X)", "predict(Y)"]), want)
    assert "train(X), then predict(Y)\n" in sentence
    assert "expected train(X), then predict(X)" in sentence
    assert difference(shown(calls=[1.0, 2.0]), want) is not None
    assert "were     nothing\n      expected train(X)" in difference(shown(calls=np.array([], str)), want)


@pytest.mark.parametrize(
    ("got", "want", "cause"),
    [
        ((5, 3), (3, 5), "rows and columns are exchanged"),
        ((1, 4), (4, 1), "rows and columns are exchanged"),
        ((4, 1), (4,), "an axis of length 1 too many"),
        ((1, 3, 2), (3, 2), "an axis of length 1 too many"),
    ],
)
def test_a_wrong_shape_is_named_with_its_likely_cause(got, want, cause):
    sentence = difference(shown(dists=np.zeros(got)), shown(dists=np.zeros(want)))
    assert sentence.startswith(f"dists has shape {got}, expected {want}: {cause}")


@pytest.mark.parametrize(
    ("got", "want"), [((4,), (5,)), ((4,), (4, 1)), ((), (1,)), ((2, 3), (2, 4)), ((0, 3), (3,)), ((2, 6), (3, 4))]
)
def test_a_wrong_shape_without_a_known_cause_is_only_stated(got, want):
    sentence = difference(shown(dists=np.zeros(got)), shown(dists=np.zeros(want)))
    assert sentence == f"dists has shape {got}, expected {want}"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: None, "does it end with `return`?"),
        (lambda: np.matrix([[1.0]]), "np.matrix"),
        (lambda: [[1.0]], "dists is a list, expected a NumPy array of numbers"),
        (lambda: ([[1.0]],), "dists is a tuple"),
        (lambda: np.array([[1.0, None]]), "dists is a array of dtype object"),
        (lambda: np.ma.masked_array([[1.0]]), "dists is a MaskedArray"),
    ],
)
def test_anything_but_a_plain_array_is_named(make, words):
    sentence = difference(returned(make), shown(dists=[[1.0]]))
    assert "dists" in sentence
    assert words in sentence
    assert agree(returned(make), returned(make))


def test_an_expected_odd_type_is_asked_for():
    assert difference(shown(dists=[1.0]), returned(lambda: [1.0])) == "dists should be a list"


def test_inputs_written_into_are_named_unless_the_solution_writes_into_them_too():
    clean, one, both = (Observation(modified=names) for names in ((), ("X",), ("X", "X_train")))
    assert agree(clean, clean)
    assert agree(one, both)
    assert "it changed its input X in place" in difference(one, clean)
    assert "X and X_train" in difference(both, clean)


def test_a_wrong_value_is_told_before_a_modified_input():
    got = Observation({"out": np.array(1.0)}, modified=("X",))
    assert "expected 2" in difference(got, shown(out=2.0))


def test_the_first_output_that_differs_is_the_one_described():
    assert difference(shown(a=1.0, b=2.0, c=3.0), shown(a=1.0, b=5.0, c=5.0)) == "b is 2, expected 5"


def test_a_missing_output_is_said_to_be_missing():
    assert difference(Observation(), shown(a=1.0)) == "a is missing"


def test_infinities_that_match_are_not_called_wrong():
    sentence = difference(shown(x=[np.inf, 2.0]), shown(x=[np.inf, 1.0]))
    assert sentence.startswith("1 of 2 entries")
    assert "x[1] is 2, expected 1" in sentence


def test_only_axes_of_length_one_broadcast_by_luck():
    assert "by luck" in difference(shown(x=np.ones((6, 1))), shown(x=np.ones(6)))
    assert "by luck" not in difference(shown(x=np.ones((2, 3))), shown(x=np.ones(6)))


def test_the_smallest_and_the_largest_numbers_are_compared_like_any_other():
    assert "is 1e-307, expected 0" in difference(shown(x=[1e-307]), shown(x=[0.0]))
    assert relative_error([1.5e308], [0.5e308]) == pytest.approx(0.5)


# --- exceptions


@pytest.mark.parametrize("line", ["", "line 3: x = y"])
def test_exceptions_agree_when_class_and_message_do_wherever_they_come_from(line):
    one, other = (Failure("ValueError", "too small", place) for place in ("line 9: z = x", line))
    assert agree(Observation(failure=one), Observation(failure=other))


@pytest.mark.parametrize("other", [Failure("ValueError", "too large"), Failure("KeyError", "too small"), None])
def test_an_exception_that_is_not_the_expected_one_is_told_with_its_line(other):
    got = Observation(failure=Failure("ValueError", "too small", "line 9: check(x)"))
    sentence = difference(got, Observation(failure=other))
    assert sentence.splitlines()[0] == "it raised ValueError: too small"
    assert "line 9: check(x)" in sentence.splitlines()[1]


def test_an_exception_that_was_expected_and_did_not_come_is_told():
    assert difference(shown(out=1.0), Observation(failure=Failure("IndexError", "k"))) == "it should have raised IndexError"
