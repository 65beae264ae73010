"""The one door to the sandbox: run untrusted `def solve_task(input_grid)` programs, and verify them against a task.

Everything a program can do wrong is an outcome, not an exception; what is raised here is about the machine or the call
(SandboxUnavailable, PoolClosed, ValueError). Expected outputs never enter the sandbox: programs get inputs, and every
comparison is made here. How a program is locked in: utilities/sandbox/.
"""

import atexit
import functools
import os
import time
from collections.abc import Sequence
from typing import Literal

import msgspec

from utilities.data_loader import Pair, Task
from utilities.grid import Grid, distance, shape
from utilities.sandbox.pool import Execution, Limits, Outcome, Pool, PoolClosed
from utilities.sandbox.protocol import CheckedGrid, ErrorType
from utilities.sandbox.worker import SandboxUnavailable

__all__ = [
    "Execution",
    "ExecutionError",
    "Limits",
    "Outcome",
    "PairVerdict",
    "Pool",
    "PoolClosed",
    "SandboxUnavailable",
    "Verification",
    "compare_grids",
    "execute_generated_code",
    "run",
    "run_async",
    "verify",
    "verify_async",
]

_DEFAULTS = Limits()
_UNKNOWN = "no expected output"


class ExecutionError(Exception):
    """A program gave no grid; `error_type` is one of the sandbox's error classes."""

    def __init__(self, error_type: ErrorType, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type


class PairVerdict(msgspec.Struct, frozen=True):
    """What a program made of one pair of a task."""

    part: Literal["train", "test"]
    index: int
    """From 0, within its part."""
    passed: bool | None
    """None: there is no expected output to compare with, or the sandbox itself failed."""
    reason: str
    """`Passed`, `no expected output`, or `<failure class>: <why>`."""


class Verification(msgspec.Struct, frozen=True):
    """What a program made of a task."""

    train_success: bool
    verification_success: bool | None
    """All test pairs right; None where test outputs are unknown or the sandbox itself failed."""
    verification_reason: str
    """`Passed`, or the first failure: `wrong_cells: test pair 1: 3 of 9 cells differ` (pairs count from 1 here), or, when
    nothing failed and test outputs are unknown, `no expected output`."""
    verification_time_seconds: float
    test_outputs: list[Grid | None]
    stdout: str
    sandbox: str
    verdicts: list[PairVerdict]
    """Train pairs, then test pairs."""
    train_outputs: list[Grid | None]

    @property
    def sandbox_failed(self) -> bool:
        """The sandbox itself was lost: this says nothing about the program."""
        return any(verdict.reason.startswith("sandbox_error") for verdict in self.verdicts)

    @property
    def train_accuracy(self) -> float:
        """The fraction of train pairs that came out right, 0 to 1."""
        passed = [verdict.passed is True for verdict in self.verdicts if verdict.part == "train"]
        return sum(passed) / len(passed)


@functools.cache
def _default_pool(process: int) -> Pool:
    """The shared pool of this process, started on first use and closed at exit."""
    pool = Pool()
    atexit.register(pool.close)
    return pool


def run(
    program: str, inputs: Sequence[Grid], limits: Limits = _DEFAULTS, pool: Pool | None = None
) -> Execution:
    """Run the program on each input grid (`H x W ints 0-9`); one outcome per grid.

    Without a pool: in one that this process shares. Raises SandboxUnavailable and PoolClosed, and TypeError or
    ValueError when the program is no text or an input no grid.
    """
    return (pool or _default_pool(os.getpid())).run(program, _checked(program, inputs), limits)


async def run_async(
    program: str, inputs: Sequence[Grid], limits: Limits = _DEFAULTS, pool: Pool | None = None
) -> Execution:
    """The same for asyncio; cancelling the task kills the program."""
    return await (pool or _default_pool(os.getpid())).run_async(program, _checked(program, inputs), limits)


def _checked(program: object, inputs: object) -> list[Grid]:
    """The inputs as plain lists of ints; what the caller gives is the caller's fault and never charged to a program.

    Raises TypeError and ValueError.
    """
    if not isinstance(program, str):
        raise TypeError(f"A program is text, not {type(program).__name__}.")
    try:
        grids = msgspec.convert(inputs, list[CheckedGrid])
    except msgspec.ValidationError as error:
        raise ValueError(f"The inputs are not grids: {error}.") from None
    if any(len(row) != len(grid[0]) for grid in grids for row in grid):
        raise ValueError("The inputs are not grids: the rows of one have different lengths.")
    return [[[int(cell) for cell in row] for row in grid] for grid in grids]


def verify(program: str, task: Task, limits: Limits = _DEFAULTS, pool: Pool | None = None) -> Verification:
    """Run the program on all of the task's inputs and compare what it gives with the expected outputs."""
    begin = time.perf_counter()
    execution = (pool or _default_pool(os.getpid())).run(program, _inputs(task), limits)
    return _judge(task, execution, time.perf_counter() - begin)


async def verify_async(
    program: str, task: Task, limits: Limits = _DEFAULTS, pool: Pool | None = None
) -> Verification:
    """The same for asyncio; cancelling the task kills the program."""
    begin = time.perf_counter()
    execution = await (pool or _default_pool(os.getpid())).run_async(program, _inputs(task), limits)
    return _judge(task, execution, time.perf_counter() - begin)


def execute_generated_code(code: str, input_grid: Grid) -> Grid:
    """The program's output for one grid; raises ExecutionError with its `error_type`."""
    (outcome,) = run(code, [input_grid]).outcomes
    if outcome.output is None:
        raise ExecutionError(outcome.error_type or "sandbox_error", outcome.error or "no result")
    return outcome.output


def compare_grids(one: Grid, other: Grid) -> bool:
    """True when both have the same shape and the same colour in every cell."""
    return one == other


def _inputs(task: Task) -> list[Grid]:
    return [pair.input for pair in (*task.train, *task.test)]


def _judge(task: Task, execution: Execution, seconds: float) -> Verification:
    """Compare outcomes, train pairs first, with the task's outputs."""
    split = len(task.train)
    train = _verdicts("train", task.train, execution.outcomes[:split])
    test = _verdicts("test", task.test, execution.outcomes[split:])
    failures = [verdict for verdict in (*train, *test) if not verdict.passed and verdict.reason != _UNKNOWN]
    known = bool(test) and all(verdict.passed is not None for verdict in test)
    return Verification(
        train_success=all(verdict.passed for verdict in train),
        verification_success=all(verdict.passed for verdict in test) if known else None,
        verification_reason=_reason(failures[0]) if failures else "Passed" if known else _UNKNOWN,
        verification_time_seconds=round(seconds, 6),
        test_outputs=[outcome.output for outcome in execution.outcomes[split:]],
        stdout="".join(outcome.stdout for outcome in execution.outcomes),
        sandbox=execution.sandbox,
        verdicts=[*train, *test],
        train_outputs=[outcome.output for outcome in execution.outcomes[:split]],
    )


def _verdicts(
    part: Literal["train", "test"], pairs: Sequence[Pair], outcomes: Sequence[Outcome]
) -> list[PairVerdict]:
    verdicts = []
    for index, (pair, outcome) in enumerate(zip(pairs, outcomes, strict=True)):
        passed, reason = _compare(pair.output, outcome)
        verdicts.append(PairVerdict(part, index, passed, reason))
    return verdicts


def _compare(expected: Grid | None, outcome: Outcome) -> tuple[bool | None, str]:
    """(passed, reason) of one pair."""
    if outcome.output is None:
        ours = outcome.error_type == "sandbox_error"
        return None if ours else False, f"{outcome.error_type}: {outcome.error}"
    if expected is None:
        return None, _UNKNOWN
    if compare_grids(outcome.output, expected):
        return True, "Passed"
    height, width = shape(expected)
    wrong = distance(outcome.output, expected)
    if wrong is None:
        rows, columns = shape(outcome.output)
        return False, f"wrong_shape: {rows} x {columns} cells instead of {height} x {width}"
    return False, f"wrong_cells: {wrong} of {height * width} cells differ"


def _reason(verdict: PairVerdict) -> str:
    """The verdict's reason with its pair: `<class>: test pair 1: <why>`."""
    kind, colon, why = verdict.reason.partition(": ")
    return f"{kind}: {verdict.part} pair {verdict.index + 1}{colon}{why}"
