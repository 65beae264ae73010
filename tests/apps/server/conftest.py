"""A real app on a small dataset in a folder of its own, and users who are logged in to it."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from apps.server import close_app, create_app
from tests.conftest import make_task
from tests.fault_server import FaultServer, serving
from utilities.files import json_list, write_atomically

ORIGIN = "http://localhost"
TASK = "task0001"


class User:
    """A browser of one user: sends JSON with the server's own Origin."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """A request to /arc2/api/<path>."""
        headers = {"Origin": ORIGIN, "Content-Type": "application/json", **headers}
        return self.client.open(f"/arc2/api/{path}", method=method, json=body, headers=headers)

    def done(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """The body of a reply that must be a success."""
        reply = self.send(method, path, body)
        assert reply.status_code in (200, 201), reply.get_data(as_text=True)
        assert reply.json is not None and reply.json["success"] is True
        return dict(reply.json)

    def refused(self, status: int, method: str, path: str, body: Any = None, **headers: str) -> str:
        """The sentence of a reply that must be this error."""
        reply = self.send(method, path, body, **headers)
        assert reply.status_code == status, (reply.status_code, reply.get_data(as_text=True))
        assert reply.json is not None and reply.json["success"] is False
        return str(reply.json["error"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a dataset.json of three tasks and room for the server's data."""
    tasks = [make_task(f"task{number:04d}", number) for number in range(1, 4)]
    write_atomically(tmp_path / "dataset.json", json_list(task.line for task in tasks))
    return tmp_path


NewApp = Callable[..., Flask]


@pytest.fixture
def new_app(folder: Path) -> Iterator[NewApp]:
    """Makes apps on `folder`, with settings."""
    apps: list[Flask] = []

    def make(**settings: Any) -> Flask:
        own = {
            "TESTING": True,
            "PUBLISH": False,
            "DATA_DIRECTORY": folder / "data",
            "DATASET": folder / "dataset.json",
        }
        apps.append(create_app({**own, **settings}))
        return apps[-1]

    yield make
    for app in apps:
        close_app(app)


@pytest.fixture
def app(new_app: NewApp) -> Flask:
    return new_app()


@pytest.fixture
def visitor(app: Flask) -> User:
    """Nobody is logged in."""
    return User(app.test_client())


def logged_in(app: Flask, name: str) -> User:
    """A client of the app that is logged in under this name."""
    user = User(app.test_client())
    user.done("POST", "session", {"username": name})
    return user


NewUser = Callable[[str], User]


@pytest.fixture
def user(app: Flask) -> NewUser:
    """Logs a user in."""
    return functools.partial(logged_in, app)


@pytest.fixture
def ada(user: NewUser) -> User:
    return user("ada")


@pytest.fixture
def bob(user: NewUser) -> User:
    return user("bob")


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., FaultServer]]:
    """Starts a model endpoint that `local:any` leads to."""
    opened = []

    def start(**options: Any) -> FaultServer:
        context = serving(**options)
        server = context.__enter__()
        opened.append(context)
        monkeypatch.setenv("LOCAL_BASE_URL", server.base_url)
        return server

    yield start
    for context in opened:
        context.__exit__(None, None, None)
