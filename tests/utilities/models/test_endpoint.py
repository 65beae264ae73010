import asyncio
from collections.abc import Awaitable, Callable

import pytest

from utilities.model_utils import ModelError, RefusedError, RetryableError, RunStoppingError
from utilities.models.endpoint import Endpoint
from utilities.models.limits import Backoff

FAST = Backoff(base=0.001, cap=0.01)
Try = Callable[[], Awaitable[None]]


def now() -> float:
    return asyncio.get_running_loop().time()


async def attempt(endpoint: Endpoint, error: ModelError | None = None, tokens: float = 0) -> None:
    async with endpoint.turn(tokens):
        if error:
            raise error


async def fail(endpoint: Endpoint, error: ModelError) -> None:
    with pytest.raises(type(error)):
        await attempt(endpoint, error)


def rate_limited(retry_after: float | None = None) -> RetryableError:
    return RetryableError("rate_limited", "slow down", retry_after)


def refused() -> RetryableError:
    return RetryableError("cannot_connect", "cannot connect to http://x")


# --- cool-down -------------------------------------------------------------------------------------------------------


def test_nobody_sends_during_a_cool_down():
    async def main() -> None:
        endpoint = Endpoint(8, 8, backoff=FAST)
        await fail(endpoint, rate_limited(0.2))
        told = now()
        await asyncio.gather(*[attempt(endpoint) for _ in range(5)])
        assert now() - told >= 0.2

    asyncio.run(main())


def test_a_later_and_shorter_wait_does_not_end_a_cool_down():
    async def main() -> None:
        endpoint = Endpoint(8, 8, backoff=FAST)
        told = now()

        async def slow_failure() -> None:
            async with endpoint.turn(0):
                await asyncio.sleep(0.02)
                raise rate_limited(0.01)

        async def failure() -> None:
            await attempt(endpoint, rate_limited(0.2))

        await asyncio.gather(slow_failure(), failure(), return_exceptions=True)
        await attempt(endpoint)
        assert now() - told >= 0.2

    asyncio.run(main())


def test_a_cool_down_that_begins_while_waiting_for_the_budget_is_kept():
    async def main() -> None:
        endpoint = Endpoint(8, 8, requests_per_minute=600, backoff=FAST)
        told = now()

        async def failure() -> None:
            await attempt(endpoint, rate_limited(0.4))

        await asyncio.gather(failure(), attempt(endpoint), return_exceptions=True)
        assert now() - told >= 0.4

    asyncio.run(main())


def test_a_wait_of_hours_stops_the_run():
    async def main() -> None:
        endpoint = Endpoint(8, 8, backoff=FAST)
        with pytest.raises(RunStoppingError, match=r"wait 5\.0 hours") as caught:
            await attempt(endpoint, rate_limited(5 * 3600))
        assert caught.value.type == "wait_too_long"
        assert endpoint.slots.in_use == 0

    asyncio.run(main())


# --- concurrency -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_", ["rate_limited", "overloaded", "timeout"])
def test_overload_shrinks_what_may_be_in_flight_and_success_grows_it_back(type_):
    async def main() -> None:
        endpoint = Endpoint(8, 8, backoff=FAST)
        await fail(endpoint, RetryableError(type_, "too much"))
        assert endpoint.slots.limit == 4
        for _ in range(40):
            await attempt(endpoint)
        assert endpoint.slots.limit == 8

    asyncio.run(main())


def test_failures_of_requests_that_began_together_shrink_once():
    async def main() -> None:
        endpoint = Endpoint(8, 8, backoff=FAST)

        async def failure() -> None:
            async with endpoint.turn(0):
                await asyncio.sleep(0.01)
                raise rate_limited()

        await asyncio.gather(*[failure() for _ in range(8)], return_exceptions=True)
        assert endpoint.slots.limit == 4

    asyncio.run(main())


@pytest.mark.parametrize("error", [RetryableError("server_error", "boom"), RefusedError("bad_request", "no")])
def test_other_failures_do_not_shrink(error):
    async def main() -> None:
        endpoint = Endpoint(8, 8, backoff=FAST)
        await fail(endpoint, error)
        assert endpoint.slots.limit == 8

    asyncio.run(main())


def test_a_cancelled_request_gives_its_slot_back():
    async def main() -> None:
        endpoint = Endpoint(1, 8, backoff=FAST)

        async def hang() -> None:
            async with endpoint.turn(0):
                await asyncio.sleep(3600)

        task = asyncio.ensure_future(hang())
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait_for(attempt(endpoint), 5)
        assert endpoint.slots.in_use == 0

    asyncio.run(main())


# --- budgets ---------------------------------------------------------------------------------------------------------


def test_the_budget_of_requests_is_kept():
    async def main() -> None:
        endpoint = Endpoint(8, 8, requests_per_minute=1200, backoff=FAST)
        started = now()
        await asyncio.gather(*[attempt(endpoint) for _ in range(5)])
        assert now() - started >= 4 * 0.05

    asyncio.run(main())


