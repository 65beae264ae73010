"""Reading an HTTP response: the data of its events, or what it says about a failure.

What the data means is in replies.py, what a failure means in failures.py.
"""

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator

import aiohttp
import msgspec

from utilities.model_utils import ModelError
from utilities.models.failures import Said, quote, read_error_body
from utilities.models.replies import END, ReplyBuilder
from utilities.models.server_sent_events import EventParser

NETWORK_ERRORS = (aiohttp.ClientError, TimeoutError, OSError)
"""All that connecting, sending and reading raise."""
_TRICKLE = 1 << 15
"""Bytes; a stream that brings less at a time is worth gathering."""
_SHARE_PAUSED = 1 / 4
_LONGEST_PAUSE = 0.1
"""Seconds; with the share above, an answer ends at most a quarter later than it might."""
_TAIL_TIMEOUT = 5.0
"""Seconds from a whole answer to the end of its response: usage and `[DONE]` still come, and nothing worth more."""
_CLOSING_TIMEOUT = 0.5
_ERROR_BODY_TIMEOUT = 10.0
"""Seconds; the status is known by then, so the reason is worth no longer wait."""
_ERROR_BODY_BYTES = 1 << 16
_EVENTS = re.compile(rb"(data|event|id|retry)?:")
"""How a line of an event stream begins; no JSON begins so."""
_LONGEST_NAME = len(b"event:")
_BLANK = b"\xef\xbb\xbf \t\r\n"


async def read_events(response: aiohttp.ClientResponse, builder: ReplyBuilder, started: float) -> None:
    """Give `builder` the data of each event, or a whole body and END. What the response is decides, not what was
    asked for or what it is called: some servers do not stream, some stream always. `started`: the loop's time when
    the request began.

    Raises NETWORK_ERRORS, also when the response goes on after a whole answer, and ModelError.
    """
    begin = await _begin(response)
    shown = begin.lstrip(_BLANK)
    if _EVENTS.match(shown) or (response.content_type == "text/event-stream" and shown[:1] != b"{"):
        await _read_stream(response, begin, builder, started)
    else:
        await _read_body(response, begin, builder)


async def _begin(response: aiohttp.ClientResponse) -> bytes:
    """Enough of a response to see what it is."""
    begin = b""
    while len(begin.lstrip(_BLANK)) < _LONGEST_NAME and (chunk := await response.content.readany()):
        begin += chunk
    return begin


async def _read_stream(
    response: aiohttp.ClientResponse, chunk: bytes, builder: ReplyBuilder, started: float
) -> None:
    parser, clock = EventParser(), asyncio.get_running_loop().time

    def receive(events: list[bytes]) -> None:
        for data in events:
            builder.add(data)

    with _what_arrived_is_kept(lambda: receive(parser.finish())):
        async with asyncio.timeout(None) as tail:
            while chunk:
                events = parser.feed(chunk)
                receive(events)
                if END in events:
                    await _wait_for_the_end(response)
                    return
                if builder.complete and tail.when() is None:
                    tail.reschedule(clock() + _TAIL_TIMEOUT)
                if len(chunk) < _TRICKLE:
                    await _gather(response, min(_LONGEST_PAUSE, (clock() - started) * _SHARE_PAUSED))
                chunk = await response.content.readany()
    receive(parser.finish())


async def _read_body(response: aiohttp.ClientResponse, chunk: bytes, builder: ReplyBuilder) -> None:
    """A body is only whole at its end, which a server may forget: one that could be whole is then tried."""
    pieces, clock, deadline = [chunk], asyncio.get_running_loop().time, None

    def receive() -> None:
        builder.add(b"".join(pieces))
        builder.add(END)

    with _what_arrived_is_kept(receive):
        while chunk and not response.content.at_eof():
            if chunk.strip():
                deadline = clock() + _TAIL_TIMEOUT if chunk.rstrip().endswith(b"}") else None
            try:
                async with asyncio.timeout_at(deadline) as tail:
                    chunk = await response.content.readany()
            except TimeoutError:
                if not tail.expired():
                    raise
                if _is_json(b"".join(pieces)):
                    break
                deadline = None
            else:
                pieces.append(chunk)
    receive()


@contextlib.contextmanager
def _what_arrived_is_kept(receive: Callable[[], None]) -> Iterator[None]:
    """When reading breaks off or is cancelled, what `receive` has not taken yet may be what makes the answer whole."""
    try:
        yield
    except (asyncio.CancelledError, *NETWORK_ERRORS):
        with contextlib.suppress(ModelError):
            receive()
        raise


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


async def _wait_for_the_end(response: aiohttp.ClientResponse) -> None:
    """After its last event a stream only has to close, and then its connection can be used again."""
    with contextlib.suppress(*NETWORK_ERRORS):
        async with asyncio.timeout(_CLOSING_TIMEOUT):
            await response.read()


async def _gather(response: aiohttp.ClientResponse, seconds: float) -> None:
    """Leave the socket alone for a while: nobody reads along, and a wake-up per token costs more than its parsing."""
    transport = response.connection.transport if response.connection else None
    if transport is None:
        return
    transport.pause_reading()
    try:
        await asyncio.sleep(seconds)
    finally:
        transport.resume_reading()


async def what_it_said(response: aiohttp.ClientResponse) -> Said:
    """The reason in an error's body; a body that breaks off or never comes is no reason to lose the status."""
    body = b""
    with contextlib.suppress(*NETWORK_ERRORS):
        async with asyncio.timeout(_ERROR_BODY_TIMEOUT):
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) >= _ERROR_BODY_BYTES:
                    break
    return read_error_body(body) if body.strip() else Said(quote(response.reason or "") or "no reason given")
