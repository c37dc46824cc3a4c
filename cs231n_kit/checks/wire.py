"""Trees of plain data as bytes between two processes that don't trust each other, and back. Never pickle.

A message is the length of a JSON text, the text, and the bytes of the arrays, one after the other. In the text an array
is {"#": dtype, "shape": [...], "at": offset, "layout": "C", "F" or "strided"}. What arrives is checked before memory is
taken: an array is a view of the message, and can't be larger than it.
"""

import json
import struct
from operator import index

import numpy as np

from cs231n_kit.checks.observe import is_strided, strided_copy

LENGTH = struct.Struct(">Q")
PLAIN_KINDS = "biufcU"  # booleans, numbers, text


class WireError(ValueError):
    """The bytes are not a message."""


def encode(tree) -> bytes:
    """Return nested dicts and lists of arrays, numbers, strings and None as bytes. Tuples become lists."""
    blocks, size = [], 0

    def strip(node):
        nonlocal size
        if isinstance(node, np.ndarray):
            if node.dtype.kind not in PLAIN_KINDS:
                raise ValueError(f"an array of dtype {node.dtype} cannot be sent: only numbers, booleans and text are plain")
            layout = "strided" if is_strided(node) else "C" if node.flags.c_contiguous else "F"
            block = node.tobytes("F" if layout == "F" else "C")
            blocks.append(block)
            size += len(block)
            return {"#": node.dtype.str, "shape": list(node.shape), "at": size - len(block), "layout": layout}
        if isinstance(node, dict):
            return {str(key): strip(value) for key, value in node.items()}
        if isinstance(node, (list, tuple)):
            return [strip(value) for value in node]
        return node.item() if isinstance(node, np.generic) else node

    text = json.dumps(strip(tree)).encode()
    return b"".join([LENGTH.pack(len(text)), text, *blocks])


def decode(data: bytes):
    """Return the tree of a message; its arrays are read-only. Raises WireError for anything that is not a message."""
    try:
        (length,) = LENGTH.unpack_from(data)
        tree = json.loads(data[LENGTH.size : LENGTH.size + length])
        return _fill(tree, memoryview(data)[LENGTH.size + length :])
    except (struct.error, ValueError, TypeError, KeyError, OverflowError, RecursionError, AttributeError) as error:
        raise WireError(f"not a message: {type(error).__name__}") from None


def _fill(node, blocks):
    if isinstance(node, list):
        return [_fill(value, blocks) for value in node]
    if not isinstance(node, dict):
        return node
    if "#" not in node:
        return {key: _fill(value, blocks) for key, value in node.items()}
    dtype, shape, start = np.dtype(str(node["#"])), list(map(index, node["shape"])), index(node["at"])
    count = 1
    for n in shape:
        count *= n
    if dtype.kind not in PLAIN_KINDS or not dtype.itemsize or min(shape, default=0) < 0 or start < 0 or len(shape) > 32:
        raise WireError("an array that is none")
    if start + count * dtype.itemsize > len(blocks):
        raise WireError("an array that is longer than its message")
    array = np.frombuffer(blocks, dtype, count, start) if count else np.zeros(0, dtype)
    array = array.reshape(shape, order="F" if node["layout"] == "F" else "C")
    return strided_copy(array) if node["layout"] == "strided" else array
