"""A pair keeps JSON and gives grids."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given

from tests.strategies import grids, tasks
from utilities.grid import Grid
from utilities.tasks import Pair, PairJson, Task, pairs_of_json, task_of_data


@given(grids(), grids())
def test_a_pair_gives_back_its_grids(one: Grid, other: Grid) -> None:
    pair = Pair(one, other)
    assert (pair.input, pair.output, Pair(one).output) == (one, other, None)
    assert json.loads(pair.json) == {"input": one, "output": other}
    assert pair.input_text == "\n".join(" ".join(map(str, row)) for row in one)


@given(grids(), grids())
def test_spaces_in_json_do_not_matter(one: Grid, other: Grid) -> None:
    spaced = json.dumps([{"output": other, "input": one}, {"input": one}], indent=3).encode()
    assert pairs_of_json(msgspec.json.decode(spaced, type=list[PairJson])) == (Pair(one, other), Pair(one))


def test_a_grid_that_was_looked_at_cannot_change_the_pair() -> None:
    pair = Pair([[1]], [[2]])
    pair.input[0][0] = 9
    assert pair.input == [[1]]


def test_pairs_compare_by_content() -> None:
    assert Pair([[1]], [[2]]) == Pair([[1]], [[2]]) != Pair([[1]])
    assert len({Pair([[1]]), Pair([[1]]), Pair([[2]])}) == 2


def test_a_secret_output_has_no_text() -> None:
    with pytest.raises(ValueError, match="no output"):
        _ = Pair([[1]]).output_text


@given(tasks())
def test_a_task_survives_the_way_through_a_record(task: Task) -> None:
    assert (
        task_of_data(task.task_id, task.version, json.loads(bytes(task.pairs))).content_hash
        == task.content_hash
    )


@pytest.mark.parametrize(
    "data",
    [None, 5, {}, {"train": [], "test": []}, {"train": [{"input": [[1]]}], "test": [{"input": [[1]]}]}]
    + [
        {"train": [{"input": [[1]], "output": bad}], "test": [{"input": [[1]]}]}
        for bad in ([[10]], [[1], []], [], "x")
    ],
)
def test_data_that_are_no_task_are_refused(data: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        task_of_data("a", 0, data)
