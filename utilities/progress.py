"""Counting what a run has done, and showing it: a bar on a terminal, plain lines elsewhere, a table at the end."""

import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from utilities.config import SAVE_INTERVAL
from utilities.model_utils import Reply
from utilities.records import SKIPPED, MetadataLine, Record, error_type, is_complete

if TYPE_CHECKING:
    from utilities.scoreboard import Scoreboard

_PLAIN_SECONDS = 30.0
"""Without a terminal a line is printed each SAVE_INTERVAL tasks, but not more often than this after the first."""


class Totals:
    """What a run has done so far. Costs in US dollars."""

    def __init__(self, tasks: int, scoreboard: "Scoreboard | None" = None) -> None:
        """`scoreboard`: of a benchmark."""
        self.tasks, self.scoreboard = tasks, scoreboard
        self.finished = 0
        self.incomplete = 0
        """Finished tasks that a resume would take up again."""
        self.attempts = 0
        self.answered = 0
        """Attempts with an answer to all that they were asked."""
        self.requests = 0
        self.unanswered = 0
        """Requests without a response."""
        self.failures: Counter[str] = Counter()
        """Attempts that are not answered, by class."""
        self.usage: Counter[str] = Counter()
        self.cost: float | None = None
        self.priced = 0
        """Responses whose cost the provider reported."""
        self.last_error: str | None = None

    def add_reply(self, reply: Reply) -> None:
        """Count the tokens and cost of one response."""
        usage = reply.usage
        for name in ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens"):
            self.usage[name] += getattr(usage, name) or 0
        self.add_cost(reply.cost)
        self.priced += reply.cost is not None

    def add_cost(self, cost: float | None) -> None:
        """Count what a request was charged, also one without a response; None: the provider did not say."""
        if cost is not None:
            self.cost = (self.cost or 0.0) + cost

    def add_result(self, fields: Record, answers: list[Any]) -> None:
        """Count a finished task: `answers` holds per attempt what the script was after, None where it is missing.

        Where an attempt holds a list, it was one request per test input, and it is answered when all of them are.
        """
        self.finished += 1
        self.incomplete += not is_complete(fields)
        self.requests += sum(map(len, fields.get("refinements") or ()))
        for attempt in zip(answers, fields["error"], fields["finish_reason"], strict=True):
            parts = zip(*attempt, strict=True) if isinstance(attempt[1], list) else (attempt,)
            failures = [self._add_request(*part) for part in parts]
            if SKIPPED not in failures:
                self._add_attempt(next(filter(None, failures), None))

    def _add_attempt(self, failure: str | None) -> None:
        self.attempts += 1
        if failure is None:
            self.answered += 1
        else:
            self.failures[failure] += 1

    def _add_request(self, answer: Any, error: Any, finish_reason: str | None) -> str | None:
        """Count a request, if it was made; returns its failure class."""
        failure = failure_class(answer, error, finish_reason)
        if failure != SKIPPED:
            self.requests += 1
            if error is not None:
                self.unanswered += 1
                self.last_error = error["message"] if isinstance(error, dict) else error.message
        return failure

    def add_score(self, record: Any) -> None:
        """Count the score of a result; nothing where there is no scoreboard."""
        if self.scoreboard is not None:
            self.scoreboard.add(record)

    def described(self, noun: str) -> str:
        """What was done so far in one line; `noun` names the answers, e.g. `programs`."""
        solved = f"{self.scoreboard.described()}, " if self.scoreboard else ""
        errors = f", {self.unanswered} without response" if self.unanswered else ""
        tokens = self.usage["prompt_tokens"] + self.usage["completion_tokens"]
        cost = f", ${self.cost:.4f}" if self.cost is not None else ""
        asked = _asked(self.attempts, self.requests)
        return f"{solved}{asked}, {self.answered} {noun}{errors}, {tokens:,} tokens{cost}"


def _asked(attempts: int, requests: int) -> str:
    return f"{attempts} attempts" + (f" in {requests} requests" if requests != attempts else "")


