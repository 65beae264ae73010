"""Rules learned cell by cell: decision tables over layers, choices between two grids.

A rule must hold on every cell of all train pairs, and two thirds of its entries must be shown by two pairs or
more: a table that each pair needs entries of its own for is a record of the pairs, not a rule. Not here: last steps
whose constants are worked out from whole grids (`infer` in their declarations).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from utilities.models.offline.declare import MOST_DOUBT
from utilities.models.offline.dsl import tables
from utilities.models.offline.dsl.types import Array
from utilities.models.offline.program import Step
from utilities.models.offline.states import Pool, State

CONFLICTS = 384
"""Pairs of cells that a set of layers must tell apart before it is looked at closely."""
ENOUGH = 30
"""Rules per base grid and kind."""
MOST_TRIED = 400
"""Sets of layers that are looked at closely per base grid and kind."""
DOUBT_LENGTH = 8
"""What a rule of which every entry rests on one pair would be longer by."""
MOST_ENTRIES = 40
_PAIRED, _TRIPLED = 260, 80
"""How many of the cheapest layers are tried two, and three, at a time."""


@dataclass(frozen=True, eq=False)
class Layer:
    """A state's values on all train cells in one row."""

    step: Step
    values: Array
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


def coded(layers: Sequence[Layer]) -> tuple[Array, int]:
    """For each cell one number for its combination of classes, and an upper bound of these numbers."""
    code, size = layers[0].classes.astype(np.int64), layers[0].count
    for layer in layers[1:]:
        code, size = code * layer.count + layer.classes, size * layer.count
        if size > 1 << 18:
            code, size = numbered(code)
    return code, size


def total_length(layers: Sequence[Layer]) -> float:
    """The length of all layers together."""
    return sum(layer.step.length for layer in layers)


def _separating_sets(sets: Array, missed: Array) -> Array:
    """The sets (one row of rising numbers each) that, with one layer more, miss no conflict together.

    `missed`: for each layer a row that is 1 where it misses the conflict, else 0.
    """
    common = missed[sets].prod(axis=1)
    which, last = np.nonzero(common @ missed.T == 0)
    later = last > sets[which, -1]
    return np.column_stack([sets[which[later]], last[later]])


