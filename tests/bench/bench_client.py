"""How close the model client comes to the ideal rate (requests in flight / latency), and what a request costs in CPU.

    python tests/bench/bench_client.py [--seconds 3] [--repeats 3] [--in_flight 16 64 256]

Beside it, on the same mock server (a process of its own; answers of 2 KB after 50 ms): a bare aiohttp loop, and
openai-python and litellm where they are installed. CPU is that of the client's process alone. A streamed answer has
512 chunks; `paced` sends them one by one over half a second, `burst` as fast as the socket takes them.
"""

import argparse
import asyncio
import contextlib
import importlib.util
import json
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

LATENCY = 0.05
CHUNKS = 512
PACE = 0.5
ANSWER = ("The output repeats the input. 0 1 2 3 4 5 6 7 8 9\n" * 41)[:2048]
PROMPT = "0 0 0 5 0\n" * 400
Ask = Callable[[], Awaitable[Any]]


# --- the mock server -------------------------------------------------------------------------------------------------


def chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {
        "index": 0,
        "delta": delta,
        "finish_reason": finish,
        "native_finish_reason": finish,
        "logprobs": None,
    }
    head = {
        "id": "gen-1735689600-AbCdEfGhIjKlMnOpQrSt",
        "provider": "Mock",
        "model": "mock",
        "created": 1735689600,
    }
    body = {**head, "object": "chat.completion.chunk", "choices": [choice], "system_fingerprint": None}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


USAGE = {"prompt_tokens": 4000, "completion_tokens": 700, "total_tokens": 4700, "cost": 0.001}
WHOLE = json.dumps(
    {
        "id": "gen-1",
        "object": "chat.completion",
        "created": 1735689600,
        "model": "mock",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": ANSWER}, "finish_reason": "stop"}
        ],
        "usage": USAGE,
    }
).encode()
STREAM = [chunk({"role": "assistant", "content": ANSWER[at * 4 : at * 4 + 4]}) for at in range(CHUNKS - 1)]
STREAM += [
    chunk({"content": ""}, "stop"),
    b'data: {"choices": [], "usage": ' + json.dumps(USAGE).encode() + b"}\n\n",
]
STREAM += [b"data: [DONE]\n\n"]


class MockServer(asyncio.Protocol):
    """Just enough HTTP/1.1 that the server is never what is measured."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.received = transport, b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self.received = body[length:]
        streaming = b'"stream":true' in body.replace(b": ", b":")[:length]
        asyncio.get_running_loop().call_later(
            LATENCY, self.answer_streamed if streaming else self.answer, head
        )

    def answer(self, _: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(WHOLE)
        self.transport.write(head + WHOLE)

    def answer_streamed(self, head: bytes) -> None:
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        loop = asyncio.get_running_loop()
        pieces = [b"%x\r\n%b\r\n" % (len(event), event) for event in STREAM] + [b"0\r\n\r\n"]
        if b"/paced/" in head:
            for number, piece in enumerate(pieces):
                loop.call_later(PACE * number / len(pieces), self.transport.write, piece)
        else:
            self.transport.writelines(pieces)


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(MockServer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextlib.contextmanager
def mock_server() -> Iterator[int]:
    """The port of a mock server in a process of its own."""
    process = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


# --- the clients -----------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def ours(url: str, in_flight: int, stream: bool) -> Any:
    from utilities.config import RunConfig
    from utilities.model_utils import Message, Request
    from utilities.models.openai_compatible import OpenAICompatibleModel

    config = RunConfig(max_concurrent_tasks=in_flight, stream=stream)
    model = OpenAICompatibleModel("local:mock", "mock", url, "key", config)
    request = Request((Message("user", PROMPT),))

    async def ask() -> None:
        reply = await model.ask(request)
        assert reply.text == ANSWER.strip() or reply.text == ANSWER[: len(reply.text)]

    yield ask
    await model.close()


@contextlib.asynccontextmanager
async def bare_aiohttp(url: str, in_flight: int, stream: bool) -> Any:
    """One shared session and the least one can do with an answer."""
    import aiohttp
    import msgspec

    body = {"model": "mock", "messages": [{"role": "user", "content": PROMPT}], "stream": stream}
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight))

    async def ask() -> None:
        async with session.post(url + "/chat/completions", json=body) as response:
            if not stream:
                msgspec.json.decode(await response.read())
                return
            async for line in response.content:
                if line.startswith(b"data: {"):
                    msgspec.json.decode(line[6:])

    yield ask
    await session.close()


@contextlib.asynccontextmanager
async def openai_python(url: str, in_flight: int, stream: bool) -> Any:
    import openai

    client = openai.AsyncOpenAI(base_url=url, api_key="key", max_retries=0)

    async def ask() -> None:
        messages: Any = [{"role": "user", "content": PROMPT}]
        answer: Any = await client.chat.completions.create(model="mock", messages=messages, stream=stream)
        if stream:
            async for _ in answer:
                pass

    yield ask
    await client.close()


@contextlib.asynccontextmanager
async def litellm_acompletion(url: str, in_flight: int, stream: bool) -> Any:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it first asks the network for prices
    import litellm

    logging.getLogger("LiteLLM").setLevel(logging.ERROR)

    async def ask() -> None:
        messages = [{"role": "user", "content": PROMPT}]
        answer: Any = await litellm.acompletion(
            model="openai/mock", messages=messages, api_base=url, api_key="key", stream=stream, num_retries=0
        )
        if stream:
            async for _ in answer:
                pass

    yield ask


CLIENTS = {"ours": ours, "bare aiohttp": bare_aiohttp}
if importlib.util.find_spec("openai"):
    CLIENTS["openai-python"] = openai_python
if importlib.util.find_spec("litellm"):
    CLIENTS["litellm"] = litellm_acompletion


# --- measuring -------------------------------------------------------------------------------------------------------


@dataclass
class Measured:
    rate: float
    """Requests per second."""
    cpu: float
    """Seconds of this process's CPU per request."""


