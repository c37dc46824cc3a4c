"""Memory, disk, output, time, threads, recursion, and work for the judge: more of it than there is.

Most solve their first exercise, so that one sees whether what was earned before is kept. All of them end by themselves
at some point: no more than 8 GB of memory, 3 GB of disk and a few minutes.
"""

from tests.adversarial.hostile import GUARD, PIDS, Hostile, at_start, everywhere

FIRST, SECOND = "knn-two-loops", "knn-one-loop"

# Asked to stop, it goes on.
DEAF = """
import signal, time

end = time.monotonic() + 300
while time.monotonic() < end:
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while time.monotonic() < end:
            pass
    except BaseException:
        pass
"""

# A call in C that keeps the interpreter's lock: no thread and no signal handler of Python's gets a turn.
LOCKED = """
import ctypes, signal

signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
ctypes.PyDLL(None).sleep(300)
"""

STOPPED = "import os, signal\n\nos.kill(os.getpid(), signal.SIGSTOP)\n"

# The limit for one call is never reached, and the sum of all calls knows no limit.
SLOW = """
import time

time.sleep(9)
return None
"""

# Right, loop-free and cheap; but wherever a clock may be running, everybody else has to wait.
LATE_WHEN_TIMED = """
import time

compute = KNearestNeighbor.compute_distances_no_loops


def compute_slowly(self, X):
    time.sleep(3 if X.size * len(self.X_train) > 10_000 else 0)
    return compute(self, X)


KNearestNeighbor.compute_distances_no_loops = compute_slowly
"""

MEMORY = """
held = []
for _ in range(128):
    held.append(bytearray(b"x") * 2**26)
"""

# Each of them stays far below any limit for a process.
MEMORY_OF_CHILDREN = """
import os, time

for _ in range(40):
    if os.fork() == 0:
        held = bytearray(b"x") * (200 * 2**20)
        time.sleep(60)
        os._exit(0)
time.sleep(60)
"""

# ... and nobody waits for anything while they grow.
MEMORY_BETWEEN_CALLS = """
import os, time

for _ in range(20):
    if os.fork() == 0:
        held = []
        for _ in range(20):
            time.sleep(0.2)
            held.append(bytearray(b"x") * (20 * 2**20))
        time.sleep(60)
        os._exit(0)
"""

# Memory that belongs to a file without a name, and to no process.
MEMORY_FILES = """
import os

for number in range(40):
    file = os.memfd_create(str(number))
    try:
        for _ in range(100):
            os.write(file, bytes(2**20))
    except OSError as error:
        print(error)
        break
"""

# When memory is short, the kernel is asked to end the grader first.
BLAME = (
    GUARD
    + PIDS
    + """
for pid in pids():
    try:
        open(f"/proc/{pid}/oom_score_adj", "w").write("-1000" if pid == os.getpid() else "1000")
    except OSError as error:
        print(pid, error)
"""
    + MEMORY
)

DISK = """
import os, pathlib, tempfile

data, written = os.urandom(2**20), 0
for folder in (".", tempfile.gettempdir(), "/dev/shm", pathlib.Path.home()):
    try:
        for number in range(48):
            with open(f"{folder}/filler-{number}", "wb") as file:
                for _ in range(64):
                    written += file.write(data)
            if written > 3 * 2**30:
                break
    except OSError as error:
        print(folder, error)
print(written, "bytes written")
"""

SPARSE = """
try:
    with open("sparse", "wb") as file:
        file.truncate(2**40)
    numbers = np.memmap("sparse", dtype=float, mode="r", shape=(2**37,))
except (OSError, ValueError) as error:
    print(error)
    numbers = np.zeros(1)
"""

MANY_FILES = """
import os

for folder in range(100):
    os.mkdir(f"folder-{folder}")
    for number in range(1_000):
        open(f"folder-{folder}/{number}", "w").close()
    os.chmod(f"folder-{folder}", 0)
"""

# Whoever deletes folders with a function that calls itself runs out of stack.
DEEP_FOLDERS = """
import os

home = os.getcwd()
for _ in range(5_000):
    os.mkdir("d")
    os.chdir("d")
open("file", "w").close()
os.chdir(home)
"""

PRINT = """
import time

end = time.monotonic() + 300
while time.monotonic() < end:
    print("x" * 100_000)
"""

DISPLAY = """
from IPython.display import display

for number in range(600):
    display({"text/plain": str(number) * 1_000_000}, raw=True)
"""

MANY_DISPLAYED = """
from IPython.display import display

for number in range(100_000):
    display({"text/plain": ""}, raw=True)
"""

