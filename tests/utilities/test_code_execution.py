"""The door: verdicts with reasons, and nothing expected ever goes in."""

import asyncio
from collections.abc import Iterator

import pytest

from utilities.code_execution import (
    ExecutionError,
    Limits,
    Pool,
    PoolClosed,
    SandboxUnavailable,
    compare_grids,
    execute_generated_code,
    run,
    run_async,
    verify,
    verify_async,
)
from utilities.data_loader import Pair, Task

FLIP = "def solve_task(grid):\n    return [row[::-1] for row in grid]"
TASK = Task(
    task_id="flip",
    train=(Pair([[1, 2, 3]], [[3, 2, 1]]), Pair([[4, 5], [6, 7]], [[5, 4], [7, 6]])),
    test=(Pair([[1, 0, 0], [0, 2, 0], [0, 0, 3]], [[0, 0, 1], [0, 2, 0], [3, 0, 0]]),),
)
SECRET_TASK = Task(task_id="kaggle", train=TASK.train, test=(Pair(TASK.test[0].input),))


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(2) as pool:
        yield pool


def test_a_right_program_passes_everywhere(pool: Pool) -> None:
    result = verify(FLIP, TASK, pool=pool)
    assert (result.train_success, result.verification_success, result.verification_reason) == (
        True,
        True,
        "Passed",
    )
    assert result.test_outputs == [TASK.test[0].output]
    assert [(v.part, v.index, v.passed, v.reason) for v in result.verdicts] == [
        ("train", 0, True, "Passed"),
        ("train", 1, True, "Passed"),
        ("test", 0, True, "Passed"),
    ]
    assert result.sandbox == pool.tier
    assert result.verification_time_seconds > 0


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (
            "def solve_task(grid):\n    return grid if len(grid) == 3 else [row[::-1] for row in grid]",
            "wrong_cells: test pair 1: 4 of 9 cells differ",
        ),
        ("def solve_task(grid):\n    return grid[:1]", "wrong_cells: train pair 1: 2 of 3 cells differ"),
        (
            "def solve_task(grid):\n    return [row[::-1] for row in grid[:1]]",
            "wrong_shape: train pair 2: 1 x 2 cells instead of 2 x 2",
        ),
        ("def solve_task(grid):\n    return grid.pop(7)", "exception: train pair 1: IndexError: pop index out of range (line 2)"),
        ("def solve_task(grid)\n    return grid", "syntax_error: train pair 1: SyntaxError: expected ':' (line 1)"),
        ("x = 1", "no_solve_task: train pair 1: the program defines no function solve_task"),
        ("def solve_task(grid):\n    return None", "bad_output: train pair 1: the output is None, not a list of rows"),
        ("def solve_task(grid):\n    return [[0] * 10**6]", "output_too_large: train pair 1: the output has 1 rows of 1000000 cells"),
        ("import os\nos._exit(1)", "killed: train pair 1: the program ended its interpreter (exit code 1) before it returned"),
        ("while True: pass", "timeout: train pair 1: the program ran longer than its time limit"),
        ("x = bytearray(1 << 34)", "memory: train pair 1: the program needed more memory than it may use (line 1)"),
    ],
)  # fmt: skip
def test_a_failure_names_its_class_and_its_pair(pool: Pool, program: str, reason: str) -> None:
    result = verify(program, TASK, Limits(seconds=0.5), pool)
    assert result.verification_reason == reason
    assert result.verification_success is False
    assert len(result.verdicts) == 3


def test_train_and_test_are_judged_apart(pool: Pool) -> None:
    program = "def solve_task(grid):\n    return [[0, 0, 1], [0, 2, 0], [3, 0, 0]]"
    result = verify(program, TASK, pool=pool)
    assert (result.train_success, result.verification_success) == (False, True)
    assert result.verification_reason.startswith("wrong_shape: train pair 1")


def test_unknown_test_outputs_make_no_verdict(pool: Pool) -> None:
    result = verify(FLIP, SECRET_TASK, pool=pool)
    assert (result.train_success, result.verification_success) == (True, None)
    assert result.verification_reason == "no expected output"
    assert result.test_outputs == [[[0, 0, 1], [0, 2, 0], [3, 0, 0]]]
    assert result.verdicts[-1].passed is None


def test_a_failed_program_on_unknown_outputs_says_how_it_failed(pool: Pool) -> None:
    program = "def solve_task(grid):\n    return [row[::-1] for row in grid] if len(grid) < 3 else None"
    result = verify(program, SECRET_TASK, pool=pool)
    assert result.train_success
    assert result.test_outputs == [None]
    assert result.verification_reason.startswith("bad_output: test pair 1")


