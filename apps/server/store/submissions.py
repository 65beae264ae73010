"""Solutions that people submitted, with the actions that led to them."""

import sqlite3

import msgspec

from apps.server.store.bodies import Submission
from apps.server.store.database import Database, append, new_id
from apps.server.store.once import earlier_body


def store(
    database: Database, task_id: str, username: str, submission: Submission, client_id: str | None = None
) -> None:
    """Store a submission, once for each `client_id`. Raises ApiError (409) when that made another one."""
    body = {"submission_id": new_id(), **msgspec.to_builtins(submission)}
    same = {name: body[name] for name in ("version", "test_index", "grid", "actions", "seconds")}
    with database.writing() as connection:
        if earlier_body(connection, "submission", task_id, username, client_id, same) is None:
            append(connection, "submission", task_id, username, body, client_id)


def solved_by(connection: sqlite3.Connection, username: str, test_inputs: dict[str, int]) -> set[str]:
    """The tasks of which the user has solved every test input of one version; `test_inputs`: how many each task has."""
    rows = connection.execute(
        "SELECT task_id, count(DISTINCT test_index) AS solved FROM submissions WHERE correct AND username = ? "
        "GROUP BY task_id, version",
        (username,),
    )
    return {row["task_id"] for row in rows if row["solved"] >= test_inputs.get(row["task_id"], 1)}


def solved_by_anybody(connection: sqlite3.Connection, test_inputs: dict[str, int]) -> set[str]:
    """The tasks that at least one user has solved."""
    rows = connection.execute(
        "SELECT task_id, count(DISTINCT test_index) AS solved FROM submissions WHERE correct "
        "GROUP BY username, task_id, version"
    )
    return {row["task_id"] for row in rows if row["solved"] >= test_inputs.get(row["task_id"], 1)}
