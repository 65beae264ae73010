"""Who runs when, so that endless programs cannot starve quick ones, whoever sends them.

Every program first gets a short run in the fast lane; most end there. One that does not is stopped and run again from
the start, with its whole time limit, in the slow lane, which has places of its own. Both share one pool. A quick program
thus waits for short runs only, never for a time limit. Programs are functions of their input, so running one twice shows
in nothing but time.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import sched_getaffinity

from msgspec.structs import replace

from utilities.code_execution import Execution, Limits, Pool
from utilities.grid import Grid

QUICK_SECONDS = 0.25


class TooBusy(Exception):
    """No place to wait; try again after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} seconds")
        self.retry_after = retry_after


class Lanes:
    """Runs programs for many clients at once."""

    def __init__(
        self, open_pool: Callable[[int], Pool], limits: Limits, *, most_waiting: int, most_per_client: int
    ) -> None:
        """`limits` of one program; at most `most_waiting` requests at a time, of one client `most_per_client`."""
        cores = len(sched_getaffinity(0))
        self._slow_places = 4 * cores
        self._pool = open_pool(2 * cores + self._slow_places)
        self._fast = threading.Semaphore(2 * cores)
        self._slow = threading.Semaphore(self._slow_places)
        self._limits, self._most_waiting, self._most_per_client = limits, most_waiting, most_per_client
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter()

    @property
    def tier(self) -> str:
        """The sandbox tier that programs run on."""
        return self._pool.tier

    def run(self, client: str, program: str, inputs: Sequence[Grid]) -> Execution:
        """Run a program on each input grid (H x W ints 0-9). Raises TooBusy and PoolClosed."""
        with self._admitted(client):
            if self._limits.seconds > QUICK_SECONDS:
                with self._fast:
                    quick = replace(self._limits, seconds=QUICK_SECONDS)
                    execution = self._pool.run(program, inputs, quick)
                if not any(outcome.error_type == "timeout" for outcome in execution.outcomes):
                    return execution
            with self._slow:
                return self._pool.run(program, inputs, self._limits)

    def close(self) -> None:
        """End the pool; may be called twice."""
        self._pool.close()

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
