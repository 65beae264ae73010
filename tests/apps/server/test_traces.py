"""Traces and votes: adding, editing, removing, voting, each once and by the right person."""

import pytest

from apps.server.openapi import described
from tests.apps.server.conftest import TASK, NewUser, User

TRACES = f"tasks/{TASK}/traces"
KEEP = "def solve_task(grid):\n    return grid"


def new(text: str = "Keep the grid.", client_id: str = "one", **more: object) -> dict[str, object]:
    return {"text": text, "client_id": client_id, **more}


def test_a_trace_has_every_field_of_the_contract(ada: User) -> None:
    reply = ada.send("POST", TRACES, new(version=0, cells=[{"grid": "train-0-input", "top": 0}]))
    assert reply.status_code == 201 and reply.json is not None
    trace = reply.json["trace"]
    assert trace.pop("trace_id") and trace.pop("timestamp")
    assert trace == {
        "task_id": TASK,
        "username": "ada",
        "text": "Keep the grid.",
        "score": 0,
        "voters": {},
        "revision": 1,
        "version": 0,
        "origin": "person",
        "verified": None,
        "code": None,
        "cells": [{"grid": "train-0-input", "top": 0}],
        "my_vote": 0,
    }


def test_code_is_verified_on_the_train_pairs(ada: User) -> None:
    right = ada.done("POST", TRACES, new(code=KEEP))["trace"]
    assert right["verified"] == {"train_passed": 2, "train_total": 2}
    wrong = ada.done("POST", TRACES, new(client_id="two", code="def solve_task(grid):\n    return 1 / 0"))[
        "trace"
    ]
    assert wrong["verified"] == {"train_passed": 0, "train_total": 2}


def test_the_same_client_id_adds_once(ada: User, bob: User) -> None:
    first = ada.done("POST", TRACES, new())["trace"]
    assert ada.done("POST", TRACES, new())["trace"] == first
    for other in (
        new("Another text."),
        new(code=KEEP),
        new(cells=[{"grid": "train-0-input"}]),
        new(version=1),
    ):
        assert "client_id" in ada.refused(409, "POST", TRACES, other)
    assert "client_id" in ada.refused(409, "POST", "tasks/task0002/traces", new())
    assert bob.done("POST", TRACES, new())["trace"]["trace_id"] != first["trace_id"]
    assert len(ada.done("GET", TRACES)["traces"]) == 2


def test_the_same_client_id_adds_a_trace_with_code_and_cells_once(ada: User) -> None:
    body = new(code=KEEP.replace("\n", "\r\n"), cells=[{"grid": "train-0-input", "top": 0.5}])
    first = ada.done("POST", TRACES, body)["trace"]
    assert ada.done("POST", TRACES, body)["trace"] == first
    assert "client_id" in ada.refused(409, "POST", TRACES, {**body, "code": "x = 1"})


def test_a_removed_trace_is_not_added_again_by_a_late_copy_of_its_request(ada: User) -> None:
    trace = ada.done("POST", TRACES, new())["trace"]
    ada.done("DELETE", f"traces/{trace['trace_id']}")
    assert ada.done("POST", TRACES, new())["trace"]["trace_id"] == trace["trace_id"]
    assert ada.done("GET", TRACES)["traces"] == []


def test_editing_counts_revisions(ada: User) -> None:
    path = f"traces/{ada.done('POST', TRACES, new())['trace']['trace_id']}"
    assert ada.done("PATCH", path, {"text": "Better.", "revision": 1})["trace"]["revision"] == 2
    again = ada.done("PATCH", path, {"text": "Better.", "revision": 1})["trace"]
    assert (again["text"], again["revision"]) == ("Better.", 2)


def test_a_stale_edit_is_refused_with_the_present_trace(ada: User) -> None:
    path = f"traces/{ada.done('POST', TRACES, new())['trace']['trace_id']}"
    ada.done("PATCH", path, {"text": "Better.", "revision": 1})
    reply = ada.send("PATCH", path, {"text": "Late.", "revision": 1})
    assert reply.status_code == 409 and reply.json is not None
    assert reply.json["success"] is False and reply.json["error"]
    assert (reply.json["trace"]["text"], reply.json["trace"]["revision"]) == ("Better.", 2)
    operation = described()["paths"]["/arc2/api/traces/{trace_id}"]["patch"]
    schema = operation["responses"]["409"]["content"]["application/json"]["schema"]["$ref"]
    assert "trace" in described()["components"]["schemas"][schema.rpartition("/")[2]]["properties"]


