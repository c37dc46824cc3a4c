"""Turn samples and observations into bytes and back: arrays and plain data only, never pickle."""

import io
import json
import math
from dataclasses import asdict, fields
from functools import lru_cache
from importlib.resources import files

import numpy as np

from cs231n_kit.checks.assess import Sample
from cs231n_kit.checks.observe import Failure, Observation, is_strided, strided_copy
from cs231n_kit.checks.probes import Probe

MAX_WORDS = 1000  # characters of a message, a name or a text that is compared


class FrozenError(Exception):
    """The frozen expectations of a task are missing."""


def pack(tree, compressed: bool = False) -> bytes:
    """Return `tree`, nested dicts and lists of arrays, numbers, strings and None, as the bytes of an .npz archive.

    Equal arrays are kept once.
    """
    arrays, places = [], {}

    def strip(node):
        if isinstance(node, np.ndarray):
            if node.dtype.hasobject:
                raise ValueError("an array of objects cannot be packed: only numbers, booleans and text are plain data")
            contents = (node.dtype.str, node.shape, node.flags.c_contiguous, node.tobytes())
            if contents not in places:
                places[contents] = len(arrays)
                arrays.append(node)
            return {"#": places[contents], **({"strided": True} if is_strided(node) else {})}
        if isinstance(node, dict):
            return {str(key): strip(value) for key, value in node.items()}
        if isinstance(node, (list, tuple)):
            return [strip(value) for value in node]
        return node.item() if isinstance(node, np.generic) else node

    text = json.dumps(strip(tree))
    buffer = io.BytesIO()
    save = np.savez_compressed if compressed else np.savez
    save(buffer, np.frombuffer(text.encode(), np.uint8), *arrays)
    return buffer.getvalue()


def unpack(data: bytes):
    """Return the tree that `pack` made `data` from; tuples come back as lists, NumPy scalars as Python numbers.

    An array that was a strided view of a larger one comes back as one.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        arrays = [archive[f"arr_{i}"] for i in range(len(archive.files))]

    def fill(node):
        if isinstance(node, dict):
            if "#" in node:
                array = arrays[1 + node["#"]]
                return strided_copy(array) if "strided" in node else array
            return {key: fill(value) for key, value in node.items()}
        return [fill(value) for value in node] if isinstance(node, list) else node

    return fill(json.loads(arrays[0].tobytes()))


def observation_tree(observation: Observation) -> dict:
    """Return an observation as a tree for `pack`, without what is empty."""
    return {key: value for key, value in asdict(observation).items() if value}


def observation_from(tree: dict) -> Observation:
    """Return the observation that `observation_tree` made `tree` from. Raises ValueError for anything else.

    What a student's process sends arrives here, too: every part is of the type that it should be, or it is refused.
    """
    known = {f.name for f in fields(Observation)}
    if not isinstance(tree, dict) or tree.keys() - known:
        raise ValueError("not an observation")
    modified, cost = tree.get("modified", []), tree.get("cost", 0.0)
    if not isinstance(modified, (list, tuple)) or not isinstance(cost, (int, float)) or not math.isfinite(cost):
        raise ValueError("not an observation")
    outputs = _table(tree.get("outputs", {}), np.ndarray)
    long = {name for name, array in outputs.items() if array.dtype.kind == "U" and array.nbytes > 4 * MAX_WORDS}
    odd_types = {name: kind[:MAX_WORDS] for name, kind in _table(tree.get("odd_types", {}), str).items()}
    return Observation(
        outputs={name: array for name, array in outputs.items() if name not in long},
        odd_types=odd_types | dict.fromkeys(long, "text too long to be compared"),
        modified=tuple(_table(dict(enumerate(modified)), str).values()),
        failure=_failure_from(tree["failure"]) if tree.get("failure") is not None else None,
        cost=max(0.0, float(cost)),
    )


def _failure_from(tree) -> Failure:
    words = _table(tree, str)
    if words.keys() - {f.name for f in fields(Failure)} or not words.keys() >= {"kind", "message"}:
        raise ValueError("not a failure")
    return Failure(**{key: text[:MAX_WORDS] for key, text in words.items()})


def _table(tree, kind: type) -> dict:
    if not isinstance(tree, dict) or not all(isinstance(value, kind) for value in tree.values()):
        raise ValueError(f"not a table of {kind.__name__}")
    if any(len(str(name)) > MAX_WORDS for name in tree):
        raise ValueError("a name that is too long")
    return tree


def sample_tree(sample: Sample) -> dict:
    """Return a sample as a tree for `pack`. What is code stays behind."""
    tree = {f.name: getattr(sample, f.name) for f in fields(sample) if f.name not in ("reference", "draw", "confirm")}
    tree["expected"] = [observation_tree(o) for o in sample.expected]
    tree["mistakes"] = {name: [observation_tree(o) for o in shown] for name, shown in sample.mistakes.items()}
    return tree


def sample_from(tree: dict) -> Sample:
    """Return the sample that `sample_tree` made `tree` from."""
    mistakes = {name: [observation_from(o) for o in shown] for name, shown in tree["mistakes"].items()}
    expected = [observation_from(o) for o in tree["expected"]]
    return Sample(**{**tree, "expected": expected, "mistakes": mistakes, "axes": tuple(tree["axes"])})


def load_frozen(package: str, probe: Probe) -> dict:
    """Return what `autograder build` froze for a task in `package`: {"samples": [...], "mistakes": {id: words}, ...}.

    Raises FrozenError if the course was not built since the task was added.
    """
    notebook = probe.run.__module__.rpartition(".")[2]
    tasks = _read_frozen(package, notebook)
    if probe.task not in tasks:
        raise FrozenError(f"nothing is frozen for task {probe.task!r}\n  fix: autograder build")
    return tasks[probe.task]


@lru_cache(maxsize=64)
def _read_frozen(package, notebook):
    path = files(package) / "frozen" / f"{notebook}.npz"
    if not path.is_file():
        raise FrozenError(f"no frozen expectations for notebook {notebook!r} in {package}\n  fix: autograder build")
    tasks = unpack(path.read_bytes())
    return {task: {**tree, "samples": [sample_from(s) for s in tree["samples"]]} for task, tree in tasks.items()}
