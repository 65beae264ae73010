"""Operations on colours: which one stands out, keep or drop one, where a colour lies."""

from collections.abc import Callable

import numpy as np

from utilities.models.offline.dsl.types import Array


def most_frequent_colour(grid: Array) -> int:
    """The most frequent colour; of equally frequent ones the lowest."""
    return int(np.bincount(grid.ravel(), minlength=10).argmax())


def main_colour(grid: Array) -> int:
    """The most frequent colour that is not black; 0 when there is none."""
    counts = np.bincount(grid.ravel(), minlength=10)
    counts[0] = 0
    return int(counts.argmax())


def rarest_colour(grid: Array) -> int:
    """The least frequent colour that is present and not black; 0 when there is none."""
    counts = np.bincount(grid.ravel(), minlength=10)
    present = [colour for colour in range(1, len(counts)) if counts[colour]]
    return min(present, key=lambda colour: int(counts[colour]), default=0)


def second_colour(grid: Array) -> int:
    """The second most frequent colour that is not black; 0 when there is none."""
    counts = np.bincount(grid.ravel(), minlength=10)
    present = [colour for colour in range(1, len(counts)) if counts[colour]]
    ranked = sorted(present, key=lambda colour: -int(counts[colour]))
    return ranked[1] if len(ranked) > 1 else 0


def first_colour(grid: Array) -> int:
    """The colour of the top left cell."""
    return int(grid[0, 0])


def single_cell_colour(grid: Array) -> int:
    """The colour but black that a single cell has; 0 when there is none or more than one such colour."""
    counts = np.bincount(grid.ravel(), minlength=10)
    single = [colour for colour in range(1, 10) if counts[colour] == 1]
    return single[0] if len(single) == 1 else 0


def keep_colour(grid: Array, colour: int) -> Array:
    """Make everything black that is not of `colour`."""
    return np.where(grid == colour, grid, 0)


def drop_colour(grid: Array, colour: int) -> Array:
    """Make the cells of `colour` black."""
    return np.where(grid == colour, 0, grid)


def keep(grid: Array, pick: Callable[[Array], int]) -> Array:
    """Make everything black that is not of the colour that `pick` names."""
    return keep_colour(grid, pick(grid))


def drop(grid: Array, pick: Callable[[Array], int]) -> Array:
    """Make the cells of the colour that `pick` names black."""
    return drop_colour(grid, pick(grid))


def swap_background(grid: Array) -> Array:
    """Exchange black and the most frequent colour, so that the background is black."""
    background = most_frequent_colour(grid)
    return np.where(grid == background, 0, np.where(grid == 0, background, grid))


def swap_two(grid: Array) -> Array:
    """Exchange the two colours of a grid that has exactly two besides black."""
    present = [colour for colour in np.unique(grid) if colour]
    if len(present) != 2:
        raise ValueError("the grid does not have two colours")
    first, second = present
    return np.where(grid == first, second, np.where(grid == second, first, grid))


def all_of(grid: Array, pick: Callable[[Array], int]) -> Array:
    """Fill the whole grid with the colour that `pick` names."""
    return np.full_like(grid, pick(grid))


def one_cell(grid: Array, pick: Callable[[Array], int]) -> Array:
    """A single cell of the colour that `pick` names."""
    return np.array([[pick(grid)]])


def paint_content(grid: Array, pick: Callable[[Array], int]) -> Array:
    """Give every cell that is not black the colour that `pick` names."""
    return np.where(grid != 0, pick(grid), 0)


def paint_background(grid: Array, pick: Callable[[Array], int]) -> Array:
    """Give every black cell the colour that `pick` names."""
    return np.where(grid == 0, pick(grid), grid)


def coloured(grid: Array) -> Array:
    """1 where the grid is not black, else 0."""
    return np.where(grid != 0, 1, 0)


def black(grid: Array) -> Array:
    """1 where the grid is black, else 0."""
    return np.where(grid == 0, 1, 0)


def most_frequent(grid: Array) -> Array:
    """1 where the grid has its most frequent colour, else 0."""
    return np.where(grid == most_frequent_colour(grid), 1, 0)


def rarest(grid: Array) -> Array:
    """1 where the grid has its rarest colour (black does not count), else 0."""
    return np.where(grid == rarest_colour(grid), 1, 0)


def main(grid: Array) -> Array:
    """1 where the grid has its most frequent colour (black does not count), else 0."""
    return np.where(grid == main_colour(grid), 1, 0)
