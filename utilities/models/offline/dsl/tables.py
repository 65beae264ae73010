"""Steps that are learned from the train pairs: decision tables over layers, and choices between two grids."""

from collections.abc import Callable

import numpy as np

from utilities.models.offline.dsl.types import Array, Measured


def recolour(grid: Array, new_colours: dict[int, int]) -> Array:
    """Replace colours as the table says; a colour that is not in it stays."""
    return np.array([[new_colours.get(cell, cell) for cell in row] for row in grid.tolist()])


def decide_cells(layers: list[Array], table: dict[tuple[int, ...], int]) -> Array:
    """Colour each cell by the values that the layers have there; values not in the table keep the first layer's colour."""
    rows, columns = layers[0].shape
    return np.array(
        [
            [
                table.get(tuple(int(layer[i, j]) for layer in layers), int(layers[0][i, j]))
                for j in range(columns)
            ]
            for i in range(rows)
        ]
    )


def choose_cells(grid: Array, other: Array, layers: list[Array], where: set[tuple[int, ...]]) -> Array:
    """Take a cell from `other` where the layers' values are in `where`, else from `grid`."""
    rows, columns = grid.shape
    return np.array(
        [
            [
                other[i, j] if tuple(int(layer[i, j]) for layer in layers) in where else grid[i, j]
                for j in range(columns)
            ]
            for i in range(rows)
        ]
    )


def answer_by(
    grid: Array, by: Callable[[Array], Measured], answers: dict[Measured, list[list[int]]]
) -> Array:
    """The whole answer looked up by what `by` says about the grid."""
    found = by(grid)
    if found not in answers:
        raise ValueError(f"no train pair shows what to do for {found}")
    return np.array(answers[found])
