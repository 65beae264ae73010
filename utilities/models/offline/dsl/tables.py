"""Steps that are learned from the train pairs: decision tables over layers, and choices between two grids."""

from collections.abc import Callable, Sequence

import numpy as np

from utilities.models.offline.declare import MOST_DOUBT, Facts, Inferred, group, operation, sentence
from utilities.models.offline.dsl.types import Array, Colour, Measured, Pick


def _colour_map(values: Sequence[Array], facts: Facts) -> Inferred:
    """The colours that change and what they become; longer for more, and for those that only one pair shows."""
    if any(one.shape != two.shape for one, two in zip(values, facts.outputs, strict=True)):
        return
    shown: dict[int, set[int]] = {}
    became: dict[int, int] = {}
    for number, (one, two) in enumerate(zip(values, facts.outputs, strict=True)):
        for old, new in set(zip(one.ravel().tolist(), two.ravel().tolist(), strict=True)):
            if became.setdefault(old, new) != new:
                return
            shown.setdefault(old, set()).add(number)
    changed = {old: new for old, new in sorted(became.items()) if old != new}
    if changed:
        doubt = sum(len(shown[old]) == 1 for old in changed) / len(changed)
        yield {"new_colours": changed}, 0.05 * len(changed) + 2 * doubt


def _pick(values: Sequence[Array], facts: Facts) -> Inferred:
    """How the outputs' single colour can be told from the inputs."""
    for picture, output in zip(values, facts.outputs, strict=True):
        if picture.shape != output.shape or ((picture != 0) != (output != 0)).any():
            return
    if any(len(np.unique(output[output != 0])) != 1 for output in facts.outputs):
        return
    wanted = [int(output.max()) for output in facts.outputs]
    for pick in group("any_pick")():
        if [pick(grid) for grid in facts.inputs] == wanted:
            yield {"pick": pick}, 0.0


def _answers(values: Sequence[Array], facts: Facts) -> Inferred:
    """Measures that tell the outputs apart; two thirds of what they say must be shown by two pairs or more."""
    outputs = [grid.tolist() for grid in facts.outputs]
    distinct = len({str(output) for output in outputs})
    if not 1 < distinct < len(outputs):
        return
    picks = group("any_pick")()
    for by in [*group("number", "yes_no")(), *picks, *group("areas", "shape")()]:
        found = [by(value) for value in values]
        answers = dict(zip(found, outputs, strict=True))
        single = sum(found.count(key) == 1 for key in answers)
        if single <= MOST_DOUBT * len(answers) and [answers[key] for key in found] == outputs:
            yield {"by": by, "answers": answers}, 0.5 * (len(answers) - distinct) + (by in picks)


@operation("Exchange colours: {new_colours}", length=0.5, infer=_colour_map, learned=True)
def recolour(grid: Array, new_colours: dict[Colour, Colour]) -> Array:
    """Replace colours as the table says; a colour that is not in it stays."""
    return np.array([[new_colours.get(cell, cell) for cell in row] for row in grid.tolist()])


@sentence("Recolour cells by a rule; the others stay as they are")
def decide_cells(grid: Array, layers: list[Array], table: dict[tuple[int, ...], int]) -> Array:
    """Recolour cells by the values that the layers have there; where these are not in the table the colour stays."""
    result = grid.copy()
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            result[i, j] = table.get(tuple(int(layer[i, j]) for layer in layers), grid[i, j])
    return result


@sentence("By a rule take some cells from the second of two grids, the others from the first")
def choose_cells(grid: Array, other: Array, layers: list[Array], where: set[tuple[int, ...]]) -> Array:
    """Take a cell from the other grid where the layers' values are in `where`, else (also for -1: beyond an edge) from the first."""
    result = grid.copy()
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            if other[i, j] >= 0 and tuple(int(layer[i, j]) for layer in layers) in where:
                result[i, j] = other[i, j]
    return result


@operation("Paint it in a colour of the input: {pick}", length=1.2, infer=_pick, learned=True)
def paint_like(picture: Array, grid: Array, pick: Pick) -> Array:
    """Give the picture's coloured cells the colour of the input grid that `pick` names."""
    return np.where(picture != 0, pick(grid), 0)


@operation("Look the answer up by {by}", length=2.0, infer=_answers, learned=True, deepest=2.0)
def answer_by(
    grid: Array, by: Callable[[Array], Measured], answers: dict[Measured, list[list[int]]]
) -> Array:
    """The whole answer looked up by what `by` says about the grid."""
    found = by(grid)
    if found not in answers:
        raise ValueError(f"no train pair shows what to do for {found}")
    return np.array(answers[found])
