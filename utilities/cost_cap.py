"""The cost cap of a run: who may start a request, given what was spent and what is in flight."""

import asyncio


class CostReached(Exception):
    """The cap leaves no room for another request."""


class CostCap:
    """Admits requests while spent plus the expected cost of those in flight stays within `limit` (US dollars).

    The expected cost of a request is the mean of those answered so far. So that a few cheap answers do not let many dear
    ones in, at most twice as many requests are in flight as prices are known; at first it is one. Without a limit
    everything is admitted, and with one too while the provider tells no price at all.
    """

    def __init__(self, limit: float | None) -> None:
        self._limit = limit
        self.spent, self._priced = 0.0, 0
        self._in_flight = 0
        self.unpriced = False
        """Answers come without a price: the cap cannot work."""
        self._changed = asyncio.Event()

    def take_in(self, spent: float, priced: int) -> None:
        """Count what earlier stretches of the run spent, and how many answers told their price."""
        self.spent, self._priced = spent, priced

    async def admit(self) -> None:
        """Wait for room for one more request; `release` must follow. Raises CostReached when there will be none."""
        while not self._has_room():
            if not self._in_flight:
                raise CostReached
            self._changed.clear()
            await self._changed.wait()
        self._in_flight += 1

    def release(self, cost: float | None, *, answered: bool) -> None:
        """A request ended; `cost` is None when the provider did not say."""
        self._in_flight -= 1
        if cost is not None:
            self.spent += cost
            self._priced += 1
            self.unpriced = False
        elif answered and self._priced:
            self.spent += self.spent / self._priced  # not said this once: charge what is usual
        elif answered:
            self.unpriced = True
        self._changed.set()

    def _has_room(self) -> bool:
        if self._limit is None or self.unpriced:
            return True
        if not self._priced:
            return self._in_flight == 0 and self._limit > 0
        if self._in_flight >= 2 * self._priced:
            return False
        expected = self.spent / self._priced
        rounding = 1e-9
        return (
            self.spent < self._limit
            and self.spent + expected * (self._in_flight + 1) <= self._limit + rounding
        )
