"""ARC grids: what one is, and how far two are apart. Imports nothing of ours.

Not here: reading grids out of a model's text (agents/prompting.py) and the search operations of the OFFLINE model.
"""

from typing import Any, TypeGuard

Grid = list[list[int]]
"""H x W ints 0-9, with 1 <= H, W <= 30; every row has the same length."""

MAX_SIDE = 30
COLOUR_NAMES = ("black", "blue", "red", "green", "yellow", "grey", "fuchsia", "orange", "teal", "brown")
"""Name of colour 0 to 9, as in the official ARC interfaces."""
_COLOURS = frozenset(range(10))


def grid_fault(value: Any) -> str | None:
    """What keeps `value` from being a grid, as a short phrase; None when it is one."""
    if not isinstance(value, list) or not value:
        return "is not a list of rows" if not isinstance(value, list) else "has no rows"
    if len(value) > MAX_SIDE:
        return f"has {len(value)} rows, more than {MAX_SIDE}"
    for number, row in enumerate(value, start=1):
        if not isinstance(row, list) or not row:
            return (
                f"row {number} is not a list of cells"
                if not isinstance(row, list)
                else f"row {number} is empty"
            )
        if len(row) > MAX_SIDE:
            return f"row {number} has {len(row)} cells, more than {MAX_SIDE}"
        if len(row) != len(value[0]):
            return f"row {number} has {len(row)} cells where row 1 has {len(value[0])}"
        if {*map(type, row)} != {int} or not _COLOURS.issuperset(row):
            other = next(cell for cell in row if type(cell) is not int or cell not in _COLOURS)
            return f"row {number} holds {_shown(other)}, which is not a whole number from 0 to 9"
    return None


def _shown(cell: Any) -> str:
    """A cell in few characters; a value of any size or depth is cheap to show."""
    if isinstance(cell, str):
        return repr(cell[:40])
    if isinstance(cell, int | float) and (isinstance(cell, float) or abs(cell) < 10**12):
        return repr(cell)
    if isinstance(cell, int):
        return "a number of many digits"
    return "null" if cell is None else f"a value of type {type(cell).__name__}"


def is_grid(value: Any) -> TypeGuard[Grid]:
    """True when `value` is a list of lists: H x W ints 0-9, rectangular, both sides 1 to 30 (booleans do not count)."""
    return grid_fault(value) is None


def shape(grid: Grid) -> tuple[int, int]:
    """(height, width) in cells."""
    return len(grid), len(grid[0])


def distance(one: Grid, other: Grid) -> int | None:
    """Number of cells that differ (Hamming distance); None when the shapes differ."""
    if shape(one) != shape(other):
        return None
    return sum(
        a != b for row, other_row in zip(one, other, strict=True) for a, b in zip(row, other_row, strict=True)
    )
