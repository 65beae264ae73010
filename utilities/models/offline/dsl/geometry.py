"""Operations on the whole grid's shape: symmetries, crops, scalings, tilings and mosaics. Colours stay as they are."""

from collections.abc import Callable

import numpy as np

from utilities.models.offline.dsl.types import Array


def same(grid: Array) -> Array:
    """The grid itself."""
    return grid


def flip_left_right(grid: Array) -> Array:
    """Mirror the grid: left becomes right."""
    return grid[:, ::-1]


def flip_top_bottom(grid: Array) -> Array:
    """Mirror the grid: top becomes bottom."""
    return grid[::-1]


def rotate_clockwise(grid: Array) -> Array:
    """Rotate by 90 degrees clockwise."""
    return np.rot90(grid, -1)


def rotate_anticlockwise(grid: Array) -> Array:
    """Rotate by 90 degrees anticlockwise."""
    return np.rot90(grid)


def rotate_half_turn(grid: Array) -> Array:
    """Rotate by 180 degrees."""
    return grid[::-1, ::-1]


def transpose(grid: Array) -> Array:
    """Mirror at the main diagonal: rows become columns."""
    return grid.T


def transpose_other(grid: Array) -> Array:
    """Mirror at the other diagonal (top right to bottom left)."""
    return grid[::-1, ::-1].T


def blank(grid: Array) -> Array:
    """A black grid of the same shape."""
    return np.zeros_like(grid)


def repeat(grid: Array, down: int, across: int) -> Array:
    """Tile the grid `down` times downwards and `across` times to the right."""
    return np.tile(grid, (down, across))


def repeat_by(grid: Array, count: Callable[[Array], int]) -> Array:
    """Tile the grid in both directions, as often as `count` says about it."""
    times = count(grid)
    if not 1 < times * max(grid.shape) <= 30:
        raise ValueError("the tiled grid would be too large")
    return np.tile(grid, (times, times))


def scale_up(grid: Array, down: int, across: int) -> Array:
    """Make each cell a block of `down` x `across` cells."""
    return np.repeat(np.repeat(grid, down, axis=0), across, axis=1)


def scale_up_by(grid: Array, count: Callable[[Array], int]) -> Array:
    """Make each cell a square block whose side is what `count` says about the grid."""
    factor = count(grid)
    if not 1 < factor * max(grid.shape) <= 30:
        raise ValueError("the scaled grid would be too large")
    return np.repeat(np.repeat(grid, factor, axis=0), factor, axis=1)


def scale_down(grid: Array) -> Array:
    """Shrink the grid by the largest factor at which every block has a single colour."""
    height, width = grid.shape
    for factor in range(min(height, width), 1, -1):
        if height % factor == 0 and width % factor == 0:
            small = grid[::factor, ::factor]
            if (np.repeat(np.repeat(small, factor, axis=0), factor, axis=1) == grid).all():
                return small
    raise ValueError("the grid is not made of blocks")


