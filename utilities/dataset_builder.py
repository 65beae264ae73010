"""Merges sources of tasks into one dataset.json, and writes single task files. Signed variations are never lost."""

import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from utilities import config as settings
from utilities.config import RunFailed, UsageError
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


_TABLE = """
PRAGMA journal_mode = OFF;
CREATE TABLE tasks (
    number INTEGER PRIMARY KEY, task_id TEXT, version INTEGER, content TEXT, evaluation INTEGER, line BLOB,
    UNIQUE (task_id, version)
);
CREATE UNIQUE INDEX contents ON tasks (content) WHERE version = 0;
BEGIN;
"""
_IN_ORDER = """
SELECT task.number FROM tasks AS task
LEFT JOIN tasks AS original ON original.task_id = task.task_id AND original.version = 0
ORDER BY original.number IS NULL, original.number, task.task_id, task.version
"""


class MergedTasks:
    """Tasks of several sources: the first one that brings an id, or the same pairs in any order, wins.

    They wait in a nameless temporary database, which goes to disk when it grows, so that any number of them fits.
    """

    def __init__(self) -> None:
        self.reports: list[SourceReport] = []
        self._tasks = sqlite3.connect("")
        self._tasks.executescript(_TABLE)

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
        same_content = "SELECT 1 FROM tasks WHERE version = 0 AND content = ?"
        if self._tasks.execute(same_content, (task.content_hash,)).fetchone():
            report.same_pairs += 1
        elif self._insert(task, report):
            report.tasks += 1
        else:
            report.other_pairs.append(task.task_id)

    def _add_variation(self, task: Task, report: SourceReport) -> None:
        if self._insert(task, report):
            report.variations += 1
            return
        there = "SELECT content FROM tasks WHERE task_id = ? AND version = ?"
        if self._tasks.execute(there, task.key).fetchone() == (task.content_hash,):
            report.same_pairs += 1
        else:
            report.other_pairs.append(f"{task.task_id} version {task.version}")

    def _insert(self, task: Task, report: SourceReport) -> bool:
        """False when its id and version are taken."""
        is_evaluation = report.name.endswith("-evaluation")
        row = (*task.key, task.content_hash, is_evaluation, task.line)
        return (
            self._tasks.execute("INSERT OR IGNORE INTO tasks VALUES (NULL, ?, ?, ?, ?, ?)", row).rowcount == 1
        )

    def __len__(self) -> int:
        count: int = self._tasks.execute("SELECT count(*) FROM tasks").fetchone()[0]
        return count

    def lines(self) -> Iterator[bytes]:
        """Each original followed by its variations; last, variations whose original no source has."""
        for number in self._tasks.execute(_IN_ORDER):
            yield self._tasks.execute("SELECT line FROM tasks WHERE number = ?", number).fetchone()[0]

    def original_ids(self) -> Iterator[str]:
        """The ids of all originals."""
        return (task_id for (task_id,) in self._tasks.execute("SELECT task_id FROM tasks WHERE version = 0"))

    def originals(self, *, evaluation: bool) -> Iterator[tuple[str, bytes]]:
        """(id, line) of the originals of sources named *-evaluation, or of all others."""
        return self._tasks.execute(
            "SELECT task_id, line FROM tasks WHERE version = 0 AND evaluation = ? ORDER BY number",
            (evaluation,),
        )

    def close(self) -> None:
        """Give the disk space back."""
        self._tasks.close()


def build_dataset(sources: Sequence[str], output_file: Path, task_files: bool = False) -> list[str]:
    """Write the tasks of `sources` to `output_file`, and as single files to data/ if wanted; returns what to report.

    Variations that `output_file` already holds stay in it. Flat memory. Raises DatasetError when it or a source is
    malformed, UsageError when a source is not there or empty or a name cannot be written to, RunFailed when there is no
    room for temporary files, OSError when the disk refuses.
    """
    with closing(MergedTasks()) as merged:
        try:
            return _build(merged, sources, output_file, task_files)
        except sqlite3.OperationalError as error:
            raise RunFailed(
                f"the tasks cannot be put aside ({error}): make room in the folder for temporary files, or name "
                "another one in TMPDIR"
            ) from None


def _build(merged: MergedTasks, sources: Sequence[str], output_file: Path, task_files: bool) -> list[str]:
    merged.add(f"kept from {output_file}", _signed_variations(output_file))
    for source in sources:
        merged.add(source, (task for _, task in load_tasks_from_dataset(source, versions="all")))
    if task_files:
        _check_file_names(merged.original_ids())
    write_atomically(output_file, json_list(merged.lines()))
    kept, *brought = merged.reports
    lines = [str(report) for report in ([kept] if kept.variations else []) + brought]
    lines.append(f"wrote {len(merged)} tasks to {output_file}")
    for name in ("training", "evaluation") if task_files else ():
        lines += _write_task_files(
            settings.TASK_FILES.with_name(name), merged, evaluation=name == "evaluation"
        )
    return lines


def build_missing_dataset(path: Path) -> None:
    """Build `path` from the default sources, and say so on stderr, when it is not there."""
    if path.exists():
        return
    print(f"{path} is missing: building it from {', '.join(DEFAULT_SOURCES)}", file=sys.stderr)
    build_dataset(DEFAULT_SOURCES, path)


def _signed_variations(path: Path) -> Iterator[Task]:
    if path.is_dir():
        raise UsageError(f"{path} is a folder: give the name of the file to write")
    if not path.exists():
        return
    try:
        yield from (task for task in read_tasks(path) if task.version)
    except DatasetError as error:
        raise DatasetError(f"{error}; move this file away, as its signed variations cannot be kept") from None


def _check_file_names(task_ids: Iterable[str]) -> None:
    for task_id in task_ids:
        if Path(task_id).name != task_id or "\0" in task_id or task_id.startswith("."):
            raise UsageError(f"the task id {task_id!r} cannot be the name of a file: leave out --task_files")


def _write_task_files(folder: Path, merged: MergedTasks, *, evaluation: bool) -> list[str]:
    there = {path.name for path in folder.glob("*.json")}
    written = 0
    for task_id, line in merged.originals(evaluation=evaluation):
        pairs = msgspec.json.decode(line, type=_PairsOfLine)
        write_atomically(folder / f"{task_id}.json", msgspec.json.encode(pairs) + b"\n", durable=False)
        there.discard(f"{task_id}.json")
        written += 1
    note = f" (and left {len(there)} others there as they were)" if there else ""
    return [f"wrote {written} task files to {folder}{note}"] if written else []


class _PairsOfLine(msgspec.Struct):
    train: msgspec.Raw
    test: msgspec.Raw
