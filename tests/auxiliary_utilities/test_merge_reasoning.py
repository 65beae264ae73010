"""Merging the reasoning of results files into the traces, as people run it."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.scripts import GENERATE_CODE, VERIFY, run, start
from utilities.traces import backup_folder

SCRIPT = "auxiliary_utilities/merge_reasoning.py"
PAIRS = {"train": [{"input": [[1]], "output": [[2]]}] * 3, "test": [{"input": [[3]], "output": [[4]]}]}
RUN = {"entry_type": "run", "run_id": "r", "manifest": {"model_id": "acme/solver"}}


def record(task_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "entry_type": "result",
        "run_id": "r",
        "task_id": task_id,
        "version": 0,
        "timestamp": "2026-03-01T10:15:09+00:00",
        "task_data": PAIRS,
        **fields,
    }


def lines(path: Path, *entries: Any) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return path


def merged(folder: Path) -> dict[str, list[dict[str, Any]]]:
    content: dict[str, list[dict[str, Any]]] = json.loads((folder / "traces.json").read_text())
    return content


def merge(folder: Path, *argv: str, code: int = 0) -> str:
    done = run(SCRIPT, *argv, "--traces_path", "traces.json", cwd=folder)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


CODE = record(
    "aaaaaaaa",
    reasoning=["Turn it.", "Flip it.", None, ""],
    python_code=["turn", "flip", None, None],
    error=[None, None, {"type": "timeout", "message": "m"}, None],
    train_success=[True, False, False, False],
    train_accuracy=[1.0, 0.6667, 0.0, 0.0],
    verification_success=[True, False, False, False],
)


def test_each_reasoning_becomes_a_trace_of_its_model(tmp_path: Path) -> None:
    lines(tmp_path / "r.jsonl", RUN, CODE)
    said = merge(tmp_path, "r.jsonl")
    assert (
        said == "added 2 traces to 1 tasks in traces.json\nskipped 2 answers: 1 errors, 1 without reasoning\n"
    )
    first, second = merged(tmp_path)["aaaaaaaa"]
    assert len(first.pop("trace_id")) == 32
    assert first == {
        "task_id": "aaaaaaaa",
        "username": "acme/solver",
        "text": "Turn it.",
        "score": 0,
        "timestamp": "2026-03-01T10:15:09+00:00",
        "voters": {},
        "version": 0,
        "origin": "run r",
        "verified": {"train_passed": 3, "train_total": 3},
        "code": "turn",
    }
    assert second["verified"] == {"train_passed": 2, "train_total": 3}


def test_merging_again_changes_not_a_byte(tmp_path: Path) -> None:
    lines(tmp_path / "r.jsonl", RUN, CODE)
    merge(tmp_path, "r.jsonl")
    before = (tmp_path / "traces.json").read_bytes()
    said = merge(tmp_path, "r.jsonl", "r.jsonl", "*.jsonl")
    assert said.startswith("added 0 traces to 0 tasks")
    assert "2 already there" in said
    assert (tmp_path / "traces.json").read_bytes() == before
    assert not backup_folder(tmp_path / "traces.json").exists()


def test_only_verified_takes_what_passed_all_pairs(tmp_path: Path) -> None:
    lines(
        tmp_path / "r.jsonl", RUN, CODE, record("bbbbbbbb", reasoning=["Nobody ran it."], python_code=["p"])
    )
    said = merge(tmp_path, "r.jsonl", "--only_verified")
    assert [trace["text"] for traces in merged(tmp_path).values() for trace in traces] == ["Turn it."]
    assert "1 not right" in said
    assert "1 not verified yet" in said


def test_direct_answers_are_merged_per_test_input(tmp_path: Path) -> None:
    entry = record(
        "aaaaaaaa",
        reasoning=[["First.", "Second."], [None, "Second."]],
        error=[[None, None], [{"type": "timeout", "message": "m"}, None]],
        correct=[[True, False], [False, False]],
    )
    lines(tmp_path / "r.jsonl", RUN, entry)
    merge(tmp_path, "r.jsonl")
    assert [trace["text"] for trace in merged(tmp_path)["aaaaaaaa"]] == ["First.", "Second."]
    (tmp_path / "traces.json").unlink()
    merge(tmp_path, "r.jsonl", "--only_verified")
    assert [trace["text"] for trace in merged(tmp_path)["aaaaaaaa"]] == ["First."]


OLDER = {
    "metadata": {"model_username": "old/model", "timestamp": "20250504_165606"},
    "results": [
        {"task_id": "aaaaaaaa", "reasoning": "A string.", "task_data": PAIRS, "prompt_messages": []},
        {"task_id": "aaaaaaaa", "reasoning": ["A list.", "ERROR: none"], "task_data": PAIRS},
        {"task_id": "task_7", "reasoning": "ERROR: Exception", "task_data": "Error", "prompt_messages": None},
        {"reasoning": "Whose?"},
    ],
}


@pytest.mark.parametrize("indent", [None, 2])
def test_an_older_snapshot_is_merged_into_an_older_store_that_stays_as_it_was(
    tmp_path: Path, indent: int | None
) -> None:
    older = {
        "trace_id": "aaaaaaaa_ann_0f",
        "task_id": "aaaaaaaa",
        "username": "ann",
        "text": "Mine.",
        "score": 1,
        "timestamp": 1746000000.5,
        "voters": {"bob": 1},
    }
    twice = older | {"trace_id": "aaaaaaaa_old/model_0e", "username": "old/model", "text": "A string."}
    store = json.dumps({"aaaaaaaa": [older, twice]}, indent=2)
    (tmp_path / "traces.json").write_text(store)
    (tmp_path / "older.json").write_text(json.dumps(OLDER, indent=indent))
    said = merge(tmp_path, "older.json")
    assert said.startswith("added 1 traces to 1 tasks")
    for reason in ("2 errors", "1 without a task_id", "1 already there"):
        assert reason in said
    before, same, new = merged(tmp_path)["aaaaaaaa"]
    assert (before, same) == (older, twice)
    assert (new["text"], new["username"], new["score"], new["voters"]) == ("A list.", "old/model", 0, {})
    (backup,) = backup_folder(tmp_path / "traces.json").iterdir()
    assert backup.read_text() == store


def test_older_lines_of_one_task_are_all_merged(tmp_path: Path) -> None:
    lines(tmp_path / "p.jsonl", *({"task_id": "t", "reasoning": text} for text in ("one", "two", "ERROR: x")))
    merge(tmp_path, "p.jsonl")
    assert [trace["text"] for trace in merged(tmp_path)["t"]] == ["one", "two"]
    assert {trace["username"] for trace in merged(tmp_path)["t"]} == {"unknown_model"}


def test_a_real_run_is_merged_and_its_verdicts_are_found_beside_it(tmp_path: Path) -> None:
    flags = ("--dataset", "arc1-training", "--task_ids", '["007bbfb7", "3c9b0459", "00d62c1b"]')
    assert run(GENERATE_CODE, *flags, "--output_directory", "o", cwd=tmp_path).returncode == 0
    assert "added 3 traces to 3 tasks" in merge(tmp_path, "o/code_data_results.jsonl")
    assert run(VERIFY, "o/code_data_results.jsonl", cwd=tmp_path).returncode == 0
    (tmp_path / "traces.json").unlink()
    merge(tmp_path, "o/code_data_results.jsonl", "--only_verified")
    for (trace,) in merged(tmp_path).values():
        assert trace["username"] == "OFFLINE"
        assert trace["verified"]["train_passed"] == trace["verified"]["train_total"] > 0
        assert "def solve_task" in trace["code"]


@pytest.mark.parametrize(
    ("argv", "code", "sentence"),
    [
        (["nothing.jsonl"], 2, "there is no file nothing.jsonl"),
        ([], 2, "the following arguments are required: results"),
        (["broken.jsonl"], 1, "line 2 of "),
        (["binary.jsonl"], 1, "binary.jsonl holds no results"),
        (["broken.json"], 1, "is neither a results file nor a snapshot"),
        (["."], 2, "there is no file ."),
    ],
)
def test_bad_input_is_one_sentence_and_touches_nothing(
    tmp_path: Path, argv: list[str], code: int, sentence: str
) -> None:
    (tmp_path / "broken.jsonl").write_text(json.dumps(CODE) + "\n{\n" + json.dumps(CODE) + "\n")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "binary.jsonl").write_bytes(b"\x00\xff\x80" * 100)
    said = merge(tmp_path, *argv, code=code)
    assert said.startswith("merge_reasoning.py: ")
    assert sentence in said
    assert said.count("\n") == 1
    assert not (tmp_path / "traces.json").exists()


def test_a_broken_store_is_never_overwritten(tmp_path: Path) -> None:
    lines(tmp_path / "r.jsonl", RUN, CODE)
    (tmp_path / "traces.json").write_text('{"aaaaaaaa": [{"text": "half')
    said = merge(tmp_path, "r.jsonl", code=1)
    assert "traces.json is broken" in said
    assert (tmp_path / "traces.json").read_text() == '{"aaaaaaaa": [{"text": "half'


def test_merges_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    for number in range(4):
        entries = [record(f"task{n}", reasoning=[f"{n} of {number}"]) for n in range(50)]
        lines(tmp_path / f"r{number}.jsonl", RUN, *entries)
    merges = [start(SCRIPT, f"r{n}.jsonl", "--traces_path", "traces.json", cwd=tmp_path) for n in range(4)]
    for process in merges:
        assert process.communicate(timeout=120)[1] == ""
    texts = {trace["text"] for traces in merged(tmp_path).values() for trace in traces}
    assert texts == {f"{n} of {number}" for n in range(50) for number in range(4)}


def test_a_merge_that_is_killed_at_any_moment_leaves_the_whole_old_or_new_file(tmp_path: Path) -> None:
    entries = [record(f"task{n}", reasoning=[f"text {n} " * 50]) for n in range(2000)]
    lines(tmp_path / "r.jsonl", RUN, *entries)
    (tmp_path / "traces.json").write_text(json.dumps({"old": [{"trace_id": "x", "text": "kept"}]}))
    for delay in (0.05, 0.15, 0.2, 0.25, 0.3, 0.35):
        process = start(SCRIPT, "r.jsonl", "--traces_path", "traces.json", cwd=tmp_path)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        content = merged(tmp_path)
        assert content["old"][0]["text"] == "kept"
        assert len(content) in (1, 2001)
    merge(tmp_path, "r.jsonl")
    assert len(merged(tmp_path)) == 2001
    assert not list(tmp_path.glob(".*.tmp"))


def test_only_verified_says_why_others_are_not(tmp_path: Path) -> None:
    refined = CODE | {"refinements": [[{"reasoning": "Better.", "error": None}], [], [], []]}
    secret = PAIRS | {"test": [{"input": [[3]], "output": None}]}
    unknown = record("bbbbbbbb", reasoning=["r"], python_code=["p"], task_data=secret, train_success=[True])
    lines(tmp_path / "r.jsonl", RUN, refined, unknown)
    said = merge(tmp_path, "r.jsonl", "--only_verified")
    for reason in ("1 replaced by a follow-up", "1 not right", "1 errors", "1 test outputs secret"):
        assert reason in said
    assert "not verified yet" not in said
