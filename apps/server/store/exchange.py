"""A store as one file of events (JSON Lines), and taking in such a file or one of the published ones.

Accounts stay where they are: password hashes leave the machine only inside a backup of the database.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from apps.server.store import intake
from apps.server.store.bodies import BodyFault, encoded
from apps.server.store.database import Database, append
from apps.server.store.solutions_file import take_in_solutions
from utilities.config import RunFailed
from utilities.data_loader import read_tasks
from utilities.files import write_atomically
from utilities.record_reader import decode_entry, iterate_lines, note_torn_tail
from utilities.tasks import Task, task_of_data
from utilities.traces import read_store


class EventLine(msgspec.Struct, kw_only=True):
    """One event as it is exported."""

    uid: str
    kind: str
    task_id: str
    username: str
    client_id: str | None
    time: str
    body: dict[str, Any]


def export_events(database: Database, path: Path) -> int:
    """Write every event to `path`; returns how many. Raises OSError."""
    with database.reading() as connection:
        write_atomically(path, _event_lines(connection))
        count: int = connection.execute("SELECT count(*) FROM events").fetchone()[0]
        return count


def _event_lines(connection: sqlite3.Connection) -> Iterator[bytes]:
    names = EventLine.__struct_fields__
    for row in connection.execute(f"SELECT {', '.join(names)} FROM events ORDER BY id"):
        members = {name: row[name] for name in names} | {"body": msgspec.Raw(row["body"].encode())}
        yield msgspec.json.encode(members) + b"\n"


def import_file(database: Database, path: Path) -> int:
    """Take in a file: events, solutions (.jsonl), a dataset.json or a traces_store.json. Returns how many changes.

    What is there already changes nothing. Raises RunFailed when it is none of these or is broken.
    """
    if not path.is_file():
        raise RunFailed(f"there is no file {path}")
    if path.suffix == ".jsonl":
        first = next(iterate_lines(path), (0, 0, b"{}"))[2]
        members = decode_entry(path, "line 1", first, dict[str, msgspec.Raw])
        return EventImport(database).take_in(path) if "uid" in members else take_in_solutions(database, path)
    if _holds_tasks(path):
        return intake.take_in_variations(database, read_tasks(path))
    return intake.take_in_traces(database, read_store(path))


def _holds_tasks(path: Path) -> bool:
    content = decode_entry(path, "the content", path.read_bytes(), list[msgspec.Raw] | dict[str, msgspec.Raw])
    first = msgspec.json.decode(content[0]) if isinstance(content, list) and content else None
    return isinstance(first, dict) and "train" in first


def _events(path: Path) -> Iterator[EventLine]:
    """The events of a file. Raises RunFailed, naming the line, at one that is none."""
    for number, _, line in iterate_lines(path):
        event = decode_entry(path, f"line {number}", line, EventLine)
        try:
            encoded(event.kind, event.body)
            if event.kind == "variation":
                _variation(event)
        except (BodyFault, msgspec.ValidationError) as error:
            raise RunFailed(f"line {number} of {path} is broken ({error}); nothing was taken in") from None
        yield event


def _variation(event: EventLine) -> Task:
    """The version that the event adds. Raises msgspec.ValidationError when it holds no task."""
    return task_of_data(event.task_id, event.body["version"], event.body["pairs"])


class EventImport:
    """Takes in the events of another store, in their order."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._versions: dict[tuple[str, int], int] = {}
        """The number that a variation of the other store has here, where it is another."""

    def take_in(self, path: Path) -> int:
        """Take in a file of events; returns how many were new. Raises RunFailed at a broken line, with nothing taken in."""
        note_torn_tail(path)
        for _ in _events(path):
            pass  # a fault anywhere is found before anything is taken in
        changes = 0
        for batch in intake.batches(_events(path)):
            with self._database.writing() as connection:
                changes += sum(self._take_in_event(connection, event) for event in batch)
        return changes

    def _take_in_event(self, connection: sqlite3.Connection, event: EventLine) -> int:
        if connection.execute("SELECT 1 FROM events WHERE uid = ?", (event.uid,)).fetchone():
            return 0
        if event.kind == "variation":
            return self._take_in_variation(connection, event)
        if event.kind == "signature":
            version = event.body["version"]
            event.body["version"] = self._versions.get((event.task_id, version), version)
        return self._append(connection, event)

    def _take_in_variation(self, connection: sqlite3.Connection, event: EventLine) -> int:
        task = _variation(event)
        event.body["content_hash"] = task.content_hash
        signed_by = (event.username,) if event.username else ()
        task = msgspec.structs.replace(task, signed_by=signed_by, transform=event.body.get("transform"))
        if intake.is_free(connection, task):
            return self._append(connection, event)
        self._versions[task.key], changes = intake.take_in_variation(connection, task)
        return changes

    def _append(self, connection: sqlite3.Connection, event: EventLine) -> int:
        """1, or 0 for what does not fit: a trace that came by another way, a vote on one that never came."""
        connection.execute("SAVEPOINT event")
        try:
            append(
                connection,
                event.kind,
                event.task_id,
                event.username,
                event.body,
                self._unused(connection, event),
                uid=event.uid,
                time=event.time,
            )
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK TO event")
            return 0
        finally:
            connection.execute("RELEASE event")
        return 1

    def _unused(self, connection: sqlite3.Connection, event: EventLine) -> str | None:
        taken = connection.execute(
            "SELECT 1 FROM events WHERE username = ? AND client_id = ?", (event.username, event.client_id)
        ).fetchone()
        return None if taken else event.client_id
