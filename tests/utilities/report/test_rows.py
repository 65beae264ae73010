"""What a row holds of a task, and how it is packed."""

import base64
import gzip
import json
from typing import Any

from tests.results_files import RIGHT, WRONG, code_results, direct_results
from tests.utilities.scoring.records import code_record, direct_record
from utilities.records import Record
from utilities.report.rows import LONGEST_TEXT, SHORTEST_CUT, Row, make_card, pack, text_limit
from utilities.scoring import judge


def story(record: Record, limit: int = LONGEST_TEXT) -> list[dict[str, Any]]:
    """The attempts of a record as the page unpacks them."""
    card = make_card(record, judge(record))
    row = Row(task_id="a", version=0, cards={0: card}, pairs=json.dumps(record["task_data"]).encode())
    whole = json.loads(gzip.decompress(base64.b64decode(pack(row, limit))))
    assert whole["task"] == record["task_data"]
    attempts: list[dict[str, Any]] = whole["runs"][0]["attempts"]
    return attempts


def test_an_attempt_has_its_grids_its_class_and_what_was_submitted() -> None:
    first, second = story(code_results()[0])
    assert (first["class"], first["outputs"], first["submitted"]) == ("right", [RIGHT], [["attempt_1"]])
    assert (second["class"], second["outputs"], second["submitted"]) == (
        "wrong_cells",
        [WRONG],
        [["attempt_2"]],
    )


def test_what_is_no_grid_is_shown_as_none() -> None:
    (attempt,) = story(code_record("a", [RIGHT], [[[[1], [1, 2]]]]))
    assert attempt["outputs"] == [None]


def test_texts_come_in_the_order_in_which_they_came_about() -> None:
    follow_ups = [
        {"response": "Better: ...", "error": None},
        {"response": None, "error": {"type": "t", "message": "m"}},
    ]
    record = code_record(
        "a",
        [RIGHT],
        [[RIGHT]],
        thinking=["Hm."],
        reasoning=["So."],
        refinements=[follow_ups],
        stdout=["print"],
    )
    titles = [title for title, _ in story(record)[0]["texts"]]
    assert titles == ["Thinking", "Reasoning", "Follow-up 1", "Follow-up 2", "Code", "Printed"]


def test_a_reply_without_an_answer_is_shown_as_it_came() -> None:
    first, second = story(code_results()[2])
    assert first["texts"] == [["Error", "timeout: silence"]]
    assert second["texts"] == [["Response", "I cannot."]]


def test_texts_of_several_test_inputs_follow_each_other() -> None:
    record = direct_record("a", [RIGHT, RIGHT], [[RIGHT, RIGHT]], reasoning=[["one", "two"]])
    assert story(record)[0]["texts"] == [["Reasoning", "Test input 1\none\n\nTest input 2\ntwo"]]
    assert story(direct_results()[0])[0]["texts"] == []


def test_long_texts_are_cut_and_say_so() -> None:
    (attempt,) = story(code_record("a", [RIGHT], [[RIGHT]], reasoning=["x" * 1_234]), limit=100)
    assert attempt["texts"][0][1] == "x" * 100 + "\n… 1,134 more characters are in the results file"


def test_the_more_attempts_the_shorter_the_texts() -> None:
    assert text_limit(1) == LONGEST_TEXT
    assert text_limit(10**7) == SHORTEST_CUT
    assert SHORTEST_CUT < text_limit(10_000) < LONGEST_TEXT


def test_packed_text_means_nothing_in_html() -> None:
    record = code_record("a", [RIGHT], [[RIGHT]], reasoning=["</script><!-- &lt;"])
    card = make_card(record, judge(record))
    packed = pack(Row(task_id="a", version=0, cards={0: card}, pairs=b"{}"), LONGEST_TEXT)
    assert set(packed) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")


def test_each_missing_grid_has_a_class_of_its_own() -> None:
    errors = [[None, None], [None, {"type": "timeout", "message": "silence"}]]
    record = direct_record("a", [RIGHT, RIGHT], [[WRONG, None], [[[1]], None]], error=errors)
    assert [attempt["class"] for attempt in story(record)] == ["wrong_cells", "wrong_shape"]
    assert [attempt["without_grid"] for attempt in story(record)] == [
        [None, "no_answer"],
        [None, "api_error"],
    ]


def test_a_program_without_a_grid_is_never_said_to_have_wrong_cells() -> None:
    reasons = ["wrong_cells: test pair 1: 1 of 4 cells differ", "timeout: test pair 2"]
    record = code_record("a", [RIGHT, RIGHT], [[WRONG, None], [RIGHT, None]], verification_reason=reasons)
    assert [attempt["without_grid"] for attempt in story(record)] == [[None, "no_answer"], [None, "timeout"]]
