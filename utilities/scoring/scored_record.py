"""The part of a result record that scores are made from, checked once where it is read."""

from typing import Any

import msgspec

from utilities.grid import Grid
from utilities.model_utils import Usage
from utilities.records import ErrorInfo

Grids = list[Any] | None
"""What an attempt gave, per test input: grids, null, or what only looks like a grid."""


class _Pair(msgspec.Struct):
    output: Grid | None = None


class _TaskData(msgspec.Struct):
    test: list[_Pair]
    train: list[Any] = []


class FollowUp(msgspec.Struct):
    """What a refinement cost."""

    usage: Usage | None = None
    error: ErrorInfo | None = None
    generation_time_seconds: float | None = None


class ScoredRecord(msgspec.Struct, kw_only=True):
    """One result of any script. Lists have one element per attempt, which is a list where each test input is asked for."""

    task_id: str
    task_data: _TaskData
    run_id: str = ""
    version: int = 0
    answers: list[Grids] | None = None
    test_outputs: list[Grids] | None = None
    python_code: list[str | None] | str | None = None
    train_success: list[bool | None] | None = None
    train_accuracy: list[float | None] | None = None
    verification_reason: list[str | None] | None = None
    finish_reason: list[str | list[str | None] | None] | str | None = None
    usage: list[Usage | list[Usage | None] | None] | None = None
    generation_time_seconds: list[float | list[float | None] | None] | None = None
    error: list[ErrorInfo | list[ErrorInfo | None] | None] | ErrorInfo | None = None
    refinements: list[list[FollowUp] | None] | None = None

    @property
    def is_direct(self) -> bool:
        """Answered with grids, without programs."""
        return self.answers is not None

    @property
    def outputs(self) -> list[Grids] | None:
        """Per attempt, per test input; None when programs were not run and no answer was read."""
        return self.answers if self.answers is not None else self.test_outputs

    @property
    def expected(self) -> list[Grid | None]:
        """Per test input; None where it is secret."""
        return [pair.output for pair in self.task_data.test]

    def train_accuracy_of(self, attempt: int) -> float:
        """The fraction of train pairs that an attempt gets right; older records only tell all from not all."""
        accuracy = of_attempt(self.train_accuracy, attempt)
        if accuracy is not None:
            return float(accuracy)
        return 1.0 if of_attempt(self.train_success, attempt) else 0.0


def scored_record(record: Any) -> ScoredRecord:
    """The part of a result record (a dict, also of structs, or a ResultLine) that scores are made from.

    Raises msgspec.ValidationError when it is none.
    """
    return msgspec.json.decode(msgspec.json.encode(record), type=ScoredRecord)


def of_attempt(values: Any, attempt: int) -> Any:
    """The element of a per-attempt list, None where it is missing; older records hold one plain value."""
    if not isinstance(values, list):
        return values if attempt == 0 else None
    return values[attempt] if attempt < len(values) else None


def of_input(values: Any, attempt: int, index: int) -> Any:
    """The element for one test input of an attempt; an attempt that was never asked has one value for all of them."""
    value = of_attempt(values, attempt)
    if not isinstance(value, list):
        return value
    return value[index] if index < len(value) else None
