"""Operations on the whole grid: symmetries, crops, frames, moves, the order of lines. Colours stay as they are."""

import numpy as np

from utilities.models.offline.declare import (
    BOTH,
    NEAR,
    Constants,
    Facts,
    group,
    in_output_shape,
    operation,
    options,
    per_colour,
    says,
)
from utilities.models.offline.dsl.types import Array, Colour, Move, Pick

_ONE_OR_NONE = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
_TWO_OR_LESS = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]


def _new_colours(facts: Facts) -> list[Constants]:
    return [{"colour": k} for k in facts.new_colours]


@says("as it is", "tile", "stamp")
def same(grid: Array) -> Array:
    """The grid itself."""
    return grid


@operation(length=1.05)
@says("mirrored left to right", "turn", "tile")
def flip_left_right(grid: Array) -> Array:
    """Mirror the grid: left becomes right."""
    return grid[:, ::-1]


@operation(length=1.05)
@says("mirrored top to bottom", "turn", "tile")
def flip_top_bottom(grid: Array) -> Array:
    """Mirror the grid: top becomes bottom."""
    return grid[::-1]


@operation(length=1.05)
@says("rotated clockwise", "turn", "tile")
def rotate_clockwise(grid: Array) -> Array:
    """Rotate by 90 degrees clockwise."""
    return grid.T[:, ::-1]


@operation(length=1.05)
@says("rotated anticlockwise", "turn", "tile")
def rotate_anticlockwise(grid: Array) -> Array:
    """Rotate by 90 degrees anticlockwise."""
    return grid.T[::-1]


@operation(length=1.05)
@says("rotated by 180 degrees", "turn", "tile")
def rotate_half_turn(grid: Array) -> Array:
    """Rotate by 180 degrees."""
    return grid[::-1, ::-1]


@operation(length=1.05)
@says("mirrored at the main diagonal", "turn", "tile")
def transpose(grid: Array) -> Array:
    """Mirror at the main diagonal: rows become columns."""
    return grid.T


@operation(length=1.05)
@says("mirrored at the other diagonal", "turn", "tile")
def transpose_other(grid: Array) -> Array:
    """Mirror at the other diagonal (top right to bottom left)."""
    return grid[::-1, ::-1].T


