"""A sandbox holds nothing worth knowing, lets nothing out, and is as clean after a notebook as before it."""

import contextlib
import multiprocessing
import os
import platform
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import autograder.sandbox
from autograder.engine import Workers
from autograder.sandbox import Limits, SandboxError, Worker, check_sandbox
from autograder.seccomp import (
    ALLOW,
    CLONE,
    JUMP_ABOVE,
    JUMP_EQUAL,
    JUMP_IF_SET,
    KILL,
    LOAD,
    MACHINES,
    READ_ONLY,
    REFUSE,
    REFUSED,
    RESTRICTED,
    RETURN,
    X32_BIT,
    UnknownMachine,
    seccomp_filter,
)
from autograder.student import Student, StudentGone
from tests.autograder.processes import gone, running, wait_until

SECRET = "canary-5e1d0b"
KIT, SCRATCH = str(autograder.sandbox.KIT), str(autograder.sandbox.SCRATCH)


@pytest.fixture(scope="module")
def worker(bubblewrap, course):
    """A sandbox that was started by a grader with a secret in its environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADING_TOKEN", SECRET)
        patch.setenv("PYTHONPATH", "/somewhere")
        with Workers(sandboxed=True, hidden=course.root) as lend:
            yield lend


@pytest.fixture
def run(worker):
    """Return a function that runs a cell in a fresh notebook process and returns what it printed, or its error."""

    def run(source):
        with Student(worker()) as student:
            return said(student.run(source))

    return run


def said(reply):
    texts = [o["text"] for o in reply["outputs"] if o.get("name") == "stdout"]
    return (reply["error"] or "".join(texts)).strip()


# --- what is inside


@pytest.mark.parametrize(
    "name",
    ["autograder", "autograder.grade", "autograder.tasks", "tests.autograder"],
)
def test_nothing_of_the_grader_can_be_imported(run, name):
    assert run(f"import {name}").startswith(("ModuleNotFoundError", "ImportError"))


def test_the_kit_and_what_notebooks_use_can_be_imported(run):
    assert run("import numpy, matplotlib.pyplot, cs231n_kit, cs231n_kit.checks, IPython\nprint('yes')") == "yes"


def test_the_course_the_grader_and_its_temporary_files_are_not_there(run, course, tmp_path):
    (tmp_path / "submitted").touch()
    here = [course.solutions, course.assignments, course.root / "tests", Path(autograder.sandbox.__file__)]
    places = [*here, tmp_path, Path.home() / ".ssh", "/proc/1"]
    assert run(f"import os\nprint([p for p in {list(map(str, places))} if os.path.exists(p)])") == "[]"


@pytest.mark.slow
def test_no_file_that_can_be_read_inside_is_named_like_a_part_of_the_grader_or_the_course(run):
    names = ("knn.ipynb", "seccomp.py", "gradebook.db", "gradebook.py", "setup_and_numpy.ipynb", "built.json")
    walk = f"import os\nfor folder, _, files in os.walk('/'):\n    for name in set(files) & set({names}):\n"
    found = run(walk + "        print(os.path.join(folder, name))").split()
    assert [path for path in found if "site-packages" not in path] == []


def test_the_environment_of_the_grader_is_not_inside(run):
    seen = run("import os, sys\nprint(dict(os.environ), sys.path, sys.argv, sys.orig_argv)")
    assert "OPENBLAS_NUM_THREADS" in seen
    for word in ("GRADING_TOKEN", SECRET, "/somewhere", "secret"):
        assert word not in seen


def test_there_is_no_network_not_even_to_the_machine_itself(run):
    assert run("import socket\nsocket.create_connection(('127.0.0.1', 80), 1)").startswith("OSError")
    assert run("import socket\nsocket.getaddrinfo('example.org', 80)").startswith(("gaierror", "OSError"))
    assert run("import socket\nsocket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)").startswith("OSError")


def test_it_runs_as_nobody_in_namespaces_of_its_own(run):
    uid, pid, host = run("import os, socket\nprint(os.getuid(), os.getpid(), socket.gethostname())").split()
    assert uid != "0"
    assert int(pid) < 1000 or int(pid) != os.getpid()
    assert host == "sandbox"


@pytest.mark.parametrize("folder", ["/", KIT, f"{KIT}/cs231n_kit", "/usr", "/dev", sys.prefix, "/etc", "/root"])
def test_nothing_but_the_scratch_folder_can_be_written_to(run, folder):
    assert run(f"open({folder!r} + '/planted', 'w')").startswith(("OSError", "PermissionError", "FileNotFoundError"))


def test_the_kit_cannot_be_changed(run):
    kit = f"{KIT}/cs231n_kit/__init__.py"
    assert run(f"open({kit!r}, 'a')").startswith(("OSError", "PermissionError"))
    assert run(f"import os\nos.remove({kit!r})").startswith(("OSError", "PermissionError"))
    assert run(f"import os\nos.chmod({kit!r}, 0o777)").startswith(("OSError", "PermissionError"))


# --- limits


@pytest.fixture(scope="module")
def tight(bubblewrap):
    """A sandbox with tight limits."""
    limits = Limits(scratch=8 * 2**20, file_size=4 * 2**20, open_files=40, processes=12, memory=300 * 2**20)
    worker = Worker(limits=limits)
    yield worker
    worker.close()


FILL = """
import os
written = 0
for number in range(20):
    try:
        with open({folder!r} + f"/{{number}}", "wb") as file:
            written += file.write(bytes(1_000_000))
    except OSError as error:
        print(error.strerror, written < 9_000_000)
        break
