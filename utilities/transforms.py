"""The named transforms of grids and whole tasks: what each does and undoes, and how several make one.

As JSON a transform is a list of steps, done in order: `[{"name": "rotate_90"}, {"name": "swap_train_test", "k": 1}]`.
`apps/static/js/transforms.js` is the twin for the browser; tests/vectors/transforms.json holds both to the same answers.
Not here: when two tasks are the same one (canonical_form.py, Task.content_hash).
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from utilities.grid import Grid
from utilities.tasks import Pair, Task

MAX_STEPS = 100
"""No transform needs more: every one can be said in three steps and the swaps of its pairs (`composed`)."""


class TransformError(ValueError):
    """A transform that is none, or that cannot be done on a task; the message is one sentence for people."""


class Step(NamedTuple):
    """One named transform with its parameter."""

    name: str
    value: Any = None
    """permute_colours: a tuple of ten colours; swap_train_test: k; otherwise None."""

    @property
    def json(self) -> dict[str, Any]:
        """The step as it is written in a dataset.json."""
        parameter = TRANSFORMS[self.name].parameter
        return {"name": self.name, **({parameter.name: self.value} if parameter else {})}


# --- what each does to a grid, and the one that moves pairs ----------------------------------------------------------


def transpose(grid: Grid) -> Grid:
    """H x W to W x H: row r becomes column r."""
    return [list(column) for column in zip(*grid, strict=True)]


def flip_horizontal(grid: Grid) -> Grid:
    """Left and right change places."""
    return [row[::-1] for row in grid]


def flip_vertical(grid: Grid) -> Grid:
    """Top and bottom change places."""
    return [row[:] for row in reversed(grid)]


def rotate_90(grid: Grid) -> Grid:
    """A quarter turn clockwise: H x W to W x H."""
    return [list(column[::-1]) for column in zip(*grid, strict=True)]


def rotate_180(grid: Grid) -> Grid:
    """Half a turn."""
    return [row[::-1] for row in reversed(grid)]


def rotate_270(grid: Grid) -> Grid:
    """Three quarter turns clockwise, which is one counter-clockwise: H x W to W x H."""
    return transpose(grid)[::-1]


def permute_colours(grid: Grid, permutation: Sequence[int]) -> Grid:
    """Every cell of colour c becomes `permutation[c]`; ten colours, each once."""
    return [[permutation[cell] for cell in row] for row in grid]


def swap_train_test(task: Task, k: int) -> Task:
    """Train pair k (the first is 0) and the first test pair change places.

    Raises TransformError when there is no train pair k, or when the output of that test pair is secret.
    """
    if k >= len(task.train):
        raise TransformError(f"k is {k}, but the last train pair of the task is {len(task.train) - 1}")
    if not task.test[0].has_output:
        raise TransformError("the first test pair has no output, so it cannot become a train pair")
    train, test = list(task.train), list(task.test)
    train[k], test[0] = test[0], train[k]
    return msgspec.structs.replace(task, train=tuple(train), test=tuple(test))


# --- the table -------------------------------------------------------------------------------------------------------


class Parameter(NamedTuple):
    """What a transform must be told."""

    name: str
    wanted: str
    """What its value is, for people."""
    is_valid: Callable[[Any], bool]


class Transform(NamedTuple):
    """A row of TRANSFORMS."""

    on_grid: Callable[..., Grid] | None
    """None where single grids stay as they are and only a task changes."""
    inverse: str
    """The name of the transform that undoes this one."""
    parameter: Parameter | None = None
    inverse_value: Callable[[Any], Any] = lambda value: value
    """The parameter of the inverse from this one's."""


def _is_permutation(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and all(type(colour) is int for colour in value)
        and sorted(value) == list(range(10))
    )


def _inverse_permutation(permutation: Sequence[int]) -> tuple[int, ...]:
    return tuple(permutation.index(colour) for colour in range(10))


_PERMUTATION = Parameter("permutation", "a list of the ten colours 0 to 9, each once", _is_permutation)
_TRAIN_PAIR = Parameter(
    "k",
    "the number of a train pair, from 0",
    lambda value: type(value) is int and 0 <= value < 10**6,
)

TRANSFORMS: dict[str, Transform] = {
    "transpose": Transform(transpose, "transpose"),
    "flip_horizontal": Transform(flip_horizontal, "flip_horizontal"),
    "flip_vertical": Transform(flip_vertical, "flip_vertical"),
    "rotate_90": Transform(rotate_90, "rotate_270"),
    "rotate_180": Transform(rotate_180, "rotate_180"),
    "rotate_270": Transform(rotate_270, "rotate_90"),
    "permute_colours": Transform(permute_colours, "permute_colours", _PERMUTATION, _inverse_permutation),
    "swap_train_test": Transform(None, "swap_train_test", _TRAIN_PAIR),
}


