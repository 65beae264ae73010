import os
import random
import subprocess
import sys
from typing import Any

import pytest

from utilities.code_execution import run
from utilities.config import ROOT
from utilities.models.offline import catalogue, declare
from utilities.models.offline.dsl.types import Array
from utilities.models.offline.protocol import Job, encode_line
from utilities.models.offline.search import search
from utilities.models.offline.worker import different_programs, passes_alone, solve

CHOICES = declare.options(step=(2, 3), factor=(3, 7))

SOLVED = {
    "007bbfb7": "the grid in place of its own coloured cells",
    "00d62c1b": "enclosed areas filled",
    "0520fde7": "halves combined by a rule",
    "1cf80156": "the object cut out",
    "3af2c5a8": "mirrored tiles",
    "3c9b0459": "half a turn",
    "44f52bb0": "an answer looked up by symmetry",
    "4347f46a": "rectangles hollowed",
    "67385a82": "objects recoloured by size",
    "a416b8f3": "the grid beside itself",
    "ac0a08a4": "scaled by the number of colours",
    "be94b721": "the largest object",
    "c59eb873": "each cell doubled",
    "d511f180": "colours exchanged",
    "dc1df850": "outlines around one colour",
}


def job_of(task: dict[str, Any], tests: bool = False) -> Job:
    pairs = tuple((pair["input"], pair["output"]) for pair in task["train"])
    return Job(pairs, tuple(pair["input"] for pair in task["test"]) if tests else ())


@pytest.mark.parametrize(
    "task_id", SOLVED, ids=lambda task_id: f"{task_id}-{SOLVED[task_id].replace(' ', '_')}"
)
def test_known_tasks_are_solved_by_code_that_runs_alone(tasks: dict[str, Any], task_id: str) -> None:
    solutions = solve(job_of(tasks[task_id]))
    assert solutions
    assert passes_alone(solutions[0].code, tuple((p["input"], p["output"]) for p in tasks[task_id]["train"]))
    assert passes_alone(solutions[0].code, tuple((p["input"], p["output"]) for p in tasks[task_id]["test"]))


def test_pairs_that_contradict_each_other_have_no_program() -> None:
    assert solve(Job((([[1, 2], [3, 4]], [[1]]), ([[1, 2], [3, 4]], [[2]])))) == []


def test_pairs_without_a_rule_have_no_program() -> None:
    noise = (
        ([[1, 0, 2], [0, 3, 0], [4, 0, 0]], [[7, 1, 0, 3, 9], [2, 2, 8, 0, 1]]),
        ([[0, 5, 0], [5, 0, 6], [0, 6, 1]], [[4, 4, 1, 0, 6], [0, 3, 3, 5, 8]]),
        ([[2, 2, 0], [0, 1, 1], [3, 0, 3]], [[1, 9, 9, 2, 0], [5, 0, 7, 7, 4]]),
    )
    assert solve(Job(noise, effort="low")) == []


@pytest.mark.parametrize("background", [0, 1, 8])
def test_a_background_that_does_not_matter_is_not_spoken_of(background: int) -> None:
    source = random.Random(background)
    colours = [*[background] * 8, 3, 4]
    inputs = [[[source.choice(colours) for _ in range(7)] for _ in range(5)] for _ in range(3)]
    mirrored = tuple((one, [row[::-1] for row in one]) for one in inputs)
    recoloured = tuple((one, [[2 if cell == 3 else cell for cell in row] for row in one]) for one in inputs)
    for pairs in (mirrored, recoloured, tuple((one, one) for one in inputs)):
        best = solve(Job(pairs, effort="low"))[0]
        assert "background of all inputs" not in best.words
        assert "2. " not in best.words


def test_the_same_job_gives_the_same_programs(tasks: dict[str, Any]) -> None:
    job = job_of(tasks["0520fde7"])
    assert solve(job) == solve(job)


def test_programs_differ_in_what_they_do_to_the_test_input_when_it_is_known(tasks: dict[str, Any]) -> None:
    solutions = solve(job_of(tasks["3bdb4ada"], tests=True))
    answers = [str(solution.answers) for solution in solutions]
    assert len(answers) > 1
    assert len(set(answers)) == len(answers)


def test_a_new_operation_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a declaration holds is all that search, explanation and written program need."""
    monkeypatch.setattr(declare, "OPERATIONS", declare.OPERATIONS[:])
    monkeypatch.setattr(catalogue, "OPERATIONS", declare.OPERATIONS)
    monkeypatch.setattr("utilities.models.offline.emit._PACKAGE", ("utilities.models.offline.dsl.", __name__))
    source = random.Random(0)
    inputs = [[[source.randrange(10) for _ in range(6)] for _ in range(5)] for _ in range(3)]
    pairs = tuple((one, [[cell * 7 % 10 for cell in row[::2]] for row in one[::-2]]) for one in inputs)
    assert solve(Job(pairs, effort="low")) == []

    @declare.operation("Keep every {step}th cell, from below, times {factor}", CHOICES, length=1.0)
    def thin_out(grid: Array, step: int, factor: int) -> Array:
        """Keep every `step`-th cell, from below, times `factor` modulo 10."""
        return grid[::-step, ::step] * factor % 10

    monkeypatch.setattr(catalogue, "FAMILIES", [*catalogue.FAMILIES, __name__.rpartition(".")[2]])
    (solution, *_) = solve(Job(pairs, effort="low"))
    assert "1. Keep every 2th cell, from below, times 7." in solution.words
    assert "    answer = thin_out(grid, step=2, factor=7)" in solution.code


def test_a_family_can_be_left_out_and_an_unknown_one_is_refused(tasks: dict[str, Any]) -> None:
    pairs = job_of(tasks["3c9b0459"]).pairs
    assert [step.function.__name__ for step in search(pairs) if step.function][:1] == ["rotate_half_turn"]
    assert not any(
        step.function and step.function.__module__.endswith("geometry")
        for step in search(pairs, without=frozenset({"geometry"}))
    )
    with pytest.raises(ValueError, match="no such families: magic"):
        search(pairs, without=frozenset({"magic"}))


def test_the_programs_do_not_depend_on_the_hash_seed_or_on_the_process(tasks: dict[str, Any]) -> None:
    script = (
        "import sys, msgspec\n"
        "from utilities.models.offline.protocol import decode_job, encode_line\n"
        "from utilities.models.offline.worker import solve\n"
        "sys.stdout.buffer.write(encode_line(solve(decode_job(sys.stdin.buffer.read()))))\n"
    )
    job = job_of(tasks["0520fde7"])
    answers = {
        subprocess.run(
            [sys.executable, "-c", script],
            input=encode_line(job),
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert answers == {encode_line(solve(job))}


@pytest.mark.parametrize("task_id", ["007bbfb7", "0520fde7", "08ed6ac7", "39a8645d", "44f52bb0"])
def test_every_program_gives_in_the_sandbox_what_the_search_predicted(
    tasks: dict[str, Any], task_id: str
) -> None:
    task = tasks[task_id]
    job = job_of(task, tests=True)
    programs = different_programs(job)
    assert programs
    for _, code, answers in programs:
        outcomes = run(code, [one for one, _ in job.pairs] + list(job.tests)).outcomes
        assert [outcome.output for outcome in outcomes] == [two for _, two in job.pairs] + answers
