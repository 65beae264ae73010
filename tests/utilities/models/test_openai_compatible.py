import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from aiohttp import web

from tests.fault_server import FaultServer
from tests.faults import ANSWER, HARMLESS, MIXES, TRANSIENT
from utilities.config import RunConfig, UsageError
from utilities.model_utils import (
    Message,
    ModelError,
    RefusedError,
    Reply,
    Request,
    RetryableError,
    RunStoppingError,
    Sampling,
    Usage,
    get_model,
)
from utilities.models.failures import TYPES
from utilities.models.limits import Backoff
from utilities.models.openai_compatible import OpenAICompatibleModel, request_body

KEY = "sk-or-v1-0123456789abcdef"
FAST = Backoff(base=0.01, cap=0.05)
PAID = Usage(prompt_tokens=100, completion_tokens=50, reasoning_tokens=20, cached_tokens=30, cost=0.001)
both_ways = pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])


@asynccontextmanager
async def model_at(
    base_url: str, backoff: Backoff = FAST, **settings: Any
) -> AsyncIterator[OpenAICompatibleModel]:
    model = OpenAICompatibleModel("local:any", "any", base_url, KEY, RunConfig(**settings), backoff)
    try:
        yield model
    finally:
        await model.close()


@asynccontextmanager
async def serving_model(
    *script: str, server: dict[str, Any] | None = None, **settings: Any
) -> AsyncIterator[tuple[FaultServer, OpenAICompatibleModel]]:
    async with (
        FaultServer(script=script, **(server or {})) as faulty,
        model_at(faulty.base_url, **settings) as model,
    ):
        yield faulty, model


def question(text: str = "hi", **sampling: Any) -> Request:
    return Request((Message("user", text),), Sampling(**sampling))


async def error_of(model: OpenAICompatibleModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await model.ask(question())
    return caught.value


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  the server has no events to wait for
            await asyncio.sleep(0.01)


# --- answers ---------------------------------------------------------------------------------------------------------


@both_ways
def test_an_answer_comes_with_its_thinking_usage_and_cost(stream):
    async def main() -> Reply:
        async with serving_model(server={"thinking": "hm", "latency": 0.05}, stream=stream) as (_, model):
            return await model.ask(question())

    reply = asyncio.run(main())
    assert (reply.text, reply.thinking, reply.finish_reason) == (ANSWER, "hm", "stop")
    assert reply.usage == PAID
    assert reply.provider["id"] == "gen-1"
    assert "failed_tries" not in reply.provider
    assert 0.05 <= reply.generation_time_seconds < 5


@both_ways
@pytest.mark.parametrize("fault", HARMLESS)
def test_what_is_only_slow_or_cut_up_is_asked_once(fault, stream):
    async def main() -> None:
        async with serving_model(fault, stream=stream) as (server, model):
            assert (await model.ask(question())).text == ANSWER
            assert len(server.log) == 1

    asyncio.run(main())


@both_ways
def test_an_answer_of_ten_megabytes_arrives_whole(stream):
    async def main() -> None:
        async with serving_model("big", stream=stream) as (_, model):
            assert len((await model.ask(question())).text) == 10 * 2**20

    asyncio.run(main())


@both_ways
def test_a_server_that_answers_in_the_other_way_is_understood(stream):
    async def answer(http: web.Request) -> web.Response:
        finished = {"index": 0, "finish_reason": "stop"}
        if stream:
            return web.json_response({"choices": [{**finished, "message": {"content": "x"}}]})
        event = json.dumps({"choices": [{**finished, "delta": {"content": "x"}}]})
        return web.Response(text=f"data: {event}\n\ndata: [DONE]\n\n", content_type="text/plain")

    async def main() -> None:
        async with endpoint(answer) as base_url, model_at(base_url, stream=stream) as model:
            assert (await model.ask(question())).text == "x"

    asyncio.run(main())


FINISHED = b'data: {"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]}'


@pytest.mark.parametrize(
    "stream", [FINISHED, FINISHED + b'\n\ndata: {"choi', FINISHED + b"\r\n\r\n: bye\r\n"]
)
def test_a_stream_that_ends_untidily_after_its_finish_reason_is_whole(stream):
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=stream, content_type="text/event-stream")

    async def main() -> None:
        async with endpoint(answer) as base_url, model_at(base_url, max_retries=1) as model:
            assert (await model.ask(question())).text == "x"

    asyncio.run(main())


