"""The search: from train pairs to programs that are right on all of them, the shortest first."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import combinations

from utilities.grid import Grid
from utilities.models.offline.catalogue import OPERATIONS
from utilities.models.offline.finish import looked_up, mosaics, painted
from utilities.models.offline.layer_catalogue import LAYERS
from utilities.models.offline.program import Step
from utilities.models.offline.rules import Rules
from utilities.models.offline.states import Budget, BudgetSpent, Pool, as_arrays
from utilities.models.offline.vocabulary import Facts

UNITS = 250000.0
"""What one task may spend: applications of an operation to an input, larger grids counting more."""
CPU_SECONDS = 4.0
"""The backstop on a slow machine."""


def search(
    pairs: Sequence[tuple[Grid, Grid]], tests: Sequence[Grid] = (), units: float = UNITS
) -> list[Step]:
    """Programs that are right on all pairs, best first; none when there is none within the budget.

    `tests`: test inputs, if known; programs that fail on them are left out.
    """
    if any(one == other and two != another for (one, two), (other, another) in combinations(pairs, 2)):
        return []
    facts = Facts(as_arrays([one for one, _ in pairs]), as_arrays([two for _, two in pairs]))
    budget = Budget(units, CPU_SECONDS)
    pool = Pool(facts, [*facts.inputs, *as_arrays(tests)], budget)
    found: list[Step] = []
    for limit, share, widest in PHASES:
        with suppress(BudgetSpent), budget.limited_to(units * share):
            pool.grow(OPERATIONS, limit)
        with suppress(BudgetSpent), budget.limited_to(units * share):
            _add_layers(pool, 1.0)
            for step in _finish(pool, widest):
                found.append(step)
        if found or pool.found:
            break
    return sorted([*pool.found, *found], key=lambda step: step.cost)


PHASES = ((0.95, 0.1, 3), (1.7, 0.2, 2), (99.0, 0.3, 2))


def _add_layers(pool: Pool, limit: float) -> None:
    """Layers of the cheapest grids in the outputs' shape and of their objects."""
    grids = pool.shaped("grid")[:3]
    scenes = [state for state in pool.shaped("scene") if state.step.cost <= limit]
    for state in [*grids, *scenes]:
        for operation in LAYERS:
            if operation.takes == state.kind:
                pool.apply(operation, state)


def _finish(pool: Pool, widest: int) -> Iterator[Step]:
    """Programs that end with a step learned from the train outputs."""
    yield from painted(pool)
    yield from mosaics(pool)
    yield from looked_up(pool, 2.0)
    rules = Rules(pool)
    yield from rules.colour_maps()
    yield from rules.choices(2, 2)
    yield from rules.decisions(3, widest)
