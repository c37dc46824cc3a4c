"""The embedded images are those of CIFAR-10 and MNIST, and damage to them is reported with what to type next."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cs231n_kit
from cs231n_kit.data import CIFAR10_CLASSES, DataError, load_CIFAR10, load_cifar10, load_mnist
from cs231n_kit.data import embedded as embedded_module

LOADERS = {"cifar10": load_cifar10, "mnist": load_mnist}
SHAPES = {  # X_train, y_train, X_test, y_test
    "cifar10": [(5000, 32, 32, 3), (5000,), (1000, 32, 32, 3), (1000,)],
    "mnist": [(10000, 28, 28), (10000,), (2000, 28, 28), (2000,)],
}

both_sets = pytest.mark.parametrize("name", LOADERS)


@pytest.fixture
def embedded(tmp_path, monkeypatch):
    """A copy of the embedded folder, which the loaders read in place of the real one."""
    folder = tmp_path / "embedded"
    shutil.copytree(Path(cs231n_kit.__file__).parent / "embedded", folder)
    monkeypatch.setattr(embedded_module, "files", lambda package: tmp_path)
    embedded_module.read_embedded.cache_clear()
    yield folder
    embedded_module.read_embedded.cache_clear()


@both_sets
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_images_come_in_the_dtype_asked_for_and_labels_as_int64(name, dtype):
    arrays = LOADERS[name](dtype=dtype)
    assert [a.shape for a in arrays] == SHAPES[name]
    assert [a.dtype for a in arrays] == [dtype, np.int64, dtype, np.int64]


@both_sets
def test_pixels_are_float32_by_default_and_the_same_whole_numbers_in_every_dtype(name):
    floating = LOADERS[name]()
    assert [a.dtype for a in floating] == [np.float32, np.int64, np.float32, np.int64]
    for default, exact in zip(floating, LOADERS[name](dtype=np.uint8), strict=True):
        np.testing.assert_array_equal(default, exact)


@both_sets
def test_a_dtype_cannot_be_taken_for_the_wish_for_the_full_set(name):
    with pytest.raises(TypeError, match="positional argument"):
        LOADERS[name](np.uint8)


@both_sets
def test_pixels_use_the_whole_range_and_no_image_is_blank(name):
    for X in LOADERS[name](dtype=np.uint8)[::2]:
        assert (X.min(), X.max()) == (0, 255)
        assert np.all(np.ptp(X.reshape(len(X), -1), axis=1) > 0)


def test_tiles_are_cut_along_the_edges_of_the_images():
    X = load_cifar10()[0]
    within = np.abs(np.diff(X, axis=2)).mean(), np.abs(np.diff(X, axis=1)).mean()
    between = np.abs(X[1:, :, 0] - X[:-1, :, -1]).mean(), np.abs(X[100:, 0] - X[:-100, -1]).mean()
    assert 3 * max(within) < min(between)


def test_digits_stand_in_the_middle_of_their_tiles():
    for X in load_mnist()[::2]:
        outermost = X[:, [0, -1], :].mean() + X[:, :, [0, -1]].mean()
        assert 100 * outermost < X[:, 4:24, 4:24].mean()


def test_images_stand_upright_with_the_light_from_above():
    for X in load_cifar10()[::2]:
        top_minus_bottom = X[:, :16].mean() - X[:, 16:].mean()
        left_minus_right = X[:, :, :16].mean() - X[:, :, 16:].mean()
        assert top_minus_bottom > 5 * abs(left_minus_right)


def test_digits_stand_upright_and_are_not_mirrored():
    X_train, y_train, X_test, y_test = load_mnist()
    for X, y in ((X_train, y_train), (X_test, y_test)):
        ones, sevens = X[y == 1], X[y == 7]
        height, width = (ones.max(axis=2) > 0).sum(axis=1).mean(), (ones.max(axis=1) > 0).sum(axis=1).mean()
        assert height > 1.5 * width
        top, bottom = ones[:, :14].mean(axis=(0, 1)), ones[:, 14:].mean(axis=(0, 1))
        assert np.average(np.arange(28), weights=top) > np.average(np.arange(28), weights=bottom) + 0.5  # they lean right
        assert sevens[:, :14].mean() > sevens[:, 14:].mean()


@both_sets
def test_labels_name_ten_classes_in_about_equal_numbers(name):
    _, y_train, _, y_test = LOADERS[name](dtype=np.uint8)
    for y in (y_train, y_test):
        counts = np.bincount(y)
        assert len(counts) == 10
        assert np.all(np.abs(counts - len(y) / 10) < 5 * np.sqrt(0.09 * len(y)))  # five standard deviations


def test_the_ten_classes_of_cifar10_have_ten_names():
    assert len(set(CIFAR10_CLASSES)) == len(CIFAR10_CLASSES) == 10


def test_the_order_is_the_official_one():
    _, y_train, _, y_test = load_cifar10(dtype=np.uint8)
    assert [CIFAR10_CLASSES[y] for y in y_train[:5]] == ["frog", "truck", "truck", "deer", "automobile"]
    assert [CIFAR10_CLASSES[y] for y in y_test[:5]] == ["cat", "ship", "ship", "airplane", "frog"]
    _, y_train, _, y_test = load_mnist(dtype=np.uint8)
    assert y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert y_test[:5].tolist() == [7, 2, 1, 0, 4]


def test_nearest_neighbors_reach_the_accuracies_known_in_the_field():
    X_train, y_train, X_test, y_test = load_cifar10(dtype=np.float64)
    X_train, X_test, y_test = X_train.reshape(5000, -1), X_test[:500].reshape(500, -1), y_test[:500]
    order = np.argsort((X_train**2).sum(axis=1) - 2 * X_test @ X_train.T, axis=1)  # ‖x‖² is the same along a row
    for k, known in [(1, 0.274), (5, 0.278), (10, 0.282)]:
        predicted = [np.bincount(labels).argmax() for labels in y_train[order[:, :k]]]
        assert np.mean(predicted == y_test) == pytest.approx(known, abs=1e-9)


def test_the_nearest_digit_nearly_always_has_the_same_label():
    X_train, y_train, X_test, y_test = load_mnist(dtype=np.float64)
    X_train, X_test, y_test = X_train.reshape(10000, -1), X_test[:500].reshape(500, -1), y_test[:500]
    nearest = np.argmin((X_train**2).sum(axis=1) - 2 * X_test @ X_train.T, axis=1)
    assert np.mean(y_train[nearest] == y_test) > 0.9


@both_sets
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_every_call_returns_arrays_of_its_own(name, dtype):
    load = LOADERS[name]
    first, second = load(dtype=dtype), load(dtype=dtype)
    kept = [a.copy() for a in second]
    for mine, other in zip(first, second, strict=True):
        assert not np.shares_memory(mine, other)
        mine[...] = 77
    for third, second_kept in zip(load(dtype=dtype), kept, strict=True):
        np.testing.assert_array_equal(third, second_kept)


def test_the_name_the_field_knows_is_the_same_function():
    assert load_CIFAR10 is load_cifar10


def _remove_everything(folder, name):
    shutil.rmtree(folder)


def _remove_the_labels(folder, name):
    (folder / f"{name}_labels.bin").unlink()


def _cut_a_sheet_short(folder, name):
    sheet = folder / f"{name}_test.webp"
    sheet.write_bytes(sheet.read_bytes()[: sheet.stat().st_size // 2])


def _replace_a_sheet_by_text(folder, name):
    (folder / f"{name}_train.webp").write_text("version https://git-lfs.github.com/spec/v1\n")


def _replace_a_sheet_by_another_picture(folder, name):
    Image.new("RGB", (64, 64)).save(folder / f"{name}_test.webp", lossless=True)


@both_sets
@pytest.mark.parametrize(
    "damage",
    [
        _remove_everything,
        _remove_the_labels,
        _cut_a_sheet_short,
        _replace_a_sheet_by_text,
        _replace_a_sheet_by_another_picture,
    ],
)
def test_damage_is_reported_with_the_folder_and_what_to_type_next(embedded, damage, name):
    damage(embedded, name)
    with pytest.raises(DataError) as error:
        LOADERS[name]()
    first, expected, fix = str(error.value).splitlines()
    assert first.startswith(f"the embedded images of {name} cannot be read: ")
    assert expected == f"  expected {name}_train.webp, {name}_test.webp and {name}_labels.bin in {embedded}"
    assert fix.startswith("  fix: pip install --force-reinstall cs231n-kit")


@pytest.mark.parametrize(("name", "other"), [("cifar10", "mnist"), ("mnist", "cifar10")])
def test_damage_to_one_set_leaves_the_other_in_use(embedded, name, other):
    _remove_the_labels(embedded, name)
    with pytest.raises(DataError):
        LOADERS[name]()
    assert [a.shape for a in LOADERS[other]()] == SHAPES[other]


@pytest.mark.parametrize(("name", "counts"), [("cifar10", "5999 labels for 6000"), ("mnist", "11999 labels for 12000")])
def test_labels_that_do_not_match_the_images_in_number_are_refused(embedded, name, counts):
    labels = embedded / f"{name}_labels.bin"
    labels.write_bytes(labels.read_bytes()[:-1])
    with pytest.raises(DataError, match=f"(?s){counts} images.*{re.escape(str(embedded))}"):
        LOADERS[name]()


@both_sets
def test_a_failure_is_not_remembered_once_the_files_are_back(embedded, name):
    labels = embedded / f"{name}_labels.bin"
    contents = labels.read_bytes()
    labels.unlink()
    with pytest.raises(DataError):
        LOADERS[name]()
    labels.write_bytes(contents)
    assert [a.shape for a in LOADERS[name]()] == SHAPES[name]


@both_sets
def test_the_sheets_are_decoded_once(embedded, name):
    first = LOADERS[name]()
    shutil.rmtree(embedded)
    for array, again in zip(first, LOADERS[name](), strict=True):
        np.testing.assert_array_equal(array, again)
