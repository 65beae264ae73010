"""The scores of a benchmark run: counted as its tasks finish, put into its metadata, and shown when it ends.

Not here: how a task is scored (scoring/), and pages over several runs.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from utilities.records import Record
from utilities.scoring import Interval, Scores, Tally, judge, submission_key
from utilities.tasks import Task


class Scoreboard:
    """Adds up the tasks of one run."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._solved: set[str] = set()
        self._unsolved: set[str] = set()

    def add(self, record: Any) -> None:
        """Count a result, each task once; a record or a ResultLine."""
        result = judge(record)
        self._tally.add(result)
        if result.right is not None:
            names = self._solved if result.solved else self._unsolved
            names.add(submission_key(result.task_id, result.version))

    def described(self) -> str:
        """How many tasks are solved so far, in few words."""
        return f"{len(self._solved)} solved" if self._solved or self._unsolved else "no scores yet"

    def metadata(self, tasks_asked: int | None, named: Iterable[str]) -> Record:
        """The scores as a metadata line has them: over `tasks_asked` tasks (None: over those that were counted).

        `named`: scorable_names of the tasks asked for; what has no result is unsolved.
        """
        scores = self._tally.scores(tasks_asked)
        return {
            "solved_task_ids": sorted(self._solved),
            "unsolved_task_ids": sorted({*self._unsolved, *named} - self._solved),
            "failures": scores.failures,
            "scores": msgspec.to_builtins(scores),
        }


def scorable_names(tasks: Iterable[Task]) -> Iterator[str]:
    """The names, as in metadata, of the tasks whose test outputs are known; others are neither solved nor unsolved."""
    return (submission_key(*task.key) for task in tasks if all(pair.has_output for pair in task.test))


def score_table(scores: Record) -> str:
    """The scores of a metadata line for people, in a few lines."""
    found = msgspec.convert(scores, Scores)
    per_solved = found.cost_per_solved_task
    cost = [f"${per_solved:.4f} per solved task"] if per_solved else []
    return "\n".join([*_figures(found), *score_notes(found), *cost])


def _figures(scores: Scores) -> list[str]:
    if scores.score is None:
        return ["no scores: the test outputs of these tasks are secret"]
    solved = f"{scores.tasks_solved} of {scores.tasks_scored} tasks solved"
    rows = [("score", scores.score, scores.score_interval, solved)]
    rows += [
        (f"pass@{k}", chance, scores.pass_at_k_intervals[k], f"over {scores.pass_at_k_tasks} tasks")
        for k, chance in scores.pass_at_k.items()
    ]
    rows.append(
        ("oracle", scores.oracle or 0.0, scores.oracle_interval, "had the best attempt been submitted")
    )
    return ["          score   95 % interval", *(_row(*row) for row in rows)]


def _row(name: str, value: float, interval: Interval | None, remark: str) -> str:
    between = f"{interval.low:7.1%} to {interval.high:6.1%}" if interval else ""
    return f"{name:8} {value:7.1%} {between:18}   {remark}"


def score_notes(scores: Scores) -> list[str]:
    """What a reader must know to read scores rightly."""
    notes = []
    if scores.tasks_missing:
        notes.append(f"{scores.tasks_missing:,} of {scores.tasks_asked:,} tasks have no result and count 0")
    if scores.tasks_without_outputs:
        notes.append(
            f"{scores.tasks_without_outputs:,} tasks without test outputs are left out of all scores"
        )
    if scores.attempts_skipped:
        notes.append(
            f"{scores.attempts_skipped:,} attempts were not asked, as programs agreed; such tasks stay out of pass@k"
        )
    if scores.sandbox_errors:
        notes.append(
            f"{scores.sandbox_errors:,} attempts have no verdict, as the sandbox failed: verify them again (--resume)"
        )
    return notes