@operation(length=1.05)
def crop_to_content(grid: Array) -> Array:
    """Cut off the black margin."""
    rows = np.flatnonzero(grid.any(axis=1))
    columns = np.flatnonzero(grid.any(axis=0))
    if not rows.size:
        raise ValueError("the grid is black")
    return grid[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@operation("Cut out the smallest rectangle that holds all {colour} cells", per_colour(), length=1.2)
def crop_to_colour(grid: Array, colour: Colour) -> Array:
    """Cut out the smallest rectangle that holds all cells of `colour`."""
    found = grid == colour
    rows = np.flatnonzero(found.any(axis=1))
    columns = np.flatnonzero(found.any(axis=0))
    if not rows.size:
        raise ValueError("there is no such colour")
    return grid[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@operation(
    "Cut out the smallest rectangle that holds all cells of {pick}", options(pick=group("pick")), length=1.3
)
def crop_to(grid: Array, pick: Pick) -> Array:
    """Cut out the smallest rectangle that holds all cells of the colour that `pick` names."""
    return crop_to_colour(grid, pick(grid))


@operation(length=1.3)
def trim_border(grid: Array) -> Array:
    """Cut one row or column off each side."""
    if min(grid.shape) < 3:
        raise ValueError("nothing would be left")
    return grid[1:-1, 1:-1]


@operation(
    "Cut out the {height} x {width} cells at the {bottom:bottom|top} {right:right|left}",
    in_output_shape(bottom=BOTH, right=BOTH),
    length=1.5,
    last=True,
)
def crop_corner(grid: Array, height: int, width: int, bottom: bool, right: bool) -> Array:
    """Cut out the `height` x `width` cells in one corner."""
    if grid.shape[0] < height or grid.shape[1] < width:
        raise ValueError("the grid is too small")
    top = grid.shape[0] - height if bottom else 0
    left = grid.shape[1] - width if right else 0
    return grid[top : top + height, left : left + width]


@operation(length=1.2)
def drop_repeats(grid: Array) -> Array:
    """Keep one of each run of equal rows, then one of each run of equal columns."""
    rows = [i for i in range(grid.shape[0]) if i == 0 or (grid[i] != grid[i - 1]).any()]
    grid = grid[rows]
    columns = [j for j in range(grid.shape[1]) if j == 0 or (grid[:, j] != grid[:, j - 1]).any()]
    return grid[:, columns]


@operation(length=1.2)
def drop_plain_lines(grid: Array) -> Array:
    """Remove the rows and the columns that have a single colour."""
    rows = (grid != grid[:, :1]).any(axis=1)
    columns = (grid != grid[:1]).any(axis=0)
    if not rows.any() or not columns.any():
        raise ValueError("nothing would be left")
    kept: Array = grid[rows][:, columns]
    return kept


@operation(length=1.2)
def drop_black_lines(grid: Array) -> Array:
    """Remove the rows and the columns that are all black."""
    if not grid.any():
        raise ValueError("nothing would be left")
    return grid[grid.any(axis=1)][:, grid.any(axis=0)]


@operation("Put a {colour} frame, one cell wide, around the grid", _new_colours, length=1.3, last=True)
def add_border(grid: Array, colour: Colour) -> Array:
    """Put a frame of `colour`, one cell wide, around the grid."""
    return np.pad(grid, 1, constant_values=colour)


@operation(
    "Put a frame around the grid that repeats its outermost cells{corners:|, with black corners}",
    options(corners=BOTH),
    length=1.5,
    last=True,
    deepest=NEAR,
)
def extend_edges(grid: Array, corners: bool) -> Array:
    """Put a frame around the grid that repeats its outermost cells; without `corners` these are black."""
    wider = np.pad(grid, 1, mode="edge")
    if not corners:
        wider[[0, 0, -1, -1], [0, -1, 0, -1]] = 0
    return wider


@operation(
    "Move everything {move}; what leaves on one side comes back on the other",
    options(move=_ONE_OR_NONE),
    length=1.5,
    deepest=NEAR,
)
def roll(grid: Array, move: Move) -> Array:
    """Move everything; what leaves on one side comes back on the other."""
    return np.roll(grid, move, axis=(0, 1))


@operation(
    "Move everything {move}; what leaves the grid is lost",
    options(move=_TWO_OR_LESS),
    length=1.6,
    deepest=NEAR,
)
def shift(grid: Array, move: Move) -> Array:
    """Move everything; what leaves the grid is lost, what is freed is black."""
    down, right = move
    height, width = grid.shape
    moved = np.zeros_like(grid)
    kept = grid[max(-down, 0) : max(height - down, 0), max(-right, 0) : max(width - right, 0)]
    moved[max(down, 0) : max(height + down, 0), max(right, 0) : max(width + right, 0)] = kept
    return moved


@operation(
    "Order the rows by their number of coloured cells, {fewest_first:fewest|most} first",
    options(fewest_first=BOTH),
    length=1.5,
)
def sort_rows(grid: Array, fewest_first: bool) -> Array:
    """Order the rows by their number of coloured cells; equal ones stay in order."""
    counts = (grid != 0).sum(axis=1)
    return grid[np.argsort(counts if fewest_first else -counts, kind="stable")]


@operation(
    "Order the columns by their number of coloured cells, {fewest_first:fewest|most} first",
    options(fewest_first=BOTH),
    length=1.5,
)
def sort_columns(grid: Array, fewest_first: bool) -> Array:
    """Order the columns by their number of coloured cells; equal ones stay in order."""
    return sort_rows(grid.T, fewest_first).T
