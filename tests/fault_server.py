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
import queue
import random
import re
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.faults import ANSWER, FAULTS, HARMLESS, MIXES, Asked, error_response

_MARKER = re.compile(r"\[\[faults: *([^\]]*)\]\]")
_TURNS_TO_ACCEPT = 5
"""Of the loop, until the server knows a connection that was just accepted; asyncio takes three."""


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
        self._listening = listening(app, self.port)
        self.port = await self._listening.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._listening.__aexit__(None, None, None)

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
        rng = random.Random(f"{self.seed}:{exchange.body_hash}:{exchange.attempt}")
        text = self.text(body) if callable(self.text) else self.text
        asked = Asked(http, body, argument, text, self.thinking, self.pieces, rng)
        try:
            await asyncio.sleep(self.latency)
            response = await self._respond(word, asked)
            exchange.outcome = "answered" if word in ("ok", *HARMLESS, "big", "slow") else "failed"
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
        return await FAULTS[word](asked)


# --- running it ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def listening(app: web.Application, port: int = 0) -> AsyncIterator[int]:
    """Serves `app` on 127.0.0.1 and gives the port; when it is left, requests under way are cancelled."""
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    assert runner.server is not None
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(runner.server, "127.0.0.1", port)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        # A connection that is accepted just when its listener is closed, asyncio forgets and never closes.
        loop.remove_reader(listener.sockets[0].fileno())
        for _ in range(_TURNS_TO_ACCEPT):
            await asyncio.sleep(0)
        listener.close()
        await runner.cleanup()


@contextmanager
def serving(**options: Any) -> Iterator[FaultServer]:
    """A FaultServer in a thread of its own, for tests that are not coroutines."""
    started: queue.SimpleQueue[tuple[FaultServer, asyncio.AbstractEventLoop, asyncio.Event]] = (
        queue.SimpleQueue()
    )

    async def serve() -> None:
        async with FaultServer(**options) as server:
            over = asyncio.Event()
            started.put((server, asyncio.get_running_loop(), over))
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    server, loop, over = started.get()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


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
