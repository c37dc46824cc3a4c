"""The gradebook, the environment, files and conversations of others are printed, for the student to read in the feedback."""

from tests.adversarial.hostile import PIDS, Hostile

GRADEBOOK = """
import glob, sqlite3

for top in ["/", "/*/", "/*/*/", *("../" * n for n in range(8))]:
    for path in glob.glob(top + "*.db"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as book:
            for (table,) in book.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                rows = book.execute(f'SELECT * FROM "{table}"').fetchall()
                print(path, table, repr(rows)[:1500])
"""

ENVIRONMENT = (
    PIDS
    + """
print(sorted(os.environ.items()), os.listdir("/"))
for pid in pids():
    for what in ("cmdline", "environ", "mountinfo", "cgroup"):
        try:
            print(pid, what, repr(open(f"/proc/{pid}/{what}").read()[-3000:]))
        except OSError as error:
            print(pid, what, error.strerror)
    for what in ("cwd", "root", "exe"):
        try:
            print(pid, what, os.readlink(f"/proc/{pid}/{what}"), os.listdir(f"/proc/{pid}/root")[:50])
        except OSError as error:
            print(pid, what, error.strerror)
"""
)

HISTORY = """
import glob, os, sqlite3

print(In)
get_ipython().run_line_magic("history", "-g")
home = os.path.expanduser("~")
for path in glob.glob(home + "/.ipython/profile_*/history.sqlite"):
    print(sqlite3.connect(path).execute("SELECT * FROM history ORDER BY rowid DESC LIMIT 50").fetchall())
for path in glob.glob(home + "/.*_history") + glob.glob(home + "/.local/share/jupyter/runtime/*"):
    print(path, repr(open(path).read()[-2000:]))
"""

FILES = """
import os, time

skipped = {"/proc", "/sys", "/usr", "/etc", "/dev", "/lib", "/lib64", "/bin", "/sbin", "/boot"}
files, end = [], time.monotonic() + 10
for top in [os.path.expanduser("~"), os.getcwd() + "/../..", "/tmp", "/"]:
    for folder, folders, names in os.walk(top):
        folders[:] = [f for f in folders if os.path.join(folder, f) not in skipped and f not in ("site-packages", "lib")]
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and os.path.getsize(path) < 2**20:
                files.append((-os.path.getmtime(path), path))
        if time.monotonic() > end:
            break
for _, path in sorted(set(files))[:100]:
    try:
        text = open(path, errors="replace").read()
        print(path, repr(text[:200]), repr(text[-400:]))
    except OSError as error:
        print(path, error)
"""

# Whoever listens on this machine is asked, and what they say to strangers is printed.
NEIGHBORS = """
import socket


def table(name):
    try:
        return [line.split() for line in open(f"/proc/net/{name}").read().split("\\n")[1:-1]]
    except OSError:
        return None


def ask(family, address):
    try:
        with socket.socket(family) as connection:
            connection.settimeout(1)
            connection.connect(address)
            print(address, connection.recv(1000))
    except OSError as error:
        if "refused" not in str(error):
            print(address, error)


listening = table("tcp")
ports = range(1, 2**16) if listening is None else {int(words[1][-4:], 16) for words in listening if words[3] == "0A"}
for port in ports:
    ask(socket.AF_INET, ("localhost", port))
for words in table("unix") or []:
    if len(words) == 8:
        ask(socket.AF_UNIX, words[-1].replace("@", "\\0", 1))
"""

DESCRIPTORS = """
import os

for descriptor in range(1024):
    try:
        os.set_blocking(descriptor, False)
        print(descriptor, os.fstat(descriptor), os.read(descriptor, 10_000))
    except OSError as error:
        if error.strerror != "Bad file descriptor":
            print(descriptor, error)
"""


def print_what(name: str, aim: str, code: str) -> Hostile:
    """Return a submission that runs the code in the cell of its first exercise, whose output is kept."""
    return Hostile(name, "reading", aim, cells={"knn-two-loops": code})


HOSTILE = (
    print_what("gradebook-printed", "The gradebook is opened, and everything in it is printed.", GRADEBOOK),
    print_what("environment-printed", "The environment and the command line of every process are printed.", ENVIRONMENT),
    print_what("history-printed", "The history of IPython, of the shell and of earlier kernels is printed.", HISTORY),
    print_what("files-printed", "The newest files of the machine are printed.", FILES),
    print_what("neighbors-asked", "Everything that listens is connected to, and what it says is printed.", NEIGHBORS),
    print_what(
        "descriptors-read", "Every inherited descriptor is read, the pipe with the grader's orders too.", DESCRIPTORS
    ),
)
