"""Official files become sheets of the same pixels; a file that is anything else is refused before it can act."""

import gzip
import os
import pickle
import re
import shutil

import numpy as np
import pytest

import autograder.embed
from autograder import cli
from autograder.embed import embed
from cs231n_kit.data import DataError, load_cifar10, load_mnist
from cs231n_kit.data import embedded as embedded_module
from cs231n_kit.data.official import MNIST_FILES
from tests.cs231n_kit.data.official_files import official_idx, python2_pickle

NUMBERS = {"cifar10": (200, 100), "mnist": (300, 100)}
CIFAR10_FILES = ("data_batch_1", "test_batch")
SPARE = 7  # images that are there and not embedded


@pytest.fixture
def official(tmp_path, rng, monkeypatch):
    """A folder in the official layout, with a few images more than are embedded, which are few."""
    monkeypatch.setattr(autograder.embed, "NUMBERS", NUMBERS)
    batches, digits = tmp_path / "cifar-10-batches-py", tmp_path / "MNIST"
    batches.mkdir()
    digits.mkdir()
    for name, count in zip(CIFAR10_FILES, NUMBERS["cifar10"], strict=True):
        write_batch(batches / name, *blocks(rng, count + SPARE))
    for names, count in zip((MNIST_FILES[:2], MNIST_FILES[2:]), NUMBERS["mnist"], strict=True):
        quarters = 85 * rng.integers(0, 4, size=(count + SPARE, 2, 2), dtype=np.uint8)
        images = quarters.repeat(14, axis=1).repeat(14, axis=2)
        for name, array in zip(names, (images, rng.integers(0, 10, size=count + SPARE)), strict=True):
            (digits / name).write_bytes(official_idx(array))
    return tmp_path


def blocks(rng, count):
    """Rows and labels of a batch; of few colors, which compress fast."""
    quarters = 85 * rng.integers(0, 4, size=(count, 3, 2, 2), dtype=np.uint8)
    return quarters.repeat(16, axis=2).repeat(16, axis=3).reshape(-1, 3072), rng.integers(0, 10, size=count).tolist()


def write_batch(path, rows, labels):
    path.write_bytes(python2_pickle({b"data": rows, b"labels": labels, b"batch_label": b"batch 1 of 5"}))


def read_batch(path):
    with path.open("rb") as file:
        return pickle.load(file, encoding="bytes")


def read_idx(path):
    data = gzip.decompress(path.read_bytes())
    return np.frombuffer(data[8:], np.uint8) if data[3] == 1 else np.frombuffer(data[16:], np.uint8).reshape(-1, 28, 28)


@pytest.fixture
def embedded(tmp_path, monkeypatch):
    """The folder to embed into, which the loaders read in place of the real one."""
    monkeypatch.setattr(embedded_module, "files", lambda package: tmp_path)
    embedded_module.read_embedded.cache_clear()
    yield tmp_path / "embedded"
    embedded_module.read_embedded.cache_clear()


def test_the_files_written_are_told_in_order_and_are_all_that_is_written(official, embedded):
    written = embed(official, embedded)
    assert [path.name for path in written] == [
        f"{name}_{part}" for name in NUMBERS for part in ("train.webp", "test.webp", "labels.bin")
    ]
    assert sorted(written) == sorted(embedded.iterdir())


def test_the_embedded_photographs_have_the_pixels_of_the_batches_in_order(official, embedded):
    embed(official, embedded)
    arrays = load_cifar10(dtype=np.uint8)
    for images, labels, name, count in zip(arrays[::2], arrays[1::2], CIFAR10_FILES, NUMBERS["cifar10"], strict=True):
        batch = read_batch(official / "cifar-10-batches-py" / name)
        assert images.shape == (count, 32, 32, 3)
        for channel in range(3):  # a row of a batch holds all red, then all green, then all blue
            plane = batch[b"data"][:count, 1024 * channel : 1024 * (channel + 1)]
            np.testing.assert_array_equal(images[..., channel].reshape(count, 1024), plane)
        assert labels.tolist() == batch[b"labels"][:count]


def test_the_embedded_digits_have_the_pixels_of_the_archives_in_order(official, embedded):
    embed(official, embedded)
    counts = np.repeat(NUMBERS["mnist"], 2)
    for array, name, count in zip(load_mnist(dtype=np.uint8), MNIST_FILES, counts, strict=True):
        assert len(array) == count
        np.testing.assert_array_equal(array, read_idx(official / "MNIST" / name)[:count])


@pytest.mark.parametrize(
    ("folder", "name", "expected"),
    [("cifar-10-batches-py", name, "the 6 batch files of cifar-10-batches-py/") for name in CIFAR10_FILES]
    + [("MNIST", name, "the 4 files of MNIST/") for name in MNIST_FILES],
)
def test_a_missing_file_is_an_error_that_says_what_was_expected(official, embedded, folder, name, expected):
    (official / folder / name).unlink()
    with pytest.raises(DataError) as error:
        embed(official, embedded)
    assert str(official / folder / name) in str(error.value)
    assert f"expected {expected} in {official / folder}\n" in str(error.value)
    assert not embedded.exists()


