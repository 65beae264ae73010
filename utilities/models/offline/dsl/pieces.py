"""Pieces: cut a grid along its lines or into equal parts, choose a piece, lay pieces over or beside each other."""

from collections import Counter
from collections.abc import Callable
from itertools import permutations

import numpy as np

from utilities.models.offline.declare import (
    BOTH,
    NEAR,
    SHALLOW,
    Constants,
    Facts,
    group,
    in_output_shape,
    operation,
    options,
    per_colour,
)
from utilities.models.offline.dsl.colours import most_frequent_colour
from utilities.models.offline.dsl.types import Array, Change, Colour, Layer, Measured, Number, Pick, Pieces


def _orders(facts: Facts) -> list[Constants]:
    return [{"order": list(order)} for size in (2, 3, 4) for order in permutations(range(size))]


@operation(
    "Cut the grid into {down} x {across} equal parts",
    options(down=(1, 2, 3, 4), across=(1, 2, 3, 4)),
    length=0.9,
)
def cut_evenly(grid: Array, down: int, across: int) -> Pieces:
    """Cut the grid into `down` x `across` parts of equal size."""
    rows, columns = grid.shape
    if rows % down or columns % across:
        raise ValueError("the grid cannot be cut evenly")
    return [piece for row in np.vsplit(grid, down) for piece in np.hsplit(row, across)]


def runs_between(lines: Array) -> list[tuple[int, int]]:
    """The (start, end) of each run of positions that are not separating lines; end is exclusive."""
    runs = []
    start = 0
    for position, is_line in enumerate([*lines.tolist(), True]):
        if is_line:
            if position > start:
                runs.append((start, position))
            start = position + 1
    return runs


def separators(grid: Array) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Row runs and column runs between the full lines of the separating colour.

    The separating colour is the one, black last, that has full lines and cuts the grid into the most parts.
    """
    best: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for colour in [*range(1, 10), 0]:
        same = grid == colour
        rows, columns = runs_between(same.all(axis=1)), runs_between(same.all(axis=0))
        if len(rows) * len(columns) > max(1, len(best[0]) * len(best[1])):
            best = rows, columns
    if not best[0]:
        raise ValueError("no line cuts the grid")
    return best


@operation(length=0.7)
def cut_at_lines(grid: Array) -> Pieces:
    """Cut the grid along its full lines of one colour; the lines themselves are dropped."""
    rows, columns = separators(grid)
    return [grid[top:bottom, left:right] for top, bottom in rows for left, right in columns]


@operation(
    "For each part between the grid's lines answer with one cell: {by}",
    options(by=group("any_pick", "cell_count")),
    length=1.3,
)
def grid_of_parts(grid: Array, by: Number) -> Array:
    """One cell per part between the grid's lines, with what `by` says about the part."""
    rows, columns = separators(grid)
    return np.array([[by(grid[top:bottom, left:right]) for left, right in columns] for top, bottom in rows])


@operation(
    "1 + {by}, of its part between the grid's lines (0: on a line)",
    options(by=group("part_count", "main")),
    length=0.7,
)
def part_layer(grid: Array, by: Number) -> Layer:
    """A layer in the shape of the grid with 1 + what `by` says about the part in each part, and 0 on the lines."""
    layer = np.zeros_like(grid)
    rows, columns = separators(grid)
    for top, bottom in rows:
        for left, right in columns:
            layer[top:bottom, left:right] = 1 + by(grid[top:bottom, left:right])
    return layer


@operation(
    "Take piece {number} of these (from 0; -1 is the last)",
    options(number=(0, 1, 2, 3, -1)),
    length=1.2,
)
def nth(pieces: Pieces, number: int) -> Array:
    """The piece at position `number` (negative: from the end)."""
    return pieces[number]