SUBPROCESS_OUTPUT = """
import subprocess

subprocess.run("timeout 60 yes & timeout 60 yes >&2 & timeout 60 yes > /proc/self/fd/1", shell=True)
get_ipython().system("timeout 60 yes")
"""

ERROR = "raise ValueError('x' * 200_000_000)"

TRACEBACK = """
def line(number):
    try:
        raise ValueError("y" * 100_000)
    except ValueError as error:
        if number:
            line(number - 1)
        raise KeyError("z" * 100_000) from error


line(400)
"""

THREADS = """
import threading, time

for _ in range(5_000):
    threading.Thread(target=time.sleep, args=(120,)).start()
"""

DESCRIPTORS = """
import os

try:
    while True:
        os.open("/dev/null", os.O_RDONLY)
except OSError as error:
    print(error)
"""

# From Python to C and back, each time a little deeper into the stack of C.
RECURSION = """
import sys

sys.setrecursionlimit(10**9)


def deeper(item):
    return sorted([item], key=deeper)


deeper(0)
"""

CRASH = "import ctypes\n\nctypes.string_at(0)\n"


def exhaust(name: str, aim: str, code: str) -> Hostile:
    """Return a submission that solves the first exercise and runs the code in the cell of the second one."""
    return Hostile(name, "exhausting", aim, cells={SECOND: code}, honest=(FIRST,), fair=2.0)


HOSTILE = (
    Hostile(
        "endless-loop",
        "exhausting",
        "A function loops for ever.",
        {SECOND: "while True:\n    pass"},
        honest=(FIRST,),
        fair=2.0,
    ),
    exhaust("deaf-to-interrupts", "An endless loop catches every exception and ignores signals.", DEAF),
    exhaust("deaf-in-c", "A call in C holds the interpreter's lock, with all signals blocked.", LOCKED),
    exhaust("stopped", "The process stops itself and waits to be continued.", STOPPED),
    Hostile(
        "always-nearly-too-late",
        "exhausting",
        "Every call takes nine seconds, just less than it may.",
        everywhere(SLOW),
    ),
    Hostile(
        "everybody-kept-waiting",
        "exhausting",
        "Right code sleeps whenever its inputs are large enough to be timed, and nothing else may run meanwhile.",
        honest=("knn-no-loops",),
        extra=(("knn-no-loops", LATE_WHEN_TIMED),),
        fair=5.0,
    ),
    exhaust("memory-eaten", "Eight gigabytes are held.", MEMORY),
    exhaust("memory-eaten-by-children", "Forty processes hold 200 MB each, and none too much.", MEMORY_OF_CHILDREN),
    exhaust(
        "memory-eaten-between-calls", "Twenty processes grow to 400 MB each after the cell has ended.", MEMORY_BETWEEN_CALLS
    ),
    exhaust("memory-eaten-by-files", "Four gigabytes lie in files in memory, which belong to no process.", MEMORY_FILES),
    exhaust("memory-eaten-by-the-grader", "The grader is made the first to be ended when memory runs out.", BLAME),
    exhaust("disk-filled", "Three gigabytes are written wherever one may write.", DISK),
    Hostile(
        "sparse-file",
        "exhausting",
        "A file of a terabyte, without contents, is mapped and returned as an array.",
        everywhere("return np.asarray(numbers)"),
        extra=at_start(SPARSE),
    ),
    exhaust("many-files", "A hundred thousand files lie in folders that nobody may enter.", MANY_FILES),
    exhaust("deep-folders", "Five thousand folders lie within one another.", DEEP_FOLDERS),
    exhaust("endless-output", "A cell prints for minutes.", PRINT),
    exhaust(
        "endless-output-of-children", "Other programs write to the inherited descriptors for a minute.", SUBPROCESS_OUTPUT
    ),
    exhaust("much-displayed", "One and a half gigabytes are displayed.", DISPLAY),
    exhaust("much-displayed-in-little-pieces", "A hundred thousand empty outputs are displayed.", MANY_DISPLAYED),
    exhaust("enormous-error", "An exception has a message of 200 MB.", ERROR),
    exhaust("enormous-traceback", "An exception has hundreds of causes, each with a message of 100 kB.", TRACEBACK),
    exhaust("thousands-of-threads", "Five thousand threads wait.", THREADS),
    exhaust("descriptors-used-up", "No file can be opened any more.", DESCRIPTORS),
    exhaust("stack-overflow", "Recursion through C overflows the stack.", RECURSION),
    exhaust("crash", "The process reads from address 0.", CRASH),
)
