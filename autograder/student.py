"""The grader's side of a student's process: orders go out, plain data comes back, and nothing lasts forever."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.build import ONE_THREAD
from autograder.runner import LENGTH
from cs231n_kit.checks.assess import OUT_OF_TIME
from cs231n_kit.checks.observe import Failure, Observation
from cs231n_kit.checks.store import observation_from, pack, unpack

START_SECONDS = 60
CELL_SECONDS = 30  # for one cell
PROBE_SECONDS = 10  # for one probe on one case
GRACE_SECONDS = 2  # after an interrupt
MAX_REPLY = 256 * 2**20  # bytes
RUNNER = Path(__file__).with_name("runner.py")


class StudentGone(Exception):
    """The student's process died, or had to be killed. The message says why, for the student to read."""

    def __init__(self, message: str, kind: str = "Crashed"):
        super().__init__(message)
        self.failure = Failure(kind, message)


class Student:
    """A process that runs a student's cells, in a scratch folder that is deleted afterwards. Use it in a `with`."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        kept = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV", "SYSTEMROOT")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment |= {**ONE_THREAD, "MPLBACKEND": "module://matplotlib_inline.backend_inline", "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(RUNNER), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env=environment,
            start_new_session=True,
            bufsize=0,
        )
        os.set_blocking(self._process.stdin.fileno(), False)
        self._gone: StudentGone | None = None
        self._orders = 0
        self._extra_seconds = START_SECONDS  # importing NumPy on a cold disk is not the student's doing
        return self

    def __exit__(self, *_):
        self._kill()
        self._process.stdin.close()
        self._process.stdout.close()
        folder = Path(self._folder.name)
        if folder.is_symlink():
            folder.unlink()
        self._folder.cleanup()

    def run(self, source: str) -> dict:
        """Run a cell; return {"outputs": notebook-format outputs, "error": "" or "ValueError: ..."}."""
        return self._ask(
            {"do": "run", "source": source},
            CELL_SECONDS,
            lambda reply: {"outputs": list(reply["outputs"]), "error": str(reply["error"])},
        )

    def probe(self, task: str, inputs: dict, measure: str) -> Observation:
        """Run a probe on the student's objects and return what it showed."""
        order = {"do": "probe", "task": task, "inputs": inputs, "measure": measure}
        try:
            return self._ask(order, PROBE_SECONDS, lambda reply: observation_from(reply["observation"]))
        except StudentGone as gone:
            return Observation(failure=gone.failure)

    def _ask(self, order: dict, seconds: float, read):
        """Send an order and return read(reply); once the process is gone, every order meets with the same reason."""
        if self._gone is None:
            try:
                return self._exchange(order, seconds, read)
            except StudentGone as gone:
                self._kill()
                self._gone = gone
        raise self._gone

    def _exchange(self, order, seconds, read):
        self._orders += 1
        message = pack({**order, "number": self._orders})
        deadline = time.monotonic() + seconds + self._extra_seconds
        self._extra_seconds = 0
        try:
            self._write(LENGTH.pack(len(message)) + message, deadline)
            answer = self._answer(deadline)
        except TimeoutError:
            answer = self._interrupted()
        try:
            reply = unpack(answer)
            if reply.pop("number") != self._orders:
                raise ValueError("an answer to another order")
            return read(reply)
        except Exception as error:  # the student's code may write anything into the pipe
            raise StudentGone(f"what the process sent back is not an answer ({type(error).__name__})") from None

    def _interrupted(self) -> bytes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGINT)
        try:
            return self._answer(time.monotonic() + GRACE_SECONDS)
        except TimeoutError:
            message = "it was still running when its time was up, and could not be interrupted"
            raise StudentGone(message, OUT_OF_TIME) from None

    def _answer(self, deadline: float) -> bytes:
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline))
        if length > MAX_REPLY:
            raise StudentGone(f"what the process sent back is too large: {length:,} bytes")
        return self._read(length, deadline)

    def _write(self, data: bytes, deadline: float) -> None:
        pipe, view = self._process.stdin.fileno(), memoryview(data)
        while view:
            _, ready, _ = select.select([], [pipe], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            try:
                view = view[os.write(pipe, view) :]
            except BrokenPipeError:
                raise StudentGone(self._ending()) from None

    def _read(self, count: int, deadline: float) -> bytes:
        pipe, chunks = self._process.stdout.fileno(), []
        while count:
            ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            chunk = os.read(pipe, min(count, 1 << 20))
            if not chunk:
                raise StudentGone(self._ending())
            chunks.append(chunk)
            count -= len(chunk)
        return b"".join(chunks)

    def _ending(self) -> str:
        try:
            return f"the process ended with status {self._process.wait(GRACE_SECONDS)}"
        except subprocess.TimeoutExpired:
            return "the process closed its connection to the grader"

    def _kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
