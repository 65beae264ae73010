import asyncio
import time
from email.utils import parsedate_to_datetime

import pytest
from aiohttp import web

from tests.fault_server import FaultServer
from tests.utilities.models.harness import (
    endpoint,
    model_at,
    question,
    serving_model,
    until,
)

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
            began = time.time()  # not when the first arrived, which may have been held up
            await asyncio.gather(*[model.ask(question(str(number))) for number in range(5)])
            assert server.log[-1].time - began >= 0.19

    asyncio.run(main())


def test_the_budget_of_tokens_counts_what_answers_really_took():
    """150 tokens each, at 500 a second; by the estimate, which is above 1,000, three would take 4 seconds."""

    async def main() -> None:
        async with serving_model(tokens_per_minute=30_000, max_concurrent_tasks=1) as (server, model):
            began = time.time()
            for number in range(3):
                await model.ask(question(str(number)))
            assert 0.59 <= server.log[2].time - began < 3.5

    asyncio.run(main())


def test_stopping_ends_waits_at_once_and_lets_what_is_under_way_finish():
    async def main() -> tuple[float, list[str]]:
        async with serving_model("slow_start", "429:30", "ok", max_concurrent_tasks=3) as (server, model):
            asked = [asyncio.ensure_future(model.ask(question(str(number)))) for number in range(3)]
            await until(lambda: any(exchange.outcome == "failed" for exchange in server.log))
            asked.append(asyncio.ensure_future(model.ask(question("late"))))
            began = time.monotonic()
            model.stop()
            outcomes = await asyncio.gather(*asked, return_exceptions=True)
            return time.monotonic() - began, sorted(type(outcome).__name__ for outcome in outcomes)

    took, kinds = asyncio.run(main())
    assert took < 20  # the server asked for 30 s
    assert kinds == ["Reply", "Reply", "RunStopped", "RunStopped"]
