"""Taking in what other tools wrote into the published files.

Files may be old: an editor saves what it read an hour ago. So only what this store has never held is taken in: an unknown
trace, a text or a vote that a trace never had, an unknown variation, a signature that was never given. What it has held
before, and what was removed here, changes nothing, and nothing that is missing from a file is removed.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import msgspec

from apps.server.store import variations
from apps.server.store.bodies import MOST_VERSIONS, Number, Verified
from apps.server.store.database import Database, append
from utilities.tasks import Task
from utilities.traces import Trace, content_key

Item = TypeVar("Item")
BATCH = 500
"""Traces or tasks per transaction: annotators wait that long at most."""
COLUMNS: dict[str, Any] = {
    "version": Number,
    "origin": str,
    "verified": Verified,
    "code": str,
    "cells": list,
    "revision": Number,
}
"""Members of a published trace that have a column; others are kept as `extra`."""


def take_in_traces(database: Database, traces: Iterable[Trace]) -> int:
    """Take in the traces of a file; returns how many changes that were."""
    changes, ids = 0, set[str]()
    for batch in batches(map(_storable, traces)):
        with database.reading() as connection:
            fresh = [trace for trace in batch if _is_news(connection, trace, ids)]
        if fresh:
            with database.writing() as connection:
                changes += sum(_take_in_trace(connection, trace) for trace in fresh)
    return changes


def _storable(trace: Trace) -> Trace:
    """SQLite's JSON ends a text at U+0000, which no page could show anyway."""
    for name in ("trace_id", "task_id", "username", "text", "timestamp"):
        setattr(trace, name, getattr(trace, name).replace("\0", "\ufffd"))
    trace.voters = {name.replace("\0", "\ufffd"): vote for name, vote in trace.voters.items()}
    return trace


def _is_news(connection: sqlite3.Connection, trace: Trace, ids: set[str]) -> bool:
    """Whether there may be anything to take in. Gives the trace another id where its own stands for another trace."""
    there = _known(connection, trace)
    if trace.trace_id in ids or (there and there["task_id"] != trace.task_id):
        trace.trace_id = content_key(trace.task_id, trace.username, trace.text)
        there = _known(connection, trace)
    if trace.trace_id in ids:
        return False  # the same once more
    ids.add(trace.trace_id)
    if there is None:
        return True
    if there["removed"]:
        return False
    votes = msgspec.json.decode(there["voters"])
    return there["text"] != trace.text or votes != trace.voters or bool(_notes(there, trace))


def _known(connection: sqlite3.Connection, trace: Trace) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM trace_list WHERE trace_id = ?", (trace.trace_id,)
    ).fetchone()
    return row


def _take_in_trace(connection: sqlite3.Connection, trace: Trace) -> int:
    there, changes = _known(connection, trace), 0
    if there is None:
        append(connection, "trace", trace.task_id, trace.username, _body(trace))
        changes += 1
    elif there["removed"]:
        return 0
    else:
        changes += _take_in_text(connection, trace, there) + _take_in_notes(connection, trace, there)
    return changes + sum(_take_in_vote(connection, trace, name, vote) for name, vote in trace.voters.items())


def _body(trace: Trace) -> dict[str, Any]:
    """The event of a trace that was written elsewhere; what does not fit a column stays among `extra`."""
    known = {name: trace.extra[name] for name in COLUMNS if _fits_column(name, trace.extra.get(name))}
    return {
        "trace_id": trace.trace_id,
        "text": trace.text,
        "timestamp": trace.timestamp,
        "earlier_score": trace.score - sum(trace.voters.values()),
        **{name: value for name, value in known.items() if name != "revision"},
        "extra": {name: value for name, value in trace.extra.items() if name not in known} or None,
    }


def _fits_column(name: str, value: Any) -> bool:
    try:
        msgspec.convert(value, COLUMNS[name])
    except msgspec.ValidationError:
        return False
    return True


def _take_in_text(connection: sqlite3.Connection, trace: Trace, there: sqlite3.Row) -> int:
    if there["text"] == trace.text:
        return 0
    texts = connection.execute(
        "SELECT json_extract(body, '$.text') FROM events WHERE task_id = ? AND kind IN ('trace', 'trace_edited') "
        "AND json_extract(body, '$.trace_id') = ?",
        (trace.task_id, trace.trace_id),
    )
    if trace.text in {row[0] for row in texts}:
        return 0
    append(
        connection,
        "trace_edited",
        trace.task_id,
        there["username"],
        {"trace_id": trace.trace_id, "text": trace.text},
    )
    return 1


