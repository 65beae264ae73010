"""`GET /arc2/api/events`: what annotators do, as it happens, and who is on the task that a page shows."""

import time
from collections.abc import Callable, Iterator

import msgspec
from flask import Blueprint, Response, current_app

from apps.server.access import username_or_none
from apps.server.api import operation
from apps.server.context import database
from apps.server.feed import Feed
from apps.server.presence import Presence
from apps.server.store.database import last_event_id as newest
from apps.server.streams import (
    HEARTBEAT,
    HEARTBEAT_SECONDS,
    StreamPlaces,
    client_left,
    frame,
    last_event_id,
    opening,
)

LOOK_SECONDS = 1.0
"""How often a stream looks whether its client is still there."""

blueprint = Blueprint("events", __name__)


class EventQuery(msgspec.Struct):
    """The task that the page shows, for presence; and where to begin, for a page that cannot send Last-Event-ID."""

    task_id: str = ""
    last_event_id: str = ""


@operation(blueprint, "GET", "/api/events", query=EventQuery, reply=bytes)
def events(query: EventQuery) -> Response:
    """Stream the events `trace`, `trace_removed`, `vote`, `variation`, `flaw` and `presence`."""
    places: StreamPlaces = current_app.extensions["stream_places"]
    feed: Feed = current_app.extensions["feed"]
    presence: Presence = current_app.extensions["presence"]
    start = _start(feed, last_event_id())
    return places.stream(_stream(feed, presence, query.task_id, username_or_none(), start, client_left()))


def _start(feed: Feed, wanted: int | None) -> int:
    """Where a stream begins; an id that never was (of an earlier database) begins with what comes next."""
    if wanted is None or wanted <= feed.last:
        return feed.last if wanted is None else wanted
    with database().reading() as connection:
        return min(wanted, newest(connection))


def _stream(
    feed: Feed,
    presence: Presence,
    task_id: str,
    username: str | None,
    number: int,
    left: Callable[[], bool],
) -> Iterator[bytes]:
    yield opening(number)
    with presence.on(task_id, username):
        turn, users, sent = -1, None, time.monotonic()
        while not feed.closed and not left():
            turn_before, turn = turn, feed.turn
            text = b""
            if turn != turn_before or number < feed.last:
                frames, number = feed.after(number)
                text = b"".join(frame.seen_by(username) for frame in frames)
                if task_id and (now_here := presence.users(task_id)) != users:
                    users = now_here
                    text += frame("presence", msgspec.json.encode({"task_id": task_id, "users": users}))
            if not text and time.monotonic() - sent >= HEARTBEAT_SECONDS:
                text = HEARTBEAT
            if text:
                yield text
                sent = time.monotonic()
            if number >= feed.last:
                feed.wait(turn, LOOK_SECONDS)
