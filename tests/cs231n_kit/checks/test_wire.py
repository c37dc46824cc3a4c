"""What is sent arrives as it was; what is no message is refused as that, and costs nothing."""

import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_kit.checks.observe import Failure, Observation, is_strided
from cs231n_kit.checks.store import MAX_WORDS, observation_from, observation_tree
from cs231n_kit.checks.wire import LENGTH, WireError, decode, encode
from tests.cs231n_kit.checks.arrays import arrays_of

DTYPES = ("|b1", "|i1", "<i2", ">i4", "<i8", "|u1", "<u8", "<f2", "<f4", ">f8", "<f8", "<c8", "<c16", "<U1", ">U7")
arrays = arrays_of(DTYPES)
keys = st.text("abc .é", max_size=5)  # never "#", which marks an array
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | arrays
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
steadily = settings(derandomize=True, deadline=None, max_examples=200)


def same(a, b):
    """Whether two trees are equal to the last bit, NaN, types and memory layouts included."""
    if isinstance(a, np.ndarray):
        alike = type(b) is np.ndarray and (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
        return alike and is_strided(a) == is_strided(b) and a.flags.c_contiguous == b.flags.c_contiguous
    if isinstance(a, dict):
        return type(b) is dict and list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return type(b) is list and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and repr(a) == repr(b)


def message(tree, blocks=b""):
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return LENGTH.pack(len(text)) + text + blocks


def an_array(**changed):
    return {"#": "<f8", "shape": [2], "at": 0, "layout": "C", **changed}


def arrays_in(tree):
    if isinstance(tree, np.ndarray):
        yield tree
    for value in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from arrays_in(value)


# --- what is sent


@steadily
@given(trees)
def test_a_tree_arrives_as_it_was(tree):
    assert same(decode(encode(tree)), tree)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 3)])
def test_arrays_of_every_plain_dtype_arrive_empty_ones_too(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    assert same(decode(encode({"X": array, "again": [array]})), {"X": array, "again": [array]})


@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_an_array_keeps_its_layout(layout):
    X = np.arange(24.0).reshape(4, 6)
    X = {"C": X, "F": np.asfortranarray(X), "strided": X[:, ::2]}[layout]
    back = decode(encode(X))
    np.testing.assert_array_equal(back, X)
    assert (back.flags.c_contiguous, back.flags.f_contiguous) == (X.flags.c_contiguous, X.flags.f_contiguous)


def test_tuples_arrive_as_lists_and_numpy_scalars_as_numbers():
    tree = {"shape": (3, (4,)), "k": np.int64(5), "x": np.float32(0.5), "flag": np.True_, "name": np.str_("cat")}
    assert same(decode(encode(tree)), {"shape": [3, [4]], "k": 5, "x": 0.5, "flag": True, "name": "cat"})


def test_a_received_array_cannot_change_the_message():
    (back,) = decode(encode([np.arange(3)]))
    with pytest.raises(ValueError, match="read-only"):
        back[0] = 7


@pytest.mark.parametrize(
    "array",
    [
        np.array([None]),
        np.array([{"a": 1}, "b"], object),
        np.zeros(2, [("a", object)]),
        np.zeros(2, [("a", float)]),
        np.array([b"bytes"]),
        np.zeros(2, "V8"),
        np.zeros(2, "M8[s]"),
        np.zeros(2, "m8[s]"),
    ],
    ids=lambda a: str(a.dtype),
)
def test_arrays_that_are_not_plain_are_refused(array):
    with pytest.raises(ValueError, match="only numbers, booleans and text are plain"):
        encode({"out": array})
    with pytest.raises(WireError):
        decode(message(an_array(**{"#": array.dtype.str}), bytes(64)))


# --- what is no message


@steadily
@given(st.binary(max_size=200))
def test_bytes_that_are_no_message_are_refused_as_that(data):
    with pytest.raises(WireError):
        decode(data)


@steadily
@given(trees, st.data())
def test_a_message_that_was_tampered_with_is_read_or_refused_and_nothing_else(tree, data):
    bytes_ = bytearray(encode(tree))
    for _ in range(data.draw(st.integers(1, 4))):
        bytes_[data.draw(st.integers(0, len(bytes_) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(bytes_)))
    for changed in (bytes(bytes_), bytes(bytes_[:cut])):
        try:
            back = decode(changed)
        except WireError:
            continue
        assert sum(a.nbytes for a in arrays_in(back) if not is_strided(a)) <= 100 * len(changed)


numbers = st.sampled_from([0, 1, 2, -1, 3, 2**31, 2**32, 2**62, 2**63, 2**64, 10**30, 1.5, True, None, "2", [], {}])
odd_arrays = st.fixed_dictionaries(
    {
        "#": st.sampled_from([*DTYPES, "O", "<U0", "V8", "<M8[s]", "f8,O", "", "nonsense", "<U99999999999", 5, None, []]),
        "shape": st.lists(numbers, max_size=3) | st.lists(st.just(1), min_size=60, max_size=70) | numbers,
        "at": numbers,
        "layout": st.sampled_from(["C", "F", "strided", "", None, [], {}]),
    }
)


@steadily
@given(odd_arrays, st.integers(0, 64))
def test_an_array_that_says_odd_things_of_itself_is_read_within_the_message_or_refused(array, size):
    try:
        back = decode(message(array, bytes(size)))
    except WireError:
        return
    assert type(back) is np.ndarray
    assert back.dtype.kind in "biufcU"
    assert back.nbytes <= size


@pytest.mark.parametrize(
    "tree",
    [
        an_array(shape=[3]),
        an_array(shape=[-1]),
        an_array(shape=[-2, -1]),
        an_array(shape=[2**62, 4]),
        an_array(shape=[2**32, 2**32]),
        an_array(shape=[0, -1]),
        an_array(shape=[1] * 65),
        an_array(shape="12"),
        an_array(shape=["2"]),
        an_array(shape=[1.5]),
        an_array(at="0"),
        an_array(at=0.0),
        an_array(shape=None),
        an_array(shape=5),
        an_array(at=1),
        an_array(at=-8),
        an_array(at=2**70),
        an_array(at=None),
        an_array(**{"#": "<U0"}),
        an_array(**{"#": "O"}),
        an_array(**{"#": "<U1000000000"}),
        {"#": "<f8"},
        {"#": {}},
    ],
    ids=str,
)
def test_an_array_that_the_message_does_not_hold_is_refused(tree):
    with pytest.raises(WireError):
        decode(message({"deep": [tree]}, bytes(16)))


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_nesting_without_end_is_refused(opening):
    with pytest.raises(WireError):
        decode(message(opening * 200_000))
    closing = {b"[": b"]", b'{"a":': b"}"}[opening]
    with pytest.raises(WireError):
        decode(message(opening * 200_000 + b"1" + closing * 200_000))


def test_a_number_of_a_million_digits_is_refused():
    with pytest.raises(WireError):
        decode(message(b"1" * 1_000_000))


@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 1000])
def test_a_text_that_is_shorter_than_announced_is_refused(length):
    with pytest.raises(WireError):
        decode(LENGTH.pack(length) + b"{")


