from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.utilities.models.offline.prompts import prompt_for
from utilities.model_utils import Message
from utilities.models.offline.prompt import read_question

sides = st.integers(1, 6)
grids = st.tuples(sides, sides).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, 9), min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
    )
)


def user(text: str) -> tuple[Message, ...]:
    return (Message("user", text),)


@given(pairs=st.lists(st.tuples(grids, grids), min_size=1, max_size=4), test=grids)
def test_pairs_and_test_input_are_read_back_from_a_prompt(pairs: Any, test: Any) -> None:
    task = {"train": [{"input": one, "output": two} for one, two in pairs]}
    question = read_question(user(prompt_for(task, test=test)))
    assert question.pairs == tuple(pairs)
    assert question.tests == (test,)
    assert question.wanted == "grid"


def test_headings_in_other_words_cases_and_with_text_between_are_read() -> None:
    text = """TRAINING EXAMPLE 1 (of 2)
**INPUT** (1 x 2):
Look at it closely, it has 2 cells.
1 2
and so on
output grid, 2 x 1:
[3]
[4]

### Train pair 2
input:
5, 5
Output:
6
Test input 1 (1 x 1):
7
"""
    question = read_question(user(text))
    assert question.pairs == (([[1, 2]], [[3], [4]]), ([[5, 5]], [[6]]))
    assert question.tests == ([[7]],)


def test_a_grid_that_is_not_rectangular_is_no_pair() -> None:
    assert read_question(user("Train pair 1\nInput:\n1 2\n3\nOutput:\n1")).pairs == ()


def test_what_is_asked_for_comes_from_the_last_message_that_tells() -> None:
    pair = "Train pair 1\nInput:\n1\nOutput:\n2\n"
    assert read_question(user(pair)).wanted == "words"
    assert read_question(user(pair + "Write solve_task.")).wanted == "code"
    assert read_question(user(pair + "Test input:\n3")).wanted == "grid"
    asked_for_code = (Message("system", "Define solve_task."), *user(pair))
    assert read_question(asked_for_code).wanted == "code"


def test_a_follow_up_keeps_the_pairs_of_the_first_message_and_counts_the_answers() -> None:
    conversation = (
        Message("system", "You solve puzzles."),
        Message("user", "Train pair 1\nInput:\n1\nOutput:\n2\nWrite solve_task."),
        Message("assistant", "Here."),
        Message("user", "Your program failed on pair 1.\nInput:\n9\nOutput:\n9"),
    )
    question = read_question(conversation)
    assert question.pairs == (([[1]], [[2]]),)
    assert question.wanted == "code"
    assert question.rejected == 1


def test_a_prompt_without_pairs_has_none() -> None:
    assert read_question(user("Hello, how are you?")).pairs == ()
    assert read_question(()).pairs == ()
