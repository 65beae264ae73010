from hypothesis import given
from hypothesis import strategies as st

from utilities.models.offline.prompt import Question
from utilities.models.offline.protocol import Solution
from utilities.models.offline.replies import choose, write_reply

PAIRS = (([[1]], [[2]]), ([[3]], [[4]]))
SOLUTIONS = [Solution("First.", "one = 1\n", ([[5]],)), Solution("Second.", "two = 2\n", ([[6]],))]


@given(count=st.integers(1, 8), seed=st.integers(0, 1000))
def test_attempts_get_different_programs_however_the_caller_counts_them(count: int, seed: int) -> None:
    plain = [choose(count, attempt, None, 0) for attempt in range(count)]
    in_seed = [choose(count, 0, seed + attempt, 0) for attempt in range(count + 1)]
    in_attempt = [choose(count, attempt, seed, 0) for attempt in range(count + 1)]
    in_both = [choose(count, attempt, seed + attempt, 0) for attempt in range(count + 1)]
    assert plain == list(range(count))
    assert set(in_seed) == set(in_attempt) == set(in_both) == set(range(count))


def test_attempts_beyond_the_last_program_get_the_best_one() -> None:
    assert [choose(2, attempt, None, 0) for attempt in range(4)] == [0, 1, 0, 0]


def test_a_follow_up_gets_the_next_program_until_there_is_none() -> None:
    replies = [
        write_reply(Question(PAIRS, (), "code", rejected), SOLUTIONS, 0, None) for rejected in range(3)
    ]
    assert "one = 1" in replies[0]
    assert "two = 2" in replies[1]
    assert "no other program" in replies[2]
    assert "```" not in replies[2]


def test_each_kind_of_question_gets_its_kind_of_answer() -> None:
    words = write_reply(Question(PAIRS, (), "words", 0), SOLUTIONS, 0, None)
    grid = write_reply(Question(PAIRS, ([[0]],), "grid", 0), SOLUTIONS, 1, None)
    assert words == "First."
    assert grid == "Second.\n\n```json\n[[6]]\n```\n"


def test_without_a_program_the_reply_says_so_and_holds_no_answer() -> None:
    for wanted in ("code", "grid", "words"):
        reply = write_reply(Question(PAIRS, (), wanted, 0), [], 0, None)
        assert "no program" in reply
        assert "```" not in reply
        assert "def " not in reply


def test_an_answer_that_is_missing_says_what_was_looked_for() -> None:
    none = "found no program that reproduces all 2 train pairs"
    assert f"{none}, so" in write_reply(Question(PAIRS, (), "code", 0), [], 0, None)
    grid = write_reply(Question(PAIRS, ([[0]],), "grid", 0), [], 0, None)
    assert f"{none} and applies to the test input, so" in grid
    contradicting = Question((PAIRS[0], (PAIRS[0][0], [[9]])), (), "code", 0)
    assert "same input and different outputs" in write_reply(contradicting, [], 0, None)
