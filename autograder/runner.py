"""Run a student's cells and probes in a process of their own, on orders that arrive over a pipe.

Started by `autograder.student`, by path: it uses the kit and IPython, and nothing else of this package, so that a
sandbox can hold it without the rest. It knows no answers. Orders and replies are packed trees, each after its length;
a reply carries the number of its order.

    {"do": "run", "source": text}                                  -> {"outputs": [...], "error": "..."}
    {"do": "probe", "task": id, "inputs": {...}, "measure": "..."} -> {"observation": {...}}
"""

import ctypes
import io
import os
import signal
import struct
import sys
from base64 import b64encode
from contextlib import redirect_stderr, redirect_stdout

from cs231n_kit.checks.assess import OUT_OF_TIME
from cs231n_kit.checks.observe import Failure, Observation, observe
from cs231n_kit.checks.probes import find_probe
from cs231n_kit.checks.store import observation_tree, pack, unpack

LENGTH = struct.Struct(">Q")
MAX_PRINTED = 200_000  # characters of one cell's output that are kept, and as many of its errors


def main() -> None:
    """Take the pipe away from the student's code, start IPython, and answer until the pipe is closed."""
    _die_with(grader=int(sys.argv[1]))
    orders, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    shell = _start_shell()
    while header := orders.read(LENGTH.size):
        order = unpack(orders.read(LENGTH.unpack(header)[0]))
        reply = pack({**_answer(shell, order), "number": order["number"]})
        replies.write(LENGTH.pack(len(reply)) + reply)
        replies.flush()


def _die_with(grader: int) -> None:
    """Ask Linux to kill this process when the grader dies: an endless loop would not notice that the pipe is closed."""
    if sys.platform == "linux":
        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != grader:
            sys.exit(1)  # it died before that


def _answer(shell, order) -> dict:
    """Carry out one order. An interrupt reaches the student's code only while it runs, and only ends this order."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _run(shell, order["source"]) if order["do"] == "run" else _probe(shell, order)
    except KeyboardInterrupt:
        message = "it was still running when its time was up"
        if order["do"] == "run":
            return {"outputs": [], "error": f"{OUT_OF_TIME}: {message}"}
        return {"observation": observation_tree(Observation(failure=Failure(OUT_OF_TIME, message)))}
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


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
        data, _ = shell.display_formatter.format(value)
        shell.results.append(data)


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
    for data in (*(rich.data for rich in shown.outputs), *shell.results):
        outputs.append({"output_type": "display_data", "data": _texts(data), "metadata": {}})
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


if __name__ == "__main__":
    main()
