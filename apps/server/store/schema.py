"""The tables. Events are the truth: they are only ever added, and triggers make the other tables from them.

So one INSERT stores a change, notifies the streams (its row id is the id of the Server-Sent Event) and updates what is
read, all in one transaction; and `check` can make the tables again from the events and compare. Accounts are no
events: a password hash that was replaced is to be gone. Nor is `published`: what the publisher left where.
"""

import re
import sqlite3
from collections.abc import Iterator

from utilities.config import RunFailed

PROJECTIONS = ("traces", "votes", "variations", "signatures", "flaws", "submissions")
"""The tables that triggers make from the events."""

_EVENTS = """
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uid TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('trace', 'trace_edited', 'trace_noted', 'trace_removed', 'vote', 'variation',
        'signature', 'flaw', 'submission')),
    task_id TEXT NOT NULL,
    username TEXT NOT NULL,
    client_id TEXT,
    time TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX events_once ON events (username, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX events_of_a_task ON events (task_id, kind);
CREATE TRIGGER events_never_change BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_never_go BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;
CREATE TABLE published (
    name TEXT PRIMARY KEY,
    stamp TEXT NOT NULL,
    originals TEXT NOT NULL
);
CREATE TABLE accounts (
    name_key TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    time TEXT NOT NULL
);
"""

_TRACES = """
CREATE TABLE traces (
    trace_id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL,
    username TEXT NOT NULL,
    text TEXT NOT NULL,
    version INTEGER NOT NULL,
    code TEXT,
    cells TEXT,
    origin TEXT,
    verified TEXT,
    timestamp TEXT NOT NULL,
    earlier_score INTEGER NOT NULL DEFAULT 0,
    extra TEXT,
    revision INTEGER NOT NULL DEFAULT 1,
    removed INTEGER NOT NULL DEFAULT 0,
    event_id INTEGER NOT NULL REFERENCES events (id)
);
CREATE INDEX traces_of_a_task ON traces (task_id) WHERE NOT removed;
CREATE TABLE votes (
    trace_id TEXT NOT NULL REFERENCES traces (trace_id),
    username TEXT NOT NULL,
    vote INTEGER NOT NULL CHECK (vote IN (-1, 0, 1)),
    PRIMARY KEY (trace_id, username)
) WITHOUT ROWID;
CREATE VIEW trace_list AS SELECT traces.*,
    earlier_score + coalesce((SELECT sum(vote) FROM votes WHERE votes.trace_id = traces.trace_id), 0) AS score,
    (SELECT json_group_object(username, vote) FROM votes WHERE votes.trace_id = traces.trace_id AND vote) AS voters
    FROM traces;
CREATE TRIGGER trace AFTER INSERT ON events WHEN NEW.kind = 'trace' BEGIN
    INSERT INTO traces (trace_id, task_id, username, text, version, code, cells, origin, verified, timestamp,
        earlier_score, extra, event_id)
    VALUES (body.trace_id, NEW.task_id, NEW.username, body.text,
        coalesce(body.version, 0), body.code, body.cells, body.origin,
        body.verified, coalesce(body.timestamp, NEW.time),
        coalesce(body.earlier_score, 0), body.extra, NEW.id);
END;
CREATE TRIGGER trace_is_there BEFORE INSERT ON events WHEN NEW.kind IN ('trace_edited', 'trace_noted', 'trace_removed')
BEGIN
    SELECT RAISE(ABORT, 'there is no such trace')
    WHERE NOT EXISTS (SELECT 1 FROM traces WHERE trace_id = body.trace_id AND task_id = NEW.task_id);
END;
CREATE TRIGGER trace_edited AFTER INSERT ON events WHEN NEW.kind = 'trace_edited' BEGIN
    UPDATE traces SET text = body.text, revision = revision + 1, event_id = NEW.id
    WHERE trace_id = body.trace_id;
END;
CREATE TRIGGER trace_noted AFTER INSERT ON events WHEN NEW.kind = 'trace_noted' BEGIN
    UPDATE traces SET extra = body.extra, code = coalesce(code, body.code), verified = coalesce(verified, body.verified)
    WHERE trace_id = body.trace_id;
END;
CREATE TRIGGER trace_removed AFTER INSERT ON events WHEN NEW.kind = 'trace_removed' BEGIN
    UPDATE traces SET removed = 1 WHERE trace_id = body.trace_id;
END;
CREATE TRIGGER vote AFTER INSERT ON events WHEN NEW.kind = 'vote' BEGIN
    INSERT INTO votes (trace_id, username, vote)
    VALUES (body.trace_id, NEW.username, body.vote)
    ON CONFLICT (trace_id, username) DO UPDATE SET vote = excluded.vote;
END;
"""

