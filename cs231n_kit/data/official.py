"""Read the official files of CIFAR-10 and MNIST, trusting nothing that is in them."""

import gzip
import os
import pickle
import struct
import zlib
from pathlib import Path

import numpy as np

from cs231n_kit.data.errors import DataError

CIFAR10_BATCHES = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")
MNIST_FILES = tuple(f"{part}-{what}-ubyte.gz" for part in ("train", "t10k") for what in ("images-idx3", "labels-idx1"))


def data_folder() -> Path:
    """Return where full data sets are kept: CS231N_DATA if it is set, otherwise the user's cache."""
    if os.environ.get("CS231N_DATA"):
        return Path(os.environ["CS231N_DATA"]).expanduser()
    import pooch

    return Path(pooch.os_cache("cs231n-kit"))


def read_cifar10_batch(path: Path):
    """Return images (10000, 32, 32, 3) uint8 and labels (10000,) int64 of one file of cifar-10-batches-py/."""
    try:
        with path.open("rb") as file:
            batch = _BatchUnpickler(file, encoding="bytes").load()
        images, labels = batch[b"data"], np.array(batch[b"labels"], dtype=np.int64)
        if images.dtype != np.uint8 or images.shape != (len(labels), 3072) or not ((labels >= 0) & (labels < 10)).all():
            raise ValueError(f"images of shape {images.shape} and {len(labels)} labels")
    except FileNotFoundError:
        raise _missing(path, "the 6 batch files of cifar-10-batches-py/", "cifar10") from None
    except DataError:
        raise
    except Exception as error:  # a pickle can go wrong in any way whatever
        raise _damaged(path, error, "cifar10") from None
    return np.ascontiguousarray(images.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)), labels


def read_mnist(path: Path):
    """Return the array in one gzipped IDX file of MNIST: (N, 28, 28) images or (N,) labels, uint8."""
    try:
        with gzip.open(path, "rb") as file:
            data = file.read()
        zero, kind, rank = struct.unpack(">HBB", data[:4])
        shape = struct.unpack(f">{rank}I", data[4 : 4 + 4 * rank])
        if zero != 0 or kind != 8:
            raise ValueError("it does not begin like an IDX file of bytes")
        return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)
    except FileNotFoundError:
        raise _missing(path, "the 4 files of MNIST/", "mnist") from None
    except (OSError, EOFError, ValueError, struct.error, zlib.error) as error:
        raise _damaged(path, error, "mnist") from None


class _BatchUnpickler(pickle.Unpickler):
    """Admits what an official batch holds, arrays in plain containers, and refuses every other name."""

    ALLOWED = frozenset({("numpy.core.multiarray", "_reconstruct"), ("numpy", "ndarray"), ("numpy", "dtype")})

    def __init__(self, file, **options):
        super().__init__(file, **options)
        self._path = file.name

    def find_class(self, module, name):
        if (module, name) not in self.ALLOWED:
            raise DataError(
                f"refused to read {self._path}: it wants to run {module}.{name}, as an official batch never does\n"
                f"  fix: delete the file; it did not come from where it says, or was changed on the way"
            )
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def _missing(path, expected, name):
    return DataError(
        f"{'CIFAR-10' if name == 'cifar10' else 'MNIST'} file not found: {path}\n"
        f"  expected {expected} in {path.parent}\n"
        f"  fix: cs231n-kit data fetch {name}   (offline: set CS231N_DATA to the folder that holds a copy)"
    )


def _damaged(path, error, name):
    return DataError(
        f"{path} is damaged: {error}\n"
        f"  expected a file of the official {'CIFAR-10' if name == 'cifar10' else 'MNIST'}\n"
        f"  fix: delete it and run cs231n-kit data fetch {name}"
    )
