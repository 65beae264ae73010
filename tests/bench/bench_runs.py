"""How close a whole generate_code_data.py run comes to the ideal rate, saving included, and how fast results are saved.

    python tests/bench/bench_runs.py [--seconds 5] [--repeats 5] [--in_flight 16 64 256] [--records 10 1000 1000000]

The run asks the mock server of bench_client.py (answers of 2 KB after 50 ms, not streamed) about real ARC-AGI-1 tasks;
the share of the ideal rate is that of the run itself, from its metadata, and of the whole process with its start. The
second table appends records of 9 KB to a results file that holds so many (of 1 KB) already.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.bench_client import LATENCY, mock_server
from tests.scripts import GENERATE_CODE, ROOT, environment
from utilities.data_loader import load_tasks_from_dataset
from utilities.results import AppendFile

RECORD = {"entry_type": "result", "run_id": "bench", "task_id": "aaaaaaaa", "response": ["x" * 9000]}


def write_tasks(path: Path, count: int) -> None:
    """`count` tasks in a .jsonl: real ones, over and over under new ids."""
    real = [json.loads(task.line) for _, task in load_tasks_from_dataset("arc1-training")]
    with path.open("w") as file:
        for number in range(count):
            file.write(json.dumps(real[number % len(real)] | {"task_id": f"task{number:06d}"}) + "\n")


def run_once(url: str, tasks: Path, folder: Path, in_flight: int) -> tuple[float, float, float, int]:
    """(seconds of the loop, seconds of the process, its CPU seconds, peak memory in MB)."""
    command = [
        sys.executable,
        str(ROOT / GENERATE_CODE),
        "--model_identifier",
        "local:mock",
        "--base_url",
        url,
    ]
    command += ["--dataset", str(tasks), "--output_directory", str(folder), "--no-stream"]
    command += ["--max_concurrent_tasks", str(in_flight)]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()
    )
    _, status, usage = os.wait4(process.pid, 0)
    whole = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the run failed with exit code {process.returncode}")
    with (folder / "code_data_results.jsonl").open("rb") as file:
        file.seek(
            -4096, os.SEEK_END
        )  # not all of it: a large parent would count in the next child's peak memory
        last: dict[str, Any] = json.loads(file.read().splitlines()[-1])
    cpu = usage.ru_utime + usage.ru_stime
    return last["total_runtime_seconds"], whole, cpu, usage.ru_maxrss // 1024


def bench_runs(seconds: float, repeats: int, levels: list[int]) -> None:
    """Print the table of whole runs."""
    print("whole runs: in flight | tasks | share of ideal: run, process | CPU ms per request | peak MB")
    with mock_server() as port:
        url = f"http://127.0.0.1:{port}/v1"
        for in_flight in levels:
            count = round(in_flight * seconds / LATENCY)
            ideal = count * LATENCY / in_flight
            measured = []
            for _ in range(repeats):
                with tempfile.TemporaryDirectory() as name:
                    write_tasks(Path(name) / "tasks.jsonl", count)
                    measured.append(run_once(url, Path(name) / "tasks.jsonl", Path(name) / "out", in_flight))
            loop, whole, cpu, memory = (statistics.median(figures) for figures in zip(*measured, strict=True))
            print(
                f"{in_flight:>21} | {count:>6} | {ideal / loop:.2f}, {ideal / whole:.2f} | "
                f"{cpu / count * 1000:.2f} | {memory:.0f}",
                flush=True,
            )


def bench_saving(levels: list[int], repeats: int) -> None:
    """Print how many records a second are appended to files of different lengths."""
    line = json.dumps(RECORD | {"response": ["x" * 900]}).encode() + b"\n"  # a million of them are 1 GB
    print("saving: records before | records a second, median (first after opening in ms)")
    for earlier in levels:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "results.jsonl"
            with path.open("wb") as file:
                for _ in range(earlier):
                    file.write(line)
            rates, opened = zip(*(_append_rate(path) for _ in range(repeats)), strict=True)
        print(
            f"{earlier:>22} | {statistics.median(rates):,.0f} ({statistics.median(opened) * 1000:.1f})",
            flush=True,
        )


def _append_rate(path: Path, count: int = 2000) -> tuple[float, float]:
    began = time.perf_counter()
    file = AppendFile(path)
    file.append(RECORD)
    opened = time.perf_counter() - began
    for number in range(count):
        file.append(RECORD)
        if number % 500 == 499:
            file.sync()
    file.close()
    return count / (time.perf_counter() - began), opened


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="ideal length of one run")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--in_flight", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--records", type=int, nargs="+", default=[10, 1_000, 1_000_000])
    options = parser.parse_args()
    bench_runs(options.seconds, options.repeats, options.in_flight)
    bench_saving(options.records, options.repeats)


if __name__ == "__main__":
    main()
