"""Objects: connected areas of a grid; find them, measure them, keep, drop, cut or change them."""

from collections.abc import Callable

import numpy as np

from utilities.models.offline.declare import BOTH, NEAR, group, operation, options, says
from utilities.models.offline.dsl.measures import outline
from utilities.models.offline.dsl.types import Array, Change, Colour, Measured, Number, Pieces, Scene


@operation(
    "Find the objects: connected areas {by_colour:of one colour|of any colours} other than {background}{diagonal:, joined over corners too|}",
    options(diagonal=BOTH, by_colour=BOTH, background=(0,)),
    length=0.5,
)
def find_objects(grid: Array, diagonal: bool, by_colour: bool, background: Colour) -> Scene:
    """Number the connected areas in reading order.

    `diagonal`: cells connect over corners too. `by_colour`: an object has a single colour. Cells of colour
    `background` belong to none (-1: every cell belongs to one).
    """
    rows, columns = grid.shape
    cells = grid.tolist()
    labels = [[0] * columns for _ in range(rows)]
    steps = [(0, 1), (1, 0), (0, -1), (-1, 0)] + [(1, 1), (1, -1), (-1, 1), (-1, -1)] * diagonal
    number = 0
    for top in range(rows):
        for left in range(columns):
            if labels[top][left] or cells[top][left] == background:
                continue
            number += 1
            labels[top][left] = number
            stack = [(top, left)]
            while stack:
                i, j = stack.pop()
                for down, right in steps:
                    a, b = i + down, j + right
                    if not (0 <= a < rows and 0 <= b < columns) or labels[a][b]:
                        continue
                    if cells[a][b] != background and (not by_colour or cells[a][b] == cells[i][j]):
                        labels[a][b] = number
                        stack.append((a, b))
    if not number:
        raise ValueError("there are no objects")
    return grid, np.array(labels)


@operation("Find all connected areas of one colour, the black ones too", length=0.6, deepest=NEAR)
def find_areas(grid: Array) -> Scene:
    """Number all connected areas of one colour in reading order, the black ones too; black becomes colour 10."""
    return find_objects(np.where(grid == 0, 10, grid), diagonal=False, by_colour=True, background=-1)


@operation("Take all cells of one colour as one object, connected or not", length=0.7)
def colours_as_objects(grid: Array) -> Scene:
    """All cells of one colour are one object, connected or not; black is none."""
    return grid, grid


def boxes(labels: Array) -> list[tuple[int, int, int, int, int]]:
    """(number, top, bottom, left, right) of each object; bottom and right are exclusive."""
    rows, columns = np.nonzero(labels)
    numbers = labels[rows, columns]
    found = np.zeros((4, labels.max() + 1), dtype=int)
    found[::2] = 99
    np.minimum.at(found[0], numbers, rows)
    np.maximum.at(found[1], numbers, rows + 1)
    np.minimum.at(found[2], numbers, columns)
    np.maximum.at(found[3], numbers, columns + 1)
    return [
        (number, top, bottom, left, right)
        for number, (top, bottom, left, right) in enumerate(found.T.tolist())
        if bottom
    ]


@operation("Cut out each object, without what else lies in its bounding rectangle", length=0.2)
def cut_out(scene: Scene) -> Pieces:
    """Each object's own cells, black around them."""
    grid, labels = scene
    return [
        np.where(labels[top:bottom, left:right] == number, grid[top:bottom, left:right], 0)
        for number, top, bottom, left, right in boxes(labels)
    ]


@operation("Cut out the bounding rectangle of each object with all that lies in it", length=0.3)
def cut_boxes(scene: Scene) -> Pieces:
    """Each object's bounding rectangle with all that lies in it."""
    grid, labels = scene
    return [grid[top:bottom, left:right] for _, top, bottom, left, right in boxes(labels)]


def measure_objects(scene: Scene, by: Callable[[Array], Measured]) -> dict[int, Measured]:
    """What `by` says about each object, by object number."""
    numbers = [box[0] for box in boxes(scene[1])]
    return dict(zip(numbers, [by(piece) for piece in cut_out(scene)], strict=True))


@says("1 if its object touches the edge of the grid, else 0", "standing", "edge")
def touches_border(scene: Scene) -> dict[int, int]:
    """1 for each object that touches the edge of the grid, else 0."""
    rows, columns = scene[1].shape
    return {
        number: int(top == 0 or left == 0 or bottom == rows or right == columns)
        for number, top, bottom, left, right in boxes(scene[1])
    }


