"""Choosing the two submitted grids, and never by the answer."""

import inspect

from hypothesis import given
from hypothesis import strategies as st

from utilities.grid import Grid
from utilities.scoring import choose_code, choose_direct

A, B, C, D = ([[colour]] for colour in (1, 2, 3, 4))
RAGGED = [[1], [1, 2]]


def both(first: Grid | None, second: Grid | None) -> dict[str, Grid | None]:
    return {"attempt_1": first, "attempt_2": second}


def test_train_perfect_programs_vote() -> None:
    assert choose_code([[A], [B], [B]], [1.0, 1.0, 1.0], 1) == [both(B, A)]


def test_a_tie_goes_by_order() -> None:
    assert choose_code([[B], [A], [A], [B], [C]], [1.0] * 5, 1) == [both(B, A)]


def test_programs_that_fail_train_pairs_have_no_vote() -> None:
    assert choose_code([[B], [B], [B], [A]], [0.9, 0.9, 0.9, 1.0], 1) == [both(A, B)]


def test_the_rest_is_ranked_by_train_accuracy_then_order() -> None:
    assert choose_code([[A], [B], [C], [D]], [0.0, 0.5, 0.75, 0.75], 1) == [both(C, D)]


def test_the_second_grid_is_another_one() -> None:
    assert choose_code([[A], [A], [A], [B]], [1.0, 1.0, 0.5, 0.2], 1) == [both(A, B)]


def test_each_test_input_is_decided_for_itself() -> None:
    assert choose_code([[A, B], [A, None], [C, D]], [1.0, 1.0, 0.5], 2) == [both(A, C), both(B, D)]


def test_what_is_no_grid_is_no_candidate() -> None:
    outputs = [[None], None, [RAGGED], [[]], [[[10]]], ["1"], [[[True]]], [], [A]]
    assert choose_code(outputs, [1.0] * 8 + [0.0], 1) == [both(A, None)]
    assert choose_direct(outputs[:-1], 1) == [both(None, None)]


def test_equal_answers_vote_and_ties_go_by_order() -> None:
    assert choose_direct([[A], [B], [C], [B]], 1) == [both(B, A)]
    assert choose_direct([[C], [A], [B]], 1) == [both(C, A)]


def test_no_expected_output_can_reach_the_choice() -> None:
    assert set(inspect.signature(choose_code).parameters) == {"test_outputs", "train_accuracy", "inputs"}
    assert set(inspect.signature(choose_direct).parameters) == {"answers", "inputs"}


@given(st.lists(st.sampled_from([A, B, C, None, RAGGED]), max_size=12))
def test_the_choice_is_the_most_frequent_two(answers: list[Grid | None]) -> None:
    (chosen,) = choose_direct([[answer] for answer in answers], 1)
    good = [answer for answer in answers if answer in (A, B, C)]
    ranked = sorted(
        {grid[0][0] for grid in good}, key=lambda colour: (-good.count([[colour]]), good.index([[colour]]))
    )
    assert [grid and grid[0][0] for grid in chosen.values()] == [*ranked, None, None][:2]
