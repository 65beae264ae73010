"""Reasoning traces and the votes on them."""

import sqlite3
from typing import Any

import msgspec

from apps.server.refusals import ApiError
from apps.server.store.bodies import TraceContent, Verified
from apps.server.store.database import Database, append, new_id
from apps.server.store.once import earlier_body

PERSON = "person"
"""The origin of what somebody wrote here. What a run of a model brought belongs to nobody who has the model's name."""


class Trace(msgspec.Struct, kw_only=True):
    """What somebody, or a model, wrote about a task."""

    trace_id: str
    task_id: str
    username: str
    text: str
    score: int
    timestamp: str
    """ISO 8601."""
    voters: dict[str, int]
    """User name to 1 or -1."""
    revision: int
    """1, and one more with each edit."""
    version: int
    """Of the task, that the trace was written for."""
    origin: str | None
    """`person`, or where a model's trace came from; null in older files."""
    verified: Verified | None
    code: str | None
    cells: list[Any] | None
    """The cells that the text speaks of, as the page describes them."""
    my_vote: int = 0


def of_task(connection: sqlite3.Connection, task_id: str, username: str | None) -> list[Trace]:
    """The traces of a task, oldest first."""
    rows = connection.execute(
        "SELECT * FROM trace_list WHERE task_id = ? AND NOT removed ORDER BY rowid", (task_id,)
    )
    return [_trace(row, username) for row in rows]


def find(connection: sqlite3.Connection, trace_id: str, username: str | None = None) -> Trace:
    """The trace with this id. Raises ApiError (404) when there is none, or it was removed."""
    row = connection.execute(
        "SELECT * FROM trace_list WHERE trace_id = ? AND NOT removed", (trace_id,)
    ).fetchone()
    if row is None:
        raise ApiError(404, "There is no such trace; it may have been removed.")
    return _trace(row, username)


def find_ever(connection: sqlite3.Connection, trace_id: str, username: str | None = None) -> Trace:
    """A trace that was once added, removed or not."""
    row = connection.execute("SELECT * FROM trace_list WHERE trace_id = ?", (trace_id,)).fetchone()
    return _trace(row, username)


def _trace(row: sqlite3.Row, username: str | None) -> Trace:
    voters = msgspec.json.decode(row["voters"])
    names = (
        "trace_id",
        "task_id",
        "username",
        "text",
        "score",
        "timestamp",
        "revision",
        "version",
        "origin",
        "code",
    )
    return Trace(
        **{name: row[name] for name in names},
        voters=voters,
        verified=row["verified"] and msgspec.json.decode(row["verified"], type=Verified),
        cells=row["cells"] and msgspec.json.decode(row["cells"]),
        my_vote=voters.get(username, 0) if username is not None else 0,
    )


def added_before(
    database: Database, task_id: str, username: str, client_id: str, content: TraceContent
) -> Trace | None:
    """The trace that this `client_id` added, as it is now (as it was, when it was removed since); None: not added yet.

    Raises ApiError (409) when the id stands for another change.
    """
    with database.reading() as connection:
        return _added_before(connection, task_id, username, client_id, content)


def _added_before(
    connection: sqlite3.Connection, task_id: str, username: str, client_id: str, content: TraceContent
) -> Trace | None:
    same = {name: getattr(content, name) for name in ("text", "version", "code", "cells")}
    body = earlier_body(connection, "trace", task_id, username, client_id, same)
    if body is None:
        return None
    return find_ever(connection, body["trace_id"], username)


def add(database: Database, task_id: str, username: str, content: TraceContent, client_id: str) -> Trace:
    """Add a trace, or find the one that `client_id` added. Raises ApiError (409) when that was another."""
    body = {"trace_id": new_id(), "origin": PERSON, **msgspec.to_builtins(content)}
    with database.writing() as connection:
        if there := _added_before(connection, task_id, username, client_id, content):
            return there
        append(connection, "trace", task_id, username, body, client_id)
        return find(connection, body["trace_id"], username)


def edit(database: Database, trace_id: str, username: str, text: str, revision: int) -> Trace:
    """Replace the text of one's own trace.

    Raises ApiError: 404; 403 for somebody else's; 409, with the present `trace`, when `revision` is not its revision.
    """
    with database.writing() as connection:
        trace = _own(connection, trace_id, username)
        if trace.text == text and trace.revision in (revision, revision + 1):
            return trace  # nothing to change, or the same edit sent again
        if trace.revision != revision:
            sentence = "The trace was changed meanwhile: look at the newer text, then save again."
            raise ApiError(409, sentence, more={"trace": trace})
        append(connection, "trace_edited", trace.task_id, username, {"trace_id": trace_id, "text": text})
        return find(connection, trace_id, username)


def remove(database: Database, trace_id: str, username: str) -> None:
    """Remove one's own trace; it leaves a tombstone. Raises ApiError: 404; 403 for somebody else's."""
    with database.writing() as connection:
        trace = _own(connection, trace_id, username)
        append(connection, "trace_removed", trace.task_id, username, {"trace_id": trace_id})


def vote(database: Database, trace_id: str, username: str, vote: int) -> Trace:
    """Set the user's one vote on a trace: 1, 0 (none) or -1. Raises ApiError (404)."""
    with database.writing() as connection:
        trace = find(connection, trace_id, username)
        if trace.my_vote == vote:
            return trace
        append(connection, "vote", trace.task_id, username, {"trace_id": trace_id, "vote": vote})
        return find(connection, trace_id, username)


def _own(connection: sqlite3.Connection, trace_id: str, username: str) -> Trace:
    trace = find(connection, trace_id, username)
    if trace.username != username or trace.origin not in (None, PERSON):
        raise ApiError(403, "Only its author can change or remove a trace.")
    return trace
