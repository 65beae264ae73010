"""`--stop_when_agreed`: asking for no more attempts than it takes until enough programs agree."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from utilities.attempts import side_by_side
from utilities.code_execution import Verification

Result = TypeVar("Result")


async def until_agreed(
    best_of: int,
    attempt: Callable[[int], Awaitable[Result]],
    lacking: Callable[[Sequence[Result]], int],
    answered: Iterable[int],
) -> list[Result | None]:
    """The results of up to `best_of` attempts, in order; None: not asked.

    `lacking(results)` says how many more results that agree would be enough: so many are asked for side by side, which is
    never more than one after the other would take. `answered`: attempts that have their response, and are always made.
    """
    results: dict[int, Result] = {}
    wave = list(answered)
    while True:
        made = await side_by_side(attempt(number) for number in wave)
        results.update(zip(wave, made, strict=True))
        left = [number for number in range(best_of) if number not in results]
        wave = left[: max(0, lacking(list(results.values())))]
        if not wave:
            return [results.get(number) for number in range(best_of)]


def agreeing(verifications: Iterable[Verification | None]) -> int:
    """How many programs that pass all train pairs give the same, whole outputs for the test inputs."""
    outputs = Counter(
        msgspec.json.encode(verification.test_outputs)
        for verification in verifications
        if verification is not None and verification.train_success and None not in verification.test_outputs
    )
    return max(outputs.values(), default=0)
