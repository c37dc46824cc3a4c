"""The embedded images are those of CIFAR-10, and damage to them is reported with what to type next."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cs231n_kit import data
from cs231n_kit.data import CIFAR10_CLASSES, DataError, load_CIFAR10, load_cifar10


@pytest.fixture
def embedded(tmp_path, monkeypatch):
    """A copy of the embedded folder, which load_cifar10 reads in place of the real one."""
    folder = tmp_path / "embedded"
    shutil.copytree(Path(data.__file__).parent / "embedded", folder)
    monkeypatch.setattr(data, "files", lambda package: tmp_path)
    data._embedded_cifar10.cache_clear()
    yield folder
    data._embedded_cifar10.cache_clear()


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_images_come_in_the_dtype_asked_for_and_labels_as_int64(dtype):
    X_train, y_train, X_test, y_test = load_cifar10(dtype)
    assert [a.shape for a in (X_train, y_train, X_test, y_test)] == [(5000, 32, 32, 3), (5000,), (1000, 32, 32, 3), (1000,)]
    assert [a.dtype for a in (X_train, y_train, X_test, y_test)] == [dtype, np.int64, dtype, np.int64]


def test_pixels_are_float32_by_default_and_the_same_whole_numbers_in_every_dtype():
    for floating, exact in zip(load_cifar10(), load_cifar10(np.uint8), strict=True):
        assert floating.dtype in (np.float32, np.int64)
        np.testing.assert_array_equal(floating, exact)


def test_pixels_use_the_whole_range_and_no_image_is_blank():
    X_train, _, X_test, _ = load_cifar10(np.uint8)
    for X in (X_train, X_test):
        assert (X.min(), X.max()) == (0, 255)
        assert np.all(np.ptp(X.reshape(len(X), -1), axis=1) > 0)


def test_tiles_are_cut_along_the_edges_of_the_images():
    X = load_cifar10()[0]
    within = np.abs(np.diff(X, axis=2)).mean(), np.abs(np.diff(X, axis=1)).mean()
    between = np.abs(X[1:, :, 0] - X[:-1, :, -1]).mean(), np.abs(X[100:, 0] - X[:-100, -1]).mean()
    assert 3 * max(within) < min(between)


def test_images_stand_upright_with_the_light_from_above():
    for X in load_cifar10()[::2]:
        top_minus_bottom = X[:, :16].mean() - X[:, 16:].mean()
        left_minus_right = X[:, :, :16].mean() - X[:, :, 16:].mean()
        assert top_minus_bottom > 5 * abs(left_minus_right)


def test_labels_name_ten_classes_in_about_equal_numbers():
    _, y_train, _, y_test = load_cifar10(np.uint8)
    assert len(CIFAR10_CLASSES) == 10
    for y in (y_train, y_test):
        counts = np.bincount(y)
        assert len(counts) == 10
        assert np.all(np.abs(counts - len(y) / 10) < 5 * np.sqrt(0.09 * len(y)))  # five standard deviations


def test_the_order_is_the_official_one():
    _, y_train, _, y_test = load_cifar10(np.uint8)
    assert [CIFAR10_CLASSES[y] for y in y_train[:5]] == ["frog", "truck", "truck", "deer", "automobile"]
    assert [CIFAR10_CLASSES[y] for y in y_test[:5]] == ["cat", "ship", "ship", "airplane", "frog"]


def test_nearest_neighbors_reach_the_accuracies_known_in_the_field():
    X_train, y_train, X_test, y_test = load_cifar10(np.float64)
    X_train, X_test, y_test = X_train.reshape(5000, -1), X_test[:500].reshape(500, -1), y_test[:500]
    order = np.argsort((X_train**2).sum(axis=1) - 2 * X_test @ X_train.T, axis=1)  # ‖x‖² is the same along a row
    for k, known in [(1, 0.274), (5, 0.278), (10, 0.282)]:
        predicted = [np.bincount(labels).argmax() for labels in y_train[order[:, :k]]]
        assert np.mean(predicted == y_test) == pytest.approx(known, abs=1e-9)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_every_call_returns_arrays_of_its_own(dtype):
    first, second = load_cifar10(dtype), load_cifar10(dtype)
    kept = [a.copy() for a in second]
    for mine, other in zip(first, second, strict=True):
        assert not np.shares_memory(mine, other)
        mine[...] = 77
    for third, second_kept in zip(load_cifar10(dtype), kept, strict=True):
        np.testing.assert_array_equal(third, second_kept)


def test_the_name_the_field_knows_is_the_same_function():
    assert load_CIFAR10 is load_cifar10


def _remove_everything(folder):
    shutil.rmtree(folder)


def _remove_the_labels(folder):
    (folder / "cifar10_labels.bin").unlink()


def _cut_a_sheet_short(folder):
    sheet = folder / "cifar10_test.webp"
    sheet.write_bytes(sheet.read_bytes()[: sheet.stat().st_size // 2])


def _replace_a_sheet_by_text(folder):
    (folder / "cifar10_train.webp").write_text("version https://git-lfs.github.com/spec/v1\n")


def _replace_a_sheet_by_another_picture(folder):
    Image.new("RGB", (64, 64)).save(folder / "cifar10_test.webp", lossless=True)


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
def test_damage_is_reported_with_the_folder_and_what_to_type_next(embedded, damage):
    damage(embedded)
    with pytest.raises(DataError, match=f"(?s){re.escape(str(embedded))}.*fix: pip install --force-reinstall cs231n-kit"):
        load_cifar10()


def test_labels_that_do_not_match_the_images_in_number_are_refused(embedded):
    labels = embedded / "cifar10_labels.bin"
    labels.write_bytes(labels.read_bytes()[:-1])
    with pytest.raises(DataError, match="5999 labels for 6000 images"):
        load_cifar10()


def test_a_failure_is_not_remembered_once_the_files_are_back(embedded):
    labels = embedded / "cifar10_labels.bin"
    contents = labels.read_bytes()
    labels.unlink()
    with pytest.raises(DataError):
        load_cifar10()
    labels.write_bytes(contents)
    assert len(load_cifar10()[1]) == 5000