def _take_in_notes(connection: sqlite3.Connection, trace: Trace, there: sqlite3.Row) -> int:
    notes = _notes(there, trace)
    if notes:
        append(
            connection, "trace_noted", trace.task_id, there["username"], {"trace_id": trace.trace_id, **notes}
        )
    return int(bool(notes))


def _notes(there: sqlite3.Row, trace: Trace) -> dict[str, Any]:
    """What a file says beside the text that the store does not: a verdict, a program, members of other tools."""
    body, kept = _body(trace), there["extra"] and msgspec.json.decode(there["extra"])
    extra = {**(kept or {}), **(body["extra"] or {})} or None
    added = {
        name: body[name]
        for name in ("verified", "code")
        if there[name] is None and body.get(name) is not None
    }
    return {"extra": extra, **added} if added or extra != (kept or None) else {}


def _take_in_vote(connection: sqlite3.Connection, trace: Trace, name: str, vote: int) -> int:
    held = connection.execute(
        "SELECT vote FROM votes WHERE trace_id = ? AND username = ?", (trace.trace_id, name)
    ).fetchone()
    if held is not None and (held["vote"] == vote or _was_held(connection, trace, name, vote)):
        return 0
    append(connection, "vote", trace.task_id, name, {"trace_id": trace.trace_id, "vote": vote})
    return 1


def _was_held(connection: sqlite3.Connection, trace: Trace, name: str, vote: int) -> bool:
    earlier = connection.execute(
        "SELECT 1 FROM events WHERE task_id = ? AND kind = 'vote' AND username = ? "
        "AND json_extract(body, '$.trace_id') = ? AND json_extract(body, '$.vote') = ?",
        (trace.task_id, name, trace.trace_id, vote),
    )
    return earlier.fetchone() is not None


def take_in_variations(database: Database, tasks: Iterable[Task]) -> int:
    """Take in the variations (versions above 0) of a dataset; returns how many changes that were."""
    changes = 0
    for batch in batches(task for task in tasks if task.version):
        with database.reading() as connection:
            fresh = [task for task in batch if not _is_known(connection, task)]
        if fresh:
            with database.writing() as connection:
                changes += sum(take_in_variation(connection, task)[1] for task in fresh)
    return changes


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """`items`, some hundred at a time, for one transaction each."""
    source = iter(items)
    while batch := list(islice(source, BATCH)):
        yield batch


def _is_known(connection: sqlite3.Connection, task: Task) -> bool:
    """Whether exactly this version with all of these signatures was held."""
    held = _held(connection, task)
    return held is not None and not _new_signers(connection, task, held["version"])


def _held(connection: sqlite3.Connection, task: Task) -> sqlite3.Row | None:
    """The version with the same pairs: one that is there before one that is gone."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT version, removed FROM variations WHERE task_id = ? AND content_hash = ? ORDER BY removed, version DESC",
        (task.task_id, task.content_hash),
    ).fetchone()
    return row


def _new_signers(connection: sqlite3.Connection, task: Task, version: int) -> list[str]:
    rows = connection.execute(
        "SELECT username FROM signatures WHERE task_id = ? AND version = ?", (task.task_id, version)
    )
    held = {row["username"] for row in rows}
    return [name for name in dict.fromkeys(task.signed_by) if name and name not in held]


def is_free(connection: sqlite3.Connection, task: Task) -> bool:
    """Whether neither the version's number, which is one that requests may name, nor its pairs were ever held."""
    return _has_free_number(connection, task) and _held(connection, task) is None


def _has_free_number(connection: sqlite3.Connection, task: Task) -> bool:
    taken = connection.execute(
        "SELECT 1 FROM variations WHERE task_id = ? AND version = ?", task.key
    ).fetchone()
    return taken is None and task.version <= MOST_VERSIONS


def take_in_variation(connection: sqlite3.Connection, task: Task) -> tuple[int, int]:
    """Take in one variation; returns the number it has here, and how many changes that were.

    Its own number stays unless that stands for other pairs here.
    """
    held, signers = _held(connection, task), [name for name in dict.fromkeys(task.signed_by) if name]
    changes = 0
    if held is not None:
        version, signers = held["version"], _new_signers(connection, task, held["version"])
    if held is None or (held["removed"] and signers):
        number = task.version if _has_free_number(connection, task) else None
        version = variations.add(connection, task, signers[0] if signers else "", number)
        signers, changes = signers[1:], 1
    elif held["removed"]:
        return version, 0
    for name in signers:
        variations.change_signature(connection, task.task_id, version, name, signed=True)
    return version, changes + len(signers)
