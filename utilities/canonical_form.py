"""When two tasks are one puzzle seen differently: exactly, under rotation, reflection, recolouring and pair order.

Not here: tasks whose grids are equal as they stand (Task.content_hash), which is what makes two signed variations one.

Method: naming the colours of a pair in the order in which they first appear leaves a pattern that no recolouring changes,
and a short list of colours. What remains is to name at most ten colours in a multiset of (pattern, colours) canonically:
individualisation and refinement (McKay, "Practical graph isomorphism", 1981). Ties are searched, never guessed.
"""

from collections import Counter
from collections.abc import Iterator

import msgspec

from utilities.grid import Grid
from utilities.tasks import Pair, Task

View = tuple[int, int, bytes]
"""Height, width and cells, row by row, of a grid seen under one of the symmetries; (0, 0, b"") for a secret output."""
Edge = tuple[int, tuple[int, ...]]
"""The rank of a pair's pattern and the pair's colours in the order in which they first appear."""
Edges = tuple[Edge, ...]
Names = dict[int, int]
"""Colour to the class of colours that it cannot be told from so far; in the end to its canonical name."""

_SECRET: list[View] = [(0, 0, b"")] * 8
_TRAIN, _TEST = b"0", b"1"


def canonical_form(task: Task, *, roles: bool = True) -> Task:
    """The representative of all tasks that are `task` under the 8 symmetries, recolouring and pair order.

    Two tasks are one exactly when their canonical forms have equal pairs. Without `roles` pairs may also have moved
    between train and test: in the form all are train pairs. Takes about a millisecond.
    """
    seen = _patterns(task, roles)
    least = min([pattern for pattern, _ in pairs] for pairs in seen)
    ranks = {pattern: rank for rank, pattern in enumerate(dict.fromkeys(least))}
    tied = {
        tuple((ranks[pattern], colours) for pattern, colours in pairs)
        for pairs in seen
        if [pattern for pattern, _ in pairs] == least
    }
    best = min(map(_named, tied))
    named = [(pattern, names) for pattern, (_, names) in zip(least, best, strict=True)]
    train, test = (
        tuple(_pair(pattern, names) for pattern, names in named if pattern.startswith(role))
        for role in (_TRAIN, _TEST)
    )
    return msgspec.structs.replace(task, train=train, test=test)


# --- patterns --------------------------------------------------------------------------------------------------------


def _patterns(task: Task, roles: bool) -> list[list[tuple[bytes, tuple[int, ...]]]]:
    """For each symmetry the (pattern, colours) of every pair, sorted."""
    pairs = [(_TRAIN, pair) for pair in task.train] + [
        (_TEST if roles else _TRAIN, pair) for pair in task.test
    ]
    views = [(role, _views(pair.input), _views(pair.output)) for role, pair in pairs]
    return [
        sorted(_pattern(role, inputs[symmetry], outputs[symmetry]) for role, inputs, outputs in views)
        for symmetry in range(8)
    ]


def _views(grid: Grid | None) -> list[View]:
    """A grid under the eight symmetries, always in the same order."""
    if grid is None:
        return _SECRET
    views = []
    for lines in (list(map(bytes, grid)), list(map(bytes, zip(*grid, strict=True)))):
        for cells in (b"".join(lines), b"".join(reversed(lines))):
            views += [(len(lines), len(lines[0]), cells), (len(lines), len(lines[0]), cells[::-1])]
    return views


def _pattern(role: bytes, input: View, output: View) -> tuple[bytes, tuple[int, ...]]:
    """Role, shapes and cells of a pair with its colours named by first appearance, and those colours in that order."""
    cells = input[2] + output[2]
    colours = sorted((colour for colour in range(10) if colour in cells), key=cells.index)
    names = bytes.maketrans(bytes(colours), bytes(range(len(colours))))
    return role + bytes((*input[:2], *output[:2])) + cells.translate(names), tuple(colours)


def _pair(pattern: bytes, names: tuple[int, ...]) -> Pair:
    """The pair of a pattern whose colours are called `names`."""
    (height, width, *output_shape), cells = pattern[1:5], pattern[5:].translate(bytes(names).ljust(256))
    area = height * width
    return Pair(
        _grid(cells[:area], width), _grid(cells[area:], output_shape[1]) if any(output_shape) else None
    )


def _grid(cells: bytes, width: int) -> Grid:
    return [list(cells[start : start + width]) for start in range(0, len(cells), width)]


# --- naming the colours ----------------------------------------------------------------------------------------------


def _named(edges: Edges) -> list[Edge]:
    """`edges` with canonical names for colours, sorted: the same list for every recolouring of them."""
    classes = {colour: 0 for _, colours in edges for colour in colours}
    return min(_renamed(edges, names) for names in _namings(edges, classes))


def _renamed(edges: Edges, names: Names) -> list[Edge]:
    return sorted((rank, tuple(names[colour] for colour in colours)) for rank, colours in edges)


def _namings(edges: Edges, classes: Names) -> Iterator[Names]:
    """The namings that refine `classes`: one, but for colours that refinement cannot tell apart, of which each is tried.

    Of colours that can be exchanged without changing anything only one is.
    """
    classes = _refined(edges, classes)
    sizes = Counter(classes.values())
    undecided = min((name for name, size in sizes.items() if size > 1), default=None)
    if undecided is None:
        yield classes
        return
    tried: list[int] = []
    for colour in (colour for colour, name in classes.items() if name == undecided):
        if not any(_exchangeable(edges, colour, other) for other in tried):
            tried.append(colour)
            yield from _namings(
                edges, {c: 2 * name + (name == undecided and c != colour) for c, name in classes.items()}
            )


def _refined(edges: Edges, classes: Names) -> Names:
    """`classes` split by where their colours appear, until that tells no more apart."""
    while True:
        places: dict[int, list[tuple[Edge, int]]] = {colour: [] for colour in classes}
        for rank, colours in edges:
            edge = rank, tuple(classes[colour] for colour in colours)
            for place, colour in enumerate(colours):
                places[colour].append((edge, place))
        signatures = {colour: (classes[colour], tuple(sorted(places[colour]))) for colour in classes}
        order = {signature: name for name, signature in enumerate(sorted(set(signatures.values())))}
        refined = {colour: order[signature] for colour, signature in signatures.items()}
        if len(order) == len(set(classes.values())):
            return refined
        classes = refined


def _exchangeable(edges: Edges, one: int, other: int) -> bool:
    names = {colour: colour for colour in range(10)} | {one: other, other: one}
    return _renamed(edges, names) == sorted(edges)
