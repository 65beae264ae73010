"""A store and the files that are published from it, in a folder of their own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.server.store import traces
from apps.server.store.bodies import TraceContent
from apps.server.store.database import NAME, Database
from apps.server.store.publisher import SOLUTIONS, TRACES, publish_once
from apps.server.store.traces import Trace
from tests.conftest import make_task
from utilities.files import json_list, write_atomically

TASK = "task0001"


class Shop:
    """A store, its folder, and what people do to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dataset = folder / "dataset.json"
        self.traces_file, self.solutions_file = folder / TRACES, folder / SOLUTIONS
        if not self.dataset.exists():
            write_atomically(
                self.dataset, json_list([make_task(TASK, 1).line, make_task("task0002", 2).line])
            )
        self.database = Database(folder / NAME)

    def publish(self) -> None:
        """As the publisher does."""
        publish_once(self.database, self.folder, self.dataset)

    def add(self, text: str, username: str = "ada", task_id: str = TASK) -> Trace:
        """Add a trace."""
        return traces.add(self.database, task_id, username, TraceContent(text=text), f"client {text}")

    def listed(self, task_id: str = TASK) -> list[Trace]:
        """The traces of a task."""
        with self.database.reading() as connection:
            return traces.of_task(connection, task_id, None)

    def published(self) -> dict[str, list[dict[str, Any]]]:
        """The content of traces_store.json."""
        content: dict[str, list[dict[str, Any]]] = json.loads(self.traces_file.read_text())
        return content

    def tasks(self) -> list[dict[str, Any]]:
        """The content of dataset.json."""
        content: list[dict[str, Any]] = json.loads(self.dataset.read_text())
        return content

    def events(self) -> int:
        """How many changes there were."""
        with self.database.reading() as connection:
            count: int = connection.execute("SELECT count(*) FROM events").fetchone()[0]
            return count


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    shop.database.close()
