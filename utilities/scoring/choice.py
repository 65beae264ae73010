"""Choosing the two grids that are submitted for each test input. Nothing here ever sees an expected test output."""

from collections.abc import Sequence
from typing import Any

from utilities.grid import Grid, is_grid

Submission = list[dict[str, Grid | None]]
"""Per test input `{"attempt_1": grid, "attempt_2": grid}`; null where there was no (second) candidate."""

FILLER: Grid = [[0]]
"""Stands in submission files where a grid is null: Kaggle wants a grid. It counts as any other grid would."""


def choose_code(
    test_outputs: Sequence[Sequence[Any] | None], train_accuracy: Sequence[float | None], inputs: int
) -> Submission:
    """Two grids per test input from the outputs of programs.

    `test_outputs`: per attempt, per test input: what its program gave; what is no grid is no candidate.
    `train_accuracy`: per attempt, the fraction (0 to 1) of train pairs it gets right. `inputs`: test inputs of the task.

    Programs that get all train pairs right vote, each with its output; the grid with most votes is first, ties go by
    order. The outputs of the other programs follow by train accuracy, then order. The two grids are never the same.
    """
    accuracies = [accuracy or 0.0 for accuracy in train_accuracy]
    perfect = [attempt for attempt, accuracy in enumerate(accuracies) if accuracy >= 1.0]
    others = [attempt for attempt, accuracy in enumerate(accuracies) if accuracy < 1.0]
    others.sort(key=lambda attempt: -accuracies[attempt])  # stable: equals stay in order
    return [
        _first_two(
            _by_votes(_candidates(test_outputs, perfect, index))
            + _by_order(_candidates(test_outputs, others, index))
        )
        for index in range(inputs)
    ]


def choose_direct(answers: Sequence[Sequence[Any] | None], inputs: int) -> Submission:
    """Two grids per test input from direct answers (per attempt, per test input: grid or null).

    Equal grids vote; ties go by order.
    """
    attempts = range(len(answers))
    return [_first_two(_by_votes(_candidates(answers, attempts, index))) for index in range(inputs)]


def grid_at(per_input: Any, index: int) -> Grid | None:
    """The grid of one attempt for one test input; None when it has none, or something that is no grid."""
    if not isinstance(per_input, list) or index >= len(per_input):
        return None
    grid = per_input[index]
    return grid if is_grid(grid) else None


def _candidates(outputs: Sequence[Any], attempts: Sequence[int], index: int) -> list[Grid]:
    found = (grid_at(outputs[attempt], index) for attempt in attempts if attempt < len(outputs))
    return [grid for grid in found if grid is not None]


def _by_order(grids: list[Grid]) -> list[Grid]:
    """Each different grid once, first seen first."""
    return [grid for place, grid in enumerate(grids) if grid not in grids[:place]]


def _by_votes(grids: list[Grid]) -> list[Grid]:
    """Each different grid once, most frequent first, then first seen first."""
    return sorted(_by_order(grids), key=lambda grid: -grids.count(grid))


def _first_two(grids: list[Grid]) -> dict[str, Grid | None]:
    ranked = _by_order(grids)
    return {
        "attempt_1": ranked[0] if ranked else None,
        "attempt_2": ranked[1] if len(ranked) > 1 else None,
    }
