"""The tasks of the browser tests, small enough to be solved by hand."""

import json
from typing import Any

BLUE_DIAGONAL = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
TWO_TESTS = "two_tests"
LARGE = "large"
SECRET = "secret"
TURNED = "turned"
HOSTILE = "<img src=x onerror=alert(1)>"
TASK_IDS = [f"task{number:03d}" for number in range(60)]


def _task(task_id: str, **changes: Any) -> dict[str, Any]:
    task = {
        "task_id": task_id,
        "version": 0,
        "train": [
            {"input": [[2, 0, 3], [0, 2, 0]], "output": [[3, 0], [0, 3], [2, 0]]},
            {"input": [[4, 0], [0, 4]], "output": [[5, 5], [0, 5]]},
        ],
        "test": [{"input": [[7, 8], [0, 7]], "output": BLUE_DIAGONAL}],
        "signed_by": [],
    }
    return {**task, **changes}


_SQUARE = [[(row * column) % 10 for column in range(30)] for row in range(30)]
_TESTS = [{"input": [[7, 8], [0, 7]], "output": BLUE_DIAGONAL}, {"input": [[6]], "output": [[1, 0, 0]]}]

TASKS = [
    *(_task(task_id) for task_id in TASK_IDS),
    _task(TWO_TESTS, test=_TESTS),
    _task(
        LARGE, train=[{"input": _SQUARE, "output": _SQUARE}] * 3, test=[{"input": _SQUARE, "output": _SQUARE}]
    ),
    _task(SECRET, test=[{"input": [[7, 8], [0, 7]]}]),
    _task(
        TURNED,
        train=[
            {"input": [[4, 1, 2], [0, 3, 5]], "output": [[5, 3, 0], [2, 1, 4]]},
            {"input": [[6, 6, 1], [2, 0, 0], [7, 3, 8]], "output": [[8, 3, 7], [0, 0, 2], [1, 6, 6]]},
            {"input": [[9, 0], [1, 4], [2, 2]], "output": [[2, 2], [4, 1], [0, 9]]},
        ],
        test=[{"input": [[7, 1, 0], [0, 3, 8]], "output": [[8, 3, 0], [0, 1, 7]]}],
    ),
    _task(HOSTILE),
]
DATASET = json.dumps(TASKS)
