"""Hands laid on the descriptors that a process inherits, and on the wire between it and the grader.

Replies are written as `autograder.runner` writes them, with the number of their order. When that changes, these have to
change with it; an attack that no longer fits proves nothing.
"""

from tests.adversarial.hostile import Hostile, at_start, everywhere
from tests.adversarial.lying import BY_ROWS, LOOP, NO_LOOPS

GARBAGE = """
import os, struct

for descriptor in range(3, 1024):
    try:
        os.set_blocking(descriptor, False)
        os.write(descriptor, struct.pack(">Q", 5) + b"hello" + os.urandom(1000))
        print("wrote to", descriptor)
    except OSError:
        pass
"""

CLOSED = "import os\n\nos.closerange(3, 4096)\n"

# The child keeps the pipe open, so that the grader does not see that the notebook's process has ended.
KEPT_OPEN = """
import os, time

if os.fork() == 0:
    os.setsid()
    time.sleep(120)
    os._exit(0)
os._exit(0)
"""

# Flags, positions and connections belong to what is open, not to the process: the grader's end has them, too.
SHUT = """
import fcntl, os, socket

for descriptor in range(3, 1024):
    for change in (
        lambda: fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND | os.O_ASYNC),
        lambda: os.lseek(descriptor, 2**40, os.SEEK_SET),
        lambda: os.ftruncate(descriptor, 0),
        lambda: socket.socket(fileno=os.dup(descriptor)).shutdown(socket.SHUT_RDWR),
    ):
        try:
            change()
            print("changed", descriptor)
        except (OSError, ValueError):
            pass
"""

BELOW = """
import gc, io, os, sys
from cs231n_kit.checks.wire import LENGTH, decode, encode


def below():
    \"\"\"Return the two ends of the wire and the order that this call is part of, or nothing if they cannot be found.\"\"\"
    known, frame = {}, sys._getframe(1)
    while frame:
        things = frame.f_locals.values()
        known.update({"order": thing for thing in things if isinstance(thing, dict) and "number" in thing})
        frame = frame.f_back
    for kind, name in ((io.BufferedWriter, "replies"), (io.BufferedReader, "orders")):
        pipes = [thing for thing in gc.get_objects() if isinstance(thing, kind) and not thing.closed]
        known.update({name: pipe for pipe in pipes if isinstance(pipe.raw.name, int) and pipe.raw.name > 2})
    return known if len(known) == 3 else {}


def send(known, answer):
    reply = encode({**answer, "number": known["order"]["number"]})
    known["replies"].write(LENGTH.pack(len(reply)) + reply)
    known["replies"].flush()


def next_order(known):
    known["order"] = decode(known["orders"].read(LENGTH.unpack(known["orders"].read(LENGTH.size))[0]))


"""

# From the first call on, the student's function answers all orders itself.
TAKE_OVER = """
def take_over(X, X_train):
    known = below()
    while "replies" in known:
        order = known["order"]
        answer = {"outputs": [], "error": ""}
        if order.get("do") == "probe":
            inputs = order["inputs"]
            dists = by_rows(inputs["X"], inputs["X_train"]) if "X" in inputs else np.zeros(3)
            answer = {"observation": {"outputs": {"dists": dists}, "cost": 0.0}}
        send(known, answer)
        next_order(known)
    return by_rows(X, X_train)
"""

# Whoever reads these without a look at their types fails, and everybody behind in the queue with it.
ODD = """
ODD = [
    {"observation": {"outputs": {"dists": np.zeros(3)}, "cost": "much"}},
    {"observation": {"outputs": 5}},
    {"observation": {"outputs": {"dists": "text"}, "odd_types": {"dists": ["list"]}}},
    {"observation": {"failure": {"kind": 5, "message": ["a"], "line": {}}}},
    {"observation": {"failure": {"kind": "E"}}},
    {"observation": {"outputs": {"dists": np.zeros((2, 2), "V8")}}},
    {"observation": {"outputs": {"dists": np.zeros((2, 2), "M8[s]"), "y_pred": np.array([b"bytes"])}}},
    {"observation": {"outputs": {"dists": np.zeros(3)}, "cost": float("nan"), "modified": 7, "other": 1}},
    {"observation": []},
    {"outputs": {"a": 1}, "error": {"b": 2}},
    {"outputs": [{"output_type": "stream", "name": [], "text": {}}, 5, None], "error": None},
    {},
]


def answer_oddly():
    known = below()
    while "replies" in known:
        send(known, ODD[known["order"]["number"] % len(ODD)])
        next_order(known)


"""
ODD_COSTS = """
import cs231n_kit.checks.observe as module

odd, true_plain = [], module._plain


def plain(returned):
    odd.append(1)
    kinds = [np.zeros((2, 2), "V8"), np.zeros((2, 2), "M8[s]"), np.array([[b"b"]]), np.zeros(2, [("a", float)]), 5, "text"]
    return {name: kinds[len(odd) % len(kinds)] for name in returned}, {"dists": ["a"]} if len(odd) % 2 else {}


module._plain = plain
"""

