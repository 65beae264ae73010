"""The SQLite file: one writer at a time within this process, any number of readers, and other processes beside it."""

import queue
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apps.server.store.bodies import encoded
from apps.server.store.schema import migrate

NAME = "annotations.sqlite"
BUSY_SECONDS = 10.0
"""How long a write waits for another process. Within this process a lock is fairer than SQLite's own waiting."""
READERS_KEPT = 16
MOST_TOGETHER = 64
"""Changes per commit; an fsync takes as long as ten changes."""
LOG_BYTES = 4 << 20
"""From this size on the log is tidied up, by the publisher, so that no change has to wait for it."""
LOG_PAGES_AT_MOST = 16_384
"""64 MB: where no publisher runs, a change does it after all."""
PRIVATE = 0o600
"""Password hashes are for the owner only."""


class Database:
    """Annotations on disk. What `writing` has left without an error is on the disk, also after a power loss."""

    def __init__(self, path: Path) -> None:
        """Opens `path`, which is made when it is missing. Raises sqlite3.Error and OSError, and RunFailed as `migrate`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(PRIVATE)
        self.path = path
        self.changed: Callable[[], None] = lambda: None
        """Called after each committed change of this process."""
        self._lock = threading.Lock()
        self._queue = _Queue()
        self._group = _Group()
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue(READERS_KEPT)
        self._writer = connect(path)
        try:
            migrate(self._writer)
        except BaseException:
            self._writer.close()
            raise

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
        """A change: all of it is on the disk when the context ends, or nothing when that raises.

        Changes that come at the same time are made one after another and go to the disk together.
        """
        self._queue.enter()
        with self._lock:
            self._queue.leave()
            group = self._begun_group()
            try:
                with _savepoint(self._writer):
                    yield self._writer
            finally:
                if group.size >= MOST_TOGETHER or self._queue.is_empty() or not self._writer.in_transaction:
                    self._commit(group)
        group.wait()

    def _begun_group(self) -> "_Group":
        if not self._writer.in_transaction:
            self._writer.execute("BEGIN IMMEDIATE")
            self._group = _Group()
        self._group.size += 1
        return self._group

    def _commit(self, group: "_Group") -> None:
        """Also where SQLite, on a full disk, has taken everything back by itself: then nothing can be committed."""
        try:
            if not self._writer.in_transaction:
                raise sqlite3.OperationalError("the disk refused a change")
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            group.error = error
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
        group.done.set()
        self.changed()

    def copy_to(self, path: Path) -> None:
        """Write the database as it is now to a new file, without holding up anybody. Raises sqlite3.Error."""
        path.touch(PRIVATE)
        with closing(connect(self.path)) as connection:
            connection.execute("VACUUM INTO ?", (str(path),))

    def tidy(self) -> bool:
        """Move what the log holds into the database file, beside those who read and write; False: there was little."""
        log = self.path.with_name(f"{self.path.name}-wal")
        if not log.exists() or log.stat().st_size < LOG_BYTES:
            return False
        with closing(connect(self.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return True

    def close(self) -> None:
        """Let go of the file. Not while others still read or write."""
        with self._lock:
            self._writer.close()
        while not self._readers.empty():
            self._readers.get().close()


class _Group:
    """Changes that are committed together."""

    def __init__(self) -> None:
        self.size = 0
        self.error: sqlite3.Error | None = None
        self.done = threading.Event()

    def wait(self) -> None:
        """Wait for the commit. Raises sqlite3.Error when it failed."""
        self.done.wait()
        if self.error:
            raise sqlite3.OperationalError(str(self.error))


class _Queue:
    """How many threads are about to make a change: the last of them commits for all before it."""

    def __init__(self) -> None:
        self._lock, self._waiting = threading.Lock(), 0

    def enter(self) -> None:
        with self._lock:
            self._waiting += 1

    def leave(self) -> None:
        with self._lock:
            self._waiting -= 1

    def is_empty(self) -> bool:
        return self._waiting == 0


@contextmanager
def _savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """Undo what is done inside when it raises, and nothing else."""
    connection.execute("SAVEPOINT change")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO change")
            connection.execute("RELEASE change")
        raise
    connection.execute("RELEASE change")


def connect(path: Path) -> sqlite3.Connection:
    """A connection with the settings that the promises of this folder rest on."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES_AT_MOST}")
    except BaseException:
        connection.close()
        raise
    return connection


def append(
    connection: sqlite3.Connection,
    kind: str,
    task_id: str,
    username: str,
    body: dict[str, Any],
    client_id: str | None = None,
    *,
    uid: str | None = None,
    time: str | None = None,
) -> int:
    """Store one change; the triggers of schema.py do the rest. Returns the event's id.

    `uid` and `time` are those of an event of another store, else new. Raises sqlite3.IntegrityError when the change
    does not fit what is there, BodyFault when the body is not one of its kind.
    """
    cursor = connection.execute(
        "INSERT INTO events (uid, kind, task_id, username, client_id, time, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            uid or new_id(),
            kind,
            task_id,
            username,
            client_id,
            time or now(),
            encoded(kind, body).decode(),
        ),
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
