"""data/solutions.jsonl: one line for each submission, appended as they come, each once.

Lines are known by their `submission_id`. Those that other tools wrote stay; those of a submission that the store does not
know (of another machine, of an earlier database) are taken in.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from apps.server.stamps import stamp
from apps.server.store.bodies import SubmissionBody
from apps.server.store.database import Database, append
from apps.server.store.locks import file_lock
from utilities.json_faults import UNDECODABLE
from utilities.record_reader import is_json_object, iterate_lines, unended_tail

BATCH = 20
"""Submissions in memory; one may take 2 MB."""


class SolutionLine(SubmissionBody, kw_only=True):
    """A line of the file."""

    task_id: str
    username: str
    timestamp: str
    """ISO 8601."""


_decode = msgspec.json.Decoder(SolutionLine).decode


class SolutionsFile:
    """The file, for the one process that publishes."""

    def __init__(self, database: Database, path: Path) -> None:
        self.database, self.path = database, path.resolve()
        self._stamp: object = "never read"
        self._event = 0
        """Every submission up to this event is in the file."""

    def step(self) -> bool:
        """Bring file and store into step; returns whether anything was done. Raises RunFailed and OSError."""
        if stamp(self.path) == self._stamp and not self._pending():
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(file_lock(self.path)):
            there: set[str] = set()
            if stamp(self.path) != self._stamp:
                self._event, there = 0, self._take_in()
            if rows := self._pending():
                with self.path.open("ab") as file:
                    while rows:
                        file.writelines(_line(row) for row in rows if row["submission_id"] not in there)
                        self._event = rows[-1]["id"]
                        rows = self._pending()
                    file.flush()
                    os.fsync(file.fileno())
            self._stamp = stamp(self.path)
        return True

    def _pending(self) -> list[sqlite3.Row]:
        """The next submissions that may not be in the file yet."""
        with self.database.reading() as connection:
            return connection.execute(
                "SELECT id, submission_id, events.task_id, events.username, time, body FROM submissions "
                "JOIN events ON events.id = event_id WHERE events.id > ? ORDER BY events.id LIMIT ?",
                (self._event, BATCH),
            ).fetchall()

    def _take_in(self) -> set[str]:
        """Take in what the store does not know; returns the ids in the file."""
        if not self.path.exists():
            return set()
        _mend_tail(self.path)
        there = set()
        for line in _lines(self.path):
            _take_in(self.database, line)
            there.add(line.submission_id)
        return there


def take_in_solutions(database: Database, path: Path) -> int:
    """Take in the submissions of a solutions.jsonl; returns how many were new."""
    return sum(_take_in(database, line) for line in _lines(path))


def _take_in(database: Database, line: SolutionLine) -> bool:
    with database.reading() as connection:
        known = connection.execute(
            "SELECT 1 FROM submissions WHERE submission_id = ?", (line.submission_id,)
        ).fetchone()
    if known is None:
        body = msgspec.to_builtins(line)
        task_id, username = body.pop("task_id"), body.pop("username")
        with database.writing() as connection:
            append(connection, "submission", task_id, username, body)
    return known is None


def _line(row: sqlite3.Row) -> bytes:
    body = msgspec.json.decode(row["body"])
    head = {
        "submission_id": body.pop("submission_id"),
        "task_id": row["task_id"],
        "username": row["username"],
    }
    return msgspec.json.encode({**head, "timestamp": row["time"], **body}) + b"\n"


def _lines(path: Path) -> Iterator[SolutionLine]:
    """The lines that are submissions; the others are another tool's."""
    for _, _, line in iterate_lines(path):
        with suppress(*UNDECODABLE):
            yield _decode(line)


def _mend_tail(path: Path) -> None:
    """End the last line, or take it away when a crash has torn it."""
    if not (tail := unended_tail(path)):
        return
    if is_json_object(tail):
        with path.open("ab") as file:
            file.write(b"\n")
    else:
        os.truncate(path, path.stat().st_size - len(tail))
