"""The list of tasks, one task, submissions, flaws and progress."""

from pathlib import Path

import pytest

from tests.apps.server.conftest import ORIGIN, TASK, User
from tests.conftest import make_task
from utilities.data_loader import Pair, Task
from utilities.files import json_list, write_atomically

RIGHT = {"version": 0, "test_index": 0, "grid": [[5]], "actions": [{"do": "paint"}], "seconds": 3.5}


def test_the_list_has_every_field_of_the_contract(visitor: User) -> None:
    reply = visitor.done("GET", "tasks")
    assert reply["total"] == 3
    assert reply["tasks"][0] == {
        "task_id": TASK,
        "versions": 1,
        "traces": 0,
        "solved_by_me": False,
        "tags": ["same size"],
        "max_height": 2,
        "max_width": 4,
    }


def test_the_list_can_be_searched_and_cut(ada: User) -> None:
    def ids(query: str) -> list[str]:
        return [task["task_id"] for task in ada.done("GET", f"tasks?{query}")["tasks"]]

    assert ids("query=0002") == ["task0002"]
    assert ids("query=TASK0003") == ["task0003"]
    assert ids("offset=1&limit=1") == ["task0002"]
    assert ids("offset=9") == [] and ids("limit=0") == []
    assert ada.done("GET", "tasks?limit=1")["total"] == 3
    assert ids("tag=same+size") == [TASK, "task0002", "task0003"]
    assert ids("tag=nothing") == [] and ids("tag=solved") == [] and len(ids("tag=unsolved")) == 3
    ada.done("POST", f"tasks/{TASK}/traces", {"text": "x", "client_id": "1"})
    ada.done("POST", "tasks/task0002/variations", {"base_version": 0, "transform": [{"name": "rotate_90"}]})
    ada.done("POST", "tasks/task0003/flaws", {"text": "x", "version": 0, "client_id": "2"})
    ada.done("POST", "tasks/task0003/submissions", RIGHT)
    assert (ids("tag=traces"), ids("tag=variations"), ids("tag=flaws")) == (
        [TASK],
        ["task0002"],
        ["task0003"],
    )
    assert ids("tag=solved") == ["task0003"]


@pytest.mark.parametrize("query", ["offset=-1", "limit=x", "limit=-1", "offset=99999999999999999999"])
def test_a_wrong_address_is_a_400(visitor: User, query: str) -> None:
    assert "In the address" in visitor.refused(400, "GET", f"tasks?{query}")


def test_a_task_comes_with_its_versions(ada: User) -> None:
    ada.done(
        "POST", f"tasks/{TASK}/variations", {"base_version": 0, "transform": [{"name": "flip_vertical"}]}
    )
    reply = ada.done("GET", f"tasks/{TASK}")
    assert reply["task_id"] == TASK
    original, variation = reply["versions"]
    assert original["train"][0] == {"input": [[0, 0], [0, 1]], "output": [[0, 0], [0, 1]]}
    assert (original["version"], original["signed_by"], original["transform"]) == (0, [], None)
    assert variation["train"][0] == {"input": [[0, 1], [0, 0]], "output": [[0, 1], [0, 0]]}
    assert variation["transform"] == [{"name": "flip_vertical"}]
    ada.refused(404, "GET", "tasks/nothing")


def test_a_changed_dataset_is_read_again_and_a_broken_one_is_not_taken(visitor: User, folder: Path) -> None:
    write_atomically(folder / "dataset.json", json_list([make_task("other", 7).line]))
    assert [task["task_id"] for task in visitor.done("GET", "tasks")["tasks"]] == ["other"]
    (folder / "dataset.json").write_text("[{")
    assert [task["task_id"] for task in visitor.done("GET", "tasks")["tasks"]] == ["other"]
    (folder / "dataset.json").unlink()
    assert visitor.done("GET", "tasks")["total"] == 1


def test_submissions_are_judged(ada: User) -> None:
    path = f"tasks/{TASK}/submissions"
    assert ada.done("POST", path, RIGHT) == {
        "success": True,
        "correct": True,
        "distance": 0,
        "expected": [[5]],
    }
    wrong = ada.done("POST", path, {**RIGHT, "grid": [[4]]})
    assert (wrong["correct"], wrong["distance"], wrong["expected"]) == (False, 1, [[5]])
    other_shape = ada.done("POST", path, {**RIGHT, "grid": [[5, 5]]})
    assert (other_shape["correct"], other_shape["distance"]) == (False, None)


