"""Objects: connected areas of a grid; find them, measure them, keep, drop, crop or colour them."""

from collections.abc import Callable

import numpy as np

from utilities.models.offline.dsl.types import Array, Measured, Pieces, Scene


def find_objects(grid: Array, diagonal: bool, by_colour: bool, background: int) -> Scene:
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


def find_areas(grid: Array) -> Scene:
    """Number all connected areas of one colour in reading order, the black ones too; black becomes colour 10."""
    return find_objects(np.where(grid == 0, 10, grid), diagonal=False, by_colour=True, background=-1)


def colours_as_objects(grid: Array) -> Scene:
    """All cells of one colour are one object, connected or not; black is none."""
    return grid, grid


def boxes(labels: Array) -> list[tuple[int, int, int, int, int]]:
    """(number, top, bottom, left, right) of each object; bottom and right are exclusive."""
    found: dict[int, list[int]] = {}
    for i, row in enumerate(labels.tolist()):
        for j, number in enumerate(row):
            if number:
                box = found.setdefault(number, [i, i + 1, j, j + 1])
                box[1] = i + 1
                box[2] = min(box[2], j)
                box[3] = max(box[3], j + 1)
    return [(number, box[0], box[1], box[2], box[3]) for number, box in sorted(found.items())]


def cut_out(scene: Scene) -> Pieces:
    """Each object's own cells, black around them."""
    grid, labels = scene
    return [
        np.where(labels[top:bottom, left:right] == number, grid[top:bottom, left:right], 0)
        for number, top, bottom, left, right in boxes(labels)
    ]


def cut_boxes(scene: Scene) -> Pieces:
    """Each object's bounding rectangle with all that lies in it."""
    grid, labels = scene
    return [grid[top:bottom, left:right] for _, top, bottom, left, right in boxes(labels)]


def measure_objects(scene: Scene, by: Callable[[Array], Measured]) -> dict[int, Measured]:
    """What `by` says about each object, by object number."""
    numbers = [box[0] for box in boxes(scene[1])]
    return dict(zip(numbers, [by(piece) for piece in cut_out(scene)], strict=True))


def touches_border(scene: Scene) -> dict[int, int]:
    """1 for each object that touches the edge of the grid, else 0."""
    rows, columns = scene[1].shape
    return {
        number: int(top == 0 or left == 0 or bottom == rows or right == columns)
        for number, top, bottom, left, right in boxes(scene[1])
    }


def tops(scene: Scene) -> dict[int, int]:
    """Each object's uppermost row."""
    return {number: top for number, top, _, _, _ in boxes(scene[1])}


def lefts(scene: Scene) -> dict[int, int]:
    """Each object's leftmost column."""
    return {number: left for number, _, _, left, _ in boxes(scene[1])}


def look_alikes(scene: Scene) -> dict[int, int]:
    """How many objects have the same silhouette as each object, itself included."""
    shapes = measure_objects(scene, by=silhouette)
    return {number: list(shapes.values()).count(shape) for number, shape in shapes.items()}


def silhouette(grid: Array) -> tuple[int, bytes]:
    """Width and the coloured cells, whatever their colours."""
    return grid.shape[1], (grid != 0).tobytes()


def same_coloured(scene: Scene) -> dict[int, int]:
    """How many objects have the same first colour as each object, itself included."""
    grid, labels = scene
    colours = {number: int(grid[labels == number][0]) for number, *_ in boxes(labels)}
    return {number: list(colours.values()).count(colour) for number, colour in colours.items()}


def paint(scene: Scene, values: dict[int, int]) -> Array:
    """A layer with each object's value in its cells and 0 elsewhere."""
    lookup = np.zeros(scene[1].max() + 1, dtype=int)
    for number, value in values.items():
        lookup[number] = value
    return lookup[scene[1]]


def layer_of(scene: Scene, by: Callable[[Array], int]) -> Array:
    """A layer with 1 + what `by` says about the object in each object's cells, and 0 elsewhere."""
    return paint(scene, {number: 1 + value for number, value in measure_objects(scene, by).items()})


def layer_from(scene: Scene, by: Callable[[Scene], dict[int, int]]) -> Array:
    """A layer with 1 + the object's value by `by` in each object's cells, and 0 elsewhere."""
    return paint(scene, {number: 1 + value for number, value in by(scene).items()})


def ranks(values: dict[int, int]) -> dict[int, int]:
    """Rank of each value, from 1 for the largest; equal values share a rank."""
    order = sorted(set(values.values()), reverse=True)
    return {number: 1 + order.index(value) for number, value in values.items()}


def rank_layer_of(scene: Scene, by: Callable[[Array], int]) -> Array:
    """A layer with each object's rank by `by` (1: the largest value) in its cells, and 0 elsewhere."""
    return paint(scene, ranks(measure_objects(scene, by)))


def rank_layer_from(scene: Scene, by: Callable[[Scene], dict[int, int]]) -> Array:
    """A layer with each object's rank by `by` (1: the largest value) in its cells, and 0 elsewhere."""
    return paint(scene, ranks(by(scene)))


def last_layer_of(scene: Scene, by: Callable[[Array], int]) -> Array:
    """A layer with 1 in the objects whose value by `by` is the smallest, 2 in the others, and 0 elsewhere."""
    values = measure_objects(scene, by)
    least = min(values.values())
    return paint(scene, {number: 1 if value == least else 2 for number, value in values.items()})


