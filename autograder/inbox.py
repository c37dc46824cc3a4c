"""Find the files in a zip or a folder that students filled: no path leads out of it, no link is followed, no bomb opened."""

import contextlib
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

MOST_FILES = 100_000
MOST_RATIO = 250  # of a file's size to that in the zip, if it is larger than
SMALL = 16 * 2**20
LONGEST_NAME = 255
_JUNK = ("__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini")
UNREADABLE = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)


class CollectError(Exception):
    """Nothing was collected. The message says why, and what to type."""


@dataclass(frozen=True)
class Entry:
    """A file that was found. `when` is the time of its last change, if that is known; `dated`, if a zip says so."""

    parts: tuple[str, ...]
    when: datetime | None
    dated: bool
    open: Callable[[], BinaryIO]

    def __str__(self):
        return shown("/".join(self.parts))


def find_entries(source: Path, stack: contextlib.ExitStack, say) -> Iterator[Entry]:
    """Yield the files of a folder or a zip that are worth a look, and tell of the others."""
    hidden = []
    for number, entry in enumerate(_open(source, stack, say)):
        if number == MOST_FILES:
            raise CollectError(f"{source} holds more than {MOST_FILES:,} files, which no class hands in")
        if any(part.startswith(".") or part in _JUNK for part in entry.parts):
            hidden.append(entry)
        else:
            yield entry
    if hidden:
        say(f"ignored: {len(hidden)} hidden files, such as {hidden[0]}")


def _open(source: Path, stack, say) -> Iterator[Entry]:
    if source.is_dir():
        return _in_folder(source, say)
    if not source.exists():
        raise CollectError(f"no submissions at {source}: expected a zip file or a folder")
    try:
        return _in_zip(stack.enter_context(zipfile.ZipFile(source)), say)
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise CollectError(
            f"{source} is neither a folder nor a zip file that can be read ({error})\n  fix: unpack it, and name the folder"
        ) from None


def _in_folder(root: Path, say) -> Iterator[Entry]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted([*names, *folders]):
            path = Path(folder, name)
            status = path.lstat()
            parts = path.relative_to(root).parts
            if stat.S_ISLNK(status.st_mode):
                say(f"ignored: {shown('/'.join(parts))}: a link, which is not followed")
            elif stat.S_ISREG(status.st_mode):
                yield Entry(parts, datetime.fromtimestamp(status.st_mtime, UTC), False, partial(_open_file, path))
            elif not stat.S_ISDIR(status.st_mode):
                say(f"ignored: {shown('/'.join(parts))}: neither a file nor a folder")


def _open_file(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def _in_zip(archive: zipfile.ZipFile, say) -> Iterator[Entry]:
    for info in archive.infolist():
        if info.is_dir():
            continue
        name = _name_in_zip(info)
        parts = tuple(part for part in name.split("/") if part not in ("", "."))
        problem = _problem_in_zip(info, name, parts)
        if problem:
            say(f"ignored: {shown(name)}: {problem}")
        else:
            yield Entry(parts, *_time_in_zip(info), partial(archive.open, info))


def _name_in_zip(info: zipfile.ZipInfo) -> str:
    """Return a file's name with its folders: without the flag for it, many programs write UTF-8 all the same."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _problem_in_zip(info: zipfile.ZipInfo, name: str, parts: tuple[str, ...]) -> str:
    """Return what is wrong with a file in a zip, or nothing."""
    if name.startswith("/") or ".." in parts or "\0" in name or re.match(r"[A-Za-z]:", name):
        return "its path leads out of the zip"
    if len(parts) > 32 or any(len(part) > LONGEST_NAME for part in parts):
        return "its path is longer than any that a computer takes"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link, which is not followed"
    if info.flag_bits & 1:
        return "encrypted; unpack it yourself, and name the folder"
    if info.file_size > max(SMALL, MOST_RATIO * info.compress_size):
        return f"{info.file_size / 2**20:,.0f} MB packed into {info.compress_size:,} bytes: no honest file is like that"
    return ""


def _time_in_zip(info: zipfile.ZipInfo) -> tuple[datetime | None, bool]:
    """Return the time of a file's last change, which a zip keeps in local time, and whether there is one."""
    if info.date_time <= (1980, 1, 1, 0, 0, 0):  # what is written in its place where it is not known
        return None, False
    try:
        return datetime(*info.date_time).astimezone(UTC), True
    except (ValueError, OverflowError):
        return None, False


def shown(name: str) -> str:
    """Return a name as it can be printed: on one line, and without commands to the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in name)
