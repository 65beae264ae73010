"""Steps that are learned from the train pairs: decision tables over layers, and choices between two grids."""

from collections.abc import Callable

import numpy as np

from utilities.models.offline.dsl.types import Array, Measured


def recolour(grid: Array, new_colours: dict[int, int]) -> Array:
    """Replace colours as the table says; a colour that is not in it stays."""
    return np.array([[new_colours.get(cell, cell) for cell in row] for row in grid.tolist()])


def decide_cells(grid: Array, layers: list[Array], table: dict[tuple[int, ...], int]) -> Array:
    """Recolour cells by the values that the layers have there; where these are not in the table the colour stays."""
    result = grid.copy()
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            result[i, j] = table.get(tuple(int(layer[i, j]) for layer in layers), grid[i, j])
    return result


def choose_cells(grid: Array, other: Array, layers: list[Array], where: set[tuple[int, ...]]) -> Array:
    """Take a cell from the other grid where the layers' values are in `where`, else from the first."""
    result = grid.copy()
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            if tuple(int(layer[i, j]) for layer in layers) in where:
                result[i, j] = other[i, j]
    return result


def paint_like(picture: Array, grid: Array, pick: Callable[[Array], int]) -> Array:
    """Give the picture's coloured cells the colour of the input grid that `pick` names."""
    return np.where(picture != 0, pick(grid), 0)


def answer_by(
    grid: Array, by: Callable[[Array], Measured], answers: dict[Measured, list[list[int]]]
) -> Array:
    """The whole answer looked up by what `by` says about the grid."""
    found = by(grid)
    if found not in answers:
        raise ValueError(f"no train pair shows what to do for {found}")
    return np.array(answers[found])
