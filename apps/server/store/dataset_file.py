"""apps/static/dataset.json: its originals as they stand there, and the variations of the store."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from apps.server.stamps import Stamp
from apps.server.store import variations
from apps.server.store.database import Database
from apps.server.store.dataset_state import announce, originals_digest
from apps.server.store.intake import take_in_variations
from apps.server.store.locks import file_lock
from apps.server.store.published import Published
from utilities.data_loader import read_tasks
from utilities.files import FileLock, json_list
from utilities.task_sources import read_entries
from utilities.tasks import Task

Members = dict[str, msgspec.Raw]
"""A task of the file as it stands there, its members undecoded."""


class PublishedDataset(Published):
    """The file; what other tools wrote into it stays."""

    kinds = ("variation", "signature")

    def __init__(self, database: Database, path: Path) -> None:
        super().__init__(database, path)
        self._read: dict[tuple[str, int], tuple[Task, Members]] = {}
        """The file as somebody else left it."""
        self._lines: dict[str, list[bytes]] = {}
        """The published lines of each task: the original, then its variations."""

    def _lock(self) -> FileLock:
        return file_lock(self.path)

    def _is_worth_a_file(self) -> bool:
        return False  # without its originals it would not be a dataset

    def _take_in(self) -> None:
        self._read, self._lines = {}, {}
        if self.path.exists():
            tasks = list(read_tasks(self.path))
            take_in_variations(self.database, tasks)
            members = (_members(bytes(entry.body)) for entry in read_entries(self.path))
            self._read = {task.key: (task, member) for task, member in zip(tasks, members, strict=True)}

    def _chunks(self, connection: sqlite3.Connection) -> list[bytes]:
        originals = [task_id for task_id, version in self._read if version == 0]
        if not self._lines:
            varied = {task.task_id for task in variations.every(connection)}
            changed = [*originals, *sorted(varied - set(originals))]
        else:
            changed = self.changed_tasks(connection)
        for task_id in changed:
            self._lines[task_id] = list(self._lines_of(connection, task_id))
        return list(json_list(line for lines in self._lines.values() for line in lines))

    def _lines_of(self, connection: sqlite3.Connection, task_id: str) -> Iterator[bytes]:
        if (task_id, 0) in self._read:
            original, members = self._read[task_id, 0]
            signed = variations.with_signers(connection, original).signed_by
            changes = {"signed_by": signed} if signed != original.signed_by else {}
            yield msgspec.json.encode({**members, **changes})
        for task in variations.kept(connection, task_id):
            known, members = self._read.get(task.key, (None, {}))
            same = known is not None and known.content_hash == task.content_hash
            yield msgspec.json.encode({**(members if same else {}), **_members(task.line)})

    def _announce(self, written: Stamp) -> None:
        digest = originals_digest(task for task, _ in self._read.values() if task.version == 0)
        announce(self.database, self.path, written, digest)


def _members(body: bytes) -> Members:
    if b"\n" in body:
        body = msgspec.json.encode(msgspec.json.decode(body))
    return msgspec.json.decode(body, type=Members)
