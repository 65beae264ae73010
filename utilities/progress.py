"""Counting what a run has done, and showing it: a bar on a terminal, plain lines elsewhere, a table at the end."""

import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from utilities.config import SAVE_INTERVAL
from utilities.model_utils import Reply
from utilities.records import MetadataLine, Record

_PLAIN_SECONDS = 30.0
"""Without a terminal a line is printed each SAVE_INTERVAL tasks, but not more often than this after the first."""


class Totals:
    """What a run has done so far. Costs in US dollars."""

    def __init__(self, tasks: int) -> None:
        self.tasks = tasks
        self.finished = 0
        self.attempts = 0
        self.answered = 0
        self.failures: Counter[str] = Counter()
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
        if usage.cost is not None:
            self.cost = (self.cost or 0.0) + usage.cost
            self.priced += 1

    def add_result(self, fields: Record, answers: list[Any]) -> None:
        """Count a finished task: `answers` holds per attempt what the script was after, None where it is missing."""
        self.finished += 1
        for answer, error, finish_reason in zip(
            answers, fields["error"], fields["finish_reason"], strict=True
        ):
            self.attempts += 1
            failure = failure_class(answer, error, finish_reason)
            if failure is None:
                self.answered += 1
            else:
                self.failures[failure] += 1
            if error is not None:
                self.last_error = error["message"] if isinstance(error, dict) else error.message

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens together."""
        return self.usage["prompt_tokens"] + self.usage["completion_tokens"]


def failure_class(answer: Any, error: Any, finish_reason: str | None) -> str | None:
    """Why an attempt holds no answer: api_error, truncated or no_answer; None when it holds one."""
    if error is not None:
        return "api_error"
    if answer is not None:
        return None
    return "truncated" if finish_reason == "length" else "no_answer"


class Progress:
    """Shows totals on stderr while a run goes on."""

    def __init__(self, totals: Totals, noun: str) -> None:
        """`noun` names what counts as an answer, e.g. `programs`."""
        self._totals, self._noun = totals, noun
        self._started = self._last_line = time.monotonic()
        self._finished_before = totals.finished
        self._bar: Any = None
        if sys.stderr.isatty():
            self._bar, self._row = _terminal_bar(totals)
            self._bar.start()

    def update(self) -> None:
        """Show the totals as they are now."""
        if self._bar is not None:
            self._bar.update(self._row, completed=self._totals.finished, counts=self._counts())
        elif self._is_time_for_a_line():
            self._last_line = time.monotonic()
            print(self.line(), file=sys.stderr, flush=True)

    def line(self) -> str:
        """The totals in one line."""
        return f"{self._totals.finished} of {self._totals.tasks} tasks, {self._counts()}, {self._remaining()}"

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.stop()

    def _is_time_for_a_line(self) -> bool:
        finished = self._totals.finished
        if finished == self._totals.tasks:
            return True
        waited = time.monotonic() - self._last_line >= _PLAIN_SECONDS
        return finished == SAVE_INTERVAL or (finished % SAVE_INTERVAL == 0 and waited)

    def _counts(self) -> str:
        totals = self._totals
        errors = f", {totals.failures['api_error']} errors" if totals.failures["api_error"] else ""
        cost = f", ${totals.cost:.4f}" if totals.cost is not None else ""
        return f"{totals.attempts} attempts, {totals.answered} {self._noun}{errors}, {totals.tokens:,} tokens{cost}"

    def _remaining(self) -> str:
        done = self._totals.finished - self._finished_before
        if not done:
            return "time left unknown"
        seconds = (time.monotonic() - self._started) / done * (self._totals.tasks - self._totals.finished)
        return f"{duration(seconds)} left"


def _terminal_bar(totals: Totals) -> tuple[Any, Any]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    bar = Bar(
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("tasks, {task.fields[counts]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    return bar, bar.add_task("", total=totals.tasks, completed=totals.finished, counts="0 attempts")


def summary(metadata: MetadataLine, noun: str, results: Path, snapshot: Path) -> str:
    """What a run did and where that is, in a few lines."""
    failures = "".join(f", {count} {name}" for name, count in sorted(metadata.failures.items()))
    cost = f", ${metadata.cost:.4f}" if metadata.cost is not None else ""
    tokens = metadata.usage.get("prompt_tokens", 0) + metadata.usage.get("completion_tokens", 0)
    lines = [
        f"run {metadata.run_id} {metadata.status}: {metadata.tasks_finished} of {metadata.tasks_total} tasks, "
        f"{metadata.attempts} attempts, {metadata.attempts_answered} {noun}{failures}, {tokens:,} tokens{cost}, "
        f"{duration(metadata.total_runtime_seconds)}",
        f"results:  {results}",
        f"snapshot: {snapshot}",
    ]
    if metadata.tasks_finished < metadata.tasks_total or metadata.failures.get("api_error"):
        lines.append(f"what is missing can be asked for with --resume {metadata.run_id}")
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Seconds as `42 s`, `3 min 5 s` or `2 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
