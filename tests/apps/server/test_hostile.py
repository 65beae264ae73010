"""Requests that no page sends: every one gets a plain answer, and the server goes on."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.server.nesting import MOST_LEVELS
from tests.apps.server.conftest import TASK, User
from tests.apps.server.live import LiveServer
from tests.conftest import make_task

PATHS = [
    ("POST", "session"),
    ("POST", f"tasks/{TASK}/traces"),
    ("POST", f"tasks/{TASK}/flaws"),
    ("POST", f"tasks/{TASK}/submissions"),
    ("POST", f"tasks/{TASK}/variations"),
    ("PATCH", "traces/x"),
    ("PUT", "traces/x/vote"),
]
BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b'{"text": "\\ud800", "client_id": "1"}',
    b'{"text": NaN}',
    b"<xml/>",
    b'{"__proto__": {"x": 1}}',
]
JUNK: list[Any] = [
    None,
    True,
    -1,
    10**30,
    1e308,
    "x" * 10,
    [],
    {},
    [[[]]],
    {"$ne": None},
    "\u0000",
    "../../etc/passwd",
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_bodies_that_are_no_requests(ada: User, method: str, path: str) -> None:
    headers = {"Origin": "http://localhost", "Content-Type": "application/json"}
    for body in BODIES:
        reply = ada.client.open(f"/arc2/api/{path}", method=method, data=body, headers=headers)
        assert reply.status_code == 400, (body[:40], reply.text)
        assert reply.json is not None and reply.json["success"] is False


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_members_of_every_wrong_kind(ada: User, method: str, path: str) -> None:
    good = {
        "username": "ada",
        "text": "x",
        "client_id": "1",
        "version": 0,
        "test_index": 0,
        "grid": [[1]],
        "actions": [],
        "seconds": 1,
        "base_version": 0,
        "transform": [],
        "revision": 1,
        "vote": 1,
        "cells": [],
        "code": "x = 1",
        "password": "",
        "access_password": "",
    }
    for name in good:
        for junk in JUNK:
            reply = ada.send(method, path, {**good, name: junk})
            assert reply.status_code < 500, (name, junk, reply.text)


def nested(levels: int, empty: str = "[]") -> str:
    """JSON of so many lists (or objects) in one another."""
    before, after = ("[", "]") if empty == "[]" else ('{"a":', "}")
    return before * (levels - 1) + empty + after * (levels - 1)


@pytest.mark.parametrize("levels", [MOST_LEVELS, 100, 940, *range(975, 990), 5000])
@pytest.mark.parametrize("empty", ["[]", "{}"])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"tasks/{TASK}/traces", "cells"),
        (f"tasks/{TASK}/flaws", "cells"),
        (f"tasks/{TASK}/submissions", "actions"),
        (f"tasks/{TASK}/submissions", "unknown"),
    ],
)
def test_deeply_nested_members_are_always_refused(
    ada: User, path: str, name: str, levels: int, empty: str
) -> None:
    body = json.dumps({"text": "[[[{{{", "client_id": "1", "version": 0, "test_index": 0, "grid": [[1]]})
    headers = {"Origin": "http://localhost", "Content-Type": "application/json"}
    data = f'{body[:-1]}, "{name}": [{nested(levels - 1, empty)}]}}'
    reply = ada.client.post(f"/arc2/api/{path}", data=data, headers=headers)
    assert reply.status_code == 400, reply.text
    assert reply.json is not None and "nested too deeply" in reply.json["error"]


def test_nesting_up_to_the_limit_is_taken_and_brackets_in_texts_do_not_count(ada: User) -> None:
    cells = json.loads(nested(MOST_LEVELS - 1))
    for number, text in enumerate(["x", "[" * 100, '\\"[{' * 50, "\\" * 33 + "[" * 40 + '"{' * 40]):
        body = {"text": text, "client_id": str(number), "cells": cells}
        trace = ada.done("POST", f"tasks/{TASK}/traces", body)["trace"]
        assert trace["text"] == text and trace["cells"] == cells
        ada.done("PATCH", f"traces/{trace['trace_id']}", {"text": "edited", "revision": 1})


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"tasks/{TASK}/traces", "cells"),
        (f"tasks/{TASK}/flaws", "cells"),
        (f"tasks/{TASK}/submissions", "actions"),
    ],
)
def test_members_of_any_form_have_a_limit_in_bytes(ada: User, path: str, name: str) -> None:
    body = {"text": "x", "client_id": "1", "version": 0, "test_index": 0, "grid": [[1]]}
    assert "bytes" in ada.refused(400, "POST", path, {**body, name: ["x" * 3_000_000]})
    ada.done("POST", path, {**body, name: [{"grid": "train-0-input", "top": 0, "left": 0}] * 1000})


def test_a_huge_body_is_refused_before_it_is_read(ada: User) -> None:
    ada.refused(413, "POST", f"tasks/{TASK}/submissions", {"actions": ["x" * 1000] * 5000})


@pytest.mark.parametrize(
    "task_id", ["..", "%2e%2e%2f", "a" * 5000, "%F0%9F%9F%A6", "%ff", "%00", "<script>", "a%0d%0ab"]
)
def test_ids_of_every_kind_are_unknown(ada: User, task_id: str) -> None:
    for method, path, body in (
        ("GET", f"tasks/{task_id}", None),
        ("GET", f"tasks/{task_id}/traces", None),
        ("POST", f"tasks/{task_id}/traces", {"text": "x", "client_id": "1"}),
    ):
        reply = ada.send(method, path, body)
        assert reply.status_code in (404, 405), reply.text


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    (folder / "dataset.json").write_bytes(b"[%b]" % make_task(TASK).line)
    with LiveServer(folder) as live:
        yield live


RAW = [
    b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /arc2/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /arc2/api/tasks?limit=%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % (b"9" * 100_000),
    b"GET /arc2/api/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: arc2_session=%s\r\n\r\n" % (b"x" * 60_000),
    b"GET /arc2/api/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: arc2_session=\xff\xfe\r\n\r\n",
    b"GET /arc2/%ff%fe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"POST /arc2/api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
    b"POST /arc2/api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\n",
    b"POST /arc2/api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /arc2/api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: \xff\r\n\r\n",
    b"TRACE /arc2/api/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"X" * 300_000,
]


@pytest.mark.parametrize("raw", RAW, ids=range(len(RAW)))
def test_bytes_that_are_no_http_leave_the_server_well(server: LiveServer, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(200)
    assert b" 500 " not in answer.split(b"\r\n")[0]
    status, reply = server.person().send("GET", "health")
    assert (status, reply["success"]) == (200, True)


def test_half_requests_take_nobodys_place(server: LiveServer) -> None:
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(300)]
    for connection in held:
        connection.sendall(
            b"POST /arc2/api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n{"
        )
    assert server.person().send("GET", "health")[0] == 200
    for connection in held:
        connection.close()


def test_text_of_users_is_never_html(ada: User) -> None:
    hostile = "</script><img src=x onerror=alert(1)>"
    ada.done("POST", f"tasks/{TASK}/traces", {"text": hostile, "client_id": "1"})
    reply = ada.send("GET", f"tasks/{TASK}/traces")
    assert reply.mimetype == "application/json" and reply.headers["X-Content-Type-Options"] == "nosniff"
    assert json.loads(reply.data)["traces"][0]["text"] == hostile
