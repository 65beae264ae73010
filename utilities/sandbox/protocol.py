"""What parent, zygote and child say to each other.

Parent to zygote, on the control socket, one message each: a ticket with the child's end of a fresh socket attached; END
(kill whatever still runs); STATUS (the same, and answer with its wait status). The zygote says `Ready` once.
Parent to child, on that fresh socket: one length-prefixed job, by marshal, which is safe in this direction only. Child
to parent: LOCKED, once it is shut in, then one length-prefixed JSON `Result` per grid, as it is done. The parent
believes nothing it has not checked.

The forms that the zygote and the child need too are in `wire`, which loads nothing: each module makes a fork dearer.
"""

import marshal
from typing import Annotated, Literal

import msgspec

from utilities.grid import Grid
from utilities.sandbox.wire import LENGTH

ChildError = Literal["syntax_error", "no_solve_task", "exception", "memory", "output_too_large", "bad_output"]
"""What a child may say of itself."""
ErrorType = ChildError | Literal["timeout", "killed", "sandbox_error"]
"""All error classes; the last three only the parent can know."""
Flavour = Literal["bare", "numpy", "scipy"]

Cell = Annotated[int, msgspec.Meta(ge=0, le=9)]
Row = Annotated[list[Cell], msgspec.Meta(min_length=1, max_length=30)]
CheckedGrid = Annotated[list[Row], msgspec.Meta(min_length=1, max_length=30)]


class Boot(msgspec.Struct):
    """How a zygote is to lock itself in; it gets this on its command line, as JSON."""

    flavour: Flavour
    packages: list[str]
    """Folders that hold numpy and scipy."""
    readable: list[str]
    """All that may be read."""
    landlock: bool
    seccomp: bool
    user: int | None
    """The uid and gid to become; None: stay."""
    cpu: int | None
    """The core to stay on; None: any."""
    canaries: list[str]
    """Files that must be out of reach."""


class Ready(msgspec.Struct):
    """What a zygote found when it tried its own walls."""

    canaries_visible: list[str]
    environment_readable: bool
    interfaces: list[str]
    """Network interfaces besides the loopback."""


def encode_job(program: str, inputs: list[Grid], stdout_limit: int) -> bytes:
    """A job as the child reads it: the program (lone surrogates and all), its grids, and how many characters of
    printed text are kept."""
    job = marshal.dumps((program.encode("utf-8", "surrogatepass"), inputs, stdout_limit), 2)
    return LENGTH.pack(len(job)) + job


class Result(msgspec.Struct):
    """What one grid came to, as the child tells it."""

    index: int
    output: CheckedGrid | None
    error_type: ChildError | None
    error: str | None
    stdout: str
    duration_ms: Annotated[float, msgspec.Meta(ge=0)]
