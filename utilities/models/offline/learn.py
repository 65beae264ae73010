"""Finishing steps learned from the train pairs: colour maps, decision tables, choices, mosaics, looked-up answers.

A rule must hold on all train pairs, and most of it must be shown by two pairs or more: a rule that each pair needs
its own entries for would be a record of the pairs, not a rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from utilities.models.offline.dsl import geometry, measures, tables
from utilities.models.offline.dsl.types import Array
from utilities.models.offline.program import Step
from utilities.models.offline.states import Budget, Pool, State
from utilities.models.offline.vocabulary import ALL_PICKS, NUMBERS, SHAPES, TURNS, YES_NO

CONFLICTS = 256
"""How many pairs of cells (same colour, different answer) a set of layers must tell apart before it is looked at closely."""

ENOUGH = 40
"""Decision tables per base grid."""


@dataclass(frozen=True, eq=False)
class Layer:
    """A state's values on all train cells in one row."""

    step: Step
    values: Array
    """The values themselves."""
    classes: Array
    """The values numbered from 0 in order of first appearance."""
    count: int
    """Number of classes."""


def flatten(values: Sequence[Array]) -> Array:
    """All cells of all grids in one row."""
    return np.concatenate([value.ravel() for value in values])


def numbered(values: Array) -> tuple[Array, int]:
    """Values numbered from 0 in order of first appearance, and how many there are."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse.ravel()], len(first)


class Tables:
    """Learns decision tables for one task: the output cell as a function of what layers have at that cell."""

    def __init__(self, pool: Pool, budget: Budget) -> None:
        outputs = pool.facts.outputs
        self.budget = budget
        self.train = len(outputs)
        self.target = flatten(outputs)
        self.pair = np.repeat(np.arange(self.train), [grid.size for grid in outputs])
        self.grids = [self._layer(state) for state in pool.shaped("grid")]
        every = sorted(
            self.grids + [self._layer(state) for state in pool.shaped("layer")],
            key=lambda layer: layer.step.cost,
        )
        distinct: dict[bytes, Layer] = {}
        for layer in every:
            distinct.setdefault(layer.classes.tobytes(), layer)
        self.layers = [layer for layer in distinct.values() if layer.count > 1]

    def _layer(self, state: State) -> Layer:
        values = flatten(state.values[: self.train])
        return Layer(state.step, values, *numbered(values))

    def colour_maps(self) -> Iterator[Step]:
        """Programs that end by exchanging colours."""
        for grid in self.grids:
            self.budget.spend(1)
            found = self._fit(grid, ())
            if found is not None:
                table, doubt = found
                mapping = {key[0]: value for key, value in table.items()}
                yield Step(
                    tables.recolour,
                    (grid.step,),
                    (("new_colours", mapping),),
                    grid.step.cost + 0.5 + 0.05 * len(table) + doubt,
                )

    def decisions(self, bases: int, widest: int) -> Iterator[Step]:
        """Programs that end by a table over the colour of one of the cheapest grids and up to `widest` other layers."""
        for base in self.grids[:bases]:
            learned = 0
            for others in self._separating(self._conflicts(base), widest):
                if learned == ENOUGH:
                    break
                self.budget.spend(len(self.target) / 60)
                found = self._fit(base, others)
                if found is None or found[1] > 0.5:
                    continue
                learned += 1
                table, doubt = found
                layers = (base, *others)
                cost = sum(layer.step.cost for layer in layers) + 0.8 + 0.1 * len(table) + 4 * doubt
                yield Step(
                    tables.decide_cells, (tuple(layer.step for layer in layers),), (("table", table),), cost
                )

    def _conflicts(self, base: Layer) -> list[tuple[Layer, int]]:
        """For each layer the set (as bits) of sampled cell pairs that it does not tell apart."""
        random = np.random.default_rng(0)
        one = random.permutation(len(self.target))
        lefts, rights = [], []
        for colour in range(base.count):
            cells = one[base.classes[one] == colour]
            answers = self.target[cells]
            for first, second in combinations(np.unique(answers).tolist(), 2):
                a, b = cells[answers == first], cells[answers == second]
                size = max(len(a), len(b), 24)
                lefts.append(np.resize(a, size)[:64])
                rights.append(np.resize(b, size)[:64])
        if not lefts:
            return []
        left, right = np.concatenate(lefts), np.concatenate(rights)
        chosen = random.permutation(len(left))[:CONFLICTS]
        left, right = left[chosen], right[chosen]
        found = []
        for layer in self.layers:
            same = layer.classes[left] == layer.classes[right]
            bits = int.from_bytes(np.packbits(same).tobytes(), "big")
            if not same.all():
                found.append((layer, bits))
        return found

    def _separating(self, unsolved: list[tuple[Layer, int]], widest: int) -> list[tuple[Layer, ...]]:
        """Sets of layers, small and cheap ones first, that tell all sampled conflicts apart."""
        singles = [(layer,) for layer, bits in unsolved if bits == 0]
        rest = [(layer, bits) for layer, bits in unsolved if bits][:240]
        found: list[tuple[Layer, ...]] = [*singles]
        if widest >= 2:
            found += [(one, two) for (one, a), (two, b) in combinations(rest, 2) if not a & b]
        if widest >= 3 and not singles:
            found += [
                (one, two, three)
                for (one, a), (two, b), (three, c) in combinations(rest[:70], 3)
                if not a & b & c
            ]
        return sorted(found, key=lambda layers: sum(layer.step.cost for layer in layers))

    def _fit(self, base: Layer, others: tuple[Layer, ...]) -> tuple[dict[tuple[int, ...], int], float] | None:
        """The table over these layers, without the entries that keep the base's colour, and how doubtful it is.

        Doubt is the share of its entries that only one train pair shows. None when no table is right.
        """
        code, size = base.classes, base.count
        for layer in others:
            code, size = code * layer.count + layer.classes, size * layer.count
        if size > 1 << 20:
            code, size = numbered(code)
        answer = np.full(size, -1)
        answer[code] = self.target
        if (answer[code] != self.target).any():
            return None
        keys, where = np.unique(code, return_index=True)
        changed = self.target[where] != base.values[where]
        keys, where = keys[changed], where[changed]
        if not keys.size:
            return None
        shown = [set(self.pair[code == key].tolist()) for key in keys[:200]]
        if len(keys) > 200:
            return None
        rows = np.stack([layer.values[where] for layer in (base, *others)], axis=1)
        table = {
            tuple(row): value for row, value in zip(rows.tolist(), self.target[where].tolist(), strict=True)
        }
        return table, sum(len(pairs) == 1 for pairs in shown) / len(shown)

    def choices(self, bases: int) -> Iterator[Step]:
        """Programs that take some cells from one grid and the rest from another."""
        for base in self.grids[:bases]:
            changed = base.values != self.target
            for other in self.grids:
                if other is base or (other.values != self.target)[changed].any():
                    continue
                forbidden = (other.values != self.target) & ~changed
                for layer in self.layers:
                    self.budget.spend(1)
                    step = self._choice(base, other, layer, changed, forbidden)
                    if step is not None:
                        yield step

    def _choice(
        self, base: Layer, other: Layer, layer: Layer, changed: Array, forbidden: Array
    ) -> Step | None:
        code = layer.classes * base.count + base.classes
        wanted = np.zeros(layer.count * base.count, dtype=bool)
        wanted[code[changed]] = True
        if wanted[code[forbidden]].any():
            return None
        taken = np.flatnonzero(wanted)
        shown = [len(set(self.pair[(code == key) & changed].tolist())) for key in taken]
        doubt = sum(count == 1 for count in shown) / len(shown)
        if doubt > 0.5:
            return None
        where = {(int(layer.values[code == key][0]), int(base.values[code == key][0])) for key in taken}
        cost = base.step.cost + other.step.cost + layer.step.cost + 0.8 + 0.1 * len(where) + 4 * doubt
        return Step(
            tables.choose_cells,
            (base.step, other.step, (layer.step, base.step)),
            (("where", where),),
            cost,
        )


def mosaics(pool: Pool) -> Iterator[Step]:
    """Programs that end by laying out turned copies of a grid."""
    outputs = pool.facts.outputs
    for state in pool.states["grid"]:
        layout = _layout(state.values[: len(outputs)], outputs)
        if layout is not None:
            cost = state.step.cost + 1.5 + 0.1 * len(layout) * len(layout[0])
            yield Step(geometry.mosaic, (state.step,), (("layout", layout),), cost)


def _layout(grids: Sequence[Array], outputs: Sequence[Array]) -> list[list[Any]] | None:
    """Which turn of the grid each block of the outputs is; None when some block is none."""
    factors = {
        (output.shape[0] // grid.shape[0], output.shape[1] // grid.shape[1])
        for grid, output in zip(grids, outputs, strict=True)
        if output.shape[0] % grid.shape[0] == 0 and output.shape[1] % grid.shape[1] == 0
    }
    if len(factors) != 1 or len(grids) != sum(
        output.shape[0] % grid.shape[0] == 0 and output.shape[1] % grid.shape[1] == 0
        for grid, output in zip(grids, outputs, strict=True)
    ):
        return None
    down, across = factors.pop()
    if not 2 <= down * across <= 100:
        return None
    blocks = [[np.hsplit(row, across) for row in np.vsplit(output, down)] for output in outputs]
    layout = []
    for i in range(down):
        row = []
        for j in range(across):
            turn = _turn(grids, [block[i][j] for block in blocks])
            if turn is None:
                return None
            row.append(turn)
        layout.append(row)
    return layout


def _turn(grids: Sequence[Array], blocks: Sequence[Array]) -> Any:
    for turn in [geometry.same, *TURNS, geometry.blank]:
        if all(np.array_equal(turn(grid), block) for grid, block in zip(grids, blocks, strict=True)):
            return turn
    return None


def looked_up(pool: Pool, limit: float) -> Iterator[Step]:
    """Programs that look the whole answer up by a measure of a grid."""
    outputs = [grid.tolist() for grid in pool.facts.outputs]
    distinct = {str(output) for output in outputs}
    if not 1 < len(distinct) < len(outputs):
        return
    for state in pool.states["grid"]:
        if state.step.cost > limit:
            break
        for by in [*NUMBERS, *YES_NO, *ALL_PICKS, measures.count_pieces, *SHAPES]:
            pool.budget.spend(1)
            found = [by(value) for value in state.values[: len(outputs)]]
            answers = dict(zip(found, outputs, strict=True))
            if len(answers) < len(outputs) and all(
                answers[key] == output for key, output in zip(found, outputs, strict=True)
            ):
                cost = state.step.cost + 2 + 0.3 * (len(answers) - len(distinct))
                yield Step(tables.answer_by, (state.step,), (("by", by), ("answers", answers)), cost)
