"""Patterns: continue, count out, list and smooth what a grid shows; frames and what lies in them."""

from collections.abc import Callable

import numpy as np

from utilities.models.offline.dsl.types import Array


def smallest_period(grid: Array) -> int:
    """The smallest number of rows after which the grid repeats itself; all rows when it does not."""
    rows = int(grid.shape[0])
    for period in range(1, rows):
        if (grid[period:] == grid[:-period]).all():
            return period
    return rows


def continue_down(grid: Array, percent: int) -> Array:
    """Continue the pattern downwards until the grid has `percent` per cent of its rows."""
    rows = grid.shape[0] * percent // 100
    longer: Array = grid[np.arange(rows) % smallest_period(grid)]
    return longer


def continue_right(grid: Array, percent: int) -> Array:
    """Continue the pattern to the right until the grid has `percent` per cent of its columns."""
    return continue_down(grid.T, percent).T


def repeat_content(grid: Array) -> Array:
    """Repeat the rows that are not black upwards and downwards until they fill the grid."""
    filled = np.flatnonzero(grid.any(axis=1))
    if not filled.size or filled[-1] - filled[0] + 1 == grid.shape[0]:
        raise ValueError("there is nothing to repeat, or no room")
    top, height = filled[0], filled[-1] - filled[0] + 1
    repeated: Array = grid[top + (np.arange(grid.shape[0]) - top) % height]
    return repeated


def repeat_content_across(grid: Array) -> Array:
    """Repeat the columns that are not black to the left and right until they fill the grid."""
    return repeat_content(grid.T).T


def smooth_stripes(grid: Array) -> Array:
    """Make each row, or else each column, plain in its most frequent colour: whichever changes fewer cells."""
    by_row = np.array([np.bincount(row).argmax() for row in grid])[:, None]
    by_column = np.array([np.bincount(column).argmax() for column in grid.T])[None, :]
    horizontal = (grid != by_row).sum() <= (grid != by_column).sum()
    return np.broadcast_to(by_row if horizontal else by_column, grid.shape)


def histogram(grid: Array, ascending: bool) -> Array:
    """A column for each colour but black, as high as the colour has cells, in order of that number; aligned at the top."""
    counts = np.bincount(grid.ravel(), minlength=10)
    present = [colour for colour in range(1, 10) if counts[colour]]
    if not present or max(counts[colour] for colour in present) > 30:
        raise ValueError("the columns would be too high")
    present.sort(key=lambda colour: int(counts[colour]), reverse=not ascending)
    result = np.zeros((max(counts[colour] for colour in present), len(present)), dtype=int)
    for j, colour in enumerate(present):
        result[: counts[colour], j] = colour
    return result


def list_cells(grid: Array) -> Array:
    """All cells that are not black, in reading order, as one row."""
    cells: Array = grid[grid != 0]
    if not 0 < cells.size <= 30:
        raise ValueError("there are no cells, or too many")
    return cells[None, :]


def diagonal_of(grid: Array, count: Callable[[Array], int], pick: Callable[[Array], int]) -> Array:
    """A square with a diagonal of the colour that `pick` names; its side is what `count` says about the grid."""
    side = count(grid)
    if not 1 <= side <= 30:
        raise ValueError("the square would be empty or too large")
    return np.eye(side, dtype=int) * pick(grid)


def row_of_length(grid: Array, count: Callable[[Array], int], pick: Callable[[Array], int]) -> Array:
    """A row of the colour that `pick` names; its length is what `count` says about the grid."""
    length = count(grid)
    if not 1 <= length <= 30:
        raise ValueError("the row would be empty or too long")
    return np.full((1, length), pick(grid))


def bar_of(
    grid: Array, count: Callable[[Array], int], pick: Callable[[Array], int], height: int, width: int
) -> Array:
    """A `height` x `width` grid of which the first cells, as many as `count` says, have the colour that `pick` names."""
    cells = count(grid)
    if cells > height * width:
        raise ValueError("there is no room for so many cells")
    result = np.zeros(height * width, dtype=int)
    result[:cells] = pick(grid)
    return result.reshape(height, width)


