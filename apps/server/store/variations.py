"""Signed variations: who stands by which version of a task. A version's number is never used again, nor changed."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec

from apps.server.refusals import ApiError
from apps.server.store.bodies import MOST_VERSIONS
from apps.server.store.database import Database, append
from utilities.tasks import Task, task_of_data

_TASK_OF_ROW = "SELECT * FROM variation_list WHERE task_id = ? AND NOT removed"


def of_task(connection: sqlite3.Connection, original: Task) -> list[Task]:
    """The original with its present signers, and the variations of it that were not removed, by version."""
    return [with_signers(connection, original), *kept(connection, original.task_id)]


def every(connection: sqlite3.Connection) -> Iterator[Task]:
    """All variations that were not removed, by task and version."""
    yield from map(
        _task, connection.execute("SELECT * FROM variation_list WHERE NOT removed ORDER BY task_id, version")
    )


def kept(connection: sqlite3.Connection, task_id: str) -> list[Task]:
    """The variations of a task that were not removed, by version."""
    return list(map(_task, connection.execute(f"{_TASK_OF_ROW} ORDER BY version", (task_id,))))


def find(connection: sqlite3.Connection, original: Task, version: int) -> Task:
    """One version of a task. Raises ApiError (404)."""
    if version == 0:
        return with_signers(connection, original)
    row = connection.execute(f"{_TASK_OF_ROW} AND version = ?", (original.task_id, version)).fetchone()
    if row is None:
        raise ApiError(404, f"Task {original.task_id} has no version {version}.")
    return _task(row)


def with_signers(connection: sqlite3.Connection, original: Task) -> Task:
    """The original, signed by those of its file who did not take their signature off, and by those who signed here."""
    rows = connection.execute(
        "SELECT username, signed FROM signatures WHERE task_id = ? AND version = 0 ORDER BY event_id",
        (original.task_id,),
    ).fetchall()
    gone = {row["username"] for row in rows if not row["signed"]}
    names = dict.fromkeys((*original.signed_by, *(row["username"] for row in rows)))
    return msgspec.structs.replace(original, signed_by=tuple(name for name in names if name not in gone))


def _task(row: sqlite3.Row) -> Task:
    task = task_of_data(row["task_id"], row["version"], msgspec.json.decode(row["pairs"]))
    signed_by = tuple(msgspec.json.decode(row["signed_by"]))
    transform = row["transform"] and msgspec.json.decode(row["transform"])
    return msgspec.structs.replace(task, signed_by=signed_by, transform=transform)


def sign(database: Database, original: Task, variation: Task, username: str) -> tuple[Task, bool]:
    """Put `username` under the version with the pairs of `variation`; a new version when there is none.

    Returns that version, and whether it is new.
    """
    with database.writing() as connection:
        version = same_version(connection, original, variation)
        if version is None:
            version = add(connection, variation, username)
            return find(connection, original, version), True
        there = find(connection, original, version)
        if username in there.signed_by:
            return there, False
        change_signature(connection, original.task_id, version, username, signed=True)
        return find(connection, original, version), False


def same_version(connection: sqlite3.Connection, original: Task, variation: Task) -> int | None:
    """The version that has the same pairs, in any order."""
    if variation.content_hash == original.content_hash:
        return 0
    row = connection.execute(
        "SELECT version FROM variations WHERE task_id = ? AND content_hash = ? AND NOT removed",
        (original.task_id, variation.content_hash),
    ).fetchone()
    return None if row is None else int(row["version"])


def add(connection: sqlite3.Connection, variation: Task, username: str, version: int | None = None) -> int:
    """Store a new version, signed by `username` ("": by nobody); returns its number, the next one if not given."""
    if version is None:
        version = _next_version(connection, variation.task_id)
    body = {
        "version": version,
        "content_hash": variation.content_hash,
        "pairs": msgspec.json.decode(variation.pairs),
        "transform": variation.transform,
    }
    append(connection, "variation", variation.task_id, username, body)
    return version


def _next_version(connection: sqlite3.Connection, task_id: str) -> int:
    """One more than the highest; where that is too high, as a file may bring any number, the lowest that never was."""
    row = connection.execute("SELECT max(version) FROM variations WHERE task_id = ?", (task_id,)).fetchone()
    if (highest := int(row[0] or 0)) < MOST_VERSIONS:
        return highest + 1
    row = connection.execute(
        "SELECT min(number) FROM (SELECT 1 AS number UNION SELECT version + 1 FROM variations WHERE task_id = :task) "
        "WHERE number NOT IN (SELECT version FROM variations WHERE task_id = :task)",
        {"task": task_id},
    ).fetchone()
    return int(row[0])


def change_signature(
    connection: sqlite3.Connection,
    task_id: str,
    version: int,
    username: str,
    *,
    signed: bool,
    removed: bool = False,
) -> None:
    """Put a signature under a version or take it off; `removed`: with it the version goes."""
    body: dict[str, Any] = {"version": version, "signed": int(signed), "removed": int(removed)}
    append(connection, "signature", task_id, username, body)


def take_signature_off(database: Database, original: Task, version: int, username: str) -> None:
    """Take the user's signature off; with the last one the version goes, but never the original.

    Raises ApiError: 404 for a version that is not there; 403 when the user did not sign it.
    """
    with database.writing() as connection:
        signed_by = find(connection, original, version).signed_by
        if username not in signed_by:
            raise ApiError(403, f"You did not sign version {version}.")
        last = version > 0 and len(signed_by) == 1
        change_signature(connection, original.task_id, version, username, signed=False, removed=last)