def test_a_task_is_solved_when_all_test_inputs_of_one_version_are(folder: Path, ada: User, bob: User) -> None:
    pair = Pair([[1]], [[2]])
    task = Task(task_id="double", train=(pair,), test=(pair, Pair([[3]], [[4]])))
    write_atomically(folder / "dataset.json", json_list([task.line]))

    def solved(user: User) -> bool:
        return bool(user.done("GET", "tasks")["tasks"][0]["solved_by_me"])

    path = "tasks/double/submissions"
    ada.done("POST", path, {**RIGHT, "grid": [[2]]})
    ada.done("POST", path, {**RIGHT, "grid": [[2]]})
    assert not solved(ada)
    ada.done("POST", path, {**RIGHT, "grid": [[4]], "test_index": 1})
    assert solved(ada) and not solved(bob)


def test_secret_outputs_are_not_judged(folder: Path, ada: User) -> None:
    task = Task(task_id="secret", train=(Pair([[1]], [[2]]),), test=(Pair([[1]], None),))
    write_atomically(folder / "dataset.json", json_list([task.line]))
    reply = ada.done("POST", "tasks/secret/submissions", {**RIGHT, "grid": [[2]]})
    assert (reply["correct"], reply["distance"], reply["expected"]) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"grid": [[10]]}, 400, "10"),
        ({"grid": [[1], [1, 2]]}, 400, "row 2"),
        ({"grid": [[0] * 31]}, 400, "31"),
        ({"grid": "x"}, 400, "grid"),
        ({"test_index": 1}, 404, "1 test inputs"),
        ({"test_index": -1}, 400, "'test_index'"),
        ({"version": 3}, 404, "version 3"),
        ({"seconds": -1}, 400, "'seconds'"),
        ({"seconds": 1e300}, 400, "'seconds'"),
        ({"actions": {}}, 400, "'actions'"),
    ],
)
def test_malformed_submissions_are_refused(
    ada: User, changes: dict[str, object], status: int, words: str
) -> None:
    assert words in ada.refused(status, "POST", f"tasks/{TASK}/submissions", {**RIGHT, **changes})


def test_a_submission_sent_again_is_stored_once(ada: User, folder: Path) -> None:
    for _ in range(2):
        ada.done("POST", f"tasks/{TASK}/submissions", {**RIGHT, "client_id": "one"})
    others: list[dict[str, object]] = [{"test_index": 1}, {"version": 1}, {"grid": [[9]]}, {"actions": ["y"]}]
    for other in others:
        reply = ada.send("POST", f"tasks/{TASK}/submissions", {**RIGHT, **other, "client_id": "one"})
        assert reply.status_code in (404, 409), reply.text
    database = ada.client.application.extensions["database"]
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM submissions").fetchone()[0] == 1


def test_flaws_are_reported_and_listed(ada: User, bob: User) -> None:
    path = f"tasks/{TASK}/flaws"
    body = {
        "text": "The last pair is wrong.",
        "version": 0,
        "cells": [{"grid": "test-0-input"}],
        "client_id": "1",
    }
    reply = ada.send("POST", path, body)
    assert reply.status_code == 201 and reply.json is not None
    flaw = reply.json["flaw"]
    assert flaw["flaw_id"] and flaw["timestamp"]
    assert (flaw["username"], flaw["text"], flaw["version"], flaw["cells"]) == (
        "ada",
        body["text"],
        0,
        body["cells"],
    )
    assert ada.done("POST", path, body)["flaw"] == flaw
    for other in ({"text": "Another."}, {"cells": [{"grid": "test-1-input"}]}, {"cells": None}):
        assert "client_id" in ada.refused(409, "POST", path, {**body, **other})
    assert bob.done("GET", path)["flaws"] == [flaw]
    bob.refused(404, "POST", path, {**body, "version": 9})
    bob.refused(400, "POST", path, {"text": "x", "client_id": "1"})


def test_progress_counts_tasks(ada: User, bob: User) -> None:
    ada.done("POST", f"tasks/{TASK}/submissions", RIGHT)
    ada.done("POST", f"tasks/{TASK}/traces", {"text": "x", "client_id": "1"})
    ada.done("POST", f"tasks/{TASK}/variations", {"base_version": 0, "transform": [{"name": "rotate_90"}]})
    counts = {"tasks": 3, "solved": 1, "traced": 1, "varied": 1}
    assert ada.done("GET", "progress") == {"success": True, "solved_by_me": 1, **counts}
    assert bob.done("GET", "progress") == {"success": True, "solved_by_me": 0, **counts}


def test_a_missing_dataset_is_built(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from apps.server import close_app, create_app

    places = {"DATA_DIRECTORY": tmp_path / "data", "DATASET": tmp_path / "dataset.json", "PUBLISH": False}
    app = create_app({"TESTING": True, **places})
    try:
        assert "is missing: building it" in capfd.readouterr().err
        reply = app.test_client().get("/arc2/api/health", headers={"Host": ORIGIN[7:]})
        assert reply.json is not None and reply.json["tasks"] == 400
    finally:
        close_app(app)