@says("uppermost row", "place")
def tops(scene: Scene) -> dict[int, int]:
    """Each object's uppermost row."""
    return {number: top for number, top, _, _, _ in boxes(scene[1])}


@says("leftmost column", "place")
def lefts(scene: Scene) -> dict[int, int]:
    """Each object's leftmost column."""
    return {number: left for number, _, _, left, _ in boxes(scene[1])}


@says("the number of objects with its object's silhouette", "standing", "place")
def look_alikes(scene: Scene) -> dict[int, int]:
    """How many objects have the same silhouette as each object, itself included."""
    shapes = measure_objects(scene, by=outline)
    return {number: list(shapes.values()).count(shape) for number, shape in shapes.items()}


@says("the number of objects with its object's first colour", "standing")
def same_coloured(scene: Scene) -> dict[int, int]:
    """How many objects have the same first colour as each object, itself included."""
    grid, labels = scene
    colours = {number: int(grid[labels == number][0]) for number, *_ in boxes(labels)}
    return {number: list(colours.values()).count(colour) for number, colour in colours.items()}


@operation(
    "Keep only the objects with the {largest:largest|smallest} value of {by}",
    options(by=group("number"), largest=BOTH),
    length=1.0,
)
def keep_objects(scene: Scene, by: Number, largest: bool) -> Array:
    """Keep only the objects whose value by `by` is the largest (or the smallest); the rest becomes black."""
    values = measure_objects(scene, by)
    wanted = max(values.values()) if largest else min(values.values())
    kept = [number for number, value in values.items() if value == wanted]
    return np.where(np.isin(scene[1], kept), scene[0], 0)


@operation(
    "Remove the objects with the {largest:largest|smallest} value of {by}",
    options(by=group("number"), largest=BOTH),
    length=1.1,
)
def drop_objects(scene: Scene, by: Number, largest: bool) -> Array:
    """Make the objects whose value by `by` is the largest (or the smallest) black."""
    values = measure_objects(scene, by)
    wanted = max(values.values()) if largest else min(values.values())
    dropped = [number for number, value in values.items() if value == wanted]
    return np.where(np.isin(scene[1], dropped), 0, scene[0])


@operation(
    "Keep only the objects that {touching:touch|do not touch} the edge of the grid",
    options(touching=BOTH),
    length=1.1,
)
def keep_at_edge(scene: Scene, touching: bool) -> Array:
    """Keep only the objects that touch the edge of the grid (or only those that do not); the rest becomes black."""
    kept = [number for number, touches in touches_border(scene).items() if touches == touching]
    return np.where(np.isin(scene[1], kept), scene[0], 0)


@operation("Keep only the objects of at least {least} cells", options(least=(2, 3, 4)), length=1.2)
def drop_small(scene: Scene, least: int) -> Array:
    """Keep only the objects of at least `least` cells."""
    sizes = np.bincount(scene[1].ravel())
    return np.where((sizes >= least)[scene[1]] & (scene[1] > 0), scene[0], 0)


@operation(length=1.1)
def fill_boxes(scene: Scene) -> Array:
    """Fill each object's bounding rectangle with the object's most frequent colour."""
    result = scene[0].copy()
    for piece, (_, top, bottom, left, right) in zip(cut_out(scene), boxes(scene[1]), strict=True):
        result[top:bottom, left:right] = np.bincount(piece.ravel(), minlength=2)[1:].argmax() + 1
    return result


@says("1 for the first object in reading order, 2 for the last, else 0", "standing")
def first_or_last(scene: Scene) -> dict[int, int]:
    """1 for the first object in reading order, 2 for the last, else 0."""
    numbers = [box[0] for box in boxes(scene[1])]
    return {number: 1 if number == numbers[0] else 2 if number == numbers[-1] else 0 for number in numbers}


@operation(
    "Replace each object, within its bounding rectangle, by itself {turn}",
    options(turn=group("turn", "completion")),
    length=1.2,
)
def in_place(scene: Scene, turn: Change) -> Array:
    """Mirror or turn each object within its own bounding rectangle."""
    result = np.where(scene[1] > 0, 0, scene[0])
    for piece, (_, top, bottom, left, right) in zip(cut_out(scene), boxes(scene[1]), strict=True):
        turned = turn(piece)
        if turned.shape != piece.shape:
            raise ValueError("a turned object does not fit")
        result[top:bottom, left:right] = np.where(turned != 0, turned, result[top:bottom, left:right])
    return result
