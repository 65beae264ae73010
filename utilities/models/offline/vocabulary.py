"""The operations that the search may use, with the constants to try for each."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from utilities.models.offline.dsl import colours as c
from utilities.models.offline.dsl import fills as f
from utilities.models.offline.dsl import geometry as g
from utilities.models.offline.dsl import lines as n
from utilities.models.offline.dsl import measures as m
from utilities.models.offline.dsl import objects as o
from utilities.models.offline.dsl import pieces as p
from utilities.models.offline.dsl import repair as r
from utilities.models.offline.dsl.types import Array


@dataclass(frozen=True)
class Facts:
    """What the train pairs tell before any search."""

    inputs: tuple[Array, ...]
    outputs: tuple[Array, ...]

    @cached_property
    def colours(self) -> list[int]:
        """Colours but black that most train inputs have."""
        present = [set(np.unique(grid).tolist()) for grid in self.inputs]
        return [k for k in range(1, 10) if sum(k in some for some in present) * 2 > len(present)]

    @cached_property
    def new_colours(self) -> list[int]:
        """Colours but black that every train output has."""
        return [k for k in range(1, 10) if all((grid == k).any() for grid in self.outputs)]

    @cached_property
    def output_shape(self) -> tuple[int, int] | None:
        """The shape of all train outputs, if they have the same."""
        shapes = {grid.shape for grid in self.outputs}
        return shapes.pop() if len(shapes) == 1 else None  # type: ignore[return-value]


Constants = dict[str, Any]
Choices = Callable[[Facts], Iterable[Constants]]


@dataclass(frozen=True)
class Operation:
    """One operation of the language."""

    function: Callable[..., Any]
    takes: str
    gives: str
    choices: Choices
    cost: float = 1.0


def options(**names: Iterable[Any]) -> Choices:
    """Every combination of the given values."""
    rows = [dict(zip(names, values, strict=True)) for values in itertools.product(*names.values())]
    return lambda facts: rows


def per_colour(**names: Iterable[Any]) -> Choices:
    """Every colour of the inputs, with every combination of the other values."""
    rest = options(**names)
    return lambda facts: [{"colour": k, **row} for k in facts.colours for row in rest(facts)]


def hidden_colours(**names: Iterable[Any]) -> Choices:
    """Every colour of the inputs and black as the one that hides, with every combination of the other values."""
    rest = options(**names)
    return lambda facts: [{"hidden": k, **row} for k in [*facts.colours, 0] for row in rest(facts)]


def corners(facts: Facts) -> list[Constants]:
    """The four corners in the size of the output."""
    if facts.output_shape is None:
        return []
    height, width = facts.output_shape
    return [
        {"height": height, "width": width, "bottom": a, "right": b}
        for a in (False, True)
        for b in (False, True)
    ]


def borders(facts: Facts) -> list[Constants]:
    """Each colour that every output has."""
    return [{"colour": k} for k in facts.new_colours]


ALONE = options()
TURNS = [
    g.flip_left_right,
    g.flip_top_bottom,
    g.rotate_half_turn,
    g.rotate_clockwise,
    g.rotate_anticlockwise,
    g.transpose,
    g.transpose_other,
]
PICKS = [c.main_colour, c.rarest_colour, c.second_colour]
ALL_PICKS = [c.most_frequent_colour, *PICKS]
NUMBERS = [
    m.count_cells,
    m.area,
    m.height,
    m.width,
    m.count_colours,
    m.count_gaps,
    m.count_holes,
    m.count_rare_cells,
]
YES_NO = [m.is_mirror, m.is_symmetric, m.is_square, m.is_tall]
SHAPES = [m.outline, m.turned_outline, m.pattern]
COUNTS = [m.count_colours, m.count_cells, m.count_pieces, m.height, m.width]
UP, DOWN, LEFT, RIGHT = n.UP, n.DOWN, n.LEFT, n.RIGHT
STRAIGHT = [UP, DOWN, LEFT, RIGHT]
SLANTED = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
RAYS = [[d] for d in STRAIGHT + SLANTED] + [[LEFT, RIGHT], [UP, DOWN], STRAIGHT, SLANTED]
PATHS = [[RIGHT], [DOWN], [RIGHT, DOWN], [(1, 1), (1, -1)]]
BOTH = (False, True)


def _grid_operations() -> list[Operation]:
    """From a grid to a grid."""
    table: list[tuple[Callable[..., Any], Choices, float]] = [
        *[(turn, ALONE, 1.0) for turn in TURNS],
        (g.crop_to_content, ALONE, 1.0),
        (g.trim_border, ALONE, 1.5),
        (g.drop_repeats, ALONE, 1.2),
        (g.drop_plain_lines, ALONE, 1.2),
        (g.drop_black_lines, ALONE, 1.2),
        (g.scale_down, ALONE, 1.2),
        (g.shrink, options(factor=(2, 3, 4)), 1.5),
        (g.repeat, options(down=(1, 2, 3), across=(1, 2, 3)), 1.3),
        (g.scale_up, options(down=(1, 2, 3, 4), across=(1, 2, 3, 4)), 1.3),
        (g.scale_up_by, options(count=COUNTS), 1.5),
        (g.repeat_by, options(count=COUNTS), 1.5),
        (g.crop_to_colour, per_colour(), 1.2),
        (g.crop_to, options(pick=PICKS), 1.3),
        (g.crop_corner, corners, 1.5),
        (g.add_border, borders, 1.3),
        (g.extend_edges, ALONE, 1.5),
        (g.roll, options(down=(-1, 0, 1), right=(-1, 0, 1)), 1.5),
        (g.shift, options(down=(-2, -1, 0, 1, 2), right=(-2, -1, 0, 1, 2)), 1.6),
        (
            g.kronecker,
            options(
                where=[c.coloured, c.black, c.most_frequent, c.rarest, c.main], turn=[g.same, swap_if_two]
            ),
            1.3,
        ),
        (g.sort_rows, ALONE, 1.5),
        (g.sort_columns, ALONE, 1.5),
        (c.keep_colour, per_colour(), 1.2),
        (c.drop_colour, per_colour(), 1.2),
        (c.keep, options(pick=PICKS), 1.3),
        (c.drop, options(pick=PICKS), 1.3),
        (c.swap_background, ALONE, 0.6),
        (c.swap_two, ALONE, 1.2),
        (c.all_of, options(pick=ALL_PICKS), 1.5),
        (c.one_cell, options(pick=ALL_PICKS), 1.5),
        (c.paint_content, options(pick=PICKS), 1.4),
        (c.paint_background, options(pick=PICKS), 1.4),
        (f.fill_enclosed, ALONE, 1.0),
        (f.grow, options(diagonal=BOTH), 1.3),
        (f.drop_single_cells, options(diagonal=BOTH), 1.2),
        (f.smooth_single_cells, ALONE, 1.4),
        (
            n.shoot,
            lambda facts: [
                {"colour": k, "directions": d, "over": o}
                for k in [0, *facts.colours]
                for d in RAYS
                for o in BOTH
            ],
            1.4,
        ),
        (n.connect, options(directions=PATHS, over=BOTH), 1.2),
        (n.drop_cells, options(down=BOTH), 1.3),
        (n.push_cells, options(right=BOTH), 1.3),
        (
            n.move_until_blocked,
            lambda facts: [{"colour": k, "down": a, "right": b} for k in facts.colours for a, b in STRAIGHT],
            1.5,
        ),
        (r.complete_symmetry, hidden_colours(), 1.2),
        (r.complete_tiling, hidden_colours(), 1.2),
        (r.complete_diagonals, hidden_colours(falling=BOTH), 1.3),
        (r.complete_rows, hidden_colours(), 1.4),
        (r.make_symmetric, ALONE, 1.2),
        (r.make_rotations, ALONE, 1.2),
        (
            r.reveal,
            lambda facts: [
                {"repair": fn, "hidden": k}
                for fn in (r.complete_symmetry, r.complete_tiling)
                for k in facts.colours
            ],
            1.3,
        ),
        (p.grid_of_parts, options(by=[*ALL_PICKS, m.count_cells]), 1.4),
    ]
    return [Operation(function, "grid", "grid", choices, cost) for function, choices, cost in table]


swap_if_two = c.swap_two


def _other_operations() -> list[Operation]:
    """To objects and pieces, and back to grids."""
    return [
        Operation(
            o.find_objects, "grid", "scene", options(diagonal=BOTH, by_colour=BOTH, background=(0,)), 0.7
        ),
        Operation(
            o.find_objects,
            "grid",
            "scene",
            options(diagonal=(False,), by_colour=(True,), background=(-1,)),
            0.9,
        ),
        Operation(o.colours_as_objects, "grid", "scene", ALONE, 0.8),
        Operation(o.cut_out, "scene", "pieces", ALONE, 0.3),
        Operation(o.cut_boxes, "scene", "pieces", ALONE, 0.4),
        Operation(p.cut_at_lines, "grid", "pieces", ALONE, 0.7),
        Operation(p.cut_evenly, "grid", "pieces", options(down=(1, 2, 3, 4), across=(1, 2, 3, 4)), 0.9),
        Operation(p.nth, "pieces", "grid", options(number=(0, 1, 2, 3, -1)), 1.0),
        Operation(p.extreme, "pieces", "grid", options(by=NUMBERS + YES_NO, largest=BOTH), 0.9),
        Operation(p.odd_one_out, "pieces", "grid", options(by=[*SHAPES, *YES_NO, *ALL_PICKS]), 0.9),
        Operation(p.most_shared, "pieces", "grid", options(by=[*SHAPES, *ALL_PICKS]), 1.0),
        Operation(p.overlay, "pieces", "grid", _orders, 1.3),
        Operation(p.row_of, "pieces", "grid", ALONE, 1.2),
        Operation(p.column_of, "pieces", "grid", ALONE, 1.2),
        Operation(p.sort_pieces, "pieces", "pieces", options(by=NUMBERS[:4], largest_first=BOTH), 0.8),
        Operation(
            p.strip_of_colours,
            "pieces",
            "grid",
            options(by=[c.main_colour, c.rarest_colour], across=BOTH),
            1.1,
        ),
        Operation(o.keep_objects, "scene", "grid", options(by=NUMBERS, largest=BOTH), 1.0),
        Operation(o.drop_objects, "scene", "grid", options(by=NUMBERS, largest=BOTH), 1.1),
        Operation(o.keep_if, "scene", "grid", options(by=[o.touches_border], value=(0, 1)), 1.1),
        Operation(o.drop_small, "scene", "grid", options(least=(2, 3, 4)), 1.2),
        Operation(o.fill_boxes, "scene", "grid", ALONE, 1.1),
        Operation(o.in_place, "scene", "grid", options(turn=TURNS), 1.2),
    ]


def _orders(facts: Facts) -> list[Constants]:
    return [
        {"order": list(order)}
        for order in [(0, 1), (1, 0), *itertools.permutations(range(3)), *itertools.permutations(range(4))]
    ]


def _layers() -> list[Operation]:
    """From a grid or its objects to layers, which only decision tables use."""
    grid: list[tuple[Callable[..., Any], Choices, float]] = [
        (f.enclosed, options(diagonal=BOTH), 0.5),
        (f.neighbour, lambda facts: [{"down": a, "right": b} for a, b in STRAIGHT + SLANTED], 0.6),
        (f.count_near, options(diagonal=BOTH), 0.6),
        (f.count_alike, options(diagonal=BOTH), 0.6),
        (f.near_colour, per_colour(diagonal=BOTH), 0.6),
        (f.largest_near, options(diagonal=BOTH), 0.7),
        (f.surroundings, options(diagonal=BOTH), 1.0),
        (f.ring, ALONE, 0.6),
        (f.row_remainder, options(period=(2, 3)), 0.7),
        (f.column_remainder, options(period=(2, 3)), 0.7),
        (f.last_row_remainder, options(period=(2, 3)), 0.7),
        (f.last_column_remainder, options(period=(2, 3)), 0.7),
        (f.diagonal_remainder, options(period=(2, 3), falling=BOTH), 0.7),
        (f.row_is_plain, ALONE, 0.6),
        (f.column_is_plain, ALONE, 0.6),
        (f.row_main, ALONE, 0.6),
        (f.column_main, ALONE, 0.6),
        (f.row_count, ALONE, 0.7),
        (f.column_count, ALONE, 0.7),
        (f.colour_rank, ALONE, 0.6),
        (f.seen_from, lambda facts: [{"down": a, "right": b} for a, b in STRAIGHT], 0.7),
        (p.part_layer, options(by=[m.count_cells, m.count_colours, c.main_colour]), 0.7),
    ]
    scene: list[tuple[Callable[..., Any], Choices, float]] = [
        (o.layer_of, options(by=NUMBERS + YES_NO + [m.count_holes]), 0.5),
        (o.layer_from, options(by=[o.touches_border, o.look_alikes, o.same_coloured]), 0.5),
        (o.rank_layer_of, options(by=NUMBERS[:4]), 0.5),
        (o.rank_layer_from, options(by=[o.tops, o.lefts, o.look_alikes]), 0.6),
        (o.last_layer_of, options(by=NUMBERS[:4]), 0.5),
        (o.box_layer, ALONE, 0.6),
    ]
    return [Operation(function, "grid", "layer", choices, cost) for function, choices, cost in grid] + [
        Operation(function, "scene", "layer", choices, cost) for function, choices, cost in scene
    ]


OPERATIONS = _grid_operations() + _other_operations()
LAYERS = _layers()
