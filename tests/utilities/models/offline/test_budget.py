import random
from typing import Any

import pytest

from utilities.models.offline.budget import Budget, BudgetSpent
from utilities.models.offline.search import Effort, search


def pairs_of(task: dict[str, Any]) -> list[Any]:
    return [(pair["input"], pair["output"]) for pair in task["train"]]


def written(found: list[Any]) -> list[str]:
    return [f"{step.function.__name__} {step.constants} {step.length:.3f}" for step in found]


def test_units_bytes_and_the_clock_each_end_a_search() -> None:
    for budget in (Budget(10, 1 << 20, 60.0), Budget(1e9, 1 << 20, -1.0)):
        with pytest.raises(BudgetSpent):
            for _ in range(10_000):
                budget.spend(1)
    budget = Budget(10, 100, 60.0)
    budget.hold(60)
    with pytest.raises(BudgetSpent):
        budget.hold(60)
    budget.hold(40)
    budget.release()
    budget.hold(100)


def test_a_part_of_the_units_can_be_set_aside() -> None:
    budget = Budget(10, 0, 60.0)
    with pytest.raises(BudgetSpent), budget.limited_to(3):
        budget.spend(4)
    assert budget.units == 7
    with budget.limited_to(100):
        budget.spend(2)
    assert budget.units == 5


def test_what_is_found_does_not_depend_on_how_long_the_clock_would_allow(tasks: dict[str, Any]) -> None:
    pairs = pairs_of(tasks["0520fde7"])
    brief, patient = (search(pairs, effort=Effort(1e5, 64, seconds)) for seconds in (60.0, 600.0))
    assert written(brief) == written(patient) != []


def test_a_search_that_runs_out_of_memory_goes_on_with_what_it_has() -> None:
    """The noise fills a megabyte before its units are spent; nothing is found, nothing is raised."""
    source = random.Random(0)
    noise = [[[source.randrange(10) for _ in range(30)] for _ in range(30)] for _ in range(6)]
    assert search([*zip(noise[:3], noise[3:], strict=True)], effort=Effort(2e4, 1, 60.0)) == []


def test_more_effort_finds_what_less_does_not(tasks: dict[str, Any]) -> None:
    pairs = pairs_of(tasks["0520fde7"])
    assert search(pairs, effort=Effort(50, 64, 60.0)) == []
    assert search(pairs, effort=Effort(1e5, 64, 60.0)) != []
