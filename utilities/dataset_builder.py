"""Merges sources of tasks into one dataset.json, and writes single task files. Signed variations are never lost."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from utilities import config as settings
from utilities.config import UsageError
from utilities.data_loader import Task, load_tasks_from_dataset, read_tasks
from utilities.files import json_list, write_atomically
from utilities.task_sources import DatasetError

DEFAULT_SOURCES = ("arc1-training",)


@dataclass
class SourceReport:
    """What one source brought to a dataset."""

    name: str
    tasks: int = 0
    variations: int = 0
    same_pairs: int = 0
    """Tasks left out because an earlier one has the same pairs, in whatever order."""
    other_pairs: list[str] = field(default_factory=list)
    """Ids (with the version, above 0) left out because an earlier task with other pairs has them."""

    def __str__(self) -> str:
        notes = []
        if self.tasks or not self.variations:
            notes.append(f"{self.tasks} tasks")
        if self.variations:
            notes.append(f"{self.variations} signed variations")
        if self.same_pairs:
            notes.append(f"{self.same_pairs} left out that are already there with the same pairs")
        if self.other_pairs:
            ids = ", ".join(self.other_pairs)
            notes.append(f"{len(self.other_pairs)} left out whose id is taken by other pairs ({ids})")
        return f"{self.name}: {'; '.join(notes)}"


class MergedTasks:
    """Tasks of several sources: the first one that brings an id, or the same pairs in any order, wins."""

    def __init__(self) -> None:
        self.reports: list[SourceReport] = []
        self._originals: dict[str, Task] = {}
        self._variations: dict[str, dict[int, Task]] = {}
        self._contents: set[str] = set()
        self._evaluation_ids: set[str] = set()

    def add(self, name: str, tasks: Iterable[Task]) -> None:
        """Take in a source; what it brought is the last of `reports`."""
        report = SourceReport(name)
        self.reports.append(report)
        for task in tasks:
            if task.version:
                self._add_variation(task, report)
            else:
                self._add_original(task, report)

    def _add_original(self, task: Task, report: SourceReport) -> None:
        if task.content_hash in self._contents:
            report.same_pairs += 1
        elif task.task_id in self._originals:
            report.other_pairs.append(task.task_id)
        else:
            self._originals[task.task_id] = task
            self._contents.add(task.content_hash)
            if report.name.endswith("-evaluation"):
                self._evaluation_ids.add(task.task_id)
            report.tasks += 1

    def _add_variation(self, task: Task, report: SourceReport) -> None:
        there = self._variations.setdefault(task.task_id, {}).setdefault(task.version, task)
        if there is task:
            report.variations += 1
        elif there.content_hash == task.content_hash:
            report.same_pairs += 1
        else:
            report.other_pairs.append(f"{task.task_id} version {task.version}")

    def __iter__(self) -> Iterator[Task]:
        """Each original followed by its variations; last, variations whose original no source has."""
        orphans = self._variations.keys() - self._originals.keys()
        for task_id in (*self._originals, *sorted(orphans)):
            if task_id in self._originals:
                yield self._originals[task_id]
            variations = self._variations.get(task_id, {})
            yield from (variations[version] for version in sorted(variations))

    def originals_by_folder(self) -> dict[str, list[Task]]:
        """Tasks of sources named *-evaluation under `evaluation`, all others under `training`."""
        folders: dict[str, list[Task]] = {"training": [], "evaluation": []}
        for task in self._originals.values():
            folders["evaluation" if task.task_id in self._evaluation_ids else "training"].append(task)
        return folders


def build_dataset(sources: Sequence[str], output_file: Path, task_files: bool = False) -> list[str]:
    """Write the tasks of `sources` to `output_file`, and as single files to data/ if wanted; returns what to report.

    Variations that `output_file` already holds stay in it. Raises DatasetError when it or a source is malformed,
    UsageError when a source is not there or empty or a name cannot be written to, OSError when the disk refuses.
    """
    merged = MergedTasks()
    merged.add(f"kept from {output_file}", _signed_variations(output_file))
    for source in sources:
        merged.add(source, (task for _, task in load_tasks_from_dataset(source, versions="all")))
    folders = merged.originals_by_folder() if task_files else {}
    for tasks in folders.values():
        _check_file_names(tasks)
    write_atomically(output_file, json_list(task.line for task in merged))
    kept, *brought = merged.reports
    lines = [str(report) for report in ([kept] if kept.variations else []) + brought]
    lines.append(f"wrote {sum(1 for _ in merged)} tasks to {output_file}")
    for folder, tasks in folders.items():
        if tasks:
            lines.append(_write_task_files(settings.TASK_FILES.with_name(folder), tasks))
    return lines


def build_missing_dataset(path: Path) -> None:
    """Build `path` from the default sources, and say so on stderr, when it is not there."""
    if path.exists():
        return
    print(f"{path} is missing: building it from {', '.join(DEFAULT_SOURCES)}", file=sys.stderr)
    build_dataset(DEFAULT_SOURCES, path)


def _signed_variations(path: Path) -> list[Task]:
    if path.is_dir():
        raise UsageError(f"{path} is a folder: give the name of the file to write")
    if not path.exists():
        return []
    try:
        return [task for task in read_tasks(path) if task.version]
    except DatasetError as error:
        raise DatasetError(f"{error}; move this file away, as its signed variations cannot be kept") from None


def _check_file_names(tasks: Iterable[Task]) -> None:
    for task_id in (task.task_id for task in tasks):
        if Path(task_id).name != task_id or "\0" in task_id or task_id.startswith("."):
            raise UsageError(f"the task id {task_id!r} cannot be the name of a file: leave out --task_files")


def _write_task_files(folder: Path, tasks: Sequence[Task]) -> str:
    others = {path.name for path in folder.glob("*.json")} - {f"{task.task_id}.json" for task in tasks}
    for task in tasks:
        write_atomically(folder / f"{task.task_id}.json", bytes(task.pairs) + b"\n", durable=False)
    note = f" (and left {len(others)} others there as they were)" if others else ""
    return f"wrote {len(tasks)} task files to {folder}{note}"
