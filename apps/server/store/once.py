"""A change that is sent again, because its answer got lost, is not made again."""

import sqlite3
from typing import Any

import msgspec

from apps.server.refusals import ApiError


def earlier_body(
    connection: sqlite3.Connection,
    kind: str,
    task_id: str,
    username: str,
    client_id: str | None,
    same: dict[str, Any],
) -> dict[str, Any] | None:
    """The body of the event that this user's `client_id` made; None when it made none yet.

    Raises ApiError (409) when it made another event than the one with these members (`same`).
    """
    if client_id is None:
        return None
    row = connection.execute(
        "SELECT kind, task_id, body FROM events WHERE username = ? AND client_id = ?", (username, client_id)
    ).fetchone()
    if row is None:
        return None
    body: dict[str, Any] = msgspec.json.decode(row["body"])
    if (row["kind"], row["task_id"]) != (kind, task_id) or any(body.get(name) != same[name] for name in same):
        raise ApiError(409, "This client_id was used for another change: take a new one.")
    return body
