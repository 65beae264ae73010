"""Layers about where a cell lies: in the grid, in its part of the grid, and what it sees from there."""

import numpy as np

from utilities.models.offline.declare import BOTH, STRAIGHT, operation, options
from utilities.models.offline.dsl.types import Array, Layer, Move, Tint


@operation("its distance from the edge of the grid", length=0.6)
def ring(grid: Array) -> Layer:
    """A layer with the distance of each cell from the edge of the grid, from 0."""
    rows, columns = grid.shape
    down = np.minimum(np.arange(rows), np.arange(rows)[::-1])
    across = np.minimum(np.arange(columns), np.arange(columns)[::-1])
    return np.minimum(down[:, None], across[None, :])


@operation("its row number from the {from_end:bottom|top}", options(from_end=BOTH), length=1.0)
def row_number(grid: Array, from_end: bool) -> Layer:
    """A layer with the row number, from 0, counted from the top (or the bottom)."""
    rows = np.arange(grid.shape[0])
    return np.broadcast_to((rows[::-1] if from_end else rows)[:, None], grid.shape)


@operation(
    "its row number from the {from_end:bottom|top}, modulo {period}",
    options(period=(2, 3), from_end=BOTH),
    length=0.7,
)
def row_remainder(grid: Array, period: int, from_end: bool) -> Layer:
    """A layer with the row number modulo `period`."""
    return row_number(grid, from_end) % period


@operation("its column number from the {from_end:right|left}", options(from_end=BOTH), length=1.0)
def column_number(grid: Array, from_end: bool) -> Layer:
    """A layer with the column number, from 0, counted from the left (or the right)."""
    return row_number(grid.T, from_end).T


@operation(
    "its column number from the {from_end:right|left}, modulo {period}",
    options(period=(2, 3), from_end=BOTH),
    length=0.7,
)
def column_remainder(grid: Array, period: int, from_end: bool) -> Layer:
    """A layer with the column number modulo `period`."""
    return column_number(grid, from_end) % period


@operation(
    "the number of its {falling:falling|rising} diagonal, modulo {period}",
    options(period=(2, 3), falling=BOTH),
    length=0.7,
)
def diagonal_remainder(grid: Array, period: int, falling: bool) -> Layer:
    """A layer with the number of the diagonal modulo `period`; `falling`: diagonals that run down to the right."""
    return diagonal_number(grid, falling, end=False) % period


@operation(
    "the number of its {falling:falling|rising} diagonal, counted from the {end:far|near} corner",
    options(falling=BOTH, end=BOTH),
    length=1.0,
)
def diagonal_number(grid: Array, falling: bool, end: bool) -> Layer:
    """A layer with the number of the diagonal; 0 passes through a corner at the top, or, with `end`, at the bottom.

    The falling one of these runs down to the right from the top left (or to the bottom right).
    """
    rows, columns = np.arange(grid.shape[0])[:, None], np.arange(grid.shape[1])[None, :]
    number: Array = rows - columns if falling else rows + columns
    last = grid.shape[0] - grid.shape[1] if falling else grid.shape[0] - 1
    return number - last if end else number


@operation("the first colour seen from it looking {step} (0: none)", options(step=STRAIGHT), length=0.7)
def seen_from(grid: Array, step: Move) -> Tint:
    """A layer with the first colour met when looking from each cell in one direction, itself not counted (0: none)."""
    rows, columns = grid.shape
    down, right = step
    seen = np.zeros_like(grid)
    order = [(i, j) for i in range(rows)[:: -down or 1] for j in range(columns)[:: -right or 1]]
    for i, j in order:
        a, b = i + down, j + right
        if 0 <= a < rows and 0 <= b < columns:
            seen[i, j] = grid[a, b] or seen[a, b]
    return seen


def distance_seen(grid: Array, step: Move) -> Array:
    """A layer with the distance to the first coloured cell in one direction (0: none, or the cell is coloured)."""
    rows, columns = grid.shape
    down, right = step
    distance = np.zeros_like(grid)
    order = [(i, j) for i in range(rows)[:: -down or 1] for j in range(columns)[:: -right or 1]]
    for i, j in order:
        a, b = i + down, j + right
        if grid[i, j] == 0 and 0 <= a < rows and 0 <= b < columns and (grid[a, b] or distance[a, b]):
            distance[i, j] = 1 + distance[a, b]
    return distance


