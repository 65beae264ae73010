"""The worker process of the OFFLINE model: one search per line of stdin, its programs as one line of stdout.

It ends when its stdin is closed, in the middle of a search too, so that no worker outlives the process that started
it, however that ended. Not here: caching and choosing among the programs (model.py).
"""

import os
import queue
import sys
import threading
import time
from collections.abc import Callable

import numpy as np

from utilities.grid import Grid, is_grid
from utilities.models.offline.dsl.types import Array
from utilities.models.offline.emit import write_code
from utilities.models.offline.explain import describe
from utilities.models.offline.program import Step, run_program
from utilities.models.offline.protocol import Job, Solution, decode_job, encode_line
from utilities.models.offline.search import EFFORTS, search

MOST_PROGRAMS = 8
"""How many programs with different behaviour are handed over."""
_LOOK_AT = 80
"""How many of the found programs, best first, are looked at for different behaviour."""


def solve(job: Job) -> list[Solution]:
    """Programs right on all pairs of the job, best first, no two of which behave alike."""
    pairs = [(np.array(one), np.array(two)) for one, two in job.pairs]
    return [
        Solution(describe(program, pairs), code, tuple(grid for grid in answers if grid is not None))
        for program, code, answers in different_programs(job)
    ]


def different_programs(
    job: Job, without: frozenset[str] = frozenset()
) -> list[tuple[Step, str, list[Grid | None]]]:
    """(program, its source, its output for each test input of the job), best first; see `solve`.

    `without`: families of operations to do without.
    """
    found: dict[str, tuple[Step, str, list[Grid | None]]] = {}
    for program in search(job.pairs, job.tests, EFFORTS[job.effort], without)[:_LOOK_AT]:
        answers = [answer(program, grid) for grid in job.tests]
        if None in answers:
            continue
        behaviour = repr(answers or [answer(program, probe) for probe in probes(job)])
        if behaviour in found:
            continue
        code = write_code(program)
        if passes_alone(code, job.pairs):
            found[behaviour] = program, code, answers
        if len(found) == MOST_PROGRAMS:
            break
    return list(found.values())


def answer(program: Step, grid: Grid) -> Grid | None:
    """The program's output for one grid; None when it does not apply there."""
    try:
        given = run_program(program, np.array(grid)).tolist()
    except (ValueError, IndexError):
        return None
    return given if is_grid(given) else None


def probes(job: Job) -> list[Grid]:
    """Grids that were not searched on, to tell programs apart: train inputs mirrored, turned or moved."""
    changes: tuple[Callable[[Array], Array], ...] = (
        np.fliplr,
        np.rot90,
        lambda grid: np.roll(grid, 1, axis=0),
        lambda grid: np.roll(grid, 2, axis=1),
    )
    pairs = [job.pairs[k % len(job.pairs)] for k in range(len(changes))]
    return [change(np.array(one)).tolist() for change, (one, _) in zip(changes, pairs, strict=True)]


def passes_alone(code: str, pairs: tuple[tuple[Grid, Grid], ...]) -> bool:
    """Whether the written-out program, run with nothing of ours around it, gives every train output."""
    namespace: dict[str, object] = {}
    exec(compile(code, "<solve_task>", "exec"), namespace)
    solve_task = namespace["solve_task"]
    try:
        return callable(solve_task) and all(solve_task([row[:] for row in one]) == two for one, two in pairs)
    except (ValueError, IndexError):  # how an operation says that it does not apply
        return False


def main() -> None:
    """Answer jobs until stdin is closed."""
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(jobs,), daemon=True).start()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    while True:
        solutions = solve(decode_job(jobs.get()))
        sys.stdout.buffer.write(encode_line(solutions))
        sys.stdout.buffer.flush()


def _read(jobs: "queue.SimpleQueue[bytes]") -> None:
    for line in sys.stdin.buffer:
        jobs.put(line)
    os._exit(0)


def _end_with(parent: int) -> None:
    """End when the parent is gone though somebody else still holds our stdin open (a process it forked)."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    main()
