"""What a task earns, and that run scores are those of an independent scorer on the exported submission."""

import json
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given

from tests.utilities.scoring.records import code_record, direct_record, independent_score, results_files
from utilities.model_utils import Usage
from utilities.record_reader import current_results
from utilities.records import ErrorInfo, Record
from utilities.scoring import ScoredRecord, Tally, Unjudged, judge, write_submission
from utilities.tasks import Pair, Task

RIGHT, WRONG, WIDE = [[1, 2]], [[1, 3]], [[1, 2, 3]]
SKIPPED = {"type": "skipped", "message": "enough programs agreed"}


@given(results_files())
def test_scores_are_those_of_an_independent_scorer_on_the_exported_submission(
    lines_and_asked: tuple[list[Record], int],
) -> None:
    lines, asked = lines_and_asked
    with tempfile.TemporaryDirectory() as name:
        results, submission = Path(name) / "results.jsonl", Path(name) / "submission.json"
        results.write_text("".join(json.dumps(line) + "\n" for line in lines))
        judged = [judge(record) for record in current_results(results, ScoredRecord)]
        write_submission(submission, judged)
        solutions = {
            line["task_id"]: [pair["output"] for pair in line["task_data"]["test"]] for line in lines
        }
        tally = Tally()
        for result in judged:
            tally.add(result)
        assert tally.scores(asked).score == independent_score(submission, solutions, asked)


def failure(record: Record) -> list[str | None]:
    return [attempt.failure for attempt in judge(record).attempts]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("syntax_error: train pair 1: invalid syntax", "crash"),
        ("no_solve_task: train pair 1: no function", "crash"),
        ("exception: train pair 2: ZeroDivisionError", "crash"),
        ("killed: train pair 1: by signal 9", "crash"),
        ("timeout: test pair 1: after 10 s", "timeout"),
        ("memory: test pair 1: more than 1024 MB", "memory"),
        ("output_too_large: test pair 1: 10 MB", "memory"),
        ("bad_output: test pair 1: row 2 is empty", "bad_output"),
        ("wrong_shape: test pair 1: 1 x 3 cells instead of 1 x 2", "wrong_shape"),
        ("wrong_cells: test pair 1: 1 of 2 cells differ", "wrong_cells"),
    ],
)
def test_every_way_a_program_fails_has_its_class(reason: str, expected: str) -> None:
    assert failure(code_record("a", [RIGHT], [[WRONG]], verification_reason=[reason])) == [expected]


def test_attempts_without_a_program_are_told_apart() -> None:
    record = code_record(
        "a",
        [RIGHT],
        [[None]] * 3,
        python_code=[None] * 3,
        error=[{"type": "timeout", "message": "silence"}, None, None],
        finish_reason=[None, "length", "stop"],
        verification_reason=["api_error: no response", "truncated: ...", "no_answer: ..."],
    )
    assert failure(record) == ["api_error", "truncated", "no_answer"]


def test_a_right_program_that_fails_a_train_pair_is_right() -> None:
    reason = ["wrong_cells: train pair 1: 1 of 2 cells differ"]
    record = code_record("a", [RIGHT], [[RIGHT]], train_success=[False], verification_reason=reason)
    assert failure(record) == [None]
    assert judge(record).score == 1.0


def test_direct_attempts_have_the_class_of_their_first_wrong_input() -> None:
    assert failure(direct_record("a", [RIGHT, RIGHT], [[RIGHT, WIDE], [WRONG, WIDE], [None, WRONG]])) == [
        "wrong_shape",
        "wrong_cells",
        "no_answer",
    ]


def test_a_direct_attempt_with_one_error_of_two_is_an_api_error_and_keeps_its_other_answer() -> None:
    error = [[None, {"type": "timeout", "message": "silence"}]]
    result = judge(direct_record("a", [RIGHT, RIGHT], [[RIGHT, None]], error=error))
    assert result.attempts[0].failure == "api_error"
    assert result.score == 0.5


