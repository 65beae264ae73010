"""What a program finds in its interpreter, and what it is told when it goes wrong: as in plain Python."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from utilities.code_execution import Limits, Outcome, Pool, PoolClosed, run

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(1) as pool:
        yield pool


def outcome(pool: Pool, program: str, limits: Limits | None = None) -> Outcome:
    return pool.run(program, [[[1]]], limits).outcomes[0]


@pytest.mark.parametrize(
    "program",
    [
        "def solve_task(g): return [[Counter([1])[1]]]",
        "from numpy import array\ndef solve_task(g): return np.rot90(array(g))",
        "import scipy.ndimage\ndef solve_task(g): return np.array(g)",
    ],
)
def test_a_forgotten_import_is_a_name_error(pool: Pool, program: str) -> None:
    found = outcome(pool, program)
    assert found.error_type == "exception" and found.error is not None and "NameError" in found.error


@pytest.mark.parametrize(
    "program",
    [
        "L = []\ndef solve_task(g):\n    while True: L.append(bytearray(10))",
        "L = {}\ndef solve_task(g):\n    i = 0\n    while True:\n        i += 1; L[i] = str(i)",
        "L = []\nwhile True: L = [L]",
        "L = []\ndef solve_task(g):\n    while True: L.append([0] * 3)",
        "def grow():\n    L = []\n    while True: L.append((len(L),))\ndef solve_task(g): return grow()",
        "def grow():\n    L = None\n    while True:\n        L = (L,)\n        yield L\n"
        "def solve_task(g):\n    for L in grow(): pass",
    ],
)
def test_running_out_of_memory_is_said_for_each_grid(pool: Pool, program: str) -> None:
    for count in (3, 30):
        outcomes = pool.run(program, [[[1]]] * count, Limits(memory_mb=48, seconds=60)).outcomes
        assert [found.error_type for found in outcomes] == ["memory"] * count, outcomes


BREADTH_FIRST = """
from collections import deque
def solve_task(g):
    q = deque([tuple(map(tuple, g))])
    seen = set()
    while q:
        s = q.popleft()
        seen.add(s)
        for i in range(4):
            q.append(s + (tuple([i] * len(seen)) if len(seen) < 9 else (len(seen), i),)[:5])
"""


def test_a_search_without_end_runs_out_of_memory(pool: Pool) -> None:
    outcomes = pool.run(BREADTH_FIRST, [[[1, 2], [3, 4]]] * 5, Limits(memory_mb=128, seconds=60)).outcomes
    assert [found.error_type for found in outcomes] == ["memory"] * 5, outcomes


def test_a_program_that_holds_all_memory_is_not_said_to_be_killed(pool: Pool) -> None:
    program = """
H = None
def solve_task(g):
    global H
    try:
        while True: H = (H,)
    except MemoryError: pass
    return [[1]]
"""
    for found in pool.run(program, [[[1]]] * 3, Limits(memory_mb=48)).outcomes:
        assert found.output == [[1]] or found.error_type == "memory", found


def test_what_is_nested_too_deeply_is_a_syntax_error(pool: Pool) -> None:
    found = outcome(pool, "x=" + "-" * 100_000 + "1")
    assert found.error_type == "syntax_error" and "nested too deeply" in str(found.error), found


def test_a_program_too_large_for_its_memory_is_said_to_be(pool: Pool) -> None:
    assert outcome(pool, "#" + "x" * 50_000_000, Limits(memory_mb=16)).error_type == "memory"


def test_errors_are_told_in_a_bounded_number_of_characters(pool: Pool) -> None:
    for program in (
        "def f():\n    nonlocal " + "x" * 900_000,
        "def f():\n    nonlocal " + "x" * 1_500_000,
        "def solve_task(g): raise ValueError('x' * 900000)",
        'import os, struct\nb = b\'{"index":0,"output":null,"error_type":"exception","error":"\' + b"x" * 900000 + '
        'b\'","stdout":"","duration_ms":1}\'\nos.write(3, struct.pack("<I", len(b)) + b)',
    ):
        found = outcome(pool, program)
        assert found.error_type in ("syntax_error", "exception")
        assert found.error is not None and len(found.error) <= 2000


def test_a_message_nested_without_end_is_no_result(pool: Pool) -> None:
    program = """import os, struct
b = b'{"index":0,"x":' + b"[" * 500000
os.write(3, struct.pack("<I", len(b)) + b)
def solve_task(g): return g"""
    assert outcome(pool, program).error_type == "bad_output"
    assert outcome(pool, "def solve_task(g): return g").output == [[1]]


def test_exit_is_there_and_ends_nothing_but_the_program(pool: Pool) -> None:
    for name in ("exit", "quit"):
        found = outcome(pool, f"def solve_task(g): {name}()")
        assert found.error is not None and "SystemExit" in found.error
    assert outcome(pool, "def solve_task(g): return g").output == [[1]]


def test_whole_longdoubles_are_cells(pool: Pool) -> None:
    program = "import numpy as np\ndef solve_task(g): return [[np.longdouble(3)]]"
    assert outcome(pool, program).output == [[3]]
    assert outcome(pool, program.replace("3", "2.5")).error_type == "bad_output"


def test_inputs_are_taken_in_every_form_of_list_and_int() -> None:
    class Cells(list[int]):
        """As some callers have them."""

    program = "def solve_task(g): return [row.copy() for row in g.copy()]"
    for grids in ([((1, 2), (3, 4))], [[Cells([1, 2]), Cells([3, 4])]]):
        assert run(program, grids).outcomes[0].output == [[1, 2], [3, 4]]  # type: ignore[arg-type]


def test_a_ragged_input_is_the_callers_fault() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        run("def solve_task(g): return g", [[[1, 2], [3]]])


def test_whoever_waits_for_a_place_is_told_that_the_pool_was_closed() -> None:
    async def close_while_eight_wait() -> list[object]:
        pool = Pool(1)
        loop = "def solve_task(g):\n    while True: pass"
        waiting = [asyncio.create_task(pool.run_async(loop, [[[1]]])) for _ in range(8)]
        await asyncio.sleep(0.3)
        await asyncio.to_thread(pool.close)
        return list(await asyncio.gather(*waiting, return_exceptions=True))

    assert all(isinstance(found, PoolClosed) for found in asyncio.run(close_while_eight_wait()))


STARTS = "from utilities.code_execution import run; assert run('def solve_task(g): return g', [[[1]]]).outcomes[0].output"


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"])
def test_it_starts_with_any_of_its_streams_closed(closed: str) -> None:
    command = f'exec "{sys.executable}" -c "{STARTS}" {closed}'
    assert subprocess.run(["bash", "-c", command], cwd=ROOT, timeout=60, check=False).returncode == 0


@pytest.mark.parametrize("limits", ["-Hs 8192", "-n 24", "-t 9", "-u 400"])
def test_lower_limits_of_the_shell_are_no_obstacle(limits: str) -> None:
    command = f'ulimit {limits}; exec "{sys.executable}" -c "{STARTS}"'
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, timeout=60, check=False, stderr=subprocess.PIPE, text=True
    )
    assert done.returncode == 0, done.stderr[-500:]
