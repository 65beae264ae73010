"""Grids and code out of replies."""

import json

from hypothesis import given
from hypothesis import strategies as st

from agents.prompting import find_grid, split_code
from utilities.grid import Grid
from utilities.tasks import Pair


@st.composite
def grids(draw: st.DrawFn, most: int = 30) -> Grid:
    height, width = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(
        st.lists(
            st.lists(st.integers(0, 9), min_size=width, max_size=width), min_size=height, max_size=height
        )
    )


@given(grids())
def test_a_json_grid_is_found(grid: Grid) -> None:
    assert find_grid(f"The answer is\n```json\n{json.dumps(grid)}\n```\nI am sure.") == grid


@given(grids())
def test_a_grid_printed_as_in_the_prompt_is_found_in_a_fence(grid: Grid) -> None:
    assert find_grid(f"Output:\n```\n{Pair(grid).input_text}\n```") == grid


@given(grids(6), grids(6))
def test_the_last_grid_counts(first: Grid, last: Grid) -> None:
    assert find_grid(f"first {json.dumps(first)} no: {json.dumps(last)}.") == last


@given(st.text())
def test_any_text_is_accepted(text: str) -> None:
    find_grid(text)
    split_code(text)


def test_styles_of_grids() -> None:
    wanted = [[1, 2], [3, 4]]
    for text in (
        "[[1, 2],\n [3, 4]]",
        "[[1 2]\n [3 4]]",
        "((1, 2), (3, 4))",
        "[[1, 2,], [3, 4,],]",
        "1 2\n3 4",
        "1 2\r\n3 4\r\n",
        "12\n34",
        "| 1 | 2 |\n| 3 | 4 |",
        "[1, 2]\n[3, 4]",
        "1,2\n3,4\n",
    ):
        assert find_grid(f"Answer:\n{text}\n") == wanted, text


def test_what_is_no_grid() -> None:
    for text in (
        "",
        "no grid",
        "In 2024\n2024\nit was so",
        "[[1, 2], [3]]",
        "[[10, 2], [3, 4]]",
        "[[]]",
        "(3, 4)",
        json.dumps([[0] * 31]),
        json.dumps([[0]] * 31),
    ):
        assert find_grid(text) is None, text


def test_a_ragged_later_candidate_does_not_hide_an_earlier_grid() -> None:
    assert find_grid("[[1, 2], [3, 4]] and [[1, 2], [3]]") == [[1, 2], [3, 4]]


def test_hostile_text_is_read_in_linear_time() -> None:
    # With backtracking each of these would take hours.
    for text in ("[" * 200_000, "[[1" + " " * 200_000, "[[1,2]," * 60_000, "1 " * 200_000, "```\n" * 60_000):
        find_grid(text)
        split_code(text)


CODE = "def solve_task(input_grid):\n    return input_grid\n"


def test_reasoning_is_the_text_before_the_code() -> None:
    assert split_code(f"It is copied.\n\n```python\n{CODE}```\nDone.") == ("It is copied.", CODE)


def test_the_last_fence_that_defines_solve_task_counts() -> None:
    text = f"Try\n```python\n{CODE}```\nbetter\n```py\nimport numpy\n{CODE}```\nExample:\n```\nprint(1)\n```"
    assert split_code(text)[1] == "import numpy\n" + CODE


def test_an_unclosed_fence_reaches_to_the_end() -> None:
    assert split_code(f"Copied.\n```python\n{CODE}") == ("Copied.", CODE)


def test_code_first_leaves_the_text_after_it_as_reasoning() -> None:
    assert split_code(f"```python\n{CODE}```\nIt is copied.") == ("It is copied.", CODE)


def test_an_indented_fence_is_dedented() -> None:
    indented = "".join(f"   {line}\n" for line in CODE.splitlines())
    assert split_code(f"1. Code\n   ```python\n{indented}   ```\n")[1] == CODE


def test_a_reply_without_solve_task_is_all_reasoning() -> None:
    assert split_code("```python\ndef other(): pass\n```") == ("```python\ndef other(): pass\n```", None)


def test_an_assigned_solve_task_counts() -> None:
    assert split_code("x\n```\nsolve_task = lambda grid: grid\n```")[1] == "solve_task = lambda grid: grid\n"
