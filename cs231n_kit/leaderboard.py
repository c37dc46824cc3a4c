"""The contest at the end of the course: the best validation accuracy within a cap of CPU time. Nothing here is graded.

    python -m cs231n_kit.leaderboard */leaderboard.csv

prints one table of the best run in each file, under the name of its folder, or its own if that is another.
"""

import contextlib
import csv
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cs231n_kit.alt_text import counted
from cs231n_kit.plain_error import PlainError
from cs231n_kit.solver import Solver

CAP = 120.0  # seconds of CPU time
SHOWN = 10  # rows of the table in a notebook
MAX_BYTES = 2**20


class ChallengeError(PlainError):
    """A run cannot take part. The message says why."""


class Entry(NamedTuple):
    """One run: what it is called, its validation accuracy, and the seconds of CPU time that it took."""

    name: str
    accuracy: float
    seconds: float


def challenge(
    name: str, recipe: Callable, data: dict, seconds: float = CAP, file: str | Path | None = None, say=print
) -> float:
    """Run a recipe under a cap of CPU time, say how it went, and return its validation accuracy.

    recipe  : (data, seconds_left) -> a model, as the Solver takes it. It gets "X_train", "y_train", "X_val", "y_val", and a
              function that returns how many seconds are left; to stop in time is its own business
    seconds : the cap, at most 120. CPU time is the work of all cores together
    file    : keep the result there, as a line of CSV, if the run stayed below the cap; None to keep nothing

    A file that cannot be read or written is told, and nothing else happens.
    """
    if not 0 < seconds <= CAP:
        raise ChallengeError(f"got a cap of {seconds} seconds, expected more than 0 and at most {CAP:.0f}")
    parts = {key: data[key] for key in ("X_train", "y_train", "X_val", "y_val")}
    start = time.process_time()
    model = recipe(dict(parts), lambda: seconds - (time.process_time() - start))
    spent = time.process_time() - start
    accuracy = Solver(model, parts, verbose=False).check_accuracy(parts["X_val"], parts["y_val"])
    entry = Entry(_one_line(name), round(accuracy, 4), round(spent, 1))
    say(f"{entry.name}: {accuracy:.3f} of the validation pictures in {spent:.1f} seconds of CPU time")
    if spent > seconds:
        say(f"  over the cap of {seconds:g} seconds: not kept")
    elif file is None:
        say('  not kept: no file was named, as in file="leaderboard.csv"')
    else:
        _keep(entry, Path(file), say)
    return accuracy


def read_leaderboard(path: Path) -> tuple[list[Entry], int]:
    """Return the entries of a file, the best first, and how many of its lines hold none. A missing file has no entries."""
    lines = _text(path).splitlines()
    found = [_entry(line) for line in lines if line.strip() and line.strip() != ",".join(Entry._fields)]
    entries = [entry for entry in found if entry is not None]
    return sorted(entries, key=_rank), len(found) - len(entries)


def table(entries: list[Entry]) -> str:
    """Return entries as text, a line for each."""
    return "\n".join(f"{i:3}.  {e.accuracy:.3f}  {e.seconds:6.1f} s  {e.name}" for i, e in enumerate(entries, 1))


def _rank(entry):
    """The more accurate first, then the faster."""
    return -entry.accuracy, entry.seconds


def _keep(entry, path, say):
    """Add a line to a file, which is replaced as a whole once everything is on the disk; then print the table."""
    part = path.with_name(path.name + ".part")
    try:
        before = _text(path) or ",".join(Entry._fields) + "\n"
        line = f'"{entry.name}",{entry.accuracy},{entry.seconds}\n'
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(before + ("" if before.endswith("\n") else "\n") + line)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        entries, odd = read_leaderboard(path)
    except (OSError, ChallengeError) as error:
        say(f"  not kept in {path}: {error}")
        with contextlib.suppress(OSError):
            part.unlink()
        return
    say(table(entries[:SHOWN]))
    if odd:
        say(f"  {counted(odd, 'line')} of {path} could not be read; what cannot be read stays as it is")


def _text(path):
    """Return what a file holds, "" if there is none; bytes that are no text become question marks."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return ""
    if len(data) > MAX_BYTES:
        raise ChallengeError(f"{path} is larger than {MAX_BYTES:,} bytes, which no leaderboard is; give it another name")
    return data.decode("utf-8", errors="replace")


def _entry(line):
    """Return the entry that a line holds, or None."""
    try:
        name, accuracy, seconds = next(csv.reader([line]))
        entry = Entry(_one_line(name), float(accuracy), float(seconds))
    except (ValueError, csv.Error):
        return None
    return entry if 0 <= entry.accuracy <= 1 and 0 <= entry.seconds <= CAP else None


def _one_line(name):
    """Return a name without quotation marks and line breaks, and no longer than a line of the table."""
    return " ".join("".join(c if c.isprintable() and c != '"' else " " for c in str(name)).split())[:60] or "no name"


def main(paths: list[str]) -> int:
    """Print one table of several files."""
    if not paths:
        print("usage: python -m cs231n_kit.leaderboard FILE...", file=sys.stderr)
        return 2
    entries = []
    for path in map(Path, paths):
        try:
            found, odd = read_leaderboard(path)
        except (OSError, ChallengeError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            continue
        if odd:
            print(f"{path}: {counted(odd, 'line')} could not be read", file=sys.stderr)
        whose = path.absolute().parent.name if path.stem == "leaderboard" else path.stem
        entries += [entry._replace(name=f"{whose}: {entry.name}") for entry in found[:1]]
    print(table(sorted(entries, key=_rank)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
