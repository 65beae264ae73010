"""A damaged database is told in one sentence, with what to do about it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from apps.server.store.__main__ import main
from apps.server.store.database import NAME
from tests.apps.server.conftest import ORIGIN, NewApp, User
from tests.apps.server.live import LiveServer
from tests.apps.server.store.conftest import Shop
from utilities.config import RunFailed

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a page overwritten": lambda data: data[:8192] + b"\xff" * 4096 + data[12288:],
    "the first page overwritten": lambda data: data[:100] + b"\xff" * 200 + data[300:],
    "cut off": lambda data: data[: len(data) // 2 + 777],
    "cut off early": lambda data: data[:50],
    "no database": lambda data: b"no database " * 1000,
}


@pytest.fixture(params=DAMAGES.values(), ids=DAMAGES)
def damaged(request: pytest.FixtureRequest, folder: Path) -> Path:
    """A folder whose database is damaged."""
    shop = Shop(folder / "data")
    for number in range(40):
        shop.add(f"{number} " + "x" * 500)
    shop.database.close()
    path = folder / "data" / NAME
    path.write_bytes(request.param(path.read_bytes()))
    return folder


def test_the_check_says_so(damaged: Path) -> None:
    with pytest.raises(RunFailed, match=r"is damaged: .*put back the newest sound copy of .*backups"):
        main(["check", "--data_directory", str(damaged / "data")])


def test_an_export_says_so(damaged: Path, tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="is damaged"):
        main(["export", str(tmp_path / "e.jsonl"), "--data_directory", str(damaged / "data")])


def test_a_server_says_so_or_starts_and_refuses(damaged: Path, new_app: NewApp) -> None:
    """What only some requests read is found by them."""
    try:
        app = new_app(TESTING=False)
    except RunFailed as refused:
        assert "is damaged" in str(refused)
        return
    user = User(app.test_client())
    user.done("POST", "session", {"username": "ada"})
    headers = {"Origin": ORIGIN, "Content-Type": "application/json"}
    for path in ("tasks", "progress", "tasks/task0001", "tasks/task0001/traces"):
        reply = user.client.get(f"/arc2/api/{path}", headers=headers)
        assert reply.status_code in (200, 503) and reply.json is not None


def test_a_server_that_cannot_start_says_it_in_one_line(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / NAME).write_bytes(b"no database " * 1000)
    with LiveServer(folder) as server:
        _, stderr = server.process.communicate(timeout=30)
    assert (server.process.returncode, stderr.count("\n")) == (1, 1)
    assert "is damaged: file is not a database" in stderr
