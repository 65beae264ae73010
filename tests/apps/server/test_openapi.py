"""The description fits the API: requests made from it, good and bad, never find a 500 or a reply of another shape."""

import os
import time
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from apps.server import factory  # noqa: F401 (declares the operations)
from apps.server.openapi import described
from tests.apps.server.conftest import ORIGIN, User

CHECKS = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
)


def test_every_route_of_the_api_is_described(app: Flask) -> None:
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/arc2/api/", "/arc2/execute_code"))
        and rule.endpoint != "openapi.description"
    }
    described_routes = sum(len(operations) for operations in described()["paths"].values())
    assert len(routes) == described_routes >= 18


def test_the_description_is_served(visitor: User) -> None:
    reply = visitor.client.get("/arc2/api/openapi.json")
    assert reply.json == described()


def without_streams(description: dict[str, Any]) -> dict[str, Any]:
    """Streams have no end to wait for."""
    return {
        **description,
        "paths": {
            path: operations
            for path, operations in description["paths"].items()
            if "text/event-stream" not in str(operations.get("get", {}).get("responses"))
        },
    }


GOOD: dict[str, Any] = {
    "version": 0,
    "test_index": 0,
    "base_version": 0,
    "revision": 1,
    "username": "ada",
    "text": "x",
    "transform": [],
    "grid": [[1]],
    "input_grid": [[1]],
    "model": "local:nobody-there",
    "data_source": "original",
}
"""Every other request has these, so that some get through to each operation."""

schema = schemathesis.openapi.from_dict(without_streams(described()))


@pytest.fixture(scope="module")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from apps.server import close_app, create_app
    from tests.conftest import make_task

    folder = tmp_path_factory.mktemp("openapi")
    (folder / "dataset.json").write_bytes(b"[%b]" % make_task("task0001").line)
    places = {"DATA_DIRECTORY": folder, "DATASET": folder / "dataset.json"}
    app = create_app({"TESTING": False, "PUBLISH": False, "EXEC_SECONDS": 0.5, **places})
    yield app
    close_app(app)


@schema.parametrize()
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
def test_no_request_made_from_the_description_is_answered_with_a_500(case: Any, shared_app: Flask) -> None:
    user = User(shared_app.test_client())
    user.done("POST", "session", {"username": "ada"})
    session = user.client.get_cookie("arc2_session")
    assert session is not None
    trace = user.done("POST", "tasks/task0001/traces", {"text": "x", "client_id": case.id})["trace"]
    user.done("POST", "tasks/task0001/variations", {"base_version": 0, "transform": []})
    case.cookies = {"arc2_session": session.value}
    case.headers = {**(case.headers or {}), "Origin": ORIGIN, "Content-Type": "application/json"}
    generous = len(answered) % 2 == 0
    there = {"task_id": "task0001", "trace_id": trace["trace_id"], "version": 0}
    for name, value in (case.path_parameters or {}).items():
        case.path_parameters[name] = there[name] if generous else value
    if isinstance(case.body, dict) and generous:
        case.body |= {name: GOOD[name] for name in GOOD.keys() & case.body.keys()}
        for name in ("input_grids", "replaces", "api_key"):
            case.body.pop(name, None)
        if "message_id" in case.body:
            case.body["message_id"] = an_answer(user)
    response = case.call(app=shared_app)
    answered.append((case.method, case.path, response.status_code))
    case.validate_response(response, checks=CHECKS)


def an_answer(user: User) -> str:
    """The id of an answer that nobody writes any more."""
    if not user.done("GET", "chat/task0001")["messages"]:
        question = {"text": "x", "model": GOOD["model"], "client_id": os.urandom(8).hex()}
        assert user.send("POST", "chat/task0001", question).status_code == 202
    last = user.done("GET", "chat/task0001")["messages"][-1]
    while last["status"] == "streaming":
        user.send("POST", "chat/task0001/stop", {"message_id": last["message_id"]})
        time.sleep(0.01)
        last = user.done("GET", "chat/task0001")["messages"][-1]
    return str(last["message_id"])


answered: list[tuple[str, str, int]] = []


def test_those_requests_got_through_to_every_operation() -> None:
    assert 401 not in {status for _, path, status in answered if not path.endswith("/session")}
    done = {(method, path) for method, path, status in answered if status in (200, 201, 202)}
    operations = {
        (method.upper(), path)
        for path, methods in without_streams(described())["paths"].items()
        for method in methods
    }
    assert operations <= done, operations - done
