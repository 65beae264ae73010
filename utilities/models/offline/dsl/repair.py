"""Repair of regular pictures: mirror symmetry and periodic tiling that a patch of one colour hides."""

from collections.abc import Callable

import numpy as np

from utilities.models.offline.declare import BOTH, NEAR, SHALLOW, group, operation, per_colour, says
from utilities.models.offline.dsl.types import Array, Colour


def mirror_axes(grid: Array, hidden: Colour) -> tuple[int, int]:
    """Row sum and column sum (i + i', j + j') of mirrored cells, at which the picture agrees best with its mirror images.

    Cells of colour `hidden` agree with anything. Only axes that pass near the middle are tried.
    """
    sums = []
    for picture in (grid, grid.T):
        size = picture.shape[0]
        scores = {}
        for total in range(size - 1 - size // 4, size + size // 4):
            rows = [i for i in range(size) if 0 <= total - i < size]
            one, other = picture[rows], picture[[total - i for i in rows]]
            known = (one != hidden) & (other != hidden)
            if known.any() and (one == other)[known].all():
                scores[total] = len(rows)
        if not scores:
            raise ValueError("the picture has no mirror axis")
        sums.append(max(scores, key=lambda total: (scores[total], -total)))
    return sums[0], sums[1]


@operation(
    "Replace the {hidden} cells by what the picture's mirror images show there",
    per_colour("hidden", black=True),
    length=1.2,
    deepest=SHALLOW,
)
@says("its mirror symmetries", "repair")
def complete_symmetry(grid: Array, hidden: Colour) -> Array:
    """Replace the cells of colour `hidden` by what the picture's mirror images show there."""
    rows, columns = mirror_axes(grid, hidden)
    result = grid.copy()
    height, width = grid.shape
    square = height == width
    for i, j in np.argwhere(grid == hidden).tolist():
        places = [(rows - i, j), (i, columns - j), (rows - i, columns - j)]
        if square:
            places += [(b, a) for a, b in [(i, j), *places]]
        for a, b in places:
            if 0 <= a < height and 0 <= b < width and grid[a, b] != hidden:
                result[i, j] = grid[a, b]
                break
    return result


@operation(
    "Replace the {hidden} cells by continuing the smallest tile that repeats all over the grid",
    per_colour("hidden", black=True),
    length=1.2,
    deepest=SHALLOW,
)
@says("the tile that it repeats", "repair")
def complete_tiling(grid: Array, hidden: Colour) -> Array:
    """Replace the cells of colour `hidden` by continuing the smallest tile that repeats all over the grid."""
    height, width = grid.shape
    sizes = sorted(
        ((h, w) for h in range(1, height + 1) for w in range(1, width + 1)), key=lambda s: s[0] * s[1]
    )
    rows, columns = np.arange(height)[:, None], np.arange(width)[None, :]
    known = grid != hidden
    for down, across in sizes:
        if down * across * 2 > height * width:
            break
        place = (rows % down) * across + columns % across
        tile: Array = np.full(down * across, -1)
        tile[place[known]] = grid[known]
        if (tile[place[known]] == grid[known]).all() and (tile >= 0).all():
            whole: Array = tile[place]
            return whole
    raise ValueError("the grid is not a tiling")


@operation(
    "Replace the {hidden} cells by continuing one-coloured {falling:falling|rising} diagonals that repeat",
    per_colour("hidden", black=True, falling=BOTH),
    length=1.3,
    deepest=SHALLOW,
)
def complete_diagonals(grid: Array, hidden: Colour, falling: bool) -> Array:
    """Replace the cells of colour `hidden` by continuing diagonals of one colour that repeat with the smallest period."""
    rows, columns = np.arange(grid.shape[0])[:, None], np.arange(grid.shape[1])[None, :]
    number = rows - columns if falling else rows + columns
    known = grid != hidden
    for period in range(2, min(grid.shape)):
        colours: Array = np.full(period, -1)
        colours[number[known] % period] = grid[known]
        if (colours[number[known] % period] == grid[known]).all() and (colours >= 0).all():
            whole: Array = colours[number % period]
            return whole
    raise ValueError("the grid is not made of such diagonals")


@operation(
    "Replace the {hidden} cells by continuing each {across:row|column} with the smallest period that fits",
    per_colour("hidden", black=True, across=BOTH),
    length=1.4,
    deepest=SHALLOW,
)
def complete_lines(grid: Array, hidden: Colour, across: bool) -> Array:
    """Continue each row (or column) with the smallest period in which its cells that are not `hidden` repeat."""
    if not across:
        return complete_lines(grid.T, hidden, across=True).T
    result = grid.copy()
    for i, row in enumerate(grid):
        known = np.flatnonzero(row != hidden)
        for period in range(1, len(row)):
            colours = np.full(period, hidden)
            colours[known % period] = row[known]
            if (colours[known % period] == row[known]).all():
                result[i] = colours[np.arange(len(row)) % period]
                break
    return result


@operation(length=1.2, deepest=NEAR)
@says("with its mirror images laid under it", "completion")
def make_symmetric(grid: Array) -> Array:
    """Lay the grid's mirror images (left-right, top-bottom, both) under its coloured cells."""
    result = grid.copy()
    for image in (grid[:, ::-1], grid[::-1], grid[::-1, ::-1]):
        result = np.where(result != 0, result, image)
    return result


@operation(length=1.2, deepest=NEAR)
@says("with its rotations laid under it", "completion")
def make_rotations(grid: Array) -> Array:
    """Lay the grid's three rotations under its coloured cells."""
    if grid.shape[0] != grid.shape[1]:
        raise ValueError("only a square grid can be rotated onto itself")
    result = grid.copy()
    for turns in (1, 2, 3):
        result = np.where(result != 0, result, np.rot90(grid, turns))
    return result


@operation(
    "Cut out what the {hidden} rectangle covers, as {repair} tell",
    per_colour("hidden", black=True, repair=group("repair")),
    length=1.3,
    deepest=SHALLOW,
)
def reveal(grid: Array, repair: Callable[[Array, int], Array], hidden: Colour) -> Array:
    """Repair the picture and cut out the rectangle that the cells of colour `hidden` covered."""
    rows = np.flatnonzero((grid == hidden).any(axis=1))
    columns = np.flatnonzero((grid == hidden).any(axis=0))
    if not rows.size:
        raise ValueError("nothing is hidden")
    return repair(grid, hidden)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
