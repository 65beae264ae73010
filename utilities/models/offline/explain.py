"""The reasoning text for a found program: what the pairs show, the steps in the task's terms, the check.

The words for each step come from the operations' declarations (words.py).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from utilities.models.offline.dsl.types import Array
from utilities.models.offline.program import INPUT, Step, in_order
from utilities.models.offline.words import (
    MOST_ENTRIES,
    colour,
    gives_numbers,
    is_layer,
    kind_of,
    noted,
    sentence,
    takes_numbers,
)

Pairs = Sequence[tuple[Array, Array]]


def describe(program: Step, pairs: Pairs) -> str:
    """The reasoning for a program that is right on all train pairs (input and output, H x W ints 0-9 each)."""
    steps = in_order(program)
    numbers = {step: number for number, step in enumerate(steps, start=1)}
    values: dict[Step, Any] = {INPUT: pairs[0][0]}
    program.run(values)
    lines = [
        f"{numbers[step]}. {_told(step, numbers)}.{_seen(step, values)}{_table(step, numbers)}"
        for step in steps
    ]
    return "\n\n".join(
        [
            " ".join(_observations(pairs)),
            "The same steps turn every train input into its output:",
            "\n".join(lines or ["1. Leave the grid as it is."]),
            _check(pairs),
        ]
    )


def _observations(pairs: Pairs) -> Iterator[str]:
    """What the pairs have in common, in sentences: sizes, then colours."""
    yield _sizes(pairs)
    new = [k for k in range(10) if all(k in two and k not in one for one, two in pairs)]
    gone = [k for k in range(10) if all(k in one and k not in two for one, two in pairs)]
    if new:
        yield f"New in every output: {', '.join(map(colour, new))}."
    if gone:
        yield f"In every input and in no output: {', '.join(map(colour, gone))}."
    if all(one.shape == two.shape for one, two in pairs):
        counts = [str(int((one != two).sum())) for one, two in pairs]
        yield f"Cells that change: {', '.join(counts)}."


def _sizes(pairs: Pairs) -> str:
    outputs = {two.shape for _, two in pairs}
    if all(one.shape == two.shape for one, two in pairs):
        return "Each output has the size of its input."
    if len(outputs) == 1:
        whatever = ", whatever the size of its input" if len({one.shape for one, _ in pairs}) > 1 else ""
        return f"Every output is {_size(pairs[0][1])}{whatever}."
    factors = {(two.shape[0] / one.shape[0], two.shape[1] / one.shape[1]) for one, two in pairs}
    if len(factors) == 1:
        down, across = factors.pop()
        return f"Each output is {down:g} times as high and {across:g} times as wide as its input."
    return f"Sizes change: {', '.join(f'{_size(one)} to {_size(two)}' for one, two in pairs)}."


def _size(grid: Array) -> str:
    return f"{grid.shape[0]} x {grid.shape[1]}"


def _told(step: Step, numbers: dict[Step, int]) -> str:
    """The step's sentence, and on what it works unless that is simply what the step before gave."""
    sources = list(dict.fromkeys(parent for parent in step.takes if isinstance(parent, Step)))
    usual = [INPUT] if numbers[step] == 1 else [one for one in numbers if numbers[one] == numbers[step] - 1]
    if sources == usual:
        return sentence(step)
    named = " and ".join(
        "the input" if one is INPUT else f"the result of step {numbers[one]}" for one in sources
    )
    return f"{sentence(step)}; this works on {named}"


def _seen(step: Step, values: dict[Step, Any]) -> str:
    """What the step gives in the first train pair, where it can be said in few words."""
    value, kind = values[step], kind_of(step)
    if kind == "scene":
        return f" (In train pair 1: {_counted(len(np.unique(value[1][value[1] > 0])), 'object')}.)"
    if kind == "pieces":
        return f" (In train pair 1: {_counted(len(value), 'piece')}, the first {_size(value[0])}.)"
    first = values[step.takes[0]] if step.takes and isinstance(step.takes[0], Step) else None
    if kind == "grid" and isinstance(first, np.ndarray) and first.shape == value.shape:
        changed = int((first != value).sum())
        return f" (In train pair 1 this changes {_counted(changed, 'cell')}.)"
    return f" (In train pair 1: {_size(value)}.)" if kind == "grid" else ""


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"


def _table(step: Step, numbers: dict[Step, int]) -> str:
    """The entries of a rule, one per line; nothing for other steps."""
    layers = [one for taken in step.takes if isinstance(taken, tuple) for one in taken]
    if not layers:
        return ""
    rules = dict(step.constants)
    table = rules.get("table") or dict.fromkeys(sorted(rules["where"]))
    entries: list[str] = []
    for key, new in table.items():
        told = " and ".join(_condition(one, value, numbers) for one, value in zip(layers, key, strict=True))
        then = "the second grid" if new is None else colour(new, takes_numbers(step))
        entries.append(f"\n   - if {told}: {then}")
    hidden = len(entries) - MOST_ENTRIES
    more = [f"\n   - and {hidden} more of the kind"] if hidden > 0 else []
    return "".join([*entries[:MOST_ENTRIES], *more])


def _condition(layer: Step, value: int, numbers: dict[Step, int]) -> str:
    """What a rule asks of one layer: a colour, yes or no, or a number."""
    if layer is INPUT:
        return f"its colour is {colour(value)}"
    where = f"step {numbers[layer]}"
    if kind_of(layer) == "tint" or not is_layer(layer):
        return f"{where} shows {colour(value, gives_numbers(layer))}"
    if noted(layer).startswith("whether") and "(" not in noted(layer):
        return f"{where} says {'yes' if value else 'no'}"
    return f"{where} says {value}"


def _check(pairs: Pairs) -> str:
    done = ", ".join(f"pair {n}: {_size(two)}, every cell right" for n, (_, two) in enumerate(pairs, start=1))
    return f"Check against the train pairs: {done}. This reproduces {len(pairs)} of {len(pairs)} train pairs."
