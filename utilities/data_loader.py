"""ARC tasks: how they are read and refused, and how a run's tasks are chosen from a dataset.

What a task is stands in tasks.py. Sources are read by task_sources.py, the words for a malformed task come from task_faults.py, and the filters and
their order are task_choice.py's.
"""

import hashlib
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec

from utilities import config as settings
from utilities.config import RunConfig, UsageError
from utilities.json_faults import UNDECODABLE
from utilities.key_set import KeySet
from utilities.task_choice import TaskChoice
from utilities.task_faults import task_fault
from utilities.task_sources import DatasetError, Entry, checked_json, read_entries, source_files
from utilities.tasks import Pair, PairJson, Task, check_pairs, pairs_of_json

__all__ = ["Pair", "Task", "TaskSelection", "load_tasks_from_dataset", "read_tasks", "select_tasks"]


# --- reading one task ------------------------------------------------------------------------------------------------


class _Key(msgspec.Struct, kw_only=True):
    """What tells the tasks of a source apart."""

    task_id: Annotated[str, msgspec.Meta(min_length=1)] | None = None
    version: Annotated[int, msgspec.Meta(ge=0)] = 0


class _Head(_Key, kw_only=True):
    """A task whose grids are not decoded yet."""

    train: list[PairJson]
    test: list[PairJson]
    signed_by: tuple[str, ...] = ()
    transform: list[dict[str, Any]] | None = None


_KEY = msgspec.json.Decoder(_Key)
_HEAD = msgspec.json.Decoder(_Head)
_PLAIN = msgspec.json.Decoder()
_FIRST_FIELDS = re.compile(rb'\s*+\{\s*+"task_id"\s*+:\s*+"([^"\\]++)"\s*+,\s*+"version"\s*+:\s*+(\d++)\s*+,')
"""How a line of our own begins, and of anybody who keeps that order."""


def _heads(
    dataset: str | Path, wanted: Collection[str] | None = None, *, unique: bool = True
) -> Iterator[tuple[Entry, _Key]]:
    """Every task of a source, pairs undecoded; with `wanted`, of tasks with other ids only a `_Key`, if that is sound.

    Raises DatasetError; where `unique`, also when a (task_id, version) comes twice.
    """
    seen = KeySet()
    for entry in read_entries(dataset, _HEAD if wanted is None else _KEY):
        key = None if wanted is None else _key(entry)
        if key is None or key.task_id is None or key.task_id in (wanted or ()):
            key = _head(entry)
            if unique and not seen.add((str(key.task_id), key.version)):
                raise DatasetError(
                    f"{entry.where}, task {key.task_id}: version {key.version} of it was there already"
                )
        yield entry, key


def _key(entry: Entry) -> _Key | None:
    """The key of an entry, by the least effort; None when it is not sound."""
    if entry.decoded is None and (fields := _FIRST_FIELDS.match(entry.body)):
        return _Key(task_id=fields[1].decode("utf-8", "replace"), version=int(fields[2]))
    try:
        key = entry.decoded or _KEY.decode(entry.body)
    except UNDECODABLE:
        return None
    key.task_id = key.task_id or entry.task_id
    return key


def _head(entry: Entry) -> _Head:
    """The task of an entry, its id filled in. Raises DatasetError."""
    try:
        head = entry.decoded if isinstance(entry.decoded, _Head) else _HEAD.decode(entry.body)
    except UNDECODABLE as error:
        raise _refusal(entry, error) from None
    head.task_id = head.task_id or entry.task_id
    if head.task_id is None:
        raise DatasetError(f"{entry.where}: it has no 'task_id'")
    return head


def _task(entry: Entry, head: _Key, *, checked: bool = False) -> Task:
    """`checked`: known to be good from an earlier reading. Raises DatasetError when the pairs are not those of a task."""
    if not isinstance(head, _Head):
        head = _head(entry)
    train, test = pairs_of_json(head.train), pairs_of_json(head.test)
    try:
        if not checked:
            check_pairs(train, test)
    except UNDECODABLE as error:
        raise _refusal(entry, error) from None
    return Task(
        task_id=str(head.task_id),
        version=head.version,
        train=train,
        test=test,
        signed_by=head.signed_by,
        transform=head.transform,
    )