@operation(
    "Take the piece with the {largest:largest|smallest} value of {by}",
    options(by=group("number"), largest=BOTH),
    length=0.9,
)
def extreme(pieces: Pieces, by: Number, largest: bool) -> Array:
    """The piece whose value by `by` is the largest (or the smallest); it must be the only one."""
    values = [by(piece) for piece in pieces]
    wanted = max(values) if largest else min(values)
    if len(values) < 2 or values.count(wanted) > 1:
        raise ValueError("no single piece stands out")
    return pieces[values.index(wanted)]


@operation(
    "Take the one piece of which it is {holds:true|not true} that {by}",
    options(by=group("yes_no"), holds=BOTH),
    length=0.9,
)
def the_one(pieces: Pieces, by: Number, holds: bool) -> Array:
    """The piece for which `by` says 1 (or 0); it must be the only one."""
    return extreme(pieces, by, largest=holds)


@operation(
    "Take the one piece that differs from all others in its {by}", options(by=group("shape")), length=0.9
)
@operation(
    "Take the one piece that differs from all others in its {by}", options(by=group("any_pick")), length=1.1
)
def odd_one_out(pieces: Pieces, by: Callable[[Array], Measured]) -> Array:
    """The piece whose value by `by` occurs once while the others share theirs."""
    values = [by(piece) for piece in pieces]
    single = [index for index, value in enumerate(values) if values.count(value) == 1]
    if len(single) != 1 or len(values) < 3:
        raise ValueError("no single piece is different")
    return pieces[single[0]]


@operation(
    "Take the piece of which there are most: those that agree in {by}",
    options(by=group("shape")),
    length=1.0,
)
@operation(
    "Take the piece of which there are most: those that agree in {by}",
    options(by=group("any_pick")),
    length=1.2,
)
def most_shared(pieces: Pieces, by: Callable[[Array], Measured]) -> Array:
    """The first piece of the largest group with the same value by `by`."""
    values = [by(piece) for piece in pieces]
    (value, count), *others = Counter(values).most_common(2)
    if others and others[0][1] == count:
        raise ValueError("no value is the most common")
    return pieces[values.index(value)]


@operation(
    "Lay the pieces over each other, from top to bottom: {order} (counted from 0); black is transparent",
    _orders,
    length=1.3,
)
def overlay(pieces: Pieces, order: list[int]) -> Array:
    """Lay the pieces over each other in that order, the first on top; black is transparent."""
    if len({piece.shape for piece in pieces}) > 1:
        raise ValueError("the pieces differ in shape")
    result = np.zeros_like(pieces[0])
    for index in reversed(order):
        result = np.where(pieces[index] != 0, pieces[index], result)
    return result


@operation(length=1.2)
def row_of(pieces: Pieces) -> Array:
    """The pieces side by side."""
    return np.hstack(pieces)


@operation(length=1.2)
def column_of(pieces: Pieces) -> Array:
    """The pieces one below the other."""
    return np.vstack(pieces)


@operation(
    "Order the pieces by {by}, the {largest_first:largest|smallest} first",
    options(by=group("size", "main"), largest_first=BOTH),
    length=0.2,
)
def sort_pieces(pieces: Pieces, by: Number, largest_first: bool) -> Pieces:
    """The pieces in order of what `by` says; equal ones stay in reading order."""
    return sorted(pieces, key=by, reverse=largest_first)


@operation(
    "Make a {across:row|column} with one cell per piece: {by}",
    options(by=group("tellable"), across=BOTH),
    length=1.1,
)
def strip_of_colours(pieces: Pieces, by: Pick, across: bool) -> Array:
    """One cell per piece with the colour that `by` names, in a row or in a column."""
    colours = np.array([[by(piece) for piece in pieces]])
    return colours if across else colours.T


@operation("Take the piece with the {most:most|fewest} {colour} cells", per_colour(most=BOTH), length=1.0)
def with_most(pieces: Pieces, colour: Colour, most: bool) -> Array:
    """The piece that has the most (or the fewest) cells of `colour`; it must be the only one."""
    counts = [int((piece == colour).sum()) for piece in pieces]
    wanted = max(counts) if most else min(counts)
    if len(counts) < 2 or counts.count(wanted) > 1:
        raise ValueError("no single piece stands out")
    return pieces[counts.index(wanted)]


