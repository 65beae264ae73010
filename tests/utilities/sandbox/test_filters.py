"""The committed seccomp filters, run by an interpreter: both architectures, on whatever machine the tests run."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from tests.utilities.sandbox.bpf import ALLOW, ERROR, KILL_PROCESS, Filter
from utilities import sandbox

FOLDER = Path(sandbox.__file__).parent / "filters"
X86_64, I386, AARCH64, ARM, RISCV = 0xC000003E, 0x40000003, 0xC00000B7, 0x40000028, 0xC00000F3
CODES = {"x86_64": X86_64, "aarch64": AARCH64}

NUMBERS = {
    "x86_64": dict(
        read=0, write=1, close=3, mmap=9, brk=12, madvise=28, futex=202, exit_group=231, getrandom=318, openat=257,
        open=2, fcntl=72, ioctl=16, prlimit64=302, clone3=435, openat2=437, clone=56, fork=57, vfork=58, execve=59,
        kill=62, tkill=200, tgkill=234, socket=41, socketpair=53, connect=42, sendmsg=46, recvmsg=47, ptrace=101,
        process_vm_readv=310, process_vm_writev=311, memfd_create=319, io_uring_setup=425, unshare=272, setns=308,
        mount=165, prctl=157, seccomp=317, setrlimit=160, bpf=321, userfaultfd=323, pidfd_send_signal=424,
        execveat=322, unlink=87, rename=82, mkdir=83, chdir=80, creat=85, truncate=76, setuid=105, shmget=29,
        personality=135, rt_sigqueueinfo=129, sched_setaffinity=203, keyctl=250, perf_event_open=298,
    ),
    "aarch64": dict(
        read=63, write=64, close=57, mmap=222, brk=214, madvise=233, futex=98, exit_group=94, getrandom=278, openat=56,
        fcntl=25, ioctl=29, prlimit64=261, clone3=435, openat2=437, clone=220, execve=221, kill=129, tkill=130,
        tgkill=131, socket=198, socketpair=199, connect=203, sendmsg=211, recvmsg=212, ptrace=117,
        process_vm_readv=270, process_vm_writev=271, memfd_create=279, io_uring_setup=425, unshare=97, setns=268,
        mount=40, prctl=167, seccomp=277, setrlimit=164, bpf=280, userfaultfd=282, pidfd_send_signal=424,
        execveat=281, unlinkat=35, renameat=38, mkdirat=34, chdir=49, truncate=45, setuid=146, shmget=194,
        personality=92, rt_sigqueueinfo=138, sched_setaffinity=122, keyctl=219, perf_event_open=241,
    ),
}  # fmt: skip
ALLOWED = ("read", "write", "close", "mmap", "brk", "madvise", "futex", "exit_group", "getrandom")
CONDITIONAL = ("openat", "fcntl", "ioctl", "prlimit64", "clone3", "openat2")
REFUSED = ERROR | errno.EPERM

both = pytest.mark.parametrize("architecture", NUMBERS)
each = pytest.mark.parametrize("kind", ["reader", "blind"])


def load(kind: str, architecture: str) -> Filter:
    return Filter(FOLDER / f"{kind}.{architecture}.bpf")


@both
@each
def test_computing_is_allowed_and_everything_else_refused(architecture: str, kind: str) -> None:
    rules, numbers = load(kind, architecture), NUMBERS[architecture]
    for name, number in numbers.items():
        if name not in CONDITIONAL:
            expected = ALLOW if name in ALLOWED else REFUSED
            assert rules.verdict(CODES[architecture], number, 1, 2, 3, 4, 5, 6) == expected, name


@both
@each
def test_no_unknown_call_is_allowed(architecture: str, kind: str) -> None:
    rules = load(kind, architecture)
    assert all(rules.verdict(CODES[architecture], number) == REFUSED for number in range(460, 1000))
    assert sum(rules.verdict(CODES[architecture], number) == ALLOW for number in range(460)) < 80


@both
@each
@pytest.mark.parametrize("foreign", [I386, ARM, RISCV, 0])
def test_foreign_architectures_are_killed(architecture: str, kind: str, foreign: int) -> None:
    assert load(kind, architecture).verdict(foreign, 0) == KILL_PROCESS
    other = X86_64 if architecture == "aarch64" else AARCH64
    assert load(kind, architecture).verdict(other, 0) == KILL_PROCESS


@each
def test_x32_calls_are_killed(kind: str) -> None:
    rules = load(kind, "x86_64")
    assert all(rules.verdict(X86_64, 0x40000000 | number) == KILL_PROCESS for number in range(600))


@both
def test_files_open_for_reading_only(architecture: str) -> None:
    rules, number, code = load("reader", architecture), NUMBERS[architecture]["openat"], CODES[architecture]
    for flags in (os.O_RDONLY, os.O_RDONLY | os.O_CLOEXEC, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK):
        assert rules.verdict(code, number, -100, 1, flags) == ALLOW
    unnamed_file = 0o20000000
    for flags in (os.O_WRONLY, os.O_RDWR, 3, os.O_CREAT, os.O_TRUNC, os.O_APPEND, unnamed_file):
        assert rules.verdict(code, number, -100, 1, flags) == REFUSED, flags


@both
def test_a_blind_program_opens_nothing(architecture: str) -> None:
    rules, number = load("blind", architecture), NUMBERS[architecture]["openat"]
    for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR | os.O_CREAT):
        assert rules.verdict(CODES[architecture], number, -100, 1, flags) == ERROR | errno.EACCES


@both
@each
def test_descriptor_commands_that_send_signals_are_refused(architecture: str, kind: str) -> None:
    rules, number, code = load(kind, architecture), NUMBERS[architecture]["fcntl"], CODES[architecture]
    allowed = {fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_DUPFD_CLOEXEC}
    for command in range(1100):
        assert (rules.verdict(code, number, 3, command) == ALLOW) == (command in allowed), command


@both
@each
def test_limits_can_be_read_and_not_set(architecture: str, kind: str) -> None:
    rules, number, code = load(kind, architecture), NUMBERS[architecture]["prlimit64"], CODES[architecture]
    assert rules.verdict(code, number, 0, 9, 0, 1) == ALLOW
    assert rules.verdict(code, number, 0, 9, 1, 0) == REFUSED
    assert rules.verdict(code, number, 0, 9, 1 << 32, 0) == REFUSED
    assert rules.verdict(code, number, 77, 9, 0, 1) == REFUSED


@both
@each
def test_calls_a_filter_cannot_judge_look_absent(architecture: str, kind: str) -> None:
    rules, numbers, code = load(kind, architecture), NUMBERS[architecture], CODES[architecture]
    assert rules.verdict(code, numbers["clone3"]) == ERROR | errno.ENOSYS
    assert rules.verdict(code, numbers["openat2"]) == ERROR | errno.ENOSYS
    assert rules.verdict(code, numbers["ioctl"], 0, 0x5401) == ERROR | errno.ENOTTY


@both
@each
def test_the_filter_is_small_enough_to_load_for_every_child(architecture: str, kind: str) -> None:
    assert len(load(kind, architecture)) < 160
