"""The parts that an endpoint's traffic is held back with: backoff, concurrency, budgets. All times are in seconds.

Nothing here knows of HTTP; endpoint.py puts the parts together.
"""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Backoff:
    """How long to wait between tries: exponential with full jitter, capped.

    After "Exponential Backoff And Jitter" (Amazon Architecture Blog, 2015).
    """

    base: float = 1.0
    cap: float = 60.0
    first_connections: int = 4
    """Tries to connect to an endpoint that was never reached: a wrong address should not take minutes to notice."""
    longest_wait: float = 3600.0
    """A Retry-After above this stops the run instead (a day's quota is used up)."""
    randomness: random.Random = field(default_factory=random.Random, repr=False)

    def delay(self, failures: int) -> float:
        """Seconds to wait after that many failures (1 or more) in a row."""
        return self.randomness.uniform(0, min(self.cap, self.base * 2.0 ** min(failures - 1, 32)))


class Slots:
    """At most `limit` holders at a time, first come first served; the limit halves on overload and grows back.

    Growth is an eighth of the limit (at least one) per limit's worth of successes, so one lost half is won back in
    about six rounds. Not covered: latency as a sign of overload, because an answer's length decides its latency;
    timeouts are taken as that sign.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.limit = float(most)
        self.in_use = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> None:
        if self.in_use < int(self.limit) and not self._queue:
            self.in_use += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release()
            raise

    def release(self) -> None:
        self.in_use -= 1
        self._admit()

    def shrink(self) -> None:
        self.limit = max(1.0, self.limit / 2)

    def grow(self) -> None:
        if self.limit < self._most:
            self.limit = min(float(self._most), self.limit + max(1.0, self.limit / 8) / self.limit)
            self._admit()

    def _admit(self) -> None:
        while self._queue and self.in_use < int(self.limit):
            turn = self._queue.popleft()
            if not turn.done():
                self.in_use += 1
                turn.set_result(None)


class Pacer:
    """Spreads an amount per minute (requests, tokens) evenly: no minute holds more than that and one request.

    An even pace, not a bucket that may be emptied at once: a burst followed by the refill would break a server's
    limit per minute.
    """

    def __init__(self, per_minute: float | None) -> None:
        self._seconds_each = 60.0 / per_minute if per_minute else 0.0
        self._free_at = 0.0

    def reserve(self, amount: float, now: float) -> float:
        """The time from which `amount` may be spent; later callers queue up behind it."""
        start = max(self._free_at, now)
        self._free_at = start + amount * self._seconds_each
        return start

    def correct(self, amount: float) -> None:
        """Spent so much more (or, below 0, less) than was reserved."""
        self._free_at += amount * self._seconds_each
