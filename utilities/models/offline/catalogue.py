"""The operations between grids, objects and pieces, with the constants that the search tries for each."""

import itertools

from utilities.models.offline.dsl import colours as c
from utilities.models.offline.dsl import fills as f
from utilities.models.offline.dsl import geometry as g
from utilities.models.offline.dsl import lines as n
from utilities.models.offline.dsl import measures as m
from utilities.models.offline.dsl import objects as o
from utilities.models.offline.dsl import patterns as t
from utilities.models.offline.dsl import pieces as p
from utilities.models.offline.dsl import repair as r
from utilities.models.offline.vocabulary import (
    ALL_PICKS,
    ALONE,
    BOTH,
    COUNTS,
    DOWN,
    LEFT,
    NUMBERS,
    PICKS,
    RIGHT,
    SHAPES,
    SLANTED,
    STRAIGHT,
    TURNS,
    UP,
    YES_NO,
    Constants,
    Facts,
    Operation,
    hidden_colours,
    in_output_shape,
    options,
    per_colour,
    per_target,
)

RAYS = [[d] for d in STRAIGHT + SLANTED] + [[LEFT, RIGHT], [UP, DOWN], STRAIGHT, SLANTED, STRAIGHT + SLANTED]
PATHS = [[RIGHT], [DOWN], [RIGHT, DOWN], [(1, 1), (1, -1)]]
SHALLOW, NEAR = 0.65, 1.35
"""How deep costly operations may stand: on the input (or with its background exchanged); after one more operation."""


def _rays(facts: Facts) -> list[Constants]:
    return [
        {"colour": k, "directions": d, "over": o}
        for k in [0, *facts.colours]
        for d in RAYS
        for o in (BOTH if len(facts.colours) > 1 else (False,))
    ]


def _moves(facts: Facts) -> list[Constants]:
    return [{"colour": k, "down": down, "right": right} for k in facts.colours for down, right in STRAIGHT]


def _two_colours(facts: Facts) -> list[Constants]:
    return [{"colour": k, "target": other} for k, other in itertools.permutations(facts.colours, 2)]


def _reveals(facts: Facts) -> list[Constants]:
    repairs = (r.complete_tiling, r.complete_symmetry)
    return [{"repair": repair, "hidden": k} for repair in repairs for k in [*facts.colours, 0]]


def _orders(facts: Facts) -> list[Constants]:
    sizes = (2, 3, 4)
    return [{"order": list(order)} for size in sizes for order in itertools.permutations(range(size))]


def _part_changes(facts: Facts) -> list[Constants]:
    return [{"change": change} for change in (n.connect_straight, n.shoot_straight, f.fill_enclosed)]


def _new_colours(facts: Facts) -> list[Constants]:
    return [{"colour": k} for k in facts.new_colours]


def _grid(*rows: tuple[object, ...]) -> list[Operation]:
    return [Operation(row[0], "grid", "grid", *row[1:]) for row in rows]  # type: ignore[arg-type]


