"""Keep the state of a run in a file that is always whole: either the old state or the new one, whatever interrupts it.

A state is a tree: nested dicts and lists of arrays, numbers, text, None and random generators. It is kept as .npz, without
pickle, so that opening somebody else's file runs no code of theirs.
"""

import os
from pathlib import Path

import numpy as np

from cs231n_kit.checks.store import pack, unpack
from cs231n_kit.plain_error import PlainError

_GENERATOR = "random generator"  # the key that marks a generator's state in a packed tree


class CheckpointError(PlainError):
    """A state cannot be kept, or a file holds none. The message says why, and what to do."""


def save_state(path: Path, state: dict) -> None:
    """Write `state` to `path`, replacing what was there only once everything is on the disk."""
    try:
        data = pack(_plain(state))
    except (TypeError, ValueError) as error:
        raise CheckpointError(
            f"the state of this run cannot be kept in {path}: {error}\n"
            f"  arrays, numbers, text, None, generators, and dicts and lists of them can; functions and objects cannot"
        ) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def load_state(path: Path) -> dict:
    """Return the state that `save_state` wrote to `path`. Raises CheckpointError if the file is damaged or another's."""
    try:
        return _revived(unpack(path.read_bytes()))
    except FileNotFoundError:
        raise CheckpointError(f"there is no checkpoint {path}") from None
    except Exception as error:  # whatever NumPy, zipfile and json say about a file that is none
        raise CheckpointError(
            f"{path} is not a checkpoint that can be read ({type(error).__name__}: {error})\n"
            f"  fix: delete it and train from the beginning"
        ) from None


def copied(tree):
    """Return a copy of a tree that shares no array and no generator with it."""
    return _revived(_plain(tree, copy=True))


def _plain(tree, copy=False):
    if isinstance(tree, np.random.Generator):
        return {_GENERATOR: _plain(tree.bit_generator.state, copy)}
    if isinstance(tree, dict):
        return {key: _plain(value, copy) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_plain(value, copy) for value in tree]
    return tree.copy() if copy and isinstance(tree, np.ndarray) else tree


def _revived(tree):
    if isinstance(tree, dict) and tree.keys() == {_GENERATOR}:
        return _generator(tree[_GENERATOR])
    if isinstance(tree, dict):
        return {key: _revived(value) for key, value in tree.items()}
    return [_revived(value) for value in tree] if isinstance(tree, list) else tree


def _generator(state):
    bits = getattr(np.random, str(state["bit_generator"]))()
    bits.state = state
    return np.random.Generator(bits)
