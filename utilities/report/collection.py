"""All that a report is made of, gathered from the records of its runs: figures per run, and rows per task."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from utilities.config import RunFailed
from utilities.records import Record, task_of_record
from utilities.report.figures import RunCount, RunFigures
from utilities.report.rows import Row, make_card
from utilities.report.sources import RunInfo, name_runs, read_runs
from utilities.scoring import TaskResult, Unjudged, judge


class Collection:
    """Runs in the order of their first results."""

    def __init__(self, files: Iterable[Path], *, with_rows: bool) -> None:
        """`with_rows`: keep what the table of tasks needs, a few KB per result."""
        self._known = {(path, run_id): run for path in files for run_id, run in read_runs(path).items()}
        self._counts: dict[str, RunCount] = {}
        self._rows: dict[tuple[str, int, bytes], Row] = {}
        self._with_rows = with_rows

    def add(self, path: Path, record: Record) -> None:
        """Count a judged record of a file. Raises RunFailed when it cannot be scored."""
        try:
            result = judge(record)
            if result.run_id not in self._counts:
                self._counts[result.run_id] = RunCount(self._run(path, result.run_id))
            self._counts[result.run_id].add(result)
            if self._with_rows:
                self._add_row(record, result)
        except (Unjudged, msgspec.ValidationError) as error:
            raise RunFailed(
                f"the result of task {record.get('task_id')} in {path} cannot be scored: {error}"
            ) from None

    def _run(self, path: Path, run_id: str) -> RunInfo:
        return self._known.get((path, run_id)) or RunInfo(run_id=run_id, file=path.name)

    def _add_row(self, record: Record, result: TaskResult) -> None:
        """Tasks of the same name share a row as long as their pairs are the same."""
        task = task_of_record(record)
        key = (task.task_id, task.version, task.content_hash.encode())
        if key not in self._rows:
            self._rows[key] = Row(
                task_id=task.task_id, version=task.version, cards={}, pairs=bytes(task.pairs)
            )
        self._rows[key].cards[list(self._counts).index(result.run_id)] = make_card(record, result)

    def figures(self) -> list[RunFigures]:
        """Every run, named."""
        name_runs([count.run for count in self._counts.values()])
        return [count.figures() for count in self._counts.values()]

    def rows(self) -> list[Row]:
        """Every task, by id and version."""
        return [self._rows[key] for key in sorted(self._rows)]
