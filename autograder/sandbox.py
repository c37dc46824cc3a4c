"""A bubblewrap sandbox around one warm Python process, and what the grader may do with it.

Inside there are the system's programs and libraries and Python's, read-only, the kit, and one empty folder of limited
size. There is no network, no other process than the sandbox's own, and nothing of this package but the runner.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import site
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import cs231n_kit
from autograder.course import ONE_THREAD
from autograder.seccomp import UnknownMachine, seccomp_filter

RUNNER = Path(__file__).with_name("runner.py")
INSTALL = "sudo apt install bubblewrap"
NOBODY = 65534  # where root may not be used: nearly every system has it, and containers map it
KIT, SCRATCH = Path("/kit"), Path("/scratch")  # inside
START_SECONDS = 60
CLEAN_SECONDS = 10
HUGE_PAGE = 2 * 2**20  # bytes
_KIT_HERE = Path(cs231n_kit.__file__).parent
_OR_WITHOUT = "\n  or grade people you trust, without protection: --no-sandbox"


class SandboxError(Exception):
    """bubblewrap is missing or cannot be used here, or a sandbox did not start. The message says what to do."""


@dataclass(frozen=True)
class Limits:
    """What one process of a notebook may use (`setrlimit`), and what all of them may use together."""

    cpu_seconds: int = 120
    address_space: int = 4 * 2**30
    file_size: int = 64 * 2**20
    open_files: int = 64
    processes: int = 32
    scratch: int = 256 * 2**20
    memory: int = 2 * 2**30  # resident, of all processes together; the grader looks

    def of_a_process(self) -> dict[str, int]:
        """Return the limits that a notebook's process sets on itself, by the names of the module `resource`."""
        return {
            "CPU": self.cpu_seconds,
            "AS": self.address_space,
            "FSIZE": self.file_size,
            "NOFILE": self.open_files,
            "NPROC": self.processes,
            "CORE": 0,
            "MSGQUEUE": 0,
        }


