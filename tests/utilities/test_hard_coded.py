import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.data_loader import Pair, Task
from utilities.hard_coded import hard_coded

OUTPUT = [[1, 2, 3, 0], [4, 5, 6, 0], [7, 8, 9, 0]]
TASK = Task(task_id="t", train=(Pair([[0]], [[5]]), Pair([[1]], OUTPUT)), test=(Pair([[2]], [[9] * 4] * 4),))


def spellings(grid: list[list[int]]) -> list[str]:
    rows = ["".join(map(str, row)) for row in grid]
    return [
        f"answer = {grid}",
        f"answer = {tuple(tuple(row) for row in grid)}",
        f"import numpy as np\nanswer = np.array({grid}, dtype=int)",
        f"answer = np.reshape({[cell for row in grid for cell in row]}, (-1, 2))",
        f"answer = {rows}",
        f"answer = {chr(10).join(rows)!r}.split()",
        f"answer = {' '.join(' '.join(row) for row in rows)!r}",
        f"answer = json.loads({json.dumps(grid)!r})",
        f"answers = {{'a': {grid}}}",
        f"answers = [{grid}, [[1]]]",
        f"def solve_task(grid):\n    if grid[0][0] == 1:\n        return {grid}\n    return grid",
    ]


@pytest.mark.parametrize("program", spellings(OUTPUT))
def test_a_train_output_is_found_however_it_is_spelled(program: str) -> None:
    assert hard_coded(program, TASK)


@given(
    st.integers(3, 8).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(0, 9), min_size=width, max_size=width), min_size=3, max_size=8
        )
    )
)
def test_any_telling_output_is_found(grid: list[list[int]]) -> None:
    colours = {cell for row in grid for cell in row}
    if len(colours) > 1 and colours != {0, 1}:
        task = Task(task_id="t", train=(Pair([[0]], grid),), test=())
        assert all(hard_coded(program, task) for program in spellings(grid))


@pytest.mark.parametrize(
    "program",
    [
        "def solve_task(grid):\n    return [list(row) for row in zip(*grid)]",
        f"# {OUTPUT}\ndef solve_task(grid):\n    return grid",
        "answer = [[1, 2, 3, 0], [4, 5, 6, 0], [7, 8, 9, x]]",
        "answer = [[1, 2, 3, 0], [4, 5, 6, 0], [7, 8, 9, 1]]",
        "answer = [[5]]",
        "colours = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]",
        f"answer = ({OUTPUT}",
        f"answer = {OUTPUT}\x00",
        "",
    ],
)
def test_what_carries_no_train_output_is_not_marked(program: str) -> None:
    assert not hard_coded(program, TASK)


def test_a_test_output_is_no_train_output() -> None:
    assert not hard_coded(f"answer = {TASK.test[0].output}", TASK)


@pytest.mark.parametrize(
    "output",
    [
        [[3]],
        [[1, 2], [3, 4]],
        [[5] * 10] * 10,
        [[0, 1, 0], [1, 1, 1], [0, 1, 0]],
        [[0, 1, 1, 1, 0]] * 5,
    ],
)
def test_outputs_that_say_too_little_do_not_count(output: list[list[int]]) -> None:
    task = Task(task_id="t", train=(Pair([[0]], output),), test=())
    assert not hard_coded(f"kernel = {output}", task)


def test_a_large_mask_does_count() -> None:
    output = [[0, 1, 0, 1, 0, 0]] * 5
    assert hard_coded(f"answer = {output}", Task(task_id="t", train=(Pair([[0]], output),), test=()))


@pytest.mark.parametrize(
    "program", ["-" * 100_000 + "1" * 20, "[" * 100_000 + "1," * 20, "1" + "+1" * 100_000]
)
def test_a_program_made_to_break_the_parser_is_not_marked(program: str) -> None:
    assert not hard_coded(program, TASK)


def test_an_unknown_train_output_is_skipped() -> None:
    assert not hard_coded(f"answer = {OUTPUT}", Task(task_id="t", train=(Pair([[0]]),), test=()))
