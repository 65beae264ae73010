"""What stops a running event loop: signals (once to end in order, twice to end at once) and a process that is frozen."""

import asyncio
import os
import selectors
import signal
import time
from collections.abc import Callable
from typing import Any, Self

_LATE = 1.0
"""Seconds after which waiting took too long for a busy machine: the process was frozen."""


class Interrupts:
    """While entered, the first signal calls `first(number)`; the second calls `last()` and exits with 128 + number."""

    def __init__(self, *, first: Callable[[int], None], last: Callable[[], None]) -> None:
        self._first, self._last = first, last
        self._seen = False

    def __enter__(self) -> Self:
        self._numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup's wish
            self._numbers.append(signal.SIGHUP)
        for number in self._numbers:
            asyncio.get_running_loop().add_signal_handler(number, self._handle, number)
        return self

    def __exit__(self, *_: object) -> None:
        for number in self._numbers:
            asyncio.get_running_loop().remove_signal_handler(number)

    def _handle(self, number: int) -> None:
        if self._seen:
            self._last()
            os._exit(128 + number)
        self._seen = True
        self._first(number)


class StandingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock stands still while the process is frozen (Ctrl-Z, `docker pause`).

    Else every timeout would be over at once afterwards, and answers that wait in their sockets would be thrown away.
    """

    def __init__(self) -> None:
        self._stood = 0.0
        super().__init__(_Selector(self._stand))

    def _stand(self, seconds: float) -> None:
        self._stood += seconds

    def time(self) -> float:
        """Seconds, as `time.monotonic` without those in which the process was frozen."""
        return time.monotonic() - self._stood


class _Selector(selectors.DefaultSelector):
    """Tells by how much waiting took longer than it was to, once that is more than a busy machine's doing."""

    def __init__(self, tell: Callable[[float], None]) -> None:
        super().__init__()
        self._tell = tell

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, Any]]:
        if not timeout:
            return super().select(timeout)
        begin = time.monotonic()
        found = super().select(timeout)
        late = time.monotonic() - begin - timeout
        if late > _LATE:
            self._tell(late)
        return found
