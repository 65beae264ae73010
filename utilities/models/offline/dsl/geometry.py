"""Operations on the whole grid's shape: symmetries, crops, scalings, tilings and mosaics. Colours stay as they are."""

from collections.abc import Sequence
from itertools import takewhile

import numpy as np

from utilities.models.offline.declare import (
    BOTH,
    NEAR,
    Constants,
    Facts,
    Inferred,
    group,
    in_output_shape,
    operation,
    options,
    per_colour,
    says,
)
from utilities.models.offline.dsl.types import Array, Change, Colour, Move, Number, Pick

_ONE_OR_NONE = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
_TWO_OR_LESS = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]


def _factors(values: Sequence[Array], facts: Facts) -> Inferred:
    """How many times higher and wider than the grids the outputs are."""
    pairs = list(zip(values, facts.outputs, strict=True))
    down, across = (pairs[0][1].shape[axis] // pairs[0][0].shape[axis] for axis in (0, 1))
    if down * across > 1 and all(o.shape == (g.shape[0] * down, g.shape[1] * across) for g, o in pairs):
        yield {"down": down, "across": across}, 0.0


def _new_colours(facts: Facts) -> list[Constants]:
    return [{"colour": k} for k in facts.new_colours]


def _layout(values: Sequence[Array], facts: Facts) -> Inferred:
    """Which change of the grid each block of the outputs is; nothing when some block is none."""
    for factors, _ in _factors(values, facts):
        down, across = factors["down"], factors["across"]
        blocks = [
            [block for row in np.vsplit(output, down) for block in np.hsplit(row, across)]
            for output in facts.outputs
        ]
        found = (_change(values, shown) for shown in zip(*blocks, strict=True))
        changes = list(takewhile(lambda change: change is not None, found))
        if len(changes) == down * across <= 64:
            layout = [changes[i * across : (i + 1) * across] for i in range(down)]
            yield {"layout": layout}, 0.1 * down * across


def _change(values: Sequence[Array], blocks: Sequence[Array]) -> Change | None:
    """The change that makes each grid its block."""
    for change in group("tile")():
        if all(np.array_equal(change(grid), block) for grid, block in zip(values, blocks, strict=True)):
            return change
    return None


@says("as it is", "tile", "stamp")
def same(grid: Array) -> Array:
    """The grid itself."""
    return grid


@operation(length=1.05)
@says("mirrored left to right", "turn", "tile")
def flip_left_right(grid: Array) -> Array:
    """Mirror the grid: left becomes right."""
    return grid[:, ::-1]


@operation(length=1.05)
@says("mirrored top to bottom", "turn", "tile")
def flip_top_bottom(grid: Array) -> Array:
    """Mirror the grid: top becomes bottom."""
    return grid[::-1]


@operation(length=1.05)
@says("rotated clockwise", "turn", "tile")
def rotate_clockwise(grid: Array) -> Array:
    """Rotate by 90 degrees clockwise."""
    return grid.T[:, ::-1]


@operation(length=1.05)
@says("rotated anticlockwise", "turn", "tile")
def rotate_anticlockwise(grid: Array) -> Array:
    """Rotate by 90 degrees anticlockwise."""
    return grid.T[::-1]


@operation(length=1.05)
@says("rotated by 180 degrees", "turn", "tile")
def rotate_half_turn(grid: Array) -> Array:
    """Rotate by 180 degrees."""
    return grid[::-1, ::-1]


@operation(length=1.05)
@says("mirrored at the main diagonal", "turn", "tile")
def transpose(grid: Array) -> Array:
    """Mirror at the main diagonal: rows become columns."""
    return grid.T


@operation(length=1.05)
@says("mirrored at the other diagonal", "turn", "tile")
def transpose_other(grid: Array) -> Array:
    """Mirror at the other diagonal (top right to bottom left)."""
    return grid[::-1, ::-1].T


@says("left black", "tile")
def blank(grid: Array) -> Array:
    """A black grid of the same shape."""
    return np.zeros_like(grid)


@operation("Tile the grid {down} times downwards and {across} times to the right", length=1.3, infer=_factors)
def repeat(grid: Array, down: int, across: int) -> Array:
    """Tile the grid `down` times downwards and `across` times to the right."""
    return np.tile(grid, (down, across))


@operation(
    "Tile the grid in both directions, as often as {count}",
    options(count=group("count")),
    length=1.5,
    last=True,
)
def repeat_by(grid: Array, count: Number) -> Array:
    """Tile the grid in both directions, as often as `count` says about it."""
    times = count(grid)
    if not 1 < times * max(grid.shape) <= 30:
        raise ValueError("the tiled grid would be too large")
    return np.tile(grid, (times, times))


@operation("Make each cell a block of {down} x {across} cells", length=1.3, infer=_factors)
def scale_up(grid: Array, down: int, across: int) -> Array:
    """Make each cell a block of `down` x `across` cells."""
    return np.repeat(np.repeat(grid, down, axis=0), across, axis=1)


@operation(
    "Make each cell a square block whose side is {count}",
    options(count=group("count")),
    length=1.5,
    last=True,
)
def scale_up_by(grid: Array, count: Number) -> Array:
    """Make each cell a square block whose side is what `count` says about the grid."""
    factor = count(grid)
    if not 1 < factor * max(grid.shape) <= 30:
        raise ValueError("the scaled grid would be too large")
    return np.repeat(np.repeat(grid, factor, axis=0), factor, axis=1)


@operation(length=1.1)
def scale_down(grid: Array) -> Array:
    """Shrink the grid by the largest factor at which every block has a single colour."""
    height, width = grid.shape
    for factor in range(min(height, width), 1, -1):
        if height % factor == 0 and width % factor == 0:
            small = grid[::factor, ::factor]
            if (np.repeat(np.repeat(small, factor, axis=0), factor, axis=1) == grid).all():
                return small
    raise ValueError("the grid is not made of blocks")


@operation(
    "Cut the grid into blocks of {factor} x {factor} and make each one cell of its most frequent colour",
    options(factor=(2, 3, 4, 5)),
    length=1.5,
)
def shrink(grid: Array, factor: int) -> Array:
    """Shrink by `factor`: each block becomes its most frequent colour."""
    height, width = grid.shape
    if height % factor or width % factor or max(height, width) == factor:
        raise ValueError("the grid cannot be cut into such blocks")
    blocks = grid.reshape(height // factor, factor, width // factor, factor).transpose(0, 2, 1, 3)
    return np.array([[np.bincount(block.ravel()).argmax() for block in row] for row in blocks])


@operation(length=1.05)
def crop_to_content(grid: Array) -> Array:
    """Cut off the black margin."""
    rows = np.flatnonzero(grid.any(axis=1))
    columns = np.flatnonzero(grid.any(axis=0))
    if not rows.size:
        raise ValueError("the grid is black")
    return grid[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@operation("Cut out the smallest rectangle that holds all {colour} cells", per_colour(), length=1.2)
def crop_to_colour(grid: Array, colour: Colour) -> Array:
    """Cut out the smallest rectangle that holds all cells of `colour`."""
    found = grid == colour
    rows = np.flatnonzero(found.any(axis=1))
    columns = np.flatnonzero(found.any(axis=0))
    if not rows.size:
        raise ValueError("there is no such colour")
    return grid[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@operation(
    "Cut out the smallest rectangle that holds all cells of {pick}", options(pick=group("pick")), length=1.3
)
def crop_to(grid: Array, pick: Pick) -> Array:
    """Cut out the smallest rectangle that holds all cells of the colour that `pick` names."""
    return crop_to_colour(grid, pick(grid))


@operation(length=1.3)
def trim_border(grid: Array) -> Array:
    """Cut one row or column off each side."""
    if min(grid.shape) < 3:
        raise ValueError("nothing would be left")
    return grid[1:-1, 1:-1]


@operation(
    "Cut out the {height} x {width} cells at the {bottom:bottom|top} {right:right|left}",
    in_output_shape(bottom=BOTH, right=BOTH),
    length=1.5,
    last=True,
)
def crop_corner(grid: Array, height: int, width: int, bottom: bool, right: bool) -> Array:
    """Cut out the `height` x `width` cells in one corner."""
    if grid.shape[0] < height or grid.shape[1] < width:
        raise ValueError("the grid is too small")
    top = grid.shape[0] - height if bottom else 0
    left = grid.shape[1] - width if right else 0
    return grid[top : top + height, left : left + width]


@operation(length=1.2)
def drop_repeats(grid: Array) -> Array:
    """Keep one of each run of equal rows, then one of each run of equal columns."""
    rows = [i for i in range(grid.shape[0]) if i == 0 or (grid[i] != grid[i - 1]).any()]
    grid = grid[rows]
    columns = [j for j in range(grid.shape[1]) if j == 0 or (grid[:, j] != grid[:, j - 1]).any()]
    return grid[:, columns]


@operation(length=1.2)
def drop_plain_lines(grid: Array) -> Array:
    """Remove the rows and the columns that have a single colour."""
    rows = (grid != grid[:, :1]).any(axis=1)
    columns = (grid != grid[:1]).any(axis=0)
    if not rows.any() or not columns.any():
        raise ValueError("nothing would be left")
    kept: Array = grid[rows][:, columns]
    return kept


@operation(length=1.2)
def drop_black_lines(grid: Array) -> Array:
    """Remove the rows and the columns that are all black."""
    if not grid.any():
        raise ValueError("nothing would be left")
    return grid[grid.any(axis=1)][:, grid.any(axis=0)]


@operation("Put a {colour} frame, one cell wide, around the grid", _new_colours, length=1.3, last=True)
def add_border(grid: Array, colour: Colour) -> Array:
    """Put a frame of `colour`, one cell wide, around the grid."""
    return np.pad(grid, 1, constant_values=colour)


@operation(
    "Put a frame around the grid that repeats its outermost cells{corners:|, with black corners}",
    options(corners=BOTH),
    length=1.5,
    last=True,
    deepest=NEAR,
)
def extend_edges(grid: Array, corners: bool) -> Array:
    """Put a frame around the grid that repeats its outermost cells; without `corners` these are black."""
    wider = np.pad(grid, 1, mode="edge")
    if not corners:
        wider[[0, 0, -1, -1], [0, -1, 0, -1]] = 0
    return wider


@operation(
    "Move everything by {move}; what leaves on one side comes back on the other",
    options(move=_ONE_OR_NONE),
    length=1.5,
    deepest=NEAR,
)
def roll(grid: Array, move: Move) -> Array:
    """Move everything; what leaves on one side comes back on the other."""
    return np.roll(grid, move, axis=(0, 1))


@operation(
    "Move everything by {move}; what leaves the grid is lost",
    options(move=_TWO_OR_LESS),
    length=1.6,
    deepest=NEAR,
)
def shift(grid: Array, move: Move) -> Array:
    """Move everything; what leaves the grid is lost, what is freed is black."""
    down, right = move
    height, width = grid.shape
    moved = np.zeros_like(grid)
    kept = grid[max(-down, 0) : max(height - down, 0), max(-right, 0) : max(width - right, 0)]
    moved[max(down, 0) : max(height + down, 0), max(right, 0) : max(width + right, 0)] = kept
    return moved


@operation("Lay out copies of the grid: {layout}", length=1.5, infer=_layout, learned=True)
def mosaic(grid: Array, layout: list[list[Change]]) -> Array:
    """Lay out turned or mirrored copies of the grid as the table `layout` says."""
    return np.vstack([np.hstack([turn(grid) for turn in row]) for row in layout])


@operation(
    "Put the grid, {turn}, in place of each of its cells that {where}; the other places stay black",
    options(where=group("where"), turn=group("stamp")),
    length=1.3,
)
def kronecker(grid: Array, where: Change, turn: Change) -> Array:
    """Replace each cell by a copy of the (turned) grid where `where` holds, and by black elsewhere."""
    if max(grid.shape) > 5:
        raise ValueError("the result would be too large")
    return np.kron(where(grid), turn(grid))


@operation(
    "Order the rows by their number of coloured cells, {fewest_first:fewest|most} first",
    options(fewest_first=BOTH),
    length=1.5,
)
def sort_rows(grid: Array, fewest_first: bool) -> Array:
    """Order the rows by their number of coloured cells; equal ones stay in order."""
    counts = (grid != 0).sum(axis=1)
    return grid[np.argsort(counts if fewest_first else -counts, kind="stable")]


@operation(
    "Order the columns by their number of coloured cells, {fewest_first:fewest|most} first",
    options(fewest_first=BOTH),
    length=1.5,
)
def sort_columns(grid: Array, fewest_first: bool) -> Array:
    """Order the columns by their number of coloured cells; equal ones stay in order."""
    return sort_rows(grid.T, fewest_first).T
