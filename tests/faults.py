"""What the fault server answers: good answers, HTTP errors, and everything that goes wrong after a 200."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from aiohttp import web

ANSWER = """Every cell keeps its colour.

```python
def solve_task(grid):
    return [list(row) for row in grid]
```
"""
USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 50,
    "total_tokens": 150,
    "cost": 0.001,
    "completion_tokens_details": {"reasoning_tokens": 20},
    "prompt_tokens_details": {"cached_tokens": 30},
}
_STATUSES = ("429:0.2", "429:date:1", "500", "502", "503", "524", "529", "402:0.1", "408", "409", "425")
_BROKEN = (
    "close",
    "keepalive_drop",
    "garbage",
    "html",
    "truncated",
    "not_http",
    "empty_choices",
    "no_finish",
)
_INSIDE = ("error_in_200:502", "error_in_choice:529", "error_midstream:524", "finish_error")
TRANSIENT = (*_STATUSES, *_BROKEN, *_INSIDE)
"""What a client should get over by asking again."""
HARMLESS = ("split", "drip", "slow_start", "cut_tail")
"""What a client should not even notice."""
MIXES = {
    "none": (),
    "transient": TRANSIENT,
    "mixed": (*TRANSIENT, *HARMLESS, "hang", "hang_during", "400", "403:moderation"),
}


@dataclass
class Asked:
    """One request while it is being served."""

    http: web.Request
    body: dict[str, Any]
    argument: str
    """What follows the colon in the fault's word."""
    text: str
    """The good answer."""
    thinking: str
    pieces: int
    """Chunks of a streamed answer."""
    rng: random.Random

    @property
    def streaming(self) -> bool:
        return bool(self.body.get("stream"))


# --- payloads --------------------------------------------------------------------------------------------------------


def payload_of(asked: Asked, text: str | None = None) -> bytes:
    """A whole good answer, as it goes over the wire."""
    answer = asked.text if text is None else text
    if asked.streaming:
        return b": OPENROUTER PROCESSING\n\n" + b"".join(_events(asked, answer)) + b"data: [DONE]\n\n"
    message = {"role": "assistant", "content": answer, "reasoning": asked.thinking or None}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({**_head(asked, "chat.completion"), "choices": [choice], "usage": USAGE}).encode()