async def measure(client: Any, url: str, in_flight: int, seconds: float, stream: bool) -> Measured:
    """Keep `in_flight` requests going for `seconds`, after a warm-up of one each."""
    async with client(url, in_flight, stream) as ask:
        await asyncio.gather(*[ask() for _ in range(in_flight)])
        return await _keep_asking(ask, in_flight, seconds)


async def _keep_asking(ask: Ask, in_flight: int, seconds: float) -> Measured:
    started, cpu, answered = time.perf_counter(), time.process_time(), 0
    end = started + seconds

    async def worker() -> None:
        nonlocal answered
        while time.perf_counter() < end:
            await ask()
            answered += 1

    await asyncio.gather(*[worker() for _ in range(in_flight)])
    spent = time.perf_counter() - started
    return Measured(answered / spent, (time.process_time() - cpu) / answered)


def median_of(repeats: int, measure_once: Callable[[], Measured]) -> Measured:
    runs = [measure_once() for _ in range(repeats)]
    return Measured(statistics.median(run.rate for run in runs), statistics.median(run.cpu for run in runs))


def report_plain(port: int, options: argparse.Namespace) -> None:
    url = f"http://127.0.0.1:{port}/v1"
    print(
        f"answers of 2 KB after {LATENCY * 1000:.0f} ms, not streamed: share of the ideal rate, CPU per request"
    )
    for in_flight in options.in_flight:
        for name, client in CLIENTS.items():
            found = median_of(
                options.repeats,
                lambda client=client, n=in_flight: asyncio.run(
                    measure(client, url, n, options.seconds, False)
                ),
            )
            share = found.rate * LATENCY / in_flight
            print(f"{in_flight:4} in flight  {name:14} {share:5.2f}  {found.cpu * 1000:6.2f} ms", flush=True)


def report_streamed(port: int, options: argparse.Namespace) -> None:
    print(f"streamed answers of {CHUNKS} chunks: CPU per answer")
    for how in ("burst", "paced"):
        url = f"http://127.0.0.1:{port}/{how}/v1"
        for name, client in CLIENTS.items():
            found = median_of(
                options.repeats,
                lambda client=client, url=url: asyncio.run(measure(client, url, 4, options.seconds, True)),
            )
            print(f"{how}  {name:14} {found.cpu * 1000:6.2f} ms", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Share of the ideal rate and CPU per request of the model client."
    )
    parser.add_argument("--in_flight", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--seconds", type=float, default=3.0, help="per measurement")
    parser.add_argument("--repeats", type=int, default=3, help="measurements, of which the median is shown")
    parser.add_argument("--serve", action="store_true", help="be the mock server")
    options = parser.parse_args()
    if options.serve:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve())
        return
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with mock_server() as port:
        report_plain(port, options)
        report_streamed(port, options)


if __name__ == "__main__":
    main()
