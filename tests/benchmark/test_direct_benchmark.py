"""The direct benchmark as a user runs it: one request per test input and attempt, votes, scores, submission."""

import json
from pathlib import Path

from tests.benchmark.harness import TEST_OUTPUT, Body, benchmarking, task, write_tasks
from tests.scripts import DIRECT_BENCHMARK, PER_ATTEMPT, run
from utilities.data_loader import Pair
from utilities.record_reader import current_results

TESTS = (Pair([[5]], [[5]]), Pair([[6]], [[6, 6]]))


def test_each_test_input_of_each_attempt_is_asked_for_and_equal_grids_vote(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=TESTS))
    first = {1: "[[1]]", 2: "```\n5\n```", 3: "no idea", 4: "[[5]]"}
    second = {1: "[[6, 6]]", 2: "6 6", 3: "[[7]]", 4: "[[6, 5], [1]]"}

    def answer(body: Body) -> str:
        is_first = body["messages"][1]["content"].endswith(
            "Test input (1 x 1):\n5\n\nGive the output grid for the test input."
        )
        return f"I reason.\n\n{(first if is_first else second)[body['seed']]}"

    with benchmarking(DIRECT_BENCHMARK, tmp_path, answer) as bench:
        done = bench.run("--dataset", str(dataset), "--best_of", "4", "--submission", "s.json")
        record, metadata = bench.record(), bench.metadata()
    assert len(bench.asked) == 8
    for name in (*PER_ATTEMPT, "answers", "correct"):
        assert [len(attempt) for attempt in record[name]] == [2, 2, 2, 2], name
    assert record["answers"] == [[[[1]], [[6, 6]]], [[[5]], [[6, 6]]], [None, [[7]]], [[[5]], None]]
    assert record["correct"] == [[False, True], [True, True], [False, False], [True, False]]
    submission = [{"attempt_1": [[5]], "attempt_2": [[1]]}, {"attempt_1": [[6, 6]], "attempt_2": [[7]]}]
    assert (record["submission"], record["task_score"]) == (submission, 1.0)
    assert json.loads((tmp_path / "s.json").read_text()) == {"aaaaaaaa": submission}
    assert (metadata["attempts"], metadata["attempts_answered"], metadata["requests"]) == (4, 2, 8)
    assert metadata["attempts"] == metadata["scores"]["attempts"]
    assert "4 attempts in 8 requests, 2 full answers, " in done.stdout
    assert metadata["failures"] == {"wrong_cells": 1, "no_answer": 2}
    assert metadata["scores"]["pass_at_k"]["1"] == 0.25
    assert metadata["solved_task_ids"] == ["aaaaaaaa"]
    assert "1 of 1 tasks solved" in done.stdout


def test_no_test_output_ever_reaches_a_prompt(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task())
    with benchmarking(DIRECT_BENCHMARK, tmp_path, lambda _: "[[5]]") as bench:
        bench.run("--dataset", str(dataset), "--best_of", "2")
    sent = "".join(message["content"] for body in bench.asked for message in body["messages"])
    assert "".join(map(str, TEST_OUTPUT[0])) not in "".join(filter(str.isdecimal, sent))


def test_a_reply_that_was_cut_off_and_one_that_failed_are_told_apart(tmp_path: Path) -> None:
    tasks = [task(name, number=number) for number, name in enumerate(("one", "two", "three"))]
    dataset = write_tasks(tmp_path / "tasks.jsonl", *tasks)
    script = ["400", "ok", "ok"]
    with benchmarking(DIRECT_BENCHMARK, tmp_path, lambda _: "I see", script=script) as bench:
        bench.run("--dataset", str(dataset), "--max_concurrent_tasks", "1")
        metadata = bench.metadata()
    assert metadata["failures"] == {"api_error": 1, "no_answer": 2}
    assert metadata["scores"]["score"] == 0.0


def test_secret_outputs_give_a_submission_and_no_scores(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task("secret", (Pair([[5]]),)), task("known", TESTS, 2))
    with benchmarking(DIRECT_BENCHMARK, tmp_path, lambda _: "[[5]]") as bench:
        done = bench.run("--dataset", str(dataset), "--submission", "s.json")
        records, metadata = {record["task_id"]: record for record in bench.records()}, bench.metadata()
    assert (records["secret"]["correct"], records["secret"]["task_score"]) == ([[None]], None)
    assert (records["known"]["correct"], records["known"]["task_score"]) == ([[True, False]], 0.5)
    assert metadata["scores"]["score"] == 0.5 and metadata["scores"]["tasks_scored"] == 1
    assert (metadata["solved_task_ids"], metadata["unsolved_task_ids"]) == ([], ["known"])
    assert "1 tasks without test outputs are left out" in done.stdout
    assert json.loads((tmp_path / "s.json").read_text())["secret"] == [
        {"attempt_1": [[5]], "attempt_2": [[0]]}
    ]


def test_offline_needs_no_key(tmp_path: Path) -> None:
    flags = (
        "--dataset",
        "arc1-training",
        "--task_ids",
        '["007bbfb7", "0520fde7"]',
        "--output_directory",
        "out",
    )
    done = run(DIRECT_BENCHMARK, *flags, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    records = list(current_results(tmp_path / "out" / "direct_benchmark_results.jsonl"))
    assert sum(record["task_score"] for record in records) > 0
    assert "of 2 tasks solved" in done.stdout
