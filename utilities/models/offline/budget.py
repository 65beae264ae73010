"""What a search may spend: steps of work, memory, and CPU time as a backstop.

Work is counted in units that do not depend on the machine, so that the same task has the same programs everywhere; the
clock only stops what the units misjudge by far.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

CLOCK_EVERY = 2000
"""The CPU clock is read once in so many steps, because reading it can cost more than one of them."""


class BudgetSpent(Exception):
    """The search may not evaluate any more."""


class Budget:
    """Units of work, bytes of values held and CPU seconds that are left."""

    def __init__(self, units: float, held_bytes: int, cpu_seconds: float) -> None:
        self.units = units
        self._room = self._free = held_bytes
        self._deadline = time.process_time() + cpu_seconds
        self._asked = 0
        self.late = False
        """Whether it was the clock that ended the search, so that a faster machine may find more."""

    def spend(self, units: float) -> None:
        """Raises BudgetSpent when there is nothing left."""
        self.units -= units
        self._asked += 1
        if self._asked % CLOCK_EVERY == 0 and time.process_time() > self._deadline:
            self.late = True
        if self.units < 0 or self.late:
            raise BudgetSpent

    def hold(self, held_bytes: int) -> None:
        """Account for values that are kept. Raises BudgetSpent when there is no room."""
        if held_bytes > self._free:
            raise BudgetSpent
        self._free -= held_bytes

    def release(self) -> None:
        """All values that were held have been let go."""
        self._free = self._room

    @contextmanager
    def limited_to(self, units: float) -> Iterator[None]:
        """Within this block no more than `units` of it may be spent."""
        rest = max(0.0, self.units - units)
        self.units -= rest
        try:
            yield
        finally:
            self.units = max(0.0, self.units) + rest