SHAPING = _grid(
    *[(turn, ALONE, 1.05) for turn in TURNS],
    (g.crop_to_content, ALONE, 1.05),
    (g.trim_border, ALONE, 1.3),
    (g.drop_repeats, ALONE, 1.2),
    (g.drop_plain_lines, ALONE, 1.2),
    (g.drop_black_lines, ALONE, 1.2),
    (g.scale_down, ALONE, 1.1),
    (g.shrink, options(factor=(2, 3, 4)), 1.5),
    (g.repeat, options(down=(1, 2, 3), across=(1, 2, 3)), 1.3, True),
    (g.scale_up, options(down=(1, 2, 3, 4), across=(1, 2, 3, 4)), 1.3, True),
    (g.scale_up_by, options(count=COUNTS), 1.5, True),
    (g.repeat_by, options(count=COUNTS), 1.5, True),
    (g.crop_to_colour, per_colour(), 1.2),
    (g.crop_to, options(pick=PICKS), 1.3),
    (g.crop_corner, in_output_shape(bottom=BOTH, right=BOTH), 1.5, True),
    (g.add_border, _new_colours, 1.3, True),
    (g.extend_edges, ALONE, 1.5, True, NEAR),
    (g.roll, options(down=(-1, 0, 1), right=(-1, 0, 1)), 1.5, False, NEAR),
    (g.shift, options(down=(-2, -1, 0, 1, 2), right=(-2, -1, 0, 1, 2)), 1.6, False, NEAR),
    (
        g.kronecker,
        options(where=[c.coloured, c.black, c.most_frequent, c.rarest, c.main], turn=[g.same, c.swap_two]),
        1.3,
    ),
    (g.sort_rows, ALONE, 1.5),
    (g.sort_columns, ALONE, 1.5),
    (t.continue_down, options(percent=(150, 200, 300)), 1.4, True, NEAR),
    (t.continue_right, options(percent=(150, 200, 300)), 1.4, True, NEAR),
    (t.inside_frame, options(inset=(0, 1, 2)), 1.2, False, SHALLOW),
    (t.inside_corners, options(inset=(0, 1)), 1.2, False, SHALLOW),
    (t.bounce, options(times=(2, 3, 4)), 1.4, True, NEAR),
)

COLOURING = _grid(
    (c.swap_background, ALONE, 0.6),
    (c.keep_colour, per_colour(), 1.2),
    (c.drop_colour, per_colour(), 1.2),
    (c.keep, options(pick=PICKS), 1.3),
    (c.drop, options(pick=PICKS), 1.3),
    (c.swap_two, ALONE, 1.2),
    (c.all_of, options(pick=ALL_PICKS), 1.5, True, NEAR),
    (c.one_cell, options(pick=ALL_PICKS), 1.5, True),
    (c.paint_content, options(pick=ALL_PICKS), 1.4),
    (c.paint_background, options(pick=ALL_PICKS), 1.4),
    (f.fill_enclosed, ALONE, 1.1),
    (f.grow, options(diagonal=BOTH), 1.3, False, NEAR),
    (f.drop_single_cells, options(diagonal=BOTH), 1.2, False, NEAR),
    (f.smooth_single_cells, ALONE, 1.4, False, NEAR),
    (t.smooth_stripes, ALONE, 1.2, False, NEAR),
)

DRAWING = _grid(
    (n.shoot, _rays, 1.3, False, NEAR),
    (n.connect, options(directions=PATHS, over=BOTH), 1.2, False, NEAR),
    (n.reach, per_target(), 1.3, False, NEAR),
    (n.drop_cells, options(down=BOTH), 1.3, False, NEAR),
    (n.push_cells, options(right=BOTH), 1.3, False, NEAR),
    (n.move_until_blocked, _moves, 1.4, False, NEAR),
    (n.move_towards, _two_colours, 1.3, False, NEAR),
    (n.pull_to, per_target(), 1.3, False, NEAR),
    (p.copy_part, options(by=[m.count_cells, m.count_colours]), 1.2, False, NEAR),
    (p.change_parts, _part_changes, 1.3, False, SHALLOW),
)

REPAIRING = _grid(
    (r.complete_symmetry, hidden_colours(), 1.2, False, SHALLOW),
    (r.complete_tiling, hidden_colours(), 1.2, False, SHALLOW),
    (r.complete_diagonals, hidden_colours(falling=BOTH), 1.3, False, SHALLOW),
    (r.complete_rows, hidden_colours(), 1.4, False, SHALLOW),
    (r.make_symmetric, ALONE, 1.2, False, NEAR),
    (r.make_rotations, ALONE, 1.2, False, NEAR),
    (r.reveal, _reveals, 1.3, False, SHALLOW),
    (t.repeat_content, ALONE, 1.3, False, NEAR),
    (t.repeat_content_across, ALONE, 1.3, False, NEAR),
    (t.mirror_about, per_colour(), 1.3, False, NEAR),
    (t.rotate_about, per_colour(), 1.3, False, NEAR),
)

