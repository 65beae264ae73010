"""Who may do what: sessions, origins, content types, accounts on a shared server, and guessing."""

import time
from typing import Any

import pytest
from flask import Flask

from apps.server.login_limit import MOST_PER_NAME
from apps.server.store.accounts import SHORTEST_PASSWORD, set_password
from tests.apps.server.conftest import ORIGIN, TASK, NewApp, User
from utilities.config import UsageError

CHANGES: list[tuple[str, str, Any]] = [
    ("POST", f"tasks/{TASK}/traces", {"text": "x", "client_id": "1"}),
    ("PATCH", "traces/x", {"text": "x", "revision": 1}),
    ("DELETE", "traces/x", None),
    ("PUT", "traces/x/vote", {"vote": 1}),
    ("POST", f"tasks/{TASK}/variations", {"base_version": 0, "transform": []}),
    ("DELETE", f"tasks/{TASK}/variations/1", None),
    ("POST", f"tasks/{TASK}/flaws", {"text": "x", "version": 0, "client_id": "1"}),
    ("POST", f"tasks/{TASK}/submissions", {"version": 0, "test_index": 0, "grid": [[1]]}),
]
READING = ["tasks", f"tasks/{TASK}", f"tasks/{TASK}/traces", f"tasks/{TASK}/flaws", "progress", "events"]
SHARED = {"SHARED": True, "ACCESS_PASSWORD": "open sesame"}
GOOD = {"username": "ada", "password": "a long password", "access_password": "open sesame"}


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_changes_need_a_session(visitor: User, method: str, path: str, body: Any) -> None:
    assert "session" in visitor.refused(401, method, path, body)


@pytest.mark.parametrize(("method", "path", "body"), [*CHANGES, ("POST", "session", {"username": "x"})])
def test_changes_need_our_origin_and_json(ada: User, method: str, path: str, body: Any) -> None:
    for origin in ("http://evil.example", "null", "", "http://localhost.evil.example", "https://localhost"):
        assert "rigin" in ada.refused(403, method, path, body, Origin=origin)
    headers = {"Content-Type": "application/json"}
    assert ada.client.open(f"/arc2/api/{path}", method=method, json=body, headers=headers).status_code == 403
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert ada.send(method, path, body, **{"Content-Type": kind}).status_code == 400


def test_logging_in_and_out(visitor: User) -> None:
    assert visitor.done("GET", "session")["username"] is None
    assert visitor.done("POST", "session", {"username": " ada "})["username"] == "ada"
    assert visitor.done("GET", "session") == {"success": True, "username": "ada", "passwords_needed": False}
    assert visitor.done("DELETE", "session")["username"] is None
    assert visitor.done("GET", "session")["username"] is None


def test_the_cookie_is_for_this_site_and_no_script(visitor: User) -> None:
    cookie = visitor.send("POST", "session", {"username": "ada"}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie


def test_a_forged_cookie_is_nobody(visitor: User) -> None:
    visitor.client.set_cookie("arc2_session", "eyJ1c2VybmFtZSI6ImFkYSJ9.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert visitor.done("GET", "session")["username"] is None


@pytest.mark.parametrize("name", ["", "  ", "a" * 65, "a\nb", "a\u0000", "\u202eada", "\u200b"])
def test_names_that_cannot_be_shown_are_refused(visitor: User, name: str) -> None:
    assert "'username'" in visitor.refused(400, "POST", "session", {"username": name})


def test_the_address_listened_on_is_trusted(new_app: NewApp) -> None:
    for host, named in (("::1", "[::1]:5000"), ("127.0.0.2", "127.0.0.2"), ("127.0.0.1", "localhost:5000")):
        user = User(new_app(HOST=host).test_client())
        assert user.send("GET", "tasks", Host=named).status_code == 200
        origin = f"http://{named}"
        assert user.send("POST", "session", {"username": "x"}, Host=named, Origin=origin).status_code == 200
        assert user.send("GET", "tasks", Host="[::2]").status_code == 400
        assert user.send("GET", "tasks", Host="127.0.0.3").status_code == 400


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "", "a b", "[::1", "[zz]", "[]", "[::1]evil", "[::2]"],
)
def test_other_hosts_are_refused(visitor: User, host: str) -> None:
    assert visitor.send("GET", "tasks", Host=host).status_code == 400


# --- a shared server ---


@pytest.fixture
def shared(new_app: NewApp) -> Flask:
    return new_app(**SHARED)


