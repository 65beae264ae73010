"""Answers that do not end as they should: stopped, failed, over the budget, cleared, cut off by the server's end."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from apps.server import close_app
from apps.server.chat import store
from tests.apps.server.chatting import CHAT, LONG, answer, ask, events, messages, over, text_of
from tests.apps.server.conftest import NewApp, NewUser, User, logged_in
from tests.fault_server import FaultServer


def test_stop_closes_the_connection_to_the_model(ada: User, endpoint: Callable[..., FaultServer]) -> None:
    server = endpoint(script=["hang"])
    message_id = ask(ada)
    while not server.log:
        time.sleep(0.01)
    ada.done("POST", f"{CHAT}/stop", {"message_id": message_id})
    assert answer(ada, message_id)["status"] == "stopped"
    for _ in range(200):
        if server.outcomes() == ["disconnected"]:
            break
        time.sleep(0.02)
    assert server.outcomes() == ["disconnected"]


@pytest.mark.parametrize("own", [{}, {"api_key": "sk-own-0123456789"}], ids=["shared", "own key"])
def test_stopping_what_is_whole_but_not_closed_keeps_the_whole_answer(
    ada: User, endpoint: Callable[..., FaultServer], own: dict[str, str]
) -> None:
    endpoint(text=LONG, script=["hang_tail"])
    message_id = ask(ada, **own)
    while len(messages(ada)[-1]["text"].strip()) < len(LONG.strip()):
        time.sleep(0.02)
    ada.done("POST", f"{CHAT}/stop", {"message_id": message_id})
    found = answer(ada, message_id)
    assert (found["status"], found["text"].strip()) == ("done", LONG.strip())


@pytest.mark.parametrize(
    ("fault", "words"), [("401", "key"), ("400", "answered 400"), ("500", "tries"), ("404", "model")]
)
def test_failures_arrive_as_a_sentence_in_the_conversation(
    ada: User, endpoint: Callable[..., FaultServer], fault: str, words: str
) -> None:
    endpoint(script=[fault] * 3)
    found = answer(ada, ask(ada))
    assert found["status"] == "failed" and words in found["error"].lower(), found["error"]


def test_a_try_that_breaks_leaves_nothing_in_the_answer(
    ada: User, endpoint: Callable[..., FaultServer]
) -> None:
    endpoint(text=LONG, pieces=20, script=["error_midstream:502", "ok"])
    start = ada.done("GET", CHAT)["event_id"]
    message_id = ask(ada)
    told = events(ada, start, over)
    assert text_of(told, message_id) == LONG
    assert messages(ada)[-1]["text"].strip() == LONG.strip()


def test_clearing_while_an_answer_is_written_leaves_nothing(
    ada: User, endpoint: Callable[..., FaultServer]
) -> None:
    server = endpoint(script=["hang_during"])
    ask(ada)
    while not server.log:
        time.sleep(0.01)
    ada.done("DELETE", CHAT)
    while server.outcomes() != ["disconnected"]:
        time.sleep(0.01)
    assert messages(ada) == []
    answer(ada, ask(ada, "again"))


def test_the_days_budget_holds_for_the_servers_key_and_not_for_an_own_one(
    new_app: NewApp, endpoint: Callable[..., FaultServer]
) -> None:
    server = endpoint()
    ada = logged_in(new_app(CHAT_BUDGET=0.0015), "ada")
    for _ in range(2):
        assert answer(ada, ask(ada))["status"] == "done"
    ada.done("DELETE", CHAT)  # what was spent stays spent
    found = answer(ada, ask(ada))
    assert found["status"] == "failed" and "budget" in found["error"]
    assert len(server.log) == 2
    ada.done("DELETE", CHAT)
    assert answer(ada, ask(ada, api_key="sk-own-0123456789"))["status"] == "done"


def test_an_answer_whose_server_ended_counts_as_failed(
    new_app: NewApp, user: NewUser, endpoint: Callable[..., FaultServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(script=["hang"])
    first = new_app()
    ada = logged_in(first, "ada")
    message_id = ask(ada)
    monkeypatch.setattr("apps.server.chat.store.ABANDONED_SECONDS", -1)
    second = logged_in(new_app(), "ada")
    found = next(message for message in messages(second) if message["message_id"] == message_id)
    assert found["status"] == "failed" and "restarted" in found["error"]
    close_app(first)


def test_closing_the_app_saves_what_has_arrived(
    new_app: NewApp, endpoint: Callable[..., FaultServer]
) -> None:
    endpoint(text=LONG, pieces=40, script=["hang_during"])
    app = new_app()
    ada = logged_in(app, "ada")
    ask(ada)
    while not messages(ada)[-1]["text"]:
        time.sleep(0.02)
    close_app(app)
    found = messages(logged_in(new_app(), "ada"))[-1]
    assert found["status"] == "stopped" and LONG.startswith(found["text"]) and found["text"]


def test_what_is_whole_is_not_stopped_any_more(
    new_app: NewApp, endpoint: Callable[..., FaultServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(text=LONG)
    begun, finish = threading.Event(), store.finish

    def finish_slowly(*arguments: Any) -> None:
        begun.set()
        time.sleep(0.3)
        finish(*arguments)

    monkeypatch.setattr("apps.server.chat.store.finish", finish_slowly)
    app = new_app()
    ada = logged_in(app, "ada")
    message_id = ask(ada)
    assert begun.wait(10)
    ada.done("POST", f"{CHAT}/stop", {"message_id": message_id})
    close_app(app)
    found = messages(logged_in(new_app(), "ada"))[-1]
    assert (found["status"], found["text"]) == ("done", LONG)
