"""`/arc2/api/tasks`: the gallery's list, one task with its versions, and the progress over the dataset."""

import sqlite3
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from flask import Blueprint

from apps.server.access import username_or_none
from apps.server.api import Reply, operation
from apps.server.context import catalogue, database
from apps.server.store import submissions, variations
from apps.server.store.database import last_event_id
from utilities.grid import Grid
from utilities.tasks import Task

NotNegative = Annotated[int, msgspec.Meta(ge=0, le=10**9)]

blueprint = Blueprint("tasks", __name__)


class TaskQuery(msgspec.Struct):
    """Which tasks; tags are those of the list, `solved`, `unsolved`, `traces`, `variations` and `flaws`."""

    query: str = ""
    tag: str = ""
    offset: NotNegative = 0
    limit: NotNegative | None = None


class TaskRow(msgspec.Struct):
    """One task of the list."""

    task_id: str
    versions: int
    """How many there are, the original included."""
    traces: int
    solved_by_me: bool
    tags: list[str]
    max_height: int
    max_width: int


class TaskList(Reply, kw_only=True):
    """The tasks that fit, and how many there are of them without `offset` and `limit`."""

    total: int
    tasks: list[TaskRow]
    event_id: int
    """The newest event when this was read: where a stream is to begin."""


class PairReply(msgspec.Struct):
    """A pair; the output is null where it is secret."""

    input: Grid
    output: Grid | None


class VersionReply(msgspec.Struct):
    """One version of a task: 0 is the original."""

    version: int
    train: list[PairReply]
    test: list[PairReply]
    signed_by: list[str]
    transform: list[dict[str, Any]] | None
    """The steps that made it from the original, where they are known."""


class TaskReply(Reply, kw_only=True):
    """A task with all of its versions."""

    task_id: str
    versions: list[VersionReply]


class Progress(Reply, kw_only=True):
    """How far the dataset is: numbers of tasks."""

    tasks: int
    solved: int
    """By anybody."""
    solved_by_me: int
    traced: int
    varied: int


@operation(blueprint, "GET", "/api/tasks", query=TaskQuery, reply=TaskList)
def list_tasks(query: TaskQuery) -> TaskList:
    """List tasks, in the order of the dataset."""
    with database().reading() as connection:
        rows = [row for row in _rows(connection) if _fits(row, query)]
        event_id = last_event_id(connection)
    end = None if query.limit is None else query.offset + query.limit
    return TaskList(total=len(rows), tasks=rows[query.offset : end], event_id=event_id)


@operation(blueprint, "GET", "/api/tasks/<task_id>", reply=TaskReply)
def show_task(task_id: str) -> TaskReply:
    """Show a task with all of its versions."""
    original = catalogue().task(task_id)
    with database().reading() as connection:
        versions = variations.of_task(connection, original)
    return TaskReply(task_id=task_id, versions=list(map(_version, versions)))


@operation(blueprint, "GET", "/api/progress", reply=Progress)
def show_progress() -> Progress:
    """How many tasks are solved, traced and varied."""
    listed, test_inputs = catalogue().tasks(), catalogue().test_inputs()
    with database().reading() as connection:
        rows = list(_rows(connection))
        solved = submissions.solved_by_anybody(connection, test_inputs)
    return Progress(
        tasks=len(rows),
        solved=len(solved & listed.keys()),
        solved_by_me=sum(row.solved_by_me for row in rows),
        traced=sum(row.traces > 0 for row in rows),
        varied=sum(row.versions > 1 for row in rows),
    )


def _rows(connection: sqlite3.Connection) -> Iterator[TaskRow]:
    traces = _counts(connection, "SELECT task_id, count(*) FROM traces WHERE NOT removed GROUP BY task_id")
    varied = _counts(
        connection, "SELECT task_id, count(*) FROM variations WHERE NOT removed GROUP BY task_id"
    )
    flaws = _counts(connection, "SELECT task_id, count(*) FROM flaws GROUP BY task_id")
    name = username_or_none()
    solved = submissions.solved_by(connection, name, catalogue().test_inputs()) if name is not None else set()
    for task_id, listed in catalogue().tasks().items():
        yield TaskRow(
            task_id,
            1 + varied.get(task_id, 0),
            traces.get(task_id, 0),
            task_id in solved,
            [*listed.tags, *(["flaws"] if task_id in flaws else [])],
            listed.max_height,
            listed.max_width,
        )


def _counts(connection: sqlite3.Connection, query: str) -> dict[str, int]:
    return dict(map(tuple, connection.execute(query)))


def _fits(row: TaskRow, query: TaskQuery) -> bool:
    states = {
        "solved": row.solved_by_me,
        "unsolved": not row.solved_by_me,
        "traces": row.traces > 0,
        "variations": row.versions > 1,
    }
    fits_tag = not query.tag or states.get(query.tag, query.tag in row.tags)
    return fits_tag and query.query.strip().lower() in row.task_id.lower()


def _version(task: Task) -> VersionReply:
    pairs = msgspec.json.decode(task.pairs, type=dict[str, list[PairReply]])
    return VersionReply(task.version, pairs["train"], pairs["test"], list(task.signed_by), task.transform)
