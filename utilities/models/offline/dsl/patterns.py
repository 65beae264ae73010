"""Patterns: continue, count out, list and smooth what a grid shows; frames and what lies in them."""

from collections.abc import Sequence

import numpy as np

from utilities.models.offline.declare import (
    BOTH,
    NEAR,
    SHALLOW,
    Facts,
    Inferred,
    group,
    in_output_shape,
    operation,
    options,
    per_colour,
)
from utilities.models.offline.dsl.types import Array, Colour, Number, Pick


def _more(values: Sequence[Array], facts: Facts, axis: int) -> int | None:
    """The outputs' size along `axis` in per cent of the grids', if it is larger and the other size is the same."""
    found = {
        (100 * o.shape[axis] / g.shape[axis], o.shape[1 - axis] == g.shape[1 - axis])
        for g, o in zip(values, facts.outputs, strict=True)
    }
    percent, fits = found.pop()
    return int(percent) if not found and fits and percent > 100 and percent == int(percent) else None


def _more_rows(values: Sequence[Array], facts: Facts) -> Inferred:
    percent = _more(values, facts, 0)
    return ((({"percent": percent, "up": up}, 0.0)) for up in BOTH if percent)


def _more_columns(values: Sequence[Array], facts: Facts) -> Inferred:
    percent = _more(values, facts, 1)
    return ((({"percent": percent, "left": left}, 0.0)) for left in BOTH if percent)


def _bounces(values: Sequence[Array], facts: Facts) -> Inferred:
    """How many copies, each sharing a line with the one before, the outputs have room for."""
    for across in BOTH:
        sizes = [
            (g.shape[across] - 1, o.shape[across] - 1) for g, o in zip(values, facts.outputs, strict=True)
        ]
        times = {long / short if short else 0.0 for short, long in sizes}
        if len(times) == 1 and (found := times.pop()) in range(2, 30):
            yield {"times": int(found), "across": across}, 0.0


def smallest_period(grid: Array) -> int:
    """The smallest number of rows after which the grid repeats itself; all rows when it does not."""
    rows = int(grid.shape[0])
    for period in range(1, rows):
        if (grid[period:] == grid[:-period]).all():
            return period
    return rows


@operation(
    "Continue the pattern {up:upwards|downwards} until there are {percent} per cent of the rows",
    length=1.4,
    infer=_more_rows,
    deepest=NEAR,
)
def continue_down(grid: Array, percent: int, up: bool) -> Array:
    """Continue the pattern downwards (or upwards) until the grid has `percent` per cent of its rows."""
    if up:
        return continue_down(grid[::-1], percent, up=False)[::-1]
    rows = grid.shape[0] * percent // 100
    longer: Array = grid[np.arange(rows) % smallest_period(grid)]
    return longer


@operation(
    "Continue the pattern to the {left:left|right} until there are {percent} per cent of the columns",
    length=1.4,
    infer=_more_columns,
    deepest=NEAR,
)
def continue_right(grid: Array, percent: int, left: bool) -> Array:
    """Continue the pattern to the right (or left) until the grid has `percent` per cent of its columns."""
    return continue_down(grid.T, percent, left).T


@operation(length=1.3, deepest=NEAR)
def repeat_content(grid: Array) -> Array:
    """Repeat the rows that are not black upwards and downwards until they fill the grid."""
    filled = np.flatnonzero(grid.any(axis=1))
    if not filled.size or filled[-1] - filled[0] + 1 == grid.shape[0]:
        raise ValueError("there is nothing to repeat, or no room")
    top, height = filled[0], filled[-1] - filled[0] + 1
    repeated: Array = grid[top + (np.arange(grid.shape[0]) - top) % height]
    return repeated


@operation(length=1.3, deepest=NEAR)
def repeat_content_across(grid: Array) -> Array:
    """Repeat the columns that are not black to the left and right until they fill the grid."""
    return repeat_content(grid.T).T