"""


@pytest.mark.parametrize("folder", [SCRATCH, "/dev/shm"])
def test_the_scratch_folder_is_limited_in_size(tight, folder):
    with Student(tight) as student:
        assert said(student.run(FILL.format(folder=folder))) == "No space left on device True"


def test_a_single_file_is_limited_in_size(tight):
    with Student(tight) as student:
        assert "File too large" in said(student.run("open('large', 'wb').write(bytes(5_000_000))"))


def test_open_files_are_limited(tight):
    with Student(tight) as student:
        assert "Too many open files" in said(student.run("files = [open('/dev/null') for _ in range(100)]"))


FORK_BOMB = """
import os, time
children = 0
try:
    for _ in range(100):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        children += 1
except OSError as error:
    print(error.strerror, children <= 12)
"""


def test_processes_are_limited_and_none_is_left(tight):
    with Student(tight) as student:
        assert said(student.run(FORK_BOMB)) == "Resource temporarily unavailable True"
    assert tight.usable
    with Student(tight) as student:
        assert said(student.run("import os\npid = os.fork()\nif pid == 0: os._exit(0)\nprint(os.waitpid(pid, 0)[1])")) == "0"


def test_the_limits_cannot_be_raised(tight):
    with Student(tight) as student:
        assert said(student.run("import resource as r\nr.setrlimit(r.RLIMIT_NPROC, (99, 99))")).startswith("ValueError")
        assert said(student.run("import resource as r\nr.prlimit(1, r.RLIMIT_NPROC, (99, 99))")).startswith(
            ("OSError", "PermissionError")
        )


HOLD = "import time\nheld = bytearray({mega} << 20)\nheld[::4096] = bytes([1]) * len(held[::4096])\ntime.sleep(20)"


def test_memory_is_limited(tight):
    with Student(tight) as student, pytest.raises(StudentGone, match="more memory than they may") as gone:
        student.run(HOLD.format(mega=400))
    assert gone.value.failure.kind == "MemoryError"


def test_memory_is_that_of_all_processes_together(tight):
    with Student(tight) as student, pytest.raises(StudentGone, match="more memory than they may"):
        student.run("import os\nfor _ in range(3):\n    if os.fork() == 0: break\n" + HOLD.format(mega=120))


def test_address_space_is_limited(worker):
    with Student(worker()) as student:
        assert said(student.run("import numpy as np\nnp.ones(2**31)")).startswith(("MemoryError", "_ArrayMemoryError"))


# --- the next notebook


def test_files_of_one_notebook_are_gone_for_the_next(run):
    plant = """