class _Calls:
    """Pickles as a call, which loading it would make."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", [0, 2, 5])
@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (os.system, "rm {}"),
        (os.unlink, "{}"),
        (eval, "__import__('os').unlink('{}')"),
        (exec, "import os; os.unlink('{}')"),
    ],
)
def test_a_pickle_that_names_anything_else_is_refused_and_does_not_run(official, embedded, function, argument, protocol):
    victim = official / "victim"
    victim.touch()
    path = official / "cifar-10-batches-py" / "data_batch_1"
    path.write_bytes(pickle.dumps(_Calls(function, argument.format(victim)), protocol=protocol))
    refusal = rf"refused to read {re.escape(str(path))}: it wants to run \w+\.{function.__name__},"
    with pytest.raises(DataError, match=refusal):
        embed(official, embedded)
    assert victim.exists()
    assert not embedded.exists()


def test_the_pickles_that_are_refused_would_have_acted(tmp_path):
    victim = tmp_path / "victim"
    victim.touch()
    pickle.loads(pickle.dumps(_Calls(os.unlink, str(victim)), protocol=2))
    assert not victim.exists()


@pytest.mark.parametrize("content", [b"", b"\x80\x02.", b"<html>", pickle.dumps([1], 2), pickle.dumps({"data": 1}, 2)])
def test_a_file_that_is_no_batch_is_an_error_that_says_so(official, embedded, content):
    (official / "cifar-10-batches-py" / "data_batch_1").write_bytes(content)
    with pytest.raises(DataError, match="data_batch_1 is damaged"):
        embed(official, embedded)
    assert not embedded.exists()


@pytest.mark.parametrize(
    "content", [b"", b"<html>", gzip.compress(b"", mtime=0), gzip.compress(b"\x00\x00\x08\x01\x00\x00\x00\x05abc", mtime=0)]
)
@pytest.mark.parametrize("name", MNIST_FILES)
def test_a_file_that_is_no_archive_of_digits_is_an_error_that_says_so(official, embedded, name, content):
    (official / "MNIST" / name).write_bytes(content)
    with pytest.raises(DataError, match=f"{name} is damaged"):
        embed(official, embedded)
    assert not embedded.exists()


@pytest.mark.parametrize(("name", "count"), list(zip(CIFAR10_FILES, NUMBERS["cifar10"], strict=True)))
def test_a_batch_with_too_few_images_is_refused(official, embedded, rng, name, count):
    path = official / "cifar-10-batches-py" / name
    write_batch(path, *blocks(rng, count - 1))
    with pytest.raises(DataError) as error:
        embed(official, embedded)
    assert f"{path} is not the official file: got images ({count - 1}, 32, 32, 3) and labels" in str(error.value)
    assert f"expected at least {count} images (32, 32, 3)" in str(error.value)
    assert not embedded.exists()


@pytest.mark.parametrize(("part", "count"), list(zip((0, 2), NUMBERS["mnist"], strict=True)))
def test_archives_with_too_few_digits_are_refused(official, embedded, part, count):
    for name in MNIST_FILES[part : part + 2]:
        path = official / "MNIST" / name
        path.write_bytes(official_idx(read_idx(path)[: count - 1]))
    with pytest.raises(DataError) as error:
        embed(official, embedded)
    assert f"{MNIST_FILES[part]} is not the official file: got images ({count - 1}, 28, 28)" in str(error.value)
    assert f"expected at least {count} images (28, 28)" in str(error.value)
    assert not embedded.exists()


def test_exactly_as_many_images_as_are_asked_for_are_enough(official, embedded, rng):
    for name, count in zip(CIFAR10_FILES, NUMBERS["cifar10"], strict=True):
        write_batch(official / "cifar-10-batches-py" / name, *blocks(rng, count))
    embed(official, embedded)
    assert len(load_cifar10()[0]) == NUMBERS["cifar10"][0]


def test_archives_that_do_not_belong_together_are_refused(official, embedded):
    images, labels = (official / "MNIST" / name for name in MNIST_FILES[:2])
    labels.write_bytes(official_idx(read_idx(labels)[:-1]))
    with pytest.raises(DataError, match=r"got images \(307, 28, 28\) and labels \(306,\)"):
        embed(official, embedded)
    shutil.copy(images, labels)
    with pytest.raises(DataError, match=r"got images \(307, 28, 28\) and labels \(307, 28, 28\)"):
        embed(official, embedded)
    assert not embedded.exists()


def test_the_command_tells_a_missing_file_without_a_traceback(tmp_path, capsys):
    assert cli.main(["embed", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert str(tmp_path / "cifar-10-batches-py" / "data_batch_1") in err
    assert "Traceback" not in err
