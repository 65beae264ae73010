"""A failure of the sandbox is never charged to a program."""

import asyncio

import msgspec
import pytest

from tests.conftest import make_task
from utilities.code_execution import PairVerdict, Verification, verify
from utilities.tasks import Task
from utilities.verification import no_program_fields, verify_surely

PROGRAM = "def solve_task(grid):\n    return grid\n"


class Shaky:
    """Loses its sandbox the first `losses` times."""

    places = 1

    def __init__(self, losses: int) -> None:
        self.losses, self.runs = losses, 0

    async def verify(self, program: str, task: Task) -> Verification:
        self.runs += 1
        good = verify(program, task)
        if self.runs > self.losses:
            return good
        verdicts = [
            PairVerdict(one.part, one.index, None, "sandbox_error: lost twice") for one in good.verdicts
        ]
        return msgspec.structs.replace(
            good, verdicts=verdicts, verification_reason="sandbox_error: train pair 1: lost"
        )

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("losses", "runs", "failed"), [(0, 1, False), (1, 2, False), (2, 3, False), (9, 3, True)]
)
def test_a_program_is_run_again_when_the_sandbox_was_lost(losses: int, runs: int, failed: bool) -> None:
    verifier = Shaky(losses)
    verification = asyncio.run(verify_surely(PROGRAM, make_task(), verifier))
    assert (verifier.runs, verification.sandbox_failed) == (runs, failed)


def test_a_program_that_fails_is_run_once() -> None:
    verifier = Shaky(0)
    verification = asyncio.run(
        verify_surely("def solve_task(grid):\n    return 1 / 0", make_task(), verifier)
    )
    assert verifier.runs == 1 and not verification.sandbox_failed


def test_an_attempt_that_was_not_asked_is_no_failure_of_the_model() -> None:
    fields = no_program_fields({"type": "skipped", "message": "enough agree"}, None, make_task())
    assert fields["verification_reason"].startswith("skipped: ")
