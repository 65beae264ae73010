"""`/arc2/api/tasks/<task_id>/traces` and `/arc2/api/traces/<trace_id>`: reasoning traces and votes."""

from typing import Annotated, Literal

import msgspec
from flask import Blueprint

from apps.server.access import username, username_or_none
from apps.server.api import Reply, operation
from apps.server.code import run_program
from apps.server.context import catalogue, database
from apps.server.fields import MOST_CELLS_BYTES, Cells, ClientId, Text, Version, check_size
from apps.server.store import traces as store
from apps.server.store import variations
from apps.server.store.bodies import TraceContent, Verified
from apps.server.store.database import last_event_id
from apps.server.store.traces import Trace
from apps.server.texts import clean_text

blueprint = Blueprint("traces", __name__)


class NewTrace(msgspec.Struct):
    """A trace, with a program if there is one."""

    text: Text
    client_id: ClientId
    version: Version = 0
    code: Text | None = None
    cells: Cells | None = None


class TraceEdit(msgspec.Struct):
    """A new text for the revision of a trace that its author has seen."""

    text: Text
    revision: Annotated[int, msgspec.Meta(ge=1, le=10**9)]


class Vote(msgspec.Struct):
    """1 up, -1 down, 0 no vote."""

    vote: Literal[-1, 0, 1]


class TraceList(Reply, kw_only=True):
    """The traces of a task, oldest first."""

    traces: list[Trace]
    event_id: int
    """The newest event when this was read: where a stream is to begin."""


class TraceReply(Reply, kw_only=True):
    """One trace as it is now."""

    trace: Trace


class StaleEdit(msgspec.Struct, kw_only=True):
    """A 409 of an edit, with the trace as it is now."""

    error: str
    trace: Trace
    success: bool = False


class VoteReply(Reply, kw_only=True):
    """A trace's votes."""

    score: int
    my_vote: int


@operation(blueprint, "GET", "/api/tasks/<task_id>/traces", reply=TraceList)
def list_traces(task_id: str) -> TraceList:
    """List the traces of a task."""
    catalogue().task(task_id)
    with database().reading() as connection:
        traces = store.of_task(connection, task_id, username_or_none())
        return TraceList(traces=traces, event_id=last_event_id(connection))


@operation(blueprint, "POST", "/api/tasks/<task_id>/traces", body=NewTrace, reply=TraceReply, statuses=(201,))
def add_trace(task_id: str, body: NewTrace) -> tuple[TraceReply, int]:
    """Add a trace; its code, if any, is run on the train pairs."""
    text, name, original = clean_text(body.text), username(), catalogue().task(task_id)
    check_size(body.cells, "cells", MOST_CELLS_BYTES)
    code = None if body.code is None else clean_text(body.code, "code")
    content = TraceContent(text=text, version=body.version, code=code, cells=body.cells)
    if there := store.added_before(database(), task_id, name, body.client_id, content):
        return TraceReply(trace=there), 201
    if body.version or code is not None:
        with database().reading() as connection:
            task = variations.find(connection, original, body.version)
        if code is not None:
            outcomes = run_program(code, [pair.input for pair in task.train]).outcomes
            passed = sum(
                outcome.output == pair.output for outcome, pair in zip(outcomes, task.train, strict=True)
            )
            content.verified = Verified(passed, len(task.train))
    return TraceReply(trace=store.add(database(), task_id, name, content, body.client_id)), 201


@operation(
    blueprint, "PATCH", "/api/traces/<path:trace_id>", body=TraceEdit, reply=TraceReply, conflict=StaleEdit
)
def edit_trace(trace_id: str, body: TraceEdit) -> TraceReply:
    """Replace the text of one's own trace; 409 with the present trace when it was changed meanwhile."""
    trace = store.edit(database(), trace_id, username(), clean_text(body.text), body.revision)
    return TraceReply(trace=trace)


@operation(blueprint, "DELETE", "/api/traces/<path:trace_id>")
def remove_trace(trace_id: str) -> Reply:
    """Remove one's own trace."""
    store.remove(database(), trace_id, username())
    return Reply()


@operation(blueprint, "PUT", "/api/traces/<path:trace_id>/vote", body=Vote, reply=VoteReply)
def vote(trace_id: str, body: Vote) -> VoteReply:
    """Vote on a trace, change the vote or take it back."""
    trace = store.vote(database(), trace_id, username(), body.vote)
    return VoteReply(score=trace.score, my_vote=trace.my_vote)
