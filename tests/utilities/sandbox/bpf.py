"""A small interpreter of classic BPF as seccomp uses it: enough for the committed filters, and no more.

After `linux/filter.h`: an accumulator, absolute loads from `struct seccomp_data`, jumps, masks, return.
"""

import struct
from pathlib import Path

LOAD, AND = 0x20, 0x54
JUMP, EQUAL, GREATER, GREATER_EQUAL, ANY_BIT = 0x05, 0x15, 0x25, 0x35, 0x45
RETURN = 0x06
ALLOW, KILL_PROCESS, ERROR = 0x7FFF0000, 0x80000000, 0x00050000


class Filter:
    """One filter file."""

    def __init__(self, path: Path) -> None:
        self._code = list(struct.iter_unpack("=HBBI", path.read_bytes()))

    def __len__(self) -> int:
        return len(self._code)

    def verdict(self, architecture: int, number: int, *arguments: int) -> int:
        """What the kernel would do with a system call: ALLOW, KILL_PROCESS, or ERROR plus an errno."""
        padded = (*arguments, *[0] * (6 - len(arguments)))
        data = struct.pack("=iIQ6Q", number, architecture, 0, *(value & (1 << 64) - 1 for value in padded))
        accumulator, at = 0, 0
        while True:
            code, true, false, value = self._code[at]
            at += 1
            if code == RETURN:
                return value
            if code == LOAD:
                (accumulator,) = struct.unpack_from("=I", data, value)
            elif code == AND:
                accumulator &= value
            elif code == JUMP:
                at += value
            else:
                at += true if _holds(code, accumulator, value) else false


def _holds(code: int, accumulator: int, value: int) -> bool:
    if code == ANY_BIT:
        return bool(accumulator & value)
    if code not in (EQUAL, GREATER, GREATER_EQUAL):
        raise ValueError(f"instruction {code:#x} is not one the filters use")
    return {EQUAL: accumulator == value, GREATER: accumulator > value, GREATER_EQUAL: accumulator >= value}[
        code
    ]
