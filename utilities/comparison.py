"""Two runs on the same tasks: who solved what, how much they differ, and whether that may be chance.

Not here: reading files (report/sources.py) and the scores of one run (scoring/).
"""

from collections import Counter
from collections.abc import Iterable

import msgspec

from utilities.config import RunFailed
from utilities.records import Record, task_of_record
from utilities.scoring import Interval, TaskResult, difference_interval, judge, mcnemar

Key = tuple[str, int]
"""(task_id, version)."""


class Outcome(msgspec.Struct, frozen=True):
    """What one run made of one task, in few bytes."""

    content: bytes
    """The first eight bytes of the hash of its pairs."""
    score: float | None
    cost: float | None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """B against A, over the tasks that both have; costs in US dollars, scores 0 to 1."""

    tasks: int
    """Tasks in both, with known test outputs."""
    score_a: float
    score_b: float
    difference: float
    """Mean score of B minus that of A."""
    difference_interval: Interval
    """95 %, paired bootstrap over tasks."""
    solved_by_both: int
    solved_by_neither: int
    won: list[str]
    """Tasks that B solves and A does not."""
    lost: list[str]
    """Tasks that A solves and B does not."""
    mcnemar_p: float
    """Exact two-sided p-value: the chance of so uneven a split of won and lost if neither run were better."""
    cost_a: float | None
    cost_b: float | None
    only_in_a: list[str]
    only_in_b: list[str]
    without_outputs: int
    """Tasks in both whose test outputs are secret; they are left out."""


def outcomes(records: Iterable[Record]) -> dict[Key, Outcome]:
    """Each task of a run. Raises Unjudged or msgspec.ValidationError at a record that cannot be scored."""
    return {_key(result): _outcome(record, result) for record in records for result in [judge(record)]}


def _key(result: TaskResult) -> Key:
    return result.task_id, result.version


def _outcome(record: Record, result: TaskResult) -> Outcome:
    content = bytes.fromhex(task_of_record(record).content_hash[:16])
    return Outcome(content, result.score, result.cost)


def compare(a: dict[Key, Outcome], b: dict[Key, Outcome]) -> Comparison:
    """B against A. Raises RunFailed when they share no task, or when a task of the same name has other pairs."""
    shared = sorted(a.keys() & b.keys())
    _refuse_other_content([key for key in shared if a[key].content != b[key].content])
    scored = [(key, a[key].score, b[key].score) for key in shared]
    pairs = [(key, one, other) for key, one, other in scored if one is not None and other is not None]
    if not pairs:
        raise RunFailed("the two runs share no task with known test outputs, so there is nothing to compare")
    won = [_name(key) for key, one, other in pairs if one < 1 == other]
    lost = [_name(key) for key, one, other in pairs if other < 1 == one]
    differences = Counter(other - one for _, one, other in pairs)
    score_a = sum(one for _, one, _ in pairs) / len(pairs)
    score_b = sum(other for _, _, other in pairs) / len(pairs)
    return Comparison(
        tasks=len(pairs),
        score_a=score_a,
        score_b=score_b,
        difference=score_b - score_a,
        difference_interval=difference_interval(differences),
        solved_by_both=sum(one == other == 1 for _, one, other in pairs),
        solved_by_neither=sum(one < 1 and other < 1 for _, one, other in pairs),
        won=won,
        lost=lost,
        mcnemar_p=mcnemar(len(won), len(lost)),
        cost_a=_cost(a, pairs),
        cost_b=_cost(b, pairs),
        only_in_a=[_name(key) for key in sorted(a.keys() - b.keys())],
        only_in_b=[_name(key) for key in sorted(b.keys() - a.keys())],
        without_outputs=len(shared) - len(pairs),
    )


def _refuse_other_content(differing: list[Key]) -> None:
    if differing:
        names = ", ".join(map(_name, differing[:5])) + (", ..." if len(differing) > 5 else "")
        raise RunFailed(
            f"the runs were made on different tasks: {len(differing)} tasks of the same name have other pairs ({names}); "
            "compare runs on the same dataset"
        )


def _name(key: Key) -> str:
    return f"{key[0]} version {key[1]}" if key[1] else key[0]


def _cost(outcomes: dict[Key, Outcome], pairs: list[tuple[Key, float, float]]) -> float | None:
    costs = [cost for key, _, _ in pairs if (cost := outcomes[key].cost) is not None]
    return sum(costs) if costs else None
