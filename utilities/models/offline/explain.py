"""Saying in words what a program does, step by step, from the operations' own docstrings."""

from types import FunctionType
from typing import Any

from utilities.grid import COLOUR_NAMES
from utilities.models.offline.emit import first_sentence, function_of
from utilities.models.offline.program import INPUT, Step, in_order

_DIRECTIONS = {
    (-1, 0): "up",
    (1, 0): "down",
    (0, -1): "left",
    (0, 1): "right",
    (-1, -1): "up left",
    (-1, 1): "up right",
    (1, -1): "down left",
    (1, 1): "down right",
}
_MOST_ENTRIES = 8
"""A table with more entries than this is described by its size."""
_COLOUR_CONSTANTS = ("colour", "hidden", "background", "target")


def describe(program: Step, pairs: int) -> str:
    """The program as a numbered list of sentences, and how many of the `pairs` train pairs it reproduces: all."""
    names = {INPUT: "the input"}
    lines = []
    for number, step in enumerate(in_order(program), start=1):
        names[step] = f"step {number}"
        lines.append(f"{number}. {_sentence(step, number, names)}")
    return (
        "The same steps turn every train input into its output:\n\n"
        + "\n".join(lines or ["1. Leave the grid as it is."])
        + f"\n\nThis reproduces {pairs} of {pairs} train pairs."
    )


def _sentence(step: Step, number: int, names: dict[Step, str]) -> str:
    """What the step does, on what (unless that is simply the step before), and with which constants."""
    details = [_detail(name, value) for name, value in step.constants]
    sources = list(dict.fromkeys(names[parent] for parent in step.parents()))
    if sources != ["the input" if number == 1 else f"step {number - 1}"]:
        details.insert(0, f"from {' and '.join(sources)}")
    return "; ".join([first_sentence(function_of(step)), *details]) + "."


def _detail(name: str, value: Any) -> str:
    is_colour = name in _COLOUR_CONSTANTS
    name = name.replace("_", " ")
    if isinstance(value, FunctionType):
        sentence = first_sentence(value)
        return f"{name}: {sentence[0].lower()}{sentence[1:]}"
    if isinstance(value, bool):
        return f"{name}: {'yes' if value else 'no'}"
    if is_colour and isinstance(value, int):
        return f"{name}: {_colour(value)}"
    if isinstance(value, dict):
        return _table(name, value)
    if isinstance(value, list):
        return f"{name}: {_listed(value)}"
    if isinstance(value, set):
        return f"{name}: {', '.join(map(str, sorted(value)))}"
    return f"{name}: {value}"


def _colour(value: int) -> str:
    return f"{COLOUR_NAMES[value]} ({value})" if 0 <= value <= 9 else "none"


def _listed(items: list[Any]) -> str:
    return f"[{', '.join(map(_item, items))}]"


def _item(item: Any) -> str:
    """One item of a list: an operation's name, a direction in words, a list, or a number."""
    if isinstance(item, FunctionType):
        return item.__name__.replace("_", " ")
    if isinstance(item, list):
        return _listed(item)
    return _DIRECTIONS.get(item, str(item)) if isinstance(item, tuple) else str(item)


def _table(name: str, table: dict[Any, Any]) -> str:
    if len(table) > _MOST_ENTRIES or any(isinstance(value, list) for value in table.values()):
        return f"{name}: {len(table)} entries, learned from the train pairs"
    entries = [f"{_key(key)} becomes {_colour(value)}" for key, value in table.items()]
    return f"{name}, learned from the train pairs: {', '.join(entries)}"


def _key(key: Any) -> str:
    if isinstance(key, tuple):
        return "(" + ", ".join(map(str, key)) + ")"
    return _colour(key)
