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
        self.spent = 0.0
        self._prices, self._priced = 0.0, 0
        """The sum of the prices of those answered, and how many told one."""
        self.in_flight = 0
        """Requests that were admitted and have not ended."""
        self.unpriced = False
        """Answers come without a price: the cap cannot work."""
        self._changed = asyncio.Event()

    def take_in(self, spent: float, prices: float, priced: int) -> None:
        """Count what earlier stretches of the run spent, `prices` of it on `priced` requests that ended."""
        self.spent, self._prices, self._priced = spent, prices, priced

    async def admit(self) -> None:
        """Wait for room for one more request; `release` must follow. Raises CostReached when there will be none."""
        while not self._has_room():
            if not self.in_flight:
                raise CostReached
            self._changed.clear()
            await self._changed.wait()
        self.in_flight += 1

    def charge(self, cost: float) -> None:
        """A try of a request in flight failed and was charged."""
        self.spent += cost

    def allows_another_try(self) -> bool:
        """Whether a request in flight may go on after a try that failed: it counts among those in flight already."""
        return self._limit is None or self.unpriced or self._stays_within(self._limit, self.in_flight)

    def release(self, cost: float | None, *, answered: bool, charged: float = 0.0) -> None:
        """A request ended; `cost` is None when the provider did not say, `charged` what of it `charge` has counted."""
        self.in_flight -= 1
        if cost is not None:
            self.spent += cost - charged
            self._prices += cost
            self._priced += 1
            self.unpriced = False
        elif answered and self._priced:
            self.spent += self._prices / self._priced  # not said this once: charge what is usual
        elif answered:
            self.unpriced = True
        self._changed.set()

    def _has_room(self) -> bool:
        if self._limit is None or self.unpriced:
            return True
        if not self._priced:
            return self.in_flight == 0 and self.spent < self._limit
        if self.in_flight >= 2 * self._priced:
            return False
        return self._stays_within(self._limit, self.in_flight + 1)

    def _stays_within(self, limit: float, in_flight: int) -> bool:
        expected = self._prices / self._priced if self._priced else 0.0
        rounding = 1e-9
        return self.spent < limit and self.spent + expected * in_flight <= limit + rounding
