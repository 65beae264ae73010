"""Locks of the published files that no other tool has a lock for yet."""

from pathlib import Path

from utilities.config import RunFailed
from utilities.files import FileLock, LockHeld

LOCK_SECONDS = 60.0


def file_lock(path: Path) -> FileLock:
    """The lock of a published file. Raises RunFailed when another process keeps it."""
    try:
        return FileLock(path.with_name(f".{path.name}.lock"), LOCK_SECONDS)
    except LockHeld as error:
        raise RunFailed(f"{path} is being changed by process {error.owner}: wait for it, or end it") from None