def test_an_attempt_never_asked_is_no_failure() -> None:
    record = code_record(
        "a",
        [RIGHT],
        [[RIGHT], None],
        error=[None, SKIPPED],
        python_code=["x", None],
        verification_reason=["Passed", None],
    )
    result = judge(record)
    assert [(attempt.right, attempt.failure) for attempt in result.attempts] == [
        (True, None),
        (None, "skipped"),
    ]
    assert result.score == 1.0


def test_a_failure_of_the_sandbox_is_never_charged_to_the_model() -> None:
    reason = ["sandbox_error: test pair 1: the zygote went away"]
    (attempt,) = judge(code_record("a", [RIGHT], [[None]], verification_reason=reason)).attempts
    assert (attempt.right, attempt.failure) == (None, "sandbox_error")


def test_a_task_without_test_outputs_has_a_submission_and_no_score() -> None:
    result = judge(code_record("a", [None], [[RIGHT]], verification_reason=["no expected output"]))
    assert result.submission == [{"attempt_1": RIGHT, "attempt_2": None}]
    assert (result.score, result.right, result.oracle_right, result.solved) == (None, None, None, False)
    assert result.attempts[0].failure is None


def test_the_oracle_takes_the_best_of_every_attempt_per_test_input() -> None:
    result = judge(
        code_record("a", [RIGHT, RIGHT], [[WRONG, WIDE], [WIDE, WRONG], [RIGHT, None], [None, RIGHT]])
    )
    assert (result.right, result.oracle_right) == (0, 2)


def test_stored_scores_are_not_believed() -> None:
    record = code_record("a", [RIGHT], [[WRONG]], task_score=1.0, verification_success=[True])
    assert judge(record).score == 0.0


def test_everything_that_was_charged_counts() -> None:
    follow_up = {
        "usage": {"prompt_tokens": 7, "cost": 0.5},
        "error": None,
        "generation_time_seconds": 2.0,
        "python_code": "x",
    }
    error = [None, {"type": "timeout", "message": "silence", "cost": 0.125}]
    record = code_record(
        "a",
        [RIGHT],
        [[WRONG], None],
        refinements=[[follow_up], None],
        error=error,
        usage=[{"cost": 0.25}, None],
    )
    result = judge(record)
    assert (result.cost, result.usage["prompt_tokens"], result.seconds) == (0.875, 7, 5.0)


def test_no_price_is_not_a_price_of_nothing() -> None:
    assert judge(direct_record("a", [RIGHT], [[RIGHT]], usage=[[{"prompt_tokens": 3}]])).cost is None


def test_a_record_that_is_not_on_disk_yet_is_judged_too() -> None:
    task = Task(task_id="a", train=(Pair([[1]], [[1]]),), test=(Pair([[1]], RIGHT),))
    fields: dict[str, Any] = {
        "task_data": task.pairs,
        "usage": [Usage(10, 5, cost=0.5), None],
        "error": [None, ErrorInfo("timeout", "silence", cost=0.25)],
    }
    assert judge(code_record("a", [RIGHT], [[RIGHT], None]) | fields).cost == 0.75


def test_records_of_one_program_in_the_older_layout_are_judged() -> None:
    record = code_record("a", [RIGHT], [[RIGHT]], python_code="x", error=None, finish_reason="stop")
    assert judge(record).solved


@pytest.mark.parametrize("missing", ["task_data", "test_outputs"])
def test_a_record_that_cannot_be_judged_says_what_it_lacks(missing: str) -> None:
    record = code_record("007bbfb7", [RIGHT], [[RIGHT]])
    record |= {"task_data": {"test": []}} if missing == "task_data" else {"test_outputs": None}
    with pytest.raises(Unjudged, match=r"task 007bbfb7 .*(task_data|test outputs)"):
        judge(record)


def test_a_broken_record_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="usage"):
        judge(code_record("a", [RIGHT], [[RIGHT]], usage=["much"]))
