"""CIFAR-10: small color photographs in ten classes (Krizhevsky, 2009)."""

import numpy as np

from cs231n_kit.data.embedded import read_embedded
from cs231n_kit.data.official import CIFAR10_BATCHES, data_folder, read_cifar10_batch

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

_SPLITS = {False: (4500, 500, 1000), True: (49000, 1000, 1000)}  # full? -> training, validation and test images
_NUM_DEV = 500


def load_cifar10(*, full: bool = False, dtype=np.float32):
    """Return X_train, y_train, X_test, y_test of CIFAR-10, in the official order.

    full    : False for the embedded first 5,000 training and 1,000 test images, True for all 50,000 and 10,000
    X_train : (5000 or 50000, 32, 32, 3)      y_train : (5000 or 50000,) int64, 0 to 9, named by `CIFAR10_CLASSES`
    X_test  : (1000 or 10000, 32, 32, 3)      y_test  : (1000 or 10000,) int64

    Pixels run from 0 to 255 in `dtype`: float32 for computing (so that differences may be negative), np.uint8 for
    looking at. Every call returns arrays of its own.
    Raises DataError if the files are missing or damaged; `cs231n-kit data fetch cifar10` brings the full set.
    """
    if full:
        folder = data_folder() / "cifar-10-batches-py"
        batches = [read_cifar10_batch(folder / name) for name in CIFAR10_BATCHES]
        X_train, y_train = (np.concatenate(parts) for parts in zip(*batches[:-1], strict=True))
        X_test, y_test = batches[-1]
        return X_train.astype(dtype, copy=False), y_train, X_test.astype(dtype, copy=False), y_test
    train, test, labels = read_embedded("cifar10", 32, color=True)
    y = labels.astype(np.int64)
    return train.astype(dtype), y[: len(train)], test.astype(dtype), y[len(train) :]


load_CIFAR10 = load_cifar10  # the name the field knows


def get_cifar10_data(
    full: bool = False, subtract_mean: bool = True, add_bias: bool = False, rng: np.random.Generator | None = None
) -> dict[str, np.ndarray]:
    """Return CIFAR-10 as rows, split for training and model selection.

    {"X_train", "y_train", "X_val", "y_val", "X_test", "y_test", "X_dev", "y_dev", "mean_image"}: 4,500 training, 500
    validation and 1,000 test images of the embedded set, or 49,000, 1,000 and 1,000 of the full one; and 500 training
    images for development, drawn by `rng` (a fixed seed by default). X_* : (n, 3072) float32. mean_image : (32, 32, 3).

    subtract_mean : subtract the mean training image from every image
    add_bias      : append a constant 1 to every row, X_* : (n, 3073), for linear models without a separate bias
    """
    num_train, num_val, num_test = _SPLITS[full]
    X, y, X_test, y_test = load_cifar10(full=full)
    mean_image = X[:num_train].mean(axis=0, dtype=np.float64)
    dev = (rng or np.random.default_rng(0)).choice(num_train, size=_NUM_DEV, replace=False)
    parts = {
        "train": (X[:num_train], y[:num_train]),
        "val": (X[num_train : num_train + num_val], y[num_train : num_train + num_val]),
        "test": (X_test[:num_test], y_test[:num_test]),
        "dev": (X[dev], y[dev]),
    }
    data = {"mean_image": mean_image}
    for part, (images, labels) in parts.items():
        rows = (images - mean_image.astype(np.float32) if subtract_mean else images).reshape(len(images), -1)
        ones = np.ones((len(rows), 1), rows.dtype)
        data[f"X_{part}"], data[f"y_{part}"] = np.hstack([rows, ones]) if add_bias else rows, labels
    return data
