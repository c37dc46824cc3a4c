"""Run a student's cells and probes in a process of their own, on orders that arrive over a pipe.

Started by `autograder.student`, by path: it uses the kit and IPython, and nothing else of this package, so that a
sandbox can hold it without the rest. It knows no answers. Orders and replies are packed trees, each after its length.

    {"do": "run", "source": text}                                  -> {"outputs": [...], "error": "..."}
    {"do": "probe", "task": id, "inputs": {...}, "measure": "..."} -> {"observation": {...}}
"""

import ctypes
import os
import signal
import struct
import sys

from cs231n_kit.checks.assess import OUT_OF_TIME
from cs231n_kit.checks.observe import Failure, Observation, observe
from cs231n_kit.checks.probes import find_probe
from cs231n_kit.checks.store import observation_tree, pack, unpack

LENGTH = struct.Struct(">Q")


def main() -> None:
    """Take the pipe away from the student's code, start IPython, and answer until the pipe is closed."""
    _die_with_parent()
    orders, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    shell = _start_shell()
    while header := orders.read(LENGTH.size):
        order = unpack(orders.read(LENGTH.unpack(header)[0]))
        reply = pack(_answer(shell, order))
        replies.write(LENGTH.pack(len(reply)) + reply)
        replies.flush()


def _die_with_parent() -> None:
    """Ask Linux to kill this process when the grader dies: an endless loop would not notice that the pipe is closed."""
    if sys.platform == "linux":
        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


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
    shell.errors = []
    shell._showtraceback = lambda kind, value, lines: shell.errors.append((kind.__name__, str(value), list(lines)))
    return shell


def _run(shell, source: str) -> dict:
    """Run one cell as a notebook would and return its outputs in the notebook format."""
    from IPython.utils.capture import capture_output

    shell.errors.clear()
    with capture_output() as seen:
        shell.run_cell(source, store_history=True)  # or a semicolon would not silence the last value
    outputs = [
        {"output_type": "stream", "name": name, "text": text}
        for name, text in (("stdout", seen.stdout), ("stderr", seen.stderr))
        if text
    ]
    for rich in seen.outputs:
        outputs.append({"output_type": "display_data", "data": _texts(rich.data), "metadata": {}})
    for name, value, lines in shell.errors:
        outputs.append({"output_type": "error", "ename": name, "evalue": value, "traceback": lines})
    error = f"{shell.errors[0][0]}: {shell.errors[0][1]}" if shell.errors else ""
    return {"outputs": outputs, "error": error}


def _texts(data) -> dict[str, str]:
    """Encode binary display data as the notebook format does."""
    from base64 import b64encode

    return {kind: b64encode(x).decode() if isinstance(x, bytes) else str(x) for kind, x in data.items()}


if __name__ == "__main__":
    main()
