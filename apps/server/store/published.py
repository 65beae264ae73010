"""The files that are made from the store for other tools, and kept in step with it in both directions.

Each has a `step`: when somebody else changed the file, what is new in it is taken in; when the store changed, the file
is written. A file that cannot be read is never overwritten.
"""

import hashlib
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from apps.server.catalogue import stamp
from apps.server.store import variations
from apps.server.store.database import Database, last_event_id
from apps.server.store.intake import take_in_traces, take_in_variations
from apps.server.store.locks import file_lock
from utilities.data_loader import read_tasks
from utilities.files import FileLock, json_list, write_atomically
from utilities.task_sources import read_entries
from utilities.tasks import Task
from utilities.traces import Trace, read_store, store_lock


class ChangedMeanwhile(Exception):
    """Somebody replaced the file while it was written anew: look at it again."""


class Published(ABC):
    """One file."""

    kinds: tuple[str, ...]
    """The events that change it."""

    def __init__(self, database: Database, path: Path) -> None:
        self.database, self.path = database, path.resolve()
        self._stamp: object = "never read"
        self._event = -1

    def step(self) -> bool:
        """Bring file and store into step; returns whether anything was done.

        Raises RunFailed when the file is broken, OSError when it cannot be written, ChangedMeanwhile; then nothing was
        lost, and it is to be tried again.
        """
        if self._stamp == stamp(self.path) and not self._has_news():
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._lock()):
            found = stamp(self.path)
            if found != self._stamp:
                self._take_in()
            with self.database.reading() as connection:
                last = last_event_id(connection)
                chunks = self._chunks(connection)
            self._write(chunks, found)
            self._stamp, self._event = stamp(self.path), last
        return True

    def _has_news(self) -> bool:
        marks = ", ".join("?" * len(self.kinds))
        with self.database.reading() as connection:
            news = connection.execute(
                f"SELECT 1 FROM events WHERE id > ? AND kind IN ({marks}) LIMIT 1", (self._event, *self.kinds)
            )
            return news.fetchone() is not None

    def _write(self, chunks: list[bytes], found: object) -> None:
        """Write `chunks` where the file does not hold just that already."""
        if self.path.exists() and _digest(chunks) == _digest([self.path.read_bytes()]):
            return
        if found is None and not self._is_worth_a_file():
            return
        write_atomically(self.path, self._unless_changed(chunks, found))

    def _unless_changed(self, chunks: list[bytes], found: object) -> Iterator[bytes]:
        yield from chunks
        if stamp(self.path) != found:  # by somebody who takes no lock, such as an editor
            raise ChangedMeanwhile

    def _is_worth_a_file(self) -> bool:
        return True

    @abstractmethod
    def _lock(self) -> FileLock:
        """Whoever replaces the file holds it."""

    @abstractmethod
    def _take_in(self) -> None:
        """Take in what somebody else wrote into the file."""

    @abstractmethod
    def _chunks(self, connection: sqlite3.Connection) -> list[bytes]:
        """What the file is to hold."""


def _digest(chunks: Iterable[bytes]) -> bytes:
    digest = hashlib.blake2b()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()


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

    def _chunks(self, connection: sqlite3.Connection) -> list[bytes]:
        marks = ", ".join("?" * len(self.kinds))
        changed = connection.execute(
            f"SELECT task_id FROM events WHERE id > ? AND kind IN ({marks}) GROUP BY task_id ORDER BY min(id)",
            (self._event, *self.kinds),
        )
        for (task_id,) in changed.fetchall():
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


class PublishedDataset(Published):
    """apps/static/dataset.json: its originals as they stand there, and the variations of the store."""

    kinds = ("variation", "signature")

    def _lock(self) -> FileLock:
        return file_lock(self.path)

    def _take_in(self) -> None:
        if self.path.exists():
            take_in_variations(self.database, read_tasks(self.path))

    def _is_worth_a_file(self) -> bool:
        return False  # without its originals it would not be a dataset

    def _chunks(self, connection: sqlite3.Connection) -> list[bytes]:
        if not self.path.exists():
            return []
        tasks = {task.key: task for task in read_tasks(self.path)}
        entries = [msgspec.json.decode(entry.body) for entry in read_entries(self.path)]
        there = {key: entry for key, entry in zip(tasks, entries, strict=True)}
        return list(json_list(map(msgspec.json.encode, _dataset(connection, tasks, there))))


def _dataset(
    connection: sqlite3.Connection,
    tasks: dict[tuple[str, int], Task],
    there: dict[tuple[str, int], dict[str, Any]],
) -> Iterator[dict[str, Any]]:
    """Each original followed by its variations; last, variations without an original. Members of other tools stay."""
    originals = [task for task in tasks.values() if task.version == 0]
    by_task: dict[str, list[Task]] = {}
    for task in variations.every(connection):
        by_task.setdefault(task.task_id, []).append(task)
    for original in originals:
        signed = variations.with_signers(connection, original)
        members = {"signed_by": list(signed.signed_by)} if signed.signed_by != original.signed_by else {}
        yield {**there[original.key], **members}
        yield from (_merged(task, tasks, there) for task in by_task.pop(original.task_id, []))
    for task_id in sorted(by_task):
        yield from (_merged(task, tasks, there) for task in by_task[task_id])


def _merged(
    task: Task, tasks: dict[tuple[str, int], Task], there: dict[tuple[str, int], dict[str, Any]]
) -> dict[str, Any]:
    entry: dict[str, Any] = msgspec.json.decode(task.line)
    known = tasks.get(task.key)
    return {**there[task.key], **entry} if known and known.content_hash == task.content_hash else entry
