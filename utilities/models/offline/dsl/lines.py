"""Lines and movement: rays to the edge, lines between points, gravity."""

import numpy as np

from utilities.models.offline.dsl.types import Array


def shoot(grid: Array, colour: int, directions: list[tuple[int, int]], over: bool) -> Array:
    """From each cell of `colour` (0: of any colour but black) draw lines in `directions` until the edge.

    A line stops before the first cell that is not black, or, with `over`, runs across it.
    """
    rows, columns = grid.shape
    result = grid.copy()
    sources = np.argwhere(grid == colour if colour else grid != 0).tolist()
    if not 0 < len(sources) <= 60:
        raise ValueError("there are no points, or too many")
    for i, j in sources:
        for down, right in directions:
            a, b = i + down, j + right
            while 0 <= a < rows and 0 <= b < columns and (over or grid[a, b] == 0):
                result[a, b] = grid[i, j]
                a, b = a + down, b + right
    return result


def connect(grid: Array, directions: list[tuple[int, int]], over: bool) -> Array:
    """Draw a line between any two cells of one colour that lie in one of the `directions` from each other.

    Only black cells may lie between them, or, with `over`, anything.
    """
    rows, columns = grid.shape
    result = grid.copy()
    for i, j in np.argwhere(grid).tolist():
        for down, right in directions:
            between = []
            a, b = i + down, j + right
            while (
                0 <= a < rows and 0 <= b < columns and grid[a, b] != grid[i, j] and (over or grid[a, b] == 0)
            ):
                between.append((a, b))
                a, b = a + down, b + right
            if 0 <= a < rows and 0 <= b < columns and grid[a, b] == grid[i, j]:
                for cell in between:
                    result[cell] = grid[i, j]
    return result


def drop_cells(grid: Array, down: bool) -> Array:
    """Let every coloured cell fall to the bottom (or rise to the top) of its column; the order stays."""
    result = np.zeros_like(grid)
    for j in range(grid.shape[1]):
        column = grid[:, j][grid[:, j] != 0]
        start = grid.shape[0] - column.size if down else 0
        result[start : start + column.size, j] = column
    return result


def push_cells(grid: Array, right: bool) -> Array:
    """Push every coloured cell to the right (or left) end of its row; the order stays."""
    return drop_cells(grid.T, right).T


def move_until_blocked(grid: Array, colour: int, down: int, right: int) -> Array:
    """Move all cells of `colour` together in one direction until one of them meets the edge or another colour."""
    cells = np.argwhere(grid == colour)
    if not cells.size:
        raise ValueError("there is no such colour")
    others = np.where(grid == colour, 0, grid)
    step = np.array([down, right])
    while True:
        ahead = cells + step
        if (ahead < 0).any() or (ahead >= grid.shape).any() or others[tuple(ahead.T)].any():
            break
        cells = ahead
    others[tuple(cells.T)] = colour
    return others


def connect_straight(grid: Array) -> Array:
    """Draw a line between any two cells of one colour in one row or column, over black cells."""
    return connect(grid, [(0, 1), (1, 0)], over=False)


def shoot_straight(grid: Array) -> Array:
    """From each coloured cell draw lines up, down, left and right over black cells."""
    return shoot(grid, 0, [(-1, 0), (1, 0), (0, -1), (0, 1)], over=False)


def reach(grid: Array, target: int) -> Array:
    """From each cell of another colour draw a straight line to a cell of colour `target`, where only black lies between."""
    rows, columns = grid.shape
    result = grid.copy()
    sources = np.argwhere((grid != 0) & (grid != target)).tolist()
    if not 0 < len(sources) <= 60:
        raise ValueError("there are no points, or too many")
    for i, j in sources:
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            a, b = i + down, j + right
            between = []
            while 0 <= a < rows and 0 <= b < columns and grid[a, b] == 0:
                between.append((a, b))
                a, b = a + down, b + right
            if 0 <= a < rows and 0 <= b < columns and grid[a, b] == target:
                for cell in between:
                    result[cell] = grid[i, j]
    return result


def move_towards(grid: Array, colour: int, target: int) -> Array:
    """Move all cells of `colour` together, straight towards the cells of colour `target`, until they touch."""
    cells, goal = np.argwhere(grid == colour), np.argwhere(grid == target)
    if not cells.size or not goal.size:
        raise ValueError("one of the colours is missing")
    gap = np.maximum(goal.min(axis=0) - cells.max(axis=0), 0) - np.maximum(
        cells.min(axis=0) - goal.max(axis=0), 0
    )
    if np.count_nonzero(gap) != 1:
        raise ValueError("there is no straight way")
    return move_until_blocked(grid, colour, int(np.sign(gap[0])), int(np.sign(gap[1])))


def pull_to(grid: Array, target: int) -> Array:
    """Pull each cell of another colour straight to the cells of colour `target`, next to which it stops; others vanish."""
    rows, columns = grid.shape
    result = np.where(grid == target, grid, 0)
    for i, j in np.argwhere((grid != 0) & (grid != target)).tolist():
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            a, b = i, j
            while 0 <= a < rows and 0 <= b < columns and grid[a, b] != target:
                a, b = a + down, b + right
            if 0 <= a < rows and 0 <= b < columns:
                result[a - down, b - right] = grid[i, j]
    return result
