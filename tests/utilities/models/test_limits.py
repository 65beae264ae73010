import asyncio
import random

from hypothesis import given
from hypothesis import strategies as st

from utilities.models.limits import Backoff, Pacer, Slots


def test_backoff_is_spread_over_all_of_a_doubling_interval_up_to_the_cap():
    backoff = Backoff(base=1.0, cap=8.0, randomness=random.Random(1))
    for failures, longest in ((1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (5000, 8)):
        delays = [backoff.delay(failures) for _ in range(300)]
        assert max(delays) <= longest
        assert max(delays) > 0.9 * longest
        assert min(delays) < 0.1 * longest


# --- slots -----------------------------------------------------------------------------------------------------------


def test_no_more_than_the_limit_hold_a_slot_and_all_get_one():
    async def main() -> tuple[int, int]:
        slots, holding, most, served = Slots(3), 0, 0, 0

        async def worker() -> None:
            nonlocal holding, most, served
            await slots.acquire()
            holding += 1
            most = max(most, holding)
            await asyncio.sleep(0)
            holding -= 1
            served += 1
            slots.release()

        await asyncio.gather(*[worker() for _ in range(20)])
        assert slots.in_use == 0
        return most, served

    assert asyncio.run(main()) == (3, 20)


def test_slots_are_served_in_order():
    async def main() -> list[int]:
        slots, order = Slots(1), []

        async def worker(number: int) -> None:
            await slots.acquire()
            order.append(number)
            slots.release()

        await asyncio.gather(*[worker(number) for number in range(5)])
        return order

    assert asyncio.run(main()) == [0, 1, 2, 3, 4]


def test_who_leaves_the_queue_takes_no_slot_along():
    async def main() -> None:
        slots = Slots(1)
        await slots.acquire()
        waiting = [asyncio.ensure_future(slots.acquire()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        slots.release()
        waiting[1].cancel()
        await asyncio.wait_for(waiting[2], 5)
        slots.release()
        assert slots.in_use == 0

    asyncio.run(main())


@given(st.lists(st.sampled_from(["acquire", "release", "shrink", "grow", "cancel"]), max_size=60))
def test_no_slot_is_ever_lost(steps):
    async def main() -> None:
        slots, taken = Slots(4), []
        for step in steps:
            held = [task for task in taken if task.done() and not task.cancelled()]
            waiting = [task for task in taken if not task.done()]
            if step == "acquire":
                taken.append(asyncio.ensure_future(slots.acquire()))
            elif step == "release" and held:
                taken.remove(held[0])
                slots.release()
            elif step == "cancel" and waiting:
                waiting[0].cancel()
            elif step in ("shrink", "grow"):
                getattr(slots, step)()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            held = [task for task in taken if task.done() and not task.cancelled()]
            waiting = [task for task in taken if not task.done()]
            assert slots.in_use == len(held)
            assert 1 <= slots.limit <= 4
            assert not waiting or slots.in_use >= int(slots.limit)
        for task in taken:
            task.cancel()

    asyncio.run(main())


def test_the_limit_halves_and_one_half_is_won_back_in_a_few_rounds():
    slots = Slots(64)
    slots.shrink()
    assert slots.limit == 32
    rounds = 0
    while slots.limit < 64:
        rounds += 1
        for _ in range(int(slots.limit)):
            slots.grow()
    assert 4 <= rounds <= 8


def test_the_limit_never_falls_below_one_nor_rises_above_the_most():
    slots = Slots(2)
    for _ in range(5):
        slots.shrink()
    assert slots.limit == 1
    for _ in range(50):
        slots.grow()
    assert slots.limit == 2


# --- budgets ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 500)), max_size=60), st.integers(60, 6000))
def test_no_minute_holds_more_than_the_budget_and_one_request(requests, per_minute):
    pacer, now, spent = Pacer(per_minute), 0.0, []
    for gap, amount in requests:
        now += gap
        spent.append((pacer.reserve(amount, now), amount))
    for start, _ in spent:
        minute = [amount for at, amount in spent if start <= at < start + 60]
        assert sum(minute) <= per_minute + max(minute) + 1e-6


def test_without_a_budget_nobody_waits():
    pacer = Pacer(None)
    assert [pacer.reserve(10**9, 5.0) for _ in range(3)] == [5.0, 5.0, 5.0]


def test_requests_are_spread_evenly():
    pacer = Pacer(60)
    assert [pacer.reserve(1, 10.0) for _ in range(3)] == [10.0, 11.0, 12.0]


def test_what_was_really_spent_moves_the_next_start():
    pacer = Pacer(60)
    pacer.reserve(10, 0.0)
    pacer.correct(5)
    assert pacer.reserve(1, 0.0) == 15.0
    pacer.correct(-100)
    assert pacer.reserve(1, 3.0) == 3.0
