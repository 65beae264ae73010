"""verify_generated_code.py as a user runs it: verdicts, order, resuming, tables, wrong usage."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.conftest import make_task
from tests.scripts import VERIFY, run
from utilities.model_utils import Reply
from utilities.record_reader import current_results
from utilities.records import Attempt, CodeResultLine, ErrorInfo, attempt_fields
from utilities.results import AppendFile

RIGHT = "def solve_task(grid):\n    return grid\n"
ADDED = (
    "train_success",
    "verification_success",
    "verification_reason",
    "verification_time_seconds",
    "test_outputs",
    "stdout",
    "sandbox",
    "hard_coded",
)


def result(number: int, programs: list[str | None], run_id: str = "run1", **changes: Any) -> dict[str, Any]:
    """A code result line of task `number`, whose rule is to keep the grid."""
    task = make_task(f"task{number:04d}", number)
    attempts = [
        Attempt((), Reply("text", finish_reason="stop"))
        if program != "error"
        else Attempt((), error=ErrorInfo("timeout", "silent"))
        for program in programs
    ]
    line = CodeResultLine(
        run_id=run_id,
        task_id=task.task_id,
        version=0,
        timestamp="2026-01-01T00:00:00+00:00",
        task_data=task.pairs,
        best_of=len(programs),
        reasoning=[None] * len(programs),
        python_code=[None if program == "error" else program for program in programs],
        **attempt_fields(attempts),
    )
    record: dict[str, Any] = json.loads(msgspec.json.encode(line))
    return record | changes


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def verify(path: Path, *flags: str) -> tuple[int, str, str, list[dict[str, Any]]]:
    """(exit code, stdout, stderr, verified records)."""
    done = run(VERIFY, str(path), "--output_directory", str(path.parent), *flags, cwd=path.parent)
    verified = path.with_name(f"{path.stem}.verified.jsonl")
    records = [json.loads(line) for line in verified.read_text().splitlines()] if verified.exists() else []
    return done.returncode, done.stdout, done.stderr, records


def test_every_attempt_gets_its_verdict(tmp_path: Path) -> None:
    programs = {
        "Passed": RIGHT,
        "wrong_cells": "def solve_task(grid):\n    return [[0] * len(row) for row in grid]",
        "wrong_shape": "def solve_task(grid):\n    return grid + grid",
        "syntax_error": "def solve_task(grid) return grid",
        "no_solve_task": "def other(grid):\n    return grid",
        "exception": "def solve_task(grid):\n    return 1 // 0",
        "bad_output": "def solve_task(grid):\n    return [[77]]",
        "timeout": "def solve_task(grid):\n    while True: pass",
    }
    path = write(tmp_path / "results.jsonl", result(1, [*programs.values(), None, "error"]))
    code, stdout, stderr, (record,) = verify(path, "--exec_timeout", "1")
    assert code == 0, stderr
    assert all(len(record[name]) == 10 for name in ADDED)
    classes = [reason.partition(":")[0] for reason in record["verification_reason"]]
    assert classes == [*programs, "no_answer", "api_error"]
    assert record["verification_success"] == [True] + [False] * 9
    assert record["train_success"] == [True] + [False] * 9
    assert record["test_outputs"][0] == [[[5]]] and record["test_outputs"][-1] == [None]
    assert "verified 1 of 1 tasks" in stdout
    for header in ("task", "attempt", "passed train", "passed test"):
        assert header in stdout


def test_what_the_record_held_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "results.jsonl", result(1, [RIGHT], unheard_of={"a": [1]}))
    *_, (record,) = verify(path)
    given = json.loads(path.read_text())
    assert {name: record[name] for name in given} == given


def test_programs_that_carry_a_train_output_are_marked(tmp_path: Path) -> None:
    record = result(1, [RIGHT])
    output = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 1, 2, 3]]
    record["task_data"]["train"] = [{"input": [[1]], "output": output}]
    copied = f"def solve_task(grid):\n    return {output} if grid == [[1]] else grid\n"
    record["python_code"] = [copied]
    _, stdout, _, (verified,) = verify(write(tmp_path / "results.jsonl", record))
    assert (verified["hard_coded"], verified["verification_success"]) == ([True], [True])
    assert "(hard-coded)" in stdout


def test_the_output_keeps_the_order_of_the_results(tmp_path: Path) -> None:
    slow = "import time\ndef solve_task(grid):\n    time.sleep(0.3)\n    return grid"
    path = write(tmp_path / "results.jsonl", *(result(n, [slow if n % 5 == 0 else RIGHT]) for n in range(20)))
    *_, records = verify(path)
    assert [record["task_id"] for record in records] == [f"task{number:04d}" for number in range(20)]


def test_verifying_again_runs_only_what_is_new(tmp_path: Path) -> None:
    path = write(tmp_path / "results.jsonl", result(1, [RIGHT]))
    *_, first = verify(path)
    write(path, result(1, [RIGHT]), result(2, [RIGHT]), result(1, [RIGHT], run_id="run2"))
    _, stdout, _, records = verify(path)
    assert records[0] == first[0]  # its time too: it was not run again
    assert [(record["run_id"], record["task_id"]) for record in records[1:]] == [
        ("run1", "task0002"),
        ("run2", "task0001"),
    ]
    assert "verified 1 of 1 tasks in the last run" in stdout


def test_a_changed_program_is_verified_anew(tmp_path: Path) -> None:
    path = write(tmp_path / "results.jsonl", result(1, [RIGHT]))
    verify(path)
    write(path, result(1, ["def solve_task(grid):\n    return [[0]]"]))
    _, stdout, _, _ = verify(path)
    assert "verified 0 of 1 tasks" in stdout


def test_again_verifies_everything_with_the_new_settings(tmp_path: Path) -> None:
    slow = "import time\ndef solve_task(grid):\n    time.sleep(0.3)\n    return grid"
    path = write(tmp_path / "results.jsonl", result(1, [slow]))
    *_, (record,) = verify(path, "--exec_timeout", "0.2")
    assert record["verification_reason"][0].startswith("timeout")
    _, stdout, stderr, (record,) = verify(path, "--exec_timeout", "20")
    assert "--again" in stderr and "verified 0 of 1 tasks" in stdout
    *_, (record,) = verify(path, "--exec_timeout", "20", "--again")
    assert record["verification_success"] == [True]


def test_again_leaves_the_verdicts_on_another_file_in_the_same_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        path = write(tmp_path / name / "results.jsonl", {**result(1, [RIGHT]), "run_id": name})
        for flags in ((), ("--again",)):
            done = run(VERIFY, str(path), "--output_directory", str(tmp_path / "v"), *flags, cwd=tmp_path)
            assert done.returncode == 0, done.stderr
    kept = list(current_results(tmp_path / "v" / "results.verified.jsonl"))
    assert [record["run_id"] for record in kept] == ["one", "two"]


def test_a_failure_of_the_sandbox_is_run_again(tmp_path: Path) -> None:
    path = write(tmp_path / "results.jsonl", result(1, [RIGHT]))
    *_, (record,) = verify(path)
    record |= {"verification_success": [None], "verification_reason": ["sandbox_error: train pair 1: lost"]}
    (tmp_path / "results.verified.jsonl").write_text(json.dumps(record) + "\n")
    _, stdout, _, _ = verify(path)
    assert "verified 1 of 1 tasks" in stdout


@pytest.mark.parametrize("run_id", ["run1", ""])
@pytest.mark.parametrize(
    "changes",
    [{"verification_reason": None}, {"verification_reason": [None]}, {"verification_reason": 5}, {"hard_coded": []}],
)  # fmt: skip
def test_a_record_without_verdicts_is_verified(tmp_path: Path, changes: dict[str, Any], run_id: str) -> None:
    path = write(tmp_path / "results.jsonl", result(1, [RIGHT], run_id))
    *_, (record,) = verify(path)
    (tmp_path / "results.verified.jsonl").write_text(json.dumps(record | changes) + "\n")
    code, stdout, stderr, records = verify(path)
    assert (code, "Traceback" in stderr, len(records)) == (0, False, 2), stderr
    assert "verified 1 of 1 tasks" in stdout
    assert ("1 results in" in stderr) == (not run_id)  # with an id, the verdicts have taken its place


def test_half_a_surrogate_pair_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    good = json.dumps(result(1, [RIGHT])) + "\n"
    path.write_text(good + json.dumps(result(2, [], python_code=["x = 1 # \ud800"])) + "\n")
    code, _, stderr, _ = verify(path)
    assert code == 1 and len(stderr.strip().splitlines()) == 1
    assert "line 2 of" in stderr and "\\ud800 is half of a surrogate pair" in stderr and "column" in stderr


def test_what_programs_and_files_say_is_shown_as_text(tmp_path: Path) -> None:
    program = "def solve_task(grid):\n    raise ValueError('[/b] [list] x\\n\\x1b[2Jverified 9 of 9 tasks')"
    path = write(
        tmp_path / "results.jsonl", result(1, [program]) | {"task_id": "[b]t[/x]", "run_id": "[red]r"}
    )
    code, stdout, stderr, _ = verify(path)
    assert code == 0, stderr
    assert "[/b] [list] x" in stdout and "[b]t[/x]" in stdout and "[red]r" in stdout
    assert "\x1b" not in stdout
    assert [line for line in stdout.splitlines() if line.startswith("verified")] == ["verified 0 of 1 tasks"]


def test_of_several_results_of_one_task_the_last_counts(tmp_path: Path) -> None:
    wrong = result(1, ["def solve_task(grid):\n    return [[0]]"], timestamp="later")
    path = write(tmp_path / "results.jsonl", result(1, [RIGHT]), result(2, [RIGHT]), wrong)
    _, stdout, _, records = verify(path)
    assert "verified 1 of 2 tasks" in stdout
    assert len(records) == 2


def test_a_refused_file_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("# no results\n")
    assert verify(path)[0] == 1
    assert [left.name for left in tmp_path.iterdir()] == ["notes.md"]


def test_a_torn_output_is_mended_and_completed(tmp_path: Path) -> None:
    path = write(tmp_path / "results.jsonl", *(result(number, [RIGHT]) for number in range(5)))
    verify(path)
    verified = tmp_path / "results.verified.jsonl"
    verified.write_bytes(verified.read_bytes()[:-30])
    code, _, stderr, records = verify(path)
    assert (code, [record["task_id"] for record in records]) == (
        0,
        [f"task{number:04d}" for number in range(5)],
    )
    assert "torn" in stderr


def test_a_superseded_result_is_not_verified(tmp_path: Path) -> None:
    path = write(tmp_path / "results.jsonl", result(1, ["error"]), result(1, [RIGHT], timestamp="later"))
    *_, records = verify(path)
    assert [record["verification_success"] for record in records] == [[True]]


def test_snapshots_and_older_records_are_read(tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot.json"
    old = result(2, [RIGHT]) | {"python_code": RIGHT, "reasoning": "one string"}
    silent = result(3, [None]) | {"python_code": None}
    del old["version"], old["entry_type"], old["run_id"]
    snapshot.write_text(
        json.dumps(
            {
                "metadata": {"run_id": "run1", "model_identifier": "CODER"},
                "results": [result(1, [RIGHT]), old, silent],
            },
            indent=1,
        )
    )
    code, stdout, stderr, records = verify(snapshot)
    assert code == 0, stderr
    assert [record["verification_success"] for record in records] == [[True], [True], [False]]
    assert records[2]["verification_reason"] == ["no_answer: the reply holds no program"]
    assert "CODER" in stdout


def test_tasks_with_secret_outputs_have_no_verdict_on_test(tmp_path: Path) -> None:
    record = result(1, [RIGHT])
    record["task_data"]["test"][0]["output"] = None
    code, stdout, stderr, (verified,) = verify(write(tmp_path / "results.jsonl", record))
    assert code == 0, stderr
    assert (verified["train_success"], verified["verification_success"]) == ([True], [None])
    assert verified["test_outputs"] == [[[[5]]]]
    assert "unknown" in stdout


@pytest.mark.parametrize(
    ("content", "code", "wanted"),
    [
        ("{broken\n", 1, "line 1"),
        ('{"entry_type": "result", "task_id": "x"}\n', 1, "cannot be verified"),
        (
            '{"task_id": "x", "python_code": [5], "task_data": {"train": [], "test": []}}\n',
            1,
            "cannot be verified",
        ),
        ('{"task_id": "x", "python_code": ["a"], "task_data": 5}\n', 1, "cannot be verified"),
        ('{"python_code": ["a"], "task_data": {"train": [], "test": []}}\n', 1, "cannot be verified"),
        ('{"entry_type": "metadata", "run_id": "x"}\n', 1, "holds no results"),
        (None, 2, "there is no file"),
    ],
)
def test_wrong_files_get_one_sentence(tmp_path: Path, content: str | None, code: int, wanted: str) -> None:
    path = tmp_path / "results.jsonl"
    if content is not None:
        path.write_text(content)
    returncode, _, stderr, _ = verify(path)
    assert returncode == code
    assert wanted in stderr and str(path) in stderr
    assert len(stderr.strip().splitlines()) == 1, stderr
    assert not path.with_suffix(".verified.jsonl").exists()


def test_verdicts_before_a_broken_result_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "results.jsonl", result(1, [RIGHT]), {"task_id": "x", "python_code": [5]})
    returncode, _, stderr, (verified,) = verify(path)
    assert returncode == 1 and verified["train_success"] == [True]
    assert str(path) in stderr and "verdicts before it are in" in stderr
    write(path, result(1, [RIGHT]), result(2, [RIGHT]))
    returncode, _, stderr, records = verify(path)
    assert returncode == 0 and len(records) == 2
    assert "1 results were verified before" in stderr


def test_the_older_spelling_of_the_argument(tmp_path: Path) -> None:
    path = write(tmp_path / "results.jsonl", result(1, [RIGHT]))
    done = run(VERIFY, "--results_file", str(path), "--output_directory", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list(current_results(tmp_path / "results.verified.jsonl"))) == 1


def test_several_files_and_patterns_are_verified_each_into_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    write(tmp_path / "a.jsonl", result(1, [RIGHT]))
    write(tmp_path / "b.jsonl", result(2, [RIGHT]), result(3, ["x"]))
    write(tmp_path / "more" / "c.jsonl", result(4, [RIGHT]))
    for name in ("a.attempts.jsonl", "old.verified.jsonl"):
        (tmp_path / name).write_text("not looked at\n")
    for _ in range(2):  # the second time beside the files of verdicts
        done = run(VERIFY, "a.jsonl", "**/*.jsonl", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    for stem, count in (("a", 1), ("b", 2), ("more/c", 1)):
        assert len(list(current_results(tmp_path / f"{stem}.verified.jsonl"))) == count
    assert done.stdout.count("verdicts: ") == 3


def test_a_parquet_of_results_is_verified(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is optional and not installed")
    import pyarrow

    # Parquet cannot hold an empty object,
    # and a table takes its columns from its first row.
    records = [
        result(number, [RIGHT, None], provider=[None, None]) | {"config": None} for number in range(200)
    ]
    records.append({"entry_type": "run", "run_id": "run1", "config": {"model_identifier": "CODER"}})
    parquet.write_table(pyarrow.Table.from_pylist(records), tmp_path / "nested.parquet")
    flat = [record | {"task_data": json.dumps(record["task_data"])} for record in records[:3]]
    parquet.write_table(pyarrow.Table.from_pylist(flat), tmp_path / "flat.parquet")
    done = run(VERIFY, "*.parquet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "verified 200 of 200 tasks" in done.stdout and "verified 3 of 3 tasks" in done.stdout
    assert "CODER" in done.stdout


def test_a_file_that_is_no_parquet_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is optional and not installed")
    (tmp_path / "results.parquet").write_text("not Parquet")
    done = run(VERIFY, "results.parquet", cwd=tmp_path)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert "cannot be read as Parquet" in done.stderr


def test_two_files_whose_verdicts_would_go_to_one_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "results.jsonl", result(1, [RIGHT]))
    done = run(VERIFY, "*/results.jsonl", "--output_directory", str(tmp_path / "out"), cwd=tmp_path)
    assert (done.returncode, "would both go to" in done.stderr) == (2, True)


@pytest.mark.parametrize("flags", [["--sandbox", "nothing"], ["--executor", "cloud"]])
def test_unknown_sandboxes_and_executors_are_wrong_usage(tmp_path: Path, flags: list[str]) -> None:
    code, _, stderr, _ = verify(write(tmp_path / "results.jsonl", result(1, [RIGHT])), *flags)
    assert code == 2
    assert len(stderr.strip().splitlines()) == 1


def test_an_unwritable_result_is_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "results.jsonl", result(1, [RIGHT]))
    done = run(VERIFY, str(path), "--output_directory", str(path / "sub"), cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_second_verification_of_the_same_file_is_refused(tmp_path: Path) -> None:
    from utilities.results import RunLock

    path = write(tmp_path / "results.jsonl", result(1, [RIGHT]))
    lock = RunLock(tmp_path / "results.verified.jsonl")
    code, _, stderr, _ = verify(path)
    lock.close()
    assert (code, "is being written by another" in stderr) == (1, True)


def test_lines_are_appended_whole(tmp_path: Path) -> None:
    file = AppendFile(tmp_path / "file.jsonl")
    assert [file.append({"a": 1}), file.append({"a": 2})] == [0, 8]
    assert file.read(8) == b'{"a":2}'
    file.close()
