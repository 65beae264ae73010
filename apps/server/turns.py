"""A number of places that clients take in turn: whoever waits with many requests holds up nobody who waits with one."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_SECONDS = 1.0
"""How often somebody who waits looks whether its client is still there."""


class ClientLeft(Exception):
    """Nobody wants the result any more."""


class _Ticket:
    """One request that waits for a place."""

    called = False


class Turns:
    """Places, and the queues in front of them: one per client, served in turn."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._changed = threading.Condition()
        self._queues: dict[str, deque[_Ticket]] = {}
        """Those that wait, by client; the client whose turn is next comes first."""

    @contextmanager
    def turn(self, client: str, left: Callable[[], bool]) -> Iterator[None]:
        """A place while the context lasts, waited for. Raises ClientLeft once `left` says so of a client that waits."""
        self._wait(client, left)
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._call()

    def _wait(self, client: str, left: Callable[[], bool]) -> None:
        ticket = _Ticket()
        with self._changed:
            self._queues.setdefault(client, deque()).append(ticket)
            self._call()
            while not ticket.called:
                self._changed.wait(LOOK_SECONDS)
                if not ticket.called and left():
                    self._leave(client, ticket)
                    raise ClientLeft

    def _call(self) -> None:
        while self._free and self._queues:
            client = next(iter(self._queues))
            queue = self._queues.pop(client)
            queue.popleft().called = True
            if queue:
                self._queues[client] = queue  # behind the others
            self._free -= 1
            self._changed.notify_all()

    def _leave(self, client: str, ticket: _Ticket) -> None:
        self._queues[client].remove(ticket)
        if not self._queues[client]:
            del self._queues[client]
