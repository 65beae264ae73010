"""Benchmarks that are killed, interrupted or left with errors, and resumed: nothing is lost and nothing asked twice."""

import json
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.benchmark.harness import (
    RIGHT,
    WRONG,
    Bench,
    Body,
    benchmarking,
    code,
    follow_ups,
    task,
    write_tasks,
)
from tests.scripts import CODE_BENCHMARK, DIRECT_BENCHMARK
from utilities.data_loader import Pair
from utilities.results import journal_path

MOODY = code("import time; return [[time.time_ns() // 1000 % 10] * 9]")
"""A wrong program that gives something else whenever it is run: what a follow-up says about it cannot be said again."""
TESTS = (Pair([[5]], [[5]]), Pair([[6]], [[6]]))


def replies_of(record: dict[str, Any]) -> list[tuple[str, str]]:
    """(last message asked, reply) of everything answered in a result."""
    prompts, responses = list(record["prompt_messages"]), list(record["response"])
    if isinstance(responses[0], list):
        prompts, responses = (
            [part for of_one in values for part in of_one] for values in (prompts, responses)
        )
    for chain in record.get("refinements", []):
        prompts += [follow_up["prompt_messages"] for follow_up in chain]
        responses += [follow_up["response"] for follow_up in chain]
    return [(prompt[-1]["content"], text) for prompt, text in zip(prompts, responses, strict=True) if text]


def kill_until_done(bench: Bench, rng: random.Random, *flags: str) -> int:
    """Start, kill, resume, kill, ..., until a stretch completes; returns the number of kills.

    Stretches grow, so that a busy machine gets to the end too.
    """
    kills = 0
    while True:
        process = bench.start(*flags)
        try:
            _, stderr = process.communicate(timeout=rng.uniform(0.3, 1.6) * (1 + kills / 10))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
            if bench.results.exists() and b'"entry_type":"run"' in bench.results.read_bytes()[:4096]:
                flags = ("--resume", "last")
            continue
        assert process.returncode == 0, stderr
        return kills


@pytest.mark.parametrize("seed", [1, 3])
def test_kills_in_the_middle_of_follow_ups_lose_and_repeat_nothing(tmp_path: Path, seed: int) -> None:
    count, in_flight = 12, 4
    tasks = [task(f"task{number:04d}", TESTS, number) for number in range(count)]
    dataset = write_tasks(tmp_path / "tasks.jsonl", *tasks)

    def answer(body: Body) -> str:
        return MOODY if follow_ups(body) < 2 else RIGHT

    with benchmarking(CODE_BENCHMARK, tmp_path, answer, latency=0.15) as bench:
        flags = ("--dataset", str(dataset), "--best_of", "2", "--refine", "3")
        kills = kill_until_done(bench, random.Random(seed), *flags, "--max_concurrent_tasks", str(in_flight))
        records, metadata = bench.records(), bench.metadata()
    assert kills > 1
    assert len(records) == len({record["task_id"] for record in records}) == count
    for record in records:
        assert [len(chain) for chain in record["refinements"]] == [2, 2]
        assert record["task_score"] == 1.0
    sent = Counter(body["messages"][-1]["content"] for body in bench.asked)
    kept = Counter(question for record in records for question, _ in replies_of(record))
    assert kept.total() == count * 6
    assert not kept - sent, "a record holds a prompt that was never sent"
    assert sent.total() - kept.total() <= kills * in_flight
    assert metadata["usage"]["completion_tokens"] == count * 6 * 50
    assert journal_path(bench.results).stat().st_size == 0


