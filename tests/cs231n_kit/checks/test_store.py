"""What is packed comes back as it was, small and without pickle."""

import io
import json
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_kit.checks.assess import Sample
from cs231n_kit.checks.observe import Failure, Observation
from cs231n_kit.checks.probes import Probe, all_probes
from cs231n_kit.checks.store import (
    FrozenError,
    load_frozen,
    observation_from,
    observation_tree,
    pack,
    sample_from,
    sample_tree,
    unpack,
)
from tests.cs231n_kit.checks.arrays import arrays_of

DTYPES = ("<f8", "<f4", "<f2", ">f8", "<i8", "|u1", "|b1", "<c16", "<U4")
arrays = arrays_of(DTYPES)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | arrays
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc .é", max_size=5), inner, max_size=4),
    max_leaves=12,
)


def same(a, b):
    """Whether two trees are equal to the last bit, NaN and types included."""
    if isinstance(a, np.ndarray):
        return type(b) is type(a) and (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(a, dict):
        return type(b) is dict and list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return type(b) is type(a) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and repr(a) == repr(b)


def number_of_arrays(data):
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        return len(archive.files) - 1


@settings(derandomize=True, deadline=None, max_examples=100)
@given(trees, st.booleans())
def test_a_tree_comes_back_as_it_was(tree, compressed):
    assert same(unpack(pack(tree, compressed)), tree)


@pytest.mark.parametrize("compressed", [False, True])
def test_the_same_tree_gives_the_same_bytes(rng, compressed):
    values = rng.normal(size=(3, 4))
    assert pack({"a": [values, 1.5]}, compressed) == pack({"a": [values.copy(), 1.5]}, compressed)


def test_compression_makes_what_repeats_smaller():
    tree = {"X": np.zeros((100, 100))}
    assert len(pack(tree, compressed=True)) < len(pack(tree)) / 10


def test_tuples_come_back_as_lists_and_numpy_scalars_as_numbers():
    tree = {"shape": (3, (4,)), "k": np.int64(5), "x": np.float32(0.5), "flag": np.True_, "name": np.str_("cat")}
    assert same(unpack(pack(tree)), {"shape": [3, [4]], "k": 5, "x": 0.5, "flag": True, "name": "cat"})


def test_an_array_that_changes_after_packing_changes_nothing(rng):
    X = rng.normal(size=3)
    kept, data = X.copy(), pack(X)
    X[:] = 0
    np.testing.assert_array_equal(unpack(data), kept)


def test_equal_arrays_are_kept_once(rng):
    X = rng.normal(size=(3, 4))
    tree = {"a": X, "b": [X.copy(), {"c": X + 0}]}
    assert number_of_arrays(pack(tree)) == 1
    assert same(unpack(pack(tree)), tree)


@pytest.mark.parametrize(
    "other",
    [
        np.zeros((2, 3), np.int64),
        np.zeros((3, 2)),
        np.zeros(6),
        np.zeros((2, 3), ">f8"),
        np.array([[0, 0, 0], [0, 0, -0.0]]),
    ],
)
def test_arrays_that_differ_in_type_or_shape_or_sign_are_kept_apart(other):
    tree = [np.zeros((2, 3)), other]
    assert number_of_arrays(pack(tree)) == 2
    assert same(unpack(pack(tree)), tree)


@pytest.mark.parametrize("objects", [np.array([None]), np.array([{"a": 1}, "b"], object), np.zeros(2, [("a", object)])])
def test_arrays_of_objects_are_refused(objects):
    with pytest.raises(ValueError, match="array of objects"):
        pack({"out": objects})


def test_an_archive_with_pickled_objects_is_not_opened():
    buffer = io.BytesIO()
    text = np.frombuffer(json.dumps({"#": 0}).encode(), np.uint8)
    np.savez(buffer, text, np.array([print], object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        unpack(buffer.getvalue())


OBSERVATIONS = {
    "empty": Observation(),
    "outputs": Observation({"dists": np.arange(6.0).reshape(2, 3), "calls": np.array(["a", "bc"])}, cost=17.0),
    "odd": Observation({"y": np.array(3)}, {"dists": "NoneType"}, ("X", "y_train")),
    "failed": Observation(failure=Failure("ValueError", "no", "line 3: f()")),
    "failed nowhere": Observation(failure=Failure("OutOfTime", "")),
}


@pytest.mark.parametrize("observation", [pytest.param(o, id=name) for name, o in OBSERVATIONS.items()])
def test_an_observation_comes_back_as_it_was(observation):
    back = observation_from(unpack(pack(observation_tree(observation))))
    for field in fields(Observation):
        assert same(*([getattr(o, field.name)] for o in (back, observation))), field.name


def test_a_sample_comes_back_as_it_was_without_the_reference_that_is_code(rng):
    shown = list(OBSERVATIONS.values())[:3]
    sample = Sample(
        name="steps as rows are added",
        measure="steps",
        inputs=[{"X": rng.normal(size=(n, 2)), "k": n, "options": {"metric": "l1"}} for n in (3, 9, 15)],
        expected=shown,
        mistakes={"squared": shown[::-1], "broken": 3 * [OBSERVATIONS["failed"]]},
        weight=2.5,
        remark="It means little.",
        tolerance=1e-5,
        axes=("row",),
        growth=6,
        limit=1e6,
        reference=lambda inputs, measure: Observation(),
    )
    back = sample_from(unpack(pack(sample_tree(sample))))
    assert back.reference is None
    for field in fields(Sample):
        if field.name not in ("reference", "expected", "mistakes"):
            assert same(getattr(back, field.name), getattr(sample, field.name)), field.name
    for key in ("expected", "mistakes"):
        assert same(sample_tree(back)[key], sample_tree(sample)[key])


def unbuilt(X):
    return {}


unbuilt.__module__ = "cs231n_kit.checks.unbuilt"


@pytest.mark.parametrize("run", [unbuilt, all_probes()["knn-l1"].run])
def test_what_was_not_built_is_reported_with_the_command_that_builds_it(run):
    with pytest.raises(FrozenError, match=r"(?s)'unbuilt'.*fix: autograder build|'not-built'.*fix: autograder build"):
        load_frozen("cs231n_kit.checks", Probe("not-built", "target", run))


@pytest.mark.parametrize("task", [task for task in all_probes() if task.startswith("knn-")])
def test_what_is_frozen_fits_the_probe_and_has_words_for_every_mistake(task):
    probe = all_probes()[task]
    frozen = load_frozen("cs231n_kit.checks", probe)
    assert frozen["samples"]
    for sample in frozen["samples"]:
        assert set(sample.mistakes) <= set(frozen["mistakes"])
        assert all(len(shown) == len(sample.inputs) for shown in (sample.expected, *sample.mistakes.values()))
        assert not any(seen.failure for seen in sample.expected)
    assert all(words["title"] and words["hint"] for words in frozen["mistakes"].values())


def test_a_strided_view_comes_back_as_one():
    X = np.arange(24.0).reshape(4, 6)[:, ::2]
    back = unpack(pack({"X": X, "plain": X.copy()}))
    assert np.array_equal(back["X"], X)
    assert not back["X"].flags.c_contiguous
    assert back["plain"].flags.c_contiguous
