"""Declaring the grid language: each operation once, at its function, with its words and the constants to try.

Types come from the annotations (dsl/types.py), the Python of emitted programs is the function's own source. Everything
else asks the declaration: the search (which knows no operation), the explanation, the written program, the tests. Not
here: the operations (dsl/) and the order in which they are tried (catalogue.py).
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, get_type_hints

import numpy as np

from utilities.models.offline.dsl import types
from utilities.models.offline.dsl.types import Array

Function = TypeVar("Function", bound=Callable[..., Any])
Constants = dict[str, Any]

SHALLOW, NEAR = 0.65, 1.35
"""How long the program may be that a costly operation is put on: the input (or with its background exchanged), one step."""

MOST_DOUBT = 0.34
"""The largest share of a learned table's entries that only one pair may show: more is a record of the pairs, no rule."""


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


Choices = Callable[[Facts], Iterable[Constants]]
Inferred = Iterator[tuple[Constants, float]]
Infer = Callable[[Sequence[Any], Facts], Inferred]
"""From an operation's train values and the facts: constants with which it may give the outputs, and their length."""


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of the language as the search sees it."""

    function: Callable[..., Any]
    takes: str
    """`grid`, `scene` or `pieces`."""
    gives: str
    """The same, or `layer` or `tint`."""
    choices: Choices
    """The constants to try for the function's other arguments."""
    infer: Infer | None
    """Instead: constants worked out from the values and the outputs; only useful as a last step."""
    length: float
    """Of its description, added to that of the program it is put on."""
    last: bool
    """Only of use when its result has the outputs' shapes."""
    learned: bool
    """Tried on every grid once the pool has grown, not while it grows."""
    deepest: float
    """Only put on programs no longer than this."""
    with_input: bool
    """Whether the function takes the input grid too, as its second parameter."""

    @property
    def family(self) -> str:
        """The subject it belongs to: its module."""
        return self.function.__module__.rpartition(".")[2]


OPERATIONS: list[Operation] = []
"""All operations declared so far, in the order of their declarations."""
_GROUPS: dict[str, list[Callable[..., Any]]] = {}
_SENTENCES: dict[Callable[..., Any], str] = {}
_NUMBERING: dict[Callable[..., Any], bool] = {}
_PHRASES: dict[Callable[..., Any], str] = {}
_KINDS = [
    (types.Array, "grid"),
    (types.Layer, "layer"),
    (types.Tint, "tint"),
    (types.Scene, "scene"),
    (types.Pieces, "pieces"),
]


def operation(
    words: str = "",
    constants: Choices | None = None,
    *,
    length: float,
    infer: Infer | None = None,
    last: bool = False,
    learned: bool = False,
    deepest: float = 99.0,
) -> Callable[[Function], Function]:
    """Declare a function as an operation; its first parameter is what it works on, the others are its constants.

    `words`: the sentence for explanations with constants in braces, `{largest:the largest|the smallest}` for a truth
    value; without words the first line of the docstring.
    """

    def declare(function: Function) -> Function:
        _SENTENCES[function] = words or _first_line(function)
        taken = list(hints(function).values())
        OPERATIONS.append(
            Operation(
                function,
                *kinds(function),
                constants or options(),
                infer,
                length,
                last or infer is not None,
                learned,
                deepest,
                len(taken) > 2 and taken[1] == types.Array,
            )
        )
        return function

    return declare


def says(words: str, *groups: str) -> Callable[[Function], Function]:
    """Declare the words of a function as a constant of operations, and the groups from which these choose it."""

    def declare(function: Function) -> Function:
        _PHRASES[function] = words
        for name in groups:
            _GROUPS.setdefault(name, []).append(function)
        return function

    return declare


def sentence(words: str, numbering: bool | None = None) -> Callable[[Function], Function]:
    """Declare the words of a step that is not chosen from the list of operations: a rule learned, a view.

    `numbering`: after it numbers stand for colours (True), or colours are themselves again (False).
    """

    def declare(function: Function) -> Function:
        _SENTENCES[function] = words
        if numbering is not None:
            _NUMBERING[function] = numbering
        return function

    return declare


def _first_line(function: Callable[..., Any]) -> str:
    return (function.__doc__ or "").strip().splitlines()[0].rstrip(".")


def sentence_of(function: Callable[..., Any]) -> str:
    """The declared words of an operation, with braces. Raises KeyError for a function that is none."""
    return _SENTENCES[function]


def numbering_of(function: Callable[..., Any]) -> bool | None:
    """What `sentence` was told; None for all other functions."""
    return _NUMBERING.get(function)


def phrase_of(function: Callable[..., Any]) -> str:
    """The declared words of a function that is a constant. Raises KeyError for one that is none."""
    return _PHRASES[function]


def hints(function: Callable[..., Any]) -> dict[str, Any]:
    """The function's annotations by parameter, as types.py names them."""
    return get_type_hints(function, include_extras=True)


def kinds(function: Callable[..., Any]) -> tuple[str, str]:
    """What the function takes first, and what it gives. Raises TypeError when an annotation names no such type."""
    annotated = list(hints(function).items())
    names = dict(annotated)
    return _kind(annotated[0][1]), _kind(names["return"])


def _kind(annotation: Any) -> str:
    for kind, name in _KINDS:
        if annotation == kind:
            return name
    raise TypeError(f"{annotation} is no type of the grid language")


def group(*names: str) -> Callable[[], list[Callable[..., Any]]]:
    """The functions declared in any of the groups, looked up when they are needed."""
    return lambda: list(dict.fromkeys(one for name in names for one in _GROUPS[name]))


def options(**names: Any) -> Choices:
    """Every combination of the given values (iterables, or groups)."""

    def combinations(_: Facts) -> Iterator[Constants]:
        values = [value() if callable(value) else value for value in names.values()]
        return (dict(zip(names, row, strict=True)) for row in itertools.product(*values))

    return combinations


def per_colour(name: str = "colour", black: bool = False, **others: Any) -> Choices:
    """Every colour of the inputs (and black) as the constant `name`, with every combination of the other values."""
    rest = options(**others)
    return lambda facts: [{name: k, **row} for k in [*facts.colours, *[0] * black] for row in rest(facts)]


def in_output_shape(**others: Any) -> Choices:
    """The height and width of the outputs, if all have the same, with every combination of the other values."""
    rest = options(**others)
    return lambda facts: (
        [{"height": facts.output_shape[0], "width": facts.output_shape[1], **row} for row in rest(facts)]
        if facts.output_shape
        else []
    )


BOTH = (False, True)
UP, DOWN, LEFT, RIGHT = (-1, 0), (1, 0), (0, -1), (0, 1)
STRAIGHT = [UP, DOWN, LEFT, RIGHT]
SLANTED = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