@pytest.mark.parametrize("seed", [1, 3])
def test_killed_direct_benchmarks_lose_and_repeat_nothing(tmp_path: Path, seed: int) -> None:
    """Two of the three test inputs are the same: their requests still are two."""
    count, in_flight = 15, 4
    tests = (*TESTS, TESTS[0])
    dataset = write_tasks(
        tmp_path / "tasks.jsonl", *(task(f"task{number:04d}", tests, number) for number in range(count))
    )
    with benchmarking(DIRECT_BENCHMARK, tmp_path, lambda _: "[[5]]", latency=0.15) as bench:
        flags = ("--dataset", str(dataset), "--best_of", "2", "--max_concurrent_tasks", str(in_flight))
        kills = kill_until_done(bench, random.Random(seed), *flags)
        records = bench.records()
    assert kills > 1
    assert len(records) == len({record["task_id"] for record in records}) == count
    assert all(len(replies_of(record)) == 6 for record in records)
    assert all(record["task_score"] == pytest.approx(2 / 3) for record in records)
    assert len(bench.asked) - count * 6 <= kills * in_flight


def test_a_follow_up_without_response_is_all_that_a_resume_asks_for(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=TESTS))

    def answer(body: Body) -> str:
        return MOODY if follow_ups(body) < 2 else RIGHT

    script = ["ok", "ok", "400"]
    with benchmarking(CODE_BENCHMARK, tmp_path, answer, script=script) as bench:
        done = bench.run("--dataset", str(dataset), "--refine", "2")
        first = bench.record()
        bench.run("--resume", "last")
        second = bench.record()
        bench.run("--resume", "last")
    assert "--resume" in done.stdout
    assert first["error"] == [None] and first["refinements"][0][1]["error"]["type"] == "bad_request"
    assert first["python_code"] == [first["refinements"][0][0]["python_code"]]
    assert first["verification_reason"][0].startswith("wrong_shape")
    assert len(bench.server.log) == 4
    kept, sent = second["refinements"][0], first["refinements"][0]
    assert kept[0]["prompt_messages"] == sent[0]["prompt_messages"]
    assert kept[1]["error"] is None and second["task_score"] == 1.0


def test_a_test_input_without_response_is_all_that_a_resume_asks_for(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=TESTS))
    with benchmarking(DIRECT_BENCHMARK, tmp_path, lambda _: "[[6]]", script=["ok", "400"]) as bench:
        done = bench.run("--dataset", str(dataset), "--max_concurrent_tasks", "1")
        first = bench.record()
        bench.run("--resume", "last")
        second, metadata = bench.record(), bench.metadata()
    assert "--resume" in done.stdout
    assert [error and error["type"] for error in first["error"][0]] == [None, "bad_request"]
    assert (first["answers"], first["correct"], first["task_score"]) == (
        [[[[6]], None]],
        [[False, False]],
        0.0,
    )
    assert len(bench.server.log) == 3
    assert (second["error"], second["correct"], second["task_score"]) == (
        [[None, None]],
        [[False, True]],
        0.5,
    )
    assert metadata["failures"] == {"wrong_cells": 1}
    assert (metadata["attempts"], metadata["requests"]) == (1, 2)


def test_a_resume_keeps_replies_that_agreement_no_longer_needs(tmp_path: Path) -> None:
    """The first attempt has no response, so the third is asked; the resume finds two that agree and needs no more."""
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=TESTS))
    flags = ("--best_of", "5", "--stop_when_agreed", "2", "--max_concurrent_tasks", "1")
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT, script=["400"]) as bench:
        bench.run("--dataset", str(dataset), *flags)
        first = bench.record()
        bench.run("--resume", "last")
        second = bench.record()
    kinds = [[error and error["type"] for error in record["error"]] for record in (first, second)]
    assert kinds[0] == ["bad_request", None, None, "skipped", "skipped"]
    assert kinds[1] == ["skipped", None, None, "skipped", "skipped"]
    assert len(bench.server.log) == 3


