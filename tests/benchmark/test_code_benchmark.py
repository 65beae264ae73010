"""The code benchmark as a user runs it: verdicts, follow-ups, agreement, scores, submission, secret outputs."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.benchmark.harness import (
    RIGHT,
    TEST_OUTPUT,
    WRONG,
    Bench,
    Body,
    benchmarking,
    code,
    follow_ups,
    task,
    write_tasks,
)
from tests.scripts import CODE_BENCHMARK, PER_ATTEMPT, run
from utilities.data_loader import Pair
from utilities.verification import FIELDS

SAME = (Pair([[5]], [[5]]),)


def by_seed(*replies: str) -> Any:
    """Answers attempt i with the i-th of the replies; harness.Bench starts seeds at 1."""
    return lambda body: replies[body["seed"] - 1]


def test_each_attempt_has_its_program_run_and_two_grids_are_submitted(tmp_path: Path) -> None:
    tests = (Pair([[5]], [[5]]), Pair([[1, 2]], [[2, 1]]))
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=tests))
    reverse = code("return input_grid if len(input_grid[0]) != 2 or input_grid[0] == [0, 0] else [[2, 1]]")
    with benchmarking(CODE_BENCHMARK, tmp_path, by_seed(WRONG, RIGHT, reverse, "I give up.")) as bench:
        done = bench.run("--dataset", str(dataset), "--best_of", "4", "--submission", "sub/s.json")
        record, metadata = bench.record(), bench.metadata()
    assert all(len(record[name]) == 4 for name in (*PER_ATTEMPT, "python_code", *FIELDS))
    assert record["train_success"] == [False, True, True, False]
    assert record["verification_success"] == [False, False, True, False]
    assert record["verification_reason"] == [
        "wrong_shape: train pair 1: 1 x 1 cells instead of 2 x 2",
        "wrong_cells: test pair 2: 2 of 2 cells differ",
        "Passed",
        "no_answer: the reply holds no program",
    ]
    assert record["test_outputs"][:2] == [[[[9]], [[9]]], [[[5]], [[1, 2]]]]
    assert record["test_outputs"][3] == [None, None]
    submission = [{"attempt_1": [[5]], "attempt_2": [[9]]}, {"attempt_1": [[1, 2]], "attempt_2": [[2, 1]]}]
    assert (record["submission"], record["task_score"]) == (submission, 1.0)
    assert json.loads((tmp_path / "sub" / "s.json").read_text()) == {"aaaaaaaa": submission}
    assert (metadata["solved_task_ids"], metadata["unsolved_task_ids"]) == (["aaaaaaaa"], [])
    assert metadata["failures"] == {"wrong_shape": 1, "wrong_cells": 1, "no_answer": 1}
    assert metadata["scores"]["pass_at_k"] == {"1": 0.25, "2": 0.5, "3": 0.75, "4": 1.0}
    assert "1 of 1 tasks solved" in done.stdout and "100.0%" in done.stdout


def test_a_task_is_scored_by_the_fraction_of_its_test_inputs(tmp_path: Path) -> None:
    tests = (Pair([[5]], [[5]]), Pair([[6]], [[5]]), Pair([[4]], [[4]]))
    dataset = write_tasks(tmp_path / "tasks.jsonl", task("one", tests), task("two", SAME, 2))
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        bench.run("--dataset", str(dataset))
        scores = {record["task_id"]: record["task_score"] for record in bench.records()}
        metadata = bench.metadata()
    assert scores == {"one": pytest.approx(2 / 3), "two": 1.0}
    assert metadata["scores"]["score"] == pytest.approx(5 / 6)
    assert (metadata["solved_task_ids"], metadata["unsolved_task_ids"]) == (["two"], ["one"])


# --- follow-ups ------------------------------------------------------------------------------------------------------


def mending(body: Body) -> str:
    return WRONG if follow_ups(body) < 2 else RIGHT


def test_a_failed_attempt_is_followed_up_until_its_program_passes_train(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=SAME))
    with benchmarking(CODE_BENCHMARK, tmp_path, mending) as bench:
        bench.run("--dataset", str(dataset), "--refine", "4", "--best_of", "2")
        record, asked = bench.record(), bench.asked
    assert len(asked) == 6
    assert [len(chain) for chain in record["refinements"]] == [2, 2]
    assert record["response"] == [WRONG, WRONG]
    assert record["train_success"] == [True, True] and record["task_score"] == 1.0
    assert record["python_code"][0] == "def solve_task(input_grid):\n    return input_grid\n"
    first, last = record["refinements"][0]
    assert set(first) == {*PER_ATTEMPT, "python_code", *FIELDS}
    assert (first["response"], first["train_success"]) == (WRONG, False)
    assert (last["response"], last["train_success"]) == (RIGHT, True)
    assert [message["role"] for message in last["prompt_messages"]] == [
        "system",
        *["user", "assistant"] * 2,
        "user",
    ]
    assert bench.metadata()["usage"]["prompt_tokens"] == 600


def test_a_follow_up_shows_program_failed_pairs_output_and_difference(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task())
    half = code("return [[1] + input_grid[0][1:], *input_grid[1:]] if len(input_grid) > 1 else input_grid")
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: half) as bench:
        bench.run("--dataset", str(dataset), "--refine", "1")
        _, _, answered, question = bench.asked[1]["messages"]
    assert answered == {"role": "assistant", "content": half}
    assert "fails 1 of 2 train pairs" in question["content"]
    assert "Train pair 1: wrong_cells: 1 of 4 cells differ\nInput (2 x 2):\n0 0\n0 1\n" in question["content"]
    assert "Your output (2 x 2):\n1 0\n0 1\n" in question["content"]
    assert "1>0 .\n. .\n" in question["content"]
    assert "Train pair 2" not in question["content"]


def test_no_test_output_ever_reaches_a_prompt(tmp_path: Path) -> None:
    """Not when programs pass, fail or crash on train or test, nor when they print or hand over what they see."""
    nosy = code("import sys; print(sys.modules); raise ValueError(repr(globals()))")
    replies = [
        WRONG,
        RIGHT,
        nosy,
        code("while True: pass"),
        "no code",
        code("return input_grid if len(input_grid) > 1 else [[1]]"),
    ]
    dataset = write_tasks(tmp_path / "tasks.jsonl", task())
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda body: replies[body["seed"] % 6]) as bench:
        bench.run("--dataset", str(dataset), "--refine", "2", "--best_of", "6", "--exec_timeout", "1")
        sent = "".join(message["content"] for body in bench.asked for message in body["messages"])
    assert len(bench.asked) == 6 + 5 * 2  # whoever passes train is left alone, whatever test says
    digits = "".join(map(str, TEST_OUTPUT[0]))
    assert digits not in "".join(character for character in sent if character.isdecimal())


def test_a_reply_without_program_and_an_empty_one_are_followed_up(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=SAME))
    replies = ["I think it grows.", "  ", RIGHT]
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda body: replies[follow_ups(body)]) as bench:
        bench.run("--dataset", str(dataset), "--refine", "3")
        record, messages = bench.record(), bench.asked[-1]["messages"]
    assert record["task_score"] == 1.0 and record["verification_reason"] == ["Passed"]
    assert "holds no whole program" in messages[3]["content"]
    assert all(message["content"].strip() for message in messages)


# --- agreement -------------------------------------------------------------------------------------------------------


def test_asking_stops_once_enough_programs_agree(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=SAME))
    other = code("return input_grid if input_grid != [[5]] else [[6]]")
    with benchmarking(CODE_BENCHMARK, tmp_path, by_seed(other, WRONG, RIGHT, RIGHT, RIGHT, RIGHT)) as bench:
        done = bench.run("--dataset", str(dataset), "--best_of", "6", "--stop_when_agreed", "2")
        record, metadata = bench.record(), bench.metadata()
        bench.run("--resume", "last")
    assert sorted(body["seed"] for body in bench.asked) == [1, 2, 3, 4]
    assert [error and error["type"] for error in record["error"]] == [None] * 4 + ["skipped"] * 2
    for name in (*PER_ATTEMPT[:-1], "python_code", *FIELDS):
        assert record[name][4:] == [None, None], name
    assert record["submission"] == [{"attempt_1": [[5]], "attempt_2": [[6]]}]
    assert metadata["attempts"] == 4 and metadata["scores"]["attempts_skipped"] == 2
    assert metadata["scores"]["pass_at_k"] == {}
    assert "2 attempts were not asked" in done.stdout and "--resume" not in done.stdout


def test_programs_that_fail_on_a_test_input_do_not_agree(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=SAME))
    crash = code("return input_grid if input_grid != [[5]] else 1 / 0")
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: crash) as bench:
        bench.run("--dataset", str(dataset), "--best_of", "3", "--stop_when_agreed", "2")
    assert len(bench.asked) == 3


# --- what programs may use, and when ---------------------------------------------------------------------------------


def test_programs_run_beside_requests_and_within_their_limits(tmp_path: Path) -> None:
    """While one program loops, the answers of all other tasks come in and are saved."""
    tasks = [task(f"task{number:04d}", SAME, number) for number in range(12)]
    dataset = write_tasks(tmp_path / "tasks.jsonl", *tasks)

    def answer(body: Body) -> str:
        if "0 0\n0 3" in body["messages"][1]["content"]:
            return code("while True: pass")
        return code("return [0] * 10**9") if "0 0\n0 4" in body["messages"][1]["content"] else RIGHT

    with benchmarking(CODE_BENCHMARK, tmp_path, answer) as bench:
        limits = ("--exec_timeout", "3", "--exec_memory_mb", "100", "--sandbox", "auto")
        bench.run("--dataset", str(dataset), *limits)
        records = bench.records()
    reasons = {record["task_id"]: record["verification_reason"][0].split(":")[0] for record in records}
    assert (reasons.pop("task0003"), reasons.pop("task0004")) == ("timeout", "memory")
    assert set(reasons.values()) == {"Passed"}
    assert records[-1]["task_id"] == "task0003"
    assert bench.metadata()["failures"] == {"timeout": 1, "memory": 1}


# --- secret test outputs ---------------------------------------------------------------------------------------------


def test_kaggles_test_set_gives_a_submission_and_no_scores(tmp_path: Path) -> None:
    data = json.loads(bytes(task(tests=(Pair([[5]]), Pair([[6]]))).pairs))
    for pair in data["test"]:
        del pair["output"]
    (tmp_path / "test_challenges.json").write_text(json.dumps({"aaaaaaaa": data}))
    with benchmarking(CODE_BENCHMARK, tmp_path, by_seed(WRONG, RIGHT)) as bench:
        done = bench.run(
            *("--dataset", "test_challenges.json", "--best_of", "2", "--refine", "1"),
            "--submission",
            "s.json",
        )
        record, metadata = bench.record(), bench.metadata()
    assert len(bench.asked) == 3
    assert record["task_score"] is None and record["verification_success"] == [None, None]
    assert record["verification_reason"][1] == "no expected output"
    assert metadata["scores"]["score"] is None
    assert metadata["solved_task_ids"] == metadata["unsolved_task_ids"] == []
    assert "test outputs of these tasks are secret" in done.stdout
    written = json.loads((tmp_path / "s.json").read_text())
    assert written == {"aaaaaaaa": [{"attempt_1": [[n]], "attempt_2": [[9]]} for n in (5, 6)]}


# --- on a fresh machine ----------------------------------------------------------------------------------------------


def test_offline_needs_no_key_and_scores_are_those_of_its_submission(tmp_path: Path) -> None:
    flags = ("--dataset", "arc1-training", "--task_ids", '["007bbfb7", "0520fde7", "ff28f65a", "ff805c23"]')
    done = run(
        CODE_BENCHMARK,
        *flags,
        "--best_of",
        "2",
        "--output_directory",
        "out",
        "--submission",
        "s.json",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    bench = Bench(CODE_BENCHMARK, tmp_path, None, [])  # type: ignore[arg-type]
    submitted = json.loads((tmp_path / "s.json").read_text())
    earned = []
    for record in bench.records():
        pairs = zip(submitted[record["task_id"]], record["task_data"]["test"], strict=True)
        right = [pair["output"] in grids.values() for grids, pair in pairs]
        earned.append(sum(right) / len(right))
    assert len(earned) == len(submitted) == 4 and sum(earned) > 0
    assert bench.metadata()["scores"]["score"] == sum(earned) / 4


# --- wrong usage -----------------------------------------------------------------------------------------------------

BAD = {
    "more agreement than attempts": (["--stop_when_agreed", "3", "--best_of", "2"], 2, "--best_of 2"),
    "no sandbox of that name": (["--sandbox", "nope"], 2, "nope"),
    "a negative number of follow-ups": (["--refine", "-1"], 2, "'-1'"),
    "a submission that is a folder": (["--submission", "."], 2, "submission.json"),
    "a submission that cannot be": (["--submission", "file/s.json"], 2, "--submission"),
    "no file to rescore": (["--rescore", "nowhere.jsonl"], 2, "nowhere.jsonl"),
    "a model to rescore with": (["--rescore", "file", "--best_of", "2"], 2, "leave out --best_of"),
    "nothing to rescore": (["--rescore", "empty.jsonl"], 1, "holds no results"),
    "something else to rescore": (["--rescore", "file"], 1, "is broken"),
}


@pytest.mark.parametrize("name", BAD)
def test_wrong_usage_gets_one_sentence_and_asks_nothing(tmp_path: Path, name: str) -> None:
    flags, exit_code, wanted = BAD[name]
    (tmp_path / "file").write_text("no JSON\n")
    (tmp_path / "empty.jsonl").write_text("")
    dataset = write_tasks(tmp_path / "tasks.jsonl", task())
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        common = [] if "--rescore" in flags else bench.flags("--dataset", str(dataset))
        done = run(CODE_BENCHMARK, *common, *flags, cwd=tmp_path)
    assert done.returncode == exit_code, done.stderr
    assert wanted in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stdout == "" and bench.asked == []


def test_a_dry_run_tells_of_follow_ups_and_starts_nothing(tmp_path: Path) -> None:
    flags = ("--dataset", "arc1-training", "--max_tasks", "5", "--best_of", "2", "--refine", "3", "--dry_run")
    done = run(CODE_BENCHMARK, *flags, "--submission", "s/s.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "10 requests and up to 30 follow-ups" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["tasks.jsonl", "out/code_benchmark_results.jsonl"])
def test_a_submission_never_takes_the_place_of_tasks_or_results(tmp_path: Path, name: str) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=SAME))
    content = dataset.read_bytes()
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        done = bench.run("--dataset", "tasks.jsonl", "--submission", name, code=2)
        assert "would overwrite" in done.stderr and not bench.asked
    assert dataset.read_bytes() == content
