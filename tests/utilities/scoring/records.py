"""Result records for the tests of scoring, and a scorer that shares nothing with ours."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from utilities.records import Record

GRIDS = [[[0]], [[1]], [[0, 1]], [[1], [0]], [[1, 0], [0, 1]]]
"""Few and small, so that answers are often right; [[0]] is also what submission files are filled up with."""
NO_GRIDS = [None, [], [[]], [[1], [1, 2]], [[10]], [[1.5]], "[[0]]", 7, [None], [[None]]]

grids = st.sampled_from(GRIDS)
outputs = st.sampled_from(GRIDS + NO_GRIDS)


def code_record(task_id: str, expected: list[Any], test_outputs: list[Any], **fields: Any) -> Record:
    """A record of the code benchmark: one program per element of `test_outputs`."""
    attempts = len(test_outputs)
    return {
        **_head(task_id, expected, attempts),
        "python_code": ["def solve_task(grid): ..."] * attempts,
        "train_success": [True] * attempts,
        "verification_reason": ["wrong_cells: test pair 1: 1 of 1 cells differ"] * attempts,
        "test_outputs": test_outputs,
        **fields,
    }


def direct_record(task_id: str, expected: list[Any], answers: list[Any], **fields: Any) -> Record:
    """A record of the direct benchmark: one request per attempt and test input."""
    head = _head(task_id, expected, len(answers))
    per_input = {
        name: [value[:1] * len(expected)] * len(answers) for name, value in head.items() if name in _NESTED
    }
    return {**head, **per_input, "answers": answers, **fields}


_NESTED = ("finish_reason", "error", "usage", "generation_time_seconds")


def _head(task_id: str, expected: list[Any], attempts: int) -> Record:
    pairs = [{"input": [[0]], "output": output} for output in expected]
    return {
        "entry_type": "result",
        "run_id": "run1",
        "task_id": task_id,
        "version": 0,
        "task_data": {"train": [{"input": [[1]], "output": [[1]]}], "test": pairs},
        "best_of": attempts,
        "finish_reason": ["stop"] * attempts,
        "error": [None] * attempts,
        "usage": [{"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.25}] * attempts,
        "generation_time_seconds": [1.5] * attempts,
    }


@st.composite
def records(draw: st.DrawFn, task_id: str) -> Record:
    """A code or direct record of one to three test inputs and zero to four attempts, with much that is no grid."""
    expected = draw(st.lists(grids, min_size=1, max_size=3))
    given = st.none() | st.lists(outputs, min_size=0, max_size=len(expected) + 1)
    attempts = draw(st.lists(given, max_size=4))
    if draw(st.booleans()):
        return direct_record(task_id, expected, attempts)
    accuracies = draw(
        st.lists(st.sampled_from([0.0, 0.5, 1.0, None]), min_size=len(attempts), max_size=len(attempts))
    )
    return code_record(task_id, expected, attempts, train_accuracy=accuracies)


@st.composite
def results_files(draw: st.DrawFn) -> tuple[list[Record], int]:
    """(the lines of one run, tasks asked for): some tasks several times, some not at all."""
    names = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=9))
    return [draw(records(name)) for name in names], len(set(names)) + draw(st.integers(0, 3))


def independent_score(submission: Path, solutions: dict[str, list[Any]], tasks_asked: int) -> float:
    """ARC Prize's score of a submission file, written from its rules alone."""
    total = Fraction(0)
    for task_id, attempts in json.loads(submission.read_text()).items():
        answers = solutions[task_id]
        assert len(attempts) == len(answers)
        for attempt, answer in zip(attempts, answers, strict=True):
            if json.dumps(answer) in (json.dumps(attempt["attempt_1"]), json.dumps(attempt["attempt_2"])):
                total += Fraction(1, len(answers))
    return float(total / tasks_asked)
