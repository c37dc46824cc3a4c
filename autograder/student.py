"""The grader's side of a student's process: orders go out, plain data comes back, and nothing lasts forever."""

import os
import select
import time
from contextlib import ExitStack
from dataclasses import replace

from autograder.sandbox import Worker
from cs231n_kit.checks.assess import OUT_OF_MEMORY, OUT_OF_TIME
from cs231n_kit.checks.observe import Failure, Observation
from cs231n_kit.checks.store import observation_from
from cs231n_kit.checks.wire import LENGTH, decode, encode

CELL_SECONDS = 30  # for one cell
PROBE_SECONDS = 10  # for one probe on one case
NOTEBOOK_SECONDS = 600
GRACE_SECONDS = 2  # after an interrupt
LOOK_SECONDS = 0.05  # between two looks at the memory in use
MAX_REPLY = 32 * 2**20  # bytes


class StudentGone(Exception):
    """The student's process died, or had to be killed. The message says why, for the student to read."""

    def __init__(self, message: str, kind: str = "Crashed"):
        super().__init__(message)
        self.failure = Failure(kind, message)


class Student:
    """A process in a warm sandbox that runs a student's cells. Use it in a `with`; the sandbox is clean afterwards.

    deadline : of the whole notebook, by time.monotonic()
    """

    def __init__(self, worker: Worker, deadline: float | None = None):
        self._worker, self._end = worker, deadline or time.monotonic() + NOTEBOOK_SECONDS
        self.gone: StudentGone | None = None

    def __enter__(self):
        with ExitStack() as stack:
            self._process = stack.enter_context(self._worker.notebook())
            self._stack = stack.pop_all()
        self._channel = self._process.channel.fileno()
        os.set_blocking(self._channel, False)
        self._orders, self._looked = 0, 0.0
        return self

    def __exit__(self, *_):
        self._stack.close()

    def write(self, name: str, text: str) -> None:
        """Put a file into the folder that the cells run in."""
        self._ask({"do": "write", "name": name, "text": text}, CELL_SECONDS, lambda reply: None)

    def run(self, source: str) -> dict:
        """Run a cell; return {"outputs": notebook-format outputs, "error": "" or "ValueError: ..."}."""
        return self._ask(
            {"do": "run", "source": source},
            CELL_SECONDS,
            lambda reply: {"outputs": list(reply["outputs"]), "error": str(reply["error"])},
        )

    def probe(self, task: str, inputs: dict, measure: str) -> Observation:
        """Run a probe on the student's objects and return what it showed.

        measure : as for `observe`, but CPU time is read from the kernel; "peak" takes the growth of the largest memory
                  that the process ever held, from the kernel, too
        """
        asked = {"time": "values", "peak": "values"}.get(measure, measure)
        order = {"do": "probe", "task": task, "inputs": inputs, "measure": asked}
        read_cost = {"time": self._process.cpu_seconds, "peak": self._process.peak_memory}.get(measure)
        try:
            before = read_cost() if read_cost and not self.gone else 0.0
            seen = self._ask(order, PROBE_SECONDS, lambda reply: observation_from(reply["observation"]))
            return replace(seen, cost=float(read_cost() - before)) if read_cost else seen
        except StudentGone as gone:
            return Observation(failure=gone.failure)
        except ProcessLookupError:  # it answered and ended: what it cost is not known
            self.gone = StudentGone(self._ending())
            return Observation(failure=self.gone.failure)

    def _ask(self, order: dict, seconds: float, read):
        """Send an order and return read(reply); once the process is gone, every order meets with the same reason."""
        if self.gone is None:
            try:
                return self._exchange(order, seconds, read)
            except StudentGone as gone:
                self._process.kill()
                self.gone = gone
        raise self.gone

    def _exchange(self, order, seconds, read):
        self._orders += 1
        message = encode({**order, "number": self._orders})
        deadline = min(time.monotonic() + seconds, self._end)
        try:
            self._write(LENGTH.pack(len(message)) + message, deadline)
            answer = self._answer(deadline)
        except TimeoutError:
            answer = self._interrupted()
        try:
            reply = decode(answer)
            if reply.pop("number") != self._orders:
                raise ValueError("an answer to another order")
            return read(reply)
        except Exception as error:  # the student's code may write anything into the channel
            raise StudentGone(f"what the process sent back is not an answer ({type(error).__name__})") from None

    def _interrupted(self) -> bytes:
        self._process.interrupt()
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
        view = memoryview(data)
        while view:
            self._wait(deadline, to_write=True)
            try:
                view = view[os.write(self._channel, view) :]
            except (BrokenPipeError, ConnectionResetError):
                raise StudentGone(self._ending()) from None

    def _read(self, count: int, deadline: float) -> bytes:
        chunks = []
        while count:
            self._wait(deadline)
            try:
                chunk = os.read(self._channel, min(count, 1 << 20))
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                raise StudentGone(self._ending())
            chunks.append(chunk)
            count -= len(chunk)
        return b"".join(chunks)

    def _wait(self, deadline: float, to_write: bool = False) -> None:
        """Wait until the channel is ready, and look at the memory in use meanwhile."""
        channel = [self._channel]
        while True:
            if self._it_is_time_to_look() and self._process.memory() > self._worker.limits.memory:
                raise StudentGone("its processes used more memory than they may", OUT_OF_MEMORY)
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if any(select.select([] if to_write else channel, channel if to_write else [], [], min(left, LOOK_SECONDS))):
                return

    def _it_is_time_to_look(self) -> bool:
        """Return whether the last look at the memory was so long ago; to look costs as much as a short probe."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return False
        self._looked = now
        return True

    def _ending(self) -> str:
        if not self._process.ended(GRACE_SECONDS):
            return "the process closed its connection to the grader"
        self._process.end()
        return "the process ended" + (f" with status {self._process.status}" if not self._process.damage else "")
