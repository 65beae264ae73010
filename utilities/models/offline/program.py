"""Programs of the grid language: steps that take the values of earlier steps; how to run one.

Not here: which steps exist (vocabulary.py), how programs are found (search.py) or written out (emit.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from utilities.models.offline.dsl.types import Array


@dataclass(frozen=True, eq=False)
class Step:
    """One application of an operation; the program is the step together with all that it takes."""

    function: Callable[..., Any] | None
    """The operation; None for the input grid itself."""
    takes: tuple["Step | tuple[Step, ...]", ...] = ()
    """What it works on, in the order of the function's first parameters; a tuple of steps is passed as a list."""
    constants: tuple[tuple[str, Any], ...] = ()
    """The function's other arguments, by name."""
    length: float = 0.0
    """Of the description of the whole program up to this step; the search goes from short to long."""

    def parents(self) -> Iterator["Step"]:
        """The steps whose values this one takes."""
        for taken in self.takes:
            yield from taken if isinstance(taken, tuple) else (taken,)

    def run(self, values: dict["Step", Any]) -> Any:
        """This step's value; `values` holds the input grid's and remembers those of the steps on the way.

        Raises ValueError or IndexError when a step does not apply.
        """
        if self not in values:
            arguments = [
                [step.run(values) for step in taken] if isinstance(taken, tuple) else taken.run(values)
                for taken in self.takes
            ]
            values[self] = self.function(*arguments, **dict(self.constants))  # type: ignore[misc]
        return values[self]


INPUT = Step(None)
"""The input grid."""


def run_program(program: Step, grid: Array) -> Array:
    """The program's answer to one input grid. Raises ValueError or IndexError when it does not apply."""
    answer = program.run({INPUT: grid})
    return np.asarray(answer)


def in_order(program: Step) -> list[Step]:
    """All steps but the input grid, each after those whose values it takes, the program itself last."""
    found: list[Step] = []

    def visit(step: Step) -> None:
        if step in found or step is INPUT:
            return
        for parent in step.parents():
            visit(parent)
        found.append(step)

    visit(program)
    return found