FLOOD = """
def flood():
    known = below()
    if "replies" in known:
        for length in (2**63, 2**40, 255 * 2**20):  # more than can be held, and as much as is just allowed
            known["replies"].write(LENGTH.pack(length))
        for _ in range(600):
            known["replies"].write(b"x" * 2**20)


"""

# Some megabytes that take three gigabytes when they are read: one array, to be copied two hundred times ...
COPIES = """
import json


def explode():
    known = below()
    if known:
        block = bytes(8 * 2**20)
        array = {"#": "|u1", "shape": [len(block)], "at": 0, "layout": "strided"}
        tree = {"number": known["order"]["number"], "observation": {"outputs": {str(n): array for n in range(200)}}}
        text = json.dumps(tree).encode()
        reply = LENGTH.pack(len(text)) + text + block
        known["replies"].write(LENGTH.pack(len(reply)) + reply)
        known["replies"].flush()


"""

# ... or lists with nothing in them, each of which takes twenty times the three bytes that it is written with.
LISTS = """
def explode():
    known = below()
    if known:
        text = b'{"number": %d, "observation": [' % known["order"]["number"] + b"[]," * 20_000_000 + b"0]}"
        reply = LENGTH.pack(len(text)) + text
        known["replies"].write(LENGTH.pack(len(reply)) + reply)
        known["replies"].flush()


"""

HOSTILE = (
    Hostile(
        "descriptors-written-to",
        "escaping",
        "Well-formed and malformed replies go to every descriptor.",
        extra=at_start(GARBAGE),
    ),
    Hostile("descriptors-closed", "escaping", "Every inherited descriptor is closed.", extra=at_start(CLOSED)),
    Hostile(
        "descriptors-shut-down",
        "escaping",
        "What is open is truncated, shut down, or made not to block, for everybody who shares it.",
        extra=at_start(SHUT),
    ),
    Hostile(
        "pipe-kept-open", "escaping", "The process ends, and a child keeps its end of the pipe.", extra=at_start(KEPT_OPEN)
    ),
    Hostile(
        "wire-taken-over",
        "escaping",
        "The function under test takes over the wire and answers all orders with costs of zero.",
        {NO_LOOPS: "return take_over(X, self.X_train)"},
        extra=(*at_start(BY_ROWS), *at_start(BELOW + TAKE_OVER)),
        fair=LOOP,
    ),
    Hostile(
        "replies-of-odd-types",
        "escaping",
        "Replies are well packed and hold other types than expected, so that the judge stumbles.",
        everywhere("return answer_oddly()"),
        extra=at_start(BELOW + ODD),
    ),
    Hostile(
        "outputs-of-odd-types",
        "escaping",
        "What a probe returned is replaced by arrays of times, bytes and records, and by text.",
        everywhere("return None"),
        extra=at_start(ODD_COSTS),
    ),
    Hostile(
        "wire-flooded",
        "escaping",
        "Replies of absurd lengths are announced, and half a gigabyte follows.",
        everywhere("return flood()"),
        extra=at_start(BELOW + FLOOD),
    ),
    Hostile(
        "reply-with-many-copies",
        "exhausting",
        "A reply of eight megabytes says that it holds two hundred copies of the same array.",
        everywhere("return explode()"),
        extra=at_start(BELOW + COPIES),
    ),
    Hostile(
        "reply-of-empty-lists",
        "exhausting",
        "A reply of 60 MB holds twenty million empty lists, which take gigabytes of memory.",
        everywhere("return explode()"),
        extra=at_start(BELOW + LISTS),
    ),
)
