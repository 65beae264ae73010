"""What parent, zygote and child say to each other.

Parent to zygote, on the control socket, one message each: a `Ticket` with the child's end of a fresh socket attached;
END (kill whatever still runs); STATUS (the same, and answer with its wait status). The zygote says `Ready` once.
Parent to child, on that fresh socket: one length-prefixed `Job`. Child to parent: one length-prefixed JSON `Result` per
grid, as it is done. Nothing is ever pickled, and the parent believes nothing it has not checked.
"""

import struct
from typing import Annotated, Literal

import msgspec

END, STATUS = b".", b"?"
LENGTH = struct.Struct("<I")
TICKET = struct.Struct("<QI")
"""Bytes of memory and seconds of processor time the child may use."""
WAIT_STATUS = struct.Struct("<i")

ErrorType = Literal[
    "syntax_error",
    "no_solve_task",
    "exception",
    "timeout",
    "memory",
    "output_too_large",
    "bad_output",
    "killed",
    "sandbox_error",
]
Flavour = Literal["bare", "numpy", "scipy"]

Cell = Annotated[int, msgspec.Meta(ge=0, le=9)]
Row = Annotated[list[Cell], msgspec.Meta(min_length=1, max_length=30)]
CheckedGrid = Annotated[list[Row], msgspec.Meta(min_length=1, max_length=30)]


class Boot(msgspec.Struct):
    """How a zygote is to lock itself in; the parent gives it on the command line."""

    flavour: Flavour
    packages: list[str]
    """Folders that hold numpy, scipy and msgspec."""
    readable: list[str]
    """All that may be read."""
    landlock: bool
    seccomp: bool
    user: int | None
    """The uid and gid to become; None: stay."""
    cpu: int | None
    """The core to stay on; None: any."""
    canary: str
    """A file that must be out of reach."""


class Ready(msgspec.Struct):
    """What a zygote found when it tried its own walls."""

    canary_visible: bool
    environment_readable: bool
    interfaces: list[str]
    """Network interfaces besides the loopback."""


class Job(msgspec.Struct, array_like=True):
    """One program and the grids to run it on."""

    program: bytes
    """UTF-8; lone surrogates as `surrogatepass` writes them."""
    inputs: list[list[list[int]]]
    stdout_limit: int
    """Characters of printed text that are kept, over all grids."""


class Result(msgspec.Struct):
    """What one grid came to, as the child tells it."""

    index: int
    output: CheckedGrid | None
    error_type: ErrorType | None
    error: str | None
    stdout: str
    duration_ms: float
