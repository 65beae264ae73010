"""Is the database sound: SQLite's own checks, whether events are whole, and whether the tables are what they say."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from apps.server.store.bodies import BodyFault, encoded
from apps.server.store.database import Database
from apps.server.store.schema import PROJECTIONS, migrate
from utilities.json_faults import UNDECODABLE


def faults(database: Database) -> list[str]:
    """What is wrong, one sentence each; an empty list when all is well."""
    with database.reading() as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        found += [
            f"table {row[0]}, row {row[1]}: there is no {row[2]} for it"
            for row in connection.execute("PRAGMA foreign_key_check")
        ]
        found += _odd_bodies(connection)
    return found or _differences(database.path)


def _odd_bodies(connection: sqlite3.Connection) -> Iterator[str]:
    for row in connection.execute("SELECT id, kind, body FROM events ORDER BY id"):
        try:
            encoded(row["kind"], msgspec.json.decode(row["body"]))
        except (BodyFault, *UNDECODABLE) as error:
            yield f"event {row['id']}: {error}"


def _differences(path: Path) -> list[str]:
    """Where the tables differ from those that the same events make anew."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
        migrate(memory)
        memory.execute("ATTACH ? AS disk", (str(path),))
        memory.execute("BEGIN")
        memory.execute("INSERT INTO main.events SELECT * FROM disk.events ORDER BY id")
        counts = {
            table: memory.execute(
                f"SELECT (SELECT count(*) FROM (SELECT * FROM main.{table} EXCEPT SELECT * FROM disk.{table})) + "
                f"(SELECT count(*) FROM (SELECT * FROM disk.{table} EXCEPT SELECT * FROM main.{table}))"
            ).fetchone()[0]
            for table in PROJECTIONS
        }
        memory.execute("ROLLBACK")
    return [
        f"table {table} differs from its events in {count} rows" for table, count in counts.items() if count
    ]


def summary(database: Database) -> str:
    """What there is, in one line."""
    with database.reading() as connection:
        counts = {
            "traces": "SELECT count(*) FROM traces WHERE NOT removed",
            "votes": "SELECT count(*) FROM votes WHERE vote",
            "variations": "SELECT count(*) FROM variations WHERE NOT removed",
            "flaws": "SELECT count(*) FROM flaws",
            "submissions": "SELECT count(*) FROM submissions",
            "events": "SELECT count(*) FROM events",
        }
        return ", ".join(
            f"{connection.execute(query).fetchone()[0]} {name}" for name, query in counts.items()
        )
