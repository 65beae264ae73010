from typing import Any

import pytest

from utilities.models.offline.protocol import Job
from utilities.models.offline.worker import passes_alone, solve

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
    assert solve(Job(noise)) == []


def test_the_same_job_gives_the_same_programs(tasks: dict[str, Any]) -> None:
    job = job_of(tasks["0520fde7"])
    assert solve(job) == solve(job)


def test_programs_differ_in_what_they_do_to_the_test_input_when_it_is_known(tasks: dict[str, Any]) -> None:
    solutions = solve(job_of(tasks["0520fde7"], tests=True))
    answers = [str(solution.answers) for solution in solutions]
    assert len(answers) > 1
    assert len(set(answers)) == len(answers)
