"""Verifying the programs of result records in the sandbox: a record in, the same record with verdicts out.

Not here: how a program is run and judged (code_execution.py), and the tables (verification_report.py).
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from functools import partial
from typing import Any

import msgspec

from utilities.code_execution import Verification
from utilities.config import RunFailed
from utilities.data_loader import Task
from utilities.hard_coded import hard_coded
from utilities.progress import failure_class
from utilities.records import Record, task_of_record
from utilities.verifiers import Verifier

FIELDS = (
    "train_success",
    "train_accuracy",
    "verification_success",
    "verification_reason",
    "verification_time_seconds",
    "test_outputs",
    "stdout",
    "sandbox",
    "hard_coded",
)
"""What verification adds to a code result: lists with one element per attempt."""

_NO_ANSWER = {
    "api_error": "no response",
    "truncated": "the reply was cut off before the program",
    "skipped": "not asked, as enough programs agreed",
}
_PAUSES = (0.2, 1.0)
"""Seconds before a program is run again because the sandbox itself failed."""


def verified_records(records: Iterable[Record], verifier: Verifier) -> AsyncIterator[Record]:
    """Each record with `FIELDS` added, in order, as many at work as `verifier` wants at hand; flat memory.

    Raises RunFailed at a record that holds no programs or no task.
    """
    return worked_through(records, partial(verified, verifier=verifier), verifier.at_hand)


async def worked_through(
    records: Iterable[Record], work: Callable[[Record], Awaitable[Record]], at_once: int
) -> AsyncIterator[Record]:
    """What `work` makes of each record, in order, some at once. Raises what `work` raises."""
    waiting: deque[asyncio.Future[Record]] = deque()
    source = iter(records)
    try:
        while True:
            while len(waiting) < at_once and (record := next(source, None)) is not None:
                waiting.append(asyncio.ensure_future(work(record)))
            if not waiting:
                return
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def verified(record: Record, verifier: Verifier) -> Record:
    """`record` with `FIELDS` added. Raises RunFailed when it holds no programs or no task."""
    programs, task = _programs_and_task(record)
    attempts = [
        _verdict(program, task, verifier) if program else _no_program(record, index, task)
        for index, program in enumerate(programs)
    ]
    verdicts = await asyncio.gather(*attempts)
    return record | {name: [verdict[name] for verdict in verdicts] for name in FIELDS}


class _Programs(msgspec.Struct):
    """One program per attempt; older records have a string, or null, for their one attempt."""

    python_code: list[str | None] | str | None


def _programs_and_task(record: Record) -> tuple[list[str | None], Task]:
    """One program per attempt, and the task they are for."""
    try:
        programs = msgspec.convert(record, _Programs).python_code
        return programs if isinstance(programs, list) else [programs], task_of_record(record)
    except msgspec.ValidationError as error:
        raise RunFailed(
            f"the result of task {record.get('task_id')} cannot be verified ({error}): give the results of "
            "generate_code_data.py or run_code_benchmark.py, with python_code and task_data"
        ) from None


async def _verdict(program: str, task: Task, verifier: Verifier) -> Record:
    return verdict_fields(program, task, await verify_surely(program, task, verifier))


async def verify_surely(program: str, task: Task, verifier: Verifier) -> Verification:
    """The verdict on a program; where the sandbox itself failed, which is not the program's fault, it is run again."""
    verification = await verifier.verify(program, task)
    for pause in _PAUSES:
        if not verification.sandbox_failed:
            break
        await asyncio.sleep(pause)
        verification = await verifier.verify(program, task)
    return verification


def verdict_fields(program: str, task: Task, verification: Verification) -> Record:
    """`FIELDS` of one attempt."""
    return {
        "train_success": verification.train_success,
        "train_accuracy": verification.train_accuracy,
        "verification_success": verification.verification_success,
        "verification_reason": verification.verification_reason,
        "verification_time_seconds": round(verification.verification_time_seconds, 4),
        "test_outputs": verification.test_outputs,
        "stdout": verification.stdout,
        "sandbox": verification.sandbox,
        "hard_coded": hard_coded(program, task),
    }


async def _no_program(record: Record, attempt: int, task: Task) -> Record:
    def of_attempt(name: str) -> Any:
        values = record.get(name)
        return values[attempt] if isinstance(values, list) and attempt < len(values) else None

    return no_program_fields(of_attempt("error"), of_attempt("finish_reason"), task)


def no_program_fields(error: Any, finish_reason: str | None, task: Task) -> Record:
    """`FIELDS` of an attempt without a program; `error` as it stands in records, or an ErrorInfo."""
    failure = failure_class(None, error, finish_reason) or "no_answer"
    return {
        "train_success": False,
        "train_accuracy": 0.0,
        "verification_success": False,
        "verification_reason": f"{failure}: {_NO_ANSWER.get(failure, 'the reply holds no program')}",
        "verification_time_seconds": 0.0,
        "test_outputs": [None] * len(task.test),
        "stdout": "",
        "sandbox": None,
        "hard_coded": False,
    }