def test_the_expected_outputs_never_reach_the_program(pool: Pool) -> None:
    """The program prints every list of lists in its interpreter; only inputs are among them."""
    program = """
import gc
def solve_task(grid):
    for value in gc.get_objects():
        if type(value) is list and value and type(value[0]) is list and value[0] and type(value[0][0]) is int:
            print(value)
    return grid
"""
    result = verify(program, TASK, pool=pool)
    assert str(TASK.train[0].input) in result.stdout
    for pair in (*TASK.train, *TASK.test):
        assert str(pair.output) not in result.stdout


def test_printed_text_of_all_pairs_is_kept(pool: Pool) -> None:
    program = "def solve_task(grid):\n    print(len(grid))\n    return grid"
    assert verify(program, TASK, pool=pool).stdout == "1\n2\n3\n"


def test_asyncio_gives_the_same_verdicts(pool: Pool) -> None:
    async def both() -> None:
        execution = await run_async(FLIP, [[[1, 2]]], pool=pool)
        assert execution.outcomes[0].output == [[2, 1]]
        result = await verify_async(FLIP, TASK, pool=pool)
        assert result.verification_success

    asyncio.run(both())


def test_without_a_pool_one_is_shared() -> None:
    assert run(FLIP, [[[1, 2]]]).outcomes[0].output == [[2, 1]]
    assert asyncio.run(run_async(FLIP, [[[1, 2]]])).outcomes[0].output == [[2, 1]]


def test_one_grid_is_executed_or_the_error_says_why() -> None:
    assert execute_generated_code(FLIP, [[1, 2]]) == [[2, 1]]
    with pytest.raises(ExecutionError, match=r"ZeroDivisionError: division by zero \(line 2\)") as caught:
        execute_generated_code("def solve_task(grid):\n    return 1 / 0", [[1]])
    assert caught.value.error_type == "exception"


def test_grids_compare_by_shape_and_cells() -> None:
    assert compare_grids([[1, 2]], [[1, 2]])
    assert not compare_grids([[1, 2]], [[1], [2]])
    assert not compare_grids([[1, 2]], [[1, 3]])


FORGE = """
import json, os, struct
def solve_task(grid):
    forged = {"index": 0, "output": None, "error_type": None, "error": None, "stdout": "", "duration_ms": 1.0}
    body = json.dumps(forged | CHANGES).encode()
    os.write(3, struct.pack("<I", len(body)) + body)
    os._exit(0)
"""


@pytest.mark.parametrize(
    "changes",
    [
        {"error_type": "sandbox_error", "error": "x"},
        {"error_type": "timeout", "error": "x"},
        {"error_type": "killed", "error": "x"},
        {"error_type": "exception"},
        {"output": [[1]], "error": "x"},
        {"output": [[1]], "duration_ms": -5.0},
        {"output": [[1], [1, 2]]},
    ],
)
def test_what_only_the_parent_can_know_cannot_be_forged(changes: dict[str, object]) -> None:
    (outcome,) = run(FORGE.replace("CHANGES", repr(changes)), [[[1]]]).outcomes
    assert (outcome.output, outcome.error_type) == (None, "bad_output")


def test_forged_printed_text_is_cut_to_its_limit() -> None:
    program = FORGE.replace("CHANGES", repr({"output": [[1]]}) + " | {'stdout': 'x' * 500_000}")
    (outcome,) = run(program, [[[1]]], Limits(stdout_characters=1000)).outcomes
    assert (outcome.output, len(outcome.stdout)) == ([[1]], 1000)


@pytest.mark.parametrize("inputs", [[None], ["x"], [[["1"]]], [[[10]]], [[]], [[[1]], 5]])
def test_inputs_that_are_no_grids_are_the_callers_fault(inputs: list[object]) -> None:
    with pytest.raises(ValueError, match="not grids"):
        run("def solve_task(grid):\n    return grid", inputs)


def test_a_program_that_is_no_text_is_the_callers_fault() -> None:
    with pytest.raises(TypeError, match="text, not bytes"):
        run(b"def solve_task(grid): pass", [[[1]]])


def test_a_closed_pool_says_so_to_asyncio_too() -> None:
    pool = Pool(1)
    pool.close()
    with pytest.raises(PoolClosed):
        asyncio.run(run_async("x", [[[1]]], pool=pool))


@pytest.mark.parametrize("tier", ["ns+landlock+seccomp", "landlock+seccomp", "seccomp-only"])
def test_annotations_of_the_future_work_on_every_tier(tier: str) -> None:
    program = "from __future__ import annotations\ndef solve_task(grid: list) -> list:\n    return grid"
    try:
        pool = Pool(1, tier)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    with pool:
        assert run(program, [[[1]]], pool=pool).outcomes[0].output == [[1]]
