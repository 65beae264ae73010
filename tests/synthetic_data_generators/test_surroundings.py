"""What is around a run may break (its terminal, pipes, disk, limits): answers and exit codes must not suffer from it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TasksFile
from tests.fault_server import FaultServer, serving
from tests.scripts import DIRECT_BENCHMARK, GENERATE_CODE, ROOT, environment, run_on_small_disk, wait_for


def command(script: str, server: FaultServer, dataset: Path, out: Path, *flags: str) -> list[str]:
    model = ("--model_identifier", "local:any", "--base_url", server.base_url)
    places = ("--dataset", str(dataset), "--output_directory", str(out))
    return [sys.executable, str(ROOT / script), *model, *places, *flags]


def metadata(out: Path) -> dict[str, Any]:
    (results,) = out.glob("*_results.jsonl")
    last: dict[str, Any] = json.loads(results.read_text().splitlines()[-1])
    return last


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_an_interrupt_ends_in_order_though_nobody_reads_any_more(
    tmp_path: Path, tasks_file: TasksFile, stream: str
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writer}
    with serving(script=["ok"] * 4 + ["hang"] * 50) as server:
        process = subprocess.Popen(
            command(GENERATE_CODE, server, tasks_file(20), tmp_path), env=environment(), **streams
        )
        os.close(writer)
        wait_for(lambda: server.outcomes().count("answered") == 4 and len(server.log) >= 9)
        asked = len(server.log)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 130
        assert len(server.log) == asked
    assert (metadata(tmp_path)["status"], metadata(tmp_path)["tasks_finished"]) == ("interrupted", 4)


def test_progress_that_cannot_be_written_costs_no_answer(tmp_path: Path, tasks_file: TasksFile) -> None:
    with serving() as server, Path("/dev/full").open("w") as full:
        code = subprocess.run(
            command(GENERATE_CODE, server, tasks_file(12), tmp_path), env=environment(), stderr=full
        ).returncode
    assert code == 0
    assert metadata(tmp_path)["attempts_answered"] == 12


def test_a_reader_of_the_summary_that_has_gone_costs_no_submission(
    tmp_path: Path, tasks_file: TasksFile
) -> None:
    with serving(text="```json\n[[1]]\n```") as server:
        flags = ("--submission", str(tmp_path / "submission.json"))
        line = command(DIRECT_BENCHMARK, server, tasks_file(3), tmp_path / "out", *flags)
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(line, env=environment(), stdout=writer, stderr=subprocess.PIPE, text=True)
        os.close(writer)
    assert done.returncode == 0, done.stderr
    assert len(json.loads((tmp_path / "submission.json").read_text())) == 3


def test_a_disk_too_full_for_the_snapshot_is_told_also_when_the_run_stopped_for_its_cost(
    tmp_path: Path, tasks_file: TasksFile
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with serving() as server:
        flags = ("--max_cost", "0.0205", "--max_concurrent_tasks", "1")
        line = command(GENERATE_CODE, server, tasks_file(60), disk, *flags)
        done = run_on_small_disk(disk, "64k", " ".join(line))
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert done.stderr.count("No space left") == 1 and "--resume" in done.stderr


def test_the_limit_of_open_files_is_raised_or_said(tmp_path: Path, tasks_file: TasksFile) -> None:
    with serving() as server:
        line = " ".join(
            command(GENERATE_CODE, server, tasks_file(3), tmp_path, "--max_concurrent_tasks", "100")
        )
        for kind, code in (("-Sn", 0), ("-n", 2)):
            done = subprocess.run(
                ["sh", "-c", f"ulimit {kind} 90 && exec {line}"],
                env=environment(),
                capture_output=True,
                text=True,
            )
            assert done.returncode == code, done.stderr
    assert "--max_concurrent_tasks needs 164 open files" in done.stderr
