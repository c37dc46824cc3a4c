"""Bring what students handed in, a zip file or a folder of any usual shape, into nbgrader's layout.

Whose a notebook is, its folder says or its own name; which one it is, its name:

    <student>/<notebook>.ipynb              <student>/<assignment>/<notebook>.ipynb     submitted/<student>/...
    <student>_<notebook>.ipynb              <student>.ipynb, if the assignment has one notebook
    Doe_Jane_12345_98765_<notebook>.ipynb   (Canvas: the student becomes Doe_Jane_12345)
    Jane Doe_123_assignsubmission_file_/<notebook>.ipynb       (Moodle: the student becomes Jane Doe_123)

Nothing is ever written under a name that came with a submission, but for the student's, made safe.
"""

import contextlib
import hashlib
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.course import Course
from autograder.inbox import UNREADABLE, CollectError, Entry, find_entries, shown
from autograder.intake import MAX_BYTES

MOST_BYTES = 16 * 2**30  # of all files that are read
LONGEST = 60  # characters of a student's id, and twice as many bytes
OLD = "superseded"  # the folder in the course where replaced notebooks are kept
EXPECTED = "<student>/<notebook>.ipynb or <student>_<notebook>.ipynb"
_COPY = re.compile(r"([ _-]*(\(\d+\)|[ _-]copy[ _-]?\d*|-\d+))+\Z", re.IGNORECASE)  # knn (1), knn-Copy1, knn-1
_MOODLE = re.compile(r"(.+?_\d+)_assignsubmission_file_?\Z")
_BLACKBOARD = re.compile(r"(?:.*_)?([^_]+)_attempt_[\d-]+\Z")
_CANVAS = re.compile(r"(.+?)(?:_late)?(_\d{5,})_\d{5,}\Z", re.IGNORECASE)  # the last number is another every time


@dataclass(frozen=True)
class Claim:
    """An entry, what says whose it is (a folder or a name), the student's id made of that, and which notebook it is."""

    entry: Entry
    origin: tuple[str, ...]
    student: str
    notebook: str


def collect(course: Course, assignment: str, source: Path, say=print) -> list[str]:
    """Put the notebooks of `source`, a zip file or a folder, into submitted/<student>/<assignment>/; return the students.

    say : is called with a line for everything that was not used, and for every id that is not just as it was written

    A notebook that is there already and differs is replaced, unless it is known to be newer, and kept in superseded/.
    Links are not followed. Raises CollectError, before anything is written, if two students would become one.
    """
    notebooks = [path.stem for path in course.assignment(assignment)]
    others = {path.parent.name for path in course.sources} - {assignment}
    with contextlib.ExitStack() as stack:
        entries = list(find_entries(source, stack, say))
        claims = _claims(entries, assignment, notebooks, others, say)
        if not claims:
            raise CollectError(
                f"no notebook of {assignment} in {source}\n"
                f"  expected {EXPECTED}, with {' or '.join(notebooks)} for <notebook>"
            )
        _refuse_to_merge(course, claims)
        left = MOST_BYTES
        for claim in claims:
            left -= _place(course, assignment, claim, left, say)
        _add_timestamps(course, assignment, claims, entries)
    return sorted({claim.student for claim in claims})


# Whose it is, and which.


def _claims(entries, assignment, notebooks, others, say) -> list[Claim]:
    """Return one claim for each student and notebook, and tell of every file that is not used."""
    found = []
    for entry in entries:
        name = entry.parts[-1]
        if name == "timestamp.txt":
            continue
        if not name.lower().endswith(".ipynb") or others.intersection(entry.parts[:-1]):
            say(f"ignored: {entry}: not a notebook of this assignment")
        else:
            found.append(entry)
    folders = {entry: tuple(part for part in entry.parts[:-1] if part != assignment) for entry in found}
    level = _level_of_students(folders, notebooks) if found else 0
    by_place = defaultdict(list)
    for entry in found:
        claim = _claim(entry, folders[entry][: level + 1], level, notebooks)
        if isinstance(claim, str):
            say(f"ignored: {entry}: {claim}")
        else:
            by_place[claim.origin, claim.notebook].append(claim)
    chosen = [_choose(claims, say) for claims in by_place.values()]
    for student, written in sorted({(c.student, c.origin[-1]) for c in chosen if c.student != c.origin[-1]}):
        say(f"{shown(written)} is the student {student}")
    return chosen


