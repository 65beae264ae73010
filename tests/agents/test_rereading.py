"""Reading stored replies anew."""

from agents.rereading import reread
from tests.scripted_model import CODE_REPLY
from tests.utilities.scoring.records import code_record, direct_record

GRID = [[1, 2]]
GRID_REPLY = "The answer:\n```json\n[[1, 2]]\n```"


def test_programs_are_read_anew_and_lose_their_verdicts() -> None:
    record = code_record("a", [GRID], [[GRID], [GRID]], response=[CODE_REPLY, "no code"])
    found = reread(record)
    assert found["python_code"][0].startswith("def solve_task")
    assert found["python_code"][1] is None
    assert "test_outputs" not in found


def test_the_last_follow_up_that_was_answered_counts() -> None:
    follow_ups = [{"response": CODE_REPLY}, {"response": None}]
    record = code_record("a", [GRID], [[None]], response=["no code"], refinements=[follow_ups])
    assert reread(record)["python_code"][0].startswith("def solve_task")


def test_answers_are_read_anew() -> None:
    record = direct_record("a", [GRID, GRID], [[None, None], None], response=[[GRID_REPLY, None], None])
    assert reread(record)["answers"] == [[GRID, None], None]


def test_a_record_without_replies_stays_as_it_is() -> None:
    record = code_record("a", [GRID], [[GRID]])
    assert reread(record) == record
