"""Lines and movement: rays to the edge, lines between points, gravity."""

from itertools import permutations

import numpy as np

from utilities.models.offline.declare import (
    BOTH,
    DOWN,
    LEFT,
    NEAR,
    RIGHT,
    SLANTED,
    STRAIGHT,
    UP,
    Constants,
    Facts,
    operation,
    options,
    per_colour,
    says,
)
from utilities.models.offline.dsl.types import Array, Colour, Move

_RAYS = [[d] for d in STRAIGHT + SLANTED] + [[LEFT, RIGHT], [UP, DOWN], STRAIGHT, SLANTED, STRAIGHT + SLANTED]
_PATHS = [[RIGHT], [DOWN], [RIGHT, DOWN], [(1, 1), (1, -1)]]


def _shots(facts: Facts) -> list[Constants]:
    return [
        {"colour": k, "directions": rays, "over": over}
        for k in [0, *facts.colours]
        for rays in _RAYS
        for over in (BOTH if len(facts.colours) > 1 else (False,))
    ]


def _two_colours(facts: Facts) -> list[Constants]:
    return [{"colour": k, "target": other} for k, other in permutations(facts.colours, 2)]


@operation(
    "From each {colour:coloured} cell draw lines {directions} to the edge{over:, across whatever lies there|, stopping before other cells}",
    _shots,
    length=1.3,
    deepest=NEAR,
)
def shoot(grid: Array, colour: Colour, directions: list[Move], over: bool) -> Array:
    """From each cell of `colour` (0: of any colour but black) draw lines in `directions` until the edge.

    A line stops before the first cell that is not black, or, with `over`, runs across it.
    """
    rows, columns = grid.shape
    cells, result = grid.tolist(), grid.tolist()
    sources = np.argwhere(grid == colour if colour else grid != 0).tolist()
    if not 0 < len(sources) <= 60:
        raise ValueError("there are no points, or too many")
    for i, j in sources:
        for down, right in directions:
            a, b = i + down, j + right
            while 0 <= a < rows and 0 <= b < columns and (over or cells[a][b] == 0):
                result[a][b] = cells[i][j]
                a, b = a + down, b + right
    return np.array(result)


@operation(
    "Connect any two cells of one colour that lie {directions} from each other by a line{over:, whatever lies between|, if only black lies between}",
    options(directions=_PATHS, over=BOTH),
    length=1.2,
    deepest=NEAR,
)
def connect(grid: Array, directions: list[Move], over: bool) -> Array:
    """Draw a line between any two cells of one colour that lie in one of the `directions` from each other.

    Only black cells may lie between them, or, with `over`, anything.
    """
    rows, columns = grid.shape
    cells = grid.tolist()
    result = grid.copy()
    for i, j in np.argwhere(grid).tolist():
        colour = cells[i][j]
        for down, right in directions:
            between = []
            a, b = i + down, j + right
            while 0 <= a < rows and 0 <= b < columns and cells[a][b] != colour and (over or cells[a][b] == 0):
                between.append((a, b))
                a, b = a + down, b + right
            if 0 <= a < rows and 0 <= b < columns and cells[a][b] == colour:
                for cell in between:
                    result[cell] = colour
    return result


@operation(
    "Let every coloured cell {down:fall to the bottom|rise to the top} of its column",
    options(down=BOTH),
    length=1.3,
    deepest=NEAR,
)
def drop_cells(grid: Array, down: bool) -> Array:
    """Let every coloured cell fall to the bottom (or rise to the top) of its column; the order stays."""
    result = np.zeros_like(grid)
    for j in range(grid.shape[1]):
        column = grid[:, j][grid[:, j] != 0]
        start = grid.shape[0] - column.size if down else 0
        result[start : start + column.size, j] = column
    return result


@operation(
    "Push every coloured cell to the {right:right|left} end of its row",
    options(right=BOTH),
    length=1.3,
    deepest=NEAR,
)
def push_cells(grid: Array, right: bool) -> Array:
    """Push every coloured cell to the right (or left) end of its row; the order stays."""
    return drop_cells(grid.T, right).T


@operation(
    "Move the {colour} cells together {step} until one of them meets the edge or another colour",
    per_colour(step=STRAIGHT),
    length=1.4,
    deepest=NEAR,
)
def move_until_blocked(grid: Array, colour: Colour, step: Move) -> Array:
    """Move all cells of `colour` together in one direction until one of them meets the edge or another colour."""
    cells = np.argwhere(grid == colour)
    if not cells.size:
        raise ValueError("there is no such colour")
    others = np.where(grid == colour, 0, grid)
    while True:
        ahead = cells + step
        if (ahead < 0).any() or (ahead >= grid.shape).any() or others[tuple(ahead.T)].any():
            break
        cells = ahead
    others[tuple(cells.T)] = colour
    return others


@says("connect cells of one colour by straight lines over black", "part_change")
def connect_straight(grid: Array) -> Array:
    """Draw a line between any two cells of one colour in one row or column, over black cells."""
    return connect(grid, [(0, 1), (1, 0)], over=False)


@says("draw lines up, down, left and right from each coloured cell", "part_change")
def shoot_straight(grid: Array) -> Array:
    """From each coloured cell draw lines up, down, left and right over black cells."""
    return shoot(grid, 0, [(-1, 0), (1, 0), (0, -1), (0, 1)], over=False)


@operation(
    "From each cell that is not {target} draw a straight line over black to a {target} cell in its row or column",
    per_colour("target"),
    length=1.3,
    deepest=NEAR,
)
def reach(grid: Array, target: Colour) -> Array:
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


@operation(
    "Move the {colour} cells together straight towards the {target} ones until they touch",
    _two_colours,
    length=1.3,
    deepest=NEAR,
)
def move_towards(grid: Array, colour: Colour, target: Colour) -> Array:
    """Move all cells of `colour` together, straight towards the cells of colour `target`, until they touch."""
    cells, goal = np.argwhere(grid == colour), np.argwhere(grid == target)
    if not cells.size or not goal.size:
        raise ValueError("one of the colours is missing")
    gap = np.maximum(goal.min(axis=0) - cells.max(axis=0), 0) - np.maximum(
        cells.min(axis=0) - goal.max(axis=0), 0
    )
    if np.count_nonzero(gap) != 1:
        raise ValueError("there is no straight way")
    return move_until_blocked(grid, colour, (int(np.sign(gap[0])), int(np.sign(gap[1]))))


@operation(
    "Pull each cell of another colour straight to the {target} cells, next to which it stops; those with no way vanish",
    per_colour("target"),
    length=1.3,
    deepest=NEAR,
)
def pull_to(grid: Array, target: Colour) -> Array:
    """Pull each cell of another colour straight to the cells of colour `target`, next to which it stops; others vanish."""
    rows, columns = grid.shape
    cells = grid.tolist()
    result = np.where(grid == target, grid, 0)
    for i, j in np.argwhere((grid != 0) & (grid != target)).tolist():
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            a, b = i, j
            while 0 <= a < rows and 0 <= b < columns and cells[a][b] != target:
                a, b = a + down, b + right
            if 0 <= a < rows and 0 <= b < columns:
                result[a - down, b - right] = cells[i][j]
    return result
