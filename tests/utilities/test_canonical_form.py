"""Tasks have the same canonical form exactly when one can be turned, mirrored, recoloured and reordered into the other."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import tasks
from tests.utilities.test_transforms import moves, recolourings, transforms
from utilities.canonical_form import canonical_form
from utilities.data_loader import Pair, Task, read_tasks
from utilities.grid import Grid
from utilities.transforms import Step, transform_task

small_grids = st.sampled_from([(1, 1), (1, 2), (2, 1), (2, 2)]).flatmap(
    lambda sides: st.lists(
        st.lists(st.integers(0, 2), min_size=sides[1], max_size=sides[1]),
        min_size=sides[0],
        max_size=sides[0],
    )
)


def small_pairs(size: int) -> st.SearchStrategy[tuple[Pair, ...]]:
    return st.lists(st.builds(Pair, small_grids, small_grids), min_size=1, max_size=size).map(tuple)


small_tasks = st.builds(Task, task_id=st.just("t"), train=small_pairs(3), test=small_pairs(2))


def content(task: Task) -> str:
    return canonical_form(task).content_hash


def every_spelling(task: Task) -> Iterator[str]:
    """Content hashes of the task under each symmetry and each permutation of the colours 0 to 2: by force, slowly."""
    for turn, mirror in itertools.product(range(4), range(2)):
        steps = [Step("rotate_90")] * turn + [Step("transpose")] * mirror
        for colours in itertools.permutations(range(3)):
            recolouring = Step("permute_colours", (*colours, *range(3, 10)))
            yield transform_task(task, [*steps, recolouring]).content_hash


@given(small_tasks, small_tasks)
def test_forms_are_equal_exactly_when_trying_everything_finds_a_way(one: Task, other: Task) -> None:
    assert (content(one) == content(other)) == (one.content_hash in set(every_spelling(other)))


@given(st.data(), small_tasks)
def test_one_changed_cell_is_the_same_task_only_where_trying_everything_says_so(
    data: st.DataObject, task: Task
) -> None:
    pairs = list(task.train)
    index = data.draw(st.integers(0, len(pairs) - 1))
    grid = pairs[index].input
    grid[-1][-1] = data.draw(st.integers(0, 2))
    pairs[index] = Pair(grid, pairs[index].output)
    changed = Task(task_id="t", train=tuple(pairs), test=task.test)
    assert (content(task) == content(changed)) == (changed.content_hash in set(every_spelling(task)))


@given(tasks(), transforms, st.randoms())
def test_the_form_is_the_same_under_symmetries_recolouring_and_pair_order(
    task: Task, steps: list[Step], random: Any
) -> None:
    seen = transform_task(task, steps)
    train, test = (tuple(random.sample(pairs, len(pairs))) for pairs in (seen.train, seen.test))
    assert canonical_form(Task(task_id=task.task_id, train=train, test=test)) == canonical_form(task)


@given(tasks())
def test_the_form_is_a_spelling_of_the_task_and_its_own_form(task: Task) -> None:
    form = canonical_form(task)
    assert canonical_form(form) == form
    assert (len(form.train), len(form.test)) == (len(task.train), len(task.test))


@given(tasks(), st.data())
def test_without_roles_a_pair_may_have_moved_between_train_and_test(task: Task, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, len(task.train) - 1))
    moved = transform_task(task, [data.draw(moves), Step("swap_train_test", k), data.draw(recolourings)])
    assert canonical_form(moved, roles=False) == canonical_form(task, roles=False)


def task_of(*pairs: tuple[Grid, Grid | None], test: tuple[Grid, Grid | None] = ([[0]], [[0]])) -> Task:
    return Task(task_id="t", train=tuple(itertools.starmap(Pair, pairs)), test=(Pair(*test),))


def test_roles_of_pairs_count() -> None:
    one, other = ([[1]], [[1]]), ([[1, 2]], [[2, 1]])
    assert content(task_of(one, test=other)) != content(task_of(other, test=one))


def test_a_secret_output_is_no_output_that_is_known() -> None:
    known = task_of(([[1]], [[1]]))
    secret = task_of(([[1]], [[1]]), test=([[0]], None))
    assert content(known) != content(secret)
    assert not canonical_form(secret).test[0].has_output


def test_pairs_that_differ_in_colour_alone_are_told_apart_by_the_colours_they_share() -> None:
    """One ring of four colours and two rings of two: every pair alone looks the same."""
    ring = task_of(*((([[a]], [[b]])) for a, b in [(1, 2), (2, 3), (3, 4), (4, 1)]))
    rings = task_of(*((([[a]], [[b]])) for a, b in [(1, 2), (2, 1), (3, 4), (4, 3)]))
    assert content(ring) != content(rings)


def petersen() -> list[tuple[int, int]]:
    """The graph on ten vertices whose 120 symmetries exchange no two vertices."""
    vertices = list(itertools.combinations(range(5), 2))
    return [
        (i, j) for i, one in enumerate(vertices) for j, other in enumerate(vertices) if not {*one} & {*other}
    ]


@pytest.mark.parametrize(
    "edges",
    [
        pytest.param([(c, c) for c in range(10)], id="ten colours that can all be exchanged"),
        pytest.param([(c, (c + 1) % 10) for c in range(10)], id="a ring"),
        pytest.param([(c, c + 1) for c in range(0, 10, 2)], id="five couples"),
        pytest.param(petersen(), id="the Petersen graph"),
    ],
)
@given(recolouring=recolourings)
def test_colours_that_look_alike_are_tried_and_not_guessed(
    edges: list[tuple[int, int]], recolouring: Step
) -> None:
    task = task_of(*(([[a]], [[b]]) for a, b in edges))
    assert canonical_form(transform_task(task, [recolouring])) == canonical_form(task)


def test_no_two_tasks_of_the_official_sets_are_one() -> None:
    for name in ("arc1-training", "arc2-evaluation"):
        forms = [content(task) for task in read_tasks(name)]
        assert len(set(forms)) == len(forms)
