"""A dated copy of the annotations for each hour in which something changed; the oldest go."""

import os
from datetime import UTC, datetime
from pathlib import Path

from apps.server.store.database import Database, last_event_id

KEPT = 48
"""The database only grows, so 48 copies are at most 48 times its size."""


class Backups:
    """The copies in one folder."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self._event: int | None = None

    def step(self) -> bool:
        """Make the copy of this hour when there is none and something changed; returns whether it did. Raises OSError."""
        path = self.folder / f"{self.database.path.stem}_{datetime.now(UTC):%Y%m%d_%H}.sqlite"
        with self.database.reading() as connection:
            last = last_event_id(connection)
        if path.exists() or last in (0, self._event):
            return False
        self._copy(path)
        self._event = last
        for old in sorted(self.folder.glob(f"{self.database.path.stem}_*.sqlite"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return True

    def _copy(self, path: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.unlink(missing_ok=True)
        self.database.copy_to(temporary)
        descriptor = os.open(temporary, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
