"""Reading an HTTP response: the data of its events, or what it says about a failure.

What the data means is in replies.py, what a failure means in failures.py.
"""

import asyncio
import contextlib
from collections.abc import Callable

import aiohttp

from utilities.models.failures import Said, read_error_body
from utilities.models.replies import END
from utilities.models.server_sent_events import EventParser

NETWORK_ERRORS = (aiohttp.ClientError, TimeoutError, OSError)
"""All that connecting, sending and reading raise."""
_TRICKLE = 4096
"""Bytes; a stream that brings less at a time is worth gathering."""
_SHARE_PAUSED = 1 / 4
_LONGEST_PAUSE = 0.1
"""Seconds; with the share above, an answer ends at most a quarter later than it might."""
_CLOSING_TIMEOUT = 0.5
_ERROR_BODY_TIMEOUT = 10.0
"""Seconds; the status is known by then, so the reason is worth no longer wait."""
_ERROR_BODY_BYTES = 1 << 16


async def read_events(
    response: aiohttp.ClientResponse, receive: Callable[[bytes], None], started: float
) -> None:
    """Give `receive` the data of each event, or a whole body and END. What the response is decides, not what was
    asked for: some servers do not stream, some stream always. `started`: the loop's time when the request began.

    Raises NETWORK_ERRORS, and whatever `receive` raises.
    """
    if response.content_type != "text/event-stream":
        _receive_body(await response.read(), receive)
        return
    parser, clock = EventParser(), asyncio.get_running_loop().time
    async for chunk in response.content.iter_any():
        events = parser.feed(chunk)
        for data in events:
            receive(data)
        if END in events:
            await _wait_for_the_end(response)
            return
        if len(chunk) < _TRICKLE:
            await _gather(response, min(_LONGEST_PAUSE, (clock() - started) * _SHARE_PAUSED))
    for data in parser.finish():
        receive(data)


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


def _receive_body(body: bytes, receive: Callable[[bytes], None]) -> None:
    if not body.lstrip().startswith((b"data:", b"event:", b":")):
        receive(body)
        receive(END)
        return
    parser = EventParser()
    for data in parser.feed(body) + parser.finish():
        receive(data)


async def what_it_said(response: aiohttp.ClientResponse) -> Said:
    """The reason in an error's body; a body that breaks off or never comes is no reason to lose the status."""
    body = b""
    with contextlib.suppress(*NETWORK_ERRORS):
        async with asyncio.timeout(_ERROR_BODY_TIMEOUT):
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) >= _ERROR_BODY_BYTES:
                    break
    return read_error_body(body) if body.strip() else Said(response.reason or "no reason given")
