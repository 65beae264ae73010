"""The result lines of the benchmarks: what the verdicts on a task's replies make of its record.

Not here: reading replies (agents/) and running programs (verification.py).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from utilities.code_execution import Verification
from utilities.config import RunFailed
from utilities.grid import Grid
from utilities.records import (
    SKIPPED,
    Attempt,
    CodeResultLine,
    ErrorInfo,
    Record,
    ResultLine,
    StoredResult,
    error_type,
    task_of_record,
)
from utilities.scoring import Submission, choose_code, choose_direct, task_score
from utilities.tasks import Task
from utilities.verification import FIELDS

NOT_ASKED = Attempt((), error=ErrorInfo(SKIPPED, "not asked, as enough programs agreed"))


class CodeBenchmarkLine(CodeResultLine, kw_only=True, tag="result"):
    """A result of the code benchmark; an attempt that was not asked has null in all of its fields but `error`."""

    train_success: list[Any]
    train_accuracy: list[Any]
    verification_success: list[Any]
    verification_reason: list[Any]
    verification_time_seconds: list[Any]
    test_outputs: list[Any]
    stdout: list[Any]
    sandbox: list[Any]
    hard_coded: list[Any]
    submission: Submission
    task_score: float | None
    refinements: list[Any] | msgspec.UnsetType = msgspec.UNSET
    """With --refine: per attempt, its follow-ups, each with the fields of an attempt."""


class DirectBenchmarkLine(ResultLine, kw_only=True, tag="result"):
    """A result of the direct benchmark; what ResultLine has per attempt is here per attempt and test input."""

    answers: list[Any]
    correct: list[Any]
    submission: Submission
    task_score: float | None


class Judged(NamedTuple):
    """What a reply came to."""

    fields: Record
    """`reasoning`, `python_code` and the verdict (verification.FIELDS)."""
    verification: Verification | None
    """None: no program."""
    is_answered: bool


def code_fields(task: Task, chains: Sequence[Sequence[Judged]]) -> Record:
    """What replies add to a code result; `chains`: per attempt its reply and its follow-ups, empty if it was not asked.

    The verdict of an attempt is the one of its last reply.
    """
    last = [_last(chain) for chain in chains]
    names = ("python_code", *FIELDS)
    fields = {name: [judged and judged.fields[name] for judged in last] for name in names}
    submission = choose_code(fields["test_outputs"], fields["train_accuracy"], len(task.test))
    return fields | {
        "reasoning": [chain[0].fields["reasoning"] if chain else None for chain in chains],
        "submission": submission,
        "task_score": task_score(submission, _expected(task)),
    }


def _last(chain: Sequence[Judged]) -> Judged | None:
    """The last one that was answered; an attempt without any reply has its error judged."""
    answered = [judged for judged in chain if judged.is_answered]
    return answered[-1] if answered else chain[0] if chain else None


def task_with_replies(record: Record, *, per_input: bool) -> Task:
    """The task of a record whose stored replies can be read anew, `per_input`: one per attempt and test input.

    Raises RunFailed when the record is another one.
    """
    try:
        msgspec.convert(record, StoredResult)
        task = task_of_record(record)
        for error in record["error"]:
            if isinstance(error, list) != per_input or (per_input and len(error) != len(task.test)):
                raise msgspec.ValidationError("its replies are those of the other benchmark")
    except (msgspec.ValidationError, ValueError) as error:
        raise RunFailed(
            f"the result of task {record.get('task_id')} cannot be scored again ({error}): give the results file or a "
            "snapshot of this benchmark"
        ) from None
    return task


JUDGED = ("response", "error", "finish_reason")
"""What a reply is judged by, as it stands in records."""


def stored_chains(record: Record) -> list[list[Record]]:
    """JUDGED of each attempt and its follow-ups, as `code_fields` takes their verdicts."""
    follow_ups = record.get("refinements") or [[] for _ in record["error"]]
    return [
        []
        if error and error_type(error) == SKIPPED
        else [{name: record[name][attempt] for name in JUDGED}, *rest]
        for attempt, (error, rest) in enumerate(zip(record["error"], follow_ups, strict=True))
    ]


def direct_fields(task: Task, answers: list[list[Grid | None]]) -> Record:
    """What answers (per attempt, per test input: grid or None) add to a direct result."""
    expected = _expected(task)
    submission = choose_direct(answers, len(expected))
    return {
        "answers": answers,
        "correct": [
            [
                None if output is None else answer == output
                for answer, output in zip(attempt, expected, strict=True)
            ]
            for attempt in answers
        ],
        "submission": submission,
        "task_score": task_score(submission, expected),
    }


def _expected(task: Task) -> list[Grid | None]:
    return [pair.output for pair in task.test]