import os, tempfile
os.makedirs("deep/er")
open("deep/er/file", "w").write("planted")
open("/dev/shm/file", "w").write("planted")
open(os.path.join(tempfile.gettempdir(), "another"), "w").write("planted")
open("file", "w").write("planted")
os.symlink("/usr", "link")
os.mkfifo("pipe")
os.chmod("deep/er", 0)
print(sorted(os.listdir()))
"""
    assert run(plant) == "['another', 'deep', 'file', 'link', 'pipe']"
    assert run("import os\nprint(os.getcwd(), os.listdir('.'), os.listdir('/dev/shm'))") == f"{SCRATCH} [] []"


def test_what_one_notebook_changes_in_python_the_next_does_not_see(run):
    run("import builtins, sys, cs231n_kit\nbuiltins.planted = sys.planted = cs231n_kit.planted = planted = 1\nx = 5")
    assert run(
        "import builtins, sys, cs231n_kit\nprint([hasattr(m, 'planted') for m in (builtins, sys, cs231n_kit)])"
    ) == str(3 * [False])
    assert run("print(x)") == "NameError: name 'x' is not defined"


LEAVE = {
    "a child": "import subprocess\nsubprocess.Popen(['sleep', '{mark}'])",
    "a session of its own": "import subprocess\nsubprocess.Popen(['setsid', 'sleep', '{mark}'])",
    "a child of a child": "import os\nos.system('nohup setsid sleep {mark} > /dev/null 2>&1 &')",
    "one that ignores signals": "import os\nos.system('(trap \"\" TERM INT HUP; sleep {mark}; sleep {mark}) &')",
}


@pytest.mark.parametrize("dies", [False, True], ids=["ends", "dies"])
@pytest.mark.parametrize("what", LEAVE)
def test_processes_that_a_notebook_leaves_are_killed(worker, what, dies):
    mark = f"4{os.getpid()}{list(LEAVE).index(what)}{int(dies)}"
    used = worker()
    with Student(used) as student:
        assert said(student.run(LEAVE[what].format(mark=mark))) == ""
        assert wait_until(lambda: running(mark))
        if dies:
            with pytest.raises(StudentGone):
                student.run("import os\nos._exit(0)")
    assert running(mark) == []
    assert used.usable


# --- pid 1

REFUSED_TO_PID_1 = {
    "kill": "import os\nos.kill(1, 9)\nos.kill(1, 15)\nos.kill(1, 2)\nprint(os.kill(1, 0))",
    "stop": "import os, signal\nos.kill(1, signal.SIGSTOP)\nprint('sent')",
    "trace": "import ctypes\nprint(ctypes.CDLL(None).ptrace(16, 1, 0, 0))",
    "read": "import ctypes\nprint(ctypes.CDLL(None).process_vm_readv(1, None, 0, None, 0, 0))",
    "take files": "import ctypes\nprint(ctypes.CDLL(None).syscall(438, __import__('os').pidfd_open(1), 0, 0))",
    "limit": "import ctypes\nprint(ctypes.CDLL(None).prlimit(1, 0, None, None))",
    "renice": "import ctypes\nprint(ctypes.CDLL(None).setpriority(0, 1, 19))",
    "pin": "import ctypes\nprint(ctypes.CDLL(None).sched_setaffinity(1, 8, bytes([1] + 7 * [0])))",
}


@pytest.mark.parametrize("how", REFUSED_TO_PID_1)
def test_pid_1_cannot_be_killed_stopped_traced_read_or_slowed(worker, how):
    used = worker()
    with Student(used) as student:
        assert said(student.run(REFUSED_TO_PID_1[how])) in ("-1", "None", "sent")
        assert said(student.run("print(6 * 7)")) == "42"
    assert used.usable
    assert worker() is used


def test_the_connection_of_pid_1_to_the_grader_is_not_the_notebooks(run):
    listing = """
import os, socket, stat
found = []
for fd in range(256):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            found.append(socket.socket(fileno=os.dup(fd)).type)
    except OSError:
        pass
