"""Reading the official files, and refusing what only looks like them."""

import gzip
import os

import numpy as np
import pytest

from cs231n_kit.data import DataError, get_cifar10_data, load_cifar10, load_mnist
from cs231n_kit.data import cifar10 as cifar10_module
from cs231n_kit.data.official import CIFAR10_BATCHES, MNIST_FILES, read_cifar10_batch, read_mnist
from tests.cs231n_kit.data.official_files import official_batch, official_idx, python2_pickle


@pytest.fixture
def official(monkeypatch, tmp_path):
    """A folder with small sets in the official layout, named by CS231N_DATA."""
    for folder in ("cifar-10-batches-py", "MNIST"):
        (tmp_path / folder).mkdir()
    for seed, name in enumerate(CIFAR10_BATCHES):
        (tmp_path / "cifar-10-batches-py" / name).write_bytes(official_batch(seed))
    rng = np.random.default_rng(0)
    for name, shape in zip(MNIST_FILES, ((30, 28, 28), (30,), (10, 28, 28), (10,)), strict=True):
        (tmp_path / "MNIST" / name).write_bytes(official_idx(rng.integers(0, 10, size=shape)))
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    return tmp_path


def test_a_batch_becomes_upright_images_with_their_colors_last(tmp_path):
    planes = np.arange(3072, dtype=np.uint16).astype(np.uint8)[np.newaxis]
    path = tmp_path / "data_batch_1"
    path.write_bytes(python2_pickle({b"data": planes, b"labels": [7]}))
    images, labels = read_cifar10_batch(path)
    assert images.shape == (1, 32, 32, 3)
    assert labels.tolist() == [7]
    for row, column, color in [(0, 0, 0), (0, 1, 0), (1, 0, 0), (31, 31, 2), (5, 9, 1)]:
        assert images[0, row, column, color] == (1024 * color + 32 * row + column) % 256


def test_full_sets_are_the_batches_in_order(official):
    X_train, y_train, X_test, y_test = load_cifar10(full=True)
    assert (X_train.shape, X_train.dtype, X_test.shape) == ((100, 32, 32, 3), np.float32, (20, 32, 32, 3))
    third, labels = read_cifar10_batch(official / "cifar-10-batches-py" / "data_batch_3")
    assert np.array_equal(X_train[40:60], third)
    assert np.array_equal(y_train[40:60], labels)
    assert [a.shape for a in load_mnist(full=True)] == [(30, 28, 28), (30,), (10, 28, 28), (10,)]
    assert y_test.dtype == load_mnist(full=True)[1].dtype == np.int64


class Evil:
    def __reduce__(self):
        return os.system, ("touch ran",)


def test_a_pickle_that_wants_to_run_code_is_refused_and_does_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "data_batch_1"
    path.write_bytes(python2_pickle({b"data": Evil()}))
    with pytest.raises(DataError, match=r"data_batch_1[\s\S]*system[\s\S]*fix: delete the file"):
        read_cifar10_batch(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"not a pickle",
        official_batch(0)[:5000],
        python2_pickle([1, 2]),
        python2_pickle({b"data": np.zeros((2, 3072), np.uint8)}),
        python2_pickle({b"data": np.zeros((2, 9), np.uint8), b"labels": [1, 2]}),
        python2_pickle({b"data": np.zeros((2, 3072), np.uint8), b"labels": [1, 10]}),
    ],
)
def test_a_damaged_batch_is_named_with_the_way_out(tmp_path, contents):
    path = tmp_path / "data_batch_1"
    path.write_bytes(contents)
    with pytest.raises(
        DataError, match=r"data_batch_1 is damaged[\s\S]*fix: delete it and run cs231n-kit data fetch cifar10"
    ):
        read_cifar10_batch(path)


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"no gzip",
        gzip.compress(b"\x01\x02", mtime=0),
        gzip.compress(b"\0\0\x08\x01\0\0\0\x09abc", mtime=0),
        official_idx(np.ones(9))[:-9],
    ],
)
def test_a_damaged_idx_file_is_named_with_the_way_out(tmp_path, contents):
    path = tmp_path / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(contents)
    with pytest.raises(DataError, match=r"is damaged[\s\S]*fix: delete it and run cs231n-kit data fetch mnist"):
        read_mnist(path)


