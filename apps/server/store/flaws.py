"""Reports of flaws in tasks."""

import sqlite3
from typing import Any

import msgspec

from apps.server.store.database import Database, append, new_id
from apps.server.store.once import earlier_body


class Flaw(msgspec.Struct, kw_only=True):
    """What somebody thinks is wrong with a task."""

    flaw_id: str
    task_id: str
    version: int
    username: str
    text: str
    cells: list[Any] | None
    timestamp: str
    """ISO 8601."""


def of_task(connection: sqlite3.Connection, task_id: str) -> list[Flaw]:
    """The reports on a task, oldest first."""
    return list(
        map(_flaw, connection.execute("SELECT * FROM flaws WHERE task_id = ? ORDER BY rowid", (task_id,)))
    )


def find(connection: sqlite3.Connection, flaw_id: str) -> Flaw:
    """The report with this id, which is there."""
    return _flaw(connection.execute("SELECT * FROM flaws WHERE flaw_id = ?", (flaw_id,)).fetchone())


def _flaw(row: sqlite3.Row) -> Flaw:
    names = ("flaw_id", "task_id", "version", "username", "text", "timestamp")
    return Flaw(
        **{name: row[name] for name in names}, cells=row["cells"] and msgspec.json.decode(row["cells"])
    )


def report(
    database: Database,
    task_id: str,
    username: str,
    text: str,
    version: int,
    cells: list[Any] | None,
    client_id: str,
) -> Flaw:
    """Store a report, or find the one that `client_id` made. Raises ApiError (409) when that was another."""
    with database.writing() as connection:
        content = {"text": text, "version": version, "cells": cells}
        body = earlier_body(connection, "flaw", task_id, username, client_id, content)
        if body is None:
            body = {"flaw_id": new_id(), **content}
            append(connection, "flaw", task_id, username, body, client_id)
        return find(connection, body["flaw_id"])