def _level_of_students(folders: dict[Entry, tuple[str, ...]], notebooks: list[str]) -> int:
    """Return how many folders lie around those of the students: one less than around the notebooks that lie least deep.

    If these lie in the one folder that holds all the rest, it can be the class's, and their names say whose they are: so
    it is if those begin in different ways.
    """
    shallow = min(folders.values(), key=len)
    depth, places = len(shallow), set(folders.values())
    if all(place[:depth] == shallow for place in places):
        begins = {_beginning(_stem(entry), notebooks) for entry, place in folders.items() if place == shallow}
        if depth == 0 or len(begins - {""}) > 1 or (len(places) > 1 and "" not in begins):
            return depth
    return max(depth - 1, 0)


def _beginning(stem: str, notebooks: list[str]) -> str:
    split = _split_name(stem, notebooks)
    return split[0] if split else stem if len(notebooks) == 1 else ""


def _claim(entry: Entry, folders: tuple[str, ...], level: int, notebooks: list[str]) -> Claim | str:
    """Return whose and which notebook a file is, or why that cannot be known."""
    stem = _stem(entry)
    who, notebook = _split_name(stem, notebooks) or (re.sub(r" ?\(\d+\)\Z", "", stem), _mentioned(stem, notebooks))
    if not notebook:
        return "not a notebook of this assignment"
    if len(folders) > level:  # it lies in a student's folder
        return Claim(entry, folders, safe_id(_student_of_folder(folders[-1])), notebook)
    if not who or not (_split_name(stem, notebooks) or len(notebooks) == 1):
        return f"nothing says whose it is; expected {EXPECTED}"
    return Claim(entry, (*folders, _student_of_file(who)), safe_id(_student_of_file(who)), notebook)


def _stem(entry: Entry) -> str:
    return entry.parts[-1][: -len(".ipynb")]


def _split_name(stem: str, notebooks: list[str]) -> tuple[str, str] | None:
    """Return what stands before a notebook's name in a file's, and that name; None if it does not end in one."""
    for bare in (stem, _COPY.sub("", stem)):
        for notebook in sorted(notebooks, key=len, reverse=True):
            if bare.lower() == notebook.lower():
                return "", notebook
            if re.search(rf"[ _-]{re.escape(notebook)}\Z", bare, re.IGNORECASE):
                return bare[: -len(notebook)].rstrip(" _-"), notebook
    return None


def _mentioned(stem: str, notebooks: list[str]) -> str:
    """Return the notebook that a file in a student's folder must be: the one it mentions, or the only one there is."""
    mentioned = [notebook for notebook in notebooks if notebook.lower() in stem.lower()]
    return max(mentioned, key=len) if mentioned else notebooks[0] if len(notebooks) == 1 else ""


def _choose(claims: list[Claim], say) -> Claim:
    """Of several files that are one student's same notebook, take the one that was changed last."""

    def rank(claim):
        when = claim.entry.when.timestamp() if claim.entry.when else 0.0
        return when, _stem(claim.entry) == claim.notebook, -len(claim.entry.parts)

    best = max(reversed(claims), key=rank)
    for claim in claims:
        if claim is not best:
            say(f"ignored: {claim.entry}: of the same student's {claim.notebook}, {best.entry} is the newest")
    return best


# Students' ids.


def _student_of_folder(name: str) -> str:
    found = _MOODLE.match(name)
    return found[1] if found else name


def _student_of_file(name: str) -> str:
    """Return the part of a name given by a learning management system that is the same for all of a student's files."""
    if found := _CANVAS.match(name):
        return found[1] + found[2]
    found = _MOODLE.match(name) or _BLACKBOARD.match(name)
    return found[1] if found else name