class Rules:
    """Learns rules for one task from the states of a pool that have the outputs' shapes."""

    def __init__(self, pool: Pool) -> None:
        outputs = pool.facts.outputs
        self.budget = pool.budget
        self.train = len(outputs)
        self.target = flatten(outputs)
        self.pair = np.repeat(np.arange(self.train), [grid.size for grid in outputs])
        self.random = np.random.default_rng(0)
        self.grids = [self._layer(state) for state in pool.shaped("grid")]
        made = [self._layer(state) for state in pool.shaped("layer")]
        tints = [self._layer(state) for state in pool.shaped("tint")]
        self.sources = [*self.grids, *tints]
        layers = [*self.sources, *made]
        distinct: dict[bytes, Layer] = {}
        for layer in sorted(layers, key=lambda layer: layer.step.length):
            distinct.setdefault(layer.classes.tobytes(), layer)
        self.layers = [layer for layer in distinct.values() if layer.count > 1]
        self.classes = np.array([layer.classes for layer in self.layers], dtype=np.int32).T.copy()
        """The classes of all layers, one row for each cell."""

    def _layer(self, state: State) -> Layer:
        self.budget.spend(1)
        values = flatten(state.values[: self.train])
        classes, count = numbered(values)
        return Layer(state.step, values, classes.astype(np.int32), count)

    def decisions(self, bases: int, widest: int) -> Iterator[Step]:
        """Programs that end by a table over up to `widest` layers, besides the colour of one of the cheapest grids."""
        for base in self.grids[:bases]:
            changed = base.values != self.target
            alike = self._sample(base.classes, self.target)
            unlike = self._sample(np.zeros_like(base.classes), np.where(changed, self.target, -1))
            differ = self.target[unlike[0]] != self.target[unlike[1]]
            free = np.concatenate([alike, unlike[:, differ]], axis=1)
            yield from self._decided(base, (), self._separating(free, widest))
            yield from self._decided(base, (base,), self._separating(alike, widest))

    def _decided(
        self, base: Layer, always: tuple[Layer, ...], candidates: list[tuple[Layer, ...]]
    ) -> Iterator[Step]:
        """A program for each set of layers (with those `always` used) that determines the output cell."""
        learned = 0
        for others in candidates[:MOST_TRIED]:
            layers = always + others
            self.budget.spend(1 + len(self.target) / 60)
            found = self._table(base, layers, MOST_DOUBT)
            if found is None:
                continue
            table, doubt = found
            length = base.step.length + total_length(others) + 0.8 + 0.1 * len(table) + DOUBT_LENGTH * doubt
            steps = tuple(layer.step for layer in layers)
            yield Step(tables.decide_cells, (base.step, steps), (("table", table),), length)
            learned += 1
            if learned == ENOUGH:
                break

    def choices(self, bases: int, widest: int) -> Iterator[Step]:
        """Programs that take some cells from one grid and the rest from another."""
        for base in self.grids[:bases]:
            changed = base.values != self.target
            learned = 0
            for other in self.sources:
                wrong = other.values != self.target
                if other is base or wrong[changed].any() or learned == ENOUGH:
                    continue
                conflicts = self._sample(
                    np.zeros_like(base.classes), np.where(wrong, 2, changed), keep=(1, 2)
                )
                for layers in self._separating(conflicts, widest)[: 3 * ENOUGH]:
                    self.budget.spend(1 + len(self.target) / 60)
                    found = self._choice(layers, changed, wrong)
                    if found is not None:
                        learned += 1
                        where, doubt = found
                        length = (
                            total_length((base, other, *layers))
                            + 0.8
                            + 0.1 * len(where)
                            + DOUBT_LENGTH * doubt
                        )
                        steps = tuple(layer.step for layer in layers)
                        yield Step(
                            tables.choose_cells, (base.step, other.step, steps), (("where", where),), length
                        )

    def _sample(self, groups: Array, outcomes: Array, keep: tuple[int, ...] = ()) -> Array:
        """2 x N cell numbers: pairs of cells of one group with different outcomes (only those in `keep`, if given)."""
        order = self.random.permutation(len(groups))
        chosen: list[Array] = [np.empty((2, 0), dtype=np.int64)]
        for group in np.unique(groups):
            cells = order[groups[order] == group]
            found = [value for value in np.unique(outcomes[cells]).tolist() if not keep or value in keep]
            for one, two in combinations(found, 2):
                first, second = cells[outcomes[cells] == one], cells[outcomes[cells] == two]
                size = min(64, max(len(first), len(second)))
                chosen.append(np.stack([np.resize(first, size), np.resize(second, size)]))
        pairs = np.concatenate(chosen, axis=1)
        return pairs[:, self.random.permutation(pairs.shape[1])[:CONFLICTS]]

    def _separating(self, conflicts: Array, widest: int) -> list[tuple[Layer, ...]]:
        """Sets of layers, cheap ones first, that tell all the sampled pairs of cells apart."""
        if not conflicts.size or not self.layers:
            return []
        left, right = conflicts
        alike = (self.classes[left] == self.classes[right]).T
        misses_some = alike.any(axis=1)
        sets = np.flatnonzero(~misses_some)[:, None].tolist()
        partial = np.flatnonzero(misses_some & ~alike.all(axis=1))[:_PAIRED]
        missed = alike[partial].astype(np.float32)
        if widest >= 2:
            singles = np.arange(len(partial))[:, None]
            sets += partial[_separating_sets(singles, missed)].tolist()
        if widest >= 3 and len(sets) < ENOUGH:
            missed = missed[:_TRIPLED]
            couples = np.stack(np.triu_indices(len(missed), 1), axis=1)
            sets += partial[_separating_sets(couples, missed)].tolist()
        return sorted((tuple(self.layers[k] for k in one) for one in sets), key=total_length)

    def _table(
        self, base: Layer, layers: tuple[Layer, ...], most_doubt: float
    ) -> tuple[dict[tuple[int, ...], int], float] | None:
        """The new colour for each combination of values at which the base's colour changes, and the table's doubt.

        Doubt is the share of entries that only one train pair shows. None when there is no such table or too doubtful.
        """
        code, size = coded(layers)
        changed = base.values != self.target
        answer = np.full(size, -1)
        answer[code[changed]] = self.target[changed]
        affected = answer[code] >= 0
        if (answer[code] != self.target)[affected].any():
            return None
        keys, where = np.unique(code[changed], return_index=True)
        if not 0 < len(keys) <= MOST_ENTRIES:
            return None
        where = np.flatnonzero(changed)[where]
        doubt = self._doubt(code, changed, keys)
        if doubt > most_doubt:
            return None
        rows = np.stack([layer.values[where] for layer in layers], axis=1).tolist()
        return {
            tuple(row): value for row, value in zip(rows, self.target[where].tolist(), strict=True)
        }, doubt

    def _choice(
        self, layers: tuple[Layer, ...], changed: Array, wrong: Array
    ) -> tuple[set[tuple[int, ...]], float] | None:
        """The combinations of values at which to take the other grid's cell, and the doubt about them."""
        code, size = coded(layers)
        wanted = np.zeros(size, dtype=bool)
        wanted[code[changed]] = True
        if wanted[code[wrong]].any():
            return None
        keys, where = np.unique(code[changed], return_index=True)
        doubt = self._doubt(code, changed, keys)
        if len(keys) > MOST_ENTRIES or doubt > MOST_DOUBT:
            return None
        where = np.flatnonzero(changed)[where]
        return {
            tuple(row) for row in np.stack([layer.values[where] for layer in layers], axis=1).tolist()
        }, doubt

    def _doubt(self, code: Array, changed: Array, keys: Array) -> float:
        """The share of the keys that the changed cells of only one pair show."""
        shown = np.unique(code[changed] * self.train + self.pair[changed]) // self.train
        _, counts = np.unique(shown, return_counts=True)
        return float((counts == 1).sum() / len(keys))