print([kind == socket.SOCK_SEQPACKET for kind in found])
"""
    assert run(listing) == "[False]"


# --- the filter of system calls


def instructions(machine):
    return list(struct.iter_unpack("=HBBI", seccomp_filter(machine)))


def verdict(machine, number, arguments=(), arch=None):
    """Return what the filter says to a system call, as the kernel would read it."""
    words = (*arguments, *(6 - len(arguments)) * (0,))
    data = struct.pack("=iIQ6Q", number, arch or MACHINES[machine][1], 0, *words)
    steps, place, value = instructions(machine), 0, 0
    while True:
        code, if_true, if_false, k = steps[place]
        if code == RETURN:
            return k
        if code == LOAD:
            (value,) = struct.unpack_from("=I", data, k)
        else:
            holds = {JUMP_EQUAL: value == k, JUMP_ABOVE: value >= k, JUMP_IF_SET: bool(value & k)}[code]
            place += if_true if holds else if_false
        place += 1


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_is_well_formed(machine):
    steps = instructions(machine)
    assert len(steps) < 4096  # the kernel's limit
    assert steps[-1][0] == RETURN
    for place, (code, if_true, if_false, k) in enumerate(steps):
        assert code in (LOAD, JUMP_EQUAL, JUMP_ABOVE, JUMP_IF_SET, RETURN)
        if code == LOAD:
            assert k % 4 == 0
            assert k < 64  # the size of struct seccomp_data
        assert code == RETURN or place + 1 + max(if_true, if_false) < len(steps)


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_refuses_what_is_in_its_table_and_allows_the_rest(machine):
    column = MACHINES[machine][0]
    refused = {numbers[column] for numbers in REFUSED.values()}
    special = {table[name][column] for table in (RESTRICTED, READ_ONLY) for name in table}
    assert len(refused) == len(REFUSED)
    for number in set(range(500)) - special:
        assert verdict(machine, number) == (REFUSE if number in refused else ALLOW), number


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_looks_at_arguments(machine):
    column = MACHINES[machine][0]
    call = {name: numbers[column] for name, numbers in [*RESTRICTED.items(), *READ_ONLY.items(), ("clone", CLONE)]}

    def answer(name, *arguments):
        return verdict(machine, call[name], arguments)

    assert answer("prlimit64", 0) == ALLOW
    assert answer("prlimit64", 1) == REFUSE
    assert answer("socket", socket.AF_UNIX) == ALLOW
    assert answer("socket", socket.AF_INET) == answer("socket", socket.AF_INET6) == answer("socket", 40) == REFUSE
    assert answer("clone", signal.SIGCHLD) == ALLOW
    assert answer("clone", 0x10000000 | signal.SIGCHLD) == REFUSE
    assert answer("rt_sigaction", signal.SIGINT, 0x7F0000001000) == ALLOW
    assert answer("rt_sigaction", signal.SIGCHLD, 0) == ALLOW
    for pointer in (0x7F0000001000, 0x1000, 0x7F00000000):
        assert answer("rt_sigaction", signal.SIGCHLD, pointer) == REFUSE


def test_the_filter_refuses_other_calling_conventions():
    assert verdict("x86_64", 1, arch=0x40000003) == KILL  # int 0x80 has other numbers
    assert verdict("x86_64", X32_BIT | 1) == REFUSE


def test_on_an_unknown_machine_there_is_no_filter_and_it_is_said(monkeypatch):
    with pytest.raises(UnknownMachine, match="no sandbox on riscv64: it is known on x86_64 and aarch64"):
        seccomp_filter("riscv64")
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(SandboxError, match="no sandbox on riscv64"):
        Worker().ready()


SYSCALL = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
for number in {numbers}:
    failed = libc.syscall(number, 0, 0, 0, 0, 0, 0) == -1
    print(number, failed and errno.errorcode[ctypes.get_errno()])
"""


def test_the_filter_is_in_force_inside(run):
    column = MACHINES[platform.machine()][0]
    numbers = [call[column] for name, call in REFUSED.items() if name != "memfd_secret"]
    assert run(SYSCALL.format(numbers=numbers)).splitlines() == [f"{number} ENOSYS" for number in numbers]


def test_children_cannot_be_left_uncounted(run):
    assert run("import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)").startswith("OSError")
    assert run("import subprocess\nprint(subprocess.run(['sh', '-c', 'echo 1 | cat; exit 3']).returncode)") == "3"


# --- after hostile notebooks

HOSTILE = {
    "fork bomb": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
    "locked folder": "import os\nos.makedirs('a/b/c')\nos.chmod('a', 0)\nos.chmod('.', 0)",
    "many files": "import os\nfor i in range(3000): open(str(i), 'w').close()",
    "deep folders": "import os\nfor i in range(400):\n    os.mkdir('d' * 100)\n    os.chdir('d' * 100)",
    "all signals": "import os, signal\nfor s in range(1, 32):\n    try: os.kill(-1, s)\n    except OSError: pass",
    "closed descriptors": "import os\nos.closerange(0, 256)",
}
LONG = ("fork bomb", "locked folder")


@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=[pytest.mark.slow] if what in LONG else []) for what in HOSTILE], ids=str
)
def test_after_a_hostile_notebook_the_next_one_runs(worker, monkeypatch, what):
    monkeypatch.setattr("autograder.student.CELL_SECONDS", 1.0)
    with Student(worker()) as student, contextlib.suppress(StudentGone):
        student.run(HOSTILE[what])
    with Student(worker()) as student:
        assert said(student.run("import os\nprint(os.listdir('.'), 6 * 7)")) == "[] 42"


