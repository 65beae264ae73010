"""The sandbox beside its peers and beside the fork floor, on the same programs of 5 grids, in one call.

    python tests/bench/bench_sandbox.py [--rounds 5] [--programs 400]

Every contender runs once per round, so that a busy machine slows all of them; the figures are medians over the rounds,
and the ratios those of each round to the floor of the same round. Peers are measured when they are installed.
"""

import argparse
import contextlib
import importlib.util
import io
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from utilities.code_execution import Pool
from utilities.sandbox.tiers import UNSAFE

GRIDS = [[[(row * column + shift) % 10 for column in range(9)] for row in range(10)] for shift in range(5)]
NUMPY = """
import numpy as np
def solve_task(grid):
    a = np.array(grid)
    print(a.shape)
    return np.rot90(np.where(a > 0, a, 0)).tolist()
"""
BARE = """
def solve_task(grid):
    print(len(grid), len(grid[0]))
    return [list(row) for row in zip(*grid[::-1])]
"""
BARS = """Bars: pool, numpy, 2 workers: at most 2.6 x the floor. pool, bare, 2 workers: 1,100/s.
Isolation (pool against layers off): at most 12 %. At least 1.8 x evalplus. One idle run: at most 3 ms."""

Contender = Callable[[int], float]
"""Runs that many programs and gives programs per second."""


def timed(count: int, work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return count / (time.perf_counter() - begin)


def pool_contender(pool: Pool, program: str, workers: int) -> Contender:
    """Two threads of this process per worker, as the verifier has, each with its share of the programs."""
    callers = 2 * workers

    def share(count: int) -> None:
        for _ in range(count):
            outcomes = pool.run(program, GRIDS).outcomes
            if any(outcome.output is None for outcome in outcomes):
                raise RuntimeError(f"a benchmark program failed: {outcomes}")

    def run(count: int) -> float:
        with ThreadPoolExecutor(callers) as threads:
            return timed(count, lambda: list(threads.map(share, [count // callers] * callers)))

    return run


def floor_contender(workers: int) -> Contender:
    script = str(Path(__file__).parent / "fork_floor.py")
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}

    def run(count: int) -> float:
        command = [sys.executable, script, str(workers), str(max(count, 400))]
        return float(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)

    return run


def fresh_contender(workers: int) -> Contender:
    """A new interpreter per program, nothing around it."""
    code = f"{NUMPY}\nfor grid in {GRIDS}: solve_task(grid)"
    threads = ThreadPoolExecutor(workers)

    def one(_: int) -> None:
        subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)

    few = 12
    return lambda count: timed(few, lambda: list(threads.map(one, range(few))))


def run_in_place(_: int) -> int:
    """The program in a worker that is used again: what a process pool gives, without any isolation."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(NUMPY, names)
        return len([names["solve_task"](grid) for grid in GRIDS])


def check_by_evalplus(_: int) -> str:
    """The program by evalplus's `untrusted_check`: a fork per program, comparison inside it."""
    from evalplus.eval import untrusted_check

    expected = [[list(row) for row in zip(*grid, strict=True)][::-1] for grid in GRIDS]
    arguments = (
        "humaneval",
        NUMPY,
        [[grid] for grid in GRIDS],
        "solve_task",
        expected,
        0,
        [1.0] * len(GRIDS),
    )
    status: str = untrusted_check(*arguments)[0]
    return status


def process_contender(workers: int, work: Callable[[int], object]) -> Contender:
    processes = ProcessPoolExecutor(workers)
    return lambda count: timed(count, lambda: list(processes.map(work, range(count))))


@contextlib.contextmanager
def contenders() -> Iterator[dict[str, Contender]]:
    """Every contender by name; the floors first."""
    with Pool(1) as one, Pool(2) as two, Pool(1, "unsafe") as open_one, Pool(2, "unsafe") as open_two:
        rows: dict[str, Contender] = {}
        rows["process pool, 2"] = process_contender(2, run_in_place)
        if importlib.util.find_spec("evalplus"):
            rows["evalplus, 1"] = process_contender(1, check_by_evalplus)
            rows["evalplus, 2"] = process_contender(2, check_by_evalplus)
        for contender in rows.values():
            contender(4)  # these fork their workers now, before there are threads
        for workers in (1, 2):
            rows[f"fork floor, {workers}"] = floor_contender(workers)
        for workers, pool, unsafe in ((1, one, open_one), (2, two, open_two)):
            rows[f"pool, numpy, {workers}"] = pool_contender(pool, NUMPY, workers)
            rows[f"layers off, numpy, {workers}"] = pool_contender(unsafe, NUMPY, workers)
            rows[f"pool, bare, {workers}"] = pool_contender(pool, BARE, workers)
        rows["fresh interpreter, 2"] = fresh_contender(2)
        print(f"tier {one.tier}, against {UNSAFE} with the layers off")
        yield rows


def idle_latency(program: str) -> float:
    """Median milliseconds of one run with pauses between, one grid."""
    taken = []
    with Pool(1) as pool:
        for _ in range(30):
            pool.run(program, GRIDS[:1])
            time.sleep(0.01)
            begin = time.perf_counter()
            pool.run(program, GRIDS[:1])
            taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--programs", type=int, default=400, help="per contender and round")
    options = parser.parse_args()
    with contenders() as rows:
        rates: dict[str, list[float]] = {name: [] for name in rows}
        for _ in range(options.rounds):
            for name, contender in rows.items():
                rates[name].append(contender(options.programs))
    print(f"{'programs of 5 grids, workers':32}{'per second':>12}{'ms each':>10}{'floor / this':>14}")
    for name, values in rates.items():
        workers = int(name[-1])
        floors = rates[f"fork floor, {workers}"]
        ratio = statistics.median(floor / value for floor, value in zip(floors, values, strict=True))
        rate = statistics.median(values)
        print(f"{name:32}{rate:12.0f}{workers * 1000 / rate:10.2f}{ratio:14.2f}")
    pairs = zip(rates["layers off, numpy, 2"], rates["pool, numpy, 2"], strict=True)
    print(f"isolation costs {statistics.median(off / on - 1 for off, on in pairs):.1%} (2 workers, numpy)")
    print(f"one idle run: bare {idle_latency(BARE):.2f} ms, numpy {idle_latency(NUMPY):.2f} ms")
    print(BARS)


if __name__ == "__main__":
    main()
