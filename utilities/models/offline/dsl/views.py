"""Ways of looking at a task in which more pairs look alike: each turns a picture as the input grid demands, and back."""

import numpy as np

from utilities.models.offline.dsl.types import Array


def exchange_background(picture: Array, grid: Array) -> Array:
    """Exchange black and the input grid's most frequent colour in the picture."""
    background = int(np.bincount(grid.ravel()).argmax())
    return np.where(picture == background, 0, np.where(picture == 0, background, picture))


def colour_order(grid: Array) -> list[int]:
    """All ten colours: black, the others of the grid from frequent to rare, then those that it does not have."""
    counts = np.bincount(grid.ravel(), minlength=10).tolist()
    return [0, *sorted(range(1, 10), key=lambda colour: (-counts[colour], colour))]


def rank_colours(picture: Array, grid: Array) -> Array:
    """Number the picture's colours by how frequent they are in the input grid: 1 for the most frequent besides black."""
    ranks = np.argsort(colour_order(grid))
    return np.asarray(ranks[picture])


def unrank_colours(picture: Array, grid: Array) -> Array:
    """Turn colour numbers by frequency in the input grid back into the colours themselves."""
    return np.asarray(np.array(colour_order(grid))[picture])


def lay_flat(picture: Array, grid: Array) -> Array:
    """Mirror the picture at its main diagonal if the input grid is higher than wide."""
    return picture.T if grid.shape[0] > grid.shape[1] else picture
