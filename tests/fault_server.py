"""A model endpoint that fails on purpose: OpenAI chat completions over real HTTP, streamed and not.

What a request gets is decided by the first of these that applies:

1. a marker in its messages, `[[faults: 429:1, 500, ok]]`: one word per time this body is asked, then `ok`;
2. `script`: one word per request in the order of arrival, then `ok`;
3. `faults` with `rate`: at random, but the same for the same seed, body and time of asking.

The words are the keys of FAULTS, or an HTTP status: `429`, `429:2` (Retry-After in seconds), `429:date:2` (as a date),
`403:key`, `403:moderation`. Every request is logged, in `FaultServer.log` and at `GET /log`.

In a test: `async with FaultServer(script=["500"]) as server: ... server.base_url`, or `serving(...)` where the test is
not a coroutine. As a process: `python tests/fault_server.py --port 0 --seed 1 --faults mixed`, which prints its port.
"""

import argparse
import asyncio
import hashlib
import json
import random
import re
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from email.utils import formatdate
from itertools import chain
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
TRANSIENT = ["429:0.2", "429:date:1", "500", "502", "503", "524", "529", "402:0.1", "408", "409", "425", "close", "garbage", "html", "truncated", "error_in_200:502", "error_in_choice:529", "error_midstream:524", "empty_choices", "keepalive_drop", "no_finish", "finish_error", "not_http"]
"""What a client should get over by asking again."""
HARMLESS = ["split", "drip", "slow_start"]
MIXES = {
    "none": (),
    "transient": tuple(TRANSIENT),
    "mixed": (*TRANSIENT, *HARMLESS, "hang", "hang_during", "400", "403:moderation"),
}
_MARKER = re.compile(r"\[\[faults: *([^\]]*)\]\]")


@dataclass
class Exchange:
    """One logged request."""

    time: float
    """Seconds since 1970 at its arrival."""
    body_hash: str
    attempt: int
    """How often this body was asked before."""
    fault: str
    outcome: str = "pending"
    """`answered` when a whole good answer was written, `failed`, or `disconnected` when the client left first."""
    ended: float = 0.0
    in_flight: int = 0
    """Requests under way when it arrived, itself included."""


@dataclass
class Asked:
    """One request while it is being served."""

    http: web.Request
    body: dict[str, Any]
    argument: str
    rng: random.Random

    @property
    def streaming(self) -> bool:
        return bool(self.body.get("stream"))


