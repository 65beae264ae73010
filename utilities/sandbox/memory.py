"""How a zygote's memory lies: so that a fork copies little, and its child faults on few pages.

Of a small numpy program's time a third goes into page faults, of some two microseconds each. All that is done here is a
wish, not a need: what the kernel refuses stays as it is.
"""
# ruff: noqa: PTH123

import ctypes
import os

from utilities.sandbox.kernel import libc

HUGE_PAGE = 2 << 20
POOL = 16 << 10
"""Bytes in which the interpreter allocates small objects of one size."""
LARGE = (65536, 32768, 16384, 8192, 4096, 3000, 2048, 1536, 1280, 1024, 900, 800, 700, 640, 580, 540)
SMALL = range(15, 480, 16)
LEAST_USED = 1 / 4
"""Of a file's pages, or its code is not worth a copy: OpenBLAS has 20 MB of it, and hardly any is run."""

_READ_WRITE, _READ_EXECUTE = 3, 5
_PRIVATE_ANONYMOUS, _MOVE_TO_ADDRESS = 0x22, 3
_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25
_ADDRESS, _SIZE, _INT = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
_REFUSED = _ADDRESS(-1).value
libc.malloc.restype = libc.mmap.restype = libc.mremap.restype = _ADDRESS
libc.malloc.argtypes = (_SIZE,)
libc.mmap.argtypes = (_ADDRESS, _SIZE, _INT, _INT, _INT, ctypes.c_long)
libc.munmap.argtypes = (_ADDRESS, _SIZE)
libc.mprotect.argtypes = libc.madvise.argtypes = (_ADDRESS, _SIZE, _INT)
libc.mremap.argtypes = (_ADDRESS, _SIZE, _SIZE, _INT, _ADDRESS)


def address_space() -> int:
    """Bytes of address space this process has mapped (needs /proc)."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _lines(path: str) -> list[str]:
    """The lines of a file that a kernel may lack; then there are none."""
    try:
        with open(path) as file:
            return file.read().splitlines()
    except OSError:
        return []


def fill_holes() -> list[bytes]:
    """Objects that fill the gaps which loading has left in memory; keep them.

    Without the gaps, what a child allocates lies together at the end, and at the beginning of its pools, instead of in a
    hundred pages, each of which the kernel would have to copy for it.
    """
    held = []
    end = id(bytes(100_000))
    for size in range(24, LARGE[-1], 16):
        for _ in range(2000):
            if (libc.malloc(size) or end) >= end:
                break
    for size in LARGE:
        for _ in range(2000):
            held.append(bytes(size))
            if id(held[-1]) >= end:
                break
    for size in SMALL:
        for _ in range(POOL):
            held.append(bytes(size))
            if id(held[-1]) % POOL < 64 + 3 * size:  # the first of a fresh pool
                break
    return held


def own_code() -> None:
    """Put copies in the place of the program files that are mapped here, as far as they are used.

    A fork passes on private memory as it lies there. What belongs to a file it leaves to page faults, one for each
    stretch of code that a child runs.
    """
    for begin, end in _used_files():
        _put_copy(begin, end)


def _used_files() -> list[tuple[int, int]]:
    """(begin, end) of each file's mappings that nobody writes to, where enough of them is in memory."""
    runs: list[list[int]] = []
    last = ""
    for line in _lines("/proc/self/smaps"):
        fields = line.split(maxsplit=5)
        if fields[0] == "Rss:":
            runs[-1][2] += int(fields[1]) << 10
        elif "-" in fields[0]:
            begin, end = (int(part, 16) for part in fields[0].split("-"))
            file = fields[5] if fields[1] in ("r--p", "r-xp") and fields[-1][0] == "/" else ""
            if file != last or runs[-1][1] != begin:
                runs.append([begin, end, 0, bool(file)])
            runs[-1][1], last = end, file
    return [
        (begin, end) for begin, end, used, is_file in runs if is_file and used >= LEAST_USED * (end - begin)
    ]


def _put_copy(begin: int, end: int) -> None:
    """Exchange what lies there, unseen by the code that runs there, for a copy in huge pages."""
    size = end - begin
    room = size + HUGE_PAGE
    block = libc.mmap(None, room, _READ_WRITE, _PRIVATE_ANONYMOUS, -1, 0)
    if block == _REFUSED:
        return
    copy = -(-block // HUGE_PAGE) * HUGE_PAGE
    libc.madvise(copy, size, _MADV_HUGEPAGE)
    ctypes.memmove(copy, begin, size)
    if not libc.mprotect(copy, size, _READ_EXECUTE):
        libc.mremap(copy, size, size, _MOVE_TO_ADDRESS, begin)
    libc.munmap(block, room)


def collapse() -> None:
    """Ask for huge pages under everything that is mapped."""
    for line in _lines("/proc/self/maps"):
        begin, end = (int(part, 16) for part in line.split()[0].split("-"))
        first, last = -(-begin // HUGE_PAGE) * HUGE_PAGE, end // HUGE_PAGE * HUGE_PAGE
        if first < last:
            libc.madvise(first, last - first, _MADV_COLLAPSE)
