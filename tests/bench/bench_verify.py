"""How many records a second verify_generated_code.py verifies, and whether its memory stays flat.

    python tests/bench/bench_verify.py [--records 2000 20000]

Records are those of real ARC-AGI-1 tasks with numpy programs: right, wrong, and failing ones in turn.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec

from tests.scripts import ROOT, VERIFY, environment
from utilities.data_loader import load_tasks_from_dataset
from utilities.model_utils import Reply
from utilities.records import Attempt, CodeResultLine, attempt_fields

PROGRAMS = (
    "import numpy as np\ndef solve_task(grid):\n    return np.rot90(np.array(grid)).tolist()\n",
    "import numpy as np\ndef solve_task(grid):\n    return np.where(np.array(grid) > 0, 1, 0)\n",
    "import numpy as np\ndef solve_task(grid):\n    return np.array(grid)[99]\n",
)


def write_results(path: Path, count: int) -> None:
    """`count` result lines of about 10 KB."""
    tasks = [task for _, task in load_tasks_from_dataset("arc1-training")]
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        for number in range(count):
            task = tasks[number % len(tasks)]
            line = CodeResultLine(
                run_id="bench",
                task_id=f"task{number:06d}",
                version=0,
                timestamp="2026-01-01T00:00:00+00:00",
                task_data=task.pairs,
                best_of=1,
                reasoning=["x" * 2000],
                python_code=[PROGRAMS[number % len(PROGRAMS)]],
                **attempt_fields([Attempt((), Reply("x" * 4000))]),
            )
            file.write(encode(line) + b"\n")


def verify(results: Path) -> tuple[float, int]:
    """(seconds, peak memory in MB) of one verification."""
    command = [sys.executable, str(ROOT / VERIFY), str(results), "--output_directory", str(results.parent)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the verification failed with exit code {process.returncode}")
    return time.perf_counter() - began, usage.ru_maxrss // 1024


def main() -> None:
    """Print one line per number of records."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, nargs="+", default=[2_000, 20_000])
    print("verification: records | seconds | records a second | peak MB")
    for count in parser.parse_args().records:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "results.jsonl"
            write_results(path, count)
            seconds, memory = verify(path)
        print(f"{count:>21} | {seconds:.1f} | {count / seconds:.0f} | {memory}", flush=True)


if __name__ == "__main__":
    main()