@operation(length=1.2, deepest=NEAR)
def smooth_stripes(grid: Array) -> Array:
    """Make each row, or else each column, plain in its most frequent colour: whichever changes fewer cells."""
    by_row = np.array([np.bincount(row).argmax() for row in grid])[:, None]
    by_column = np.array([np.bincount(column).argmax() for column in grid.T])[None, :]
    horizontal = (grid != by_row).sum() <= (grid != by_column).sum()
    return np.broadcast_to(by_row if horizontal else by_column, grid.shape)


@operation(
    "Draw a column for each colour besides black, as high as it has cells, {ascending:lowest|highest} first, aligned at the top",
    options(ascending=BOTH),
    length=1.3,
    deepest=NEAR,
)
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


@operation(length=1.3)
def list_cells(grid: Array) -> Array:
    """All cells that are not black, in reading order, as one row."""
    cells: Array = grid[grid != 0]
    if not 0 < cells.size <= 30:
        raise ValueError("there are no cells, or too many")
    return cells[None, :]


@operation(
    "Draw a square with a {falling:falling|rising} diagonal of {pick}; its side is {count}",
    options(count=group("count"), pick=group("main"), falling=BOTH),
    length=1.5,
    last=True,
)
def diagonal_of(grid: Array, count: Number, pick: Pick, falling: bool) -> Array:
    """A square with a diagonal of the colour that `pick` names; its side is what `count` says about the grid."""
    side = count(grid)
    if not 1 <= side <= 30:
        raise ValueError("the square would be empty or too large")
    square = np.eye(side, dtype=int) * pick(grid)
    return square if falling else square[::-1]


@operation(
    "Draw a {across:row|column} of {pick}; its length is {count}",
    options(count=group("count"), pick=group("main"), across=BOTH),
    length=1.5,
    last=True,
)
def bar_of_length(grid: Array, count: Number, pick: Pick, across: bool) -> Array:
    """A row (or column) of the colour that `pick` names; its length is what `count` says about the grid."""
    length = count(grid)
    if not 1 <= length <= 30:
        raise ValueError("the bar would be empty or too long")
    return np.full((1, length) if across else (length, 1), pick(grid))


@operation(
    "In a black grid of {height} x {width} paint the first cells in {pick}: as many as {count}",
    in_output_shape(count=group("count"), pick=group("main")),
    length=1.5,
    deepest=NEAR,
)
def fill_cells(grid: Array, count: Number, pick: Pick, height: int, width: int) -> Array:
    """A `height` x `width` grid of which the first cells, as many as `count` says, have the colour that `pick` names."""
    cells = count(grid)
    if cells > height * width:
        raise ValueError("there is no room for so many cells")
    result = np.zeros(height * width, dtype=int)
    result[:cells] = pick(grid)
    return result.reshape(height, width)


@operation(
    "Cut out the largest one-coloured frame with what lies in it, smaller by {inset} on each side",
    options(inset=(0, 1, 2)),
    length=1.2,
    deepest=SHALLOW,
)
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


@operation(
    "Cut out the rectangle whose four corners are marked with one colour, smaller by {inset} on each side",
    options(inset=(0, 1)),
    length=1.2,
    deepest=SHALLOW,
)
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


@operation(
    "Lay the grid and its mirror image alternately {across:beside|below} each other, {times} in all, sharing the line where they meet",
    length=1.4,
    infer=_bounces,
    deepest=NEAR,
)
def bounce(grid: Array, times: int, across: bool) -> Array:
    """Lay the grid and its mirror image alternately below (or beside) each other; the line where they meet is shared."""
    if across:
        return bounce(grid.T, times, across=False).T
    image = [grid if turn % 2 == 0 else grid[::-1] for turn in range(times)]
    return np.vstack([grid, *[part[1:] for part in image[1:]]])


@operation(
    "Complete the picture to be mirror-symmetric about the middle of the {colour} cells",
    per_colour(),
    length=1.3,
    deepest=NEAR,
)
def mirror_about(grid: Array, colour: Colour) -> Array:
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


@operation(
    "Complete the picture by quarter turns about the middle of the {colour} cells",
    per_colour(),
    length=1.3,
    deepest=NEAR,
)
def rotate_about(grid: Array, colour: Colour) -> Array:
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
