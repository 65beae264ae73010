"""Which state of dataset.json the publisher left, so that a server need not read again what only the variations changed."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from apps.server.stamps import Stamp
from apps.server.store.database import Database
from utilities.tasks import Task


def originals_digest(tasks: Iterable[Task]) -> str:
    """Of the ids and pairs of original tasks, in their order."""
    digest = hashlib.blake2b(digest_size=16)
    for task in tasks:
        digest.update(f"{task.task_id}\n".encode() + bytes(task.pairs))
    return digest.hexdigest()


def announce(database: Database, path: Path, written: Stamp, originals: str) -> None:
    """Say that the file in this state has these originals."""
    with database.writing() as connection:
        connection.execute(
            "INSERT INTO published (name, stamp, originals) VALUES (?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp, originals = excluded.originals",
            (str(path), json.dumps(written), originals),
        )


def announced_originals(database: Database, path: Path, found: Stamp | None) -> str | None:
    """The digest of the originals of the file in this state; None where nobody said."""
    with database.reading() as connection:
        row = connection.execute(
            "SELECT originals FROM published WHERE name = ? AND stamp = ?", (str(path), json.dumps(found))
        ).fetchone()
    return str(row["originals"]) if row else None
