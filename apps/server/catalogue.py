"""The original tasks of dataset.json, with what a gallery shows of each; read again when the file was changed."""

import logging
import threading
from pathlib import Path

import msgspec

from apps.server.refusals import ApiError
from apps.server.stamps import Stamp, stamp
from apps.server.store.database import Database
from apps.server.store.dataset_state import announced_originals, originals_digest
from utilities.config import RunFailed, UsageError
from utilities.data_loader import read_tasks
from utilities.grid import shape
from utilities.tasks import Task

log = logging.getLogger("apps.server")


class Listed(msgspec.Struct, frozen=True):
    """A task and what a gallery filters by."""

    task: Task
    tags: tuple[str, ...]
    """From its content; see `content_tags`."""
    max_height: int
    max_width: int


class Catalogue:
    """The tasks that people see."""

    def __init__(self, path: Path, database: Database) -> None:
        """Reads `path`, a dataset.json; what the publisher left there is told by `database`. Raises UsageError and DatasetError as `read_tasks`."""
        self.path, self._database = path, database
        self._lock = threading.Lock()
        self._tasks: dict[str, Listed] = {}
        self._stamp: Stamp | None = None
        self._digest = ""
        self._read()

    def tasks(self) -> dict[str, Listed]:
        """Every original by its id, in the order of the file. While the file cannot be read: as they were."""
        if self._stamp != stamp(self.path) and self._lock.acquire(blocking=False):
            try:
                self._look()
            except (OSError, RunFailed, UsageError) as error:
                log.error("the dataset stays as it was: %s", error)
            finally:
                self._lock.release()
        return self._tasks

    def task(self, task_id: str) -> Task:
        """The original. Raises ApiError (404)."""
        listed = self.tasks().get(task_id)
        if listed is None:
            raise ApiError(404, "There is no such task in the dataset.")
        return listed.task

    def test_inputs(self) -> dict[str, int]:
        """How many test inputs each task has."""
        return {task_id: len(listed.task.test) for task_id, listed in self.tasks().items()}

    def _look(self) -> None:
        """Read the file again, unless it has the same originals and only its variations are others."""
        found = stamp(self.path)
        if announced_originals(self._database, self.path, found) == self._digest:
            self._stamp = found
        else:
            self._read()

    def _read(self) -> None:
        self._stamp = stamp(self.path)  # before the content, so that a change meanwhile is seen the next time
        known = self._tasks
        tasks = {}
        for task in read_tasks(self.path):
            if task.version == 0:
                there = known.get(task.task_id)
                tasks[task.task_id] = there if there and there.task == task else _listed(task)
        self._tasks = tasks
        self._digest = originals_digest(listed.task for listed in tasks.values())


def _listed(task: Task) -> Listed:
    pairs = (*task.train, *task.test)
    shapes = [shape(grid) for pair in pairs for grid in (pair.input, pair.output) if grid]
    return Listed(
        task,
        content_tags(task),
        max(height for height, _ in shapes),
        max(width for _, width in shapes),
    )


def content_tags(task: Task) -> tuple[str, ...]:
    """How outputs relate in size to inputs over all train pairs, and how many test inputs there are."""
    shapes = [(shape(pair.input), shape(pair.output or [[0]])) for pair in task.train]
    areas = [(rows * columns, height * width) for (rows, columns), (height, width) in shapes]
    tags = {
        "same size": all(one == other for one, other in shapes),
        "output smaller": all(output < input for input, output in areas),
        "output larger": all(output > input for input, output in areas),
        "one output size": len({output for _, output in shapes}) == 1,
        "several tests": len(task.test) > 1,
    }
    return tuple(name for name, applies in tags.items() if applies)
