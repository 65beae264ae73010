"""Conversations with models: per user and task, in the annotations' database.

They are no events: clearing a conversation is to leave nothing of it. A message that is being written is saved every
second; one that nobody has gone on writing for a while belongs to a server that ended, and counts as failed.
"""

import sqlite3
from datetime import UTC, datetime
from typing import Literal

import msgspec

from apps.server.refusals import ApiError
from apps.server.store.database import Database, new_id, now
from utilities.model_utils import Message, Usage

Status = Literal["streaming", "done", "stopped", "failed"]
ABANDONED_SECONDS = 30
ABANDONED = "The server was restarted while this was written: ask again with Regenerate."


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer is made with; never a key."""

    model: str
    temperature: float | None = None
    data_source: Literal["original", "variation", "both"] = "original"
    version: int = 0
    own_key: bool = False


class ChatMessage(msgspec.Struct, kw_only=True):
    """One turn as pages see it."""

    message_id: str
    role: Literal["user", "assistant"]
    text: str
    thinking: str
    status: Status
    error: str | None
    """Why it failed, in one sentence."""
    model: str
    usage: Usage | None
    finish_reason: str | None
    timestamp: str
    settings: Settings


def of_task(database: Database, username: str, task_id: str) -> list[ChatMessage]:
    """The conversation, oldest first."""
    with database.reading() as connection:
        return _conversation(connection, username, task_id)


def find(database: Database, username: str, task_id: str, message_id: str) -> ChatMessage:
    """One message of one's own. Raises ApiError (404)."""
    for message in of_task(database, username, task_id):
        if message.message_id == message_id:
            return message
    raise ApiError(404, "There is no such message in this conversation.")


def turns_before(messages: list[ChatMessage], message_id: str) -> list[Message]:
    """What was said before a message, as a model is shown it: answers that hold nothing are left out with their question."""
    turns: list[Message] = []
    for message in messages:
        if message.message_id == message_id:
            break
        if message.role == "assistant" and not message.text.strip():
            turns.pop()
        else:
            turns.append(Message(message.role, message.text))
    return turns


class Asked(msgspec.Struct):
    """A question and the answer that is to be written."""

    question: ChatMessage
    answer: ChatMessage
    is_new: bool
    """False when the same question had arrived before."""


def ask(
    database: Database,
    username: str,
    task_id: str,
    text: str,
    settings: Settings,
    client_id: str,
    replaces: str | None,
) -> Asked:
    """Add a question and an empty answer; with `replaces` (one's earlier question) in place of it and all after it.

    Raises ApiError: 404 for a question that is not there, 409 when `client_id` asked something else or an answer is
    still being written.
    """
    with database.writing() as connection:
        if there := _asked_before(connection, username, task_id, text, client_id):
            return there
        messages = _conversation(connection, username, task_id)
        _refuse_while_writing(messages)
        if replaces is not None:
            _remove_from(connection, messages, replaces, "user")
        question = _insert(connection, username, task_id, "user", text, "done", settings, client_id)
        answer = _insert(connection, username, task_id, "assistant", "", "streaming", settings, None)
        return Asked(
            _message(connection, username, task_id, question),
            _message(connection, username, task_id, answer),
            True,
        )


def ask_again(
    database: Database, username: str, task_id: str, message_id: str, settings: Settings
) -> ChatMessage:
    """Take an answer, and what was said after it, out of the conversation and put an empty one in its place.

    Raises ApiError: 404; 409 while an answer is being written.
    """
    with database.writing() as connection:
        messages = _conversation(connection, username, task_id)
        _refuse_while_writing(messages)
        _remove_from(connection, messages, message_id, "assistant")
        answer = _insert(connection, username, task_id, "assistant", "", "streaming", settings, None)
        return _message(connection, username, task_id, answer)


def save_part(database: Database, message_id: str, text: str, thinking: str) -> None:
    """Keep what has arrived of an answer."""
    with database.writing() as connection:
        connection.execute(
            "UPDATE chat_messages SET text = ?, thinking = ?, saved = ? WHERE message_id = ? AND status = 'streaming'",
            (text, thinking, _seconds(), message_id),
        )


def finish(database: Database, username: str, message: ChatMessage, cost: float | None) -> None:
    """Keep an answer that is over, unless it was removed meanwhile. `cost`: US dollars on the server's key."""
    usage = message.usage and msgspec.json.encode(message.usage).decode()
    with database.writing() as connection:
        if cost:
            connection.execute("INSERT INTO chat_costs VALUES (?, ?, ?)", (username, now()[:10], cost))
        connection.execute(
            "UPDATE chat_messages SET text = ?, thinking = ?, status = ?, error = ?, usage = ?, finish_reason = ?, saved = ? "
            "WHERE message_id = ?",
            (message.text, message.thinking, message.status, message.error, usage, message.finish_reason, _seconds(),
             message.message_id),
        )  # fmt: skip