def check_sandbox() -> None:
    """Raise SandboxError, with the line that helps, unless bubblewrap can start a sandbox here."""
    if sys.platform != "linux":
        raise SandboxError("grading needs Linux; on Windows, run it in WSL")
    if shutil.which("bwrap") is None:
        raise SandboxError(f"grading needs bubblewrap, which is not installed\n  fix: {INSTALL}{_OR_WITHOUT}")
    options = (
        "--unshare-all",
        "--unshare-user",
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        "--size",
        "65536",
        "--tmpfs",
        "/tmp",
    )
    probe = [*_as_nobody([]), _program("bwrap"), *options, "true"]
    done = subprocess.run(probe, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        words = done.stderr.strip() or f"status {done.returncode}"
        raise SandboxError(f"bubblewrap cannot start a sandbox here: {words}\n  fix: {_remedy(words)}{_OR_WITHOUT}")
    for source in (_KIT_HERE, RUNNER):
        if os.geteuid() == 0 and not source.stat().st_mode & 0o004:
            raise SandboxError(f"the sandbox's user may not read {source}\n  fix: chmod -R o+rX {source}")


def _remedy(words: str) -> str:
    """Return what to do about an error of bubblewrap's, by its words."""
    if "Unknown option" in words:
        return "install bubblewrap 0.8 or newer"
    if "uid map" in words:
        return (
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile that lets bwrap use userns"
        )
    if "new namespace" in words:
        return "sudo sysctl kernel.unprivileged_userns_clone=1; in Docker: docker run --security-opt seccomp=unconfined"
    return "in Docker: docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined"


# The command line.


def sandbox_command(limits: Limits, filter_fd: int, hidden: tuple[Path, ...] = ()) -> list[str]:
    """Return the command that starts a sandbox whose pid 1 is the runner. `hidden` is not to be seen inside.

    Neither /proc nor `--disable-userns` is asked for: in containers bubblewrap may have neither. Programs inside do
    without the first, and the filter of system calls replaces the second.
    """
    folders = _visible()
    command = [
        _program("bwrap"),
        *("--unshare-all", "--unshare-user", "--die-with-parent", "--as-pid-1"),
        *("--hostname", "sandbox", "--seccomp", str(filter_fd)),
        *_mounts(folders, (Path(__file__).parent, *hidden)),
        *("--dev", "/dev", "--size", str(limits.scratch), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"),
        *("--ro-bind", str(_KIT_HERE), str(KIT / "cs231n_kit")),
        *("--ro-bind", str(RUNNER), str(KIT / RUNNER.name)),
        *("--size", str(limits.scratch), "--tmpfs", str(SCRATCH)),
        *([] if any(Path("/tmp") in f.parents for f in folders) else ["--symlink", str(SCRATCH), "/tmp"]),
        *("--remount-ro", "/", "--chdir", "/"),
        *(sys.executable, "-P", str(KIT / RUNNER.name), _first_order(limits, (SCRATCH, Path("/dev/shm")))),
    ]
    first_to_die = (
        [_program("choom"), "-n", "1000", "--"] if shutil.which("choom") else []
    )  # when the machine runs out of memory
    return [*first_to_die, *_as_nobody([*folders, _KIT_HERE, RUNNER]), *command]


def _program(name: str) -> str:
    """Return where a program is: the sandbox is started with another PATH than ours."""
    return shutil.which(name) or name


def _first_order(limits: Limits, folders: tuple[Path, ...]) -> str:
    """Return what the runner is started with: the limits of a notebook's process and the folders it may write to."""
    return json.dumps({"limits": limits.of_a_process(), "folders": list(map(str, folders))})


def _visible() -> list[Path]:
    """Return what is mounted read-only under its own name: the system's programs and libraries, and Python's."""
    prefixes = dict.fromkeys(map(Path, ("/usr", "/usr/local", sys.base_prefix, sys.prefix)))
    parts = ("bin", "lib", "lib32", "lib64", "pyvenv.cfg")
    etc = ("alternatives", "fonts", "ld.so.cache", "localtime", "matplotlibrc")  # Debian's NumPy finds BLAS by alternatives
    wanted = [prefix / part for prefix in prefixes for part in parts] + [Path("/etc") / name for name in etc]
    if site.ENABLE_USER_SITE:
        wanted.append(Path(site.getusersitepackages()))
    wanted += [Path("/") / name for name in ("bin", "lib", "lib32", "lib64")]
    return [path for path in wanted if path.exists()]


def _mounts(folders, hidden) -> list[str]:
    """Return bubblewrap's words for the mounts, outer folders first, with an empty folder over each hidden one."""
    words = {path: ["--ro-bind", str(path), str(path)] for path in folders}
    for path in folders:
        if path.is_symlink():
            words[path] = ["--symlink", os.readlink(path), str(path)]
    for path in (*hidden, *(Path(entry) / "autograder" for entry in sys.path)):
        if path.is_dir() and any(folder in path.parents for folder in folders):
            words[path] = ["--tmpfs", str(path), "--remount-ro", str(path)]
    return [word for path in sorted(words, key=lambda p: len(p.parts)) for word in words[path]]


def _as_nobody(sources: list[Path]) -> list[str]:
    """Return the words before a command that take root away from it; none unless we are root.

    Sources below a folder that only root may enter are first mounted over an empty folder of that name, which
    everybody may enter, in a view of the file system that only this command has.
    """
    if os.geteuid() != 0:
        return []
    closed = {top for source in sources if (top := _closed_folder(source))}
    view = [word for folder in sorted(closed) for word in ("--tmpfs", str(folder))]
    for source in sources:
        if top := _closed_folder(source):
            real = Path(os.path.realpath(source))
            between = [folder for folder in reversed(real.parents) if top in folder.parents]
            view += [word for folder in between for word in ("--dir", str(folder))]  # 0755; bubblewrap's own are 0700
            view += ["--ro-bind", str(real), str(real)]
    drop = [_program("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if not view:
        return drop
    privileges = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    return [_program("bwrap"), "--die-with-parent", *privileges, "--dev-bind", "/", "/", *view, *drop]


def _closed_folder(path: Path) -> Path | None:
    """Return the outermost folder above `path` that others may not enter."""
    for folder in reversed(Path(os.path.realpath(path)).parents):
        if not folder.stat().st_mode & 0o001:
            return folder
    return None


def _environment(scratch: Path) -> dict[str, str]:
    """Return the environment variables of the runner: none of the grader's."""
    user_site = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return {
        **ONE_THREAD,
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join([str(KIT), *user_site]),
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "USER": "student",
        "LANG": "C.UTF-8",
        "MPLCONFIGDIR": str(scratch),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }


# The running sandbox.


class Worker:
    """A warm process, in a sandbox or not. `notebook()` lends a fork of it; `usable` says whether it may be asked again.

    It warms up while whoever made it does something else; `ready()` waits for that. The sandbox ends with the thread that
    started it, and with the last process that holds its connection.
    """

    def __init__(self, sandboxed: bool = True, limits: Limits | None = None, hidden: tuple[Path, ...] = ()):
        self.limits, self.served, self.init, filter_file = limits or Limits(), 0, -1, _filter_file()
        self.usable = True
        self._errors, self._folder = tempfile.TemporaryFile(), None  # noqa: SIM115
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, filter_file as rules:
            if sandboxed:
                command, environment = sandbox_command(self.limits, rules.fileno(), hidden), _environment(SCRATCH)
            else:
                self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
                scratch = Path(self._folder.name)
                command = [sys.executable, "-P", str(RUNNER), _first_order(self.limits, (scratch,))]
                environment = {**_environment(scratch), "PATH": os.environ["PATH"]}
            self._process = subprocess.Popen(
                command,
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[rules.fileno()],
                env=environment,
                start_new_session=True,
            )

    def ready(self) -> "Worker":
        """Wait until it is warm, and return it. Raises SandboxError if it does not come to that."""
        if self.init < 0:
            try:
                self.init = self._receive(b"ready", START_SECONDS)
            except SandboxError:
                self.close()
                raise
        return self

    def let_go(self) -> None:
        """Leave the sandbox to another process that has a copy of this object: when that one hangs up, the sandbox ends."""
        self._control.close()
        self.usable = False

    def close(self) -> None:
        """Kill everything in the sandbox; with its pid 1 the kernel ends all other processes in it."""
        self.usable = False
        if self.init >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.init, signal.SIGKILL)
            select.select([self.init], [], [], CLEAN_SECONDS)  # readable when it and all its descendants are gone
            os.close(self.init)
            self.init = -1
        elif self._folder is not None and self._control.fileno() < 0:  # let go; killed now, it would leave a process
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(CLEAN_SECONDS)
        self._process.kill()
        self._process.wait()
        self._control.close()
        self._errors.close()
        if self._folder is not None:
            self._folder.cleanup()

    @contextlib.contextmanager
    def notebook(self):
        """Yield a Process for one notebook. Afterwards the sandbox is clean again, or closed."""
        self.ready()
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                socket.send_fds(self._control, [b"notebook"], [theirs.fileno()])
            process = Process(ours, self._receive(b"started", CLEAN_SECONDS), self)
            try:
                yield process
            finally:
                process.end()
                self.served += 1

    def _receive(self, expected: bytes, seconds: float) -> int:
        self._control.settimeout(seconds)
        try:
            message, fds, *_ = socket.recv_fds(self._control, 64, 1)
        except OSError as error:
            raise SandboxError(f"the sandbox does not answer ({error})") from None
        if message != expected:
            raise SandboxError(f"the sandbox ended: {self._last_words()}")
        return fds[0]

    def await_clean(self) -> int:
        """Return the status that the last notebook's process ended with, as soon as nothing of it is left."""
        self._control.settimeout(CLEAN_SECONDS)
        try:
            message = self._control.recv(64)
        except OSError as error:
            raise SandboxError(f"it is not clean yet ({error})") from None
        if not message:
            raise SandboxError(f"it ended: {self._last_words()}")
        return int(message)

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
        self._errors.seek(0)
        return (
            self._errors.read().decode(errors="replace").strip()[-2000:] or f"status {self._process.returncode or 'unknown'}"
        )


@dataclass
class Process:
    """The process of one notebook, as the grader holds it. `status` is known once it has ended, if the sandbox has not."""

    channel: socket.socket
    pidfd: int
    worker: Worker
    status: int | None = None
    damage: str = ""

    def pid(self) -> int:
        """Return its number outside the sandbox, or -1 when it is gone."""
        return _pid_of(self.pidfd) if self.pidfd >= 0 else -1

    def cpu_seconds(self) -> float:
        """Return the CPU time of the process with all its threads, and of every process that it started, from the kernel.

        Nothing in the sandbox has a say in it. Other processes are counted in ticks of a hundredth of a second. Raises
        ProcessLookupError when the process is gone.
        """
        pid = self._living_pid()
        init, *others = family(_pid_of(self.worker.init))
        others = [other for other in others if other != pid]
        try:
            own = time.clock_gettime((~pid << 3) | 2)  # the clock of another process: man clock_getcpuclockid
        except OSError:
            raise ProcessLookupError from None
        return own + sum(map(_ticks, others)) + _ticks_of_children(pid) + _ticks_of_children(init)

    def peak_memory(self) -> int:
        """Return the largest number of bytes that the process has held so far, from the kernel.

        For the processes that it started, the most that they can have touched: a huge page with each fault. Raises
        ProcessLookupError when the process is gone, or is going: one that ends gives up its memory first.
        """
        pid = self._living_pid()
        held = _status_bytes(pid, ("VmHWM:",))
        if not held:
            raise ProcessLookupError
        init, *others = family(_pid_of(self.worker.init))
        faults = sum(sum(_faults(other)) for other in others if other != pid) + _faults(pid)[1] + _faults(init)[1]
        return held + HUGE_PAGE * faults

    def _living_pid(self) -> int:
        pid = self.pid()
        if pid < 0:
            raise ProcessLookupError
        return pid

    def interrupt(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGINT)

    def kill(self) -> None:
        if self.pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            os.close(self.pidfd)
            self.pidfd = -1

    def ended(self, seconds: float) -> bool:
        """Wait for its end, and return whether it came."""
        return self.pidfd < 0 or bool(select.select([self.pidfd], [], [], seconds)[0])

    def end(self) -> None:
        """Kill it and all that it started, and wait until the sandbox is clean; one that does not become so is closed."""
        self.kill()
        if self.status is None and not self.damage:
            try:
                self.status = self.worker.await_clean()
            except SandboxError as error:
                self.damage = str(error)
                self.worker.close()

    def memory(self) -> int:
        """Return the bytes of memory that the sandbox's processes hold beyond what each was forked with."""
        init, *others = map(_resident, family(_pid_of(self.worker.init)))
        return sum(max(0, resident - init) for resident in others)


def _pid_of(pidfd: int) -> int:
    lines = Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))


def family(pid: int) -> list[int]:
    """Return a process and all its descendants. Orphans of a sandbox are children of its pid 1."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                found += map(int, children.read_text().split())
    return found


def _resident(pid: int) -> int:
    return _status_bytes(pid, ("RssAnon:", "RssShmem:"))


def _status_bytes(pid: int, names: tuple[str, ...]) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith(names))


def _ticks(pid: int) -> float:
    """Return the CPU seconds of a process and of those of its children that it has collected."""
    return sum(_times(pid))


def _ticks_of_children(pid: int) -> float:
    return sum(_times(pid)[2:])


def _times(pid: int) -> tuple[float, ...]:
    """Return user and system time in seconds, own and of collected children."""
    return tuple(ticks / os.sysconf("SC_CLK_TCK") for ticks in _stat(pid, slice(14, 18)))


def _faults(pid: int) -> tuple[int, ...]:
    """Return how often pages were first touched, by the process itself and by its collected children."""
    return _stat(pid, slice(10, 12))


def _stat(pid: int, numbers: slice) -> tuple[int, ...]:
    """Return fields of /proc/<pid>/stat by their numbers in its manual page; zeros if there is no such process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        fields = ["0"] * 50
    return tuple(map(int, ["", "", "", *fields][numbers]))


def _filter_file():
    try:
        rules = seccomp_filter()
    except UnknownMachine as error:
        raise SandboxError(str(error)) from None
    file = tempfile.TemporaryFile()  # noqa: SIM115
    file.write(rules)
    file.seek(0)
    return file
