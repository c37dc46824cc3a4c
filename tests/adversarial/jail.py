"""A jail for grading hostile submissions with graders that do not defend themselves.

The jail is meant for measuring, not for grading a class: everything in it, the grader too, runs as one unprivileged
user, on a copy of the course in memory. Nothing that happens inside outlives it or reaches a disk, the network or
other processes.
"""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent  # the course and both packages; inside, a copy in memory stands here
NOBODY = 65534
COPIED = ("autograder", "cs231n_kit", "solutions", "assignments", "nbgrader_config.py", "pyproject.toml")
UNSHARED = ("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts")
MEMORY_FOLDER_BYTES = 300 * 2**20
LIMITS = {"nproc": 300, "as": 5 * 2**30, "fsize": 200 * 2**20, "core": 0}


def copy_course(folder: Path) -> None:
    """Copy what the course needs to build, release and grade."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)


class JailError(Exception):
    """What ran in the jail did not come to its end. The message says what happened to it."""


def run_jailed(command: list[str], read_only: dict[str, Path], environment: dict[str, str], seconds: float) -> str:
    """Run a command in an empty folder in memory at ROOT and return what it prints.

    read_only : folders to show inside, by the path at which they appear there
    Raises JailError if the command failed or did not end in time.
    """
    shown = {sys.base_prefix: Path(sys.base_prefix), sys.prefix: Path(sys.prefix), **read_only}
    with tempfile.TemporaryDirectory() as spare, _reachable(shown, Path(spare)) as (mounts, places):
        jail = shlex.join([*_as_nobody(), *_bwrap(places, environment), *command])
        script = " && ".join([*mounts, f"exec {jail}"])
        outside = ["unshare", "--mount"] if os.geteuid() == 0 else []
        process = subprocess.Popen(
            [*outside, "sh", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace"
        )
        try:
            printed, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()  # and with it, by --die-with-parent, everything inside
            process.communicate()
            raise JailError(f"had not ended after {seconds:.0f} s") from None
        if process.returncode != 0:
            raise JailError(f"ended with status {process.returncode}")
        return printed


@contextlib.contextmanager
def _reachable(shown: dict[str, Path], spare: Path) -> Iterator[tuple[list[str], dict[str, Path]]]:
    """Yield shell commands and, for each path, a place that an unprivileged user can reach.

    A folder within root's home is not reachable; root mounts it somewhere else, in a mount namespace of its own.
    """
    if os.geteuid() != 0:
        yield [], shown
        return
    spare.chmod(0o755)
    mounts, places = [], {}
    for number, (inside, folder) in enumerate(shown.items()):
        places[inside] = spare / str(number)
        places[inside].mkdir()
        mounts.append(shlex.join(["mount", "--bind", str(folder), str(places[inside])]))
    yield mounts, places


def _as_nobody() -> list[str]:
    """Return a prefix that drops to an unprivileged user, for whom alone limits on processes count, and sets limits."""
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    return [*drop, "prlimit", *(f"--{name}={value}" for name, value in LIMITS.items()), "--"]


def _bwrap(places: dict[str, Path], environment: dict[str, str]) -> list[str]:
    system = [word for name in ("/usr", "/etc") for word in ("--ro-bind", name, name)]
    system += [word for name in ("bin", "lib", "lib64", "sbin") for word in ("--symlink", f"usr/{name}", f"/{name}")]
    memory = ["--size", str(MEMORY_FOLDER_BYTES), "--tmpfs"]
    folders = [word for inside, place in places.items() for word in ("--ro-bind", str(place), inside)]
    variables = {"PATH": f"{sys.prefix}/bin:/usr/bin:/bin", "HOME": "/tmp/home", "USER": "nobody", **environment}
    settings = [word for name, value in variables.items() for word in ("--setenv", name, value)]
    return [
        *("bwrap", *UNSHARED, "--die-with-parent", "--new-session", "--clearenv"),
        *(*system, "--proc", "/proc", "--dev", "/dev", *memory, "/tmp", *memory, str(ROOT)),
        *(*folders, *settings, "--chdir", str(ROOT)),
    ]
