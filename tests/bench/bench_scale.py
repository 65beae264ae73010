"""Beyond one machine: a Ray cluster of one and of two CPUs beside this machine's own pool, on the same programs and tasks.

    python tests/bench/bench_scale.py [--programs 20000] [--tasks 40]

Verification is timed as a whole command (start included) and from its first verdict on; memory is that of the command and
of all of the cluster's processes (proportional set size, at its largest). The cluster runs before the clock does.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.bench_verify import write_results
from tests.scripts import GENERATE_CODE, ROOT, VERIFY, environment

Flags = tuple[str, ...]


class Timing(NamedTuple):
    """One run of a command."""

    seconds: float
    steady: float
    """From the first line of its output file to its end."""
    cpu: float
    """Seconds of CPU of the command and of what it started and waited for."""
    peak: int
    """MB of the command."""


@contextmanager
def cluster(cpus: int) -> Iterator[tuple[Flags, int]]:
    """(flags that use it, process id) of a cluster with so many CPUs."""
    options = ["--head_cpus", "1", "--node_cpus", str(cpus - 1)]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "ray_nodes.py"), *options],
        env=environment(RAY_ADDRESS=""),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        address = process.stdout.readline().strip() if process.stdout else ""
        yield ("--executor", "ray", "--ray_address", address), process.pid
    finally:
        process.communicate()


def timed(script: str, output: Path, *flags: str) -> Timing:
    """Run a script that writes to `output`."""
    with tempfile.TemporaryFile() as messages:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, str(ROOT / script), *flags],
            stdout=subprocess.DEVNULL,
            stderr=messages,
            env=environment(),
        )
        first: list[float] = []
        watcher = threading.Thread(target=_watch, args=(output, process, first))
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        ended = time.perf_counter()
        process.returncode = os.waitstatus_to_exitcode(status)
        watcher.join()
        if process.returncode:
            messages.seek(0)
            said = messages.read().decode(errors="replace")
            raise SystemExit(f"{script} failed with exit code {process.returncode}:\n{said[-4000:]}")
    cpu = usage.ru_utime + usage.ru_stime
    return Timing(ended - began, ended - (first or [began])[0], cpu, usage.ru_maxrss >> 10)


def _watch(output: Path, process: "subprocess.Popen[bytes]", first: list[float]) -> None:
    while process.returncode is None and not first:
        if output.exists() and output.stat().st_size:
            first.append(time.perf_counter())
        time.sleep(0.02)


class Memory:
    """The largest proportional set size, in MB, of a process and all that it started, while entered."""

    def __init__(self, process: int) -> None:
        self._process, self.peak = process, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(2):
            self.peak = max(self.peak, sum(map(_pss, _family(self._process))))


def _family(process: int) -> list[int]:
    family = [process]
    for one in family:
        with suppress(OSError):  # it may end meanwhile
            for thread in Path(f"/proc/{one}/task").glob("*/children"):
                family += map(int, thread.read_text().split())
    return family


def _pss(process: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) >> 10
    return 0


def bench_verification(count: int) -> None:
    """The same programs through the local pool and through Ray."""
    print(
        "scale, verification: where | CPUs | programs a second, whole command | from the first verdict | share of the"
    )
    print(
        "    local pool with as many CPUs, whole command | from the first verdict | MB of the command | of the cluster"
    )
    with tempfile.TemporaryDirectory() as name:
        results = Path(name) / "results.jsonl"
        write_results(results, count)
        output = Path(name) / "results.verified.jsonl"
        flags = (str(results), "--output_directory", name, "--again")
        for cpus in (1, 2):
            here = timed(VERIFY, output, *flags, "--workers", str(cpus))
            _print_verification("local", cpus, count, here, here, 0)
            output.unlink()
            with cluster(cpus) as (where, process), Memory(process) as memory:
                there = timed(VERIFY, output, *flags, *where)
            _print_verification("Ray", cpus, count, there, here, memory.peak)
            output.unlink()


def _print_verification(where: str, cpus: int, count: int, run: Timing, base: Timing, memory: int) -> None:
    rates = f"{count / run.seconds:.0f} | {count / run.steady:.0f}"
    shares = f"{base.seconds / run.seconds:.2f} | {base.steady / run.steady:.2f}"
    own = f"{1000 * run.cpu / count:.2f} | {run.peak}"
    print(f"{where:>20} | {cpus} | {rates} | {shares} | {own} | {memory or '-'}", flush=True)


def bench_offline(tasks: int) -> None:
    """The same searches in the model's own processes and through Ray."""
    print("scale, OFFLINE: where | CPUs | tasks a minute, whole command")
    for cpus in (1, 2):
        _print_offline("local", cpus, tasks, ("--max_concurrent_tasks", str(cpus)))
        with cluster(cpus) as (where, _):
            _print_offline("Ray", cpus, tasks, ("--max_concurrent_tasks", str(2 * cpus), *where))


def _print_offline(where: str, cpus: int, tasks: int, flags: Flags) -> None:
    with tempfile.TemporaryDirectory() as name:
        options = ("--dataset", "arc1-training", "--max_tasks", str(tasks), "--output_directory", name)
        run = timed(GENERATE_CODE, Path(name) / "code_data_results.jsonl", *options, *flags)
    print(f"{where:>15} | {cpus} | {60 * tasks / run.seconds:.1f}", flush=True)


def main() -> None:
    """Print one line per run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--programs", type=int, default=20_000)
    parser.add_argument("--tasks", type=int, default=40)
    options = parser.parse_args()
    if options.programs:
        bench_verification(options.programs)
    if options.tasks:
        bench_offline(options.tasks)


if __name__ == "__main__":
    main()