def test_only_the_author_edits_and_removes(ada: User, bob: User) -> None:
    path = f"traces/{ada.done('POST', TRACES, new())['trace']['trace_id']}"
    bob.refused(403, "PATCH", path, {"text": "Mine.", "revision": 1})
    bob.refused(403, "DELETE", path)
    ada.done("DELETE", path)
    for method, body in (("PATCH", {"text": "Mine.", "revision": 1}), ("DELETE", None)):
        ada.refused(404, method, path, body)
    ada.refused(404, "PUT", f"{path}/vote", {"vote": 1})


def test_one_vote_per_user_that_can_be_changed_and_taken_back(ada: User, bob: User, user: NewUser) -> None:
    trace_id = ada.done("POST", TRACES, new())["trace"]["trace_id"]
    path = f"traces/{trace_id}/vote"
    assert bob.done("PUT", path, {"vote": 1}) == {"success": True, "score": 1, "my_vote": 1}
    assert bob.done("PUT", path, {"vote": 1})["score"] == 1
    assert user("eve").done("PUT", path, {"vote": -1})["score"] == 0
    assert bob.done("PUT", path, {"vote": -1})["score"] == -2
    (trace,) = bob.done("GET", TRACES)["traces"]
    assert (trace["voters"], trace["score"], trace["my_vote"]) == ({"bob": -1, "eve": -1}, -2, -1)
    assert bob.done("PUT", path, {"vote": 0}) == {"success": True, "score": -1, "my_vote": 0}
    assert ada.done("GET", TRACES)["traces"][0]["voters"] == {"eve": -1}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"client_id": "1"}, "'text'"),
        ({"text": "x"}, "'client_id'"),
        ({"text": " \n", "client_id": "1"}, "empty"),
        ({"text": 1, "client_id": "1"}, "'text'"),
        ({"text": "x", "client_id": ""}, "'client_id'"),
        ({"text": "x", "client_id": "1", "version": -1}, "'version'"),
        ({"text": "x", "client_id": "1", "version": "0"}, "'version'"),
        ({"text": "x", "client_id": "1", "cells": {}}, "'cells'"),
        ({"text": "x", "client_id": "1", "code": ["x"]}, "'code'"),
        ({"text": "x" * 100_001, "client_id": "1"}, "100000"),
        ({"text": "a\u0000b", "client_id": "1"}, "U+0000"),
        ({"text": "a\u001b[31mb", "client_id": "1"}, "U+001B"),
    ],
)
def test_malformed_traces_are_refused(ada: User, body: object, words: str) -> None:
    assert words in ada.refused(400, "POST", TRACES, body)
    assert ada.done("GET", TRACES)["traces"] == []


def test_unknown_tasks_versions_and_traces_are_404(ada: User) -> None:
    ada.refused(404, "POST", "tasks/nothing/traces", new())
    ada.refused(404, "GET", "tasks/nothing/traces")
    ada.refused(404, "POST", TRACES, new(version=7))
    for trace_id in ("nothing", "..%2F..%2Fetc%2Fpasswd", "%00", "'; DROP TABLE traces; --"):
        ada.refused(404, "DELETE", f"traces/{trace_id}")


@pytest.mark.parametrize("vote", [2, -2, 0.5, "1", None, True])
def test_a_vote_is_one_of_three_numbers(ada: User, vote: object) -> None:
    trace_id = ada.done("POST", TRACES, new())["trace"]["trace_id"]
    ada.refused(400, "PUT", f"traces/{trace_id}/vote", {"vote": vote})


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "\u202etxet \u200b zero",
        "'); DROP TABLE events; --",
        "{{7*7}} %s {0}",
        "emoji 🟦, accents é, tab\tend",
    ],
)
def test_text_is_kept_as_it_is(ada: User, text: str) -> None:
    ada.done("POST", TRACES, new(text))
    assert ada.done("GET", TRACES)["traces"][0]["text"] == text


def test_line_ends_become_plain(ada: User) -> None:
    assert ada.done("POST", TRACES, new("a\r\nb\rc"))["trace"]["text"] == "a\nb\nc"
