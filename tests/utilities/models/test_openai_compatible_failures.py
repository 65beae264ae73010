import asyncio
import json
from typing import Any

import msgspec
import pytest
from aiohttp import web

from tests.fault_server import FaultServer
from tests.faults import ANSWER, MIXES, TRANSIENT
from tests.utilities.models.harness import (
    KEY,
    both_ways,
    endpoint,
    error_of,
    model_at,
    question,
    serving_model,
)
from utilities.model_utils import (
    ModelError,
    RefusedError,
    Reply,
    RetryableError,
    RunStopped,
    RunStoppingError,
)
from utilities.models.failures import TYPES

# --- failures that pass ----------------------------------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_passing_failure_is_asked_again_once(fault, stream):
    async def main() -> Reply:
        async with serving_model(fault, stream=stream) as (server, model):
            reply = await model.ask(question())
            assert server.outcomes()[-1:] == ["answered"]
            assert len(server.log) == 2
            return reply

    reply = asyncio.run(main())
    assert reply.text == ANSWER
    assert [failed["type"] in TYPES for failed in reply.provider["failed_tries"]] == [True]


@pytest.mark.parametrize("fault", ["hang", "hang_during"])
def test_a_silent_stream_is_asked_again(fault):
    async def main() -> None:
        async with serving_model(fault, idle_timeout=0.5) as (server, model):
            assert (await model.ask(question())).provider["failed_tries"][0]["type"] == "timeout"
            assert server.outcomes() == ["disconnected", "answered"]

    asyncio.run(main())


@both_ways
@pytest.mark.parametrize("fault", ["hang", "hang_during"])
def test_an_answer_that_takes_too_long_as_a_whole_is_asked_again(fault, stream):
    async def main() -> None:
        async with serving_model(fault, request_timeout=0.5, stream=stream) as (server, model):
            failed = (await model.ask(question())).provider["failed_tries"][0]
            assert failed["message"] == "the answer was not whole after 0.5 seconds"
            assert server.outcomes() == ["disconnected", "answered"]

    asyncio.run(main())


def test_without_a_stream_silence_is_no_failure():
    async def main() -> None:
        async with serving_model(server={"latency": 0.3}, stream=False, idle_timeout=0.05) as (server, model):
            await model.ask(question())
            assert server.outcomes() == ["answered"]

    asyncio.run(main())


