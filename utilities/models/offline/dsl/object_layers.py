"""Layers about objects: what a measure says about the object of each cell, and where in its object a cell lies."""

from collections.abc import Callable

import numpy as np

from utilities.models.offline.declare import BOTH, group, operation, options
from utilities.models.offline.dsl.objects import boxes, cut_out, measure_objects
from utilities.models.offline.dsl.types import Array, Axis, Layer, Number, Pick, Scene, Tint


def paint(scene: Scene, values: dict[int, int]) -> Array:
    """A layer with each object's value in its cells and 0 elsewhere."""
    lookup = np.zeros(scene[1].max() + 1, dtype=int)
    for number, value in values.items():
        lookup[number] = value
    return lookup[scene[1]]


@operation("1 + {by} of its object (0: no object)", options(by=group("number")), length=0.5)
def layer_of(scene: Scene, by: Number) -> Layer:
    """A layer with 1 + what `by` says about the object in each object's cells, and 0 elsewhere."""
    return paint(scene, {number: 1 + value for number, value in measure_objects(scene, by).items()})


@operation(
    "whether, of its object, {by} (2: yes, 1: no, 0: no object)", options(by=group("yes_no")), length=0.4
)
def layer_if(scene: Scene, by: Number) -> Layer:
    """A layer with 1 + what `by` says about the object in each object's cells, and 0 elsewhere."""
    return layer_of(scene, by)


@operation("1 + {by} (0: no object)", options(by=group("standing")), length=0.5)
def layer_from(scene: Scene, by: Callable[[Scene], dict[int, int]]) -> Layer:
    """A layer with 1 + the object's value by `by` in each object's cells, and 0 elsewhere."""
    return paint(scene, {number: 1 + value for number, value in by(scene).items()})


def ranks(values: dict[int, int]) -> dict[int, int]:
    """Rank of each value, from 1 for the largest; equal values share a rank."""
    order = sorted(set(values.values()), reverse=True)
    return {number: 1 + order.index(value) for number, value in values.items()}


@operation(
    "the rank of its object by {by} (1: the largest, 0: no object)", options(by=group("size")), length=0.5
)
def rank_layer_of(scene: Scene, by: Number) -> Layer:
    """A layer with each object's rank by `by` (1: the largest value) in its cells, and 0 elsewhere."""
    return paint(scene, ranks(measure_objects(scene, by)))


@operation(
    "the rank of its object by {by} (1: the largest, 0: no object)", options(by=group("place")), length=0.6
)
def rank_layer_from(scene: Scene, by: Callable[[Scene], dict[int, int]]) -> Layer:
    """A layer with each object's rank by `by` (1: the largest value) in its cells, and 0 elsewhere."""
    return paint(scene, ranks(by(scene)))


@operation(
    "1 in the objects with the smallest value of {by}, 2 in the others, 0 outside",
    options(by=group("number")),
    length=0.5,
)
def last_layer_of(scene: Scene, by: Number) -> Layer:
    """A layer with 1 in the objects whose value by `by` is the smallest, 2 in the others, and 0 elsewhere."""
    values = measure_objects(scene, by)
    least = min(values.values())
    return paint(scene, {number: 1 if value == least else 2 for number, value in values.items()})


@operation("2 inside an object's bounding rectangle, 1 on its edge, 0 outside", length=0.6)
def box_layer(scene: Scene) -> Layer:
    """A layer: 2 inside a bounding rectangle, 1 on its edge, 0 elsewhere."""
    layer = np.zeros_like(scene[0])
    for _, top, bottom, left, right in boxes(scene[1]):
        layer[top:bottom, left:right] = np.maximum(layer[top:bottom, left:right], 1)
        layer[top + 1 : bottom - 1, left + 1 : right - 1] = 2
    return layer


@operation("whether it lies in an object's bounding rectangle", length=0.5)
def in_boxes(scene: Scene) -> Layer:
    """A layer with 1 inside the objects' bounding rectangles, else 0."""
    layer = np.zeros_like(scene[0])
    for _, top, bottom, left, right in boxes(scene[1]):
        layer[top:bottom, left:right] = 1
    return layer


@operation(
    "1 in the objects in which {by} is {value}, 2 in the others, 0 outside",
    options(by=group("cell_count"), value=(1, 2, 3, 4, 5, 6)),
    length=0.5,
)
@operation(
    "1 in the objects in which {by} is {value}, 2 in the others, 0 outside",
    options(by=group("hole_count"), value=(1, 2, 3)),
    length=0.6,
)
def layer_where(scene: Scene, by: Number, value: int) -> Layer:
    """A layer: 1 in the objects whose value by `by` is `value`, 2 in the others, 0 elsewhere."""
    values = measure_objects(scene, by)
    return paint(scene, {number: 1 if found == value else 2 for number, found in values.items()})


