"""What tells one state of a file from another without reading it."""

import os
from pathlib import Path

Stamp = tuple[int, int, int]


def stamp(path: Path) -> Stamp | None:
    """The file's state; None when it is not there."""
    try:
        return stamp_of(path.stat())
    except FileNotFoundError:
        return None


def stamp_of(status: os.stat_result) -> Stamp:
    """The same from a status at hand."""
    return status.st_ino, status.st_size, status.st_mtime_ns