def safe_id(name: str) -> str:
    """Return a student's id: the name, if it can be a folder, an address and a table's entry; else a safe form of it.

    Letters, digits and marks of any script, spaces and . _ - @ + are kept, between two letters or digits. Of any other
    name, what is safe is kept, cut short, with eight digits that stand for the name as it was written, so that
    no two names become one.
    """
    plain = unicodedata.normalize("NFC", name)
    inner = "".join(c if unicodedata.category(c)[0] in "LMN" or c in " ._-@+" else "\0" for c in plain)
    trimmed = re.sub(r"\A[\W_]+|[\W_]+\Z", "", inner)
    if plain and trimmed == plain and "\0" not in plain and len(plain) <= LONGEST and len(plain.encode()) <= 2 * LONGEST:
        return plain
    short = trimmed.encode()[: 2 * LONGEST - 9].decode(errors="ignore")[: LONGEST - 9]
    readable = re.sub(r"[\W_]+\Z", "", re.sub("\0+", "-", short)) or "student"
    return f"{readable}-{hashlib.sha256(plain.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def _refuse_to_merge(course: Course, claims: list[Claim]) -> None:
    """Raise CollectError if two students have one id, or ids that not every file system can tell apart."""
    origins = defaultdict(set)
    for claim in claims:
        origins[_folded(claim.student)].add((claim.student, claim.origin))
    for path in (course.root / "submitted").glob("*"):
        same = origins.get(_folded(path.name), set())
        if same and path.name not in {student for student, _ in same}:
            same.add((path.name, ("submitted", path.name)))
    lines = [" and ".join(sorted(shown("/".join(o)) for _, o in one)) for one in origins.values() if len(one) > 1]
    if lines:
        raise CollectError(
            "these would become one student:\n  "
            + "\n  ".join(sorted(lines))
            + "\n  fix: rename one of each, or leave out the older; nothing was collected"
        )


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


# Into the course.


def _place(course: Course, assignment: str, claim: Claim, left: int, say) -> int:
    """Copy a notebook to where it belongs, unless it is there, and return the number of its bytes."""
    folder = course.root / "submitted" / claim.student / assignment
    folder.mkdir(parents=True, exist_ok=True)
    path, part = folder / f"{claim.notebook}.ipynb", folder / f".{claim.notebook}.part"
    try:
        size, digest = _copy(claim.entry, part, left)
        if path.is_file() and _digest(path) == digest:
            part.unlink()
            return size
        before = _read_time(folder / "timestamp.txt")
        if path.is_file() and before and claim.entry.dated and claim.entry.when < before:
            say(f"ignored: {claim.entry}: older than what {claim.student} has handed in already")
            part.unlink()
            return size
        if path.is_symlink() or path.exists():
            _keep_old(course, assignment, claim, say)
        part.replace(path)
    except UNREADABLE as error:
        part.unlink(missing_ok=True)
        say(f"ignored: {claim.entry}: it cannot be read ({type(error).__name__}: {error})")
        return 0
    return size


def _copy(entry: Entry, target: Path, left: int) -> tuple[int, str]:
    """Copy a file, as far as the limits allow, and return its size and a hash of it."""
    digest, size = hashlib.sha256(), 0
    with entry.open() as source, target.open("wb") as copy:
        while block := source.read(1 << 20):
            size += len(block)
            if size > MAX_BYTES:
                raise ValueError(f"it is larger than {MAX_BYTES // 2**20:,} MB")
            if size > left:
                raise ValueError(f"all files together are larger than {MOST_BYTES // 2**20:,} MB")
            digest.update(block)
            copy.write(block)
    return size, digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keep_old(course: Course, assignment: str, claim: Claim, say) -> None:
    """Move the notebook that is there, and its timestamp, to superseded/, where nothing is graded."""
    there = course.root / "submitted" / claim.student / assignment
    folder = course.root / OLD / claim.student / assignment
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while (kept := folder / f"{claim.notebook} ({number}).ipynb").exists():
        number += 1
    (there / f"{claim.notebook}.ipynb").replace(kept)
    if (there / "timestamp.txt").is_file() and claim.entry.dated:
        (there / "timestamp.txt").replace(kept.with_suffix(".timestamp.txt"))
    say(f"replaced: {claim.student}'s {claim.notebook}; the old one is {kept.relative_to(course.root)}")


def _add_timestamps(course: Course, assignment: str, claims: list[Claim], entries: list[Entry]) -> None:
    """Write timestamp.txt where there is none: what a timestamp.txt beside a notebook says, or else the time in the zip."""
    beside = {entry.parts[:-1]: entry for entry in entries if entry.parts[-1] == "timestamp.txt"}
    times = defaultdict(list)
    for claim in claims:
        entry = beside.get(claim.entry.parts[:-1])
        if entry is not None:
            with contextlib.suppress(*UNREADABLE), entry.open() as file:
                times[claim.student].append(file.read(100).decode())
        elif claim.entry.dated:
            times[claim.student].append(f"{claim.entry.when:%Y-%m-%d %H:%M:%S} UTC")
    for student, said in times.items():
        path = course.root / "submitted" / student / assignment / "timestamp.txt"
        if not path.exists():
            path.write_text(max(said).strip() + "\n")


def _read_time(path: Path) -> datetime | None:
    with contextlib.suppress(OSError, ValueError):
        return datetime.strptime(path.read_text().strip(), "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    return None
