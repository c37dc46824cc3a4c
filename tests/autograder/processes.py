"""Look at the processes of this machine from outside."""

import time
from pathlib import Path


def gone(pid: int) -> bool:
    """Return whether a process has ended; one that nobody has buried yet counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def running(mark: str) -> list[int]:
    """Return the processes whose command line holds a word, wherever they run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(mark.encode() in word for word in words) and not gone(int(folder.name)):
            found.append(int(folder.name))
    return found


def wait_until(claim) -> bool:
    """Return whether a claim comes true within a time that is ample."""
    deadline = time.monotonic() + 20
    while not claim() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(claim())
