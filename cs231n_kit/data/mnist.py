"""MNIST: handwritten digits (LeCun, Cortes and Burges)."""

import numpy as np

from cs231n_kit.data.embedded import read_embedded
from cs231n_kit.data.official import MNIST_FILES, data_folder, read_mnist


def load_mnist(*, full: bool = False, dtype=np.float32):
    """Return X_train, y_train, X_test, y_test of MNIST, in the official order.

    full    : False for the embedded first 10,000 training and 2,000 test images, True for all 60,000 and 10,000
    X_train : (10000 or 60000, 28, 28), 0 (paper) to 255 (ink), in `dtype`     y_train : the digits, int64
    X_test  : (2000 or 10000, 28, 28)                                          y_test  : likewise

    Every call returns arrays of its own. Raises DataError if the files are missing or damaged;
    `cs231n-kit data fetch mnist` brings the full set.
    """
    if full:
        X_train, y_train, X_test, y_test = (read_mnist(data_folder() / "MNIST" / name) for name in MNIST_FILES)
        return X_train.astype(dtype), y_train.astype(np.int64), X_test.astype(dtype), y_test.astype(np.int64)
    train, test, labels = read_embedded("mnist", 28, color=False)
    y = labels.astype(np.int64)
    return train.astype(dtype), y[: len(train)], test.astype(dtype), y[len(train) :]