# --- using them ------------------------------------------------------------------------------------------------------


def transform_grid(grid: Grid, steps: Sequence[Step]) -> Grid:
    """A new grid: `grid` after `steps`; steps that only move pairs leave it as it is."""
    grid = [row[:] for row in grid]
    for name, value in steps:
        row = TRANSFORMS[name]
        if row.on_grid:
            grid = row.on_grid(grid, value) if row.parameter else row.on_grid(grid)
    return grid


def transform_task(task: Task, steps: Sequence[Step]) -> Task:
    """`task` with all of its pairs after `steps`; id, version and the rest stay.

    Raises TransformError, naming the step, when one cannot be done on this task.
    """
    for number, step in enumerate(steps, start=1):
        if step.name == "swap_train_test":
            try:
                task = swap_train_test(task, step.value)
            except TransformError as error:
                raise TransformError(f"step {number}: {error}") from None
    train, test = (
        tuple(
            Pair(
                transform_grid(pair.input, steps),
                transform_grid(pair.output, steps) if pair.output is not None else None,
            )
            for pair in pairs
        )
        for pairs in (task.train, task.test)
    )
    return msgspec.structs.replace(task, train=train, test=test)


def inverse(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that undo `steps`."""
    rows = [(TRANSFORMS[name], value) for name, value in reversed(steps)]
    return tuple(Step(row.inverse, row.inverse_value(value)) for row, value in rows)


_PROBE: Grid = [[0, 1], [2, 3]]
_SPELLINGS = ((), *((name,) for name, row in TRANSFORMS.items() if row.on_grid and not row.parameter))
_SYMMETRIES = [tuple(map(Step, names)) for names in (*_SPELLINGS, ("transpose", "rotate_180"))]
"""The eight symmetries of a square, each as the fewest steps."""


def composed(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The fewest steps with the effect of `steps`: a symmetry, then colours, then swaps.

    Two lists have the same composition exactly when they do the same to every task that has the train pairs they name.
    """
    moved = transform_grid(_PROBE, [step for step in steps if step.name != "permute_colours"])
    symmetry = next(names for names in _SYMMETRIES if transform_grid(_PROBE, names) == moved)
    (colours,) = transform_grid([list(range(10))], [step for step in steps if step.name == "permute_colours"])
    recolouring = [] if colours == list(range(10)) else [Step("permute_colours", tuple(colours))]
    return (*symmetry, *recolouring, *_composed_swaps(steps))


def _composed_swaps(steps: Sequence[Step]) -> list[Step]:
    """The swaps that put the first test pair (place 0) and the train pairs (places from 1) where `steps` put them."""
    swaps = [step.value for step in steps if step.name == "swap_train_test"]
    places = list(range(max(swaps, default=-1) + 2))
    for k in swaps:
        places[0], places[k + 1] = places[k + 1], places[0]
    back = []
    while misplaced := [place for place, pair in enumerate(places) if pair != place]:
        place = places[0] or misplaced[0]
        places[0], places[place] = places[place], places[0]
        back.append(Step("swap_train_test", place - 1))
    return back[::-1]


# --- reading them from JSON ------------------------------------------------------------------------------------------


def parse_transform(value: Any) -> tuple[Step, ...]:
    """The steps of a transform given as decoded JSON; an empty list changes nothing.

    Raises TransformError, one sentence that says what to write, when it is none.
    """
    if not isinstance(value, list):
        raise TransformError('a transform is a list of steps such as [{"name": "transpose"}]')
    if len(value) > MAX_STEPS:
        raise TransformError(f"a transform may have at most {MAX_STEPS} steps")
    return tuple(_parse_step(step, f"step {number}") for number, step in enumerate(value, start=1))


def _parse_step(step: Any, where: str) -> Step:
    if not isinstance(step, dict) or not isinstance(step.get("name"), str):
        raise TransformError(f'{where} is not an object with a "name"')
    name = step["name"]
    if name not in TRANSFORMS:
        called = f'called "{name}"' if re.fullmatch(r"\w{1,40}", name, re.ASCII) else "of that name"
        raise TransformError(f"{where}: there is no transform {called}: use one of {', '.join(TRANSFORMS)}")
    parameter = TRANSFORMS[name].parameter
    if step.keys() - {"name", parameter.name if parameter else "name"}:
        takes = f'only "{parameter.name}"' if parameter else "no parameters"
        raise TransformError(f"{where}: {name} takes {takes}")
    if parameter is None:
        return Step(name)
    value = step.get(parameter.name)
    if not parameter.is_valid(value):
        raise TransformError(f'{where}: {name} needs "{parameter.name}", {parameter.wanted}')
    return Step(name, tuple(value) if isinstance(value, list) else value)
