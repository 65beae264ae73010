"""Merges a folder of files with tasks into one dataset.json, in a stream: the files are read twice and never held.

Not here: sources by name, and what wins between them (dataset_builder.py).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from utilities.config import UsageError
from utilities.data_loader import Task, read_tasks
from utilities.files import json_list, write_atomically
from utilities.task_sources import task_files


class Merge:
    """What is known of each task after the first reading; some 300 bytes each."""

    def __init__(self) -> None:
        self.tasks: dict[tuple[str, int], _Known] = {}
        self.repeats = 0
        """Entries that say again what another said, but for who signed them."""
        self.conflicts: list[str] = []
        """Entries left out because an earlier one with their id and version has other pairs."""

    def add(self, task: Task, where: str) -> None:
        """Take note of a task in file `where`."""
        known = self.tasks.get(task.key)
        if known is None:
            self.tasks[task.key] = _Known(
                task.content_hash, where, dict.fromkeys(task.signed_by), task.transform
            )
        elif known.content_hash == task.content_hash:
            self.repeats += 1
            known.signed_by.update(dict.fromkeys(task.signed_by))
            known.transform = known.transform or task.transform
        else:
            self.conflicts.append(
                f"{where} has other pairs for task {task.task_id}, version {task.version}, than {known.where}: "
                "the latter's are kept"
            )

    def lines(self, tasks: Iterable[Task]) -> Iterator[bytes]:
        """The tasks to write, out of the second reading: each once, with everybody who signed it."""
        missing = dict(self.tasks)
        for task in tasks:
            known = missing.get(task.key)
            if known is not None and known.content_hash == task.content_hash:
                del missing[task.key]
                merged = msgspec.structs.replace(
                    task, signed_by=tuple(known.signed_by), transform=known.transform
                )
                yield merged.line


class _Known(msgspec.Struct):
    content_hash: str
    where: str
    signed_by: dict[str, None]
    """Names in the order in which they came."""
    transform: list[dict[str, object]] | None


def merge_folder(folder: Path, output: Path) -> Merge:
    """Write every task of the .json and .jsonl files in `folder` to `output`, in the order of the file names.

    Signed variations that `output` holds already stay in it; when it lies in the folder, all of its tasks that no other
    file has do. Raises UsageError when there is no such file, or no task in any, DatasetError when one is malformed,
    OSError; `output` is then what it was.
    """
    if output.is_dir():
        raise UsageError(f"{output} is a folder: give the name of the file to write")
    merge = Merge()
    for task, where in _all_tasks(folder, output):
        merge.add(task, where)
    if not merge.tasks:
        raise UsageError(f"the files in {folder} hold no tasks: {output} is left as it is")
    write_atomically(output, json_list(merge.lines(task for task, _ in _all_tasks(folder, output))))
    return merge


def _all_tasks(folder: Path, output: Path) -> Iterator[tuple[Task, str]]:
    """The tasks of the folder, then what stays of the output."""
    files = task_files(folder)
    others = [path for path in files if path.resolve() != output.resolve()]
    for path in others:
        yield from ((task, path.name) for task in read_tasks(path, unique=False))
    if output.is_file():
        is_source = len(others) < len(files)
        yield from (
            (task, output.name) for task in read_tasks(output, unique=False) if task.version or is_source
        )
