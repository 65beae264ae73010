"""The layers that rules may look at, of a grid and of its objects, with the constants that are tried for each."""

from utilities.models.offline.dsl import colours as c
from utilities.models.offline.dsl import fills as f
from utilities.models.offline.dsl import measures as m
from utilities.models.offline.dsl import object_layers as y
from utilities.models.offline.dsl import objects as o
from utilities.models.offline.dsl import pieces as p
from utilities.models.offline.dsl import positions as q
from utilities.models.offline.vocabulary import (
    ALONE,
    BOTH,
    NUMBERS,
    PICKS,
    SLANTED,
    STRAIGHT,
    YES_NO,
    Operation,
    options,
    per_colour,
)

STEPS = [{"down": down, "right": right} for down, right in STRAIGHT]
ALL_STEPS = [{"down": down, "right": right} for down, right in STRAIGHT + SLANTED]


def _of(kind: str, *rows: tuple[object, ...]) -> list[Operation]:
    return [Operation(row[0], kind, "layer", *row[1:]) for row in rows]  # type: ignore[arg-type]


GRID_LAYERS = _of(
    "grid",
    (c.coloured, ALONE, 0.2),
    (f.enclosed, options(diagonal=BOTH), 0.5),
    (f.neighbour, lambda facts: ALL_STEPS, 0.6),
    (f.count_near, options(diagonal=BOTH), 0.6),
    (f.count_alike, options(diagonal=BOTH), 0.6),
    (f.near_colour, per_colour(diagonal=BOTH), 0.6),
    (f.largest_near, options(diagonal=BOTH), 0.7),
    (f.surroundings, options(diagonal=BOTH), 1.0),
    (f.row_is_plain, ALONE, 0.6),
    (f.column_is_plain, ALONE, 0.6),
    (f.row_main, ALONE, 0.6),
    (f.column_main, ALONE, 0.6),
    (f.row_count, ALONE, 0.7),
    (f.column_count, ALONE, 0.7),
    (f.colour_rank, ALONE, 0.6),
    (q.ring, ALONE, 0.6),
    (q.row_remainder, options(period=(2, 3)), 0.7),
    (q.row_remainder, options(period=(30,)), 1.0),
    (q.column_remainder, options(period=(2, 3)), 0.7),
    (q.column_remainder, options(period=(30,)), 1.0),
    (q.last_row_remainder, options(period=(2, 3)), 0.7),
    (q.last_row_remainder, options(period=(30,)), 1.0),
    (q.last_column_remainder, options(period=(2, 3)), 0.7),
    (q.last_column_remainder, options(period=(30,)), 1.0),
    (q.diagonal_remainder, options(period=(2, 3), falling=BOTH), 0.7),
    (q.diagonal_remainder, options(period=(60,), falling=BOTH), 1.0),
    (q.rising_diagonal, ALONE, 1.0),
    (q.half, ALONE, 0.7),
    (q.quarter, ALONE, 0.7),
    (q.seen_from, lambda facts: STEPS, 0.7),
    (q.parity_seen, lambda facts: STEPS, 0.8),
    (q.nearest_edge_colour, ALONE, 0.7),
    (q.largest_black_rectangle, ALONE, 0.7),
    (q.in_block, options(side=(2, 3), coloured=BOTH), 0.7),
    (p.part_layer, options(by=[m.count_cells, m.count_colours, c.main_colour]), 0.7),
    (p.part_ranks, options(by=[m.count_cells, m.count_colours]), 0.6),
)

OBJECT_LAYERS = _of(
    "scene",
    (y.layer_of, options(by=[*YES_NO, m.is_filled_square, m.is_even_high]), 0.4),
    (y.layer_of, options(by=NUMBERS), 0.5),
    (y.layer_from, options(by=[o.touches_border, o.look_alikes, o.same_coloured, o.first_or_last]), 0.5),
    (y.layer_where, options(by=[m.count_cells], value=(1, 2, 3, 4, 5, 6)), 0.5),
    (y.layer_where, options(by=[m.count_holes], value=(1, 2, 3)), 0.6),
    (y.rank_layer_of, options(by=NUMBERS[:5]), 0.5),
    (y.rank_layer_from, options(by=[o.tops, o.lefts, o.look_alikes]), 0.6),
    (y.first_layer_of, options(by=NUMBERS), 0.5),
    (y.last_layer_of, options(by=NUMBERS), 0.5),
    (y.in_boxes, ALONE, 0.5),
    (y.box_layer, ALONE, 0.6),
    (y.box_rings, ALONE, 0.6),
    (y.box_offsets, options(axis=(0, 1), from_end=BOTH), 0.7),
    (y.box_checkers, options(axis=(0, 1, 2)), 0.9),
    (y.centre_lines, options(axis=(0, 1)), 0.7),
    (y.shadows, options(axis=(0, 1)), 0.7),
    (y.tint_objects, options(pick=PICKS), 0.6),
    (y.tint_boxes, options(pick=PICKS), 0.6),
)

LAYERS = [*GRID_LAYERS, *OBJECT_LAYERS]

TINTS = frozenset(
    {
        f.neighbour,
        f.largest_near,
        f.row_main,
        f.column_main,
        q.seen_from,
        q.nearest_edge_colour,
        y.tint_objects,
        y.tint_boxes,
    }
)
"""The layers whose values are colours, from which a rule may take cells."""
