"""Comparing two runs task by task."""

import pytest

from tests.results_files import RIGHT, WRONG, of_run
from tests.utilities.scoring.records import code_record
from utilities.comparison import compare, outcomes
from utilities.config import RunFailed
from utilities.records import Record


def run(**scores: bool) -> list[Record]:
    """A run by task: solved or not."""
    return of_run(
        "r", [code_record(name, [RIGHT], [[RIGHT if solved else WRONG]]) for name, solved in scores.items()]
    )


def test_who_solved_what() -> None:
    a, b = run(x=True, y=True, z=False, w=False), run(x=True, y=False, z=True, w=False)
    found = compare(outcomes(a), outcomes(b))
    assert (found.won, found.lost, found.solved_by_both, found.solved_by_neither) == (["z"], ["y"], 1, 1)
    assert (found.score_a, found.score_b, found.difference, found.mcnemar_p) == (0.5, 0.5, 0.0, 1.0)


def test_only_shared_tasks_are_compared_and_the_others_named() -> None:
    found = compare(outcomes(run(x=True, only=True)), outcomes(run(x=False, other=True)))
    assert (found.tasks, found.only_in_a, found.only_in_b) == (1, ["only"], ["other"])
    assert (found.score_a, found.score_b) == (1.0, 0.0)


def test_a_run_compared_with_itself_differs_by_nothing() -> None:
    same = outcomes(run(x=True, y=False))
    found = compare(same, same)
    assert (found.difference, found.won, found.lost) == (0.0, [], [])
    assert found.difference_interval.low < 0 < found.difference_interval.high


def test_a_clear_difference_is_clear() -> None:
    names = [f"t{number}" for number in range(40)]
    a, b = run(**dict.fromkeys(names, False)), run(**{name: number < 20 for number, name in enumerate(names)})
    found = compare(outcomes(a), outcomes(b))
    assert found.difference == 0.5
    assert found.difference_interval.low > 0.25
    assert found.mcnemar_p == pytest.approx(2 * 0.5**20)


def test_cost_is_that_of_the_compared_tasks() -> None:
    found = compare(outcomes(run(x=True, only=True)), outcomes(run(x=True)))
    assert (found.cost_a, found.cost_b) == (0.25, 0.25)


def test_other_pairs_under_the_same_name_are_refused() -> None:
    other = [code_record("x", [[[9]]], [[RIGHT]])]
    with pytest.raises(RunFailed, match="different tasks: 1 tasks of the same name have other pairs \\(x\\)"):
        compare(outcomes(run(x=True)), outcomes(other))


def test_runs_without_a_shared_task_are_refused() -> None:
    with pytest.raises(RunFailed, match="share no task"):
        compare(outcomes(run(x=True)), outcomes(run(y=True)))


def test_tasks_with_secret_outputs_are_left_out_and_counted() -> None:
    secret = code_record("s", [None], [[RIGHT]], verification_reason=["no expected output"])
    found = compare(outcomes([secret, *run(x=True)]), outcomes([secret, *run(x=True)]))
    assert (found.tasks, found.without_outputs) == (1, 1)
