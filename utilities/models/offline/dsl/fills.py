"""Fills and neighbourhoods: enclosed areas, outlines, denoising, and layers about a cell's surroundings."""

from collections import Counter

import numpy as np

from utilities.models.offline.declare import (
    BOTH,
    NEAR,
    SLANTED,
    STRAIGHT,
    operation,
    options,
    per_colour,
    says,
)
from utilities.models.offline.dsl.types import Array, Colour, Layer, Move, Tint


@operation(
    "whether it is black and no path of black cells{diagonal:, not even over corners,|} joins it to the edge",
    options(diagonal=BOTH),
    length=0.5,
)
def enclosed(grid: Array, diagonal: bool) -> Layer:
    """A layer with 1 in the black cells that no path of black cells joins to the edge, else 0.

    `diagonal`: paths may also pass over corners.
    """
    rows, columns = grid.shape
    inside = grid == 0
    steps = [(0, 1), (1, 0), (0, -1), (-1, 0)] + [(1, 1), (1, -1), (-1, 1), (-1, -1)] * diagonal
    stack = [
        (i, j) for i in range(rows) for j in range(columns) if i in (0, rows - 1) or j in (0, columns - 1)
    ]
    stack = [cell for cell in stack if inside[cell]]
    for cell in stack:
        inside[cell] = False
    while stack:
        i, j = stack.pop()
        for down, right in steps:
            a, b = i + down, j + right
            if 0 <= a < rows and 0 <= b < columns and inside[a, b]:
                inside[a, b] = False
                stack.append((a, b))
    return np.where(inside, 1, 0)


@operation(length=1.1)
@says("fill each enclosed black area", "part_change")
def fill_enclosed(grid: Array) -> Array:
    """Fill each enclosed black area with the most frequent colour around it."""
    result = grid.copy()
    todo = {(int(i), int(j)) for i, j in np.argwhere(enclosed(grid, False))}
    while todo:
        stack = [todo.pop()]
        cells, around = [], Counter[int]()
        while stack:
            i, j = stack.pop()
            cells.append((i, j))
            near = {(i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)}
            around.update(int(grid[cell]) for cell in near if grid[cell])
            stack.extend(near & todo)
            todo -= near
        for cell in cells:
            result[cell] = around.most_common(1)[0][0]
    return result


def framed(grid: Array) -> Array:
    """The grid with a frame of -1 around it, one cell wide."""
    wide: Array = np.full((grid.shape[0] + 2, grid.shape[1] + 2), -1)
    wide[1:-1, 1:-1] = grid
    return wide


def neighbours(grid: Array, diagonal: bool) -> list[Array]:
    """The grid moved by one cell in each direction (4, or 8 with `diagonal`); beyond the edge is -1."""
    wide = framed(grid)
    rows, columns = grid.shape
    steps = [(0, 1), (1, 0), (1, 2), (2, 1)] + [(0, 0), (0, 2), (2, 0), (2, 2)] * diagonal
    return [wide[i : i + rows, j : j + columns] for i, j in steps]


@operation(
    "the colour of the cell next to it, {step} (-1: beyond the edge)",
    options(step=STRAIGHT + SLANTED),
    length=0.6,
)
def neighbour(grid: Array, step: Move) -> Tint:
    """A layer with the colour of the cell one `step` away from each cell; beyond the edge is -1."""
    down, right = step
    wide = framed(grid)
    rows, columns = grid.shape
    return wide[1 + down : 1 + down + rows, 1 + right : 1 + right + columns]


@operation(
    "the number of coloured cells among its {diagonal:8|4} neighbours", options(diagonal=BOTH), length=0.6
)
def count_near(grid: Array, diagonal: bool) -> Layer:
    """A layer with the number of neighbours that are not black."""
    count: Array = np.sum([near > 0 for near in neighbours(grid, diagonal)], axis=0)
    return count


@operation(
    "the number of its {diagonal:8|4} neighbours that have its own colour", options(diagonal=BOTH), length=0.6
)
def count_alike(grid: Array, diagonal: bool) -> Layer:
    """A layer with the number of neighbours of the cell's own colour."""
    count: Array = np.sum([near == grid for near in neighbours(grid, diagonal)], axis=0)
    return count


@operation("whether one of its {diagonal:8|4} neighbours is {colour}", per_colour(diagonal=BOTH), length=0.6)
def near_colour(grid: Array, colour: Colour, diagonal: bool) -> Layer:
    """A layer with 1 where a neighbour has `colour`, else 0."""
    return np.where(np.any([near == colour for near in neighbours(grid, diagonal)], axis=0), 1, 0)