def inside_frame(grid: Array, inset: int) -> Array:
    """Cut out the largest rectangle whose outline has a single colour other than black, without its outermost `inset` rings."""
    rows, columns = grid.shape
    best: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    for top in range(rows - 2):
        for left in range(columns - 2):
            colour = grid[top, left]
            if colour == 0 or grid[top, left + 1] != colour or grid[top + 1, left] != colour:
                continue
            wide = int((np.append(grid[top, left:], -1) != colour).argmax())
            high = int((np.append(grid[top:, left], -1) != colour).argmax())
            for bottom in range(top + high, top + 2, -1):
                for right in range(left + wide, left + 2, -1):
                    if (bottom - top) * (right - left) <= best[0]:
                        break
                    if (grid[bottom - 1, left:right] == colour).all() and (
                        grid[top:bottom, right - 1] == colour
                    ).all():
                        best = (bottom - top) * (right - left), top, bottom, left, right
    area, top, bottom, left, right = best
    if not area or min(bottom - top, right - left) <= 2 * inset:
        raise ValueError("there is no such frame")
    return grid[top + inset : bottom - inset, left + inset : right - inset]


def inside_corners(grid: Array, inset: int) -> Array:
    """Cut out the rectangle whose four corners are the only cells of some colour, without its outermost `inset` rings."""
    for colour in range(1, 10):
        cells = np.argwhere(grid == colour)
        if len(cells) == 4:
            (top, left), (bottom, right) = cells.min(axis=0), cells.max(axis=0)
            corners = {(top, left), (top, right), (bottom, left), (bottom, right)}
            if (
                len(corners) == 4
                and corners == {(i, j) for i, j in cells}
                and min(bottom - top, right - left) >= 2 * inset
            ):
                return grid[top + inset : bottom + 1 - inset, left + inset : right + 1 - inset]
    raise ValueError("there are no corner marks")


def bounce(grid: Array, times: int) -> Array:
    """Lay the grid and its top-bottom mirror image alternately below each other; the row where they meet is shared."""
    image = [grid if turn % 2 == 0 else grid[::-1] for turn in range(times)]
    return np.vstack([grid, *[part[1:] for part in image[1:]]])


def mirror_about(grid: Array, colour: int) -> Array:
    """Complete the picture so that it is symmetric about the middle of the cells of `colour` (left-right and top-bottom)."""
    cells = np.argwhere(grid == colour)
    if not cells.size:
        raise ValueError("there is no such colour")
    total = cells.min(axis=0) + cells.max(axis=0)
    result = grid.copy()
    for i, j in np.argwhere(grid).tolist():
        for a, b in ((total[0] - i, j), (i, total[1] - j), (total[0] - i, total[1] - j)):
            if 0 <= a < grid.shape[0] and 0 <= b < grid.shape[1] and result[a, b] == 0:
                result[a, b] = grid[i, j]
    return result


def rotate_about(grid: Array, colour: int) -> Array:
    """Complete the picture so that quarter turns about the middle of the cells of `colour` leave it as it is."""
    cells = np.argwhere(grid == colour)
    if not cells.size:
        raise ValueError("there is no such colour")
    row, column = (cells.min(axis=0) + cells.max(axis=0)).tolist()
    result = grid.copy()
    for i, j in np.argwhere(grid).tolist():
        down, right = 2 * i - row, 2 * j - column
        for turn_down, turn_right in ((right, -down), (-down, -right), (-right, down)):
            a, b = (row + turn_down) // 2, (column + turn_right) // 2
            if 0 <= a < grid.shape[0] and 0 <= b < grid.shape[1] and result[a, b] == 0:
                result[a, b] = grid[i, j]
    return result
