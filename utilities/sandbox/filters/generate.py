"""Write the seccomp filters that `utilities/sandbox/kernel.py` loads: run it after changing a list, commit what it writes.

    pip install pyseccomp; python utilities/sandbox/filters/generate.py

Needs the libseccomp library, which the toolkit itself does not. Two filters per architecture:

- `reader`: files may be opened for reading; what can be read is left to the namespaces and to Landlock.
- `blind`: nothing can be opened; for machines where only seccomp works.

A system call that is not listed answers EPERM. Foreign architectures (i386 and x32 on x86_64) kill the process.
"""

import errno
import fcntl
import os
from pathlib import Path

import pyseccomp as seccomp  # type: ignore[import-not-found, import-untyped, unused-ignore]

FOLDER = Path(__file__).resolve().parent
ARCHITECTURES = {"x86_64": seccomp.Arch.X86_64, "aarch64": seccomp.Arch.AARCH64}

ALLOWED = [
    "read",
    "write",
    "readv",
    "writev",
    "pread64",
    "lseek",
    "close",
    "dup",
    "dup2",
    "dup3",
    "fstat",
    "newfstatat",
    "statx",
    "getdents64",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getcwd",
    "mmap",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "brk",
    "futex",
    "set_robust_list",
    "rseq",
    "sched_yield",
    "sched_getaffinity",
    "getcpu",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "restart_syscall",
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "times",
    "alarm",
    "getitimer",
    "setitimer",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "getpid",
    "gettid",
    "getppid",
    "getpgrp",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getgroups",
    "getrlimit",
    "getrusage",
    "sysinfo",
    "uname",
    "getrandom",
    "exit",
    "exit_group",
]
"""What a computing CPython with numpy and scipy needs. None of it makes a process, names another one, or leaves a trace."""

ABSENT = ("clone3", "openat2")
"""Answered as by an older kernel (ENOSYS): their arguments sit in memory, which a filter cannot see."""

WRITING = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC | os.O_APPEND | (os.O_TMPFILE & ~os.O_DIRECTORY)
DESCRIPTOR_COMMANDS = (fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_DUPFD_CLOEXEC)
"""Not F_SETOWN, F_SETSIG or F_SETFL (FASYNC): with those three a program sends signals to its zygote."""


def make(architecture: seccomp.Arch, *, reader: bool) -> seccomp.SyscallFilter:
    """One filter for one architecture, as a balanced tree."""
    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    if not rules.exist_arch(architecture):
        rules.add_arch(architecture)
        rules.remove_arch(seccomp.Arch.NATIVE)
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    rules.set_attr(seccomp.Attr.CTL_OPTIMIZE, 2)
    for name in ALLOWED:
        rules.add_rule(seccomp.ALLOW, name)
    for name in ABSENT:
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), name)
    rules.add_rule(seccomp.ERRNO(errno.ENOTTY), "ioctl")
    for command in DESCRIPTOR_COMMANDS:
        rules.add_rule(seccomp.ALLOW, "fcntl", seccomp.Arg(1, seccomp.MASKED_EQ, 0xFFFFFFFF, command))
    rules.add_rule(seccomp.ALLOW, "prlimit64", seccomp.Arg(0, seccomp.EQ, 0), seccomp.Arg(2, seccomp.EQ, 0))
    if reader:
        rules.add_rule(seccomp.ALLOW, "openat", seccomp.Arg(2, seccomp.MASKED_EQ, WRITING, 0))
    else:
        rules.add_rule(seccomp.ERRNO(errno.EACCES), "openat")
    return rules


def main() -> None:
    for name, architecture in ARCHITECTURES.items():
        for kind in ("reader", "blind"):
            with (FOLDER / f"{kind}.{name}.bpf").open("wb") as file:
                make(architecture, reader=kind == "reader").export_bpf(file)


if __name__ == "__main__":
    main()
