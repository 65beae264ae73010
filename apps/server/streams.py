"""Server-Sent Events over Flask: frames, the reply, and how many streams may be open, as each one holds a thread."""

import re
import threading
from collections.abc import Callable, Iterator

from flask import Response, request

from apps.server.refusals import ApiError

HEARTBEAT_SECONDS = 10.0
"""After so long a silence a comment is sent: a connection that nothing is sent on never learns that it is broken."""
HEARTBEAT = b": still here\n\n"
RETRY_MILLISECONDS = 2000


class StreamPlaces:
    """A number of places for open streams."""

    def __init__(self, places: int) -> None:
        self._places = threading.Semaphore(places)

    def stream(self, frames: Iterator[bytes]) -> Response:
        """A reply that sends `frames` as they come. Raises ApiError (503) when every place is taken."""
        if not self._places.acquire(blocking=False):
            raise ApiError(503, "Too many pages watch this server: ask for changes from time to time.", 10)
        response = Response(frames, mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"  # nginx would hold frames back
        response.call_on_close(self._places.release)
        return response


def frame(event: str, data: bytes, number: int | None = None) -> bytes:
    """One event; `data` is JSON without line breaks, `number` its id if it can be asked for again."""
    head = b"" if number is None else b"id: %d\n" % number
    return head + b"event: %b\ndata: %b\n\n" % (event.encode(), data)


def opening(number: int) -> bytes:
    """What a stream begins with: after it a broken connection goes on from `number`, even before the first event."""
    return b"retry: %d\nid: %d\n\n" % (RETRY_MILLISECONDS, number)


def last_event_id() -> int | None:
    """Where this request wants its stream to go on: its Last-Event-ID, or `last_event_id` in the address."""
    text = request.headers.get("Last-Event-ID") or request.args.get("last_event_id", "")
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def client_left() -> Callable[[], bool]:
    """Tells, later and from any thread, whether this request's client has gone; False where the server cannot know."""
    found: Callable[[], bool] = request.environ.get("waitress.client_disconnected", lambda: False)
    return found