def shrink(grid: Array, factor: int) -> Array:
    """Shrink by `factor`: each block becomes its most frequent colour."""
    height, width = grid.shape
    if height % factor or width % factor or max(height, width) == factor:
        raise ValueError("the grid cannot be cut into such blocks")
    blocks = grid.reshape(height // factor, factor, width // factor, factor).transpose(0, 2, 1, 3)
    return np.array([[np.bincount(block.ravel()).argmax() for block in row] for row in blocks])


def crop_to_content(grid: Array) -> Array:
    """Cut off the black margin."""
    rows = np.flatnonzero(grid.any(axis=1))
    columns = np.flatnonzero(grid.any(axis=0))
    if not rows.size:
        raise ValueError("the grid is black")
    return grid[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def crop_to_colour(grid: Array, colour: int) -> Array:
    """Cut out the smallest rectangle that holds all cells of `colour`."""
    found = grid == colour
    rows = np.flatnonzero(found.any(axis=1))
    columns = np.flatnonzero(found.any(axis=0))
    if not rows.size:
        raise ValueError("there is no such colour")
    return grid[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def crop_to(grid: Array, pick: Callable[[Array], int]) -> Array:
    """Cut out the smallest rectangle that holds all cells of the colour that `pick` names."""
    return crop_to_colour(grid, pick(grid))


def trim_border(grid: Array) -> Array:
    """Cut one row or column off each side."""
    if min(grid.shape) < 3:
        raise ValueError("nothing would be left")
    return grid[1:-1, 1:-1]


def crop_corner(grid: Array, height: int, width: int, bottom: bool, right: bool) -> Array:
    """Cut out the `height` x `width` cells in one corner."""
    if grid.shape[0] < height or grid.shape[1] < width:
        raise ValueError("the grid is too small")
    top = grid.shape[0] - height if bottom else 0
    left = grid.shape[1] - width if right else 0
    return grid[top : top + height, left : left + width]


def drop_repeats(grid: Array) -> Array:
    """Keep one of each run of equal rows, then one of each run of equal columns."""
    rows = [i for i in range(grid.shape[0]) if i == 0 or (grid[i] != grid[i - 1]).any()]
    grid = grid[rows]
    columns = [j for j in range(grid.shape[1]) if j == 0 or (grid[:, j] != grid[:, j - 1]).any()]
    return grid[:, columns]


def drop_plain_lines(grid: Array) -> Array:
    """Remove the rows and the columns that have a single colour."""
    rows = (grid != grid[:, :1]).any(axis=1)
    columns = (grid != grid[:1]).any(axis=0)
    if not rows.any() or not columns.any():
        raise ValueError("nothing would be left")
    kept: Array = grid[rows][:, columns]
    return kept


def drop_black_lines(grid: Array) -> Array:
    """Remove the rows and the columns that are all black."""
    if not grid.any():
        raise ValueError("nothing would be left")
    return grid[grid.any(axis=1)][:, grid.any(axis=0)]


def add_border(grid: Array, colour: int) -> Array:
    """Put a frame of `colour`, one cell wide, around the grid."""
    return np.pad(grid, 1, constant_values=colour)


def extend_edges(grid: Array) -> Array:
    """Put a frame around the grid that repeats its outermost cells; the four corners are black."""
    wider = np.pad(grid, 1, mode="edge")
    wider[[0, 0, -1, -1], [0, -1, 0, -1]] = 0
    return wider


def roll(grid: Array, down: int, right: int) -> Array:
    """Move everything; what leaves on one side comes back on the other."""
    return np.roll(grid, (down, right), axis=(0, 1))


def shift(grid: Array, down: int, right: int) -> Array:
    """Move everything; what leaves the grid is lost, what is freed is black."""
    height, width = grid.shape
    wide = np.pad(grid, ((abs(down),) * 2, (abs(right),) * 2))
    top, left = abs(down) - down, abs(right) - right
    return wide[top : top + height, left : left + width]


def mosaic(grid: Array, layout: list[list[Callable[[Array], Array]]]) -> Array:
    """Lay out turned or mirrored copies of the grid as the table `layout` says."""
    return np.vstack([np.hstack([turn(grid) for turn in row]) for row in layout])


def kronecker(grid: Array, where: Callable[[Array], Array], turn: Callable[[Array], Array]) -> Array:
    """Replace each cell by a copy of the (turned) grid where `where` holds, and by black elsewhere."""
    if max(grid.shape) > 5:
        raise ValueError("the result would be too large")
    return np.kron(where(grid), turn(grid))


def sort_rows(grid: Array) -> Array:
    """Order the rows by their number of coloured cells, fewest first."""
    return grid[np.argsort((grid != 0).sum(axis=1), kind="stable")]


def sort_columns(grid: Array) -> Array:
    """Order the columns by their number of coloured cells, fewest first."""
    return grid[:, np.argsort((grid != 0).sum(axis=0), kind="stable")]