@operation(
    "whether the first coloured cell {step} of it is an odd (1) or even (2) distance away (0: none)",
    options(step=STRAIGHT),
    length=0.8,
)
def parity_seen(grid: Array, step: Move) -> Layer:
    """A layer: 1 where the first coloured cell in one direction is an odd distance away, 2 where even, 0 where none is."""
    distance = distance_seen(grid, step)
    return np.where(distance > 0, 2 - distance % 2, 0)


@operation(
    "the colour of the nearest cell that is not black on the grid's edge in its row or column", length=0.7
)
def nearest_edge_colour(grid: Array) -> Tint:
    """A layer with the colour of the nearest edge cell in the cell's row or column that is not black; ties go clockwise."""
    rows, columns = grid.shape
    down, right = np.indices(grid.shape)
    colours = [np.broadcast_to(edge, grid.shape) for edge in (grid[0], grid[:, -1:], grid[-1], grid[:, :1])]
    distances = [
        np.where(colour > 0, distance, 99)
        for colour, distance in zip(colours, (down, columns - 1 - right, rows - 1 - down, right), strict=True)
    ]
    nearest: Array = np.choose(np.argmin(distances, axis=0), colours)
    return nearest


@operation(
    "the half of the grid it lies in, {across:left or right|upper or lower} (2: the middle line)",
    options(across=BOTH),
    length=0.7,
)
def half(grid: Array, across: bool) -> Layer:
    """A layer: 1 left of the middle column (or above the middle row), 2 on it, 3 beyond it."""
    if not across:
        return half(grid.T, across=True).T
    columns = grid.shape[1]
    side = np.sign(2 * np.arange(columns) - columns + 1) + 2
    return np.broadcast_to(side[None, :], grid.shape)


@operation("the quarter of the grid it lies in", length=0.7)
def quarter(grid: Array) -> Layer:
    """A layer with a number for the part of the grid, as the middle row and the middle column divide it."""
    rows, columns = grid.shape
    upper = np.sign(2 * np.arange(rows) - rows + 1) + 1
    left = np.sign(2 * np.arange(columns) - columns + 1) + 1
    part: Array = 1 + 3 * upper[:, None] + left[None, :]
    return part


@operation("whether it lies in the largest black rectangle", length=0.7)
def largest_black_rectangle(grid: Array) -> Layer:
    """A layer with 1 in the largest all-black rectangle (of equally large ones the first), else 0."""
    _rows, columns = grid.shape
    best, box = 0, (0, 0, 0, 0)
    depth = [0] * columns
    for i, row in enumerate(grid.tolist()):
        depth = [0 if cell else above + 1 for cell, above in zip(row, depth, strict=True)]
        for left in range(columns):
            lowest = depth[left]
            for right in range(left, columns):
                lowest = min(lowest, depth[right])
                if lowest == 0:
                    break
                if lowest * (right - left + 1) > best:
                    best, box = lowest * (right - left + 1), (i - lowest + 1, i + 1, left, right + 1)
    layer = np.zeros_like(grid)
    layer[box[0] : box[1], box[2] : box[3]] = 1
    return layer


@operation(
    "whether it lies in a {coloured:one-coloured|black} block of {side} x {side}",
    options(side=(2, 3), coloured=BOTH),
    length=0.7,
)
def in_block(grid: Array, side: int, coloured: bool) -> Layer:
    """A layer with 1 in the cells of any `side` x `side` block that is all black (or, if `coloured`, has one colour)."""
    rows, columns = grid.shape
    layer = np.zeros_like(grid)
    for i in range(rows - side + 1):
        for j in range(columns - side + 1):
            colour = grid[i, j]
            if (colour != 0) == coloured and (grid[i : i + side, j : j + side] == colour).all():
                layer[i : i + side, j : j + side] = 1
    return layer
