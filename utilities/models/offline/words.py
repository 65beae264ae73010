"""Steps and constants in words, from the operations' declarations: colours by name, moves by direction.

Not here: the trace as a whole (explain.py).
"""

import string
from collections.abc import Callable, Sequence
from typing import Any

from utilities.grid import COLOUR_NAMES
from utilities.models.offline.declare import hints, kinds, numbering_of, phrase_of, sentence_of
from utilities.models.offline.dsl import types
from utilities.models.offline.program import Step

MOST_ENTRIES = 12
"""Of a longer table only the first entries are told."""
_DIRECTIONS = {(-1, 0): "up", (1, 0): "down", (0, -1): "to the left", (0, 1): "to the right"}
_AXES = ("row", "column", "diagonal")


class _Filler(string.Formatter):
    """Fills declared words: `{name}` in words, `{name:one|other}` by truth, `{colour:word}` for no colour in particular."""

    def __init__(self, function: Callable[..., Any], numbered: bool) -> None:
        self.types = hints(function)
        self.numbered = numbered

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Any) -> Any:
        return kwargs[key], self.types[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        constant, annotation = value
        if isinstance(constant, bool):
            yes, _, no = format_spec.partition("|")
            return yes if constant else no
        if format_spec and annotation == types.Colour and constant == 0:
            return format_spec
        return in_words(constant, annotation, self.numbered)


def sentence(step: Step) -> str:
    """What the step does, with its constants; for a layer what it notes. No full stop."""
    if step.function is None:
        return "the input"
    filled = _Filler(step.function, takes_numbers(step)).format(
        sentence_of(step.function), **dict(step.constants)
    )
    return f"For each cell note {filled}" if is_layer(step) else filled


def noted(step: Step) -> str:
    """What a layer says about a cell, as a noun phrase; of a grid it is the cell's colour there."""
    if step.function is None or not is_layer(step):
        return "its colour"
    return sentence(step).removeprefix("For each cell note ")


def gives_numbers(step: Step) -> bool:
    """Whether numbers stand for colours in what the step gives."""
    told = None if step.function is None else numbering_of(step.function)
    return any(map(gives_numbers, step.parents())) if told is None else told


def takes_numbers(step: Step) -> bool:
    """Whether numbers stand for colours in what the step takes, and so in its constants."""
    changes = step.function is not None and numbering_of(step.function) is not None
    return not changes and any(map(gives_numbers, step.parents()))


def is_layer(step: Step) -> bool:
    """Whether the step gives a layer for rules to look at."""
    return step.function is not None and kind_of(step) in ("layer", "tint")


def kind_of(step: Step) -> str:
    """What the step gives: grid, scene, pieces, layer or tint."""
    return "grid" if step.function is None else kinds(step.function)[1]


def in_words(constant: Any, annotation: Any = None, numbered: bool = False) -> str:
    """A constant in words; `numbered`: numbers stand for colours."""
    if annotation == types.Colour:
        return colour(constant, numbered)
    if annotation == types.Axis:
        return _AXES[constant]
    if callable(constant):
        return phrase_of(constant)
    if isinstance(constant, tuple):
        return _move(constant)
    if isinstance(constant, list):
        return _listed(constant)
    if isinstance(constant, dict):
        return ", ".join(
            f"{colour(old, numbered)} becomes {colour(new, numbered)}" for old, new in constant.items()
        )
    return str(constant)


def colour(value: int, numbered: bool = False) -> str:
    """A colour by its name, or by its number; one that is none (beyond the edge, black areas as objects) in words too."""
    if not numbered and 0 <= value < len(COLOUR_NAMES):
        return COLOUR_NAMES[value]
    return "beyond the edge" if value < 0 else f"number {value}"


def _move(move: tuple[int, int]) -> str:
    down, right = (1 if part > 0 else -1 for part in move)
    parts = [(abs(move[0]), _DIRECTIONS[(down, 0)]), (abs(move[1]), _DIRECTIONS[(0, right)])]
    if max(abs(move[0]), abs(move[1])) <= 1:
        return " and ".join(words for count, words in parts if count) or "nothing"
    return " and ".join(f"{count} {words}" for count, words in parts if count)


def _listed(items: list[Any]) -> str:
    if items and isinstance(items[0], list):
        return "; ".join(f"row {number}: {_listed(row)}" for number, row in enumerate(items, start=1))
    if len(items) == 8:
        return "in all eight directions"
    return ", ".join(in_words(item) for item in items)
