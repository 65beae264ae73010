"""The events of the store as frames for streams, made once for all of them.

One thread looks for new events: at once after a change of this process, and four times a second for those of others.
Streams are woken together and at most twenty times a second, since two hundred that wake for each change would take the
processor from the requests.
"""

import logging
import sqlite3
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from apps.server.store import flaws, traces
from apps.server.store.database import Database, last_event_id
from apps.server.streams import frame
from utilities.json_faults import UNDECODABLE

KEPT_BYTES = 16 << 20
"""Of frames in memory; a stream that comes back after more is served from the database."""
PIECE_BYTES = 1 << 20
"""Of frames that a stream is given at a time, and a bit."""
POLL_SECONDS = 0.25
PAUSE_SECONDS = 0.05

log = logging.getLogger("apps.server")

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

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.text) + 200

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
        self._bytes = 0
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
        """The next frames after event `number`, and the number to go on from: below `last` when there are more."""
        with self._changed:
            if number >= self._first:
                start = bisect_right(self._frames, number, key=lambda frame: frame.number)
                return _piece(islice(self._frames, start, None), max(number, self._last))
        with self._database.reading() as connection:
            return _piece(_frames(connection, number), last_event_id(connection))

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
            newest = last_event_id(connection)
            if newest == self._last:
                return
            new, last = _piece(_frames(connection, self._last), newest)
        with self._changed:
            self._frames += new
            self._bytes += sum(frame.size for frame in new)
            if self._bytes > 2 * KEPT_BYTES:
                self._forget_old()
            self._last = last
        if last != newest:
            self._look.set()
        self.wake()

    def _forget_old(self) -> None:
        """Keep the newest KEPT_BYTES. Seldom done, as a list is slow to shorten from its beginning."""
        count = 0
        while self._bytes > KEPT_BYTES:
            self._bytes -= self._frames[count].size
            count += 1
        self._first = self._frames[count - 1].number
        del self._frames[:count]


def _piece(frames: Iterable[Frame], end: int) -> tuple[list[Frame], int]:
    """The first of the frames, and the number to go on from: `end` when these are all."""
    taken, size = list[Frame](), 0
    for one in frames:
        if size >= PIECE_BYTES:
            return taken, taken[-1].number
        taken.append(one)
        size += one.size
    return taken, end


def _frames(connection: sqlite3.Connection, number: int) -> Iterator[Frame]:
    """The frames after event `number`. An event that cannot be shown is left out, so that it keeps nobody from the rest."""
    rows = connection.execute(
        f"SELECT id, kind, task_id, username, body FROM events WHERE id > ? AND kind IN {_SHOWN} ORDER BY id",
        (number,),
    )
    for row in rows:
        try:
            yield _MAKERS[row["kind"]](connection, row, msgspec.json.decode(row["body"]))
        except (LookupError, TypeError, *UNDECODABLE):
            log.exception("event %s cannot be shown", row["id"])


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
