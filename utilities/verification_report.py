"""What a verified file says, on the screen: each attempt of the last run, and every run with its failure classes."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from utilities.record_reader import current_results
from utilities.records import Record
from utilities.terminal import note, printable

MOST_ROWS = 60
"""The attempts of a longer run are not listed one by one."""


class _Verdicts(msgspec.Struct):
    """The part of a verified record that the tables need; each list has one element per attempt."""

    task_id: str
    train_success: list[bool]
    verification_success: list[bool | None]
    verification_reason: list[str]
    hard_coded: list[bool]
    run_id: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        attempts = len(self.verification_reason)
        others = len(self.train_success), len(self.verification_success), len(self.hard_coded)
        if others != (attempts,) * 3:
            raise ValueError("its verdicts are on different numbers of attempts")

    @property
    def is_verified(self) -> bool:
        """One of the attempts passed all test pairs."""
        return any(self.verification_success)


def has_final_verdicts(record: Record) -> bool:
    """False where verdicts are missing or no verdicts, or the sandbox itself failed: that is to be run again."""
    try:
        verdicts = msgspec.convert(record, _Verdicts)
    except msgspec.ValidationError:
        return False
    return not any(reason.startswith("sandbox_error") for reason in verdicts.verification_reason)


def _verdicts(verified: Path) -> Iterator[_Verdicts]:
    """What a verified file holds, streaming; ends with a note on records that hold no verdicts, if there are any."""
    without = 0
    for body in current_results(verified, msgspec.Raw):
        try:
            yield msgspec.json.decode(body, type=_Verdicts)
        except msgspec.ValidationError:
            without += 1
    if without:
        note(f"{without} results in {verified} hold no verdicts and are not counted")


class _RunTally:
    """Counts over one run."""

    def __init__(self) -> None:
        self.tasks = self.verified = self.attempts = self.train = self.test = self.hard_coded = 0
        self.reasons: Counter[str] = Counter()

    def add(self, record: _Verdicts) -> None:
        """Count one task."""
        self.tasks += 1
        self.verified += record.is_verified
        self.attempts += len(record.train_success)
        self.train += sum(record.train_success)
        self.test += sum(map(bool, record.verification_success))
        self.hard_coded += sum(record.hard_coded)
        self.reasons.update(reason.partition(":")[0] for reason in record.verification_reason)

    def line(self, run: str) -> str:
        """The counts in one line."""
        failures = "".join(
            f", {count} {reason}" for reason, count in self.reasons.most_common() if reason != "Passed"
        )
        return (
            f"{run}: verified {self.verified} of {self.tasks} tasks; {self.attempts} attempts, {self.train} passed "
            f"train, {self.test} passed test, {self.hard_coded} hard-coded{failures}"
        )


def print_report(verified: Path, models: dict[str, str]) -> None:
    """Print what a verified file says to stdout, ending with a line such as `verified 9 of 30 tasks`.

    `models`: model identifier by run id. Streams the file; memory grows with the number of runs only.
    """
    tallies: dict[str, _RunTally] = {}
    rows: list[_Verdicts] = []
    for record in _verdicts(verified):
        if record.run_id not in tallies:
            tallies[record.run_id], rows = _RunTally(), []
        tallies[record.run_id].add(record)
        rows = [*rows, record][: MOST_ROWS + 1]
    if 0 < sum(len(record.train_success) for record in rows) <= MOST_ROWS:
        _print_attempts(rows)
    for run_id, tally in tallies.items():
        print(tally.line(printable(f"run {run_id or '-'} ({models.get(run_id, 'model unknown')})")))
    last = list(tallies.values())[-1] if tallies else _RunTally()
    of_run = " in the last run" if len(tallies) > 1 else ""
    print(f"verified {last.verified} of {last.tasks} tasks{of_run}")


def _print_attempts(rows: list[_Verdicts]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import (
        Text,  # as Text, what a program or a dataset says is shown and never taken for markup
    )

    table = Table("task", "attempt", "passed train", "passed test", "reason")
    for record in sorted(rows, key=lambda record: (record.task_id, record.version)):
        name = record.task_id + (f" v{record.version}" if record.version else "")
        for attempt, reason in enumerate(record.verification_reason):
            mark = " (hard-coded)" if record.hard_coded[attempt] else ""
            train, test = record.train_success[attempt], record.verification_success[attempt]
            cells = (name, str(attempt + 1), _word(train), _word(test), reason + mark)
            table.add_row(*(Text(printable(cell)) for cell in cells))
    console = Console()
    if not console.is_terminal:
        console.width = 120
    console.print(table)


def _word(passed: bool | None) -> str:
    return "unknown" if passed is None else ("yes" if passed else "no")