@pytest.mark.slow
def test_a_sandbox_whose_first_process_is_gone_is_replaced(course, bubblewrap):
    with Workers(sandboxed=True, hidden=course.root) as lend:
        broken = lend()
        with Student(broken) as student:
            os.kill(autograder.sandbox._pid_of(broken.init), 9)
            with pytest.raises(StudentGone):
                student.run("import time\ntime.sleep(20)")
        assert not broken.usable
        with Student(lend()) as student:
            assert said(student.run("print(6 * 7)")) == "42"


@pytest.mark.slow
def test_a_sandbox_is_replaced_after_many_notebooks(course, monkeypatch, bubblewrap):
    monkeypatch.setattr("autograder.engine.SERVINGS", 2)
    with Workers(sandboxed=True, hidden=course.root) as lend:
        lent = []
        for _ in range(3):
            with Student(lend()) as student:
                lent.append((student._worker, student._worker.served))
    assert lent[0][0] is lent[1][0]
    assert lent[2][0] is not lent[0][0]
    assert not lent[0][0].usable


@pytest.mark.slow
def test_a_closed_sandbox_leaves_no_process(bubblewrap):
    worker = Worker().ready()
    pids = autograder.sandbox.family(worker._process.pid)
    assert len(pids) > 1
    worker.close()
    assert wait_until(lambda: all(map(gone, pids)))


@pytest.mark.slow
def test_a_sandbox_that_is_closed_before_it_is_warm_leaves_no_process(bubblewrap):
    mark = 10**9 + os.getpid()
    worker = Worker(limits=Limits(scratch=mark))
    assert wait_until(lambda: len(running(str(mark))) > 1)
    worker.close()
    assert wait_until(lambda: not running(str(mark)))


