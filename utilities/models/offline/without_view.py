"""A program found in a view of the pairs, said without the view where it does the same as it stands: the shortest words win."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from utilities.models.offline.declare import hints
from utilities.models.offline.dsl.types import Array, Colour
from utilities.models.offline.program import INPUT, Step, run_program

Constants = tuple[tuple[str, Any], ...]


def without_view(inner: Step, seen: Step, wrapped: Step, inputs: Sequence[Array]) -> Step | None:
    """`inner` on the input itself in place of `seen`, if that does what `wrapped` does; None otherwise.

    Where `seen` exchanges black and another colour, the colours among the constants are exchanged first of all. Compared
    are the answers to the inputs as they are, mirrored and turned.
    """
    probes = [turned for grid in inputs for turned in (grid, grid[::-1], grid.T)]
    answers = [_answer(wrapped, probe) for probe in probes]
    for change in _changes(seen):
        plain = _rebuilt(inner, {seen: INPUT}, change)
        if all(_equal(_answer(plain, probe), answer) for probe, answer in zip(probes, answers, strict=True)):
            return plain
    return None


def _equal(one: Array | None, other: Array | None) -> bool:
    return one is other if one is None or other is None else np.array_equal(one, other)


def _changes(seen: Step) -> Iterator[Callable[[Step], Constants]]:
    other = dict(seen.constants).get("colour")
    if other is not None:
        exchanged = {0: other, other: 0}
        yield lambda step: tuple(
            (name, exchanged.get(value, value) if name in _colours_of(step) else value)
            for name, value in step.constants
        )
    yield lambda step: step.constants


def _colours_of(step: Step) -> set[str]:
    """The constants that are colours."""
    return {name for name, hint in hints(step.function).items() if hint == Colour} if step.function else set()


def _rebuilt(step: Step, known: dict[Step, Step], change: Callable[[Step], Constants]) -> Step:
    if step is not INPUT and step not in known:
        takes = tuple(
            tuple(_rebuilt(one, known, change) for one in taken)
            if isinstance(taken, tuple)
            else _rebuilt(taken, known, change)
            for taken in step.takes
        )
        known[step] = Step(step.function, takes, change(step), step.length)
    return known.get(step, step)


def _answer(program: Step, grid: Array) -> Array | None:
    try:
        return run_program(program, grid)
    except (ValueError, IndexError):
        return None
