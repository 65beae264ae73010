"""What happens in a conversation, for the streams that show it: kept for a while, so that a broken stream goes on.

The ids of events grow over all conversations and restarts, as they begin at the present time.
"""

import itertools
import threading
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec

from apps.server.streams import frame

KEPT_SECONDS = 120.0
"""How long the events of a conversation are kept after its last one. A stream that comes back later starts anew."""

Key = tuple[str, str]
"""(username, task_id)."""


class Event(NamedTuple):
    """Something to tell; `text` of a delta is joined with that of the next one where nobody has seen either."""

    number: int
    name: str
    data: dict[str, Any]


class Channel:
    """The recent events of one conversation."""

    def __init__(self, number: int) -> None:
        self.changed = threading.Condition()
        self.events: list[Event] = []
        self.first = number
        """Streams that saw less than this cannot go on."""
        self.last = number
        self.last_at = time.monotonic()
        self.streams = 0

    def after(self, number: int) -> list[Event] | None:
        """The events after `number`; None when they are not all here."""
        if not self.first <= number <= self.last:
            return None
        return self.events[bisect_right(self.events, number, key=lambda event: event.number) :]


class Channels:
    """The channels of all conversations on this process of the server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(time.time_ns() // 1_000_000)
        self._channels: dict[Key, Channel] = {}
        self.closed = False

    def tell(self, key: Key, name: str, data: dict[str, Any]) -> None:
        """Tell everybody who looks at that conversation."""
        with self._lock:
            channel = self._channel(key)
            event = Event(next(self._numbers), name, data)
            with channel.changed:
                channel.events.append(event)
                channel.last, channel.last_at = event.number, time.monotonic()
                channel.changed.notify_all()

    def last(self, key: Key) -> int:
        """Where a page that has just read the conversation is to begin."""
        with self._lock:
            return self._channel(key).last

    @contextmanager
    def open(self, key: Key) -> Iterator[Channel]:
        """The channel, kept while the context lasts."""
        with self._lock:
            channel = self._channel(key)
            channel.streams += 1
        try:
            yield channel
        finally:
            with self._lock:
                channel.streams -= 1

    def close(self) -> None:
        """End the streams. Safe in a signal handler: it takes no lock."""
        self.closed = True

    def _channel(self, key: Key) -> Channel:
        if key not in self._channels:
            self._drop_old()
            self._channels[key] = Channel(next(self._numbers))
        return self._channels[key]

    def _drop_old(self) -> None:
        old = time.monotonic() - KEPT_SECONDS
        for key, channel in list(self._channels.items()):
            if not channel.streams and channel.last_at < old:
                del self._channels[key]


def frames(events: list[Event]) -> bytes:
    """The events as they are sent, neighbouring deltas of one message in one."""
    joined: list[Event] = []
    for event in events:
        before = joined[-1] if joined else None
        if before and _is_continued(before, event):
            both = {part: before.data[part] + event.data[part] for part in ("text", "thinking")}
            joined[-1] = Event(event.number, "delta", before.data | both)
        else:
            joined.append(event)
    return b"".join(frame(event.name, msgspec.json.encode(event.data), event.number) for event in joined)


def _is_continued(event: Event, following: Event) -> bool:
    return (
        event.name == following.name == "delta"
        and event.data["message_id"] == following.data["message_id"]
        and not following.data["restart"]
    )
