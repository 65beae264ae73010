"""What both benchmarks do around the run loop: their flags, the submission file, and `--rescore`.

Not here: asking and judging (benchmark/), scoring (scoring/), reading stored replies anew (rescoring.py).
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utilities.command_line import parse_given
from utilities.config import RunConfig, RunFailed, UsageError, check_executor, setting
from utilities.outputs import check_outputs
from utilities.record_reader import current_results
from utilities.rescoring import Rescored, rescore
from utilities.results import journal_path
from utilities.run_setup import Job, Setup, prepare
from utilities.runner import run_prepared
from utilities.scoring import TaskResult, judge, write_submission
from utilities.tasks import Task


def output_file(text: str) -> str:
    """A file to write, as an absolute path. Raises UsageError when it cannot be one."""
    path = Path(text).resolve()
    if not text or path.is_dir():
        raise UsageError(f"{text!r} is not the name of a file such as submission.json")
    return str(path)


@dataclass(frozen=True, kw_only=True)
class BenchmarkConfig(RunConfig):
    """What a benchmark can be told."""

    submission: str | None = setting(
        None,
        "also write the two grids per test input there, as ARC Prize wants them on Kaggle",
        type=output_file,
    )
    rescore: str | None = setting(
        None, "a results .jsonl or a snapshot .json: read and score its stored replies anew, without a model"
    )


def run_benchmark(
    job: Job,
    rescored: Rescored,
    argv: Sequence[str] | None = None,
    at_once: Callable[[Any], int] = lambda config: 1,
) -> int:
    """Run a benchmark from its command line; returns the exit code.

    `rescored` makes a result anew from its stored replies, `at_once(config)` of them at a time. Raises UsageError,
    RunFailed and OSError.
    """
    given = parse_given(job.config, argv, job.description, job.example)
    if "rescore" in given:
        return _rescore(job, given, rescored, at_once)
    setup = prepare(job, argv)
    submission = None if setup.config.dry_run else setup.config.submission
    if submission:
        kept = (setup.results, journal_path(setup.results), setup.log, *setup.selection.files)
        check_outputs({"--submission": submission}, kept)
        _check_writable(Path(submission))
    code = run_prepared(setup)
    if submission:
        _submit(Path(submission), _results_and_missing(setup), setup.results)
    return code


# --- the submission file ---------------------------------------------------------------------------------------------


def _check_writable(path: Path) -> None:
    """Raises UsageError before anything is paid for when there can be no file `path`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise UsageError(
            f"cannot write {path} ({error.strerror}): choose another file for --submission"
        ) from None


def _results_and_missing(setup: Setup) -> Iterator[TaskResult]:
    """Every task that the run was asked for, with empty grids where it has no result."""
    there = set()
    for result in _results(setup.results, setup.run.run_id):
        there.add((result.task_id, result.version))
        yield result
    for task in setup.selection:
        if task.key not in there:
            yield judge(_empty(task))


def _results(path: Path, run_id: str) -> Iterator[TaskResult]:
    return (judge(record) for record in current_results(path) if record.get("run_id", "") == run_id)


def _empty(task: Task) -> dict[str, Any]:
    return {"task_id": task.task_id, "version": task.version, "task_data": task.pairs, "answers": []}


def _submit(path: Path, tasks: Iterable[TaskResult], results: Path) -> None:
    try:
        count = write_submission(path, tasks)
    except OSError as error:
        raise RunFailed(
            f"cannot write the submission {path} ({error.strerror}); the results are safe: make room and write it from "
            f"them with --rescore {results} --submission {path}"
        ) from None
    print(f"submission: {path} ({count} tasks)")


# --- rescoring -------------------------------------------------------------------------------------------------------

_OF_RESCORING = {
    *("rescore", "submission", "output_directory", "exec_timeout", "exec_memory_mb", "sandbox"),
    *("executor", "ray_address"),
}


def _rescore(job: Job, given: dict[str, Any], rescored: Rescored, at_once: Callable[[Any], int]) -> int:
    if others := sorted(given.keys() - _OF_RESCORING):
        raise UsageError(
            f"--rescore reads stored replies and asks no model: leave out {', '.join('--' + name for name in others)}"
        )
    config: Any = job.config(**given)
    check_executor(config.executor, config.ray_address)
    job.check(config)
    if config.submission:
        _check_writable(Path(config.submission))
    last_run, output = rescore(config, rescored, at_once(config))
    if config.submission:
        _submit(Path(config.submission), _results(output, last_run), output)
    return 0
