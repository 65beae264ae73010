"""The zygote: an interpreter that locks itself in, then forks one child for each ticket it gets.

Started by `worker` through launch.py, usually inside bubblewrap. It never reads a job: the child reads it from a socket
that comes with the ticket, of which the zygote closes its own copy at once. Each module that it loads, and each page
that these take, makes every fork dearer: hence the short list of imports, here and in `child`, and `_socket`, the part
of `socket` in C, which loads nothing else.
"""

import _socket
import builtins
import contextlib
import gc
import importlib
import json
import marshal
import mmap
import os
import resource
import signal
import sys

from utilities.sandbox import child, kernel, memory
from utilities.sandbox.wire import END, LENGTH, STATUS, TICKET, WAIT_STATUS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMMON = ("collections", "copy", "functools", "itertools", "math", "operator", "re", "typing")
"""What programs import most: loaded once here instead of in every child."""
UNREADABLE = (
    "__future__", "abc", "array", "bisect", "cmath", "contextlib", "dataclasses", "datetime", "decimal", "enum", "fractions", "graphlib",
    "heapq", "json", "numbers", "pprint", "queue", "random", "statistics", "string", "textwrap", "time", "traceback",
    "warnings",
)  # fmt: skip
"""Loaded too where no file can be opened later, that is without Landlock."""
PRELOADED: dict[str, list[str]] = {"bare": [], "numpy": ["numpy"], "scipy": ["numpy", "scipy.ndimage"]}
STACK = 64 << 20
PIECES = 16
"""Of the reserve: how often a program may run out of memory and still have it said."""
DESCRIPTOR = _socket.CMSG_SPACE(4)
CONTROL = 10
"""The descriptor of the socket to the parent: above the child's channel, which is the next one that is free."""
WARM_UP = """
from collections import Counter
def solve_task(grid):
    print(len(grid), max(Counter(cell for row in grid for cell in row)))
    return [list(row) for row in zip(*grid[::-1])]
"""
NUMPY_WARM_UP = """
import numpy as np
def solve_task(grid):
    a = np.array(grid)
    print(a.shape, np.unique(a))
    return np.rot90(np.where(a > 0, a, 0))
"""


def main(descriptor: int, boot_text: str) -> None:
    """Lock in, say `Ready`, serve until the parent is gone."""
    control = _socket.socket(fileno=os.dup2(descriptor, CONTROL))
    os.closerange(child.CHANNEL, CONTROL)
    boot = json.loads(boot_text)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; it ends us by closing the socket
    if boot["cpu"] is not None:
        os.sched_setaffinity(0, {boot["cpu"]})
    gc.disable()
    _preload(boot)
    gc.collect()
    held = memory.fill_holes()
    memory.own_code()
    memory.collapse()
    held += memory.fill_holes()  # those two read long tables
    private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    child.RESERVE = iter([mmap.mmap(-1, child.PIECE, private) for _ in range(PIECES)])
    base = memory.address_space()
    ready = _lock_in(boot)
    rules = kernel.Filter("reader" if boot["landlock"] else "blind") if boot["seccomp"] else None
    gc.freeze()  # or each child's first collection copies every page there is
    os.dup2(1, 2)  # stderr was for a failure to start
    control.send(json.dumps(ready).encode())
    serve(control, base, rules)
    del held  # not before: it keeps the holes filled


def _preload(boot: "dict[str, Any]") -> None:
    """Import what the flavour's programs share and run a few jobs, so that no child does anything first."""
    blind = boot["seccomp"] and not boot["landlock"]
    names = [*COMMON, *(UNREADABLE if blind else ()), *PRELOADED[boot["flavour"]]]
    if blind and boot["flavour"] != "bare":
        names.append("numpy.random")
    # Without their fork hooks: that of `random` costs more than all that a small program does.
    register, os.register_at_fork = os.register_at_fork, lambda **hooks: None
    for name in names:
        importlib.import_module(name)
    os.register_at_fork = register
    vars(builtins).update(exit=sys.exit, quit=sys.exit)  # which the module `site` would define
    streams, at_first = (sys.stdout, sys.stderr), dict(vars(child.MODULE))
    programs = [WARM_UP] if boot["flavour"] == "bare" else [WARM_UP, NUMPY_WARM_UP]
    for program in programs * 10:  # the interpreter adapts its code to what it sees often
        child.lock_up(os.getppid(), child.MANY << 30, child.MANY, None, rehearsed=True)
        ours, theirs = _socket.socketpair()
        job = marshal.dumps((program.encode(), [[[1, 2], [3, 4]]] * 2, 100), 2)
        ours.send(LENGTH.pack(len(job)) + job)
        child.serve(theirs.fileno())
        ours.close()
        theirs.close()
    sys.stdout, sys.stderr = streams
    vars(child.MODULE).clear()  # what the warm-up imported is not there for programs that forgot to
    vars(child.MODULE).update(at_first)


def _lock_in(boot: "dict[str, Any]") -> "dict[str, Any]":
    """Put on what a parent of children can wear, then try the walls from inside."""
    _set_limits()
    interfaces = [name for _, name in _socket.if_nameindex() if name != "lo"]
    if boot["user"] is not None and os.getuid() == 0:
        os.setgroups([])
        os.setresgid(boot["user"], boot["user"], boot["user"])
        os.setresuid(boot["user"], boot["user"], boot["user"])
    kernel.drop_capabilities()
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    if boot["landlock"]:
        kernel.landlock_read_only(boot["readable"])
    return {
        "canaries_visible": [path for path in boot["canaries"] if _readable(path)],
        "environment_readable": _readable("/proc/self/environ"),
        "interfaces": interfaces,
    }


def _set_limits() -> None:
    """What the zygote and its children share; and when memory runs out, these go before anybody else."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123
        file.write("500")
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_STACK, STACK),
    ):
        child.limit(kind, limit)


def _readable(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return True


def serve(control: _socket.socket, base: int, rules: "kernel.Filter | None") -> None:
    """One child per ticket; whatever comes next ends it. Returns when the parent is gone."""
    pid, status = 0, 0
    me = os.getpid()
    while True:
        message = control.recvmsg(TICKET.size, DESCRIPTOR)[0]
        if pid:
            os.kill(pid, signal.SIGKILL)
            status = os.waitpid(pid, 0)[1]
            pid = 0
        if not message:
            return
        if message == STATUS:
            control.send(WAIT_STATUS.pack(status))
        elif message != END:
            room, seconds = TICKET.unpack(message)
            pid = os.fork()
            if not pid:
                child.run(me, base + room, seconds, rules)
            os.close(child.CHANNEL)
