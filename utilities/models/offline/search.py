"""The search: from train pairs to programs that are right on all of them, the shortest first."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from utilities.grid import Grid
from utilities.models.offline.catalogue import OPERATIONS
from utilities.models.offline.dsl import views
from utilities.models.offline.dsl.types import Array
from utilities.models.offline.finish import looked_up, mosaics, painted
from utilities.models.offline.layer_catalogue import LAYERS
from utilities.models.offline.program import INPUT, Step
from utilities.models.offline.rules import Rules
from utilities.models.offline.states import Budget, BudgetSpent, Pool, as_arrays
from utilities.models.offline.vocabulary import Facts

UNITS = 500_000.0
"""What one task may spend: applications of an operation to an input, larger grids counting more."""
CPU_SECONDS = 6.0
"""The backstop on a slow machine."""


@dataclass(frozen=True)
class Phase:
    """One round of growing the pool and of learning last steps from it."""

    limit: float
    """Values whose programs cost no more than this are expanded."""
    growing: float
    """Share of the units for growing."""
    finishing: float
    """Share of the units for learning."""
    widest: int
    """Most layers in a rule."""


PHASES = (Phase(1.01, 0.1, 0.15, 3), Phase(1.7, 0.15, 0.1, 2), Phase(99.0, 0.3, 0.1, 2))
VIEW_PHASES = (Phase(1.01, 0.08, 0.08, 3), Phase(1.7, 0.08, 0.06, 2))


@dataclass(frozen=True)
class View:
    """A way of looking at the pairs: `see` changes a picture as its input grid demands, `undo` changes it back."""

    see: Callable[[Array, Array], Array]
    undo: Callable[[Array, Array], Array]


VIEWS = (
    View(views.exchange_background, views.exchange_background),
    View(views.rank_colours, views.unrank_colours),
    View(views.lay_flat, views.lay_flat),
)
VIEW_COST = 1.5


def search(
    pairs: Sequence[tuple[Grid, Grid]], tests: Sequence[Grid] = (), units: float = UNITS
) -> list[Step]:
    """Programs that are right on all pairs, best first; none when there is none within the budget.

    `tests`: test inputs, if known; what fails on them is not looked into.
    """
    if any(one == other and two != another for (one, two), (other, another) in combinations(pairs, 2)):
        return []
    facts = Facts(as_arrays([one for one, _ in pairs]), as_arrays([two for _, two in pairs]))
    inputs = [*facts.inputs, *as_arrays(tests)]
    budget = Budget(units, CPU_SECONDS)
    found = _search_as_is(Pool(INPUT, facts, inputs, budget), PHASES, units)
    for view in VIEWS:
        if not found:
            found = _search_in(view, facts, inputs, budget, units)
    return sorted(found, key=lambda step: step.cost)


def _search_in(view: View, facts: Facts, inputs: Sequence[Array], budget: Budget, units: float) -> list[Step]:
    """The search on the pairs as the view shows them; nothing when they look as they did."""
    seen = [view.see(grid, grid) for grid in inputs]
    if all(np.array_equal(one, two) for one, two in zip(seen, inputs, strict=True)):
        return []
    outputs = [view.see(output, grid) for grid, output in zip(facts.inputs, facts.outputs, strict=True)]
    seen_facts = Facts(tuple(seen[: len(outputs)]), tuple(outputs))
    pool = Pool(Step(view.see, (INPUT, INPUT)), seen_facts, seen, budget)
    return [
        Step(view.undo, (step, INPUT), (), step.cost + VIEW_COST)
        for step in _search_as_is(pool, VIEW_PHASES, units)
    ]


def _search_as_is(pool: Pool, phases: Sequence[Phase], units: float) -> list[Step]:
    """The programs of the first phase that finds any."""
    found: list[Step] = []
    for phase in phases:
        with suppress(BudgetSpent), pool.budget.limited_to(units * phase.growing):
            pool.grow(OPERATIONS, phase.limit)
        with suppress(BudgetSpent), pool.budget.limited_to(units * phase.finishing):
            _add_layers(pool)
            for step in _finish(pool, phase.widest):
                found.append(step)
        if found or pool.found:
            break
    return [*pool.found, *found]


def _add_layers(pool: Pool) -> None:
    """Layers of the cheapest grids in the outputs' shape and of their objects."""
    grids = pool.shaped("grid")[:3]
    scenes = [state for state in pool.shaped("scene") if state.step.cost <= 1.0]
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
    yield from rules.decisions(3, widest)
    yield from rules.choices(2, 2)
