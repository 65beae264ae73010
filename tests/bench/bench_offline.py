"""How many tasks the OFFLINE model solves, how often it is wrong, and what it costs in CPU.

The search sees the train pairs only, never a test input. Every program is run in the sandbox on all inputs of its task,
and must give there what the search predicted: the train outputs, and on each test input what its steps give in this
process. A task counts as solved when the first program is right on all test pairs.

`--ablation` searches again for each solved task, once without each family that its first program uses, and prints how
many tasks each family brings; that another family's going could change an answer by itself is not looked into.
Example: python tests/bench/bench_offline.py --set arc1-evaluation --limit 40
"""

import argparse
import functools
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as for the model's workers

import numpy as np

from utilities.code_execution import run
from utilities.data_loader import load_tasks_from_dataset
from utilities.grid import Grid
from utilities.models.offline.catalogue import FAMILIES
from utilities.models.offline.program import Step, in_order
from utilities.models.offline.protocol import Job
from utilities.models.offline.search import EFFORTS
from utilities.models.offline.worker import answer, different_programs

SETS = ("arc1-training", "arc1-evaluation", "arc2-training", "arc2-evaluation")
Pairs = tuple[tuple[Grid, Grid], ...]


class Row(NamedTuple):
    """What became of one task."""

    task_id: str
    right: list[bool]
    """For each program, whether it is right on all test pairs."""
    as_predicted: bool
    """Whether every program gave in the sandbox what the search predicted."""
    seconds: float
    """CPU time of the search."""
    uses: frozenset[str] = frozenset()
    """The families of the first program, if it is right."""
    needs: frozenset[str] = frozenset()
    """Those without which the task is not solved; with `--ablation`."""


def transformed(task_id: str, pairs: Pairs, seed: int, black: bool) -> Pairs:
    """The pairs rotated or mirrored and recoloured at random, all in the same way; black stays unless `black`."""
    source = random.Random(f"{seed} {task_id}")
    turns, mirror = source.randrange(4), source.random() < 0.5
    first = 0 if black else 1
    colours = [*range(first), *source.sample(range(first, 10), 10 - first)]

    def change(grid: Grid) -> Grid:
        recoloured = np.array(colours)[np.array(grid)]
        changed: Grid = np.rot90(recoloured.T if mirror else recoloured, turns).tolist()
        return changed

    return tuple((change(one), change(two)) for one, two in pairs)


def measure(task: tuple[str, Pairs, Pairs], effort: Any, without: frozenset[str], ablation: bool) -> Row:
    """Search, then run what was found in the sandbox."""
    task_id, train, test = task
    started = time.process_time()
    programs = different_programs(Job(train, effort=effort), without)
    seconds = time.process_time() - started
    right, as_predicted = [], True
    for program, code, _ in programs:
        outputs = [outcome.output for outcome in run(code, [one for one, _ in (*train, *test)]).outcomes]
        predicted = [*(two for _, two in train), *(answer(program, one) for one, _ in test)]
        as_predicted &= outputs == predicted
        right.append(outputs[len(train) :] == [two for _, two in test])
    if right[:1] != [True] or not ablation:
        return Row(task_id, right, as_predicted, seconds)
    uses = families_of(programs[0][0])
    needs = (family for family in sorted(uses) if not solves(task, effort, without | {family}))
    return Row(task_id, right, as_predicted, seconds, uses, frozenset(needs))


def families_of(program: Step) -> frozenset[str]:
    """The families whose operations the program is made of."""
    functions = (step.function for step in in_order(program) if step.function)
    return frozenset(function.__module__.rpartition(".")[2] for function in functions)


def solves(task: tuple[str, Pairs, Pairs], effort: Any, without: frozenset[str]) -> bool:
    """Whether the first program found without some families is right on all test pairs, as the search has it."""
    _, train, test = task
    programs = different_programs(Job(train, effort=effort), without)
    return bool(programs) and all(answer(programs[0][0], one) == two for one, two in test)


def tasks_of(options: argparse.Namespace) -> Iterator[tuple[str, Pairs, Pairs]]:
    """(task id, train pairs, test pairs) of what the options name, transformed if they say so."""
    for task_id, task in list(load_tasks_from_dataset(options.set))[: options.limit]:
        if options.ids and task_id not in options.ids:
            continue
        pairs = tuple((pair.input, pair.output) for pair in (*task.train, *task.test) if pair.output)
        if options.transformed is not None:
            pairs = transformed(task_id, pairs, options.transformed, options.black)
        yield task_id, pairs[: len(task.train)], pairs[len(task.train) :]


def report(rows: list[Row]) -> None:
    """The figures of all tasks together."""
    programs = sum(bool(row.right) for row in rows)
    solved = sum(row.right[:1] == [True] for row in rows)
    print(
        f"solved {solved} of {len(rows)} with the first program, {sum(any(r.right[:2]) for r in rows)} in two"
    )
    if programs:
        print(f"right on all train pairs: {programs}, of these on all test pairs: {solved / programs:.0%}")
    every = [right for row in rows for right in row.right]
    print(f"programs in all: {len(every)}, of these right on all test pairs: {sum(every)}")
    print(f"tasks with a program that differs in the sandbox: {sum(not row.as_predicted for row in rows)}")
    for family in FAMILIES:
        uses, needs = (
            sum(family in used for used in column)
            for column in zip(*((r.uses, r.needs) for r in rows), strict=True)
        )
        if uses:
            print(f"{family}: in the first program of {uses} solved tasks, {needs} are lost without it")
    seconds = [row.seconds for row in rows]
    print(f"CPU per task: mean {sum(seconds) / len(seconds):.2f} s, largest {max(seconds):.2f} s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--set", choices=SETS, default="arc1-training")
    parser.add_argument("--limit", type=int, help="only the first tasks")
    parser.add_argument("--ids", nargs="*", help="only these tasks")
    parser.add_argument(
        "--transformed", type=int, metavar="SEED", help="on copies turned and recoloured at random"
    )
    parser.add_argument("--black", action="store_true", help="with --transformed: recolour black too")
    parser.add_argument("--reasoning_effort", choices=EFFORTS, default="medium")
    parser.add_argument("--without", nargs="*", choices=FAMILIES, default=[], help="families to do without")
    parser.add_argument("--ablation", action="store_true", help="what each family brings")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    work = functools.partial(
        measure,
        effort=options.reasoning_effort,
        without=frozenset(options.without),
        ablation=options.ablation,
    )
    rows = []
    with multiprocessing.Pool(options.workers) as pool:
        for row in pool.imap(work, tasks_of(options)):
            rows.append(row)
            told = "".join("-+"[right] for right in row.right) or "none"
            print(row.task_id, told, f"{row.seconds:.2f}", "" if row.as_predicted else "DIFFERS", flush=True)
    report(rows)


if __name__ == "__main__":
    main()