@operation(
    "a number for the exact colours of its {diagonal:8|4} neighbours", options(diagonal=BOTH), length=1.0
)
def surroundings(grid: Array, diagonal: bool) -> Layer:
    """A layer with one number for the exact colours of the neighbours (beyond the edge counts as a colour)."""
    code = np.zeros_like(grid)
    for near in neighbours(grid, diagonal):
        code = code * 11 + near + 1
    return code


@operation(
    "its own colour or, if it is black, that of the first coloured one of its {diagonal:8|4} neighbours",
    options(diagonal=BOTH),
    length=0.7,
)
def colour_near(grid: Array, diagonal: bool) -> Tint:
    """A layer with the cell's own colour or, if it is black, that of the first coloured neighbour (0: none)."""
    found = grid
    for near in neighbours(grid, diagonal):
        found = np.where(found > 0, found, near)
    return np.maximum(found, 0)


@operation(
    "Spread each colour by one cell into black{diagonal:, over corners too|}",
    options(diagonal=BOTH),
    length=1.3,
    deepest=NEAR,
)
def grow(grid: Array, diagonal: bool) -> Array:
    """Spread each colour by one cell into black; of several, the first in reading order wins."""
    return colour_near(grid, diagonal)


@operation(
    "Make the cells black that touch no cell of their own colour{diagonal:, not even at a corner|}",
    options(diagonal=BOTH),
    length=1.2,
    deepest=NEAR,
)
def drop_single_cells(grid: Array, diagonal: bool) -> Array:
    """Make the cells black that have no neighbour of their own colour."""
    return np.where(count_alike(grid, diagonal) > 0, grid, 0)


@operation(length=1.4, deepest=NEAR)
def smooth_single_cells(grid: Array) -> Array:
    """Give each cell without a neighbour of its own colour the most frequent colour around it."""
    alone = count_alike(grid, False) == 0
    around = np.stack([near for near in neighbours(grid, True)])
    result = grid.copy()
    for i, j in np.argwhere(alone):
        near = around[:, i, j]
        result[i, j] = np.bincount(near[near >= 0]).argmax()
    return result


@operation("whether its row has a single colour", length=0.6)
def row_is_plain(grid: Array) -> Layer:
    """A layer with 1 in the rows that have a single colour, else 0."""
    plain = (grid == grid[:, :1]).all(axis=1)
    return np.broadcast_to(plain[:, None], grid.shape).astype(int)


@operation("whether its column has a single colour", length=0.6)
def column_is_plain(grid: Array) -> Layer:
    """A layer with 1 in the columns that have a single colour, else 0."""
    plain = (grid == grid[:1]).all(axis=0)
    return np.broadcast_to(plain[None, :], grid.shape).astype(int)


@operation("the most frequent colour of its row besides black", length=0.6)
def row_main(grid: Array) -> Tint:
    """A layer that gives every cell the most frequent colour of its row, black not counted (0: none)."""
    mains = [np.bincount(row, minlength=2)[1:].argmax() + 1 if row.any() else 0 for row in grid]
    return np.broadcast_to(np.array(mains)[:, None], grid.shape)


@operation("the most frequent colour of its column besides black", length=0.6)
def column_main(grid: Array) -> Tint:
    """A layer that gives every cell the most frequent colour of its column, black not counted (0: none)."""
    return row_main(grid.T).T


@operation("the number of coloured cells in its row", length=0.7)
def row_count(grid: Array) -> Layer:
    """A layer with the number of coloured cells in the cell's row."""
    return np.broadcast_to((grid != 0).sum(axis=1)[:, None], grid.shape)


@operation("the number of coloured cells in its column", length=0.7)
def column_count(grid: Array) -> Layer:
    """A layer with the number of coloured cells in the cell's column."""
    return np.broadcast_to((grid != 0).sum(axis=0)[None, :], grid.shape)


@operation("the rank of its colour by frequency (1: the most frequent, 0: black)", length=0.6)
def colour_rank(grid: Array) -> Layer:
    """A layer with the rank of the cell's colour by frequency: 1 for the most frequent, 0 for black."""
    counts = np.bincount(grid.ravel(), minlength=10)
    counts[0] = 0
    order = np.argsort(-counts, kind="stable")
    rank = np.zeros(10, dtype=int)
    rank[order] = np.arange(1, 11)
    rank[0] = 0
    return rank[grid]