@pytest.fixture
def stranger(shared: Flask) -> User:
    return User(shared.test_client())


def test_a_shared_server_needs_an_access_password(new_app: NewApp) -> None:
    with pytest.raises(UsageError, match="SERVER_ACCESS_PASSWORD"):
        new_app(SHARED=True)


@pytest.mark.parametrize("path", READING)
def test_strangers_read_nothing(stranger: User, path: str) -> None:
    stranger.refused(401, "GET", path)


def test_strangers_see_pages_health_and_nothing_of_the_data(stranger: User) -> None:
    assert stranger.client.get("/arc2/", buffered=True).status_code in (200, 404)
    assert stranger.client.get("/arc2/static/dataset.json", buffered=True).status_code == 401
    assert stranger.done("GET", "health")["tasks"] == 3
    assert stranger.done("GET", "session") == {"success": True, "username": None, "passwords_needed": True}


def test_execute_code_is_for_users_of_a_shared_server(stranger: User) -> None:
    body = {"code": "def solve_task(g):\n    return g", "input_grid": [[1]]}
    own = {"Origin": ORIGIN}
    assert stranger.client.post("/arc2/execute_code", json=body, headers=own).status_code == 401
    stranger.done("POST", "session", GOOD)
    assert stranger.client.post("/arc2/execute_code", json=body).status_code == 403
    assert stranger.client.post("/arc2/execute_code", json=body, headers=own).status_code == 200


def test_an_account_is_made_with_the_access_password_and_opened_with_its_own(
    shared: Flask, stranger: User
) -> None:
    assert stranger.done("POST", "session", GOOD)["username"] == "ada"
    assert stranger.done("GET", "tasks")["total"] == 3
    again = User(shared.test_client())
    assert (
        again.done("POST", "session", {"username": "ADA", "password": GOOD["password"]})["username"] == "ada"
    )


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"access_password": ""}, 401),
        ({"access_password": "open"}, 401),
        ({"password": "short"}, 400),
        ({"password": ""}, 400),
        ({"password": "x" * 1001}, 400),
        ({"password": 5}, 400),
    ],
)
def test_accounts_are_not_made_without_good_passwords(
    stranger: User, changes: dict[str, Any], status: int
) -> None:
    stranger.refused(status, "POST", "session", {**GOOD, **changes})
    stranger.refused(401, "POST", "session", {**GOOD, "access_password": ""})
    assert len("short") < SHORTEST_PASSWORD


def test_a_taken_name_needs_its_password(shared: Flask, stranger: User) -> None:
    stranger.done("POST", "session", GOOD)
    for name in ("ada", "Ada"):
        thief = User(shared.test_client())
        thief.refused(401, "POST", "session", {**GOOD, "username": name, "password": "another password"})
        thief.refused(401, "POST", "session", {"username": name})
        assert thief.done("GET", "session")["username"] is None


def test_passwords_are_stored_hashed(stranger: User) -> None:
    stranger.done("POST", "session", GOOD)
    with stranger.client.application.extensions["database"].reading() as connection:
        (row,) = connection.execute("SELECT * FROM accounts").fetchall()
    assert GOOD["password"] not in "".join(map(str, row)) and row["password_hash"].startswith("scrypt:")


def test_a_new_password_ends_the_sessions_of_the_old_one(shared: Flask, stranger: User) -> None:
    bob = User(shared.test_client())
    bob.done("POST", "session", {**GOOD, "username": "bob"})
    stranger.done("POST", "session", GOOD)
    assert set_password(shared.extensions["database"], "Ada", "another long password")
    assert stranger.done("GET", "session")["username"] is None
    stranger.refused(401, "GET", "tasks")
    stranger.done("POST", "session", {"username": "ada", "password": "another long password"})
    assert stranger.done("GET", "session")["username"] == "ada"
    assert bob.done("GET", "session")["username"] == "bob"


def test_the_time_of_a_refusal_does_not_tell_who_has_an_account(shared: Flask, stranger: User) -> None:
    stranger.done("POST", "session", GOOD)

    def seconds(name: str) -> float:
        began = time.monotonic()
        visitor = User(shared.test_client())
        visitor.refused(401, "POST", "session", {"username": name, "password": "a guess"})
        return time.monotonic() - began

    known = min(seconds("ada") for _ in range(3))
    unknown = min(seconds(f"nobody{n}") for n in range(3))
    assert known / 3 < unknown < known * 3


