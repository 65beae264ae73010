"""The search: from train pairs to programs that are right on all of them, the shortest first."""

from collections.abc import Iterator, Sequence

import numpy as np

from utilities.grid import Grid
from utilities.models.offline.learn import Tables, looked_up, mosaics
from utilities.models.offline.program import Step, run_program
from utilities.models.offline.states import Budget, BudgetSpent, Pool, State, as_arrays
from utilities.models.offline.vocabulary import LAYERS, OPERATIONS, Facts

UNITS = 60000.0
"""What one task may spend: applications of an operation to an input, larger grids counting more."""
CPU_SECONDS = 4.0
"""The backstop on a slow machine."""


def search(pairs: Sequence[tuple[Grid, Grid]], tests: Sequence[Grid] = (), units: float = UNITS) -> list[Step]:
    """Programs that are right on all pairs, best first; none when there is none within the budget.

    `tests`: test inputs, if known; programs that fail on them are left out.
    """
    facts = Facts(as_arrays([one for one, _ in pairs]), as_arrays([two for _, two in pairs]))
    budget = Budget(units, CPU_SECONDS)
    pool = Pool(facts, [*facts.inputs, *as_arrays(tests)], budget)
    found: list[Step] = []
    try:
        for step in _phases(pool, budget):
            if step is not None:
                found.append(step)
            elif found or pool.found:
                break
    except BudgetSpent:
        pass
    return [step for step in sorted([*pool.found, *found], key=lambda step: step.cost) if _right(step, facts)]


def _phases(pool: Pool, budget: Budget) -> Iterator[Step | None]:
    """The programs found, with None at the end of each phase: a phase that found any is the last."""
    pool.grow(OPERATIONS, 0.0)
    _expand_scenes(pool)
    _add_layers(pool, 1.0)
    yield from _finish(pool, budget, 3)
    yield None
    pool.grow(OPERATIONS, 1.7)
    yield from _finish(pool, budget, 2)
    yield None
    pool.grow(OPERATIONS, 99.0)


def _expand_scenes(pool: Pool) -> None:
    pool.grow(OPERATIONS, 1.1)


def _add_layers(pool: Pool, limit: float) -> None:
    """Layers of the cheapest grids in the outputs' shape and of their objects."""
    grids = pool.shaped("grid")[:3]
    scenes = [state for state in pool.shaped("scene") if state.step.cost <= limit]
    for state in [*grids, *scenes]:
        for operation in LAYERS:
            if operation.takes == state.kind:
                pool.apply(operation, state)


def _finish(pool: Pool, budget: Budget, widest: int) -> Iterator[Step]:
    yield from mosaics(pool)
    yield from looked_up(pool, 2.0)
    tables = Tables(pool, budget)
    yield from tables.colour_maps()
    yield from tables.choices(2)
    yield from tables.decisions(2, widest)


def _right(program: Step, facts: Facts) -> bool:
    """Whether the program, run on its own, gives every train output."""
    try:
        return all(
            np.array_equal(run_program(program, one), two)
            for one, two in zip(facts.inputs, facts.outputs, strict=True)
        )
    except (ValueError, IndexError):
        return False