def test_a_redirect_is_told_and_not_followed():
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async def main() -> None:
        async with endpoint(answer) as base_url, model_at(base_url) as model:
            error = await error_of(model)
            assert (type(error), error.type) == (RunStoppingError, "wrong_endpoint")
            assert "/elsewhere" in error.message

    asyncio.run(main())


@asynccontextmanager
async def endpoint(handler: Any) -> AsyncIterator[str]:
    """The base URL of an endpoint that answers by `handler`."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    await runner.cleanup()


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_only_what_is_set_is_sent():
    body = json.loads(request_body("m", question(), stream=False, openrouter=False))
    assert body == {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": False}


def test_all_that_is_set_is_sent():
    asked = question(temperature=0.0, max_tokens=9, seed=0, reasoning_effort="low")
    body = json.loads(request_body("m", asked, stream=True, openrouter=False))
    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "temperature": 0.0,
        "max_tokens": 9,
        "seed": 0,
        "reasoning_effort": "low",
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_openrouter_is_asked_in_its_own_form():
    body = json.loads(request_body("m", question(reasoning_effort="low"), stream=False, openrouter=True))
    assert body["reasoning"] == {"effort": "low"}
    assert body["usage"] == {"include": True}
    assert "reasoning_effort" not in body


def test_the_key_is_sent_and_so_is_a_password_in_the_address():
    async def main() -> None:
        async with FaultServer() as server:
            async with model_at(server.base_url) as model:
                await model.ask(question())
            assert server.authorizations == {f"Bearer {KEY}"}
            server.authorizations.clear()
            address = server.base_url.replace("//", "//user:secret@")
            model = OpenAICompatibleModel("local:any", "any", address, None, RunConfig())
            await model.ask(question())
            await model.close()
            assert server.authorizations == {"Basic dXNlcjpzZWNyZXQ="}

    asyncio.run(main())


def test_a_proxy_of_the_environment_is_used(monkeypatch):
    async def main() -> None:
        async with FaultServer() as server:
            monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
            monkeypatch.delenv("no_proxy", raising=False)
            monkeypatch.delenv("NO_PROXY", raising=False)
            async with model_at("http://models.example/v1") as model:
                assert (await model.ask(question())).text == ANSWER

    asyncio.run(main())


def test_the_factory_makes_this_model():
    model = get_model("local:some/model", RunConfig(base_url="http://127.0.0.1:1/v1"))
    assert isinstance(model, OpenAICompatibleModel)
    assert (model.identifier, model.username) == ("local:some/model", "some/model")


def test_an_address_that_is_none_is_wrong_usage():
    with pytest.raises(UsageError):
        OpenAICompatibleModel("local:any", "any", "localhost:8000", None, RunConfig())


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


# --- waiting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["429:0.5", "503:0.5", "402:0.5"])
def test_nobody_sends_before_the_time_the_server_asked_for(fault):
    async def main() -> FaultServer:
        async with serving_model(fault, max_concurrent_tasks=4) as (server, model):
            first = asyncio.ensure_future(model.ask(question("first")))
            await until(lambda: server.log and server.log[0].outcome == "failed")
            await asyncio.sleep(0.1)
            await asyncio.gather(first, *[model.ask(question(str(number))) for number in range(6)])
            return server

    log = asyncio.run(main()).log
    assert len(log) == 8
    assert min(later.time for later in log[1:]) - log[0].ended >= 0.49


def test_a_date_in_retry_after_is_honoured():
    async def answer(http: web.Request) -> web.Response:
        times.append(time.time())
        if len(times) > 1:
            return web.json_response({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]})
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 2))
        dates.append(date)
        return web.json_response({}, status=429, headers={"Retry-After": date})

    async def main() -> None:
        async with endpoint(answer) as base_url, model_at(base_url) as model:
            await model.ask(question())

    times: list[float] = []
    dates: list[str] = []
    asyncio.run(main())
    assert times[1] >= parsedate_to_datetime(dates[0]).timestamp()


def test_no_more_requests_are_in_flight_than_allowed_and_a_429_lowers_that():
    async def main() -> None:
        async with serving_model("429", server={"latency": 0.03}, max_concurrent_tasks=8) as (server, model):
            await asyncio.gather(*[model.ask(question(str(number))) for number in range(40)])
            assert max(exchange.in_flight for exchange in server.log) <= 8
            assert max(exchange.in_flight for exchange in server.log[8:16]) < 8
            assert max(exchange.in_flight for exchange in server.log[16:]) == 8

    asyncio.run(main())


def test_waiting_for_a_slot_counts_in_no_timeout():
    async def main() -> None:
        settings = {"max_concurrent_tasks": 1, "request_timeout": 1.6, "idle_timeout": 1.6, "max_retries": 1}
        async with serving_model(server={"latency": 0.4}, **settings) as (_, model):
            replies = await asyncio.gather(*[model.ask(question(str(number))) for number in range(5)])
            assert max(reply.generation_time_seconds for reply in replies) < 1.6

    asyncio.run(main())


def test_the_budget_of_requests_is_kept():
    async def main() -> None:
        async with serving_model(requests_per_minute=1200) as (server, model):
            await asyncio.gather(*[model.ask(question(str(number))) for number in range(5)])
            assert server.log[-1].time - server.log[0].time >= 0.19

    asyncio.run(main())


def test_the_budget_of_tokens_counts_what_answers_really_took():
    """150 tokens each, at 500 a second; by the estimate, which is above 1,000, three would take 4 seconds."""

    async def main() -> None:
        async with serving_model(tokens_per_minute=30_000, max_concurrent_tasks=1) as (server, model):
            for number in range(3):
                await model.ask(question(str(number)))
            assert 0.59 <= server.log[2].time - server.log[0].time < 3.5

    asyncio.run(main())


# --- connections -----------------------------------------------------------------------------------------------------


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_server_that_is_not_there_is_one_plain_sentence():
    async def main() -> list[BaseException | Reply]:
        async with model_at(
            f"http://user:secret@127.0.0.1:{unused_port()}/v1", max_concurrent_tasks=16
        ) as model:
            asked = [model.ask(question(str(number))) for number in range(30)]
            return await asyncio.gather(*asked, return_exceptions=True)

    for error in asyncio.run(main()):
        assert isinstance(error, RunStoppingError)
        assert error.type == "endpoint_down"
        assert error.message.startswith("cannot connect to http://127.0.0.1:")
        assert "is the server running" in error.message
        assert "secret" not in error.message


def test_at_default_settings_that_sentence_takes_seconds_and_not_minutes():
    default = Backoff()
    waits = [
        min(default.cap, default.base * 2**failures) for failures in range(default.first_connections - 1)
    ]
    assert sum(waits) <= 8


def test_a_server_that_comes_back_is_found_again():
    async def main() -> None:
        backoff = Backoff(base=0.05, cap=0.2)
        async with FaultServer() as server:
            port = server.port
            model = OpenAICompatibleModel(
                "local:any", "any", server.base_url, KEY, RunConfig(max_retries=30), backoff
            )
            await model.ask(question("before"))
        asked = [asyncio.ensure_future(model.ask(question(str(number)))) for number in range(5)]
        await asyncio.sleep(0.3)
        assert not any(task.done() for task in asked)
        async with FaultServer(port=port):
            for reply in await asyncio.wait_for(asyncio.gather(*asked), 30):
                assert reply.text == ANSWER
            await model.close()

    asyncio.run(main())


@both_ways
def test_one_connection_serves_request_after_request(stream):
    ports = set()

    async def answer(http: web.Request) -> web.Response:
        assert http.transport is not None
        ports.add(http.transport.get_extra_info("peername")[1])
        return web.json_response({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]})

    async def main() -> None:
        async with endpoint(answer) as base_url, model_at(base_url, stream=stream) as model:
            for _ in range(5):
                await model.ask(question())

    asyncio.run(main())
    assert len(ports) == 1


@both_ways
@pytest.mark.parametrize("fault", ["hang", "hang_during"])
def test_cancelling_closes_the_connection(fault, stream):
    async def main() -> None:
        async with serving_model(fault, stream=stream) as (server, model):
            task = asyncio.ensure_future(model.ask(question()))
            await until(lambda: server.log)
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await until(lambda: server.outcomes() == ["disconnected"])

    asyncio.run(main())


def test_closing_twice_or_before_any_request_is_fine():
    async def main() -> None:
        async with serving_model() as (_, model):
            await model.close()
            await model.ask(question())
            await model.close()
            await model.close()

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
