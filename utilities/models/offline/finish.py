"""Finishing steps learned from whole train outputs: mosaics, looked-up answers, silhouettes painted in a colour of the input."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from utilities.models.offline.dsl import geometry, measures, tables
from utilities.models.offline.dsl.types import Array
from utilities.models.offline.program import Step
from utilities.models.offline.states import Pool
from utilities.models.offline.vocabulary import ALL_PICKS, NUMBERS, SHAPES, TURNS, YES_NO

Turn = Callable[[Array], Array]


def mosaics(pool: Pool) -> Iterator[Step]:
    """Programs that end by laying out turned copies of a grid."""
    outputs = pool.facts.outputs
    for state in pool.states["grid"]:
        grids = state.values[: len(outputs)]
        layout = _layout(grids, outputs)
        if layout is not None:
            cost = state.step.cost + 1.5 + 0.1 * len(layout) * len(layout[0])
            yield Step(geometry.mosaic, (state.step,), (("layout", layout),), cost)


def _layout(grids: Sequence[Array], outputs: Sequence[Array]) -> list[list[Turn]] | None:
    """Which turn of the grid each block of the outputs is; None when some block is none."""
    if any(o.shape[0] % g.shape[0] or o.shape[1] % g.shape[1] for g, o in zip(grids, outputs, strict=True)):
        return None
    factors = {
        (o.shape[0] // g.shape[0], o.shape[1] // g.shape[1]) for g, o in zip(grids, outputs, strict=True)
    }
    down, across = factors.pop()
    if factors or not 2 <= down * across <= 64:
        return None
    cut = [[np.hsplit(row, across) for row in np.vsplit(output, down)] for output in outputs]
    layout: list[list[Turn]] = []
    for i in range(down):
        layout.append([])
        for j in range(across):
            turn = _turn(grids, [blocks[i][j] for blocks in cut])
            if turn is None:
                return None
            layout[-1].append(turn)
    return layout


def _turn(grids: Sequence[Array], blocks: Sequence[Array]) -> Turn | None:
    """The turn that makes each grid its block."""
    for turn in [geometry.same, *TURNS, geometry.blank]:
        if all(np.array_equal(turn(grid), block) for grid, block in zip(grids, blocks, strict=True)):
            return turn
    return None


def looked_up(pool: Pool, limit: float) -> Iterator[Step]:
    """Programs that look the whole answer up by a measure of a grid; some answer must be shown by two pairs."""
    outputs = [grid.tolist() for grid in pool.facts.outputs]
    distinct = len({str(output) for output in outputs})
    if not 1 < distinct < len(outputs):
        return
    for state in pool.states["grid"]:
        if state.step.cost > limit:
            break
        for by in [*NUMBERS, *YES_NO, *ALL_PICKS, measures.count_pieces, *SHAPES]:
            pool.budget.spend(1)
            found = [by(value) for value in state.values[: len(outputs)]]
            answers = dict(zip(found, outputs, strict=True))
            if len(answers) < len(outputs) and [answers[key] for key in found] == outputs:
                cost = state.step.cost + 2 + 0.5 * (len(answers) - distinct) + (by in ALL_PICKS)
                yield Step(tables.answer_by, (state.step,), (("by", by), ("answers", answers)), cost)


def painted(pool: Pool) -> Iterator[Step]:
    """Programs that end by painting a grid's coloured cells in a colour picked from the input."""
    outputs = pool.facts.outputs
    if any(len(np.unique(output[output != 0])) != 1 for output in outputs):
        return
    wanted = [int(output.max()) for output in outputs]
    picks = [pick for pick in ALL_PICKS if [pick(grid) for grid in pool.facts.inputs] == wanted]
    for state in pool.shaped("grid"):
        if all(
            ((grid != 0) == (output != 0)).all() for grid, output in zip(state.values, outputs, strict=False)
        ):
            for pick in picks:
                cost = state.step.cost + 1.2
                yield Step(tables.paint_like, (state.step, pool.root), (("pick", pick),), cost)
