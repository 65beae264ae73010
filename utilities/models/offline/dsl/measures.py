"""What can be said about a grid or an object in one value: counts, sizes, symmetries. An object's grid is black around it."""

import numpy as np

from utilities.models.offline.dsl.types import Array


def count_cells(grid: Array) -> int:
    """Number of cells that are not black."""
    return int(np.count_nonzero(grid))


def count_colours(grid: Array) -> int:
    """Number of colours, black not counted."""
    return int(np.count_nonzero(np.bincount(grid.ravel())[1:]))


def area(grid: Array) -> int:
    """Number of cells of the bounding rectangle."""
    return int(grid.size)


def height(grid: Array) -> int:
    """Number of rows."""
    return int(grid.shape[0])


def width(grid: Array) -> int:
    """Number of columns."""
    return int(grid.shape[1])


def count_gaps(grid: Array) -> int:
    """Number of black cells within the bounding rectangle."""
    return int(grid.size - np.count_nonzero(grid))


def is_mirror(grid: Array) -> int:
    """1 when left and right mirror each other, else 0."""
    return int((grid == grid[:, ::-1]).all())


def is_symmetric(grid: Array) -> int:
    """1 when the grid equals a mirror image of itself (left-right, top-bottom or diagonal), else 0."""
    if (grid == grid[:, ::-1]).all() or (grid == grid[::-1]).all():
        return 1
    square = grid.shape[0] == grid.shape[1]
    return int(square and ((grid == grid.T).all() or (grid == grid[::-1, ::-1].T).all()))


def is_square(grid: Array) -> int:
    """1 when the bounding rectangle is a square, else 0."""
    return int(grid.shape[0] == grid.shape[1])


def is_filled_square(grid: Array) -> int:
    """1 when the object is a square without gaps, else 0."""
    return int(grid.shape[0] == grid.shape[1] and bool((grid != 0).all()))


def has_hole(grid: Array) -> int:
    """1 when coloured cells enclose some black area, else 0."""
    return int(count_holes(grid) > 0)


def is_even_high(grid: Array) -> int:
    """1 when the number of rows is even, else 0."""
    return int(grid.shape[0] % 2 == 0)


def is_full(grid: Array) -> int:
    """1 when no cell of the bounding rectangle is black, else 0."""
    return int(grid.all())


def is_tall(grid: Array) -> int:
    """1 when there are more rows than columns, else 0."""
    return int(grid.shape[0] > grid.shape[1])


def outline(grid: Array) -> tuple[int, bytes]:
    """The silhouette, whatever the colours: width and the coloured cells."""
    return grid.shape[1], (grid != 0).tobytes()


def turned_outline(grid: Array) -> tuple[int, bytes]:
    """The silhouette, whatever the colours and however it is turned or mirrored."""
    cells = grid != 0
    turns = [np.rot90(side, turn) for side in (cells, cells.T) for turn in range(4)]
    return min((turn.shape[1], turn.tobytes()) for turn in turns)


def pattern(grid: Array) -> tuple[int, bytes]:
    """The exact picture: width and every cell's colour."""
    return grid.shape[1], grid.tobytes()


def count_rare_cells(grid: Array) -> int:
    """Number of cells that are neither black nor of the grid's most frequent other colour."""
    return int(np.count_nonzero(grid) - np.bincount(grid.ravel(), minlength=2)[1:].max())


def count_holes(grid: Array) -> int:
    """Number of separate black areas that coloured cells enclose (areas connect over sides)."""
    rows, columns = grid.shape
    open_cells = {(i, j) for i in range(rows) for j in range(columns) if grid[i, j] == 0}
    holes = 0
    while open_cells:
        stack = [open_cells.pop()]
        enclosed = True
        while stack:
            i, j = stack.pop()
            enclosed &= 0 < i < rows - 1 and 0 < j < columns - 1
            near = {(i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)} & open_cells
            open_cells -= near
            stack.extend(near)
        holes += enclosed
    return holes


def count_pieces(grid: Array) -> int:
    """Number of separate coloured areas (cells connect over sides and corners, whatever their colour)."""
    cells = {(int(i), int(j)) for i, j in np.argwhere(grid)}
    pieces = 0
    while cells:
        stack = [cells.pop()]
        pieces += 1
        while stack:
            i, j = stack.pop()
            near = {(i + a, j + b) for a in (-1, 0, 1) for b in (-1, 0, 1)} & cells
            cells -= near
            stack.extend(near)
    return pieces
