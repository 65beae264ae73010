"""`--rescore`: the results of a file made anew from the replies in it, without a model.

The new results, with their run and metadata lines, go to `<stem>.rescored.jsonl`, whole or not at all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from utilities.config import DEFAULT_DATASET, RunFailed, UsageError
from utilities.files import write_atomically
from utilities.outputs import check_outputs
from utilities.progress import Progress
from utilities.record_reader import check_results, current_results, iterate_other_entries
from utilities.records import Record, now
from utilities.results import RunLock
from utilities.scoreboard import Scoreboard, score_table
from utilities.task_sources import source_files
from utilities.terminal import printable, show
from utilities.verification import worked_through

Rescored = Callable[[Record, Any], Awaitable[Record]]
"""(record, settings) to the record with its replies read and judged anew."""


class LastRun(NamedTuple):
    """The run of a rescored file whose results begin last."""

    run_id: str
    file: Path
    """The rescored file."""
    missing: int
    """Tasks that it was asked for and has no result of."""


def rescore(config: Any, rescored: Rescored, at_once: int) -> LastRun:
    """Rescore the file `config.rescore`, `at_once` results at a time, print its scores, and return its last run.

    Raises UsageError when there is no such file or it would be overwritten, RunFailed when it cannot be rescored or the disk is full.
    """
    source = Path(config.rescore).resolve()
    if not source.is_file():
        raise UsageError(
            f"there is no file {config.rescore}: give the results .jsonl of a benchmark or a snapshot"
        )
    check_results(source)
    folder = Path(config.output_directory).resolve() if config.output_directory else source.parent
    output = folder / f"{source.stem}.rescored.jsonl"
    rescoring = _Rescoring(source, lambda record: rescored(record, config), at_once)
    outputs = {"the file of rescored results": output, "--submission": config.submission}
    check_outputs(outputs, [source, *rescoring.task_files()])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with closing(RunLock(output)):
            write_atomically(output, rescoring.lines())
    except OSError as error:
        raise RunFailed(
            f"cannot write {error.filename or folder} ({error.strerror}): make room, or choose another folder with "
            "--output_directory"
        ) from None
    rescoring.print_scores()
    show(f"rescored: {output}")
    return LastRun(rescoring.last_run, output, rescoring.missing)


class _Rescoring:
    """One file on its way to another."""

    def __init__(self, source: Path, rescored: Callable[[Record], Awaitable[Record]], at_once: int) -> None:
        self._source, self._rescored, self._at_once = source, rescored, at_once
        self._entries: dict[str, dict[str, Record]] = {"run": {}, "metadata": {}}
        for entry in iterate_other_entries(source):
            self._entries.setdefault(str(entry.get("entry_type")), {})[str(entry.get("run_id"))] = entry
        self._boards: dict[str, Scoreboard] = {}

    @property
    def last_run(self) -> str:
        """The id of the run whose results begin last."""
        return list(self._boards)[-1]

    @property
    def missing(self) -> int:
        """Tasks without a result of that run."""
        missing: int = self._scored(self.last_run)["scores"]["tasks_missing"]
        return missing

    def task_files(self) -> Iterator[Path]:
        """The files that the runs had their tasks from."""
        for run in self._entries["run"].values():
            yield from source_files((run.get("config") or {}).get("dataset") or DEFAULT_DATASET)

    def lines(self) -> Iterator[bytes]:
        """The new file: run lines, results, and a metadata line for each run that had one."""
        yield from map(_line, self._entries["run"].values())
        yield from map(_line, self._results())
        for run_id, old in self._entries["metadata"].items():
            yield _line(old | {"timestamp": now()} | self._scored(run_id))

    def _results(self) -> Iterator[Record]:
        """Results as they are made anew, in order."""
        progress, done = Progress(None, lambda: "rescored"), 0
        records = worked_through(current_results(self._source), self._rescored, self._at_once)
        progress.start()
        with asyncio.Runner() as runner:
            try:
                while (record := runner.run(_next(records))) is not None:
                    self._board(str(record.get("run_id", ""))).add(record)
                    progress.update(done := done + 1)
                    yield record
            finally:
                progress.close()

    def _board(self, run_id: str) -> Scoreboard:
        return self._boards.setdefault(run_id, Scoreboard())

    def _scored(self, run_id: str) -> Record:
        """The scores of a run, over all tasks that it was asked for."""
        old = self._entries["metadata"].get(run_id, {})
        manifest = self._entries["run"].get(run_id, {}).get("manifest") or {}
        named = [*(old.get("solved_task_ids") or ()), *(old.get("unsolved_task_ids") or ())]
        asked = manifest.get("tasks_total") or old.get("tasks_total")
        return self._board(run_id).metadata(asked, named)

    def print_scores(self) -> None:
        """The scores of every run."""
        for run_id in self._boards:
            show(f"run {printable(run_id or '-')}\n{score_table(self._scored(run_id)['scores'])}")


async def _next(records: Any) -> Record | None:
    record: Record | None = await anext(records, None)
    return record


def _line(entry: Record) -> bytes:
    return msgspec.json.encode(entry) + b"\n"
