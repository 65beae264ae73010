"""Layers about where a cell lies: in the grid, in its part of the grid, and what it sees from there."""

import numpy as np

from utilities.models.offline.dsl.types import Array


def ring(grid: Array) -> Array:
    """A layer with the distance of each cell from the edge of the grid, from 0."""
    rows, columns = grid.shape
    down = np.minimum(np.arange(rows), np.arange(rows)[::-1])
    across = np.minimum(np.arange(columns), np.arange(columns)[::-1])
    return np.minimum(down[:, None], across[None, :])


def row_remainder(grid: Array, period: int) -> Array:
    """A layer with the row number modulo `period`."""
    return np.broadcast_to((np.arange(grid.shape[0]) % period)[:, None], grid.shape)


def column_remainder(grid: Array, period: int) -> Array:
    """A layer with the column number modulo `period`."""
    return np.broadcast_to((np.arange(grid.shape[1]) % period)[None, :], grid.shape)


def diagonal_remainder(grid: Array, period: int, falling: bool) -> Array:
    """A layer with the number of the diagonal modulo `period`; `falling`: diagonals that run down to the right."""
    rows, columns = np.arange(grid.shape[0])[:, None], np.arange(grid.shape[1])[None, :]
    number: Array = (rows - columns if falling else rows + columns) % period
    return number


def rising_diagonal(grid: Array) -> Array:
    """A layer with the number of the diagonal that rises to the right, from the bottom left corner (0)."""
    rows, columns = np.arange(grid.shape[0])[:, None], np.arange(grid.shape[1])[None, :]
    number: Array = rows + columns - grid.shape[0] + 1
    return number


def last_row_remainder(grid: Array, period: int) -> Array:
    """A layer with the row number, counted from the bottom, modulo `period`."""
    return row_remainder(grid, period)[::-1]


def last_column_remainder(grid: Array, period: int) -> Array:
    """A layer with the column number, counted from the right, modulo `period`."""
    return column_remainder(grid, period)[:, ::-1]


def seen_from(grid: Array, down: int, right: int) -> Array:
    """A layer with the first colour met when looking from each cell in one direction, itself not counted (0: none)."""
    rows, columns = grid.shape
    seen = np.zeros_like(grid)
    order = [(i, j) for i in range(rows)[:: -down or 1] for j in range(columns)[:: -right or 1]]
    for i, j in order:
        a, b = i + down, j + right
        if 0 <= a < rows and 0 <= b < columns:
            seen[i, j] = grid[a, b] or seen[a, b]
    return seen


def distance_seen(grid: Array, down: int, right: int) -> Array:
    """A layer with the distance to the first coloured cell in one direction (0: none, or the cell is coloured)."""
    rows, columns = grid.shape
    distance = np.zeros_like(grid)
    order = [(i, j) for i in range(rows)[:: -down or 1] for j in range(columns)[:: -right or 1]]
    for i, j in order:
        a, b = i + down, j + right
        if grid[i, j] == 0 and 0 <= a < rows and 0 <= b < columns and (grid[a, b] or distance[a, b]):
            distance[i, j] = 1 + distance[a, b]
    return distance


def parity_seen(grid: Array, down: int, right: int) -> Array:
    """A layer: 1 where the first coloured cell in one direction is an odd distance away, 2 where even, 0 where none is."""
    distance = distance_seen(grid, down, right)
    return np.where(distance > 0, 2 - distance % 2, 0)


def nearest_edge_colour(grid: Array) -> Array:
    """A layer with the colour at the nearest point of the grid's edge that is not black, ignoring the corners; ties go clockwise."""
    rows, columns = grid.shape
    down, right = np.indices(grid.shape)
    colours = [np.broadcast_to(edge, grid.shape) for edge in (grid[0], grid[:, -1:], grid[-1], grid[:, :1])]
    distances = [
        np.where(colour > 0, distance, 99)
        for colour, distance in zip(colours, (down, columns - 1 - right, rows - 1 - down, right), strict=True)
    ]
    nearest: Array = np.choose(np.argmin(distances, axis=0), colours)
    return nearest


def half(grid: Array) -> Array:
    """A layer: 1 left of the middle column, 2 on it, 3 to the right of it."""
    columns = grid.shape[1]
    side = np.sign(2 * np.arange(columns) - columns + 1) + 2
    return np.broadcast_to(side[None, :], grid.shape)


def quarter(grid: Array) -> Array:
    """A layer with a number for the part of the grid, as the middle row and the middle column divide it."""
    rows, columns = grid.shape
    upper = np.sign(2 * np.arange(rows) - rows + 1) + 1
    left = np.sign(2 * np.arange(columns) - columns + 1) + 1
    part: Array = 1 + 3 * upper[:, None] + left[None, :]
    return part


def largest_black_rectangle(grid: Array) -> Array:
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


def in_block(grid: Array, side: int, coloured: bool) -> Array:
    """A layer with 1 in the cells of any `side` x `side` block that is all black (or, if `coloured`, has one colour)."""
    rows, columns = grid.shape
    layer = np.zeros_like(grid)
    for i in range(rows - side + 1):
        for j in range(columns - side + 1):
            colour = grid[i, j]
            if (colour != 0) == coloured and (grid[i : i + side, j : j + side] == colour).all():
                layer[i : i + side, j : j + side] = 1
    return layer