def failure_class(answer: Any, error: Any, finish_reason: str | None) -> str | None:
    """Why an attempt holds no answer: api_error, truncated, no_answer or (never asked) skipped; None when it holds one."""
    if error is not None:
        return SKIPPED if error_type(error) == SKIPPED else "api_error"
    if answer is not None:
        return None
    return "truncated" if finish_reason == "length" else "no_answer"


class Progress:
    """Shows on stderr how far a run is: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, total: int | None, describe: Callable[[], str]) -> None:
        """`total` tasks (None: unknown); `describe` says what was done so far. Nothing shows before `start`."""
        self._total, self._describe = total, describe
        self._finished = self._finished_before = 0
        self._started = self._last_line = time.monotonic()
        self._bar: Any = None

    def start(self, finished: int = 0) -> None:
        """Begin, with so many tasks finished already."""
        self._finished = self._finished_before = finished
        if sys.stderr.isatty():
            self._bar = _terminal_bar(self._total is not None)
            self._row = self._bar.add_task("", total=self._total, completed=finished, text="")
            self._bar.start()

    def update(self, finished: int) -> None:
        """Show that `finished` tasks are done."""
        self._finished = finished
        if self._bar is not None:
            self._bar.update(self._row, completed=finished, text=self._describe())
        elif self._is_time_for_a_line():
            self._last_line = time.monotonic()
            print(self.line(), file=sys.stderr, flush=True)

    def line(self) -> str:
        """How far it is, in one line."""
        of_total = f" of {self._total}" if self._total is not None else ""
        return f"{self._finished}{of_total} tasks, {self._describe()}, {self._pace()}"

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.stop()

    def _is_time_for_a_line(self) -> bool:
        if self._finished == self._total:
            return True
        waited = time.monotonic() - self._last_line >= _PLAIN_SECONDS
        return self._finished == SAVE_INTERVAL or (self._finished % SAVE_INTERVAL == 0 and waited)

    def _pace(self) -> str:
        done = self._finished - self._finished_before
        seconds = time.monotonic() - self._started
        if self._finished == self._total:
            return f"in {duration(seconds)}"
        if not done or self._total is None:
            return f"{done / seconds:.0f} tasks a second" if seconds else "just begun"
        return f"{duration(seconds / done * (self._total - self._finished))} left"


def _terminal_bar(total_known: bool) -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar
    from rich.table import Column

    times = [TimeElapsedColumn(), *([TextColumn("left"), TimeRemainingColumn()] if total_known else [])]
    # On a narrow terminal the last column is the one that is cut.
    text = TextColumn("tasks, {task.fields[text]}", table_column=Column(no_wrap=True, overflow="ellipsis"))
    return Bar(BarColumn(bar_width=12), MofNCompleteColumn(), *times, text, console=Console(stderr=True))


def summary(
    metadata: MetadataLine,
    noun: str,
    results: Path,
    snapshot: Path,
    elsewhere: str | None,
    *,
    incomplete: bool = False,
) -> str:
    """What a run did and where that is, in a few lines; `elsewhere` is the --output_directory that was given.

    `incomplete`: some of its finished tasks still miss responses or verdicts.
    """
    failures = "".join(f", {count} {name}" for name, count in sorted(metadata.failures.items()))
    cost = f", ${metadata.cost:.4f}" if metadata.cost is not None else ""
    tokens = metadata.usage.get("prompt_tokens", 0) + metadata.usage.get("completion_tokens", 0)
    lines = [
        f"run {metadata.run_id} {metadata.status}: {metadata.tasks_finished} of {metadata.tasks_total} tasks, "
        f"{_asked(metadata.attempts, metadata.requests)}, {metadata.attempts_answered} {noun}{failures}, {tokens:,} tokens{cost}, "
        f"{duration(metadata.total_runtime_seconds)}",
        f"results:  {results}",
        f"snapshot: {snapshot}",
    ]
    if metadata.tasks_finished < metadata.tasks_total or incomplete:
        folder = f" --output_directory {elsewhere}" if elsewhere else ""
        lines.append(f"what is missing can be asked for with --resume {metadata.run_id}{folder}")
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Seconds as `42 s`, `3 min 5 s` or `2 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
