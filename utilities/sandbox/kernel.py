"""The Linux system calls of the sandbox that the standard library lacks: prctl, Landlock, seccomp.

By ctypes, for x86_64 and aarch64, where these calls have the same numbers or are named here. The layouts are those of
the kernel's `linux/landlock.h`, `linux/seccomp.h` and `linux/filter.h`. Loaded into every zygote, so it imports little.
"""
# ruff: noqa: PTH116, PTH120, PTH123

import ctypes
import os
import stat
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

libc = ctypes.CDLL(None, use_errno=True)
_prctl, _syscall = libc.prctl, libc.syscall
_MACHINE = os.uname().machine

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_CAPSET = {"x86_64": 126, "aarch64": 91}

READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
"""Landlock version -> number of file rights it knows; 16 since version 5."""


class KernelRefused(OSError):
    """A system call of the sandbox failed."""


def _check(result: "Any", what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise KernelRefused(code, f"{what}: {os.strerror(code)}")
    return int(result)


def prctl(option: int, value: int) -> None:
    """prctl(2) with one argument; raises KernelRefused."""
    _check(_prctl(option, value, 0, 0, 0), "prctl")


def drop_capabilities() -> None:
    """Give up every capability of this process, also for uid 0; raises KernelRefused."""
    header = struct.pack("Ii", 0x20080522, 0)
    _check(_syscall(_CAPSET[_MACHINE], header, bytes(24)), "capset")


# --- Landlock --------------------------------------------------------------------------------------------------------


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def landlock_version() -> int:
    """The kernel's Landlock version, 0 when it has none."""
    return max(0, int(_syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))))


def landlock_read_only(paths: "Iterable[str]") -> None:
    """Leave this process nothing of the file system but reading below `paths`; no TCP, no signals to the outside.

    TCP needs version 4, signals and abstract Unix sockets version 6; older kernels leave these to seccomp.
    Raises KernelRefused.
    """
    version = landlock_version()
    files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    network, scope = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    attributes = struct.pack("QQQ", files, network, scope)[:size]
    rules = _check(
        _syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0)),
        "landlock_create_ruleset",
    )
    for path in paths:
        _landlock_allow(rules, path)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    _check(_syscall(_LANDLOCK_RESTRICT, rules, ctypes.c_uint32(0)), "landlock_restrict_self")
    os.close(rules)


def _landlock_allow(rules: int, path: str) -> None:
    rights = READ_FILE | READ_FOLDER if stat.S_ISDIR(os.stat(path).st_mode) else READ_FILE
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = _PathRule(rights, descriptor)
    _check(_syscall(_LANDLOCK_ADD, rules, 1, ctypes.byref(rule), ctypes.c_uint32(0)), "landlock_add_rule")
    os.close(descriptor)


# --- seccomp ---------------------------------------------------------------------------------------------------------


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


class Filter:
    """A seccomp filter made by filters/generate.py; read once, put on with one system call."""

    def __init__(self, kind: str) -> None:
        """`kind` is `reader` or `blind`; raises FileNotFoundError on an architecture we have no filter for."""
        with open(f"{os.path.dirname(__file__)}/filters/{kind}.{_MACHINE}.bpf", "rb") as file:
            self._code = file.read()
        self._program = _Program(len(self._code) // 8, self._code)
        self._reference = ctypes.byref(self._program)
        self._number = _SECCOMP[_MACHINE]

    def put_on(self) -> None:
        """Bind this process to the filter for good; needs PR_SET_NO_NEW_PRIVS. Raises KernelRefused."""
        _check(_syscall(self._number, 1, 0, self._reference), "seccomp")
