"""A file that is made from the store for other tools, and kept in step with it in both directions.

When somebody else changed the file, what is new in it is taken in; when the store changed, the file is written. A file that
cannot be read is never overwritten. Which file, and what is in it: traces_file.py, dataset_file.py.
"""

import hashlib
import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from apps.server.stamps import Stamp, stamp, stamp_of
from apps.server.store.database import Database, last_event_id
from utilities.config import RunFailed
from utilities.files import FileLock, replaced

NEVER = "never read"
PIECE = 4 << 20
"""Bytes between two syncs: a large file that goes to the disk at once would hold up the commits of the store."""


class ChangedMeanwhile(RunFailed):
    """Somebody replaced the file while it was written anew: it is to be looked at again."""


class Published(ABC):
    """One file."""

    kinds: tuple[str, ...]
    """The events that change it."""

    def __init__(self, database: Database, path: Path) -> None:
        self.database, self.path = database, path.resolve()
        self._stamp: Stamp | str | None = NEVER
        self._event = -1

    def step(self) -> bool:
        """Bring file and store into step; returns whether anything was done.

        Raises RunFailed when the file is broken or was changed meanwhile, OSError when it cannot be written; then nothing
        was lost, and it is to be tried again.
        """
        if self._stamp == stamp(self.path) and not self._has_news():
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._lock()):
            found = stamp(self.path)
            by_others = found != self._stamp
            if by_others:
                self._stamp = NEVER  # until it is known what it holds
                self._take_in()
            with self.database.reading() as connection:
                last = last_event_id(connection)
                chunks = self._chunks(connection)
            self._stamp = found if by_others and self._holds(chunks, found) else self._write(chunks, found)
            self._event = last
        return True

    def changed_tasks(self, connection: sqlite3.Connection) -> list[str]:
        """The tasks with events that the file does not show yet, oldest first."""
        rows = connection.execute(
            f"SELECT task_id FROM events WHERE id > ? AND kind IN {self._kinds()} GROUP BY task_id ORDER BY min(id)",
            (self._event,),
        )
        return [row["task_id"] for row in rows]

    def _has_news(self) -> bool:
        query = f"SELECT 1 FROM events WHERE id > ? AND kind IN {self._kinds()} LIMIT 1"
        with self.database.reading() as connection:
            return connection.execute(query, (self._event,)).fetchone() is not None

    def _kinds(self) -> str:
        return "(" + ", ".join(f"'{kind}'" for kind in self.kinds) + ")"

    def _holds(self, chunks: list[bytes], found: Stamp | None) -> bool:
        """Whether the file holds `chunks` already, or there is no need for one."""
        if found is None:
            return not self._is_worth_a_file()
        holds = _digest(chunks) == _digest([self.path.read_bytes()])
        if holds:
            self._announce(found)
        return holds

    def _write(self, chunks: list[bytes], found: Stamp | None) -> Stamp:
        """Replace the file; returns the state that it then has."""
        with replaced(self.path) as file:
            _write_in_pieces(file, chunks)
            written = stamp_of(os.fstat(file.fileno()))
            self._announce(written)
            if stamp(self.path) != found:  # by somebody who takes no lock, such as an editor
                raise ChangedMeanwhile(f"{self.path} was changed meanwhile: it is looked at again")
        return written

    def _is_worth_a_file(self) -> bool:
        return True

    @abstractmethod
    def _lock(self) -> FileLock:
        """Whoever replaces the file holds it."""

    @abstractmethod
    def _take_in(self) -> None:
        """Take in what somebody else wrote into the file."""

    @abstractmethod
    def _announce(self, written: Stamp) -> None:
        """Tell who reads the file which state of it is the publisher's."""

    @abstractmethod
    def _chunks(self, connection: sqlite3.Connection) -> list[bytes]:
        """What the file is to hold."""


def _write_in_pieces(file: BinaryIO, chunks: Iterable[bytes]) -> None:
    unsynced = 0
    for chunk in chunks:
        file.write(chunk)
        unsynced += len(chunk)
        if unsynced >= PIECE:
            file.flush()
            os.fdatasync(file.fileno())
            unsynced = 0
    file.flush()


def _digest(chunks: Iterable[bytes]) -> bytes:
    digest = hashlib.blake2b()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()