@operation(
    "Put a copy of one piece in place of each coloured cell of piece {first} (counted from 0)",
    options(first=(0, 1)),
    length=1.2,
)
def kronecker_of(pieces: Pieces, first: int) -> Array:
    """Replace each coloured cell of one of two pieces by a copy of the other piece."""
    if len(pieces) != 2 or pieces[0].size * pieces[1].size > 900:
        raise ValueError("this needs two small pieces")
    return np.kron(pieces[first] != 0, pieces[1 - first])


@operation(length=0.8)
def cut_into_squares(grid: Array) -> Pieces:
    """Cut the grid along its longer side into squares."""
    short, long = sorted(grid.shape)
    if long % short or long == short:
        raise ValueError("the grid cannot be cut into squares")
    return cut_evenly(grid, grid.shape[0] // short, grid.shape[1] // short)


@operation(length=0.8)
def cut_longer_side(grid: Array) -> Pieces:
    """Cut the grid in two halves across its longer side."""
    down, across = (2, 1) if grid.shape[0] > grid.shape[1] else (1, 2)
    return cut_evenly(grid, down, across)


@operation("Cut out the four corners of {height} x {width} cells", in_output_shape(), length=1.0)
def cut_corners(grid: Array, height: int, width: int) -> Pieces:
    """The four corners of `height` x `width` cells; they may overlap."""
    if grid.shape[0] < height or grid.shape[1] < width:
        raise ValueError("the grid is too small")
    rows, columns = (slice(None, height), slice(-height, None)), (slice(None, width), slice(-width, None))
    return [grid[row, column] for row in rows for column in columns]


@operation(
    "Copy the part with the largest value of {by} into all parts between the grid's lines",
    options(by=group("part_count")),
    length=1.2,
    deepest=NEAR,
)
def copy_part(grid: Array, by: Number) -> Array:
    """Copy the part with the largest value by `by` into all parts between the grid's lines."""
    rows, columns = separators(grid)
    parts = [grid[top:bottom, left:right] for top, bottom in rows for left, right in columns]
    chosen = extreme(parts, by, largest=True)
    result = grid.copy()
    for top, bottom in rows:
        for left, right in columns:
            if chosen.shape != (bottom - top, right - left):
                raise ValueError("the parts differ in size")
            result[top:bottom, left:right] = chosen
    return result


@operation(
    "the rank of its part between the grid's lines by {by} (1: the largest, 0: on a line)",
    options(by=group("part_count")),
    length=0.6,
)
def part_ranks(grid: Array, by: Number) -> Layer:
    """A layer with the rank of each part between the grid's lines by `by`, 1 for the largest; 0 on the lines."""
    rows, columns = separators(grid)
    boxes = [(top, bottom, left, right) for top, bottom in rows for left, right in columns]
    values = [by(grid[top:bottom, left:right]) for top, bottom, left, right in boxes]
    order = sorted(set(values), reverse=True)
    layer = np.zeros_like(grid)
    for (top, bottom, left, right), value in zip(boxes, values, strict=True):
        layer[top:bottom, left:right] = 1 + order.index(value)
    return layer


@operation(
    "Take each part between the grid's lines as one cell, and on that small grid {change}",
    options(change=group("part_change")),
    length=1.3,
    deepest=SHALLOW,
)
def change_parts(grid: Array, change: Change) -> Array:
    """Take each part between the grid's lines as one cell, change that small grid, and paint the parts accordingly."""
    rows, columns = separators(grid)
    parts = np.array(
        [
            [most_frequent_colour(grid[top:bottom, left:right]) for left, right in columns]
            for top, bottom in rows
        ]
    )
    changed = change(parts)
    if changed.shape != parts.shape:
        raise ValueError("the change does not keep the number of parts")
    result = grid.copy()
    for i, (top, bottom) in enumerate(rows):
        for j, (left, right) in enumerate(columns):
            result[top:bottom, left:right] = changed[i, j]
    return result
