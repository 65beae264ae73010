"""Hypothesis strategies for grids and tasks."""

from hypothesis import strategies as st

from utilities.data_loader import Pair, Task
from utilities.grid import MAX_SIDE, Grid

sides = st.integers(1, MAX_SIDE)


@st.composite
def grids(draw: st.DrawFn, height: int | None = None, width: int | None = None) -> Grid:
    """H x W ints 0-9: one colour with up to a dozen cells of others."""
    height, width = height or draw(sides), width or draw(sides)
    fill = draw(st.integers(0, 9))
    grid = [[fill] * width for _ in range(height)]
    cells = st.tuples(st.integers(0, height - 1), st.integers(0, width - 1), st.integers(0, 9))
    for row, column, colour in draw(st.lists(cells, max_size=12)):
        grid[row][column] = colour
    return grid


def pairs(outputs_known: bool = True) -> st.SearchStrategy[tuple[Pair, ...]]:
    """One to three pairs."""
    outputs = grids() if outputs_known else st.none()
    return st.lists(st.builds(Pair, grids(), outputs), min_size=1, max_size=3).map(tuple)


task_ids = st.text("0123456789abcdef", min_size=8, max_size=8)


def tasks(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[Task]:
    """Original tasks with an id of eight hex digits, where `fields` does not say otherwise."""
    return st.builds(Task, **{"task_id": task_ids, "train": pairs(), "test": pairs(), **fields})


def task_lists(max_size: int = 3) -> st.SearchStrategy[list[Task]]:
    """One or more original tasks, every id once."""
    return st.lists(tasks(), min_size=1, max_size=max_size, unique_by=lambda task: task.task_id)
