"""Who runs when, so that endless programs cannot starve quick ones, whoever sends them.

Every program first gets a short run in the fast lane; most end there. One that does not is stopped and run again from
the start, with its whole time limit, in the slow lane: a pool of its own, at the lowest priority, so that what runs there
takes no processor time from the fast lane. A quick program thus waits for short runs only, never for a time limit. In both
lanes clients take turns, and in the slow one no more than two programs share a core, so that one that is right is seldom
timed out because others beside it are endless. What a client that hung up has sent is not run any further.
Programs are functions of their input, so running one twice shows in nothing but time.
"""

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from msgspec.structs import replace

from apps.server.turns import Turns
from utilities.code_execution import Execution, Limits, Pool
from utilities.grid import Grid

QUICK_SECONDS = 0.25
LOWEST_PRIORITY = 19


class TooBusy(Exception):
    """No place to wait; try again after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} seconds")
        self.retry_after = retry_after


class _Lane:
    """A pool, and the turns in front of it."""

    def __init__(self, pool: Pool, places: int) -> None:
        self.pool, self._turns = pool, Turns(places)

    def run(
        self, client: str, program: str, inputs: Sequence[Grid], limits: Limits, left: Callable[[], bool]
    ) -> Execution:
        with self._turns.turn(client, left):
            return self.pool.run(program, inputs, limits, left)


class Lanes:
    """Runs programs for many clients at once."""

    def __init__(
        self,
        open_pool: Callable[[int, int], Pool],
        limits: Limits,
        *,
        most_waiting: int,
        most_per_client: int,
    ) -> None:
        """`open_pool(workers, niceness)`; `limits` of one program; at most `most_waiting` requests at a time, of one client `most_per_client`."""
        cores = os.cpu_count() or 1
        self._slow_places = 2 * cores
        self._fast = _Lane(open_pool(2 * cores, 0), 2 * cores)
        self._slow = _Lane(open_pool(self._slow_places, LOWEST_PRIORITY), self._slow_places)
        self._limits, self._most_waiting, self._most_per_client = limits, most_waiting, most_per_client
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter()

    @property
    def tier(self) -> str:
        """The sandbox tier that programs run on."""
        return self._fast.pool.tier

    def run(
        self, client: str, program: str, inputs: Sequence[Grid], left: Callable[[], bool] = lambda: False
    ) -> Execution:
        """Run a program on each input grid (H x W ints 0-9). Raises TooBusy, PoolClosed, and ClientLeft once `left`."""
        with self._admitted(client):
            if self._limits.seconds > QUICK_SECONDS:
                quick = replace(self._limits, seconds=QUICK_SECONDS)
                execution = self._fast.run(client, program, inputs, quick, left)
                if not any(outcome.error_type == "timeout" for outcome in execution.outcomes):
                    return execution
            return self._slow.run(client, program, inputs, self._limits, left)

    def close(self) -> None:
        """End both pools; may be called twice."""
        self._fast.pool.close()
        self._slow.pool.close()

    @contextmanager
    def _admitted(self, client: str) -> Iterator[None]:
        with self._lock:
            total = self._requests.total()
            if total >= self._most_waiting or self._requests[client] >= self._most_per_client:
                raise TooBusy(self._expected_wait(total))
            self._requests[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._requests[client] -= 1
                self._requests += Counter()  # drops clients at zero

    def _expected_wait(self, requests: int) -> int:
        """Seconds until those waiting now are through if half of them are endless."""
        return max(1, round(requests / 2 * self._limits.seconds / self._slow_places))
