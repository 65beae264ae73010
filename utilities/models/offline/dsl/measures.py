"""What can be said about a grid or an object in one value: counts, sizes, symmetries. An object's grid is black around it."""

import numpy as np

from utilities.models.offline.declare import says
from utilities.models.offline.dsl.types import Array


@says("the number of coloured cells", "number", "size", "count", "part_count", "cell_count")
def count_cells(grid: Array) -> int:
    """Number of cells that are not black."""
    return int(np.count_nonzero(grid))


@says("the number of colours", "number", "size", "count", "part_count")
def count_colours(grid: Array) -> int:
    """Number of colours, black not counted."""
    return int(np.count_nonzero(np.bincount(grid.ravel())[1:]))


@says("the area of the bounding rectangle", "number", "size")
def area(grid: Array) -> int:
    """Number of cells of the bounding rectangle."""
    return int(grid.size)


@says("the height", "number", "size", "count")
def height(grid: Array) -> int:
    """Number of rows."""
    return int(grid.shape[0])


@says("the width", "number", "size", "count")
def width(grid: Array) -> int:
    """Number of columns."""
    return int(grid.shape[1])


@says("the number of black cells in the bounding rectangle", "number", "count")
def count_gaps(grid: Array) -> int:
    """Number of black cells within the bounding rectangle."""
    return int(grid.size - np.count_nonzero(grid))


@says("left and right mirror each other", "yes_no")
def is_mirror(grid: Array) -> int:
    """1 when left and right mirror each other, else 0."""
    return int((grid == grid[:, ::-1]).all())


@says("it has a mirror symmetry", "yes_no")
def is_symmetric(grid: Array) -> int:
    """1 when the grid equals a mirror image of itself (left-right, top-bottom or diagonal), else 0."""
    if (grid == grid[:, ::-1]).all() or (grid == grid[::-1]).all():
        return 1
    square = grid.shape[0] == grid.shape[1]
    return int(square and ((grid == grid.T).all() or (grid == grid[::-1, ::-1].T).all()))


@says("height and width are equal", "yes_no")
def is_square(grid: Array) -> int:
    """1 when the bounding rectangle is a square, else 0."""
    return int(grid.shape[0] == grid.shape[1])


@says("it is a square without gaps", "yes_no")
def is_filled_square(grid: Array) -> int:
    """1 when the object is a square without gaps, else 0."""
    return int(grid.shape[0] == grid.shape[1] and bool((grid != 0).all()))


@says("it encloses a hole", "yes_no")
def has_hole(grid: Array) -> int:
    """1 when coloured cells enclose some black area, else 0."""
    return int(count_holes(grid) > 0)


@says("its bounding rectangle has no gaps", "yes_no")
def is_full(grid: Array) -> int:
    """1 when no cell of the bounding rectangle is black, else 0."""
    return int(grid.all())


@says("it is higher than wide", "yes_no")
def is_tall(grid: Array) -> int:
    """1 when there are more rows than columns, else 0."""
    return int(grid.shape[0] > grid.shape[1])


@says("silhouette", "shape")
def outline(grid: Array) -> tuple[int, bytes]:
    """The silhouette, whatever the colours: width and the coloured cells."""
    return grid.shape[1], (grid != 0).tobytes()


@says("silhouette, however turned or mirrored", "shape")
def turned_outline(grid: Array) -> tuple[int, bytes]:
    """The silhouette, whatever the colours and however it is turned or mirrored."""
    cells = grid != 0
    turns = [side[::down, ::right] for side in (cells, cells.T) for down in (1, -1) for right in (1, -1)]
    return min((turn.shape[1], turn.tobytes()) for turn in turns)


@says("exact picture", "shape")
def pattern(grid: Array) -> tuple[int, bytes]:
    """The exact picture: width and every cell's colour."""
    return grid.shape[1], grid.tobytes()


@says("the number of cells that do not have its main colour", "number")
def count_rare_cells(grid: Array) -> int:
    """Number of cells that are neither black nor of the grid's most frequent other colour."""
    return int(np.count_nonzero(grid) - np.bincount(grid.ravel(), minlength=2)[1:].max())


@says("the number of holes", "number", "hole_count")
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


@says("the number of separate coloured areas", "count", "areas")
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