def keep_objects(scene: Scene, by: Callable[[Array], int], largest: bool) -> Array:
    """Keep only the objects whose value by `by` is the largest (or the smallest); the rest becomes black."""
    values = measure_objects(scene, by)
    wanted = max(values.values()) if largest else min(values.values())
    kept = [number for number, value in values.items() if value == wanted]
    return np.where(np.isin(scene[1], kept), scene[0], 0)


def drop_objects(scene: Scene, by: Callable[[Array], int], largest: bool) -> Array:
    """Make the objects whose value by `by` is the largest (or the smallest) black."""
    values = measure_objects(scene, by)
    wanted = max(values.values()) if largest else min(values.values())
    dropped = [number for number, value in values.items() if value == wanted]
    return np.where(np.isin(scene[1], dropped), 0, scene[0])


def keep_if(scene: Scene, by: Callable[[Scene], dict[int, int]], value: int) -> Array:
    """Keep only the objects whose value by `by` is `value`; the rest becomes black."""
    kept = [number for number, found in by(scene).items() if found == value]
    return np.where(np.isin(scene[1], kept), scene[0], 0)


def drop_small(scene: Scene, least: int) -> Array:
    """Keep only the objects of at least `least` cells."""
    sizes = np.bincount(scene[1].ravel())
    return np.where((sizes >= least)[scene[1]] & (scene[1] > 0), scene[0], 0)


def fill_boxes(scene: Scene) -> Array:
    """Fill each object's bounding rectangle with the object's most frequent colour."""
    result = scene[0].copy()
    for piece, (_, top, bottom, left, right) in zip(cut_out(scene), boxes(scene[1]), strict=True):
        result[top:bottom, left:right] = np.bincount(piece.ravel(), minlength=2)[1:].argmax() + 1
    return result


def box_layer(scene: Scene) -> Array:
    """A layer: 2 inside a bounding rectangle, 1 on its edge, 0 elsewhere."""
    layer = np.zeros_like(scene[0])
    for _, top, bottom, left, right in boxes(scene[1]):
        layer[top:bottom, left:right] = np.maximum(layer[top:bottom, left:right], 1)
        layer[top + 1 : bottom - 1, left + 1 : right - 1] = 2
    return layer


def box_offsets(scene: Scene, axis: int, from_end: bool) -> Array:
    """A layer with the row (`axis` 0) or column (1) of each cell within its object's bounding rectangle, from 1."""
    layer = np.zeros_like(scene[0])
    for _, top, bottom, left, right in boxes(scene[1]):
        place = 1 + np.indices((bottom - top, right - left))[axis]
        layer[top:bottom, left:right] = np.flip(place, axis) if from_end else place
    return layer


def box_rings(scene: Scene) -> Array:
    """A layer with the distance of each cell from the outside of its object's bounding rectangle; 0 outside."""
    layer = np.zeros_like(scene[0])
    for _, top, bottom, left, right in boxes(scene[1]):
        down, across = np.indices((bottom - top, right - left)) + 1
        ring = np.minimum(np.minimum(down, down[::-1]), np.minimum(across, across[:, ::-1]))
        layer[top:bottom, left:right] = ring
    return layer


def box_checkers(scene: Scene, axis: int) -> Array:
    """A layer that alternates 1 and 2 along the rows (`axis` 0), columns (1) or both (2) of each object; 0 elsewhere."""
    layer = np.zeros_like(scene[0])
    for _, top, bottom, left, right in boxes(scene[1]):
        down, across = np.indices((bottom - top, right - left))
        layer[top:bottom, left:right] = 1 + (down, across, down + across)[axis] % 2
    return layer


def centre_lines(scene: Scene, axis: int) -> Array:
    """A layer with 1 in the rows (`axis` 0) or columns (1) that pass through the middle of an object."""
    layer = np.zeros_like(scene[0])
    for _, top, bottom, left, right in boxes(scene[1]):
        if axis == 0:
            layer[(top + bottom - 1) // 2 : (top + bottom) // 2 + 1] = 1
        else:
            layer[:, (left + right - 1) // 2 : (left + right) // 2 + 1] = 1
    return layer


def shadows(scene: Scene, axis: int) -> Array:
    """A layer with 1 in the rows (`axis` 0) or columns (1) that some object covers."""
    covered = (scene[1] > 0).any(axis=1 - axis, keepdims=True)
    return np.broadcast_to(covered, scene[1].shape).astype(int)


def first_or_last(scene: Scene) -> dict[int, int]:
    """1 for the first object in reading order, 2 for the last, else 0."""
    numbers = [box[0] for box in boxes(scene[1])]
    return {number: 1 if number == numbers[0] else 2 if number == numbers[-1] else 0 for number in numbers}


def in_place(scene: Scene, turn: Callable[[Array], Array]) -> Array:
    """Mirror or turn each object within its own bounding rectangle."""
    result = np.where(scene[1] > 0, 0, scene[0])
    for piece, (_, top, bottom, left, right) in zip(cut_out(scene), boxes(scene[1]), strict=True):
        turned = turn(piece)
        if turned.shape != piece.shape:
            raise ValueError("a turned object does not fit")
        result[top:bottom, left:right] = np.where(turned != 0, turned, result[top:bottom, left:right])
    return result
