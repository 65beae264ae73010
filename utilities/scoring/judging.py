"""What one task of a run earned: a result record in, a TaskResult out.

Everything is computed anew from what the record holds (test outputs or answers, and the pairs in `task_data`); stored
scores are never believed.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from utilities.grid import Grid, shape
from utilities.model_utils import Usage
from utilities.progress import failure_class
from utilities.records import SKIPPED, ErrorInfo, flattened
from utilities.scoring.choice import FILLER, Submission, choose_code, choose_direct, grid_at
from utilities.scoring.failures import OURS, verdict_class
from utilities.scoring.scored_record import FollowUp, Grids, ScoredRecord, of_attempt, of_input, scored_record


class Unjudged(ValueError):
    """A record holds neither test outputs of programs nor answers; its message is a plain sentence."""


class AttemptResult(msgspec.Struct, frozen=True):
    """What one attempt earned."""

    right: bool | None
    """Right on every test input; None where outputs are secret, the attempt was never asked or the sandbox failed."""
    failure: str | None
    """Its class (failures.CLASSES or OURS, or records.SKIPPED); None when it is right, or when nothing is known against it."""
    inputs_right: tuple[bool, ...]
    """Per test input; empty where outputs are secret."""
    without_grid: tuple[str | None, ...]
    """Per test input the class of an answer that is no grid; None where there is one."""


class TaskResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one task of a run earned."""

    run_id: str
    task_id: str
    version: int
    submission: Submission
    right: int | None
    """Test inputs for which a submitted grid is right; None where outputs are secret."""
    inputs: int
    """Test inputs of the task."""
    oracle_right: int | None
    """Test inputs for which any attempt, or a submitted grid, is right."""
    attempts: tuple[AttemptResult, ...]
    usage: dict[str, int]
    """Tokens of all requests, follow-ups too."""
    cost: float | None
    """US dollars, also of requests without response; None when the provider named no price."""
    seconds: float
    """Generation time, added up."""

    @property
    def score(self) -> float | None:
        """The fraction of the test inputs that are right, 0 to 1."""
        return None if self.right is None else self.right / self.inputs

    @property
    def solved(self) -> bool:
        """Every test input is right."""
        return self.right == self.inputs


def judge(record: Any) -> TaskResult:
    """What the task of a result record (a ScoredRecord, or anything `scored_record` takes) earned.

    Raises Unjudged, which says what the record lacks, and msgspec.ValidationError when it is no result record.
    """
    if not isinstance(record, ScoredRecord):
        record = scored_record(record)
    outputs, expected = _outputs(record), record.expected
    attempts = tuple(_attempt_result(record, attempt, expected) for attempt in range(len(outputs)))
    submission = _submission(record, outputs)
    right = right_inputs(submission, expected)
    tokens, cost, seconds = _spent(record)
    return TaskResult(
        run_id=record.run_id,
        task_id=record.task_id,
        version=record.version,
        submission=submission,
        right=None if right is None else sum(right),
        inputs=len(expected),
        oracle_right=None if right is None else _oracle(right, attempts),
        attempts=attempts,
        usage=tokens,
        cost=cost,
        seconds=seconds,
    )


def right_inputs(submission: Submission, expected: Sequence[Grid | None]) -> list[bool] | None:
    """Per test input whether either submitted grid is exact, null counting as the FILLER that is sent in its place.

    None where an expected output is secret.
    """
    if any(output is None for output in expected):
        return None
    return [
        output in [FILLER if grid is None else grid for grid in grids.values()]
        for grids, output in zip(submission, expected, strict=True)
    ]


def task_score(submission: Submission, expected: Sequence[Grid | None]) -> float | None:
    """ARC Prize's score of one task: the fraction of its test inputs that are right; None where outputs are secret."""
    right = right_inputs(submission, expected)
    return None if right is None else sum(right) / len(right)


def _outputs(record: ScoredRecord) -> list[Grids]:
    if not record.expected:
        raise Unjudged(f"the result of task {record.task_id} carries no test pairs in task_data")
    if record.outputs is None:
        raise Unjudged(
            f"the result of task {record.task_id} holds neither answers nor test outputs of programs"
        )
    return record.outputs


