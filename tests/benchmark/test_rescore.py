"""`--rescore`: stored replies are enough to score again, whatever the verdicts beside them say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmark.harness import RIGHT, WRONG, Bench, Body, benchmarking, follow_ups, task, write_tasks
from tests.scripts import CODE_BENCHMARK, DIRECT_BENCHMARK, GENERATE_CODE, ROOT, environment, run
from utilities.data_loader import Pair
from utilities.record_reader import current_results

TESTS = (Pair([[5]], [[5]]), Pair([[6]], [[6]]))
VOLATILE = {"verification_time_seconds"}


def steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: steady(inner) for name, inner in value.items() if name not in VOLATILE}
    return [steady(inner) for inner in value] if isinstance(value, list) else value


def forged(bench: Bench) -> None:
    """Every verdict in the file turned round."""
    text = bench.results.read_text()
    for name in ("train_success", "verification_success", "correct"):
        text = text.replace(f'"{name}":[true', f'"{name}":[false')
    for before, after in (
        (":[[[[", ":[[[[1],["),
        ('"Passed"', '"wrong_cells"'),
        ('"task_score":1.0', '"task_score":0.0'),
    ):
        text = text.replace(before, after)
    bench.results.write_text(text)


def code_answer(body: Body) -> str:
    return RIGHT if body["seed"] == 2 or follow_ups(body) else WRONG


def rescored(bench: Bench, *flags: str) -> tuple[list[dict[str, Any]], subprocess.CompletedProcess[str]]:
    done = run(bench.script, "--rescore", str(bench.results), *flags, cwd=bench.folder)
    assert done.returncode == 0, done.stderr
    return list(current_results(bench.results.with_suffix(".rescored.jsonl"))), done


@pytest.mark.parametrize("flags", [(), ("--refine", "2"), ("--best_of", "3", "--stop_when_agreed", "1")])
def test_programs_are_run_again_from_their_replies(tmp_path: Path, flags: tuple[str, ...]) -> None:
    tasks = [task(f"task{number:04d}", TESTS, number) for number in range(3)]
    dataset = write_tasks(tmp_path / "tasks.jsonl", *tasks)
    with benchmarking(CODE_BENCHMARK, tmp_path, code_answer) as bench:
        bench.run("--dataset", str(dataset), "--best_of", "2", *flags, "--submission", "s.json")
        before, metadata = bench.records(), bench.metadata()
        forged(bench)
    dataset.unlink()
    after, done = rescored(bench, "--submission", "again.json")
    assert steady(after) == steady(before)
    last = json.loads(bench.results.with_suffix(".rescored.jsonl").read_text().splitlines()[-1])
    assert last["scores"] == metadata["scores"] and last["solved_task_ids"] == metadata["solved_task_ids"]
    assert (tmp_path / "again.json").read_text() == (tmp_path / "s.json").read_text()
    assert "3 of 3 tasks solved" in done.stdout


def test_grids_are_read_again_from_their_replies(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=TESTS))
    with benchmarking(DIRECT_BENCHMARK, tmp_path, lambda body: f"[[{body['seed'] + 4}]]") as bench:
        bench.run("--dataset", str(dataset), "--best_of", "2")
        before = bench.records()
        forged(bench)
        assert bench.records() != before
    after, done = rescored(bench)
    assert after == before
    assert "1 of 1 tasks solved" in done.stdout


def test_a_killed_run_counts_what_it_was_asked_for(tmp_path: Path) -> None:
    tasks = [task(f"task{number:04d}", TESTS, number) for number in range(4)]
    dataset = write_tasks(tmp_path / "tasks.jsonl", *tasks)
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        bench.run("--dataset", str(dataset))
    lines = bench.results.read_text().splitlines()
    bench.results.write_text("\n".join(lines[:3]) + "\n")  # the run line and two results
    after, done = rescored(bench)
    assert len(after) == 2
    assert "50.0%" in done.stdout and "2 of 4 tasks solved" in done.stdout


def test_snapshots_and_generated_code_can_be_scored_too(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=TESTS))
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        bench.run("--dataset", str(dataset))
        (snapshot,) = bench.out.glob("*.json")
        done = run(CODE_BENCHMARK, "--rescore", str(snapshot), "--output_directory", "there", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        (record,) = current_results(tmp_path / "there" / f"{snapshot.stem}.rescored.jsonl")
        assert record["task_score"] == 1.0
        generator = Bench(GENERATE_CODE, tmp_path, bench.server, [])
        generator.run("--dataset", str(dataset))
    generated = bench.out / "code_data_results.jsonl"
    done = run(CODE_BENCHMARK, "--rescore", str(generated), cwd=tmp_path)
    assert "1 of 1 tasks solved" in done.stdout


def test_results_of_the_other_benchmark_are_refused(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=TESTS))
    for script, other in ((CODE_BENCHMARK, DIRECT_BENCHMARK), (DIRECT_BENCHMARK, CODE_BENCHMARK)):
        with benchmarking(script, tmp_path, lambda _: RIGHT) as bench:
            bench.run("--dataset", str(dataset))
        done = run(other, "--rescore", str(bench.results), cwd=tmp_path)
        assert done.returncode == 1 and "the other benchmark" in done.stderr
        assert not list(bench.out.glob("*rescored*json*"))


def test_no_network_is_needed(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=TESTS))
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        bench.run("--dataset", str(dataset))
    code = "import runpy, sys; sys.modules['aiohttp'] = None; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    program = [sys.executable, "-c", code, str(ROOT / CODE_BENCHMARK), "--rescore", str(bench.results)]
    done = subprocess.run(program, capture_output=True, text=True, env=environment(), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_submission_never_overwrites_what_it_is_made_from(tmp_path: Path) -> None:
    dataset = write_tasks(tmp_path / "tasks.jsonl", task(tests=TESTS))
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        bench.run("--dataset", str(dataset))
    kept = {path: path.read_bytes() for path in (dataset, bench.results)}
    for path in (*kept, bench.results.with_suffix(".rescored.jsonl")):
        done = run(CODE_BENCHMARK, "--rescore", str(bench.results), "--submission", str(path), cwd=tmp_path)
        assert done.returncode == 2 and "--submission" in done.stderr, done.stderr
    assert {path: path.read_bytes() for path in kept} == kept
    assert not list(bench.out.glob("*rescored.jsonl"))


def interrupted(bench: Bench, dataset: Path) -> Path:
    """A snapshot of a run over the tasks of `dataset` whose last two have no result; the results file lacks them too."""
    bench.run("--dataset", str(dataset))
    (snapshot,) = bench.out.glob("*.json")
    run_line, *results, metadata = bench.results.read_text().splitlines()
    bench.results.write_text("\n".join([run_line, *results[:-2], metadata]) + "\n")
    content = json.loads(snapshot.read_text())
    snapshot.write_text(json.dumps(content | {"results": content["results"][:-2]}))
    return snapshot


def test_a_submission_of_an_incomplete_run_has_its_missing_tasks(tmp_path: Path) -> None:
    tasks = [task(f"task{number:04d}", TESTS, number) for number in range(4)]
    dataset = write_tasks(tmp_path / "tasks.jsonl", *tasks)
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        snapshot = interrupted(bench, dataset)
    empty = [{"attempt_1": [[0]], "attempt_2": [[0]]}] * len(TESTS)
    for source in (bench.results, snapshot):
        flags = ("--rescore", str(source), "--submission", "s.json", "--output_directory", "there")
        done = run(CODE_BENCHMARK, *flags, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        submission = json.loads((tmp_path / "s.json").read_text())
        assert len(submission) == 4 and list(submission.values()).count(empty) == 2


def test_missing_tasks_that_cannot_be_read_are_told_of(tmp_path: Path) -> None:
    tasks = [task(f"task{number:04d}", TESTS, number) for number in range(4)]
    dataset = write_tasks(tmp_path / "tasks.jsonl", *tasks)
    with benchmarking(CODE_BENCHMARK, tmp_path, lambda _: RIGHT) as bench:
        interrupted(bench, dataset)
    write_tasks(dataset, *tasks[1:])
    _, done = rescored(bench, "--submission", "s.json")
    assert len(json.loads((tmp_path / "s.json").read_text())) == 2
    assert "warning: 2 tasks of run" in done.stderr and "left out of the submission" in done.stderr
