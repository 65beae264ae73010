"""The search: from train pairs to programs that are right on all of them, the shortest description first.

It deepens step by step: values of short programs are expanded, last steps are learned from what there is, and only when
that finds nothing longer programs are looked at. It knows none of the operations (dsl/).
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from utilities.grid import Grid
from utilities.models.offline.budget import Budget, BudgetSpent
from utilities.models.offline.catalogue import FAMILIES, operations
from utilities.models.offline.declare import Facts
from utilities.models.offline.dsl.views import AS_IS, BACKGROUND, VIEWS, View, view_arguments
from utilities.models.offline.program import INPUT, Step
from utilities.models.offline.protocol import EffortName, contradict
from utilities.models.offline.rules import Rules
from utilities.models.offline.states import LAYERS, Pool, as_arrays
from utilities.models.offline.without_view import without_view

LONGEST = 6.0
"""A program with a longer description says more about the train pairs than about the task."""


@dataclass(frozen=True)
class Effort:
    """What one task may cost."""

    units: float
    """Applications of an operation to an input, larger grids counting more."""
    megabytes: int
    """For the values that programs have reached."""
    cpu_seconds: float
    """The backstop: several times what the units take on an ordinary machine."""


EFFORTS: dict[EffortName, Effort] = {
    "low": Effort(1e5, 64, 15.0),
    "medium": Effort(4e5, 256, 60.0),
    "high": Effort(2.5e6, 1024, 300.0),
}
"""By `--reasoning_effort`."""


@dataclass(frozen=True)
class Phase:
    """One round of growing the pool and of learning last steps from it."""

    limit: float
    """Values whose programs are no longer than this are expanded."""
    growing: float
    """Share of the units for growing."""
    finishing: float
    """Share of the units for learning."""
    widest: int
    """Most layers in a rule."""


PHASES = (Phase(1.01, 0.1, 0.15, 3), Phase(1.7, 0.15, 0.1, 2), Phase(99.0, 0.3, 0.1, 2))
VIEW_PHASES = (Phase(1.01, 0.08, 0.08, 3), Phase(1.7, 0.08, 0.06, 2))


class Search:
    """The search for one task."""

    def __init__(
        self,
        pairs: Sequence[tuple[Grid, Grid]],
        tests: Sequence[Grid],
        effort: Effort,
        without: frozenset[str],
    ) -> None:
        self.facts = Facts(as_arrays([one for one, _ in pairs]), as_arrays([two for _, two in pairs]))
        self.inputs = [*self.facts.inputs, *as_arrays(tests)]
        self.units = effort.units
        self.budget = Budget(effort.units, effort.megabytes << 20, effort.cpu_seconds)
        self.ruling = "tables" not in without
        self.views = [AS_IS] if "views" in without else _in_order(self.facts)
        every = sorted(operations(without), key=lambda one: one.length)
        self.learned = [one for one in every if one.learned]
        self.layers = [one for one in every if one.gives in LAYERS]
        self.growing = [one for one in every if not one.learned and one.gives not in LAYERS]

    def programs(self) -> list[Step]:
        """What is found, shortest first."""
        found: list[Step] = []
        for number, view in enumerate(self.views):
            if not found:
                found = self._seen_by(view, PHASES if number == 0 else VIEW_PHASES)
        return sorted(found, key=lambda step: step.length)

    def _seen_by(self, view: View, phases: Sequence[Phase]) -> list[Step]:
        """The programs for the pairs as the view shows them; none when they look as they did."""
        constants = view.infer(self.facts)
        if view is AS_IS:
            return self._found_in(Pool(INPUT, self.facts, self.inputs, self.budget), phases, LONGEST)
        if constants is None:
            return []
        seen = [view.see(*view_arguments(view.see, grid, grid), **constants) for grid in self.inputs]
        if all(np.array_equal(one, two) for one, two in zip(seen, self.inputs, strict=True)):
            return []
        pairs = zip(self.facts.inputs, self.facts.outputs, strict=True)
        outputs = tuple(view.see(*view_arguments(view.see, two, one), **constants) for one, two in pairs)
        facts = Facts(tuple(seen[: len(outputs)]), outputs)
        told = tuple(constants.items())
        base = Step(view.see, view_arguments(view.see, INPUT, INPUT), told)
        found: list[Step] = []
        for step in self._found_in(Pool(base, facts, seen, self.budget), phases, LONGEST - view.length):
            wrapped = Step(view.undo, view_arguments(view.undo, step, INPUT), told, step.length + view.length)
            found.append(without_view(step, base, wrapped, self.inputs) or wrapped)
        return found

    def _found_in(self, pool: Pool, phases: Sequence[Phase], longest: float) -> list[Step]:
        """The programs, none longer than `longest`, of the first phase that finds any."""
        found: list[Step] = []
        for phase in phases:
            with suppress(BudgetSpent), self.budget.limited_to(self.units * phase.growing):
                pool.grow(self.growing, phase.limit)
            with suppress(BudgetSpent), self.budget.limited_to(self.units * phase.finishing):
                with suppress(BudgetSpent):
                    self._look(pool)
                pool.put(self.learned, list(pool.states["grid"]))
                if self.ruling:
                    found.extend(_ruled(Rules(pool), phase.widest))
            short = [step for step in (*pool.found, *found) if step.length <= longest]
            if short:
                return short
        return []

    def _look(self, pool: Pool) -> None:
        """Add the layers of the shortest grids in the outputs' shape and of their objects."""
        grids = pool.shaped("grid")[:3]
        scenes = [state for state in pool.shaped("scene") if state.step.length <= 1.0]
        pool.put(self.layers, [*grids, *scenes])


def _in_order(facts: Facts) -> list[View]:
    """The views from the one that the whole budget is for to those that get its rest."""
    return [AS_IS, *VIEWS] if BACKGROUND.infer(facts) is None else [BACKGROUND, *VIEWS, AS_IS]


def _ruled(rules: Rules, widest: int) -> Iterator[Step]:
    yield from rules.decisions(3, widest)
    yield from rules.choices(2, 2)


def search(
    pairs: Sequence[tuple[Grid, Grid]],
    tests: Sequence[Grid] = (),
    effort: Effort = EFFORTS["medium"],
    without: frozenset[str] = frozenset(),
) -> list[Step]:
    """Programs that are right on all pairs, shortest first; none when there is none within the budget.

    `tests`: test inputs, if known; what fails on them is not looked into. `without`: families to do without. Raises
    ValueError when there is no such family.
    """
    if not without <= set(FAMILIES):
        raise ValueError(
            f"no such families: {', '.join(sorted(without - set(FAMILIES)))}; there are {FAMILIES}"
        )
    if contradict(pairs):
        return []
    return Search(pairs, tests, effort, without).programs()
