"""Ways of looking at a task in which more pairs look alike; at the end all that there are."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from utilities.models.offline.declare import sentence
from utilities.models.offline.dsl.types import Array


@sentence("Exchange black and the input's most frequent colour")
def exchange_background(picture: Array, grid: Array) -> Array:
    """Exchange black and the input grid's most frequent colour in the picture."""
    background = int(np.bincount(grid.ravel()).argmax())
    return np.where(picture == background, 0, np.where(picture == 0, background, picture))


def colour_order(grid: Array) -> list[int]:
    """All ten colours: black, the others of the grid from frequent to rare, then those that it does not have."""
    counts = np.bincount(grid.ravel(), minlength=10).tolist()
    return [0, *sorted(range(1, 10), key=lambda colour: (-counts[colour], colour))]


@sentence("Number the colours by how frequent they are in the input: 1 is the most frequent besides black")
def rank_colours(picture: Array, grid: Array) -> Array:
    """Number the picture's colours by how frequent they are in the input grid: 1 for the most frequent besides black."""
    ranks = np.argsort(colour_order(grid))
    return np.asarray(ranks[picture])


@sentence("Turn these numbers back into the colours of the input")
def unrank_colours(picture: Array, grid: Array) -> Array:
    """Turn colour numbers by frequency in the input grid back into the colours themselves."""
    return np.asarray(np.array(colour_order(grid))[picture])


@sentence("Mirror the picture at its main diagonal if the input is higher than wide")
def lay_flat(picture: Array, grid: Array) -> Array:
    """Mirror the picture at its main diagonal if the input grid is higher than wide."""
    return picture.T if grid.shape[0] > grid.shape[1] else picture


@dataclass(frozen=True)
class View:
    """A way of looking at the pairs: `see` changes a picture as its input grid demands, `undo` changes it back."""

    see: Callable[[Array, Array], Array]
    undo: Callable[[Array, Array], Array]


VIEWS = (
    View(exchange_background, exchange_background),
    View(rank_colours, unrank_colours),
    View(lay_flat, lay_flat),
)