COUNTING = _grid(
    (p.grid_of_parts, options(by=[*ALL_PICKS, m.count_cells]), 1.3),
    (t.histogram, options(ascending=BOTH), 1.3, True),
    (t.list_cells, ALONE, 1.3),
    (t.diagonal_of, options(count=COUNTS, pick=PICKS[:1]), 1.5, True),
    (t.row_of_length, options(count=COUNTS, pick=PICKS[:1]), 1.5, True),
    (t.bar_of, in_output_shape(count=COUNTS, pick=PICKS[:1]), 1.5, True),
)

CUTTING = [
    Operation(o.find_objects, "grid", "scene", options(diagonal=BOTH, by_colour=BOTH, background=(0,)), 0.5),
    Operation(o.find_areas, "grid", "scene", ALONE, 0.6, False, NEAR),
    Operation(o.colours_as_objects, "grid", "scene", ALONE, 0.7),
    Operation(o.cut_out, "scene", "pieces", ALONE, 0.2),
    Operation(o.cut_boxes, "scene", "pieces", ALONE, 0.3),
    Operation(p.cut_at_lines, "grid", "pieces", ALONE, 0.7),
    Operation(p.cut_evenly, "grid", "pieces", options(down=(1, 2, 3, 4), across=(1, 2, 3, 4)), 0.9),
    Operation(p.cut_into_squares, "grid", "pieces", ALONE, 0.8),
    Operation(p.cut_longer_side, "grid", "pieces", ALONE, 0.8),
    Operation(p.cut_corners, "grid", "pieces", in_output_shape(), 1.0),
]

CHOOSING = [
    Operation(p.nth, "pieces", "grid", options(number=(0, 1, 2, 3, -1)), 1.2),
    Operation(p.extreme, "pieces", "grid", options(by=NUMBERS + YES_NO, largest=BOTH), 0.9),
    Operation(p.odd_one_out, "pieces", "grid", options(by=[*SHAPES, *YES_NO]), 0.9),
    Operation(p.odd_one_out, "pieces", "grid", options(by=ALL_PICKS), 1.1),
    Operation(p.most_shared, "pieces", "grid", options(by=SHAPES), 1.0),
    Operation(p.most_shared, "pieces", "grid", options(by=ALL_PICKS), 1.2),
    Operation(p.with_most, "pieces", "grid", per_colour(most=BOTH), 1.0),
    Operation(p.overlay, "pieces", "grid", _orders, 1.3),
    Operation(p.kronecker_of, "pieces", "grid", options(first=(0, 1)), 1.2),
    Operation(p.row_of, "pieces", "grid", ALONE, 1.2),
    Operation(p.column_of, "pieces", "grid", ALONE, 1.2),
    Operation(
        p.sort_pieces, "pieces", "pieces", options(by=[*NUMBERS[:5], c.main_colour], largest_first=BOTH), 0.2
    ),
    Operation(
        p.strip_of_colours, "pieces", "grid", options(by=[c.main_colour, c.rarest_colour], across=BOTH), 1.1
    ),
    Operation(o.keep_objects, "scene", "grid", options(by=NUMBERS, largest=BOTH), 1.0),
    Operation(o.drop_objects, "scene", "grid", options(by=NUMBERS, largest=BOTH), 1.1),
    Operation(o.keep_if, "scene", "grid", options(by=[o.touches_border], value=(0, 1)), 1.1),
    Operation(o.drop_small, "scene", "grid", options(least=(2, 3, 4)), 1.2),
    Operation(o.fill_boxes, "scene", "grid", ALONE, 1.1),
    Operation(o.in_place, "scene", "grid", options(turn=[*TURNS, r.make_symmetric, r.make_rotations]), 1.2),
]

OPERATIONS = [*SHAPING, *COLOURING, *DRAWING, *REPAIRING, *COUNTING, *CUTTING, *CHOOSING]
