"""data/traces_store.json, made from the store; the format is that of utilities/traces.py."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from apps.server.stamps import Stamp
from apps.server.store.database import Database
from apps.server.store.intake import take_in_traces
from apps.server.store.published import Published
from utilities.files import FileLock
from utilities.traces import Trace, read_store, store_lock


class PublishedTraces(Published):
    """data/traces_store.json."""

    kinds = ("trace", "trace_edited", "trace_noted", "trace_removed", "vote")

    def __init__(self, database: Database, path: Path) -> None:
        super().__init__(database, path)
        self._tasks: dict[str, bytes] = {}
        """The published text of each task, so that a change costs no more than its own task."""

    def _lock(self) -> FileLock:
        return store_lock(self.path)

    def _take_in(self) -> None:
        take_in_traces(self.database, read_store(self.path))

    def _is_worth_a_file(self) -> bool:
        return bool(self._tasks)

    def _announce(self, written: Stamp) -> None:
        """The server reads traces from the store."""

    def _chunks(self, connection: sqlite3.Connection) -> list[bytes]:
        for task_id in self.changed_tasks(connection):
            entries = [msgspec.json.encode(entry) for entry in _entries(connection, task_id)]
            if entries:
                self._tasks[task_id] = b"%b: [\n%b\n]" % (msgspec.json.encode(task_id), b",\n".join(entries))
            else:
                self._tasks.pop(task_id, None)
        if not self._tasks:
            return [b"{}\n"]
        first, *others = self._tasks.values()
        return [b"{\n", first, *(b",\n" + text for text in others), b"\n}\n"]


def _entries(connection: sqlite3.Connection, task_id: str) -> Iterator[dict[str, Any]]:
    """The traces of a task as they are published."""
    rows = connection.execute(
        "SELECT * FROM trace_list WHERE task_id = ? AND NOT removed ORDER BY rowid", (task_id,)
    )
    for row in rows:
        yield Trace(
            **{name: row[name] for name in ("trace_id", "task_id", "username", "text", "score", "timestamp")},
            voters=msgspec.json.decode(row["voters"]),
            extra={**_known_extra(row), **_decoded(row["extra"], {})},
        ).entry


def _known_extra(row: sqlite3.Row) -> dict[str, Any]:
    members = {
        "version": row["version"],
        "origin": row["origin"],
        "verified": _decoded(row["verified"], None),
        "code": row["code"],
        "cells": _decoded(row["cells"], None),
        "revision": row["revision"],
    }
    return {name: value for name, value in members.items() if value is not None}


def _decoded(text: str | None, otherwise: Any) -> Any:
    return otherwise if text is None else msgspec.json.decode(text)
