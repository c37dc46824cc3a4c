"""Pid 1 of a sandbox: one warm Python that forks a process for each notebook, and cleans up after it.

Started by `autograder.sandbox`, by path: it uses the kit and IPython, and nothing else of this package, so that the
sandbox can hold it without the rest. It knows no answers and never sees a submission: each notebook's orders go to
its own process, through a socket of its own, which arrives over `grader` and is closed here once that process has it.

    grader sends  b"notebook" + one end of a socket pair     this replies  b"started" + a pidfd of the new process
                                                             and, when all is clean, its exit status in decimal

Orders and replies of a notebook's process are messages of the kit's wire; a reply carries the number of its order.

    {"do": "write", "name": ..., "text": ...}                      -> {}
    {"do": "run", "source": text}                                  -> {"outputs": [...], "error": "..."}
    {"do": "probe", "task": id, "inputs": {...}, "measure": "..."} -> {"observation": {...}}

Without a sandbox (`--no-sandbox`) the same program runs as an ordinary process. Then it is not pid 1 and kills only the
process group of a notebook: what leaves the group, stays.
"""

import contextlib
import ctypes
import gc
import io
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
from base64 import b64encode
from contextlib import redirect_stderr, redirect_stdout

from cs231n_kit.checks.assess import OUT_OF_TIME
from cs231n_kit.checks.observe import Failure, Observation, observe
from cs231n_kit.checks.probes import all_probes, find_probe
from cs231n_kit.checks.store import observation_tree
from cs231n_kit.checks.wire import LENGTH, decode, encode
from cs231n_kit.data import load_cifar10

MAX_PRINTED = 200_000  # characters of one cell's output that are kept, and as many of its errors
MAX_ALT_TEXT = 2000
PR_SET_DUMPABLE = 4


def main() -> None:
    """Warm up, then fork once for each socket that arrives, until the grader hangs up or the sandbox is damaged."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # pid 1 is immune to the signals it has no handler for
    order = json.loads(sys.argv[1])
    limits, folders = order["limits"], order["folders"]
    grader = _take_over_stdin()
    shell = _start_shell()
    _warm_up(shell)
    _empty(folders)
    _hide_from_own_user()
    normal = _condition()
    _send(grader, b"ready", os.getpid())
    while fds := socket.recv_fds(grader, 16, 1)[1]:
        status = _fork(grader, fds[0], lambda orders: _notebook(shell, orders, limits, folders[0]))
        _empty(folders)
        if _condition() != normal:
            sys.exit("damaged")
        grader.send(str(status).encode())


def _take_over_stdin() -> socket.socket:
    connection = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return connection


def _hide_from_own_user() -> None:
    """Let no process of this user trace this one, read its memory or take its files; its forks inherit that."""
    if ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
        sys.exit("cannot hide from other processes")


def _condition() -> tuple:
    """Return what another process of this user could change about this one, or leave behind."""
    limits = [resource.getrlimit(getattr(resource, name)) for name in sorted(dir(resource)) if name.startswith("RLIMIT_")]
    return limits, os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), os.sched_getaffinity(0)


def _fork(grader: socket.socket, orders: int, work) -> int:
    """Run work(orders) in a new process, which cannot reach the grader's connection; return its exit status.

    No process that it started is left then.
    """
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            os.dup2(1, 2)  # nothing: only pid 1 may complain
            grader.close()
            work(orders)
        finally:
            os._exit(0)  # whatever the student registered for the exit does not run
    os.close(orders)
    _send(grader, b"started", child)
    grader_is_there = _wait_for(child, grader)
    _kill_all(child)
    if not grader_is_there:
        sys.exit("the grader is gone")
    return os.waitstatus_to_exitcode(_reap(child))


def _wait_for(child: int, grader: socket.socket) -> bool:
    """Wait until a child has ended, or the grader has; return whether the grader is still there."""
    pidfd = os.pidfd_open(child)
    ended = select.select([grader, pidfd], [], [])[0]
    os.close(pidfd)
    return grader not in ended


def _kill_all(child: int) -> None:
    """Kill every other process of the sandbox; the kernel lets none escape by forking meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        if os.getpid() == 1:
            os.kill(-1, signal.SIGKILL)
        else:
            os.killpg(child, signal.SIGKILL)


def _reap(child: int) -> int:
    """Collect all that have ended, killing again whatever is left, and return the child's status."""
    status = 0
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, ending = os.wait()
            status = ending if pid == child else status
            _kill_all(child)
    return status


def _send(grader: socket.socket, message: bytes, pid: int) -> None:
    """Send a message with a handle of a process, which names it outside this pid namespace, too."""
    pidfd = os.pidfd_open(pid)
    socket.send_fds(grader, [message], [pidfd])
    os.close(pidfd)


def _empty(folders: list[str]) -> None:
    """Delete all files that student code could write. What cannot be deleted ends this sandbox, and goes with it."""
    if any(map(os.path.islink, folders)):
        sys.exit("a folder has become a link")
    for entry in (entry for folder in folders for entry in os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)


