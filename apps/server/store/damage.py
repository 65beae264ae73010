"""A database file that is broken: how that is known, and what is said then."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from utilities.config import RunFailed

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite failed because of what the file holds."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def damaged(path: Path, found: str) -> RunFailed:
    """What to say of the database `path` in which this was found."""
    return RunFailed(
        f"{path} is damaged: {found}. Stop the server and put back the newest sound copy of {path.parent / 'backups'}"
    )


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Say of the database `path` why SQLite cannot use it while the context lasts. Raises RunFailed."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise damaged(path, str(error)) from None
        if isinstance(error, sqlite3.OperationalError):
            raise RunFailed(f"{path} cannot be used: {error}") from None
        raise
