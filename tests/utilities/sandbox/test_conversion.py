"""What stands for a grid, without a sandbox around it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.grid import is_grid
from utilities.sandbox.conversion import BadOutput, OutputTooLarge, to_grid

sides = st.integers(1, 30)
grids = st.tuples(sides, sides).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, 9), min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
    )
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
)


class _NoName(type):
    @property
    def __name__(cls) -> str:
        raise ZeroDivisionError


class Nameless(metaclass=_NoName):
    """Will not say what it is called."""


@given(grids)
def test_a_grid_stands_for_itself_however_it_is_spelled(grid: list[list[int]]) -> None:
    spellings = [
        grid,
        tuple(tuple(row) for row in grid),
        [np.array(row) for row in grid],
        [[np.int64(cell) for cell in row] for row in grid],
        [[float(cell) for cell in row] for row in grid],
        *(np.array(grid, dtype=kind) for kind in ("int8", "uint8", "int64", "float16", "float64", "object")),
    ]
    for spelling in spellings:
        result = to_grid(spelling)
        assert result == grid
        assert is_grid(result)


@given(anything)
def test_whatever_is_given_the_result_is_a_grid_or_a_reason(value: object) -> None:
    try:
        assert is_grid(to_grid(value))
    except (BadOutput, OutputTooLarge) as error:
        assert str(error)


@given(grids)
def test_the_result_shares_nothing_with_the_value(grid: list[list[int]]) -> None:
    result = to_grid(grid)
    assert result is not grid
    assert all(row is not other for row, other in zip(result, grid, strict=True))


@pytest.mark.parametrize(
    ("value", "grid"),
    [
        ([[True, False]], [[1, 0]]),
        (np.array([[True], [False]]), [[1], [0]]),
        (np.zeros((2, 3)), [[0, 0, 0], [0, 0, 0]]),
        ([[np.float32(3.0)]], [[3]]),
        ([[np.array(4)]], [[4]]),
        ([[np.bool_(True)]], [[1]]),
        ([(1, 2), np.array([3, 4])], [[1, 2], [3, 4]]),
    ],
)
def test_what_is_meant_as_a_grid_is_taken_as_one(value: object, grid: list[list[int]]) -> None:
    assert to_grid(value) == grid


class Pretender:
    """Says that it is of another class."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # type: ignore[override]
        return self.kind


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (np.array([1, 2]), "numpy array of 1 dimensions"),
        (np.zeros((1, 1, 1)), "numpy array of 3 dimensions"),
        (np.array(5), "numpy array of 0 dimensions"),
        (np.zeros((0, 3)), "no rows"),
        (np.zeros((3, 0)), "no cells"),
        (np.zeros((31, 3)), "31 rows"),
        (np.full((1, 1), np.nan), "nan"),
        (np.full((1, 1), 1.5), "1.5"),
        (np.array([[1]], "M8[ns]"), r"numpy array of datetime64\[ns\]"),
        ([np.array([1], "m8[s]")], r"row 1 is a numpy array of timedelta64\[s\]"),
        ([[np.timedelta64(1, "ns")]], "a value of type timedelta64"),
        (Nameless(), "a value of type Nameless"),
        (np.array([["1"]]), "text"),
        (np.ma.masked_array([[1]], mask=[[True]]), "None"),
        ([[1], 2], "row 2 is a value of type int"),
        ([[1], [2, 3]], "row 2 has 2 cells where row 1 has 1"),
        ([[10]], "row 1 holds 10"),
        (np.zeros((10**9, 0)), "no cells"),
        ([list(np.ma.masked_array([1, 2], mask=[True, False]))], "row 1 holds None"),
        ([[np.ma.masked_array(3, mask=True)]], "row 1 holds None"),
        ([[np.longdouble("1.00000000000000001")]], "row 1 holds 1.0"),
        (Pretender(list), "a value of type Pretender"),
        ([Pretender(tuple)], "a value of type Pretender"),
        ([[Pretender(int)]], "a value of type Pretender"),
        ([[Pretender(np.ndarray)]], "a value of type Pretender"),
    ],
)
def test_what_is_no_grid_says_where_and_why(value: object, reason: str) -> None:
    with pytest.raises(BadOutput, match=reason):
        to_grid(value)


@pytest.mark.parametrize("value", [[[0] * 1000] * 1000, np.zeros((1000, 1000)), [np.zeros(10**6)]])
def test_a_giant_is_too_large_rather_than_a_wrong_grid(value: object) -> None:
    with pytest.raises(OutputTooLarge):
        to_grid(value)
