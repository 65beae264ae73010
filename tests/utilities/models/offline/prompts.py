"""Prompts as the agents write them."""

from typing import Any

from utilities.grid import Grid


def written(grid: Grid) -> str:
    """A grid as the prompts show it."""
    rows = "\n".join(" ".join(map(str, row)) for row in grid)
    return f"({len(grid)} x {len(grid[0])}):\n{rows}"


def prompt_for(task: dict[str, Any], *, asks: str = "", test: Grid | None = None) -> str:
    """A prompt with all train pairs of a task."""
    parts = ["Here is a puzzle."]
    for number, pair in enumerate(task["train"], start=1):
        parts.append(f"Train pair {number}\nInput {written(pair['input'])}\nOutput {written(pair['output'])}")
    if test is not None:
        parts.append(f"Test input {written(test)}")
    return "\n\n".join([*parts, asks])
