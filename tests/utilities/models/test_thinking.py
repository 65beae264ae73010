import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.models.thinking import split_thinking, text_of_details, text_of_parts, without_repeats


@pytest.mark.parametrize(
    ("content", "text", "thinking"),
    [
        ("an answer", "an answer", ""),
        ("", "", ""),
        ("<think>hm</think>\n\nan answer", "an answer", "hm"),
        ("\n<think>\nhm\n</think>an answer", "an answer", "hm"),
        ("hm\n</think>\nan answer", "an answer", "hm"),
        ("<think>hm, cut off", "", "hm, cut off"),
        ("one <think>a</think>two <think>b</think>three", "one two three", "a\n\nb"),
        ("<think></think>an answer", "an answer", ""),
        ("<think>a <think> b</think>an answer", "an answer", "a <think> b"),
        ("print('<think>') # a lone tag", "print('<think>') # a lone tag", ""),
        ("<think>a</think>the tag <think> alone", "the tag <think> alone", "a"),
    ],
)
def test_think_parts_are_taken_out_of_the_answer(content, text, thinking):
    assert split_thinking(content) == (text, thinking)


def test_a_great_many_think_parts_do_not_take_the_square_of_their_number():
    many = 400_000
    assert split_thinking("<think>a</think>b" * many) == ("b" * many, "\n\n".join("a" * many))


@given(st.text(alphabet="ab \n", max_size=20), st.text(alphabet="cd \n", max_size=20))
def test_thought_and_answer_come_back_with_or_without_the_opening_tag(thought, answer):
    whole = split_thinking(f"<think>{thought}</think>{answer}")
    assert whole == (answer.strip(), thought.strip())
    assert split_thinking(f"{thought}</think>{answer}") == whole


@given(st.text(max_size=60).filter(lambda text: "think>" not in text))
def test_an_answer_without_think_parts_stays_as_it_is(answer):
    assert split_thinking(answer) == (answer, "")


def test_details_give_their_texts_and_summaries_and_no_encrypted_data():
    details = [
        {"type": "reasoning.summary", "summary": "short"},
        {"type": "reasoning.encrypted", "data": "c2VjcmV0"},
        {"type": "reasoning.text", "text": "long"},
    ]
    assert text_of_details(details) == "short\nlong"


@pytest.mark.parametrize("details", [None, "text", {}, [None, 3, {"text": 5}]])
def test_details_of_another_shape_give_nothing(details):
    assert text_of_details(details) == ""


def test_an_answer_in_parts_is_put_together():
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "an "},
        "answer",
    ]
    assert text_of_parts(parts) == ("an answer", "hm")


@pytest.mark.parametrize("odd", [5, 1.5, True, None, {}, [5, None, {"text": 5}]])
def test_parts_that_are_no_text_are_left_out(odd):
    parts = [{"type": "thinking", "thinking": odd}, odd, {"type": "text", "text": "an answer"}]
    assert text_of_parts(parts) == ("an answer", "")


def test_the_same_thought_in_two_forms_is_kept_once():
    assert without_repeats(["one two", "one\ntwo", ""]) == "one two"
    assert without_repeats(["two", "one two three"]) == "one two three"
    assert without_repeats(["one", "two"]) == "one\n\ntwo"
