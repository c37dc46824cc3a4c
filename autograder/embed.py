"""Make the embedded images from the official files. For maintainers; run once."""

from pathlib import Path

import numpy as np
from PIL import Image

from cs231n_kit.data import DataError
from cs231n_kit.data.embedded import SHEET_COLUMNS
from cs231n_kit.data.official import MNIST_FILES, read_cifar10_batch, read_mnist

EMBEDDED = Path(__file__).parent.parent / "cs231n_kit" / "embedded"
NUMBERS = {"cifar10": (5000, 1000), "mnist": (10000, 2000)}  # training and test images; whole rows of a sheet
SHAPES = {"cifar10": (32, 32, 3), "mnist": (28, 28)}


def embed(source: Path, destination: Path = EMBEDDED) -> list[Path]:
    """Write the first images of the official files under `source` as lossless WebP sheets and label files.

    source : a folder that holds cifar-10-batches-py/ and MNIST/, as CS231N_DATA names
    A sheet is a grid of tiles, 100 to a row, filled row by row in the official order. Labels are one byte each,
    training first. Returns the files written. Raises DataError, and writes nothing, if an official file is missing
    or damaged or holds too few images.
    """
    batches = [source / "cifar-10-batches-py" / name for name in ("data_batch_1", "test_batch")]
    digits = [source / "MNIST" / name for name in MNIST_FILES]
    parts = {
        "cifar10": [(path, *read_cifar10_batch(path)) for path in batches],
        "mnist": [(images, read_mnist(images), read_mnist(labels)) for images, labels in (digits[:2], digits[2:])],
    }
    for name in parts:
        parts[name] = [_first(count, SHAPES[name], *part) for count, part in zip(NUMBERS[name], parts[name], strict=True)]
    destination.mkdir(parents=True, exist_ok=True)
    return [path for name in parts for path in _write(name, parts[name], destination)]


def _first(count, shape, path, images, labels):
    """Return the first `count` images and their labels, as uint8. Raise DataError if there are fewer."""
    if images.shape[1:] != shape or labels.shape != images.shape[:1] or len(images) < count:
        raise DataError(
            f"{path} is not the official file: got images {images.shape} and labels {labels.shape}\n"
            f"  expected at least {count} images {shape} and as many labels\n"
            f"  fix: delete {path.parent} and run cs231n-kit data fetch"
        )
    return images[:count], labels[:count].astype(np.uint8)


def _write(name, parts, destination) -> list[Path]:
    written = []
    for part, (images, _) in zip(("train", "test"), parts, strict=True):
        path = destination / f"{name}_{part}.webp"
        Image.fromarray(_sheet(images)).save(path, lossless=True, quality=100, method=6)
        written.append(path)
    path = destination / f"{name}_labels.bin"
    path.write_bytes(np.concatenate([labels for _, labels in parts]).tobytes())
    return [*written, path]


def _sheet(images):
    """Lay out (N, size, size, ...) images as one picture, 100 to a row."""
    rows, size, channels = len(images) // SHEET_COLUMNS, images.shape[1], images.shape[3:]
    tiles = images.reshape(rows, SHEET_COLUMNS, size, size, *channels).swapaxes(1, 2)
    return tiles.reshape(rows * size, SHEET_COLUMNS * size, *channels)