def test_the_budget_of_tokens_is_kept_by_what_was_really_spent():
    async def main() -> None:
        endpoint = Endpoint(8, 8, tokens_per_minute=60_000, backoff=FAST)
        started = now()
        await attempt(endpoint, tokens=50)
        endpoint.spent(50, 200)
        await attempt(endpoint, tokens=50)
        assert now() - started >= 0.2

    asyncio.run(main())


# --- circuit breaker -------------------------------------------------------------------------------------------------


def test_an_endpoint_that_was_never_reached_is_given_up_after_a_few_tries():
    async def main() -> int:
        endpoint, tries = Endpoint(64, 8, backoff=Backoff(base=0.001, cap=60)), 0

        async def ask() -> None:
            nonlocal tries
            while True:
                try:
                    async with endpoint.turn(0):
                        tries += 1
                        await asyncio.sleep(0)
                        raise refused()
                except RetryableError as error:
                    await endpoint.pause(error, 1)

        ended = await asyncio.gather(*[ask() for _ in range(64)], return_exceptions=True)
        assert {type(end) for end in ended} == {RunStoppingError}
        assert all(isinstance(end, RunStoppingError) and end.type == "endpoint_down" for end in ended)
        return tries

    assert asyncio.run(main()) <= 64 + FAST.first_connections


def test_one_request_tries_for_all_until_the_endpoint_is_back():
    async def main() -> None:
        endpoint, connecting, most, refusals, answered = Endpoint(16, 8, backoff=FAST), 0, 0, 4, 0
        await attempt(endpoint)
        await fail(endpoint, refused())

        async def ask() -> None:
            nonlocal connecting, most, refusals, answered
            while True:
                try:
                    async with endpoint.turn(0):
                        connecting += 1
                        most = max(most, connecting if refusals else 0)
                        await asyncio.sleep(0.005)
                        connecting -= 1
                        if refusals:
                            refusals -= 1
                            raise refused()
                        answered += 1
                        return
                except RetryableError as error:
                    await endpoint.pause(error, 1)

        await asyncio.wait_for(asyncio.gather(*[ask() for _ in range(16)]), 10)
        assert (most, answered) == (1, 16)

    asyncio.run(main())


def test_an_endpoint_that_had_worked_gets_all_tries():
    async def main() -> int:
        endpoint, tries = Endpoint(1, 6, backoff=FAST), 0
        await attempt(endpoint)
        with pytest.raises(RunStoppingError, match="tried 6 times"):
            while True:
                tries += 1
                with pytest.raises(RetryableError):
                    await attempt(endpoint, refused())
        return tries

    assert asyncio.run(main()) == 6


def test_requests_that_were_refused_together_count_once():
    async def main() -> None:
        endpoint = Endpoint(16, 3, backoff=FAST)
        await attempt(endpoint)

        async def connect() -> None:
            async with endpoint.turn(0):
                await asyncio.sleep(0.01)
                raise refused()

        ended = await asyncio.gather(*[connect() for _ in range(16)], return_exceptions=True)
        assert {type(end) for end in ended} == {RetryableError}
        await asyncio.wait_for(attempt(endpoint), 5)

    asyncio.run(main())


def test_a_try_for_all_that_is_cancelled_is_followed_by_another():
    async def main() -> None:
        endpoint = Endpoint(4, 8, backoff=FAST)
        await fail(endpoint, refused())

        async def hang() -> None:
            async with endpoint.turn(0):
                await asyncio.sleep(3600)

        probe = asyncio.ensure_future(hang())
        await asyncio.sleep(0.05)
        other = asyncio.ensure_future(attempt(endpoint))
        await asyncio.sleep(0.01)
        assert not other.done()
        probe.cancel()
        await asyncio.wait_for(other, 5)

    asyncio.run(main())


def test_others_wait_for_the_connection_and_not_for_the_answer():
    async def main(connected_by: str) -> None:
        endpoint = Endpoint(4, 8, backoff=FAST, settle=0.1 if connected_by == "time" else 3600)
        await fail(endpoint, refused())
        answer = asyncio.Event()

        async def slow() -> None:
            async with endpoint.turn(0):
                if connected_by == "headers":
                    endpoint.connected()
                await answer.wait()

        probe = asyncio.ensure_future(slow())
        await asyncio.sleep(0.05)
        await asyncio.wait_for(attempt(endpoint), 5)
        assert not probe.done()
        answer.set()
        await probe

    for connected_by in ("headers", "time"):
        asyncio.run(main(connected_by))


def test_a_down_endpoint_may_be_tried_again_later():
    async def main() -> None:
        endpoint = Endpoint(4, 1, backoff=FAST)
        await fail(endpoint, RunStoppingError("key_refused", "no"))
        with pytest.raises(RunStoppingError):
            await attempt(endpoint, refused())
        await asyncio.sleep(0.02)
        await asyncio.wait_for(attempt(endpoint), 5)

    asyncio.run(main())