def read_tasks(dataset: str | Path, *, unique: bool = True) -> Iterator[Task]:
    """Every task and variation of a source, in order. Raises UsageError (no such source) or DatasetError.

    A (task_id, version) that comes twice is an error unless `unique` is False.
    """
    return (_task(entry, head) for entry, head in _heads(dataset, unique=unique))


def _refusal(entry: Entry, error: Exception) -> DatasetError:
    """`error` in the words of grids and pairs."""
    value = checked_json(_PLAIN, entry.body, entry.where, "JSON")
    own_id = value.get("task_id") if isinstance(value, dict) else None
    task_id = own_id if isinstance(own_id, str) and own_id else entry.task_id
    name = f", task {task_id}" if task_id else ""
    return DatasetError(f"{entry.where}{name}: {task_fault(value) or error}")


# --- choosing tasks --------------------------------------------------------------------------------------------------


def load_tasks_from_dataset(
    dataset: str | Path | None = None,
    *,
    versions: str = "0",
    task_ids: Collection[str] | None = None,
    tasks: tuple[int, int] | None = None,
    max_tasks: int | None = None,
) -> Iterator[tuple[str, Task]]:
    """(task_id, task) of each chosen task, decoded one at a time; `dataset` None is the default dataset.json.

    Filters as in task_choice.py; `tasks` is (first, last), 1-based, both included. Raises UsageError when
    there is no such source, an id is not in it, or nothing is chosen; DatasetError when it reaches a malformed task
    (tasks that are not chosen are only looked at for their ids).
    """
    source = _default_dataset() if dataset is None else dataset
    choice = TaskChoice(versions, task_ids, tasks, max_tasks)
    return ((task.task_id, task) for task in _chosen(source, choice))


def _chosen(source: str | Path, choice: TaskChoice, *, checked: bool = False) -> Iterator[Task]:
    for entry, head in _heads(source, choice.task_ids, unique=not checked):
        if choice.takes(str(head.task_id), head.version):
            yield _task(entry, head, checked=checked)
        if choice.is_over():
            break
    choice.check(str(source))


class TaskSelection:
    """The tasks of a run: checked as a whole when made, then read again, one at a time, each time it is iterated."""

    def __init__(self, dataset: str | Path, **filters: Any) -> None:
        """`filters` as in `load_tasks_from_dataset`. Raises UsageError or DatasetError."""
        self.name = str(dataset)
        """The source, for people."""
        self._filters = filters
        choice, digest = TaskChoice(**filters), hashlib.sha256()
        for entry, head in _heads(dataset, choice.task_ids):
            chosen = choice.takes(str(head.task_id), head.version)
            if chosen or choice.task_ids is None:
                task = _task(entry, head)
            if chosen:
                digest.update(f"{task.task_id} {task.version} {task.content_hash}\n".encode())
            elif choice.task_ids is not None and choice.is_over():
                break
        choice.check(self.name)
        self.count = choice.chosen
        self.sha256 = digest.hexdigest()
        """Of the ids, versions and contents of the selected tasks, in order."""

    @property
    def files(self) -> list[Path]:
        """The files that the tasks are read from."""
        return source_files(self.name)

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Task]:
        return _chosen(self.name, TaskChoice(**self._filters), checked=True)


def select_tasks(config: RunConfig) -> TaskSelection:
    """The tasks that `config` asks for. The whole source is checked first, so that nothing is paid for a broken one.

    Raises UsageError when there is nothing to select, DatasetError when the source is malformed.
    """
    return TaskSelection(
        _source(config),
        versions=config.versions,
        task_ids=config.task_ids,
        tasks=config.tasks,
        max_tasks=config.max_tasks,
    )


def _source(config: RunConfig) -> str | Path:
    if config.dataset is not None:
        return config.dataset
    if config.use_dataset_json:
        return _default_dataset()
    if not settings.TASK_FILES.is_dir():
        raise UsageError(
            f"there are no task files in {settings.TASK_FILES}: "
            "write them with python auxiliary_utilities/build_dataset.py --task_files"
        )
    return settings.TASK_FILES


def _default_dataset() -> Path:
    """apps/static/dataset.json, built first when it is missing."""
    from utilities.dataset_builder import build_missing_dataset  # which itself reads tasks by this module

    build_missing_dataset(settings.DEFAULT_DATASET)
    return settings.DEFAULT_DATASET
