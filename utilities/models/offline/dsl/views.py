"""Ways of looking at a task in which more pairs look alike; at the end all that there are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from utilities.models.offline.declare import Constants, Facts, sentence
from utilities.models.offline.dsl.types import Array, Colour

Value = TypeVar("Value")


def as_is(picture: Array) -> Array:
    """The picture itself."""
    return picture


@sentence("Exchange black and the input's most frequent colour")
def exchange_background(picture: Array, grid: Array) -> Array:
    """Exchange black and the input grid's most frequent colour in the picture."""
    background = int(np.bincount(grid.ravel()).argmax())
    return np.where(picture == background, 0, np.where(picture == 0, background, picture))


def colour_order(grid: Array, background: int) -> list[int]:
    """All ten colours: the background, the others of the grid from frequent to rare, then those that it does not have."""
    counts = np.bincount(grid.ravel(), minlength=10).tolist()
    others = [colour for colour in range(10) if colour != background]
    return [background, *sorted(others, key=lambda colour: -counts[colour])]


@sentence(
    "Number the colours by how frequent they are in the input: {background} is 0, the most frequent other one is 1",
    numbering=True,
)
def rank_colours(picture: Array, grid: Array, background: Colour) -> Array:
    """Number the picture's colours by how frequent they are in the input grid; the background is 0."""
    ranks = np.argsort(colour_order(grid, background))
    return np.asarray(ranks[picture])


@sentence("Turn these numbers back into the colours of the input", numbering=False)
def unrank_colours(picture: Array, grid: Array, background: Colour) -> Array:
    """Turn colour numbers by frequency in the input grid back into the colours themselves."""
    return np.asarray(np.array(colour_order(grid, background))[picture])


@sentence("Mirror the picture at its main diagonal if the input is higher than wide")
def lay_flat(picture: Array, grid: Array) -> Array:
    """Mirror the picture at its main diagonal if the input grid is higher than wide."""
    return picture.T if grid.shape[0] > grid.shape[1] else picture


@sentence("Exchange black and {colour}, the background of all inputs")
def exchange_black(picture: Array, colour: Colour) -> Array:
    """Exchange black and `colour` in the picture."""
    return np.where(picture == colour, 0, np.where(picture == 0, colour, picture))


def _background(facts: Facts) -> int:
    """The colour that is the most frequent one in every train input; black when there is none."""
    mains = {int(np.bincount(grid.ravel()).argmax()) for grid in facts.inputs}
    return mains.pop() if len(mains) == 1 else 0


def _other_background(facts: Facts) -> Constants | None:
    background = _background(facts)
    return {"colour": background} if background else None


@dataclass(frozen=True)
class View:
    """A way of looking at the pairs: `see` changes a picture (as its input grid demands, where it takes one too), `undo` changes it back."""

    see: Callable[..., Array]
    undo: Callable[..., Array]
    infer: Callable[[Facts], Constants | None] = lambda facts: {}
    """The other constants of both; None when the view is of no use for the task."""
    length: float = 1.5


def view_arguments(function: Callable[..., Array], picture: Value, grid: Value) -> tuple[Value, ...]:
    """What `see` and `undo` are called with, constants apart: the picture, and the input grid where they look at it."""
    return (picture, grid) if "grid" in function.__annotations__ else (picture,)


AS_IS = View(as_is, as_is, length=0.0)
BACKGROUND = View(exchange_black, exchange_black, _other_background, length=0.5)
"""Comes first where a task has a background that is not black: black is nothing special then."""
VIEWS = (
    View(exchange_background, exchange_background),
    View(rank_colours, unrank_colours, lambda facts: {"background": _background(facts)}),
    View(lay_flat, lay_flat),
)
