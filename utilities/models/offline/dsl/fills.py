"""Fills and neighbourhoods: enclosed areas, outlines, denoising, and layers about a cell's surroundings."""

from collections import Counter

import numpy as np

from utilities.models.offline.dsl.types import Array


def enclosed(grid: Array, diagonal: bool) -> Array:
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


def neighbours(grid: Array, diagonal: bool) -> list[Array]:
    """The grid moved by one cell in each direction (4, or 8 with `diagonal`); beyond the edge is -1."""
    wide = np.pad(grid, 1, constant_values=-1)
    rows, columns = grid.shape
    steps = [(0, 1), (1, 0), (1, 2), (2, 1)] + [(0, 0), (0, 2), (2, 0), (2, 2)] * diagonal
    return [wide[i : i + rows, j : j + columns] for i, j in steps]


def neighbour(grid: Array, down: int, right: int) -> Array:
    """A layer with the colour of the cell `down` and `right` of each cell; beyond the edge is -1."""
    reach = max(abs(down), abs(right))
    wide = np.pad(grid, reach, constant_values=-1)
    rows, columns = grid.shape
    return wide[reach + down : reach + down + rows, reach + right : reach + right + columns]


def count_near(grid: Array, diagonal: bool) -> Array:
    """A layer with the number of neighbours that are not black."""
    count: Array = np.sum([near > 0 for near in neighbours(grid, diagonal)], axis=0)
    return count


def count_alike(grid: Array, diagonal: bool) -> Array:
    """A layer with the number of neighbours of the cell's own colour."""
    count: Array = np.sum([near == grid for near in neighbours(grid, diagonal)], axis=0)
    return count


def near_colour(grid: Array, colour: int, diagonal: bool) -> Array:
    """A layer with 1 where a neighbour has `colour`, else 0."""
    return np.where(np.any([near == colour for near in neighbours(grid, diagonal)], axis=0), 1, 0)


def largest_near(grid: Array, diagonal: bool) -> Array:
    """A layer with the highest colour number among the cell and its neighbours."""
    highest: Array = np.max([grid, *neighbours(grid, diagonal)], axis=0)
    return highest


def surroundings(grid: Array, diagonal: bool) -> Array:
    """A layer with one number for the exact colours of the neighbours (beyond the edge counts as a colour)."""
    code = np.zeros_like(grid)
    for near in neighbours(grid, diagonal):
        code = code * 11 + near + 1
    return code


def grow(grid: Array, diagonal: bool) -> Array:
    """Spread each colour by one cell into black; of several, the highest colour number wins."""
    return np.where(grid != 0, grid, np.maximum(largest_near(grid, diagonal), 0))


def drop_single_cells(grid: Array, diagonal: bool) -> Array:
    """Make the cells black that have no neighbour of their own colour."""
    return np.where(count_alike(grid, diagonal) > 0, grid, 0)


def smooth_single_cells(grid: Array) -> Array:
    """Give each cell without a neighbour of its own colour the most frequent colour around it."""
    alone = count_alike(grid, False) == 0
    around = np.stack([near for near in neighbours(grid, True)])
    result = grid.copy()
    for i, j in np.argwhere(alone):
        near = around[:, i, j]
        result[i, j] = np.bincount(near[near >= 0]).argmax()
    return result


def row_is_plain(grid: Array) -> Array:
    """A layer with 1 in the rows that have a single colour, else 0."""
    plain = (grid == grid[:, :1]).all(axis=1)
    return np.broadcast_to(plain[:, None], grid.shape).astype(int)


def column_is_plain(grid: Array) -> Array:
    """A layer with 1 in the columns that have a single colour, else 0."""
    plain = (grid == grid[:1]).all(axis=0)
    return np.broadcast_to(plain[None, :], grid.shape).astype(int)


def row_main(grid: Array) -> Array:
    """A layer that gives every cell the most frequent colour of its row, black not counted (0: none)."""
    mains = [np.bincount(row, minlength=2)[1:].argmax() + 1 if row.any() else 0 for row in grid]
    return np.broadcast_to(np.array(mains)[:, None], grid.shape)


def column_main(grid: Array) -> Array:
    """A layer that gives every cell the most frequent colour of its column, black not counted (0: none)."""
    return row_main(grid.T).T


def row_count(grid: Array) -> Array:
    """A layer with the number of coloured cells in the cell's row."""
    return np.broadcast_to((grid != 0).sum(axis=1)[:, None], grid.shape)


def column_count(grid: Array) -> Array:
    """A layer with the number of coloured cells in the cell's column."""
    return np.broadcast_to((grid != 0).sum(axis=0)[None, :], grid.shape)


def colour_rank(grid: Array) -> Array:
    """A layer with the rank of the cell's colour by frequency: 1 for the most frequent, 0 for black."""
    counts = np.bincount(grid.ravel(), minlength=10)
    counts[0] = 0
    order = np.argsort(-counts, kind="stable")
    rank = np.zeros(10, dtype=int)
    rank[order] = np.arange(1, 11)
    rank[0] = 0
    return rank[grid]