def test_what_the_sandbox_failed_at_is_verified_again_and_not_asked_again(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task("one", TESTS), task("two", TESTS, 2))
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        bench.run("--dataset", str(dataset))
        lines = [json.loads(line) for line in bench.results.read_text().splitlines()]
        lines[1] |= {
            "train_success": [False],
            "train_accuracy": [0.0],
            "verification_success": [None],
            "verification_reason": ["sandbox_error: train pair 1: the sandbox was lost"],
            "test_outputs": [[None, None]],
        }
        bench.results.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
        bench.run("--resume", "last")
        records, metadata = bench.records(), bench.metadata()
    assert len(bench.server.log) == 2
    assert [record["verification_reason"] for record in records] == [["Passed"], ["Passed"]]
    assert metadata["scores"]["score"] == 1.0 and metadata["scores"]["sandbox_errors"] == 0


@pytest.mark.parametrize("flag", ["--refine", "--stop_when_agreed"])
def test_a_resume_with_another_way_of_asking_is_refused(tmp_path: Path, flag: str) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=TESTS))
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        bench.run("--dataset", str(dataset))
        done = bench.run("--resume", "last", flag, "1", code=2)
    assert flag in done.stderr and "cannot be resumed with other settings" in done.stderr


def test_an_interrupted_benchmark_scores_and_submits_what_it_has(tmp_path: Path) -> None:
    tasks = [task(f"task{number:04d}", TESTS, number) for number in range(6)]
    dataset = write_tasks(tmp_path / "tasks.jsonl", *tasks)
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT, script=["ok"] * 2 + ["hang"] * 9) as bench:
        process = bench.start(
            "--dataset", str(dataset), "--submission", "s.json", "--max_concurrent_tasks", "1"
        )
        while len(bench.server.log) < 3:
            time.sleep(0.01)
        process.terminate()
        stdout, stderr = process.communicate(timeout=30)
        assert process.returncode == 143, stderr
        metadata = bench.metadata()
        bench.server.script, bench.server._script = (), iter(())
        bench.run("--resume", "last")
        submitted = json.loads((tmp_path / "s.json").read_text())
    assert "4 of 6 tasks have no result and count 0" in stdout
    assert metadata["status"] == "interrupted"
    assert metadata["scores"]["score"] == pytest.approx(2 / 6)
    assert len(metadata["solved_task_ids"]) == 2 and len(metadata["unsolved_task_ids"]) == 4
    assert bench.metadata()["scores"]["score"] == 1.0
    assert submitted == {
        f"task{number:04d}": [{"attempt_1": [[n]], "attempt_2": [[0]]} for n in (5, 6)] for number in range(6)
    }


def test_a_follow_up_that_is_wrong_is_an_answer(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=TESTS))
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: WRONG) as bench:
        bench.run("--dataset", str(dataset), "--refine", "2")
        bench.run("--resume", "last")
    assert len(bench.server.log) == 3


def test_an_interrupt_does_not_wait_for_programs_and_a_resume_runs_them_again(tmp_path: Path) -> None:
    tasks = [task(f"task{number:04d}", TESTS, number) for number in range(3)]
    dataset = write_tasks(tmp_path / "tasks.jsonl", *tasks)
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: code("while True: pass")) as bench:
        process = bench.start("--dataset", str(dataset), "--exec_timeout", "300")
        while bench.server.outcomes().count("answered") < 3:
            time.sleep(0.01)
        time.sleep(0.5)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
        assert time.monotonic() - began < 5
        assert process.returncode == 130, stderr
        assert bench.metadata()["tasks_finished"] == 0
        bench.run("--resume", "last", "--exec_timeout", "1")
    assert len(bench.server.log) == 3
    assert [record["verification_reason"][0].split(":")[0] for record in bench.records()] == ["timeout"] * 3


def test_a_resume_with_another_model_is_told_which_it_was(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=TESTS))
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        bench.run("--dataset", str(dataset))
        done = bench.run("--resume", "last", "--model_identifier", "OFFLINE", code=2)
    assert "--model_identifier was local:any and is now OFFLINE" in done.stderr


def test_an_unknown_run_to_resume_is_wrong_usage(tmp_path: Path) -> None:
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        done = bench.run("--resume", "nope", code=2)
    assert "there is no run nope to resume" in done.stderr
