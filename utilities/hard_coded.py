"""Marks programs that carry a train output literally: such a program may pass its train pairs without solving the task.

It is a mark, not a verdict: nothing is hidden or failed because of it. Found are nested lists, flat lists, tuples, and
digits in text (`"123"` rows, one text with line ends, JSON in a text). Not found: outputs that are computed, compressed,
put together from several variables, or drawn cell by cell.
"""

import ast
import re
from collections.abc import Iterator

from utilities.data_loader import Task
from utilities.grid import MAX_SIDE, Grid

MIN_CELLS = 9
"""Smaller outputs turn up in honest programs (offsets, sizes, lists of colours)."""
MIN_CELLS_OF_MASK = 26
"""For outputs of 0 and 1 only: up to 5 x 5 these look like the structuring elements of honest programs."""

MOST_CELLS = MAX_SIDE**2
MOST_PARSED = 100_000

_LONG = re.compile(rf"\d(?:[\s,;|\[\](){{}}'\"\\n]*\d){{{MIN_CELLS - 1}}}")
_SEPARATORS = str.maketrans("", "", " \t\r\n,;|/[](){}'\"")
_UNREADABLE = (SyntaxError, ValueError, MemoryError, RecursionError)


def hard_coded(program: str, task: Task) -> bool:
    """True when a literal in the program has the very cells of a train output, row by row.

    Outputs that say too little do not count: under MIN_CELLS cells, of one colour, or (masks) under MIN_CELLS_OF_MASK
    cells of only 0 and 1. A program that cannot be parsed has no literals; one over MOST_PARSED characters is not
    parsed, since that could take gigabytes: there, digits with nothing but separators between them are a literal.
    """
    if not _LONG.search(program):  # most programs, before a grid is looked at
        return False
    telling = {
        _cells(pair.output) for pair in task.train if pair.output is not None and _is_telling(pair.output)
    }
    if not telling:
        return False
    if len(program) > MOST_PARSED:
        text = program.translate(_SEPARATORS)
        return any(cells in text for cells in telling)
    try:
        tree = ast.parse(program)
    except _UNREADABLE:
        return False
    return not telling.isdisjoint(_literals(tree))


def _literals(tree: ast.AST) -> Iterator[str]:
    """The digits of every literal; nested lists are read from the inside out, each of them once."""
    known: dict[ast.AST, str | None] = {}
    for node in reversed([*ast.walk(tree)]):  # parts come after the whole in a walk
        digits = known[node] = _digits(node, known)
        if digits is not None:
            yield digits


def _is_telling(grid: Grid) -> bool:
    cells = _cells(grid)
    colours = set(cells)
    return len(colours) > 1 and len(cells) >= (MIN_CELLS_OF_MASK if colours == {"0", "1"} else MIN_CELLS)


def _cells(grid: Grid) -> str:
    return "".join(str(cell) for row in grid for cell in row)


def _digits(node: ast.AST, known: dict[ast.AST, str | None]) -> str | None:
    """The digits a literal holds, in order; None for whatever holds something else too, or more than any grid."""
    if isinstance(node, ast.List | ast.Tuple):
        parts = [known[item] for item in node.elts]
        text = None if None in parts else "".join(part for part in parts if part is not None)
        return text if text is not None and len(text) <= MOST_CELLS else None
    if not isinstance(node, ast.Constant):
        return None
    if type(node.value) is int:
        return str(node.value) if 0 <= node.value <= 9 else None
    if isinstance(node.value, str):
        text = node.value.translate(_SEPARATORS)
        return text if len(text) <= MOST_CELLS and text.isdecimal() and text.isascii() else None
    return None
