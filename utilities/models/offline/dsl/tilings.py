"""Operations that build a grid from copies of another, or undo that: tilings, scalings, mosaics."""

from collections.abc import Sequence
from itertools import takewhile

import numpy as np

from utilities.models.offline.declare import Facts, Inferred, group, operation, options, says
from utilities.models.offline.dsl.types import Array, Change, Number


def _factors(values: Sequence[Array], facts: Facts) -> Inferred:
    """How many times higher and wider than the grids the outputs are."""
    pairs = list(zip(values, facts.outputs, strict=True))
    down, across = (pairs[0][1].shape[axis] // pairs[0][0].shape[axis] for axis in (0, 1))
    if down * across > 1 and all(o.shape == (g.shape[0] * down, g.shape[1] * across) for g, o in pairs):
        yield {"down": down, "across": across}, 0.0


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
