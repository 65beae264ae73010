"""The floor under every executor that forks: fork, run nothing, exit, wait, in a Python with numpy loaded.

    python tests/bench/fork_floor.py [WORKERS] [PROGRAMS]

Prints how many a second WORKERS processes manage together. It is what `bench_sandbox.py` measures the pool against.
"""

import os
import sys
import time

import numpy as np


def fork_and_wait(count: int) -> None:
    """`count` children, one after the other."""
    for _ in range(count):
        pid = os.fork()
        if not pid:
            os._exit(0)
        os.waitpid(pid, 0)


def rate(workers: int, count: int) -> float:
    """Children per second, shared by `workers` processes that fork at the same time, each on a core of its own."""
    cores = sorted(os.sched_getaffinity(0))
    begin = time.perf_counter()
    pids = []
    for worker in range(workers):
        pid = os.fork()
        if not pid:
            os.sched_setaffinity(0, {cores[worker % len(cores)]})
            fork_and_wait(count // workers)
            os._exit(0)
        pids.append(pid)
    for pid in pids:
        os.waitpid(pid, 0)
    return count / (time.perf_counter() - begin)


def main() -> None:
    workers = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    np.zeros(1)
    print(f"{rate(workers, count):.1f}")


if __name__ == "__main__":
    main()
