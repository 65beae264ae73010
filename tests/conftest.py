"""What all tests share."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from utilities.data_loader import Pair, Task

# A busy machine is no failure.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

TasksFile = Callable[..., Path]


def make_task(task_id: str = "aaaaaaaa", number: int = 1) -> Task:
    """A small task whose rule is `keep the grid`; other numbers below 10,000 give other grids."""
    digits = [int(digit) for digit in f"{number:04d}"]
    pairs = [Pair(grid, grid) for grid in ([digits[:2], digits[2:]], [digits])]
    return Task(task_id=task_id, train=tuple(pairs), test=(Pair([[5]], [[5]]),))


@pytest.fixture
def tasks_file(tmp_path: Path) -> TasksFile:
    """Writes a .jsonl with `count` different tasks and returns its path."""

    def write(count: int = 3, **changes: Any) -> Path:
        path = tmp_path / "tasks.jsonl"
        lines = [make_task(f"task{number:04d}", number).line for number in range(count)]
        path.write_bytes(
            b"\n".join(json.dumps(json.loads(line) | changes).encode() for line in lines) + b"\n"
        )
        return path

    return write