def test_guessing_is_slowed_down(shared: Flask, stranger: User) -> None:
    stranger.done("POST", "session", GOOD)
    thief = User(shared.test_client())
    for number in range(MOST_PER_NAME):
        thief.refused(401, "POST", "session", {**GOOD, "password": f"a guessed password {number}"})
    reply = thief.send("POST", "session", GOOD)
    assert reply.status_code == 429 and int(reply.headers["Retry-After"]) > 0
    assert (
        User(shared.test_client()).done("POST", "session", {**GOOD, "username": "bob"})["username"] == "bob"
    )


def test_a_session_of_a_server_without_passwords_is_none_on_a_shared_one(new_app: NewApp) -> None:
    alone = User(new_app().test_client())
    alone.done("POST", "session", {"username": "ada"})
    cookie = alone.client.get_cookie("arc2_session")
    assert cookie is not None
    outsider = User(new_app(**SHARED).test_client())
    outsider.client.set_cookie("arc2_session", cookie.value)
    assert outsider.done("GET", "session")["username"] is None
    outsider.refused(401, "GET", "tasks")


def test_a_public_origin_is_ours_and_its_cookies_are_for_https(new_app: NewApp) -> None:
    user = User(new_app(**SHARED, PUBLIC_ORIGIN="https://arc.example.org").test_client())
    reply = user.send("POST", "session", GOOD, Origin="https://arc.example.org", Host="arc.example.org")
    assert reply.status_code == 200 and "Secure" in reply.headers["Set-Cookie"]
    assert user.send("GET", "session", Host="evil.example").status_code == 400


PUBLIC = {**SHARED, "PUBLIC_ORIGIN": "https://arc.example.org"}


@pytest.fixture
def public(new_app: NewApp) -> Flask:
    """A server behind a proxy with TLS."""
    return new_app(**PUBLIC)


def test_a_page_of_the_public_host_without_tls_is_another_origin(public: Flask) -> None:
    user = User(public.test_client())
    user.refused(403, "POST", "session", GOOD, Origin="http://arc.example.org", Host="arc.example.org")
    assert user.send("POST", "session", GOOD).status_code == 200  # on the machine itself


def guess(app: Flask, number: int, peer: str, forwarded_for: str) -> int:
    """The status of a wrong attempt that comes through the proxy `peer`."""
    body = {"username": f"nobody{number}", "password": "a guessed password"}
    headers = {
        "Origin": "https://arc.example.org",
        "Host": "arc.example.org",
        "X-Forwarded-For": forwarded_for,
    }
    return (
        app.test_client()
        .post("/arc2/api/session", json=body, headers=headers, environ_base={"REMOTE_ADDR": peer})
        .status_code
    )


@pytest.fixture
def few_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.server.login_limit.MOST_PER_ADDRESS", 3)


@pytest.mark.usefixtures("few_attempts")
def test_a_stranger_behind_the_proxy_locks_out_nobody_else(public: Flask) -> None:
    assert [guess(public, n, "127.0.0.1", "198.51.100.7") for n in range(5)] == [401] * 3 + [429] * 2
    assert guess(public, 5, "127.0.0.1", "203.0.113.9") == 401
    assert guess(public, 6, "127.0.0.1", "203.0.113.9, 198.51.100.7") == 429  # the proxy wrote the last one


@pytest.mark.usefixtures("few_attempts")
def test_only_a_proxy_nearby_is_believed(public: Flask, shared: Flask) -> None:
    far = [guess(public, n, "8.8.8.8", f"203.0.113.{n}") for n in range(4)]
    assert far == [401] * 3 + [429]
    client = shared.test_client()
    body = {"username": "nobody", "password": "a guessed password"}
    statuses = [
        client.post(
            "/arc2/api/session", json=body, headers={"Origin": ORIGIN, "X-Forwarded-For": f"203.0.113.{n}"}
        ).status_code
        for n in range(4)
    ]
    assert statuses == [401] * 3 + [429]


def test_a_restart_keeps_sessions(new_app: NewApp) -> None:
    first = User(new_app().test_client())
    first.done("POST", "session", {"username": "ada"})
    cookie = first.client.get_cookie("arc2_session")
    second = User(new_app().test_client())
    assert cookie is not None
    second.client.set_cookie("arc2_session", cookie.value)
    assert second.done("GET", "session")["username"] == "ada"