@dataclass
class FaultServer:
    """The server; an asynchronous context manager. Times are in seconds."""

    script: Sequence[str] = ()
    faults: Sequence[str] = ()
    rate: float = 0.5
    seed: int = 0
    latency: float = 0.0
    text: str | Callable[[dict[str, Any]], str] = ANSWER
    """The answer, or how to make it from the request's body."""
    thinking: str = ""
    pieces: int = 8
    """Chunks of a streamed answer."""
    port: int = 0
    log: list[Exchange] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set)

    async def __aenter__(self) -> "FaultServer":
        self._times_asked: dict[str, int] = {}
        self._script = iter(self.script)
        self._in_flight = 0
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", self._handle)
        app.router.add_get("/log", self._show_log)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def outcomes(self) -> list[str]:
        return [exchange.outcome for exchange in self.log]

    def asked_again_after_an_answer(self) -> list[str]:
        """The bodies that were asked again although they had been answered in full."""
        answered: set[str] = set()
        again = []
        for exchange in self.log:
            if exchange.body_hash in answered:
                again.append(exchange.body_hash)
            if exchange.outcome == "answered":
                answered.add(exchange.body_hash)
        return again

    # --- serving -----------------------------------------------------------------------------------------------------

    async def _show_log(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(exchange) for exchange in self.log])

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        raw = await http.read()
        exchange, body = self._admit(raw), json.loads(raw)
        self.authorizations.add(http.headers.get("Authorization", ""))
        word, _, argument = exchange.fault.partition(":")
        asked = Asked(
            http, body, argument, random.Random(f"{self.seed}:{exchange.body_hash}:{exchange.attempt}")
        )
        try:
            await asyncio.sleep(self.latency)
            response = await self._respond(word, asked)
            exchange.outcome = "answered" if word in ("ok", *HARMLESS, "big") else "failed"
            return response
        except (asyncio.CancelledError, ConnectionError):
            exchange.outcome = "disconnected"
            raise
        finally:
            exchange.ended = time.time()
            self._in_flight -= 1

    def _admit(self, raw: bytes) -> Exchange:
        name = hashlib.sha256(raw).hexdigest()[:16]
        attempt = self._times_asked.get(name, 0)
        self._times_asked[name] = attempt + 1
        self._in_flight += 1
        fault = self._choose(raw.decode(), name, attempt)
        self.log.append(Exchange(time.time(), name, attempt, fault, in_flight=self._in_flight))
        return self.log[-1]

    def _choose(self, raw: str, name: str, attempt: int) -> str:
        marker = _MARKER.search(raw)
        if marker:
            words = [word.strip() for word in marker[1].split(",")]
            return words[attempt] if attempt < len(words) else "ok"
        if self.script:
            return next(self._script, "ok")
        rng = random.Random(f"{self.seed}:{name}:{attempt}")
        return rng.choice(self.faults) if self.faults and rng.random() < self.rate else "ok"

    async def _respond(self, word: str, asked: Asked) -> web.StreamResponse:
        if word.isdecimal():
            return error_response(int(word), asked.argument)
        return await FAULTS[word](self, asked)

    # --- payloads ----------------------------------------------------------------------------------------------------

    def payload(self, asked: Asked, text: str | None = None) -> bytes:
        """A whole good answer, as it goes over the wire."""
        answer = text if text is not None else self.text(asked.body) if callable(self.text) else self.text
        if not asked.streaming:
            message = {"role": "assistant", "content": answer, "reasoning": self.thinking or None}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            return json.dumps(
                {**_head(asked, "chat.completion"), "choices": [choice], "usage": USAGE}
            ).encode()
        return b": OPENROUTER PROCESSING\n\n" + b"".join(
            chain(self._events(asked, answer), [b"data: [DONE]\n\n"])
        )

    def _events(self, asked: Asked, answer: str) -> Iterator[bytes]:
        step = max(1, -(-len(answer) // self.pieces))
        deltas = [{"role": "assistant", "content": ""}]
        deltas += [{"reasoning": self.thinking}] if self.thinking else []
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
    for piece in pieces:
        await response.write(piece)
        if delay:
            await asyncio.sleep(delay)
    return response


async def ok(server: FaultServer, asked: Asked) -> web.StreamResponse:
    return await written(asked, [server.payload(asked)])


async def big(server: FaultServer, asked: Asked) -> web.StreamResponse:
    """10 MB of text."""
    return await written(asked, [server.payload(asked, "0123456789" * 2**20)])


async def split(server: FaultServer, asked: Asked) -> web.StreamResponse:
    """Cut at any byte, with pauses that keep the pieces apart."""
    payload, pieces = server.payload(asked), []
    while payload:
        size = asked.rng.randint(1, 200)
        pieces.append(payload[:size])
        payload = payload[size:]
    return await written(asked, pieces, delay=0.0005)


async def drip(server: FaultServer, asked: Asked) -> web.StreamResponse:
    payload = server.payload(asked)
    size = -(-len(payload) // 20)
    return await written(asked, [payload[at : at + size] for at in range(0, len(payload), size)], delay=0.02)


async def slow_start(server: FaultServer, asked: Asked) -> web.StreamResponse:
    """Blank lines and comments first, as providers keep a connection alive."""
    alive = [b"\n", b": OPENROUTER PROCESSING\n\n"] if asked.streaming else [b"\n", b"   \n"]
    return await written(asked, [*alive, server.payload(asked)], delay=0.02)


async def hang(_: FaultServer, __: Asked) -> web.StreamResponse:
    """No answer until the client leaves."""
    await asyncio.sleep(3600)
    raise AssertionError("nobody waits that long")


async def hang_during(server: FaultServer, asked: Asked) -> web.StreamResponse:
    payload = server.payload(asked)
    half = len(payload) // 2
    await written(asked, [payload[:half]], missing=len(payload) - half)
    return await hang(server, asked)


async def close(server: FaultServer, asked: Asked) -> web.StreamResponse:
    """Half an answer, and then the connection is gone."""
    payload = server.payload(asked)
    half = len(payload) // 2
    response = await written(asked, [payload[:half]], missing=len(payload) - half)
    return _dropped(asked, response)


async def keepalive_drop(_: FaultServer, asked: Asked) -> web.StreamResponse:
    """The connection is gone before a byte of the answer."""
    return _dropped(asked, web.Response())


async def not_http(_: FaultServer, asked: Asked) -> web.StreamResponse:
    assert asked.http.transport is not None
    asked.http.transport.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    return _dropped(asked, web.Response())


def _dropped(asked: Asked, response: web.StreamResponse) -> web.StreamResponse:
    if asked.http.transport is not None:
        asked.http.transport.close()
    return response


async def garbage(_: FaultServer, asked: Asked) -> web.StreamResponse:
    return await written(asked, [(b"data: " if asked.streaming else b"") + bytes(range(128, 256)) + b"\n\n"])


async def html(_: FaultServer, __: Asked) -> web.StreamResponse:
    return web.Response(text="<!DOCTYPE html><html><title>Gateway</title></html>", content_type="text/html")


async def truncated(server: FaultServer, asked: Asked) -> web.StreamResponse:
    """Half an answer that ends as if it were whole."""
    payload = server.payload(asked)
    return await written(asked, [payload[: len(payload) // 2]])


async def error_in_200(_: FaultServer, asked: Asked) -> web.StreamResponse:
    return web.json_response({"error": _error(asked)})


async def error_in_choice(_: FaultServer, asked: Asked) -> web.StreamResponse:
    choice = {"index": 0, "error": _error(asked), "message": {"content": "half an"}, "finish_reason": "error"}
    return web.json_response({**_head(asked, "chat.completion"), "choices": [choice], "usage": USAGE})


async def error_midstream(server: FaultServer, asked: Asked) -> web.StreamResponse:
    """Half an answer, which is charged, and then the error."""
    if not asked.streaming:
        return await error_in_choice(server, asked)
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


async def empty_choices(_: FaultServer, asked: Asked) -> web.StreamResponse:
    if asked.streaming:
        return await written(asked, [event(asked, [], usage=USAGE), b"data: [DONE]\n\n"])
    return web.json_response({**_head(asked, "chat.completion"), "choices": [], "usage": USAGE})


async def no_finish(server: FaultServer, asked: Asked) -> web.StreamResponse:
    """A stream that just ends."""
    if not asked.streaming:
        return await truncated(server, asked)
    return await written(asked, [event(asked, [{"index": 0, "delta": {"content": "half an"}}])])


async def finish_error(_: FaultServer, asked: Asked) -> web.StreamResponse:
    choice = {"index": 0, "message": {"content": "half an"}, "finish_reason": "error"}
    return web.json_response({**_head(asked, "chat.completion"), "choices": [choice]})


_ALL = (
    ok,
    big,
    split,
    drip,
    slow_start,
    hang,
    hang_during,
    close,
    keepalive_drop,
    not_http,
    garbage,
    html,
    truncated,
)
_ALL += (error_in_200, error_in_choice, error_midstream, empty_choices, no_finish, finish_error)
FAULTS: dict[str, Callable[[FaultServer, Asked], Awaitable[web.StreamResponse]]] = {
    fault.__name__: fault for fault in _ALL
}


# --- running it ------------------------------------------------------------------------------------------------------


@contextmanager
def serving(**options: Any) -> Iterator[FaultServer]:
    """A FaultServer in a thread of its own, for tests that are not coroutines."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = FaultServer(**options)
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _serve(options: argparse.Namespace) -> None:
    faults = MIXES.get(options.faults) or [word for word in options.faults.split(",") if word != "none"]
    async with FaultServer(
        faults=faults, rate=options.rate, seed=options.seed, latency=options.latency, port=options.port
    ) as server:
        print(server.port, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="A model endpoint that fails on purpose.")
    parser.add_argument("--port", type=int, default=0, help="0: any free one, which is printed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--faults", default="mixed", help=f"{', '.join(MIXES)}, or words such as 429:1,500,hang"
    )
    parser.add_argument("--rate", type=float, default=0.5, help="share of the requests that fail")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    try:
        asyncio.run(_serve(parser.parse_args()))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
