"""Who may start a request under a cost cap."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.cost_cap import CostCap, CostReached


def test_without_a_limit_everything_is_admitted() -> None:
    async def main() -> None:
        cap = CostCap(None)
        for _ in range(1000):
            await cap.admit()

    asyncio.run(main())


def test_until_a_price_is_known_one_request_is_in_flight() -> None:
    async def main() -> list[str]:
        cap, order = CostCap(1.0), []

        async def ask(name: str) -> None:
            await cap.admit()
            order.append(f"{name} starts")
            await asyncio.sleep(0)
            order.append(f"{name} ends")
            cap.release(0.1, answered=True)

        await asyncio.gather(*[ask(name) for name in "abc"])
        return order

    order = asyncio.run(main())
    assert order[:2] == ["a starts", "a ends"]
    assert order[2:4] == ["b starts", "c starts"]


def test_a_limit_of_nothing_admits_nothing() -> None:
    with pytest.raises(CostReached):
        asyncio.run(CostCap(0.0).admit())


def test_a_failed_request_leaves_the_price_unknown() -> None:
    async def main() -> bool:
        cap = CostCap(1.0)
        await cap.admit()
        cap.release(None, answered=False)
        return cap.unpriced

    assert asyncio.run(main()) is False


def test_a_few_cheap_answers_do_not_let_many_dear_ones_in() -> None:
    async def main() -> float:
        cap, prices = CostCap(0.1), iter([0.001] + [0.02] * 1000)

        async def worker() -> None:
            while True:
                try:
                    await cap.admit()
                except CostReached:
                    return
                await asyncio.sleep(0.001)
                cap.release(next(prices), answered=True)

        await asyncio.gather(*[worker() for _ in range(64)])
        return cap.spent

    assert asyncio.run(main()) <= 0.1 + 0.04


def test_one_answer_without_a_price_is_charged_the_usual() -> None:
    async def main() -> tuple[float, bool]:
        cap = CostCap(1.0)
        for cost in (0.2, None, 0.2):
            await cap.admit()
            cap.release(cost, answered=True)
        return cap.spent, cap.unpriced

    spent, unpriced = asyncio.run(main())
    assert (round(spent, 6), unpriced) == (0.6, False)


@given(st.floats(0.01, 1.0), st.floats(0.01, 20.0), st.integers(1, 12))
def test_requests_of_one_price_never_pass_the_limit(price: float, limit: float, at_once: int) -> None:
    async def main() -> tuple[float, int]:
        cap, answered = CostCap(limit), 0

        async def worker() -> None:
            nonlocal answered
            while True:
                try:
                    await cap.admit()
                except CostReached:
                    return
                await asyncio.sleep(0)
                cap.release(price, answered=True)
                answered += 1

        await asyncio.gather(*[worker() for _ in range(at_once)])
        return cap.spent, answered

    spent, answered = asyncio.run(main())
    assert spent <= max(limit, price) + 1e-6  # the first one tells the price
    assert answered == max(1, int(limit / price + 1e-9))
