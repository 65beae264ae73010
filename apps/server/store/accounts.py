"""Accounts with passwords, for servers that are shared. The first to come with the access password gets a name."""

import threading

from werkzeug.security import check_password_hash, generate_password_hash

from apps.server.refusals import ApiError
from apps.server.store.database import Database, now

SHORTEST_PASSWORD = 8
_HASHING = threading.Semaphore(2)
"""A hash takes 32 MB and 50 ms of a core: more at a time would let strangers take the machine."""


def name_key(username: str) -> str:
    """Names that differ in case only are one name."""
    return username.casefold()


def password_is_right(database: Database, username: str, password: str) -> bool | None:
    """None when there is no such account."""
    with database.reading() as connection:
        row = connection.execute(
            "SELECT password_hash FROM accounts WHERE name_key = ?", (name_key(username),)
        ).fetchone()
    if row is None:
        return None
    with _HASHING:
        return check_password_hash(row["password_hash"], password)


def spelling(database: Database, username: str) -> str:
    """The account's own spelling of its name."""
    with database.reading() as connection:
        row = connection.execute(
            "SELECT username FROM accounts WHERE name_key = ?", (name_key(username),)
        ).fetchone()
    return str(row["username"]) if row else username


def create(database: Database, username: str, password: str) -> None:
    """Make an account. Raises ApiError (409) when somebody else was faster."""
    with _HASHING:
        hashed = generate_password_hash(password)
    with database.writing() as connection:
        added = connection.execute(
            "INSERT INTO accounts (name_key, username, password_hash, time) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (name_key(username), username, hashed, now()),
        )
        if not added.rowcount:
            raise ApiError(409, "Somebody took this name a moment ago: take another.")


def set_password(database: Database, username: str, password: str) -> bool:
    """Give an account a new password; False when there is no such account."""
    hashed = generate_password_hash(password)
    with database.writing() as connection:
        changed = connection.execute(
            "UPDATE accounts SET password_hash = ? WHERE name_key = ?", (hashed, name_key(username))
        )
        return bool(changed.rowcount)
