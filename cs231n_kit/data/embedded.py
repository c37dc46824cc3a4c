"""Read the images that come with the kit: sheets of tiles in lossless WebP, and labels of one byte each."""

from functools import lru_cache
from importlib.resources import files

import numpy as np

from cs231n_kit.data.errors import DataError

SHEET_COLUMNS = 100  # images per row of a sheet


@lru_cache(maxsize=2)
def read_embedded(name: str, size: int, color: bool):
    """Return train images, test images and all labels of an embedded set as uint8 arrays. Do not write into them.

    size : pixels along the side of an image; train and test are (n, size, size, 3), or (n, size, size) without color
    Raises DataError if the files are missing or damaged.
    """
    folder = files("cs231n_kit") / "embedded"
    try:
        labels = np.frombuffer((folder / f"{name}_labels.bin").read_bytes(), np.uint8)
        train, test = (_read_sheet(folder / f"{name}_{part}.webp", size, color) for part in ("train", "test"))
        if len(labels) != len(train) + len(test):
            raise ValueError(f"{len(labels)} labels for {len(train) + len(test)} images")
    except (OSError, ValueError) as error:
        raise DataError(
            f"the embedded images of {name} cannot be read: {error}\n"
            f"  expected {name}_train.webp, {name}_test.webp and {name}_labels.bin in {folder}\n"
            f"  fix: pip install --force-reinstall cs231n-kit   (in a clone: git checkout -- cs231n_kit/embedded)"
        ) from None
    return train, test, labels


def _read_sheet(path, size, color):
    from PIL import Image

    with path.open("rb") as file, Image.open(file) as image:
        sheet = np.asarray(image.convert("RGB" if color else "L"))
    rows, channels = sheet.shape[0] // size, sheet.shape[2:]
    tiles = sheet.reshape(rows, size, SHEET_COLUMNS, size, *channels).swapaxes(1, 2)  # (rows, columns, size, size, ...)
    return tiles.reshape(-1, size, size, *channels)