@operation(
    "1 in the objects with the largest value of {by}, 2 in the others, 0 outside",
    options(by=group("number")),
    length=0.5,
)
def first_layer_of(scene: Scene, by: Number) -> Layer:
    """A layer with 1 in the objects whose value by `by` is the largest, 2 in the others, and 0 elsewhere."""
    values = measure_objects(scene, by)
    most = max(values.values())
    return paint(scene, {number: 1 if value == most else 2 for number, value in values.items()})


@operation("in its object, {pick} (0: no object)", options(pick=group("pick")), length=0.6)
def tint_objects(scene: Scene, pick: Pick) -> Tint:
    """A layer that gives all cells of each object the colour that `pick` names in it."""
    return paint(scene, measure_objects(scene, pick))


@operation(
    "in the object in whose bounding rectangle it lies, {pick} (0: none)",
    options(pick=group("pick")),
    length=0.6,
)
def tint_boxes(scene: Scene, pick: Pick) -> Tint:
    """A layer that gives each object's bounding rectangle the colour that `pick` names in the object."""
    layer = np.zeros_like(scene[0])
    for piece, (_, top, bottom, left, right) in zip(cut_out(scene), boxes(scene[1]), strict=True):
        layer[top:bottom, left:right] = pick(piece)
    return layer


@operation(
    "its {axis} within its object's bounding rectangle, from 1, counted from the {from_end:far|near} side (0: outside)",
    options(axis=(0, 1), from_end=BOTH),
    length=0.7,
)
def box_offsets(scene: Scene, axis: Axis, from_end: bool) -> Layer:
    """A layer with the row (`axis` 0) or column (1) of each cell within its object's bounding rectangle, from 1."""
    layer = np.zeros_like(scene[0])
    for _, top, bottom, left, right in boxes(scene[1]):
        place = 1 + np.indices((bottom - top, right - left))[axis]
        layer[top:bottom, left:right] = np.flip(place, axis) if from_end else place
    return layer


@operation("its distance from the outside of its object's bounding rectangle (0: outside)", length=0.6)
def box_rings(scene: Scene) -> Layer:
    """A layer with the distance of each cell from the outside of its object's bounding rectangle; 0 outside."""
    layer = np.zeros_like(scene[0])
    for _, top, bottom, left, right in boxes(scene[1]):
        down, across = np.indices((bottom - top, right - left)) + 1
        ring = np.minimum(np.minimum(down, down[::-1]), np.minimum(across, across[:, ::-1]))
        layer[top:bottom, left:right] = ring
    return layer


@operation(
    "1 or 2, alternating by {axis} within its object's bounding rectangle (0: outside)",
    options(axis=(0, 1, 2)),
    length=0.9,
)
def box_checkers(scene: Scene, axis: Axis) -> Layer:
    """A layer that alternates 1 and 2 along the rows (`axis` 0), columns (1) or both (2) of each object; 0 elsewhere."""
    layer = np.zeros_like(scene[0])
    for _, top, bottom, left, right in boxes(scene[1]):
        down, across = np.indices((bottom - top, right - left))
        layer[top:bottom, left:right] = 1 + (down, across, down + across)[axis] % 2
    return layer


@operation("whether its {axis} passes through the middle of an object", options(axis=(0, 1)), length=0.7)
def centre_lines(scene: Scene, axis: Axis) -> Layer:
    """A layer with 1 in the rows (`axis` 0) or columns (1) that pass through the middle of an object."""
    layer = np.zeros_like(scene[0])
    for _, top, bottom, left, right in boxes(scene[1]):
        if axis == 0:
            layer[(top + bottom - 1) // 2 : (top + bottom) // 2 + 1] = 1
        else:
            layer[:, (left + right - 1) // 2 : (left + right) // 2 + 1] = 1
    return layer


@operation("whether some object reaches into its {axis}", options(axis=(0, 1)), length=0.7)
def shadows(scene: Scene, axis: Axis) -> Layer:
    """A layer with 1 in the rows (`axis` 0) or columns (1) that some object covers."""
    covered = (scene[1] > 0).any(axis=1 - axis, keepdims=True)
    return np.broadcast_to(covered, scene[1].shape).astype(int)
