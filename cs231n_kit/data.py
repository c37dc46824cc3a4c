"""Load the images the course works on."""

from functools import lru_cache
from importlib.resources import files

import numpy as np

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SHEET_COLUMNS = 100  # images per row of an embedded sheet


class DataError(Exception):
    """A data set is missing or damaged. The message says what to type next."""


def load_cifar10(dtype=np.float32):
    """Return X_train, y_train, X_test, y_test: the first images of CIFAR-10, in the official order.

    X_train : (5000, 32, 32, 3)    y_train : (5000,) int64, 0 to 9, named by `CIFAR10_CLASSES`
    X_test  : (1000, 32, 32, 3)    y_test  : (1000,) int64

    Pixels run from 0 to 255 in `dtype`: float32 for computing (so that differences may be negative),
    np.uint8 for looking at. Every call returns arrays of its own.
    Raises DataError if the embedded files are damaged.
    """
    train, test, labels = _embedded_cifar10()
    y = labels.astype(np.int64)
    return train.astype(dtype), y[: len(train)], test.astype(dtype), y[len(train) :]


load_CIFAR10 = load_cifar10  # the name the field knows


@lru_cache(maxsize=1)
def _embedded_cifar10():
    folder = files("cs231n_kit") / "embedded"
    try:
        labels = np.frombuffer((folder / "cifar10_labels.bin").read_bytes(), np.uint8)
        train, test = (_read_sheet(folder / f"cifar10_{part}.webp") for part in ("train", "test"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"the embedded CIFAR-10 images cannot be read: {error}\n"
            f"  expected cifar10_train.webp, cifar10_test.webp and cifar10_labels.bin in {folder}\n"
            f"  fix: pip install --force-reinstall cs231n-kit   (in a clone: git checkout -- cs231n_kit/embedded)"
        ) from None
    if len(labels) != len(train) + len(test):
        raise DataError(f"embedded CIFAR-10: {len(labels)} labels for {len(train) + len(test)} images in {folder}")
    return train, test, labels


def _read_sheet(path):
    from PIL import Image

    with path.open("rb") as file, Image.open(file) as image:
        sheet = np.asarray(image.convert("RGB"))
    rows = sheet.shape[0] // 32
    tiles = sheet.reshape(rows, 32, SHEET_COLUMNS, 32, 3).transpose(0, 2, 1, 3, 4)  # (rows, columns, 32, 32, 3)
    return tiles.reshape(-1, 32, 32, 3)