def _events(asked: Asked, answer: str) -> Iterator[bytes]:
    step = max(1, -(-len(answer) // asked.pieces))
    deltas = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning": asked.thinking}] if asked.thinking else []
    deltas += [{"content": answer[at : at + step]} for at in range(0, len(answer), step)]
    for delta in deltas:
        yield event(asked, [{"index": 0, "delta": delta, "finish_reason": None}])
    yield event(asked, [{"index": 0, "delta": {}, "finish_reason": "stop"}])
    yield event(asked, [], usage=USAGE)


def _head(asked: Asked, kind: str) -> dict[str, Any]:
    return {
        "id": "gen-1",
        "object": kind,
        "model": asked.body.get("model"),
        "provider": "Fault",
        "created": 1,
    }


def event(asked: Asked, choices: list[dict[str, Any]], **more: Any) -> bytes:
    chunk = {**_head(asked, "chat.completion.chunk"), "choices": choices, **more}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def error_response(status: int, argument: str = "") -> web.Response:
    """An HTTP error; `argument` is a Retry-After (`2`, `date:2`) or, for a 403, what it is about."""
    error: dict[str, Any] = {"code": status, "message": f"fault {status}"}
    headers = {}
    if argument == "key":
        error["message"] = "Key limit exceeded (total limit)"
    elif argument == "moderation":
        error |= {"message": "Input flagged", "metadata": {"reasons": ["violence"], "flagged_input": "..."}}
    elif argument.startswith("date:"):
        headers["Retry-After"] = formatdate(time.time() + float(argument[5:]), usegmt=True)
    elif argument:
        headers["Retry-After"] = argument
    return web.json_response({"error": error}, status=status, headers=headers)


# --- faults: each writes its own response ----------------------------------------------------------------------------


async def written(
    asked: Asked, pieces: Sequence[bytes], *, missing: int = 0, delay: float = 0.0
) -> web.StreamResponse:
    """A 200 with these pieces; a body that is not streamed announces `missing` more bytes than it has."""
    response = web.StreamResponse()
    if asked.streaming:
        response.content_type = "text/event-stream"
    else:
        response.content_type = "application/json"
        response.content_length = sum(map(len, pieces)) + missing
    await response.prepare(asked.http)
    for number, piece in enumerate(pieces):
        if number and delay:
            await asyncio.sleep(delay)
        await response.write(piece)
    return response


Fault = Callable[[Asked], Awaitable[web.StreamResponse]]
FAULTS: dict[str, Fault] = {}


def fault(write: Fault) -> Fault:
    FAULTS[write.__name__] = write
    return write


@fault
async def ok(asked: Asked) -> web.StreamResponse:
    return await written(asked, [payload_of(asked)])


@fault
async def big(asked: Asked) -> web.StreamResponse:
    """10 MB of text."""
    return await written(asked, [payload_of(asked, "0123456789" * 2**20)])


@fault
async def split(asked: Asked) -> web.StreamResponse:
    """Cut at any byte, with pauses that keep the pieces apart."""
    payload, pieces = payload_of(asked), []
    while payload:
        size = asked.rng.randint(1, 200)
        pieces.append(payload[:size])
        payload = payload[size:]
    return await written(asked, pieces, delay=0.0005)


@fault
async def drip(asked: Asked) -> web.StreamResponse:
    payload = payload_of(asked)
    size = -(-len(payload) // 20)
    return await written(asked, [payload[at : at + size] for at in range(0, len(payload), size)], delay=0.02)


@fault
async def slow(asked: Asked) -> web.StreamResponse:
    """A whole answer, spread over as many seconds as the argument says."""
    payload = payload_of(asked)
    size = -(-len(payload) // 200)
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)]
    return await written(asked, pieces, delay=float(asked.argument or 4) / 200)


@fault
async def broken_utf8(asked: Asked) -> web.StreamResponse:
    """Bytes in the middle of an answer that are no UTF-8."""
    return await written(asked, [payload_of(asked).replace(b"colour", b"col\xff\xfe\xc3our")])


@fault
async def slow_start(asked: Asked) -> web.StreamResponse:
    """Blank lines and comments first, as providers keep a connection alive."""
    alive = [b"\n", b": OPENROUTER PROCESSING\n\n"] if asked.streaming else [b"\n", b"   \n"]
    return await written(asked, [*alive, payload_of(asked)], delay=0.02)


@fault
async def hang(_: Asked) -> web.StreamResponse:
    """No answer until the client leaves."""
    await asyncio.sleep(3600)
    raise AssertionError("nobody waits that long")


@fault
async def hang_during(asked: Asked) -> web.StreamResponse:
    payload = payload_of(asked)
    half = len(payload) // 2
    await written(asked, [payload[:half]], missing=len(payload) - half)
    return await hang(asked)


@fault
async def close(asked: Asked) -> web.StreamResponse:
    """Half an answer, and then the connection is gone."""
    payload = payload_of(asked)
    half = len(payload) // 2
    response = await written(asked, [payload[:half]], missing=len(payload) - half)
    return _dropped(asked, response)


@fault
async def cut_tail(asked: Asked) -> web.StreamResponse:
    """The connection is gone after the finish reason, before usage and `[DONE]`: the answer is whole."""
    payload = payload_of(asked)
    if not asked.streaming:
        return await written(asked, [payload])
    return _dropped(asked, await written(asked, [payload[: payload.rindex(b"data: {") + 20]]))


@fault
async def hang_tail(asked: Asked) -> web.StreamResponse:
    """The answer is whole, but its response never ends: no `[DONE]`, or a byte less than announced."""
    await written(asked, [payload_of(asked).removesuffix(b"data: [DONE]\n\n")], missing=1)
    return await hang(asked)


@fault
async def keepalive_drop(asked: Asked) -> web.StreamResponse:
    """The connection is gone before a byte of the answer."""
    return _dropped(asked, web.Response())


@fault
async def not_http(asked: Asked) -> web.StreamResponse:
    assert asked.http.transport is not None
    asked.http.transport.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    return _dropped(asked, web.Response())


def _dropped(asked: Asked, response: web.StreamResponse) -> web.StreamResponse:
    if asked.http.transport is not None:
        asked.http.transport.close()
    return response


@fault
async def garbage(asked: Asked) -> web.StreamResponse:
    return await written(asked, [(b"data: " if asked.streaming else b"") + bytes(range(128, 256)) + b"\n\n"])


@fault
async def html(_: Asked) -> web.StreamResponse:
    return web.Response(text="<!DOCTYPE html><html><title>Gateway</title></html>", content_type="text/html")


@fault
async def truncated(asked: Asked) -> web.StreamResponse:
    """Half an answer that ends as if it were whole."""
    payload = payload_of(asked)
    return await written(asked, [payload[: len(payload) // 2]])


@fault
async def error_in_200(asked: Asked) -> web.StreamResponse:
    return web.json_response({"error": _error(asked)})


@fault
async def error_in_choice(asked: Asked) -> web.StreamResponse:
    choice = {"index": 0, "error": _error(asked), "message": {"content": "half an"}, "finish_reason": "error"}
    return web.json_response({**_head(asked, "chat.completion"), "choices": [choice], "usage": USAGE})


@fault
async def error_midstream(asked: Asked) -> web.StreamResponse:
    """Half an answer, which is charged, and then the error."""
    if not asked.streaming:
        return await error_in_choice(asked)
    half = [{"index": 0, "delta": {"content": "half an"}, "finish_reason": None}]
    last = [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]
    return await written(asked, [event(asked, half), event(asked, last, error=_error(asked), usage=USAGE)])


def _error(asked: Asked) -> dict[str, Any]:
    code = int(asked.argument or 502)
    return {
        "code": code,
        "message": "Provider returned error",
        "metadata": {"provider_name": "X", "raw": "boom"},
    }


@fault
async def empty_choices(asked: Asked) -> web.StreamResponse:
    if asked.streaming:
        return await written(asked, [event(asked, [], usage=USAGE), b"data: [DONE]\n\n"])
    return web.json_response({**_head(asked, "chat.completion"), "choices": [], "usage": USAGE})


@fault
async def no_finish(asked: Asked) -> web.StreamResponse:
    """A stream that just ends."""
    if not asked.streaming:
        return await truncated(asked)
    return await written(asked, [event(asked, [{"index": 0, "delta": {"content": "half an"}}])])


@fault
async def finish_error(asked: Asked) -> web.StreamResponse:
    choice = {"index": 0, "message": {"content": "half an"}, "finish_reason": "error"}
    return web.json_response({**_head(asked, "chat.completion"), "choices": [choice]})
