import asyncio
import json
import socket

import pytest
from aiohttp import web

from tests.fault_server import FaultServer
from tests.faults import ANSWER, HARMLESS
from tests.utilities.models.harness import (
    KEY,
    PAID,
    both_ways,
    endpoint,
    error_of,
    model_at,
    question,
    serving_model,
    until,
)
from utilities.config import RunConfig, UsageError
from utilities.model_utils import (
    Reply,
    RunStoppingError,
    get_model,
)
from utilities.models.limits import Backoff
from utilities.models.openai_compatible import OpenAICompatibleModel, request_body

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


def test_a_stream_that_stays_open_after_its_done_is_not_waited_for():
    async def answer(http: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(http)
        await response.write(FINISHED + b"\n\ndata: [DONE]\n\n")
        await asyncio.sleep(30)
        return response

    async def main() -> None:
        async with endpoint(answer) as base_url, model_at(base_url) as model:
            reply = await asyncio.wait_for(model.ask(question()), 20)
            assert (reply.text, "failed_tries" in reply.provider) == ("x", False)

    asyncio.run(main())


@both_ways
def test_an_answer_whose_response_never_ends_is_not_waited_for(stream, monkeypatch):
    monkeypatch.setattr("utilities.models.responses._TAIL_TIMEOUT", 0.2)

    async def main() -> None:
        async with serving_model("hang_tail", stream=stream) as (_, model):
            reply = await asyncio.wait_for(model.ask(question()), 20)
            assert (reply.text, reply.usage) == (ANSWER, PAID)
            assert "failed_tries" not in reply.provider

    asyncio.run(main())


def test_comments_after_the_finish_reason_do_not_keep_an_answer_open(monkeypatch):
    async def answer(http: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(http)
        await response.write(FINISHED + b"\n\n")
        while True:
            await response.write(b": alive\n\n")
            await asyncio.sleep(0.02)

    async def main() -> None:
        async with endpoint(answer) as base_url, model_at(base_url) as model:
            assert (await asyncio.wait_for(model.ask(question()), 20)).text == "x"

    monkeypatch.setattr("utilities.models.responses._TAIL_TIMEOUT", 0.2)
    asyncio.run(main())


def test_a_body_that_pauses_where_it_might_end_is_read_to_its_end(monkeypatch):
    async def answer(http: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(http)
        await response.write(b'{"choices": [{"message": {"content": "x"}')
        await asyncio.sleep(0.5)
        await response.write(b', "finish_reason": "stop"}]}')
        return response

    async def main() -> None:
        async with endpoint(answer) as base_url, model_at(base_url, max_retries=1) as model:
            assert (await model.ask(question())).text == "x"

    monkeypatch.setattr("utilities.models.responses._TAIL_TIMEOUT", 0.1)
    asyncio.run(main())


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "text/event-stream"])
@pytest.mark.parametrize("start", [b"", b"id: 1\n", b"retry: 10\n", b"event: message\n", b": hello\n\n"])
def test_a_stream_is_known_by_its_beginning_and_its_end_may_be_missing(kind, start):
    async def answer(http: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(http)
        await response.write(start + FINISHED + b"\n\ndata: [DONE]\n\n")
        assert http.transport is not None
        http.transport.close()
        return response

    async def main() -> None:
        async with endpoint(answer) as base_url, model_at(base_url, max_retries=1) as model:
            assert (await model.ask(question())).text == "x"

    asyncio.run(main())


@pytest.mark.parametrize(("status", "kind"), [(201, "application/json"), (200, "text/event-stream")])
def test_a_good_body_is_an_answer_whatever_its_status_of_success_or_content_type(status, kind):
    async def answer(_: web.Request) -> web.Response:
        body = json.dumps({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]})
        return web.Response(text=body, status=status, content_type=kind)

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


@both_ways
def test_an_answer_that_is_whole_when_it_is_cancelled_is_given_before_the_cancellation(stream):
    saved = []

    async def main() -> None:
        async with serving_model("hang_tail", stream=stream) as (server, model):

            async def ask_and_save() -> None:
                saved.append(await model.ask(question()))
                await asyncio.sleep(60)

            task = asyncio.ensure_future(ask_and_save())
            await until(lambda: server.log)
            await asyncio.sleep(0.5)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(task, 20)

    asyncio.run(main())
    assert [(reply.text, reply.usage) for reply in saved] == [(ANSWER, PAID)]


def test_closing_twice_or_before_any_request_is_fine():
    async def main() -> None:
        async with serving_model() as (_, model):
            await model.close()
            await model.ask(question())
            await model.close()
            await model.close()

    asyncio.run(main())
