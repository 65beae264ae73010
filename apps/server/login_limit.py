"""How often one may guess a password: failed attempts are counted per address and per name for five minutes."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from apps.server.refusals import ApiError

WINDOW_SECONDS = 300.0
MOST_PER_NAME, MOST_PER_ADDRESS = 10, 50


class LoginLimit:
    """Counts failed attempts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[str, deque[float]] = {}

    @contextmanager
    def attempt(self, address: str, name: str) -> Iterator[None]:
        """Count what is tried inside when it raises ApiError 401. Raises ApiError (429) when there were too many."""
        limits = {f"name {name}": MOST_PER_NAME, f"address {network(address)}": MOST_PER_ADDRESS}
        with self._lock:
            self._forget_old()
            for key, most in limits.items():
                failures = self._failures.get(key, deque())
                if len(failures) >= most:
                    wait = int(failures[0] + WINDOW_SECONDS - time.monotonic()) + 1
                    raise ApiError(429, f"Too many failed attempts: wait {wait} seconds.", retry_after=wait)
            for key in limits:  # counted before the outcome is known, so that many at once are not all let in
                self._failures.setdefault(key, deque()).append(time.monotonic())
        failed = False
        try:
            yield
        except ApiError as error:
            failed = error.status == 401
            raise
        finally:
            if not failed:
                self._take_back(limits)

    def _take_back(self, keys: dict[str, int]) -> None:
        with self._lock:
            for key in keys:
                if self._failures.get(key):
                    self._failures[key].pop()

    def _forget_old(self) -> None:
        oldest = time.monotonic() - WINDOW_SECONDS
        for key, failures in list(self._failures.items()):
            while failures and failures[0] < oldest:
                failures.popleft()
            if not failures:
                del self._failures[key]


def network(address: str) -> str:
    """The address; of an IPv6 address the half that a provider gives to one customer."""
    return ":".join(address.split(":")[:4]) if ":" in address else address
