"""The SQLite file: one writer at a time within this process, any number of readers, and other processes beside it."""

import queue
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from apps.server.store.schema import migrate

NAME = "annotations.sqlite"
BUSY_SECONDS = 10.0
"""How long a write waits for another process. Within this process a lock is fairer than SQLite's own waiting."""
READERS_KEPT = 16


class Database:
    """Annotations on disk. What `writing` has left without an error is on the disk, also after a power loss."""

    def __init__(self, path: Path) -> None:
        """Opens `path`, which is made when it is missing. Raises sqlite3.Error and OSError, and RunFailed as `migrate`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.changed: Callable[[], None] = lambda: None
        """Called after each committed change of this process."""
        self._lock = threading.Lock()
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue(READERS_KEPT)
        self._writer = connect(path)
        migrate(self._writer)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the database while the context lasts."""
        try:
            connection = self._readers.get_nowait()
        except queue.Empty:
            connection = connect(self.path)
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")
            try:
                self._readers.put_nowait(connection)
            except queue.Full:
                connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is on the disk when the context ends, or nothing when that raises."""
        with self._lock:
            connection = self._writer
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        self.changed()

    def copy_to(self, path: Path) -> None:
        """Write the database as it is now to a new file, without holding up anybody. Raises sqlite3.Error."""
        connection = connect(self.path)
        try:
            connection.execute("VACUUM INTO ?", (str(path),))
        finally:
            connection.close()

    def close(self) -> None:
        """Let go of the file. Not while others still read or write."""
        with self._lock:
            self._writer.close()
        while not self._readers.empty():
            self._readers.get().close()


def connect(path: Path) -> sqlite3.Connection:
    """A connection with the settings that the promises of this folder rest on."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def append(
    connection: sqlite3.Connection,
    kind: str,
    task_id: str,
    username: str,
    body: dict[str, Any],
    client_id: str | None = None,
) -> int:
    """Store one change; the triggers of schema.py do the rest. Returns the event's id."""
    cursor = connection.execute(
        "INSERT INTO events (uid, kind, task_id, username, client_id, time, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (new_id(), kind, task_id, username, client_id, now(), msgspec.json.encode(body).decode()),
    )
    return int(cursor.lastrowid or 0)


def new_id() -> str:
    """An id that nothing else has."""
    return secrets.token_hex(8)


def now() -> str:
    """This second, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def last_event_id(connection: sqlite3.Connection) -> int:
    """The id of the newest event; 0 before the first."""
    last: int = connection.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0]
    return last
