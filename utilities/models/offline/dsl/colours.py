"""Operations on colours: which one stands out, keep or drop one, where a colour lies."""

import numpy as np

from utilities.models.offline.declare import NEAR, group, operation, options, per_colour, says
from utilities.models.offline.dsl.types import Array, Colour, Layer, Pick


@says("the most frequent colour", "any_pick")
def most_frequent_colour(grid: Array) -> Colour:
    """The most frequent colour; of equally frequent ones the lowest."""
    return int(np.bincount(grid.ravel(), minlength=10).argmax())


@says("the most frequent colour besides black", "pick", "any_pick", "main", "tellable")
def main_colour(grid: Array) -> Colour:
    """The most frequent colour that is not black; 0 when there is none."""
    counts = np.bincount(grid.ravel(), minlength=10)
    counts[0] = 0
    return int(counts.argmax())


@says("the rarest colour besides black", "pick", "any_pick", "tellable")
def rarest_colour(grid: Array) -> Colour:
    """The least frequent colour that is present and not black; 0 when there is none."""
    counts = np.bincount(grid.ravel(), minlength=10)
    present = [colour for colour in range(1, len(counts)) if counts[colour]]
    return min(present, key=lambda colour: int(counts[colour]), default=0)


@says("the second most frequent colour besides black", "pick", "any_pick")
def second_colour(grid: Array) -> Colour:
    """The second most frequent colour that is not black; 0 when there is none."""
    counts = np.bincount(grid.ravel(), minlength=10)
    present = [colour for colour in range(1, len(counts)) if counts[colour]]
    ranked = sorted(present, key=lambda colour: -int(counts[colour]))
    return ranked[1] if len(ranked) > 1 else 0


@says("the colour of the top left cell", "any_pick")
def first_colour(grid: Array) -> Colour:
    """The colour of the top left cell."""
    return int(grid[0, 0])


@says("the colour that a single cell has", "any_pick")
def single_cell_colour(grid: Array) -> Colour:
    """The colour but black that a single cell has; 0 when there is none or more than one such colour."""
    counts = np.bincount(grid.ravel(), minlength=10)
    single = [colour for colour in range(1, 10) if counts[colour] == 1]
    return single[0] if len(single) == 1 else 0


@operation("Keep only the {colour} cells and make the rest black", per_colour(), length=1.2)
def keep_colour(grid: Array, colour: Colour) -> Array:
    """Make everything black that is not of `colour`."""
    return np.where(grid == colour, grid, 0)


@operation("Make the {colour} cells black", per_colour(), length=1.2)
def drop_colour(grid: Array, colour: Colour) -> Array:
    """Make the cells of `colour` black."""
    return np.where(grid == colour, 0, grid)


@operation("Keep only the cells of {pick} and make the rest black", options(pick=group("pick")), length=1.3)
def keep(grid: Array, pick: Pick) -> Array:
    """Make everything black that is not of the colour that `pick` names."""
    return keep_colour(grid, pick(grid))


@operation("Make the cells of {pick} black", options(pick=group("pick")), length=1.3)
def drop(grid: Array, pick: Pick) -> Array:
    """Make the cells of the colour that `pick` names black."""
    return drop_colour(grid, pick(grid))


@operation(length=0.6)
def swap_background(grid: Array) -> Array:
    """Exchange black and the most frequent colour, so that the background is black."""
    background = most_frequent_colour(grid)
    return np.where(grid == background, 0, np.where(grid == 0, background, grid))


@operation(length=1.2)
@says("with its two colours exchanged", "stamp")
def swap_two(grid: Array) -> Array:
    """Exchange the two colours of a grid that has exactly two besides black."""
    present = [colour for colour in np.unique(grid) if colour]
    if len(present) != 2:
        raise ValueError("the grid does not have two colours")
    first, second = present
    return np.where(grid == first, second, np.where(grid == second, first, grid))


@operation(
    "Fill the whole grid with {pick}", options(pick=group("any_pick")), length=1.5, last=True, deepest=NEAR
)
def all_of(grid: Array, pick: Pick) -> Array:
    """Fill the whole grid with the colour that `pick` names."""
    return np.full_like(grid, pick(grid))


@operation("Answer with a single cell of {pick}", options(pick=group("any_pick")), length=1.5, last=True)
def one_cell(grid: Array, pick: Pick) -> Array:
    """A single cell of the colour that `pick` names."""
    return np.array([[pick(grid)]])


@operation("Paint everything that is not black in {pick}", options(pick=group("any_pick")), length=1.4)
def paint_content(grid: Array, pick: Pick) -> Array:
    """Give every cell that is not black the colour that `pick` names."""
    return np.where(grid != 0, pick(grid), 0)


@operation("Paint everything black in {pick}", options(pick=group("any_pick")), length=1.4)
def paint_background(grid: Array, pick: Pick) -> Array:
    """Give every black cell the colour that `pick` names."""
    return np.where(grid == 0, pick(grid), grid)


@operation("whether it is coloured (1) or black (0)", length=0.2)
@says("is coloured", "where")
def coloured(grid: Array) -> Layer:
    """1 where the grid is not black, else 0."""
    return np.where(grid != 0, 1, 0)


@says("is black", "where")
def black(grid: Array) -> Array:
    """1 where the grid is black, else 0."""
    return np.where(grid == 0, 1, 0)


@says("has the most frequent colour", "where")
def most_frequent(grid: Array) -> Array:
    """1 where the grid has its most frequent colour, else 0."""
    return np.where(grid == most_frequent_colour(grid), 1, 0)


@says("has the rarest colour besides black", "where")
def rarest(grid: Array) -> Array:
    """1 where the grid has its rarest colour (black does not count), else 0."""
    return np.where(grid == rarest_colour(grid), 1, 0)


@says("has the most frequent colour besides black", "where")
def main(grid: Array) -> Array:
    """1 where the grid has its most frequent colour (black does not count), else 0."""
    return np.where(grid == main_colour(grid), 1, 0)