# --- where bubblewrap is missing or does not work


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A PATH that holds what the grader calls, but no bubblewrap."""
    folder = tmp_path / "bin"
    folder.mkdir()
    folder.chmod(0o755)
    for name in ("setpriv", "choom", "sh", "cat"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def fake_bwrap(folder, complaint, status=1):
    script = folder / "bwrap"
    script.write_text(f"#!{shutil.which('sh', path='/bin:/usr/bin')}\necho {complaint!r} >&2\nexit {status}\n")
    script.chmod(0o755)


def test_without_bubblewrap_the_line_that_installs_it_is_named(programs):
    with pytest.raises(SandboxError) as error:
        check_sandbox()
    assert str(error.value).startswith(
        "grading needs bubblewrap, which is not installed\n  fix: sudo apt install bubblewrap"
    )
    assert "--no-sandbox" in str(error.value)


@pytest.mark.parametrize(
    ("complaint", "remedy"),
    [
        ("bwrap: Unknown option --size", "install bubblewrap 0.8 or newer"),
        ("bwrap: setting up uid map: Permission denied", "apparmor_restrict_unprivileged_userns=0"),
        ("bwrap: No permissions to create new namespace, likely because the kernel", "unprivileged_userns_clone=1"),
        ("bwrap: Failed to make / slave: Permission denied", "--security-opt apparmor=unconfined"),
        ("bwrap: Creating new namespace failed: Operation not permitted", "--security-opt seccomp=unconfined"),
        ("", "status 1"),
    ],
)
def test_a_bubblewrap_that_does_not_work_is_quoted_with_what_helps(programs, monkeypatch, complaint, remedy):
    fake_bwrap(programs, complaint)
    monkeypatch.setattr(autograder.sandbox, "_as_nobody", lambda sources: [])  # which cannot reach the script
    with pytest.raises(SandboxError) as error:
        check_sandbox()
    message = str(error.value)
    assert message.startswith(f"bubblewrap cannot start a sandbox here: {complaint}")
    assert remedy in message
    assert "\n  fix: " in message
    assert "--no-sandbox" in message


def test_on_another_system_wsl_is_named(monkeypatch):
    monkeypatch.setattr(autograder.sandbox.sys, "platform", "win32")
    with pytest.raises(SandboxError, match="on Windows, run it in WSL"):
        check_sandbox()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's files are hidden from the sandbox's user")
def test_a_kit_that_the_sandboxs_user_may_not_read_is_named(bubblewrap, monkeypatch, tmp_path):
    runner = tmp_path / "runner.py"
    runner.touch(stat.S_IRUSR)
    monkeypatch.setattr(autograder.sandbox, "RUNNER", runner)
    with pytest.raises(SandboxError, match=rf"may not read {runner}\n  fix: chmod -R o\+rX"):
        check_sandbox()


def test_a_sandbox_that_ends_at_once_says_what_its_last_words_were(programs, monkeypatch):
    fake_bwrap(programs, "bwrap: no room on the moon", status=3)
    monkeypatch.setattr(autograder.sandbox, "_as_nobody", lambda sources: [])
    with pytest.raises(SandboxError, match="the sandbox ended: bwrap: no room on the moon"):
        Worker().ready()


# --- without a sandbox


@pytest.fixture(scope="module")
def bare():
    worker = Worker(sandboxed=False)
    yield worker
    worker.close()


def test_without_a_sandbox_notebooks_run_all_the_same(bare):
    with Student(bare) as student:
        assert said(student.run("print(6 * 7)")) == "42"
        assert said(student.run("import os\nopen('left', 'w')\nprint(os.listdir('.'))")) == "['left']"
    with Student(bare) as student:
        assert said(student.run("import os\nprint(os.listdir('.'))")) == "[]"
    assert bare.usable


def test_without_a_sandbox_what_stays_in_the_process_group_is_killed(bare):
    mark = f"5{os.getpid()}"
    with Student(bare) as student:
        student.run(f"import subprocess\nsubprocess.Popen(['sleep', '{mark}'])")
        assert wait_until(lambda: running(mark))
    assert wait_until(lambda: not running(mark))


@pytest.mark.slow
def test_without_a_sandbox_the_folder_is_removed_at_the_end():
    worker = Worker(sandboxed=False)
    with Student(worker) as student:
        folder = Path(said(student.run("import os\nopen('file', 'w')\nprint(os.getcwd())")))
        assert (folder / "file").exists()
    worker.close()
    assert not folder.exists()


@pytest.mark.slow
def test_without_a_sandbox_a_folder_that_became_a_link_is_not_followed(tmp_path):
    (tmp_path / "kept").touch()
    worker = Worker(sandboxed=False)
    link = Path(worker._folder.name)
    with Student(worker) as student:
        student.run(f"import os\nfolder = os.getcwd()\nos.rmdir(folder)\nos.symlink({str(tmp_path)!r}, folder)")
    worker.close()
    link.unlink(missing_ok=True)
    assert (tmp_path / "kept").exists()


@pytest.mark.slow
def test_without_a_sandbox_nothing_outlives_a_judge_that_is_killed_before_its_worker_is_closed():
    mark = f"7{os.getpid()}"
    worker = Worker(sandboxed=False)
    judge = multiprocessing.get_context("fork").Process(target=_run_forever, args=(worker, mark))
    judge.start()
    worker.let_go()
    assert wait_until(lambda: running(mark))
    runner = worker._process.pid
    os.kill(runner, signal.SIGSTOP)  # slow to notice
    judge.kill()
    judge.join()
    later = threading.Timer(0.5, os.kill, (runner, signal.SIGCONT))
    later.start()
    worker.close()
    later.join()
    assert wait_until(lambda: not running(mark))
    assert not Path(worker._folder.name).exists()


def _run_forever(worker, mark):
    with Student(worker) as student:
        student.run(f"import subprocess, time\nsubprocess.Popen(['sleep', '{mark}'])\ntime.sleep(1000)")


# --- the end of the grader

ENDLESS = """
import sys
from autograder.sandbox import Worker
from autograder.student import Student

with Student(Worker(sandboxed={sandboxed})) as student:
    student.run("import subprocess, sys\\nsubprocess.Popen(['sleep', '{mark}'])")
    print("running", flush=True)
    student.run("while True: pass")
"""


@pytest.mark.slow
@pytest.mark.parametrize("sandboxed", [True, False])
def test_nothing_outlives_a_grader_that_is_killed(bubblewrap, sandboxed):
    mark = f"6{os.getpid()}{int(sandboxed)}"
    source = ENDLESS.format(mark=mark, sandboxed=sandboxed)
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout.readline() == "running\n"
        family = autograder.sandbox.family(grader.pid)
        assert set(running(mark)) <= set(family)
        assert len(family) > 3
        grader.kill()
    assert wait_until(lambda: all(map(gone, family)))
    assert running(mark) == []