_VARIATIONS = """
CREATE TABLE variations (
    task_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    content_hash TEXT NOT NULL,
    pairs TEXT NOT NULL,
    transform TEXT,
    removed INTEGER NOT NULL DEFAULT 0,
    event_id INTEGER NOT NULL REFERENCES events (id),
    PRIMARY KEY (task_id, version)
);
CREATE TABLE signatures (
    task_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    username TEXT NOT NULL,
    signed INTEGER NOT NULL,
    event_id INTEGER NOT NULL REFERENCES events (id),
    PRIMARY KEY (task_id, version, username)
);
CREATE VIEW variation_list AS SELECT variations.*,
    (SELECT json_group_array(username) FROM (SELECT username FROM signatures WHERE signed
        AND signatures.task_id = variations.task_id AND signatures.version = variations.version ORDER BY event_id))
    AS signed_by FROM variations;
CREATE TRIGGER variation AFTER INSERT ON events WHEN NEW.kind = 'variation' BEGIN
    INSERT INTO variations (task_id, version, content_hash, pairs, transform, event_id)
    VALUES (NEW.task_id, body.version, body.content_hash, body.pairs,
        body.transform, NEW.id);
    INSERT INTO signatures (task_id, version, username, signed, event_id)
    SELECT NEW.task_id, body.version, NEW.username, 1, NEW.id WHERE NEW.username <> '';
END;
CREATE TRIGGER signature AFTER INSERT ON events WHEN NEW.kind = 'signature' BEGIN
    INSERT INTO signatures (task_id, version, username, signed, event_id)
    VALUES (NEW.task_id, body.version, NEW.username, body.signed, NEW.id)
    ON CONFLICT (task_id, version, username) DO UPDATE SET signed = excluded.signed, event_id = excluded.event_id;
    UPDATE variations SET removed = 1
    WHERE task_id = NEW.task_id AND version = body.version AND body.removed;
END;
"""

_OTHERS = """
CREATE TABLE flaws (
    flaw_id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    username TEXT NOT NULL,
    text TEXT NOT NULL,
    cells TEXT,
    timestamp TEXT NOT NULL,
    event_id INTEGER NOT NULL REFERENCES events (id)
);
CREATE INDEX flaws_of_a_task ON flaws (task_id);
CREATE TRIGGER flaw AFTER INSERT ON events WHEN NEW.kind = 'flaw' BEGIN
    INSERT INTO flaws (flaw_id, task_id, version, username, text, cells, timestamp, event_id)
    VALUES (body.flaw_id, NEW.task_id, body.version, NEW.username, body.text,
        body.cells, NEW.time, NEW.id);
END;
CREATE TABLE submissions (
    submission_id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    test_index INTEGER NOT NULL,
    username TEXT NOT NULL,
    correct INTEGER,
    event_id INTEGER NOT NULL REFERENCES events (id)
);
CREATE INDEX submissions_right ON submissions (username, task_id, version, test_index) WHERE correct;
CREATE TRIGGER submission AFTER INSERT ON events WHEN NEW.kind = 'submission' BEGIN
    INSERT INTO submissions (submission_id, task_id, version, test_index, username, correct, event_id)
    VALUES (body.submission_id, NEW.task_id, body.version, body.test_index,
        NEW.username, body.correct, NEW.id);
END;
"""

_CHAT = """
CREATE TABLE chat_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE,
    username TEXT NOT NULL,
    task_id TEXT NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    thinking TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL,
    error TEXT,
    settings TEXT NOT NULL,
    usage TEXT,
    finish_reason TEXT,
    client_id TEXT,
    time TEXT NOT NULL,
    saved INTEGER NOT NULL
);
CREATE INDEX chat_of_a_task ON chat_messages (username, task_id, id);
CREATE UNIQUE INDEX chat_once ON chat_messages (username, client_id) WHERE client_id IS NOT NULL;
CREATE TABLE chat_costs (username TEXT NOT NULL, day TEXT NOT NULL, cost REAL NOT NULL);
CREATE INDEX chat_costs_of_a_day ON chat_costs (username, day);
"""

MIGRATIONS = (_EVENTS + _TRACES + _VARIATIONS + _OTHERS, _CHAT)
"""Number n brings a database from `user_version` n to n + 1. A migration is never changed once it was released.

In a trigger `body.name` stands for that member of the new event's body.
"""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database, new or of an earlier version, to the present tables; another process may do so meanwhile.

    Raises RunFailed when it is of a later version.
    """
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        if version > len(MIGRATIONS):
            raise RunFailed(
                f"the annotations are of version {version} and this code knows {len(MIGRATIONS)}: update the code"
            )
        for statement in _statements("".join(MIGRATIONS[version:])):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would leave the transaction."""
    statement = ""
    for line in re.sub(r"\bbody\.(\w+)", r"json_extract(NEW.body, '$.\1')", script).splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
