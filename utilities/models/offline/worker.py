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
from utilities.models.offline.search import search

MOST_PROGRAMS = 8
"""How many programs with different behaviour are handed over."""
_LOOK_AT = 80
"""How many of the found programs, best first, are looked at for different behaviour."""


def solve(job: Job) -> list[Solution]:
    """Programs right on all pairs of the job, best first, no two of which behave alike."""
    found: dict[str, Solution] = {}
    for program in search(job.pairs, job.tests)[:_LOOK_AT]:
        answers = [_answer(program, grid) for grid in job.tests]
        if None in answers:
            continue
        behaviour = repr(answers) if job.tests else repr([_answer(program, probe) for probe in probes(job)])
        if behaviour in found:
            continue
        code = write_code(program)
        if passes_alone(code, job.pairs):
            words = describe(program, len(job.pairs))
            found[behaviour] = Solution(words, code, tuple(grid for grid in answers if grid is not None))
        if len(found) == MOST_PROGRAMS:
            break
    return list(found.values())


def _answer(program: Step, grid: Grid) -> Grid | None:
    try:
        answer = run_program(program, np.array(grid)).tolist()
    except (ValueError, IndexError):
        return None
    return answer if is_grid(answer) else None


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
