"""Accounts with passwords, for servers that are shared. The first to come with the access password gets a name."""

import functools
import hashlib
import secrets
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
    """None when there is no such account, which takes as long to say: nobody is to learn who has one."""
    hashed = _password_hash(database, username)
    with _HASHING:
        right = check_password_hash(hashed or _hash_of_nobody(), password)
    return None if hashed is None else right


def proof(database: Database, username: str) -> str | None:
    """What a session that was opened with the present password carries; None when there is no such account."""
    hashed = _password_hash(database, username)
    return None if hashed is None else hashlib.blake2b(hashed.encode(), digest_size=16).hexdigest()


def _password_hash(database: Database, username: str) -> str | None:
    with database.reading() as connection:
        row = connection.execute(
            "SELECT password_hash FROM accounts WHERE name_key = ?", (name_key(username),)
        ).fetchone()
    return None if row is None else str(row["password_hash"])


@functools.cache
def _hash_of_nobody() -> str:
    return generate_password_hash(secrets.token_hex())


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
    """Give an account a new password, which ends its sessions; False when there is no such account."""
    hashed = generate_password_hash(password)
    with database.writing() as connection:
        changed = connection.execute(
            "UPDATE accounts SET password_hash = ? WHERE name_key = ?", (hashed, name_key(username))
        )
        return bool(changed.rowcount)
