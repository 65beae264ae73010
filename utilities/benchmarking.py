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
from utilities.rescoring import LastRun, Rescored, rescore
from utilities.results import journal_path
from utilities.run_setup import Job, prepare, tasks_of_run
from utilities.runner import run_prepared
from utilities.scoring import TaskResult, judge, write_submission
from utilities.tasks import Task
from utilities.terminal import show, warn


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
        results = _results_and_missing(setup.results, setup.run.run_id, setup.selection)
        _submit(Path(submission), results, setup.results)
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


def _results_and_missing(path: Path, run_id: str, asked: Iterable[Task]) -> Iterator[TaskResult]:
    """Every result of a run, and the tasks asked for that have none, with empty grids."""
    there = set()
    for result in (judge(record) for record in current_results(path) if record.get("run_id", "") == run_id):
        there.add((result.task_id, result.version))
        yield result
    for task in asked:
        if task.key not in there:
            yield judge(_empty(task))


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
    show(f"submission: {path} ({count} tasks)")


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
    run = rescore(config, rescored, at_once(config))
    if config.submission:
        beside = Path(config.rescore).resolve().with_name(job.results.name)
        results = _results_and_missing(run.file, run.run_id, _asked(run, beside))
        _submit(Path(config.submission), results, run.file)
    return 0


def _asked(run: LastRun, beside: Path) -> Iterable[Task]:
    """The tasks of a rescored run, when some have no result; none, with a warning, when they cannot be read.

    `beside`: the results file that a snapshot was made of says more about its run.
    """
    if not run.missing:
        return ()
    tasks = tasks_of_run(run.file, run.run_id) or tasks_of_run(beside, run.run_id)
    if tasks is None:
        warn(
            f"{run.missing} tasks of run {run.run_id or '-'} have no result and are left out of the submission, "
            "as the dataset of the run cannot be read, or has changed"
        )
    return tasks or ()
