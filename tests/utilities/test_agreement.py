"""How many attempts are asked for until enough programs agree."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import make_task
from utilities.agreement import agreeing, until_agreed
from utilities.code_execution import Verification, verify
from utilities.grid import Grid

ATTEMPTS = st.lists(st.sampled_from("abc"), min_size=1, max_size=8)


def lacking_for(enough: int) -> Callable[[Sequence[str]], int]:
    def lacking(results: Sequence[str]) -> int:
        return enough - max((list(results).count(one) for one in results), default=0)

    return lacking


def asked(outcomes: str | list[str], enough: int, answered: Sequence[int] = ()) -> list[str | None]:
    async def attempt(number: int) -> str:
        return outcomes[number]

    return asyncio.run(until_agreed(len(outcomes), attempt, lacking_for(enough), answered))


@given(ATTEMPTS, st.integers(1, 8))
def test_no_more_are_asked_than_one_after_the_other_would_take(outcomes: list[str], enough: int) -> None:
    results = asked(outcomes, enough)
    made = results.index(None) if None in results else len(results)
    one_by_one = next(
        (n for n in range(len(outcomes)) if lacking_for(enough)(outcomes[:n]) <= 0),
        len(outcomes),
    )
    assert results == [*outcomes[:made], *[None] * (len(outcomes) - made)]
    assert made == one_by_one


@given(ATTEMPTS, st.integers(1, 8), st.data())
def test_what_is_answered_is_always_kept(outcomes: list[str], enough: int, data: st.DataObject) -> None:
    answered = data.draw(st.lists(st.sampled_from(range(len(outcomes))), unique=True))
    results = asked(outcomes, enough, answered)
    assert all(results[number] == outcomes[number] for number in answered)
    assert lacking_for(enough)([result for result in results if result]) <= 0 or None not in results


def verified(program: str, outputs: list[Grid | None], train: bool = True) -> Verification:
    verdict = verify(f"def solve_task(grid):\n    return {program}", make_task())
    return msgspec.structs.replace(verdict, test_outputs=outputs, train_success=train)


def test_programs_agree_that_pass_train_and_give_the_same_whole_outputs() -> None:
    one: list[Grid | None] = [[[1]], [[2]]]
    two: list[Grid | None] = [[[1]], [[3]]]
    torn: list[Grid | None] = [[[1]], None]
    assert agreeing([]) == agreeing([None, None]) == 0
    assert agreeing([verified("grid", one), None, verified("grid", two)]) == 1
    assert agreeing([verified("grid", outputs) for outputs in (one, two, one)]) == 2
    assert agreeing([verified("grid", torn), verified("grid", torn)]) == 0
    assert agreeing([verified("grid", one), verified("grid", one, train=False)]) == 1