def clear(database: Database, username: str, task_id: str) -> None:
    """Remove the whole conversation."""
    with database.writing() as connection:
        connection.execute(
            "DELETE FROM chat_messages WHERE username = ? AND task_id = ?", (username, task_id)
        )


def spent_today(database: Database, username: str) -> float:
    """US dollars that the user's questions have cost on the server's keys since midnight UTC."""
    with database.reading() as connection:
        row = connection.execute(
            "SELECT coalesce(sum(cost), 0) FROM chat_costs WHERE username = ? AND day = ?",
            (username, now()[:10]),
        ).fetchone()
    return float(row[0])


def dearest(database: Database, username: str) -> float:
    """US dollars of the user's dearest answer so far: what one under way is expected to cost at most."""
    with database.reading() as connection:
        row = connection.execute(
            "SELECT coalesce(max(cost), 0) FROM chat_costs WHERE username = ?", (username,)
        )
        return float(row.fetchone()[0])


# --- rows ------------------------------------------------------------------------------------------------------------


def _seconds() -> int:
    return int(datetime.now(UTC).timestamp())


def _conversation(connection: sqlite3.Connection, username: str, task_id: str) -> list[ChatMessage]:
    rows = connection.execute(
        "SELECT * FROM chat_messages WHERE username = ? AND task_id = ? ORDER BY id", (username, task_id)
    )
    return [_of_row(row) for row in rows]


def _of_row(row: sqlite3.Row) -> ChatMessage:
    settings = msgspec.json.decode(row["settings"], type=Settings)
    abandoned = row["status"] == "streaming" and row["saved"] < _seconds() - ABANDONED_SECONDS
    return ChatMessage(
        message_id=row["message_id"],
        role=row["role"],
        text=row["text"],
        thinking=row["thinking"],
        status="failed" if abandoned else row["status"],
        error=ABANDONED if abandoned else row["error"],
        model=settings.model,
        usage=row["usage"] and msgspec.json.decode(row["usage"], type=Usage),
        finish_reason=row["finish_reason"],
        timestamp=row["time"],
        settings=settings,
    )


def _message(connection: sqlite3.Connection, username: str, task_id: str, message_id: str) -> ChatMessage:
    row = connection.execute(
        "SELECT * FROM chat_messages WHERE message_id = ? AND username = ? AND task_id = ?",
        (message_id, username, task_id),
    ).fetchone()
    return _of_row(row)


def _asked_before(
    connection: sqlite3.Connection, username: str, task_id: str, text: str, client_id: str
) -> Asked | None:
    row = connection.execute(
        "SELECT task_id, text, message_id FROM chat_messages WHERE username = ? AND client_id = ?",
        (username, client_id),
    ).fetchone()
    if row is None:
        return None
    if (row["task_id"], row["text"]) != (task_id, text):
        raise ApiError(409, "This client_id was used for another question: take a new one.")
    messages = _conversation(connection, username, task_id)
    at = next(n for n, message in enumerate(messages) if message.message_id == row["message_id"])
    return Asked(messages[at], messages[at + 1], False)


def _refuse_while_writing(messages: list[ChatMessage]) -> None:
    if any(message.status == "streaming" for message in messages):
        raise ApiError(409, "An answer is still being written: wait for it, or stop it first.")


def _remove_from(
    connection: sqlite3.Connection, messages: list[ChatMessage], message_id: str, role: str
) -> None:
    """Remove a message of that role and everything after it. Raises ApiError (404)."""
    at = next(
        (n for n, message in enumerate(messages) if (message.message_id, message.role) == (message_id, role)),
        None,
    )
    if at is None:
        raise ApiError(404, "There is no such message in this conversation.")
    for message in messages[at:]:
        connection.execute("DELETE FROM chat_messages WHERE message_id = ?", (message.message_id,))


def _insert(
    connection: sqlite3.Connection,
    username: str,
    task_id: str,
    role: str,
    text: str,
    status: Status,
    settings: Settings,
    client_id: str | None,
) -> str:
    message_id = new_id()
    connection.execute(
        "INSERT INTO chat_messages (message_id, username, task_id, role, text, status, settings, client_id, time, saved) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (message_id, username, task_id, role, text, status, msgspec.json.encode(settings).decode(), client_id,
         now(), _seconds()),
    )  # fmt: skip
    return message_id
