"""Small files in the official layouts, as the old Python 2 pickles and IDX archives are."""

import gzip
import io
import pickle
import struct

import numpy as np


class _Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 wrote its strings, and names of NumPy as they were then."""

    def save_string(self, value):
        self.write(b"T" + struct.pack("<i", len(value)) + value)

    dispatch = {**pickle._Pickler.dispatch, bytes: save_string}  # noqa: RUF012


def python2_pickle(tree) -> bytes:
    buffer = io.BytesIO()
    _Python2Pickler(buffer, protocol=2).dump(tree)
    return buffer.getvalue().replace(b"numpy._core", b"numpy.core")


def official_batch(seed: int, rows: int = 20) -> bytes:
    """A CIFAR-10 batch with random images and labels."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, size=(rows, 3072), dtype=np.uint8)
    return python2_pickle({b"data": images, b"labels": rng.integers(0, 10, rows).tolist()})


def official_idx(array: np.ndarray) -> bytes:
    """A gzipped IDX file of bytes."""
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return gzip.compress(header + array.astype(np.uint8).tobytes(), mtime=0)
