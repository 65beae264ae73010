"""The figures of a run."""

from pathlib import Path

import pytest

from tests.utilities.scoring.records import code_record, direct_record
from utilities.records import Record
from utilities.scoring import Scores, Tally, judge, write_submission

RIGHT, WRONG = [[1, 2]], [[1, 3]]


def scores(*records: Record, asked: int | None = None) -> Scores:
    tally = Tally()
    for record in records:
        tally.add(judge(record))
    return tally.scores(asked)


SOLVED = code_record("solved", [RIGHT], [[RIGHT], [WRONG]])
HALF = code_record("half", [RIGHT, RIGHT], [[RIGHT, WRONG], [RIGHT, None]])
FAILED = code_record("failed", [RIGHT], [[WRONG], [WRONG]])
SECRET = code_record("secret", [None], [[RIGHT], [RIGHT]], verification_reason=["no expected output"] * 2)


def test_the_score_is_the_mean_task_score() -> None:
    assert scores(SOLVED, HALF, FAILED).score == 0.5
    assert scores(SOLVED, HALF, FAILED).tasks_solved == 1


def test_tasks_that_are_missing_count_nothing() -> None:
    found = scores(SOLVED, asked=4)
    assert (found.score, found.oracle, found.pass_at_k) == (0.25, 0.25, {"1": 0.125, "2": 0.25})
    assert (found.tasks_missing, found.tasks_scored, found.pass_at_k_tasks) == (3, 4, 4)


def test_a_run_killed_before_its_first_result_has_a_score_of_zero() -> None:
    assert scores(asked=5).score == 0.0


def test_tasks_without_test_outputs_are_left_out_and_counted() -> None:
    found = scores(SOLVED, SECRET)
    assert (found.score, found.tasks_scored, found.tasks_without_outputs) == (1.0, 1, 1)
    assert found.pass_at_k_tasks == 1


def test_a_run_without_any_test_output_has_no_score() -> None:
    found = scores(SECRET, asked=3)
    assert (found.score, found.score_interval, found.pass_at_k) == (None, None, {})


def test_pass_at_k_of_one_right_attempt_of_two() -> None:
    assert scores(SOLVED).pass_at_k == {"1": 0.5, "2": 1.0}


def test_tasks_stopped_early_stay_out_of_pass_at_k_but_not_out_of_the_score() -> None:
    stopped = code_record(
        "stopped",
        [RIGHT],
        [[RIGHT], None],
        python_code=["x", None],
        error=[None, {"type": "skipped", "message": "agreed"}],
    )
    found = scores(FAILED, stopped)
    assert (found.score, found.pass_at_k, found.pass_at_k_tasks) == (0.5, {"1": 0.0, "2": 0.0}, 1)
    assert (found.attempts, found.attempts_skipped) == (3, 1)


def test_failures_are_counted_per_attempt() -> None:
    direct = direct_record("d", [RIGHT, RIGHT], [[None, None], [RIGHT, RIGHT], [[[1]], RIGHT]])
    found = scores(FAILED, direct)
    assert found.failures == {"wrong_cells": 2, "no_answer": 1, "wrong_shape": 1}
    assert (found.attempts, found.attempts_right) == (5, 1)


def test_cost_is_all_that_was_charged_and_is_divided_by_the_solved_tasks() -> None:
    found = scores(SOLVED, FAILED)
    assert (found.cost, found.cost_per_solved_task) == (1.0, 1.0)
    assert scores(FAILED).cost_per_solved_task is None
    assert found.usage["prompt_tokens"] == 40


def test_a_mean_of_thirds_is_rounded_once() -> None:
    thirds = [code_record(str(n), [RIGHT] * 3, [[RIGHT, WRONG, WRONG]]) for n in range(30)]
    assert scores(*thirds).score == 1 / 3


@pytest.mark.parametrize(("version", "name"), [(0, "a"), (2, "a_v2")])
def test_a_submission_names_signed_variations_apart(version: int, name: str, tmp_path: Path) -> None:
    path = tmp_path / "submission.json"
    assert write_submission(path, [judge(code_record("a", [RIGHT], [[WRONG]]) | {"version": version})]) == 1
    assert path.read_text() == f'{{\n"{name}": [{{"attempt_1":[[1,3]],"attempt_2":[[0]]}}]\n}}\n'


def test_a_submission_of_nothing_is_an_empty_object(tmp_path: Path) -> None:
    write_submission(tmp_path / "submission.json", [])
    assert (tmp_path / "submission.json").read_text() == "{}\n"
