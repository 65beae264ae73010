"""Pages and their parts: where they are, what headers they carry, and that nothing else is served."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from apps.server.headers import HEADERS
from tests.apps.server.conftest import NewApp
from tests.conftest import make_task


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder as apps/ is."""
    folder = tmp_path / "pages"
    (folder / "static" / "js").mkdir(parents=True)
    for name in ("index.html", "testing_interface.html", "discuss_interface.html"):
        (folder / name).write_text(f"<!doctype html><title>{name}</title>")
    (folder / "static" / "js" / "grid.js").write_text("export {};")
    (folder / "static" / "icons.svg").write_text("<svg/>")
    for name in ("dataset.json", ".dataset.json.lock", ".hidden.js"):
        (folder / "static" / name).write_text("secret")
    (folder / "secret.py").write_text("secret")
    (folder / "server").mkdir()
    (folder / "server" / "code.py").write_text("secret")
    return folder


class Browser(FlaskClient):
    """Reads every reply to its end."""

    def open(self, *arguments: Any, **options: Any) -> Any:
        """As the client's own."""
        return super().open(*arguments, **{"buffered": True, **options})


@pytest.fixture
def client(new_app: NewApp, pages: Path) -> FlaskClient:
    app = new_app(PAGES=pages)
    app.test_client_class = Browser
    return app.test_client()


def test_the_root_leads_to_the_landing_page(client: FlaskClient) -> None:
    reply = client.get("/")
    assert (reply.status_code, reply.headers["Location"]) == (302, "/arc2/")
    assert client.get("/arc2").headers["Location"].endswith("/arc2/")
    assert "index.html" in client.get("/arc2/").text


@pytest.mark.parametrize("place", ["/arc2/", "/arc2/apps/"])
def test_pages_are_in_both_places(client: FlaskClient, place: str) -> None:
    for name in ("index.html", "testing_interface.html", "discuss_interface.html"):
        reply = client.get(place + name)
        assert (reply.status_code, reply.mimetype) == (200, "text/html")
        assert name in reply.text
    assert client.get(f"{place}static/js/grid.js").mimetype == "text/javascript"
    assert client.get(f"{place}static/icons.svg").mimetype == "image/svg+xml"
    assert client.get(f"{place}static/dataset.json").mimetype == "application/json"
    assert "index.html" in client.get(place).text


def test_the_dataset_is_the_servers_own(client: FlaskClient) -> None:
    tasks = json.loads(client.get("/arc2/static/dataset.json").text)
    assert [task["task_id"] for task in tasks] == ["task0001", "task0002", "task0003"]


SPELLINGS = [
    "./dataset.json",
    "%2e/dataset.json",
    "js/../dataset.json",
    "js/%2e%2e/dataset.json",
    "../static/dataset.json",
    "js/..%2fdataset.json",
    "/dataset.json",
    "dataset.json/",
    "dataset.json/.",
    "DATASET.JSON",
    "dataset%2ejson/x/..",
    ".dataset.json.lock",
    "./.dataset.json.lock",
    ".hidden.js",
]


@pytest.mark.parametrize("path", SPELLINGS)
@pytest.mark.parametrize("place", ["/arc2/static/", "/arc2/apps/static/"])
def test_no_spelling_leads_around_the_login_to_the_dataset(
    new_app: NewApp, pages: Path, place: str, path: str
) -> None:
    """Neither to the server's own nor to the one among the parts of pages."""
    for dataset in (pages / "static" / "tasks.json", pages / "static" / "dataset.json"):
        dataset.write_bytes(b"[%b]" % make_task("task0001").line)
        app = new_app(PAGES=pages, DATASET=dataset, SHARED=True, ACCESS_PASSWORD="open sesame")
        app.test_client_class = Browser
        reply = app.test_client().get(place + path)
        assert reply.status_code in (401, 404), reply.text
        assert reply.json is not None and reply.json["success"] is False


def test_a_dataset_that_is_not_there_is_a_404_in_one_sentence(client: FlaskClient, folder: Path) -> None:
    (folder / "dataset.json").unlink()
    reply = client.get("/arc2/static/dataset.json")
    assert reply.status_code == 404 and reply.json is not None
    assert "dataset" in reply.json["error"]


def test_a_file_that_did_not_change_is_not_sent_again(client: FlaskClient) -> None:
    for path in ("/arc2/", "/arc2/static/js/grid.js", "/arc2/static/dataset.json"):
        first = client.get(path)
        assert first.headers["Cache-Control"] == "no-cache"
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "secret.py",
        "server/code.py",
        "nothing.html",
        "static/",
        "static/nothing.js",
        "static/../secret.py",
        "static/%2e%2e/secret.py",
        "static/..%2f..%2fsecret.py",
        "static//etc/passwd",
        "static/js/%00",
        "..%2fsecret.html",
    ],
)
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    reply = client.get(f"/arc2/{path}")
    assert reply.status_code == 404
    assert reply.json is not None and reply.json["success"] is False


def test_every_reply_carries_the_security_headers(client: FlaskClient) -> None:
    replies = [
        client.get("/"),
        client.get("/arc2/"),
        client.get("/arc2/nothing"),
        client.get("/arc2/api/tasks"),
        client.post("/arc2/api/session"),
        client.put("/arc2/api/session"),
        client.get("/arc2/", headers={"Host": "evil.example"}),
    ]
    for reply in replies:
        assert {name: reply.headers.get(name) for name in HEADERS} == HEADERS
    assert "default-src 'self'" in HEADERS["Content-Security-Policy"]
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert client.get("/arc2/api/tasks").headers["Cache-Control"] == "no-store"


def test_the_real_pages_load_nothing_from_elsewhere() -> None:
    apps = Path(__file__).resolve().parents[3] / "apps"
    for page in apps.glob("*.html"):
        text = page.read_text()
        assert "http://" not in text and "https://" not in text and 'src="//' not in text, page


def test_a_crash_is_a_500_in_one_sentence(new_app: NewApp) -> None:
    app: Flask = new_app(TESTING=False)
    app.add_url_rule("/arc2/crash", "pages.crash", lambda: 1 // 0)
    reply = app.test_client().get("/arc2/crash")
    assert (reply.status_code, reply.json) == (
        500,
        {"success": False, "error": "The server failed; its log says why."},
    )
    assert "Traceback" not in reply.text
