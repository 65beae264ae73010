"""The events of the store as frames for streams, made once for all of them.

One thread looks for new events: at once after a change of this process, and four times a second for those of others.
Streams are woken together and at most twenty times a second, since two hundred that wake for each change would take the
processor from the requests.
"""

import sqlite3
import threading
import time
from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import msgspec

from apps.server.store import flaws, traces
from apps.server.store.database import Database, last_event_id
from apps.server.streams import frame

KEPT = 5000
"""Frames in memory; a stream that comes back after more is served from the database."""
POLL_SECONDS = 0.25
PAUSE_SECONDS = 0.05

_SHOWN = "('trace', 'trace_edited', 'trace_noted', 'trace_removed', 'vote', 'variation', 'signature', 'flaw')"


class VoteEvent(msgspec.Struct, kw_only=True):
    """The votes on a trace after somebody voted."""

    trace_id: str
    task_id: str
    username: str
    score: int
    voters: dict[str, int]
    my_vote: int = 0


class VariationEvent(msgspec.Struct, kw_only=True):
    """Who stands by a version now; `removed`: nobody does, it is gone."""

    task_id: str
    version: int
    username: str
    signed_by: list[str]
    removed: bool


class Frame(msgspec.Struct, frozen=True):
    """An event as it is sent."""

    number: int
    text: bytes
    voters: dict[str, int] | None = None
    """Where `my_vote`, the last member of the data, depends on who looks."""

    def seen_by(self, username: str | None) -> bytes:
        """The bytes for one user's stream."""
        my_vote = self.voters.get(username, 0) if self.voters and username is not None else 0
        return self.text.removesuffix(b"0}\n\n") + b"%d}\n\n" % my_vote if my_vote else self.text


class Feed:
    """What happened, for any number of streams."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changed = threading.Condition()
        self._look = threading.Event()
        self._frames: list[Frame] = []
        self._turn = 0
        self.closed = False
        with database.reading() as connection:
            self._first = self._last = last_event_id(connection)
        database.changed = self._look.set
        threading.Thread(target=self._follow, name="feed", daemon=True).start()

    @property
    def last(self) -> int:
        """The id of the newest event that streams were told."""
        return self._last

    @property
    def turn(self) -> int:
        """Grows with everything that streams may want to tell."""
        return self._turn

    def after(self, number: int) -> tuple[list[Frame], int]:
        """The frames of all events after event `number`, and the number to go on from."""
        with self._changed:
            if number >= self._first:
                start = bisect_right(self._frames, number, key=lambda frame: frame.number)
                return self._frames[start:], max(number, self._last)
        with self._database.reading() as connection:
            frames = _frames(connection, number)
            return frames[:KEPT], frames[KEPT - 1].number if len(frames) > KEPT else last_event_id(connection)

    def wait(self, turn: int, seconds: float) -> int:
        """Wait, at most so long, until something happened after `turn`; returns the present turn."""
        with self._changed:
            self._changed.wait_for(lambda: self._turn != turn or self.closed, seconds)
            return self._turn

    def wake(self) -> None:
        """Let every stream look around."""
        with self._changed:
            self._turn += 1
            self._changed.notify_all()

    def close(self) -> None:
        """End the streams. Safe in a signal handler: it takes no lock."""
        self.closed = True
        self._look.set()

    def _follow(self) -> None:
        while not self.closed:
            self._look.wait(POLL_SECONDS)
            self._look.clear()
            if self.closed:
                return
            try:
                self._take_new()
            except sqlite3.Error:
                time.sleep(1)  # a full disk, or another process that writes for long: look again
            time.sleep(PAUSE_SECONDS)

    def _take_new(self) -> None:
        with self._database.reading() as connection:
            last = last_event_id(connection)
            if last == self._last:
                return
            new = _frames(connection, self._last)
        with self._changed:
            self._frames += new
            if len(self._frames) > 2 * KEPT:
                self._first = self._frames[-KEPT - 1].number
                del self._frames[:-KEPT]
            self._last = last
        self.wake()


def _frames(connection: sqlite3.Connection, number: int) -> list[Frame]:
    rows = connection.execute(
        f"SELECT id, kind, task_id, username, body FROM events WHERE id > ? AND kind IN {_SHOWN} ORDER BY id",
        (number,),
    )
    return [_MAKERS[row["kind"]](connection, row, msgspec.json.decode(row["body"])) for row in rows]


def _encoded(row: sqlite3.Row, event: str, data: Any) -> Frame:
    return Frame(row["id"], frame(event, msgspec.json.encode(data), row["id"]), getattr(data, "voters", None))


def _trace(connection: sqlite3.Connection, row: sqlite3.Row, body: dict[str, Any]) -> Frame:
    return _encoded(row, "trace", traces.find_ever(connection, body["trace_id"]))


def _trace_removed(connection: sqlite3.Connection, row: sqlite3.Row, body: dict[str, Any]) -> Frame:
    return _encoded(row, "trace_removed", {"trace_id": body["trace_id"], "task_id": row["task_id"]})


def _vote(connection: sqlite3.Connection, row: sqlite3.Row, body: dict[str, Any]) -> Frame:
    trace = traces.find_ever(connection, body["trace_id"])
    event = VoteEvent(
        trace_id=trace.trace_id,
        task_id=trace.task_id,
        username=row["username"],
        score=trace.score,
        voters=trace.voters,
    )
    return _encoded(row, "vote", event)


def _variation(connection: sqlite3.Connection, row: sqlite3.Row, body: dict[str, Any]) -> Frame:
    key = (row["task_id"], body["version"])
    there = connection.execute(
        "SELECT signed_by, removed FROM variation_list WHERE task_id = ? AND version = ?", key
    ).fetchone()
    event = VariationEvent(
        task_id=row["task_id"],
        version=body["version"],
        username=row["username"],
        signed_by=msgspec.json.decode(there["signed_by"]) if there else [],
        removed=bool(there and there["removed"]),
    )
    return _encoded(row, "variation", event)


def _flaw(connection: sqlite3.Connection, row: sqlite3.Row, body: dict[str, Any]) -> Frame:
    return _encoded(row, "flaw", flaws.find(connection, body["flaw_id"]))


_MAKERS: dict[str, Callable[[sqlite3.Connection, sqlite3.Row, dict[str, Any]], Frame]] = {
    "trace": _trace,
    "trace_edited": _trace,
    "trace_noted": _trace,
    "trace_removed": _trace_removed,
    "vote": _vote,
    "variation": _variation,
    "signature": _variation,
    "flaw": _flaw,
}