def _submission(record: ScoredRecord, outputs: list[Grids]) -> Submission:
    if record.is_direct:
        return choose_direct(outputs, len(record.expected))
    accuracies = [record.train_accuracy_of(attempt) for attempt in range(len(outputs))]
    return choose_code(outputs, accuracies, len(record.expected))


def _oracle(right: list[bool], attempts: Sequence[AttemptResult]) -> int:
    return sum(
        submitted or any(attempt.inputs_right[index : index + 1] == (True,) for attempt in attempts)
        for index, submitted in enumerate(right)
    )


# --- attempts --------------------------------------------------------------------------------------------------------


def _attempt_result(record: ScoredRecord, attempt: int, expected: list[Grid | None]) -> AttemptResult:
    failure = _direct_failure(record, attempt) if record.is_direct else _code_failure(record, attempt)
    without_grid = tuple(_without_grid(record, attempt, index, failure) for index in range(len(expected)))
    if failure in (SKIPPED, OURS) or None in expected:
        return AttemptResult(None, failure, (), without_grid)
    per_input = of_attempt(record.outputs, attempt)
    right = tuple(grid_at(per_input, index) == output for index, output in enumerate(expected))
    return AttemptResult(all(right), None if all(right) else failure or "wrong_cells", right, without_grid)


def _without_grid(record: ScoredRecord, attempt: int, index: int, failure: str | None) -> str | None:
    """Of programs only the class of the whole attempt is known, and that may be of a grid for another input."""
    if grid_at(of_attempt(record.outputs, attempt), index) is not None:
        return None
    if record.is_direct:
        return _unanswered(record, attempt, index)
    return "no_answer" if failure in (None, "wrong_shape", "wrong_cells") else failure


def _code_failure(record: ScoredRecord, attempt: int) -> str | None:
    """By the verdict, which is on the last reply of an attempt; without one, by the attempt itself."""
    unanswered = failure_class(
        of_attempt(record.python_code, attempt),
        of_attempt(record.error, attempt),
        of_attempt(record.finish_reason, attempt),
    )
    reason = of_attempt(record.verification_reason, attempt)
    return unanswered if reason is None or unanswered == SKIPPED else verdict_class(reason)


def _direct_failure(record: ScoredRecord, attempt: int) -> str | None:
    """The first failure over the test inputs of an attempt."""
    for index, output in enumerate(record.expected):
        grid = grid_at(of_attempt(record.answers, attempt), index)
        failure = _unanswered(record, attempt, index) or _difference(grid, output)
        if failure is not None:
            return failure
    return None


def _unanswered(record: ScoredRecord, attempt: int, index: int) -> str | None:
    """Why a request of the direct benchmark has brought no grid; None when it has."""
    return failure_class(
        grid_at(of_attempt(record.answers, attempt), index),
        of_input(record.error, attempt, index),
        of_input(record.finish_reason, attempt, index),
    )


def _difference(grid: Grid | None, expected: Grid | None) -> str | None:
    if grid is None or expected is None or grid == expected:
        return None
    return "wrong_cells" if shape(grid) == shape(expected) else "wrong_shape"


# --- what it cost ----------------------------------------------------------------------------------------------------

_TOKENS = ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens")


def _spent(record: ScoredRecord) -> tuple[dict[str, int], float | None, float]:
    """(tokens, US dollars, seconds) of all requests of a record, follow-ups too."""
    follow_ups = [follow_up for of_one in record.refinements or [] for follow_up in of_one or []]
    holders: list[ScoredRecord | FollowUp] = [record, *follow_ups]
    usages: list[Usage] = _there([holder.usage for holder in holders])
    errors: list[ErrorInfo] = _there([holder.error for holder in holders])
    seconds: list[float] = _there([holder.generation_time_seconds for holder in holders])
    tokens = {name: sum(getattr(usage, name) or 0 for usage in usages) for name in _TOKENS}
    costs = _there([*(usage.cost for usage in usages), *(error.cost for error in errors)])
    return tokens, sum(costs) if costs else None, sum(seconds)


def _there(values: list[Any]) -> list[Any]:
    """What is not null in nested lists."""
    return [value for value in flattened(values) if value is not None]
