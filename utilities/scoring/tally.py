"""Adding up the tasks of a run: counts only, so that memory does not grow with the number of tasks."""

from collections import Counter
from fractions import Fraction

import msgspec

from utilities.records import SKIPPED
from utilities.scoring.failures import OURS
from utilities.scoring.judging import TaskResult
from utilities.scoring.statistics import Interval, exact_pass_at_k, score_interval


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a run, as metadata and reports hold them. Costs in US dollars, scores 0 to 1.

    Scores are means over all tasks asked for; they are None when no task has known test outputs.
    """

    score: float | None
    """Mean task score of the two submitted grids."""
    score_interval: Interval | None
    oracle: float | None
    """The same, had the right grid been submitted wherever an attempt has it."""
    oracle_interval: Interval | None
    pass_at_k: dict[str, float]
    """Mean chance, by k, that one of k attempts is right on every test input (Chen et al. 2021)."""
    pass_at_k_intervals: dict[str, Interval]
    pass_at_k_tasks: int
    """Tasks that pass@k is the mean over: without those stopped early, or with attempts the sandbox failed at."""
    tasks_asked: int
    tasks_scored: int
    """What `score` is the mean over: all that were asked for, but for those without test outputs."""
    tasks_without_outputs: int
    tasks_missing: int
    """Asked for, and without a result; they count 0."""
    tasks_solved: int
    attempts: int
    """Attempts that were asked, answered or not."""
    attempts_right: int
    attempts_skipped: int
    sandbox_errors: int
    """Attempts without a verdict because the sandbox failed: verify them again."""
    failures: dict[str, int]
    """Attempts by failure class."""
    usage: dict[str, int]
    cost: float | None
    cost_per_solved_task: float | None
    generation_time_seconds: float
    """Added up over all requests."""


class Tally:
    """The sum of the TaskResults of one run."""

    def __init__(self) -> None:
        self._scores: Counter[Fraction] = Counter()
        self._oracle: Counter[Fraction] = Counter()
        self._right_of: Counter[tuple[int, int]] = Counter()
        """Tasks by (attempts, right attempts)."""
        self._tasks = self._without_outputs = self._solved = 0
        self._attempts: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._usage: Counter[str] = Counter()
        self._cost: Fraction | None = None
        self._seconds = 0.0

    def add(self, result: TaskResult) -> None:
        """Count one task; each task of the run once."""
        self._tasks += 1
        self._add_attempts(result)
        self._add_spent(result)
        if result.right is None or result.oracle_right is None:
            self._without_outputs += 1
            return
        self._scores[Fraction(result.right, result.inputs)] += 1
        self._oracle[Fraction(result.oracle_right, result.inputs)] += 1
        self._solved += result.solved
        if all(attempt.right is not None for attempt in result.attempts):
            right = sum(attempt.right is True for attempt in result.attempts)
            self._right_of[len(result.attempts), right] += 1

    def _add_attempts(self, result: TaskResult) -> None:
        for attempt in result.attempts:
            self._attempts["right"] += attempt.right is True
            kind = attempt.failure if attempt.failure in (SKIPPED, OURS) else "asked"
            self._attempts[kind] += 1
            if kind == "asked" and attempt.failure is not None:
                self._failures[attempt.failure] += 1

    def _add_spent(self, result: TaskResult) -> None:
        self._usage.update(result.usage)
        self._seconds += result.seconds
        if result.cost is not None:
            self._cost = (self._cost or Fraction()) + Fraction(result.cost)

    def scores(self, tasks_asked: int | None = None) -> Scores:
        """The figures of the run. `tasks_asked`: the tasks it was to answer (default: those that were added)."""
        asked = max(tasks_asked or 0, self._tasks)
        missing = asked - self._tasks
        cost = None if self._cost is None else float(self._cost)
        zeros = Counter({Fraction(0): 0 if self._without_outputs == self._tasks > 0 else missing})
        score, oracle = _mean(self._scores + zeros), _mean(self._oracle + zeros)
        by_k = self._pass_at_k(zeros)
        return Scores(
            score=score and score[0],
            score_interval=score and score[1],
            oracle=oracle and oracle[0],
            oracle_interval=oracle and oracle[1],
            pass_at_k={k: mean for k, (mean, _) in by_k.items()},
            pass_at_k_intervals={k: interval for k, (_, interval) in by_k.items()},
            pass_at_k_tasks=sum(self._right_of.values()) + zeros.total() if by_k else 0,
            tasks_asked=asked,
            tasks_scored=asked - self._without_outputs,
            tasks_without_outputs=self._without_outputs,
            tasks_missing=missing,
            tasks_solved=self._solved,
            attempts=self._attempts["asked"] + self._attempts[OURS],
            attempts_right=self._attempts["right"],
            attempts_skipped=self._attempts[SKIPPED],
            sandbox_errors=self._attempts[OURS],
            failures=dict(self._failures),
            usage=dict(self._usage),
            cost=cost,
            cost_per_solved_task=cost / self._solved if cost is not None and self._solved else None,
            generation_time_seconds=round(self._seconds, 3),
        )

    def _pass_at_k(self, zeros: Counter[Fraction]) -> dict[str, tuple[float, Interval]]:
        """For every k up to the most attempts of a task; attempts that a task lacks were not right."""
        most = max((attempts for attempts, _ in self._right_of), default=0)
        found = {}
        for k in range(1, most + 1):
            chances: Counter[Fraction] = Counter()
            for (_, right), tasks in self._right_of.items():
                chances[exact_pass_at_k(most, right, k)] += tasks
            if (mean := _mean(chances + zeros)) is not None:
                found[str(k)] = mean
        return found


def _mean(counts: Counter[Fraction]) -> tuple[float, Interval] | None:
    """(mean, interval); the mean is rounded once, at the end."""
    if not counts:
        return None
    mean = sum((value * tasks for value, tasks in counts.items()), Fraction()) / counts.total()
    return float(mean), score_interval({float(value): tasks for value, tasks in counts.items()})
