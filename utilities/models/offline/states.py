"""The search's pool: every distinct value that a program has reached, grown cheapest first.

Two programs with the same values on every input are one state, kept under the cheaper program (observational
equivalence). Not here: the finishing steps that are learned from the outputs (rules.py, finish.py).
"""

import heapq
import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from utilities.grid import MAX_SIDE
from utilities.models.offline.dsl.types import Array
from utilities.models.offline.program import Step
from utilities.models.offline.vocabulary import Facts, Operation

MAX_OBJECTS, MAX_PIECES = 100, 50
"""More than this are noise: slow to go through, and hardly ever the point of a task."""
PARTS_PER_GRID = 24
"""So many objects or pieces cost as much to go through as the grid itself."""
CLOCK_EVERY = 400
"""The CPU clock is read once in so many evaluations, because reading it can cost more than one of them."""


class BudgetSpent(Exception):
    """The search may not evaluate any more."""


class Budget:
    """What a search may spend: evaluations (weighted by grid size), with the CPU clock as a backstop."""

    def __init__(self, units: float, cpu_seconds: float) -> None:
        self.units = units
        self._deadline = time.process_time() + cpu_seconds
        self._asked = 0

    def spend(self, units: float) -> None:
        """Raises BudgetSpent when there is nothing left."""
        self.units -= units
        self._asked += 1
        late = self._asked % CLOCK_EVERY == 0 and time.process_time() > self._deadline
        if late:
            self.units = 0.0
        if self.units < 0 or late:
            raise BudgetSpent

    @contextmanager
    def limited_to(self, units: float) -> Iterator[None]:
        """Within this block no more than `units` of it may be spent."""
        rest = max(0.0, self.units - units)
        self.units -= rest
        try:
            yield
        finally:
            self.units = max(0.0, self.units) + rest


@dataclass(frozen=True, eq=False)
class State:
    """A program so far, and its value on each train (then test) input."""

    step: Step
    kind: str
    values: tuple[Any, ...]


def fingerprint(values: Sequence[Any]) -> int:
    """Equal for equal values; for different ones different but for chance (1 in 2^64)."""
    parts: list[Any] = []
    for value in values:
        arrays = value if isinstance(value, (tuple, list)) else (value,)
        parts += [(array.shape, array.tobytes()) for array in arrays]
    return hash(tuple(parts))


def _fits(value: Any, kind: str) -> bool:
    """Whether a value is worth keeping: a grid of legal size, or not too many objects or pieces."""
    if kind == "grid":
        legal: bool = (
            value.size > 0 and max(value.shape) <= MAX_SIDE and value.min() >= 0 and value.max() <= 9
        )
        return legal
    if kind == "scene":
        return bool(value[1].max() <= MAX_OBJECTS)
    return kind == "layer" or 0 < len(value) <= MAX_PIECES


def _parts(state: State) -> int:
    """How many objects or pieces an operation on the state has to go through; 0 for grids."""
    if state.kind == "scene":
        return max(int(labels.max()) for _, labels in state.values)
    return max(map(len, state.values)) if state.kind == "pieces" else 0


class Pool:
    """All distinct states found so far, by kind, and the queue of those not yet expanded."""

    def __init__(self, root: Step, facts: Facts, inputs: Sequence[Array], budget: Budget) -> None:
        self.root = root
        self.facts = facts
        self.budget = budget
        self.weight = sum(1 + grid.size / 100 for grid in inputs)
        self.goal = fingerprint(facts.outputs)
        self.train = len(facts.outputs)
        self.found: list[Step] = []
        self.states: dict[str, list[State]] = {"grid": [], "layer": [], "scene": [], "pieces": []}
        self._seen: dict[str, set[int]] = {kind: set() for kind in self.states}
        self._queue: list[tuple[float, int, State]] = []
        self._serial = itertools.count()
        self._add(State(root, "grid", tuple(inputs)))

    def _add(self, state: State) -> None:
        mark = fingerprint(state.values)
        if state.kind == "grid" and fingerprint(state.values[: self.train]) == self.goal:
            self.found.append(state.step)
            return
        if mark in self._seen[state.kind] or (state.kind == "layer" and mark in self._seen["grid"]):
            return
        self._seen[state.kind].add(mark)
        self.states[state.kind].append(state)
        if state.kind != "layer":
            heapq.heappush(self._queue, (state.step.cost, next(self._serial), state))

    def apply(self, operation: Operation, state: State) -> None:
        """Add what the operation makes of the state, for every choice of its constants."""
        cost = state.step.cost + operation.cost
        weight = self.weight * (1 + _parts(state) / PARTS_PER_GRID)
        for constants in operation.choices(self.facts):
            self.budget.spend(weight)
            try:
                values = tuple(operation.function(value, **constants) for value in state.values)
            except (ValueError, IndexError):
                continue
            if all(_fits(value, operation.gives) for value in values) and self._useful(operation, values):
                step = Step(operation.function, (state.step,), tuple(constants.items()), cost)
                self._add(State(step, operation.gives, values))

    def _useful(self, operation: Operation, values: Sequence[Any]) -> bool:
        """Whether a result may lead on: not all black, and of the outputs' shapes if the operation only makes last steps."""
        if operation.gives != "grid":
            return True
        if operation.last and any(
            value.shape != output.shape for value, output in zip(values, self.facts.outputs, strict=False)
        ):
            return False
        return any(value.any() for value in values)

    def grow(self, operations: Sequence[Operation], limit: float) -> None:
        """Expand every state whose program costs at most `limit`, cheapest first. Raises BudgetSpent."""
        while self._queue and self._queue[0][0] <= limit:
            _, _, state = heapq.heappop(self._queue)
            for operation in operations:
                if operation.takes == state.kind and state.step.cost <= operation.deepest:
                    self.apply(operation, state)

    def shaped(self, kind: str) -> list[State]:
        """The states whose values have the shapes of the train outputs."""
        shapes = [grid.shape for grid in self.facts.outputs]
        return [
            state
            for state in self.states[kind]
            if all(
                (value[1] if kind == "scene" else value).shape == shape
                for value, shape in zip(state.values, shapes, strict=False)
            )
        ]


def as_arrays(grids: Sequence[list[list[int]]]) -> tuple[Array, ...]:
    """Grids as arrays."""
    return tuple(np.array(grid) for grid in grids)
