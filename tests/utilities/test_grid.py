"""Grids: what counts as one, in words, and how far two are apart."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import grids, sides
from utilities.grid import Grid, distance, grid_fault, is_grid, shape


@given(grids())
def test_every_rectangle_of_colours_up_to_30_by_30_is_a_grid(grid: Grid) -> None:
    assert grid_fault(grid) is None
    assert is_grid(grid)
    assert shape(grid) == (len(grid), len(grid[0]))


@given(grids(), st.data())
def test_one_cell_that_is_no_colour_makes_it_no_grid(grid: Grid, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(grid) - 1))
    column = data.draw(st.integers(0, len(grid[0]) - 1))
    cells: list[Any] = grid[row]
    cells[column] = data.draw(
        st.integers(max_value=-1)
        | st.integers(min_value=10)
        | st.booleans()
        | st.floats()
        | st.text()
        | st.none()
    )
    assert not is_grid(grid)
    assert (grid_fault(grid) or "").startswith(f"row {row + 1} holds ")


@given(grids(), st.data())
def test_a_row_of_another_length_makes_it_no_grid(grid: Grid, data: st.DataObject) -> None:
    grid.append([0] * data.draw(sides.filter(lambda width: width != len(grid[0]))))
    assert not is_grid(grid)


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=20))
def test_any_json_value_gets_a_verdict_and_not_an_exception(value: object) -> None:
    assert is_grid(value) is (grid_fault(value) is None)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (None, "is not a list of rows"),
        ("00", "is not a list of rows"),
        ([], "has no rows"),
        ([[]], "row 1 is empty"),
        ([1, 2], "row 1 is not a list of cells"),
        ([[1], "2"], "row 2 is not a list of cells"),
        ([[0]] * 31, "has 31 rows, more than 30"),
        ([[0] * 31], "row 1 has 31 cells, more than 30"),
        ([[0, 1], [0]], "row 2 has 1 cells where row 1 has 2"),
        ([[0], [10]], "row 2 holds 10, which is not a whole number from 0 to 9"),
        ([[True]], "row 1 holds True, which is not a whole number from 0 to 9"),
        ([[1.0]], "row 1 holds 1.0, which is not a whole number from 0 to 9"),
    ],
)
def test_the_fault_is_named(value: object, fault: str) -> None:
    assert grid_fault(value) == fault


@given(sides, sides, st.data())
def test_distance_counts_the_cells_that_differ(height: int, width: int, data: st.DataObject) -> None:
    one, other = data.draw(grids(height, width)), data.draw(grids(height, width))
    cells = [(row, column) for row in range(height) for column in range(width)]
    assert distance(one, other) == sum(one[r][c] != other[r][c] for r, c in cells)
    assert distance(one, other) == distance(other, one)
    assert distance(one, one) == 0


@given(grids(), grids())
def test_there_is_no_distance_between_other_shapes(one: Grid, other: Grid) -> None:
    assert (distance(one, other) is None) == (shape(one) != shape(other))