HUGE = (
    an_array(shape=[2**40]),
    an_array(shape=[2**40], layout="strided"),
    an_array(shape=[2**31, 2**31], layout="F"),
    an_array(**{"#": "<U250000000"}, shape=[1]),
    an_array(shape=[2**40, 0]),
    an_array(shape=[0, 2**40], layout="strided"),
)


@pytest.mark.parametrize("tree", HUGE, ids=str)
def test_what_a_message_only_claims_takes_no_memory(tree):
    data = message([tree], bytes(64))
    tracemalloc.start()
    try:
        try:
            back = decode(data)
        except WireError:
            back = []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
    assert sum(a.size for a in back) == 0


# --- observations


def test_an_observation_crosses_as_it_was():
    seen = Observation({"dists": np.arange(6.0)}, {"y": "list"}, ("X",), Failure("ValueError", "no", "line 3"), 7.5)
    back = observation_from(decode(encode(observation_tree(seen))))
    assert same(observation_tree(back) | {"modified": []}, observation_tree(seen) | {"modified": []})
    assert back.modified == ("X",)
    assert back.failure == seen.failure


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        5,
        "text",
        {"other": 1},
        {"outputs": 5},
        {"outputs": {"dists": "text"}},
        {"outputs": {"dists": [1.0]}},
        {"outputs": {"dists": 1.0}},
        {"outputs": [np.zeros(2)]},
        {"odd_types": {"dists": ["list"]}},
        {"odd_types": "list"},
        {"modified": 7},
        {"modified": [1]},
        {"modified": [["X"]]},
        {"failure": "text"},
        {"failure": {"kind": "E"}},
        {"failure": {"kind": 5, "message": "a"}},
        {"failure": {"kind": "E", "message": "a", "more": "b"}},
        {"cost": "much"},
        {"cost": None},
        {"cost": "1"},
        {"cost": float("inf")},
        {"cost": 1e999},
        {"failure": []},
        {"failure": {}},
        {"failure": 0},
        {"cost": [1]},
        {"cost": float("nan")},
        {"cost": np.zeros(3)},
    ],
    ids=str,
)
def test_what_is_no_observation_is_refused(tree):
    with pytest.raises(ValueError, match="not a"):
        observation_from(tree)


def test_no_cost_is_below_zero():
    assert observation_from({"cost": -5.0}).cost == 0


def test_the_words_of_a_failure_are_cut():
    failure = observation_from({"failure": {"kind": "E" * 10**6, "message": "m" * 10**6, "line": "l" * 10**6}}).failure
    assert {len(failure.kind), len(failure.message), len(failure.line)} == {MAX_WORDS}


@steadily
@given(trees)
def test_an_observation_made_of_anything_is_one_or_is_refused(tree):
    for made in (tree, {"outputs": tree}, {"failure": tree}, {"modified": tree}, {"cost": tree}, {"odd_types": tree}):
        try:
            seen = observation_from(made)
        except ValueError:
            continue
        assert all(type(value) is np.ndarray for value in seen.outputs.values())
        assert all(type(name) is str for name in (*seen.odd_types.values(), *seen.modified))
        assert seen.failure is None or type(seen.failure) is Failure
        assert seen.cost >= 0
