"""The search's pool: every distinct value that a program has reached, grown cheapest first.

Two programs with the same values on every input are one state, kept under the cheaper program (observational
equivalence). Not here: rules that are learned cell by cell (rules.py), and what may be spent (budget.py).
"""

import heapq
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from utilities.grid import MAX_SIDE
from utilities.models.offline.budget import Budget
from utilities.models.offline.declare import Constants, Facts, Operation
from utilities.models.offline.dsl.types import Array
from utilities.models.offline.program import Step

MAX_OBJECTS, MAX_PIECES = 100, 50
"""More than this are noise: slow to go through, and hardly ever the point of a task."""
LAYERS = ("layer", "tint")
PARTS_PER_GRID = 24
"""So many objects or pieces cost as much to go through as the grid itself."""


@dataclass(frozen=True, eq=False)
class State:
    """A program so far, and its value on each train (then test) input."""

    step: Step
    kind: str
    values: tuple[Any, ...]


def arrays_in(values: Sequence[Any]) -> Iterator[Array]:
    """The arrays that the values of any kind consist of."""
    for value in values:
        yield from value if isinstance(value, tuple | list) else (value,)


def fingerprint(values: Sequence[Any]) -> bytes:
    """Equal for equal values; for different ones different but for chance (1 in 2^128)."""
    parts: list[bytes] = []
    for value in values:
        for array in arrays_in((value,)):
            parts += (bytes(array.shape), array.tobytes())
        parts.append(b"|")
    return blake2b(b"".join(parts), digest_size=16).digest()


def _fits(value: Any, kind: str) -> bool:
    """Whether a value is worth keeping: a grid of legal size, or not too many objects or pieces."""
    if kind == "grid":
        legal: bool = (
            value.size > 0 and max(value.shape) <= MAX_SIDE and value.min() >= 0 and value.max() <= 9
        )
        return legal
    if kind == "scene":
        return bool(value[1].max() <= MAX_OBJECTS)
    return kind in LAYERS or 0 < len(value) <= MAX_PIECES


def _parts(state: State) -> int:
    """How many objects or pieces an operation on the state has to go through; 0 for grids."""
    if state.kind == "scene":
        return max(int(labels.max()) for _, labels in state.values)
    return max(map(len, state.values)) if state.kind == "pieces" else 0


class Pool:
    """All distinct states found so far, by kind, and the queue of those not yet expanded; a budget serves one at a time."""

    def __init__(self, root: Step, facts: Facts, inputs: Sequence[Array], budget: Budget) -> None:
        self.root = root
        self.facts = facts
        self.budget = budget
        self.weight = sum(1 + grid.size / 100 for grid in inputs)
        self.inputs = inputs
        self.train = len(facts.outputs)
        self.found: list[Step] = []
        self.states: dict[str, list[State]] = {
            kind: [] for kind in ("grid", "layer", "tint", "scene", "pieces")
        }
        self._seen: dict[str, set[bytes]] = {kind: set() for kind in self.states}
        self._constants: dict[Operation, list[Constants]] = {}
        self._tried: set[tuple[Operation, Step]] = set()
        self._queue: list[tuple[float, int, State]] = []
        self._serial = itertools.count()
        budget.release()
        self._add(State(root, "grid", tuple(inputs)))

    def _add(self, state: State) -> None:
        if state.kind == "grid" and self._is_answer(state.values):
            self.found.append(state.step)
            return
        mark = fingerprint(state.values)
        alike = ("grid", *LAYERS) if state.kind in LAYERS else (state.kind,)
        if any(mark in self._seen[kind] for kind in alike):
            return
        self.budget.hold(sum(array.nbytes for array in arrays_in(state.values)))
        self._seen[state.kind].add(mark)
        self.states[state.kind].append(state)
        if state.kind not in LAYERS:
            heapq.heappush(self._queue, (state.step.length, next(self._serial), state))

    def _is_answer(self, values: Sequence[Any]) -> bool:
        return all(
            np.array_equal(value, output) for value, output in zip(values, self.facts.outputs, strict=False)
        )

    def apply(self, operation: Operation, state: State) -> None:
        """Add what the operation makes of the state, for every choice of its constants."""
        weight = self.weight * (1 + _parts(state) / PARTS_PER_GRID)
        for constants, length in self._choices(operation, state):
            self.budget.spend(weight)
            try:
                values = self._values(operation, state, constants)
            except (ValueError, IndexError):
                continue
            if all(_fits(value, operation.gives) for value in values) and self._useful(operation, values):
                self._add(State(self._step(operation, state, constants, length), operation.gives, values))

    def _values(self, operation: Operation, state: State, constants: Constants) -> tuple[Any, ...]:
        if operation.with_input:
            both = zip(state.values, self.inputs, strict=True)
            return tuple(operation.function(value, grid, **constants) for value, grid in both)
        return tuple(operation.function(value, **constants) for value in state.values)

    def _step(self, operation: Operation, state: State, constants: Constants, length: float) -> Step:
        takes = (state.step, self.root) if operation.with_input else (state.step,)
        total = state.step.length + operation.length + length
        return Step(operation.function, takes, tuple(constants.items()), total)

    def _choices(self, operation: Operation, state: State) -> Iterable[tuple[Constants, float]]:
        """The constants to try, each with the length that it adds."""
        if operation.infer is not None:
            return operation.infer(state.values[: self.train], self.facts)
        if operation not in self._constants:
            self._constants[operation] = list(operation.choices(self.facts))
        return ((constants, 0.0) for constants in self._constants[operation])

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
                if operation.takes == state.kind and state.step.length <= operation.deepest:
                    self.apply(operation, state)

    def put(self, operations: Sequence[Operation], states: Sequence[State]) -> None:
        """Put operations on states where that has not been done before. Raises BudgetSpent."""
        for state in states:
            for operation in operations:
                mark = operation, state.step
                if (
                    operation.takes != state.kind
                    or state.step.length > operation.deepest
                    or mark in self._tried
                ):
                    continue
                self.budget.spend(1)
                self.apply(operation, state)
                self._tried.add(mark)

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
