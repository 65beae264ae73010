"""Ctrl-C and SIGTERM in a running event loop: once to end in order, twice to end at once."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Self

NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """While entered, the first signal calls `first(number)`; the second calls `last()` and exits with 128 + number."""

    def __init__(self, *, first: Callable[[int], None], last: Callable[[], None]) -> None:
        self._first, self._last = first, last
        self._seen = False

    def __enter__(self) -> Self:
        for number in NUMBERS:
            asyncio.get_running_loop().add_signal_handler(number, self._handle, number)
        return self

    def __exit__(self, *_: object) -> None:
        for number in NUMBERS:
            asyncio.get_running_loop().remove_signal_handler(number)

    def _handle(self, number: int) -> None:
        if self._seen:
            self._last()
            os._exit(128 + number)
        self._seen = True
        self._first(number)
