"""The cost cap of a run: who may start a request, given what was spent and what is in flight."""

import asyncio


class CostReached(Exception):
    """The cap leaves no room for another request."""


class CostCap:
    """Admits requests while spent plus the expected cost of those in flight stays within `limit` (US dollars).

    The expected cost of a request is the mean of those answered so far. Until the first answer has told the price, one
    request is in flight at a time. Without a limit everything is admitted.
    """

    def __init__(self, limit: float | None, spent: float = 0.0, priced: int = 0) -> None:
        """`spent` and `priced`: the cost and the number of answers of earlier stretches of the run."""
        self._limit, self.spent, self._priced = limit, spent, priced
        self._in_flight = 0
        self._changed = asyncio.Event()

    async def admit(self) -> None:
        """Wait for room for one more request; `release` must follow. Raises CostReached when there will be none."""
        while not self._has_room():
            if not self._in_flight:
                raise CostReached
            self._changed.clear()
            await self._changed.wait()
        self._in_flight += 1

    def release(self, cost: float | None) -> None:
        """A request ended; `cost` is None when the provider did not say."""
        self._in_flight -= 1
        if cost is not None:
            self.spent += cost
            self._priced += 1
        self._changed.set()

    def _has_room(self) -> bool:
        if self._limit is None:
            return True
        if not self._priced:
            return self._in_flight == 0 and self._limit > 0
        expected = self.spent / self._priced
        rounding = 1e-9
        return (
            self.spent < self._limit
            and self.spent + expected * (self._in_flight + 1) <= self._limit + rounding
        )
