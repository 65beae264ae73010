"""Scoring many records in flat memory: time per record, and how much memory grows from a tenth of them to all.

Usage: python tests/bench/bench_scoring.py [--records 1000000]
Each size is scored in a process of its own, from a real file that holds every tenth task twice."""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from utilities.record_reader import current_results
from utilities.scoring import ScoredRecord, Tally, judge
from utilities.terminal import note

BEST_OF = 3
MOST_BYTES_PER_RECORD = 100
"""What a record may add: the reader's key of eight bytes, and the arrays that these are sorted in to find repeated ones."""


def line(number: int) -> str:
    """A result of the code benchmark: three attempts at a task of 9 x 9 cells; their rightness goes by the number."""
    grid = [[(number + row * column) % 10 for column in range(9)] for row in range(9)]
    wrong = [*grid[:-1], [0] * 9]
    outputs = [[grid] if number % (attempt + 2) == 0 else [wrong] for attempt in range(BEST_OF)]
    return json.dumps(
        {
            "entry_type": "result",
            "run_id": "run1",
            "task_id": f"{number:08x}",
            "version": 0,
            "task_data": {
                "train": [{"input": grid, "output": grid}],
                "test": [{"input": wrong, "output": grid}],
            },
            "best_of": BEST_OF,
            "response": ["def solve_task(grid): return grid"] * BEST_OF,
            "usage": [{"prompt_tokens": 900, "completion_tokens": 200, "cost": 0.001}] * BEST_OF,
            "generation_time_seconds": [1.25] * BEST_OF,
            "error": [None] * BEST_OF,
            "finish_reason": ["stop"] * BEST_OF,
            "python_code": ["def solve_task(grid): return grid"] * BEST_OF,
            "train_success": [True] * BEST_OF,
            "verification_reason": ["wrong_cells: test pair 1: 9 of 81 cells differ"] * BEST_OF,
            "test_outputs": outputs,
        }
    )


def write(path: Path, records: int) -> None:
    with path.open("w") as file:
        for number in range(records):
            file.write(line(number) + "\n")
            if number % 10 == 0:
                file.write(line(number) + "\n")


def score(path: Path) -> None:
    """Score a file and print seconds, peak memory in KB and the score, as JSON."""
    begin, tally = time.perf_counter(), Tally()
    for record in current_results(path, ScoredRecord):
        tally.add(judge(record))
    scores = tally.scores()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([time.perf_counter() - begin, peak, scores.tasks_asked, scores.score]))


def measured(folder: Path, records: int) -> tuple[float, int]:
    """(seconds, peak KB) of scoring so many records."""
    path = folder / f"{records}.jsonl"
    write(path, records)
    command = [sys.executable, os.fspath(Path(__file__).resolve()), "--score", os.fspath(path)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    size, seconds, peak, tasks, mean = path.stat().st_size, *found
    print(
        f"{tasks:>9,} tasks, {size / 1e6:6.0f} MB: {seconds:6.1f} s, {seconds / records * 1e6:5.1f} us each, "
        f"peak {peak / 1024:5.0f} MB, score {mean:.4f}"
    )
    path.unlink()
    if tasks != records:
        raise SystemExit(f"{tasks} tasks were scored instead of {records}: repeated ones counted twice")
    return seconds, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--score", type=Path)
    arguments = parser.parse_args()
    if arguments.score:
        score(arguments.score)
        return
    note(f"writing and scoring {arguments.records // 10:,} and {arguments.records:,} records")
    with tempfile.TemporaryDirectory() as name:
        few = measured(Path(name), arguments.records // 10)
        many = measured(Path(name), arguments.records)
    grown = (many[1] - few[1]) * 1024 / (arguments.records * 0.9)
    print(f"memory grew by {grown:.0f} bytes per record")
    if grown > MOST_BYTES_PER_RECORD:
        raise SystemExit(f"that is more than {MOST_BYTES_PER_RECORD}: scoring keeps records")


if __name__ == "__main__":
    main()
