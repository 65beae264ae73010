"""Answers come out of result records of every script and age."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.answers import Answer, answers_of, read_answers, with_verdicts
from utilities.config import UsageError
from utilities.results_files import find_results

PAIRS = {"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]], "output": [[4]]}]}
RUN = {"entry_type": "run", "run_id": "r", "manifest": {"model_id": "acme/solver"}}
PROMPT = [{"role": "user", "content": "?"}]


def record(**fields: Any) -> dict[str, Any]:
    return {"entry_type": "result", "run_id": "r", "task_id": "t", "version": 0, "task_data": PAIRS, **fields}


def lines(path: Path, *entries: Any) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return path


def texts(answers: list[Answer]) -> list[str | None]:
    return [answer.text for answer in answers]


def test_each_attempt_is_an_answer_with_the_name_of_its_model(tmp_path: Path) -> None:
    entry = record(
        reasoning=[" one ", None, "three", ""],
        python_code=["p1", "p2", None, " "],
        error=[None, None, {"type": "timeout", "message": "m"}, None],
        train_success=[True, False, None, True],
        verification_success=[True, False, None, True],
        prompt_messages=[PROMPT, PROMPT, None, PROMPT],
    )
    answers = list(read_answers(lines(tmp_path / "r.jsonl", RUN, entry)))
    assert {answer.username for answer in answers} == {"acme/solver"}
    assert [answer.attempt for answer in answers] == [0, 1, 2, 3]
    assert texts(answers) == ["one", None, None, None]
    assert [answer.program for answer in answers] == ["p1", "p2", None, None]
    assert [answer.is_verified for answer in answers] == [True, False, False, True]
    assert [answer.prompt_messages for answer in answers] == [PROMPT, PROMPT, None, PROMPT]


def test_a_direct_answer_is_one_per_test_input() -> None:
    entry = record(
        reasoning=[["a", None], ["c", "d"]],
        response=[["a", None], ["c", "d"]],
        error=[[None, {"type": "refused", "message": "m"}], [None, None]],
        correct=[[True, False], [False, True]],
        prompt_messages=[[PROMPT, PROMPT], [PROMPT, PROMPT]],
    )
    answers = list(answers_of(entry, {}))
    assert texts(answers) == ["a", None, "c", "d"]
    assert [answer.is_error for answer in answers] == [False, True, False, False]
    assert [answer.is_verified for answer in answers] == [True, False, False, True]
    assert all(answer.prompt_messages == PROMPT for answer in answers)


def test_the_verdict_of_a_refined_attempt_is_that_of_its_last_follow_up() -> None:
    follow_up = {
        "reasoning": "second",
        "python_code": "p2",
        "prompt_messages": [*PROMPT, *PROMPT],
        "error": None,
    }
    entry = record(
        reasoning=["first"],
        python_code=["p3"],
        prompt_messages=[PROMPT],
        verification_success=[True],
        train_success=[True],
        refinements=[[follow_up, follow_up | {"reasoning": "third", "python_code": "p3"}]],
    )
    answers = list(answers_of(entry, {}))
    assert texts(answers) == ["first", "second", "third"]
    assert [answer.program for answer in answers] == [None, "p2", "p3"]
    assert [answer.verified for answer in answers] == [None, None, True]
    assert [len(answer.prompt_messages) for answer in answers] == [1, 2, 2]
    assert [answer.why_not_verified for answer in answers] == ["replaced by a follow-up"] * 2 + [None]


def test_a_follow_up_without_a_reply_replaces_nothing() -> None:
    unanswered = {"response": None, "error": {"type": "timeout", "message": "m"}}
    verdict = {"train_success": [False], "verification_success": [False]}
    entry = record(reasoning=["only"], python_code=["p"], error=[None], refinements=[[unanswered]], **verdict)
    only, failed = answers_of(entry, {})
    assert (only.program, only.is_replaced, only.why_not_verified) == ("p", False, "not right")
    assert (failed.is_error, failed.program) == (True, None)


def test_a_follow_up_keeps_the_verdict_that_it_carries() -> None:
    own = {"reasoning": "r", "python_code": "p", "train_success": False, "train_accuracy": 0.5}
    follow_ups = [own | {"verification_success": False}, {"reasoning": "last", "python_code": "q"}]
    entry = record(
        reasoning=["first"], python_code=["q"], verification_success=[True], refinements=[follow_ups]
    )
    _, second, last = answers_of(entry, {})
    assert (second.verified, second.train_accuracy, second.why_not_verified) == (False, 0.5, "not right")
    assert last.is_verified


@pytest.mark.parametrize(
    ("verdict", "output", "reason"),
    [
        ({"train_success": [True], "verification_success": [None]}, None, "test outputs secret"),
        ({"train_success": [False], "verification_success": [None]}, None, "not right"),
        ({"train_success": [True], "verification_success": [False]}, [[4]], "not right"),
        ({}, [[4]], "not verified yet (verify_generated_code.py does it)"),
    ],
)
def test_it_is_said_why_an_answer_is_not_verified(verdict: dict[str, Any], output: Any, reason: str) -> None:
    pairs = PAIRS | {"test": [{"input": [[3]], "output": output}]}
    (answer,) = answers_of(record(reasoning=["r"], python_code=["p"], task_data=pairs, **verdict), {})
    assert answer.why_not_verified == reason


@pytest.mark.parametrize("name", ["older.json", "older.jsonl"])
def test_older_records_hold_one_answer_without_a_list(tmp_path: Path, name: str) -> None:
    results = [
        {
            "task_id": "t",
            "reasoning": "fine",
            "python_code": "p",
            "prompt_messages": PROMPT,
            "verification_success": True,
        },
        {"task_id": "t", "reasoning": "ERROR: Failed to get reasoning.", "python_code": "ERROR: none"},
        {"task_id": "u", "reasoning": ["listed"], "prompt_messages": None},
    ]
    path = tmp_path / name
    if path.suffix == ".json":
        path.write_text(
            json.dumps({"metadata": {"model_username": "old/model"}, "results": results}, indent=2)
        )
    else:
        lines(path, *results)
    answers = list(read_answers(path))
    assert texts(answers) == ["fine", None, "listed"]
    assert [answer.program for answer in answers] == ["p", None, None]
    assert answers[0].is_verified
    assert answers[0].prompt_messages == PROMPT
    assert {answer.username for answer in answers} == {
        "old/model" if path.suffix == ".json" else "unknown_model"
    }


def test_lines_that_name_their_model_themselves_keep_that_name(tmp_path: Path) -> None:
    entries = [{"task_id": "t", "reasoning": name, "model_username": name} for name in ("one", "two")]
    assert [answer.username for answer in read_answers(lines(tmp_path / "p.jsonl", *entries))] == [
        "one",
        "two",
    ]


def test_of_one_run_the_last_result_of_a_task_counts(tmp_path: Path) -> None:
    path = lines(tmp_path / "r.jsonl", record(reasoning=["first"]), record(reasoning=["first", "second"]))
    assert texts(list(read_answers(path))) == ["first", "second"]


def test_verdicts_beside_a_file_are_found_and_know_the_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = lines(tmp_path / "r.jsonl", RUN, record(reasoning=["a"], python_code=["p"]))
    assert with_verdicts([plain]) == [(plain,)]
    verdicts = lines(
        tmp_path / "r.verified.jsonl", record(reasoning=["a"], python_code=["p"], verification_success=[True])
    )
    assert with_verdicts([plain]) == with_verdicts([verdicts, plain]) == [(verdicts, plain)]
    assert with_verdicts([verdicts]) == [(verdicts,)]
    assert "r.verified.jsonl" in capsys.readouterr().err
    (answer,) = read_answers(verdicts)
    assert answer.username == "acme/solver"


def test_what_is_not_verified_yet_comes_after_the_verdicts(tmp_path: Path) -> None:
    first, second = (record(task_id=name, reasoning=[name], python_code=["p"]) for name in ("a", "b"))
    plain = lines(tmp_path / "r.jsonl", RUN, first, second)
    verdicts = lines(tmp_path / "r.verified.jsonl", {**first, "verification_success": [True]})
    answers = list(read_answers(verdicts, plain))
    assert [(answer.task_id, answer.verified) for answer in answers] == [("a", True), ("b", None)]


def test_patterns_mean_files_each_once(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", "c.json", "odd[1].jsonl"):
        (tmp_path / name).touch()
    found = find_results([f"{tmp_path}/c.json", f"{tmp_path}/*.jsonl", f"{tmp_path}/odd[1].jsonl"])
    assert [path.name for path in found] == ["c.json", "a.jsonl", "b.jsonl", "odd[1].jsonl"]
    with pytest.raises(UsageError, match="there is no file"):
        find_results([f"{tmp_path}/nothing*.jsonl"])


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda x: st.lists(x, max_size=3),
    max_leaves=6,
)
fields = st.fixed_dictionaries(
    {},
    optional={
        name: values
        for name in (
            *(
                "task_id",
                "version",
                "run_id",
                "reasoning",
                "response",
                "python_code",
                "error",
                "train_success",
            ),
            *(
                "refinements",
                "verification_success",
                "correct",
                "prompt_messages",
                "task_data",
                "timestamp",
                "hard_coded",
            ),
        )
    },
)


@given(fields)
def test_a_record_of_any_shape_is_answers_or_none_and_no_exception(entry: dict[str, Any]) -> None:
    for answer in answers_of(entry, {}):
        assert answer.text is None or isinstance(answer.text, str)
        assert answer.program is None or isinstance(answer.program, str)
        assert answer.is_verified in (True, False)
