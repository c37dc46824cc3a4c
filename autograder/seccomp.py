"""A seccomp filter, as the bytes that `bwrap --seccomp` reads: a list of system calls that student code has no use for.

Namespaces and limits leave holes that only a filter closes: the key ring of the grader's login session and virtual
machine sockets belong to no namespace, memory files count towards no limit, and a process may change the limits and
the priority of any other of the same user.
"""

import errno
import platform
import signal
import socket
import struct

# name: (number on x86_64, number on aarch64)
REFUSED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "clone3": (435, 435),  # its flags cannot be inspected; the C library then uses clone
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
}
# name: (number on x86_64, number on aarch64, the only value that its first argument may have)
RESTRICTED = {
    "prlimit64": (302, 261, 0),  # the caller's own limits
    "socket": (41, 198, int(socket.AF_UNIX)),
}
# name: (number on x86_64, number on aarch64, a value of its first argument for which nothing may be set)
READ_ONLY = {
    "rt_sigaction": (13, 134, int(signal.SIGCHLD)),  # the time and memory of a child that is ignored are counted nowhere
}
NEW_USER_NAMESPACE = 0x10000000  # a flag of clone, in its first argument: with it, student code gets at more of the kernel
CLONE = (56, 220)
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, and AUDIT_ARCH_*
X32_BIT = 0x40000000  # system calls of x86_64's other, 32-bit calling convention

LOAD, JUMP_EQUAL, JUMP_ABOVE, JUMP_IF_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, FIRST_ARGUMENT, SECOND_ARGUMENT = 0, 4, 16, 24  # offsets in struct seccomp_data
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000 | errno.ENOSYS, 0x80000000


class UnknownMachine(Exception):
    """The numbers of this machine's system calls are not in the table."""


def seccomp_filter(machine: str | None = None) -> bytes:
    """Return the filter as an array of struct sock_filter. A refused call fails as on a kernel that lacks it."""
    machine = machine or platform.machine()
    if machine not in MACHINES:
        raise UnknownMachine(f"no sandbox on {machine}: it is known on {' and '.join(MACHINES)}")
    column, audit_arch = MACHINES[machine]
    steps = [
        _step(LOAD, MACHINE),
        _step(JUMP_EQUAL, audit_arch, 1, 0),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER),
        _step(JUMP_ABOVE, X32_BIT, 0, 1),
        _step(RETURN, REFUSE),
    ]
    for numbers in REFUSED.values():
        steps += [_step(JUMP_EQUAL, numbers[column], 0, 1), _step(RETURN, REFUSE)]
    for *numbers, allowed in RESTRICTED.values():
        steps += [
            _step(JUMP_EQUAL, numbers[column], 0, 4),
            _step(LOAD, FIRST_ARGUMENT),
            _step(JUMP_EQUAL, allowed, 0, 1),
            _step(RETURN, ALLOW),
            _step(RETURN, REFUSE),
        ]
    for *numbers, protected in READ_ONLY.values():
        steps += [
            _step(JUMP_EQUAL, numbers[column], 0, 8),
            _step(LOAD, FIRST_ARGUMENT),
            _step(JUMP_EQUAL, protected, 0, 4),
            _step(LOAD, SECOND_ARGUMENT),
            _step(JUMP_EQUAL, 0, 0, 3),
            _step(LOAD, SECOND_ARGUMENT + 4),  # the other half of a pointer
            _step(JUMP_EQUAL, 0, 0, 1),
            _step(RETURN, ALLOW),
            _step(RETURN, REFUSE),
        ]
    steps += [
        _step(JUMP_EQUAL, CLONE[column], 0, 3),
        _step(LOAD, FIRST_ARGUMENT),
        _step(JUMP_IF_SET, NEW_USER_NAMESPACE, 0, 1),
        _step(RETURN, REFUSE),
    ]
    return b"".join([*steps, _step(RETURN, ALLOW)])


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
