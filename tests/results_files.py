"""Results files of small runs, as other tests need them: one run line, results, one metadata line."""

import json
from pathlib import Path
from typing import Any

from tests.utilities.scoring.records import code_record, direct_record
from utilities.records import Record

RIGHT, WRONG, WIDE = [[1, 2], [3, 4]], [[1, 2], [3, 5]], [[1, 2, 3]]
PROGRAM = "def solve_task(grid):\n    return [[1, 2], [3, 4]]\n"


def of_run(run_id: str, records: list[Record]) -> list[Record]:
    """The same records in another run."""
    return [record | {"run_id": run_id} for record in records]


def run_line(run_id: str, model: str, **fields: Any) -> Record:
    """The first line of a run."""
    config = {"model_identifier": model, "best_of": 2}
    manifest = {"model_id": model, **fields.pop("manifest", {})}
    return {
        "entry_type": "run",
        "run_id": run_id,
        "script": "run_code_benchmark",
        "timestamp": "2026-03-01T10:15:00+00:00",
        "config": config,
        "manifest": manifest,
        **fields,
    }


def metadata_line(run_id: str, model: str, **fields: Any) -> Record:
    """The last line of a run."""
    return {
        "entry_type": "metadata",
        "run_id": run_id,
        "status": "completed",
        "model_identifier": model,
        "model_username": model,
        "total_runtime_seconds": 75.5,
        **fields,
    }


def write_lines(path: Path, *lines: Record) -> Path:
    """A .jsonl of these lines."""
    path.write_text(
        "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines), encoding="utf-8"
    )
    return path


def code_results() -> list[Record]:
    """A run of two attempts at three tasks: solved, failed with different shapes, without an answer."""
    return [
        code_record("solved", [RIGHT], [[RIGHT], [WRONG]], reasoning=["Because.", "Perhaps."]),
        code_record("failed", [RIGHT], [[WRONG], [WIDE]]),
        code_record(
            "silent",
            [RIGHT],
            [[None], None],
            python_code=[None, None],
            error=[{"type": "timeout", "message": "silence"}, None],
            response=[None, "I cannot."],
            verification_reason=["api_error: no response", "no_answer: the reply holds no program"],
        ),
    ]


def direct_results() -> list[Record]:
    """A run of two attempts at two tasks, one of two test inputs."""
    return [
        direct_record("solved", [RIGHT], [[RIGHT], [RIGHT]]),
        direct_record("half", [RIGHT, [[7]]], [[RIGHT, [[8]]], [RIGHT, None]]),
    ]
