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
RUNNER = Path(__file__).with_name("runner.py")


class StudentGone(Exception):
    """The student's process died, or had to be killed. The message says why, for the student to read."""

    def __init__(self, message: str, kind: str = "Crashed"):
        super().__init__(message)
        self.failure = Failure(kind, message)


class Student:
    """A process that runs a student's cells, in a scratch folder that is deleted afterwards. Use it in a `with`."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        kept = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV", "SYSTEMROOT")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment |= {**ONE_THREAD, "MPLBACKEND": "module://matplotlib_inline.backend_inline", "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(RUNNER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env=environment,
            start_new_session=True,
        )
        self._gone: StudentGone | None = None
        self._extra_seconds = START_SECONDS  # importing NumPy on a cold disk is not the student's doing
        return self

    def __exit__(self, *_):
        self._kill()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._folder.cleanup()

    def run(self, source: str) -> dict:
        """Run a cell; return {"outputs": notebook-format outputs, "error": "" or "ValueError: ..."}."""
        return self._ask({"do": "run", "source": source}, CELL_SECONDS)

    def probe(self, task: str, inputs: dict, measure: str) -> Observation:
        """Run a probe on the student's objects and return what it showed."""
        order = {"do": "probe", "task": task, "inputs": inputs, "measure": measure}
        try:
            return observation_from(self._ask(order, PROBE_SECONDS)["observation"])
        except StudentGone as gone:
            return Observation(failure=gone.failure)

    def _ask(self, order: dict, seconds: float) -> dict:
        """Send an order and return the reply; once the process is gone, every order meets with the same reason."""
        if self._gone is None:
            try:
                return self._exchange(pack(order), seconds)
            except StudentGone as gone:
                self._gone = gone
        raise self._gone

    def _exchange(self, message: bytes, seconds: float) -> dict:
        try:
            self._process.stdin.write(LENGTH.pack(len(message)) + message)
            self._process.stdin.flush()
        except BrokenPipeError:
            raise StudentGone(f"the process ended with status {self._process.wait()}") from None
        deadline = time.monotonic() + seconds + self._extra_seconds
        self._extra_seconds = 0
        try:
            return self._answer(deadline)
        except TimeoutError:
            os.killpg(self._process.pid, signal.SIGINT)
        try:
            return self._answer(time.monotonic() + GRACE_SECONDS)
        except TimeoutError:
            self._kill()
            message = "it was still running when its time was up, and could not be interrupted"
            raise StudentGone(message, OUT_OF_TIME) from None

    def _answer(self, deadline: float) -> dict:
        header = self._read(LENGTH.size, deadline)
        return unpack(self._read(LENGTH.unpack(header)[0], deadline))

    def _read(self, count: int, deadline: float) -> bytes:
        pipe, chunks = self._process.stdout, []
        while count:
            ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            chunk = os.read(pipe.fileno(), min(count, 1 << 20))
            if not chunk:
                raise StudentGone(f"the process ended with status {self._process.wait()}")
            chunks.append(chunk)
            count -= len(chunk)
        return b"".join(chunks)

    def _kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
