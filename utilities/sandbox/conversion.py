"""What stands for a grid: the one place where a program's return value becomes `H x W ints 0-9`, or a reason why not.

Taken as they are meant: lists and tuples (also subclasses), numpy arrays and numpy rows, Python and numpy integers,
booleans (as 0 and 1), and whole-valued floats, because `np.zeros` gives floats. Not taken: NaN, infinity, 1.5, strings,
dates and durations, None, generators and other iterables, ragged rows, a side of 0 or over 30, colours outside 0 to 9.

It runs inside the sandbox, next to the program, since the value may be any object at all. The parent checks the result
again (`protocol.CheckedGrid` and rectangular), so a program that tampers with this code only fools itself.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_SIDE = 30
MAX_CELLS = 500_000
"""A grid of more cells would be over 1 MB of JSON: that is too large rather than a wrong grid."""
_TIMES = "mM"
"""numpy's kinds of durations and dates, which turn into plain integers where their unit is the nanosecond."""


class BadOutput(Exception):
    """The value is no grid; the message says why."""


class OutputTooLarge(Exception):
    """The value is far beyond any grid; the message says how large."""


def to_grid(value: "Any") -> list[list[int]]:
    """`value` as a fresh grid; raises BadOutput or OutputTooLarge."""
    rows = _items(value, "the output", "rows")
    first = _items(rows[0], "row 1", "cells")
    _check_size(len(rows), len(first))
    return [_row(row, number, len(first)) for number, row in enumerate(rows, start=1)]


def _items(value: "Any", what: str, of: str) -> "list[Any]":
    """The items of a list, tuple or numpy array, whatever a subclass pretends them to be."""
    items: list[Any]
    kind = type(value)  # and not isinstance, which believes an object's own __class__
    if kind is list:
        items = value
    elif issubclass(kind, list):
        items = [*list.__iter__(value)]
    elif issubclass(kind, tuple):
        items = [*tuple.__iter__(value)]
    elif _is_array(value):
        items = _array_items(value, what, of)
    else:
        raise BadOutput(f"{what} is {_name(value)}, not a list of {of}")
    if not items:
        raise BadOutput(f"{what} has no {of}")
    return items


def _array_items(value: "Any", what: str, of: str) -> "list[Any]":
    wanted = 2 if of == "rows" else 1
    if value.dtype.kind in _TIMES:
        raise BadOutput(f"{what} is a numpy array of {value.dtype.name}, not of whole numbers")
    if value.ndim != wanted:
        raise BadOutput(f"{what} is a numpy array of {value.ndim} dimensions, not {wanted}")
    if not value.size:
        raise BadOutput("row 1 has no cells" if of == "rows" and len(value) else f"{what} has no {of}")
    if of == "rows":
        _check_size(*value.shape)
    elif value.size > MAX_CELLS:
        raise OutputTooLarge(f"{what} has {value.size} cells")
    return list(value.tolist())


def _check_size(height: int, width: int) -> None:
    if height * width > MAX_CELLS:
        raise OutputTooLarge(f"the output has {height} rows of {width} cells")
    if height > MAX_SIDE:
        raise BadOutput(f"the output has {height} rows, more than {MAX_SIDE}")
    if width > MAX_SIDE:
        raise BadOutput(f"row 1 has {width} cells, more than {MAX_SIDE}")


def _row(value: "Any", number: int, width: int) -> list[int]:
    cells = _items(value, f"row {number}", "cells")
    if len(cells) != width:
        raise BadOutput(f"row {number} has {len(cells)} cells where row 1 has {width}")
    return [cell if type(cell) is int and 0 <= cell <= 9 else _cell(cell, number) for cell in cells]


def _cell(value: "Any", number: int) -> int:
    """An unusual cell as an int; raises BadOutput."""
    plain = value
    if _is_scalar(value) and value.dtype.kind not in _TIMES:
        plain = value.tolist()  # not item(), which makes 0.0 of a masked cell
    if _is_longdouble(plain):
        plain = int(plain) if plain.is_integer() else plain
    elif issubclass(type(plain), float) and float.is_integer(plain):
        plain = float.__int__(plain)
    if not issubclass(type(plain), int):
        raise BadOutput(f"row {number} holds {_name(plain)}, which is not a whole number from 0 to 9")
    colour = int.__index__(plain)  # of a subclass too, whatever it pretends to be
    if not 0 <= colour <= 9:
        raise BadOutput(f"row {number} holds {_short(colour)}, which is not a colour from 0 to 9")
    return colour


def _is_array(value: "Any") -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and issubclass(type(value), numpy.ndarray)


def _is_scalar(value: "Any") -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and (
        issubclass(type(value), numpy.generic) or (issubclass(type(value), numpy.ndarray) and value.ndim == 0)
    )


def _is_longdouble(value: "Any") -> bool:
    """Whether it is what numpy has for numbers that no float of Python can hold."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.longdouble


def _short(value: int) -> str:
    """A number in few characters, also one of a million digits (which Python refuses to print)."""
    return str(value) if abs(value) < 10**12 else "a number of more than 12 digits"


def _name(value: "Any") -> str:
    """The value in few words: its kind, and the value itself where that is short and safe to print."""
    kind = type(value)
    if kind is float or _is_longdouble(value):
        return str(value)
    if kind is str:
        return f"the text {value[:20]!r}"
    return "None" if value is None else f"a value of type {type_name(kind)}"


def type_name(kind: type) -> str:
    """The name of a type, whatever its metaclass says."""
    name: str = type.__dict__["__name__"].__get__(kind)
    return name
