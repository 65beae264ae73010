"""POST /arc2/execute_code: replies, refusals, limits, fairness."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from apps.server import close_app, create_app
from tests.conftest import make_task
from utilities.config import RunFailed

IDENTITY = "def solve_task(grid):\n    return grid"
LOOP = "def solve_task(grid):\n    while True: pass"
MOST_WAITING, MOST_PER_CLIENT = 24, 20
URL = "/arc2/execute_code"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("server")
    (folder / "dataset.json").write_bytes(b"[%b]" % make_task().line)
    app = create_app(
        {
            "TESTING": True,
            "PUBLISH": False,
            "DATA_DIRECTORY": folder,
            "DATASET": folder / "dataset.json",
            "EXEC_SECONDS": 1.0,
            "EXEC_MOST_WAITING": MOST_WAITING,
            "EXEC_MOST_PER_CLIENT": MOST_PER_CLIENT,
        }
    )
    yield app
    close_app(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_one_grid(client: FlaskClient) -> None:
    code = "def solve_task(grid):\n    print('seen')\n    return [row[::-1] for row in grid]"
    reply = client.post(URL, json={"code": code, "input_grid": [[1, 2], [3, 4]]})
    assert reply.status_code == 200
    body = json.loads(reply.data)
    assert body.pop("duration_ms") >= 0
    assert body.pop("sandbox")
    assert body == {
        "success": True,
        "output_grid": [[2, 1], [4, 3]],
        "error": None,
        "error_type": None,
        "stdout": "seen\n",
    }


def test_several_grids(client: FlaskClient) -> None:
    code = "def solve_task(grid):\n    return [[1 // grid[0][0]]]"
    reply = client.post(URL, json={"code": code, "input_grids": [[[1]], [[0]], [[1]]]}).json
    assert reply is not None
    assert [result["output_grid"] for result in reply["results"]] == [[[1]], None, [[1]]]
    assert [result["error_type"] for result in reply["results"]] == [None, "exception", None]
    assert (reply["success"], bool(reply["sandbox"])) == (False, True)


@pytest.mark.parametrize(
    ("code", "error_type"),
    [
        ("def solve_task(grid) return grid", "syntax_error"),
        ("x = 1", "no_solve_task"),
        ("def solve_task(grid):\n    raise ValueError('no')", "exception"),
        ("def solve_task(grid):\n    return 'no grid'", "bad_output"),
        (LOOP, "timeout"),
        ("def solve_task(grid):\n    return [0] * 10**10", "memory"),
    ],
)
def test_bad_code_is_a_200_with_its_reason(client: FlaskClient, code: str, error_type: str) -> None:
    reply = client.post(URL, json={"code": code, "input_grid": [[1]]})
    assert reply.status_code == 200
    assert reply.json is not None
    assert (reply.json["success"], reply.json["output_grid"], reply.json["error_type"]) == (
        False,
        None,
        error_type,
    )
    assert reply.json["error"]


def test_a_slow_program_gets_its_whole_time(client: FlaskClient) -> None:
    code = "import time\ndef solve_task(grid):\n    time.sleep(0.6)\n    return grid"
    reply = client.post(URL, json={"code": code, "input_grid": [[1]]}).json
    assert reply is not None and reply["output_grid"] == [[1]]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "'code'"),
        ({"code": 1, "input_grid": [[1]]}, "'code'"),
        ({"code": IDENTITY}, "either"),
        ({"code": IDENTITY, "input_grid": [[1]], "input_grids": [[[1]]]}, "either"),
        ({"code": IDENTITY, "input_grid": [[1], [2, 3]]}, "row 2"),
        ({"code": IDENTITY, "input_grid": [[10]]}, "10"),
        ({"code": IDENTITY, "input_grid": [[0] * 31]}, "31"),
        ({"code": IDENTITY, "input_grid": None}, "list of rows"),
        ({"code": IDENTITY, "input_grid": [[[[]]]]}, "list"),
        ({"code": IDENTITY, "input_grids": []}, "1 to 100"),
        ({"code": IDENTITY, "input_grids": [[[1]], [["1"]]]}, "Grid 2"),
        ([], "JSON object"),
    ],
)
def test_malformed_bodies_get_a_400_and_a_sentence(client: FlaskClient, body: Any, words: str) -> None:
    reply = client.post(URL, json=body)
    assert reply.status_code == 400
    assert reply.json is not None
    assert reply.json["success"] is False
    assert words in reply.json["error"]


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"code": "x", "input_grid": [[1e999]]}']
)
def test_bytes_that_are_no_request_get_a_400(client: FlaskClient, data: bytes) -> None:
    reply = client.post(URL, data=data, content_type="application/json")
    assert reply.status_code == 400
    assert reply.json is not None and reply.json["success"] is False


def test_other_content_types_are_refused(client: FlaskClient) -> None:
    body = json.dumps({"code": IDENTITY, "input_grid": [[1]]})
    for content_type in ("text/plain", "application/x-www-form-urlencoded", None):
        assert client.post(URL, data=body, content_type=content_type).status_code == 400


def test_other_hosts_methods_and_paths_are_refused_as_json(client: FlaskClient) -> None:
    body = {"code": IDENTITY, "input_grid": [[1]]}
    assert client.post(URL, json=body, headers={"Host": "evil.example"}).status_code == 400
    for reply in (client.get(URL), client.get("/arc2/nothing")):
        assert reply.status_code in (404, 405)
        assert reply.json is not None and reply.json["success"] is False


def test_a_request_that_is_too_large_is_a_413(client: FlaskClient) -> None:
    reply = client.post(URL, json={"code": "#" * (5 << 20), "input_grid": [[1]]})
    assert reply.status_code == 413
    assert reply.json is not None and "too large" in reply.json["error"]


def in_parallel(app: Flask, codes: list[str], addresses: list[str]) -> list[tuple[float, Any]]:
    """(seconds, reply) of each program, all sent at once."""
    replies: list[Any] = [None] * len(codes)
    start = threading.Barrier(len(codes))

    def send(index: int) -> None:
        start.wait()
        began = time.monotonic()
        reply = app.test_client().post(
            URL,
            json={"code": codes[index], "input_grid": [[1]]},
            environ_base={"REMOTE_ADDR": addresses[index]},
        )
        replies[index] = (time.monotonic() - began, reply)

    threads = [threading.Thread(target=send, args=(index,)) for index in range(len(codes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return replies


def test_endless_programs_do_not_hold_up_quick_ones(app: Flask) -> None:
    replies = in_parallel(app, [IDENTITY, LOOP] * 10, ["127.0.0.1"] * 20)
    quick = [(seconds, reply.json) for seconds, reply in replies[::2]]
    assert all(body["output_grid"] == [[1]] for _, body in quick)
    # Ten quick ones, over at least two places; behind the endless ones in one lane they would take 10 s.
    assert max(seconds for seconds, _ in quick) < 8
    assert {reply.json["error_type"] for _, reply in replies[1::2]} == {"timeout"}


def test_too_many_requests_are_a_429_that_says_when(app: Flask) -> None:
    addresses = [f"10.0.0.{number}" for number in range(MOST_WAITING + 10)]
    replies = [reply for _, reply in in_parallel(app, [LOOP] * len(addresses), addresses)]
    refused = [reply for reply in replies if reply.status_code == 429]
    assert len(refused) >= 10
    assert all(int(reply.headers["Retry-After"]) >= 1 for reply in refused)
    assert all(reply.json["success"] is False for reply in refused)


def test_one_client_cannot_take_all_places(app: Flask) -> None:
    greedy = MOST_PER_CLIENT + 6
    addresses = ["10.0.0.1"] * greedy + ["10.0.0.2"]
    replies = [reply for _, reply in in_parallel(app, [LOOP] * greedy + [IDENTITY], addresses)]
    assert sum(reply.status_code == 429 for reply in replies[:-1]) >= 6
    assert replies[-1].status_code == 200


def test_health_says_tier_and_version(client: FlaskClient) -> None:
    reply = client.get("/arc2/api/health").json
    assert reply is not None
    assert reply["success"] is True
    assert reply["sandbox"] and reply["version"]
    assert reply["tasks"] == 1


def test_the_unsafe_tier_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_bytes(b"[%b]" % make_task().line)
    with pytest.raises(RunFailed, match="isolation"):
        create_app({"SANDBOX": "unsafe", "DATA_DIRECTORY": tmp_path, "DATASET": tmp_path / "dataset.json"})


def test_who_still_waits_when_the_server_stops_gets_a_503(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_bytes(b"[%b]" % make_task().line)
    app = create_app({"PUBLISH": False, "DATA_DIRECTORY": tmp_path, "DATASET": tmp_path / "dataset.json"})
    app.extensions["lanes"].close()
    reply = app.test_client().post(URL, json={"code": IDENTITY, "input_grid": [[1]]})
    close_app(app)
    assert reply.status_code == 503 and reply.json is not None
    assert (reply.json["success"], "stopping" in reply.json["error"]) == (False, True)
    assert int(reply.headers["Retry-After"]) >= 1