def _warm_up(shell) -> None:
    """Do once what every notebook would do first: import, load the data, draw a figure."""
    load_cifar10()
    all_probes()
    _run(shell, "%matplotlib inline\nimport numpy as np\nimport matplotlib.pyplot as plt\nplt.plot([0, 1]); plt.show()")
    _run(shell, "np.ones((99, 99)) @ np.ones((99, 99))")
    shell.reset(new_session=True)
    gc.collect()
    gc.freeze()  # so that no collection writes into, and thereby copies, the memory that forks share


# The process of one notebook.


def _notebook(shell, descriptor: int, limits: dict, folder: str) -> None:
    """Answer orders until the grader hangs up."""
    os.chdir(folder)
    sys.path.insert(0, folder)  # as in a notebook, what lies beside it can be imported
    for name, value in limits.items():
        _limit(getattr(resource, f"RLIMIT_{name}"), value)
    connection = socket.socket(fileno=descriptor)
    orders, replies = connection.makefile("rb"), connection.makefile("wb")
    while header := orders.read(LENGTH.size):
        order = decode(orders.read(LENGTH.unpack(header)[0]))
        reply = encode({**_answer(shell, order), "number": order["number"]})
        replies.write(LENGTH.pack(len(reply)) + reply)
        replies.flush()


def _limit(which: int, value: int) -> None:
    """Set a limit, no higher than it may be set."""
    _, hardest = resource.getrlimit(which)
    value = value if hardest == resource.RLIM_INFINITY else min(value, hardest)
    resource.setrlimit(which, (value, value))


def _answer(shell, order) -> dict:
    """Carry out one order. An interrupt reaches the student's code only while it runs, and only ends this order."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return {"write": _write, "run": _run_order, "probe": _probe}[order["do"]](shell, order)
    except KeyboardInterrupt:
        message = "it was still running when its time was up"
        if order["do"] == "run":
            return {"outputs": [], "error": f"{OUT_OF_TIME}: {message}"}
        return {"observation": observation_tree(Observation(failure=Failure(OUT_OF_TIME, message)))}
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _write(_, order) -> dict:
    with open(order["name"], "w", encoding="utf-8") as file:
        file.write(order["text"])
    return {}


def _run_order(shell, order) -> dict:
    return _run(shell, order["source"])


def _probe(shell, order) -> dict:
    probe = find_probe(order["task"])
    missing = [name for name in probe.names if name not in shell.user_ns]
    if missing:
        seen = Observation(failure=Failure("NameError", f"name {missing[0]!r} is not defined"))
    else:
        objects = tuple(shell.user_ns[name] for name in probe.names)
        seen = observe(probe, objects, order["inputs"], order["measure"])
    return {"observation": observation_tree(seen)}


def _start_shell():
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    shell.enable_gui = lambda gui=None: None  # for %matplotlib inline
    shell.errors, shell.results = [], []
    shell._showtraceback = lambda kind, value, lines: shell.errors.append((kind.__name__, str(value), list(lines)))
    shell.display_trap.hook = lambda value: _keep_result(shell, value)
    return shell


def _keep_result(shell, value) -> None:
    """Keep the value of a cell's last line in all its forms, as a notebook does, unless a semicolon silences it."""
    if value is not None and not shell.displayhook.quiet():
        shell.results.append(shell.display_formatter.format(value))


def _run(shell, source: str) -> dict:
    """Run one cell as a notebook would and return its outputs in the notebook format."""
    from IPython.utils.capture import capture_output

    shell.errors.clear()
    shell.results.clear()
    printed, complained = _Limited(), _Limited()
    with capture_output(stdout=False, stderr=False) as shown, redirect_stdout(printed), redirect_stderr(complained):
        shell.run_cell(source, store_history=True)  # or a semicolon would not silence the last value
    streams = (("stdout", printed.getvalue()), ("stderr", complained.getvalue()))
    outputs = [{"output_type": "stream", "name": name, "text": text} for name, text in streams if text]
    for rich in shown.outputs:
        outputs.append({"output_type": "display_data", "data": _texts(rich.data), "metadata": _alt_text(rich.metadata)})
    for data, metadata in shell.results:
        result = {"output_type": "execute_result", "execution_count": None}
        outputs.append({**result, "data": _texts(data), "metadata": _alt_text(metadata)})
    for name, value, lines in shell.errors:
        outputs.append({"output_type": "error", "ename": name, "evalue": value, "traceback": lines})
    error = f"{shell.errors[0][0]}: {shell.errors[0][1]}" if shell.errors else ""
    return {"outputs": outputs, "error": error}


class _Limited(io.StringIO):
    """Text that stops growing after a while, however much is printed."""

    def write(self, text) -> int:
        room = MAX_PRINTED - self.tell()
        if room > 0:
            super().write(text if len(text) <= room else text[:room] + "\n[the rest of the output was dropped]\n")
        return len(text)


def _texts(data) -> dict[str, str]:
    """Encode binary display data as the notebook format does."""
    return {str(kind): b64encode(x).decode() if isinstance(x, bytes) else str(x) for kind, x in data.items()}


def _alt_text(metadata) -> dict[str, dict]:
    text = metadata.get("alt") if isinstance(metadata, dict) else None
    return {"image/png": {"alt": text[:MAX_ALT_TEXT]}} if isinstance(text, str) and text else {}


if __name__ == "__main__":
    main()
