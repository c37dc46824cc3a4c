"""Turn samples and observations into bytes and back: arrays and plain data only, never pickle."""

import io
import json
from dataclasses import asdict, fields
from functools import lru_cache
from importlib.resources import files

import numpy as np

from cs231n_kit.checks.assess import Sample
from cs231n_kit.checks.observe import Failure, Observation, is_strided, strided_copy
from cs231n_kit.checks.probes import Probe


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
    """Return the observation that `observation_tree` made `tree` from."""
    failure = Failure(**tree["failure"]) if "failure" in tree else None
    return Observation(**{**tree, "failure": failure, "modified": tuple(tree.get("modified", ()))})


def sample_tree(sample: Sample) -> dict:
    """Return a sample as a tree for `pack`. A timing's reference is code and stays behind."""
    tree = {f.name: getattr(sample, f.name) for f in fields(sample) if f.name != "reference"}
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
