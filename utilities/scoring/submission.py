"""The submission file of ARC Prize on Kaggle: `{task_id: [{"attempt_1": grid, "attempt_2": grid}, ...]}`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from utilities.files import write_atomically
from utilities.scoring.choice import FILLER, Submission
from utilities.scoring.judging import TaskResult


def submission_key(task_id: str, version: int) -> str:
    """The task's name in a submission: its id; a signed variation, which Kaggle does not have, `<id>_v<version>`."""
    return f"{task_id}_v{version}" if version else task_id


def submission_entry(submission: Submission) -> list[dict[str, list[list[int]]]]:
    """What a submission file holds for a task: the two grids per test input, FILLER where there is none."""
    return [
        {name: FILLER if grids[name] is None else grids[name] for name in ("attempt_1", "attempt_2")}  # type: ignore[misc]
        for grids in submission
    ]


def write_submission(path: Path, results: Iterable[TaskResult]) -> int:
    """Write the tasks of one run (each once) to `path`, whole or not at all; returns how many. Raises OSError."""
    written = 0

    def counted() -> Iterator[TaskResult]:
        nonlocal written
        for result in results:
            written += 1
            yield result

    write_atomically(path, _chunks(counted()))
    return written


def _chunks(results: Iterable[TaskResult]) -> Iterator[bytes]:
    separator = b"{\n"
    for result in results:
        name = msgspec.json.encode(submission_key(result.task_id, result.version))
        yield separator + name + b": " + msgspec.json.encode(submission_entry(result.submission))
        separator = b",\n"
    yield b"{}\n" if separator == b"{\n" else b"\n}\n"
