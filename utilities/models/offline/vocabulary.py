"""What an operation of the language is, and the facts and constants from which its choices are made.

The operations themselves are listed in catalogue.py and layer_catalogue.py.
"""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from utilities.models.offline.dsl import colours, geometry, measures
from utilities.models.offline.dsl.types import Array


@dataclass(frozen=True)
class Facts:
    """What the train pairs tell before any search."""

    inputs: tuple[Array, ...]
    outputs: tuple[Array, ...]

    @cached_property
    def colours(self) -> list[int]:
        """Colours but black that most train inputs have."""
        present = [set(np.unique(grid).tolist()) for grid in self.inputs]
        return [k for k in range(1, 10) if sum(k in some for some in present) * 2 > len(present)]

    @cached_property
    def new_colours(self) -> list[int]:
        """Colours but black that every train output has."""
        return [k for k in range(1, 10) if all((grid == k).any() for grid in self.outputs)]

    @cached_property
    def output_shape(self) -> tuple[int, int] | None:
        """(height, width) of all train outputs, if they have the same."""
        height, width = self.outputs[0].shape
        return (height, width) if all(grid.shape == (height, width) for grid in self.outputs) else None


Constants = dict[str, Any]
Choices = Callable[[Facts], Iterable[Constants]]


@dataclass(frozen=True)
class Operation:
    """One operation of the language."""

    function: Callable[..., Any]
    takes: str
    """`grid`, `scene` or `pieces`."""
    gives: str
    """The same, or `layer`."""
    choices: Choices
    """The constants to try for the function's other arguments."""
    cost: float = 1.0
    last: bool = False
    """Only of use when its result has the outputs' shapes."""
    deepest: float = 99.0
    """Only applied to values whose programs cost no more than this."""


def options(**names: Iterable[Any]) -> Choices:
    """Every combination of the given values."""
    rows = [dict(zip(names, values, strict=True)) for values in itertools.product(*names.values())]
    return lambda facts: rows


def per_colour(**names: Iterable[Any]) -> Choices:
    """Every colour of the inputs as `colour`, with every combination of the other values."""
    rest = options(**names)
    return lambda facts: [{"colour": k, **row} for k in facts.colours for row in rest(facts)]


def per_target(**names: Iterable[Any]) -> Choices:
    """Every colour of the inputs as `target`, with every combination of the other values."""
    rest = options(**names)
    return lambda facts: [{"target": k, **row} for k in facts.colours for row in rest(facts)]


def hidden_colours(**names: Iterable[Any]) -> Choices:
    """Every colour of the inputs and black as the one that hides, with every combination of the other values."""
    rest = options(**names)
    return lambda facts: [{"hidden": k, **row} for k in [*facts.colours, 0] for row in rest(facts)]


def in_output_shape(**names: Iterable[Any]) -> Choices:
    """The height and width of the outputs, if all have the same, with every combination of the other values."""
    rest = options(**names)
    return lambda facts: (
        [{"height": facts.output_shape[0], "width": facts.output_shape[1], **row} for row in rest(facts)]
        if facts.output_shape
        else []
    )


ALONE = options()
BOTH = (False, True)
TURNS = [
    geometry.flip_left_right,
    geometry.flip_top_bottom,
    geometry.rotate_half_turn,
    geometry.rotate_clockwise,
    geometry.rotate_anticlockwise,
    geometry.transpose,
    geometry.transpose_other,
]
PICKS = [colours.main_colour, colours.rarest_colour, colours.second_colour]
ALL_PICKS = [*PICKS, colours.most_frequent_colour, colours.first_colour, colours.single_cell_colour]
NUMBERS = [
    measures.count_cells,
    measures.area,
    measures.height,
    measures.width,
    measures.count_colours,
    measures.count_gaps,
    measures.count_holes,
    measures.count_rare_cells,
]
YES_NO = [
    measures.is_symmetric,
    measures.is_mirror,
    measures.is_square,
    measures.is_tall,
    measures.has_hole,
    measures.is_full,
]
SHAPES = [measures.outline, measures.turned_outline, measures.pattern]
COUNTS = [
    measures.count_colours,
    measures.count_cells,
    measures.count_pieces,
    measures.height,
    measures.width,
    measures.count_gaps,
]
UP, DOWN, LEFT, RIGHT = (-1, 0), (1, 0), (0, -1), (0, 1)
STRAIGHT = [UP, DOWN, LEFT, RIGHT]
SLANTED = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
