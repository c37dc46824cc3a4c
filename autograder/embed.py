"""Make the embedded images from the official CIFAR-10 batches. For maintainers; run once."""

import pickle
from pathlib import Path

import numpy as np
from PIL import Image

from cs231n_kit.data import SHEET_COLUMNS

NUM_TRAIN, NUM_TEST = 5000, 1000
EMBEDDED = Path(__file__).parent.parent / "cs231n_kit" / "embedded"


class EmbedError(Exception):
    """The official files are not what was expected."""


def embed_cifar10(source: Path, destination: Path = EMBEDDED) -> list[Path]:
    """Write the first images of `source`, an official cifar-10-batches-py/ folder, as lossless WebP sheets.

    A sheet is a grid of 32 x 32 tiles, 100 to a row, filled row by row in the official order.
    Labels are one byte each, training first. Returns the files written.
    """
    train, y_train = _read_batch(source / "data_batch_1", NUM_TRAIN)
    test, y_test = _read_batch(source / "test_batch", NUM_TEST)
    destination.mkdir(parents=True, exist_ok=True)
    written = []
    for part, images in (("train", train), ("test", test)):
        rows = len(images) // SHEET_COLUMNS
        tiles = images.reshape(rows, SHEET_COLUMNS, 32, 32, 3).transpose(0, 2, 1, 3, 4)
        path = destination / f"cifar10_{part}.webp"
        Image.fromarray(tiles.reshape(rows * 32, SHEET_COLUMNS * 32, 3)).save(path, lossless=True, quality=100, method=6)
        written.append(path)
    labels = destination / "cifar10_labels.bin"
    labels.write_bytes(np.concatenate([y_train, y_test]).astype(np.uint8).tobytes())
    return [*written, labels]


class _BatchUnpickler(pickle.Unpickler):
    """Admits what an official batch holds, arrays in plain containers, and refuses every other name."""

    ALLOWED = frozenset({("numpy.core.multiarray", "_reconstruct"), ("numpy", "ndarray"), ("numpy", "dtype")})

    def find_class(self, module, name):
        if (module, name) not in self.ALLOWED:
            raise EmbedError(f"refused to unpickle {module}.{name}: an official CIFAR-10 batch does not hold it")
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def _read_batch(path: Path, count: int):
    try:
        with path.open("rb") as file:
            batch = _BatchUnpickler(file, encoding="bytes").load()
    except FileNotFoundError:
        raise EmbedError(
            f"CIFAR-10 batch not found: {path}\n  expected the files of cifar-10-batches-py/ in {path.parent}"
        ) from None
    images = batch[b"data"][:count].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)  # (count, 32, 32, 3)
    return np.ascontiguousarray(images), np.array(batch[b"labels"][:count])