def test_a_missing_file_says_what_belongs_there_and_what_to_type(official):
    (official / "cifar-10-batches-py" / "data_batch_4").unlink()
    (official / "MNIST" / MNIST_FILES[2]).unlink()
    with pytest.raises(DataError, match=r"data_batch_4\n  expected the 6 batch[\s\S]*fix: cs231n-kit data fetch cifar10"):
        load_cifar10(full=True)
    with pytest.raises(DataError, match=r"t10k-images[\s\S]*fix: cs231n-kit data fetch mnist"):
        load_mnist(full=True)


@pytest.mark.parametrize("add_bias", [False, True])
@pytest.mark.parametrize("subtract_mean", [False, True])
def test_splits_are_rows_of_fixed_sizes_and_do_not_overlap(subtract_mean, add_bias):
    data = get_cifar10_data(subtract_mean=subtract_mean, add_bias=add_bias)
    D = 3072 + add_bias
    assert {k: v.shape for k, v in data.items() if k.startswith("X")} == {
        "X_train": (4500, D), "X_val": (500, D), "X_test": (1000, D), "X_dev": (500, D),
    }  # fmt: skip
    X, y, X_test, y_test = load_cifar10()
    shift = data["mean_image"].ravel() if subtract_mean else 0
    for part, images, labels in (("train", X[:4500], y[:4500]), ("val", X[4500:], y[4500:]), ("test", X_test, y_test)):
        assert np.allclose(data[f"X_{part}"][:, :3072] + shift, images.reshape(len(images), -1), atol=1e-3)
        assert np.array_equal(data[f"y_{part}"], labels)
        assert data[f"X_{part}"].dtype == np.float32
    if add_bias:
        assert all((data[f"X_{part}"][:, -1] == 1).all() for part in ("train", "val", "test", "dev"))


def test_the_mean_image_is_that_of_the_training_part_alone():
    mean = get_cifar10_data()["mean_image"]
    assert np.allclose(mean, load_cifar10(dtype=np.float64)[0][:4500].mean(axis=0), rtol=1e-12)
    assert abs(get_cifar10_data()["X_train"].mean()) < 1e-3


def test_the_development_images_are_training_images_and_depend_on_rng_alone():
    first, again, other = (get_cifar10_data(rng=rng) for rng in (None, None, np.random.default_rng(9)))
    assert np.array_equal(first["X_dev"], again["X_dev"])
    assert not np.array_equal(first["X_dev"], other["X_dev"])
    rows = {row.tobytes() for row in first["X_train"]}
    assert all(row.tobytes() in rows for row in first["X_dev"])


def test_the_full_split_is_the_one_the_field_uses(official, monkeypatch):
    assert cifar10_module._SPLITS[True] == (49000, 1000, 1000)
    monkeypatch.setattr(cifar10_module, "_SPLITS", {True: (80, 20, 10)})
    monkeypatch.setattr(cifar10_module, "_NUM_DEV", 5)
    data = get_cifar10_data(full=True, subtract_mean=False)
    X, _, X_test, _ = load_cifar10(full=True)
    assert np.array_equal(data["X_val"], X[80:].reshape(20, -1))
    assert np.array_equal(data["X_test"], X_test[:10].reshape(10, -1))


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("CS231N_DATA"), reason="the full sets are not here (CS231N_DATA)")
def test_the_full_sets_are_the_official_ones():
    from cs231n_kit.data.fetch import verify

    verify("cifar10")
    verify("mnist")
    mean_image = get_cifar10_data(full=True)["mean_image"]
    assert np.allclose(mean_image.ravel()[:3], [130.64189796, 135.98173469, 132.47391837], rtol=0, atol=5e-9)