def test_comments_keep_a_stream_alive():
    async def answer(http: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(http)
        for _ in range(12):
            await response.write(b": OPENROUTER PROCESSING\n\n")
            await asyncio.sleep(0.1)
        event = {"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]}
        await response.write(b"data: " + json.dumps(event).encode() + b"\n\n")
        return response

    async def main() -> None:
        async with endpoint(answer) as base_url, model_at(base_url, idle_timeout=1.0, max_retries=1) as model:
            assert (await model.ask(question())).text == "x"

    asyncio.run(main())


def test_whoever_asks_is_asked_before_each_next_try():
    costs: list[float | None] = []

    def before_retry(cost: float | None) -> None:
        costs.append(cost)
        if len(costs) == 2:
            raise RunStopped

    async def main() -> None:
        async with serving_model("error_midstream:524", "500", "500") as (server, model):
            with pytest.raises(RunStopped):
                await model.ask(msgspec.structs.replace(question(), before_retry=before_retry))
            assert len(server.log) == 2

    asyncio.run(main())
    assert costs == [0.001, None]


def test_what_failed_tries_cost_is_told_with_the_answer():
    async def main() -> list[dict[str, Any]]:
        async with serving_model("error_midstream:524", "500") as (_, model):
            return (await model.ask(question())).provider["failed_tries"]

    charged, free = asyncio.run(main())
    assert charged["usage"]["cost"] == 0.001
    assert (charged["type"], free["type"], free["usage"]) == ("timeout", "server_error", {})


@both_ways
def test_when_the_tries_are_used_up_the_last_failure_is_raised_with_the_cost_of_all(stream):
    async def main() -> ModelError:
        async with serving_model(*["error_midstream:502"] * 9, stream=stream, max_retries=3) as (
            server,
            model,
        ):
            error = await error_of(model)
            assert len(server.log) == 3
            return error

    error = asyncio.run(main())
    assert (type(error), error.type) == (RetryableError, "server_error")
    assert "gave up after 3 tries" in error.message
    assert error.usage.cost == pytest.approx(0.003)


# --- failures that stay ----------------------------------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize(
    ("fault", "kind", "type_"),
    [
        ("400", RefusedError, "bad_request"),
        ("413", RefusedError, "too_large"),
        ("422", RefusedError, "bad_request"),
        ("403:moderation", RefusedError, "moderation"),
        ("error_in_200:400", RefusedError, "bad_request"),
        ("error_midstream:400", RefusedError, "bad_request"),
        ("401", RunStoppingError, "key_refused"),
        ("402", RunStoppingError, "no_credit"),
        ("403:key", RunStoppingError, "key_refused"),
        ("404", RunStoppingError, "no_such_model"),
        ("error_in_200:402", RunStoppingError, "no_credit"),
        ("307", RunStoppingError, "wrong_endpoint"),
    ],
)
def test_a_lasting_failure_is_asked_once(fault, kind, type_, stream):
    async def main() -> None:
        async with serving_model(fault, stream=stream) as (server, model):
            error = await error_of(model)
            assert (type(error), error.type) == (kind, type_)
            assert len(server.log) == 1

    asyncio.run(main())


@pytest.mark.parametrize(("status", "type_"), [(400, "bad_request"), (500, "server_error")])
def test_a_reason_phrase_of_any_bytes_can_be_written_down(status, type_):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status} Ung\xfcltig\r\nContent-Length: 0\r\n\r\n".encode("latin-1"))
        writer.close()

    async def main() -> ModelError:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with model_at(f"http://127.0.0.1:{port}/v1", max_retries=1) as model:
                return await error_of(model)

    error = asyncio.run(main())
    assert error.type == type_
    assert error.message.isprintable()


def test_a_404_after_an_answer_refuses_only_that_request():
    async def main() -> None:
        async with serving_model("ok", "404") as (_, model):
            await model.ask(question())
            assert (await error_of(model)).type == "not_found"

    asyncio.run(main())


def test_the_key_is_never_told_even_if_the_server_does():
    async def answer(http: web.Request) -> web.Response:
        if (await http.json())["messages"][0]["content"] == "inside":
            return web.json_response({"error": {"code": 400, "message": f"bad key {KEY}"}})
        return web.json_response({"error": {"message": "x" * 285 + KEY}}, status=400)

    async def main() -> None:
        async with endpoint(answer) as base_url, model_at(base_url) as model:
            for text in ("inside", "cut off"):
                with pytest.raises(RefusedError) as caught:
                    await model.ask(question(text))
                assert KEY[:9] not in caught.value.message
                assert "[key]" in caught.value.message

    asyncio.run(main())


# --- all of it at once -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "stream"), [(1, True), (2, False)])
def test_against_mixed_faults_every_request_ends_and_none_is_asked_after_its_answer(seed, stream):
    async def main() -> tuple[FaultServer, list[BaseException | Reply]]:
        faults = [fault for fault in MIXES["mixed"] if "date" not in fault]
        settings = {"idle_timeout": 1.0, "request_timeout": 2.0, "max_concurrent_tasks": 16, "stream": stream}
        async with serving_model(server={"faults": faults, "seed": seed, "rate": 0.4}, **settings) as (
            server,
            model,
        ):
            asked = [model.ask(question(str(number))) for number in range(80)]
            return server, await asyncio.gather(*asked, return_exceptions=True)

    server, ends = asyncio.run(main())
    for end in ends:
        assert isinstance(end, Reply | RefusedError | RetryableError)
        assert isinstance(end, Reply) or end.type in TYPES
    assert sum(isinstance(end, Reply) for end in ends) >= 40
    assert server.asked_again_after_an_answer() == []
    assert server.outcomes().count("answered") == sum(isinstance(end, Reply) for end in ends)
