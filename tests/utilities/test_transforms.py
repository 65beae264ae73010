"""The named transforms do what the vectors say, which the browser's twin is held to as well, and they form a group."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import grids, tasks
from utilities.data_loader import Task
from utilities.grid import Grid, is_grid
from utilities.tasks import task_of_data
from utilities.transforms import (
    TRANSFORMS,
    Step,
    TransformError,
    composed,
    inverse,
    parse_transform,
    transform_grid,
    transform_task,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "transforms.json").read_text(encoding="utf-8"))

moves = st.sampled_from([Step(name) for name, row in TRANSFORMS.items() if row.parameter is None])
recolourings = st.permutations(range(10)).map(lambda colours: Step("permute_colours", tuple(colours)))
transforms = st.lists(moves | recolourings, max_size=6)


def swaps(pairs: int) -> st.SearchStrategy[Step]:
    return st.integers(0, pairs - 1).map(lambda k: Step("swap_train_test", k))


def steps_for(task: Task) -> st.SearchStrategy[list[Step]]:
    return st.lists(moves | recolourings | swaps(len(task.train)), max_size=8)


def written(steps: tuple[Step, ...]) -> Any:
    """As JSON would give it back."""
    return json.loads(json.dumps([step.json for step in steps]))


def task_of(data: Any) -> Task:
    return task_of_data("t", 0, data)


# --- the vectors -----------------------------------------------------------------------------------------------------


def test_the_vectors_know_every_transform() -> None:
    assert list(TRANSFORMS) == VECTORS["names"]
    assert {step["name"] for case in VECTORS["tasks"] for step in case["transform"]} == set(TRANSFORMS)


@pytest.mark.parametrize("case", VECTORS["grids"])
def test_a_grid_becomes_what_the_vectors_say(case: dict[str, Any]) -> None:
    assert transform_grid(case["grid"], parse_transform(case["transform"])) == case["result"]


@pytest.mark.parametrize("case", VECTORS["tasks"])
def test_a_task_becomes_what_the_vectors_say_and_back(case: dict[str, Any]) -> None:
    steps = parse_transform(case["transform"])
    result = transform_task(task_of(case["task"]), steps)
    assert result == task_of(case["result"])
    assert written(inverse(steps)) == case["inverse"]
    assert written(composed(steps)) == case["composed"]
    assert transform_task(result, inverse(steps)) == task_of(case["task"])


@pytest.mark.parametrize("case", VECTORS["errors"], ids=lambda case: json.dumps(case["transform"])[:60])
def test_what_is_no_transform_is_refused_in_the_words_of_the_vectors(case: dict[str, Any]) -> None:
    with pytest.raises(TransformError) as error:
        parse_transform(case["transform"])
    assert str(error.value) == case["error"]


@pytest.mark.parametrize("case", VECTORS["task_errors"])
def test_what_a_task_does_not_allow_is_refused_in_the_words_of_the_vectors(case: dict[str, Any]) -> None:
    with pytest.raises(TransformError) as error:
        transform_task(task_of(case["task"]), parse_transform(case["transform"]))
    assert str(error.value) == case["error"]


@pytest.mark.parametrize("case", VECTORS["same_content"], ids=lambda case: case["case"])
def test_content_is_the_same_as_the_vectors_say(case: dict[str, Any]) -> None:
    one, other = task_of(case["one"]), task_of(case["other"])
    assert (one.content_hash == other.content_hash) is case["same"]


# --- laws ------------------------------------------------------------------------------------------------------------


@given(grids(), transforms)
def test_a_transformed_grid_is_a_new_grid_with_as_many_cells(grid: Grid, steps: list[Step]) -> None:
    before = [row[:] for row in grid]
    after = transform_grid(grid, steps)
    assert is_grid(after)
    assert sum(map(len, after)) == sum(map(len, grid))
    after[0][0] = -1
    assert grid == before


@given(st.data(), tasks())
def test_the_inverse_undoes_and_the_composition_does_the_same(data: st.DataObject, task: Task) -> None:
    steps = data.draw(steps_for(task))
    result = transform_task(task, steps)
    assert transform_task(result, inverse(steps)) == task
    assert transform_task(task, composed(steps)) == result
    assert composed([*steps, *inverse(steps)]) == ()
    assert parse_transform(written(tuple(steps))) == tuple(steps)


@given(st.data(), tasks())
def test_composition_is_associative_and_idempotent_and_never_longer(data: st.DataObject, task: Task) -> None:
    one, other = data.draw(steps_for(task)), data.draw(steps_for(task))
    whole = composed([*one, *other])
    assert composed([*composed(one), *composed(other)]) == whole
    assert composed(whole) == whole
    assert len(whole) <= len(one) + len(other)


@given(st.lists(moves | swaps(3), max_size=5), st.lists(moves | swaps(3), max_size=5))
def test_compositions_are_equal_exactly_when_the_effects_are(one: list[Step], other: list[Step]) -> None:
    pairs = [{"input": [[n, 0, 1], [2, 3, 4]], "output": [[n]]} for n in range(5, 9)]
    task = task_of({"train": pairs[:3], "test": pairs[3:]})
    assert (composed(one) == composed(other)) == (transform_task(task, one) == transform_task(task, other))


@given(tasks(), st.data())
def test_id_version_and_signers_stay(task: Task, data: st.DataObject) -> None:
    result = transform_task(task, data.draw(steps_for(task)))
    assert (result.key, result.signed_by, result.transform) == (task.key, task.signed_by, task.transform)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(list(TRANSFORMS)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["name", "k", "permutation"]) | st.text(), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_a_transform_or_gets_one_sentence(value: Any) -> None:
    try:
        parse_transform(value)
    except TransformError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 300
