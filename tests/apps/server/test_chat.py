"""Discussing a task with a model on the server: real models behind a real app, streams read as a page reads them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.apps.server.chatting import CHAT, LONG, answer, ask, events, messages, over, question, text_of
from tests.apps.server.conftest import TASK, User
from tests.fault_server import FaultServer


def test_offline_answers_with_words_and_code_and_needs_no_key(ada: User) -> None:
    found = answer(ada, ask(ada, "Write solve_task for it.", model="OFFLINE"))
    assert found["status"] == "done" and found["error"] is None
    assert found["text"].strip()
    said, _ = messages(ada)
    assert (said["role"], said["text"]) == ("user", "Write solve_task for it.")


def test_an_answer_is_told_piece_by_piece_and_kept(ada: User, endpoint: Callable[..., FaultServer]) -> None:
    endpoint(text=LONG, pieces=40, thinking="hm")
    start = ada.done("GET", CHAT)["event_id"]
    message_id = ask(ada)
    told = events(ada, start, over)
    assert [name for _, name, _ in told][:2] == ["message", "message"]
    assert text_of(told, message_id) == LONG
    assert [number for number, _, _ in told] == sorted({number for number, _, _ in told})
    final = told[-1][2]["message"]
    assert (final["text"], final["thinking"], final["status"]) == (LONG, "hm", "done") or final[
        "text"
    ] == LONG.strip()
    assert final["usage"]["completion_tokens"] == 50
    assert messages(ada)[-1] == final


def test_a_stream_that_comes_back_goes_on_where_it_was(
    ada: User, endpoint: Callable[..., FaultServer]
) -> None:
    endpoint(text=LONG, pieces=40, script=["drip"])
    start = ada.done("GET", CHAT)["event_id"]
    message_id = ask(ada)
    first = events(ada, start, lambda told: told[-1][1] == "delta")
    answer(ada, message_id)  # meanwhile nobody looks
    told = first + events(ada, first[-1][0], over)
    assert text_of(told, message_id) == LONG
    assert [name for _, name, _ in told].count("done") == 1


def test_deltas_say_where_they_belong_in_the_units_of_pages(
    ada: User, endpoint: Callable[..., FaultServer]
) -> None:
    text = "a\U0001f600é" * 50
    endpoint(text=text, pieces=15, thinking="hm\U0001f600", script=["drip"])
    start = ada.done("GET", CHAT)["event_id"]
    message_id = ask(ada)
    told = events(ada, start, over)
    for part, whole in (("text", text), ("thinking", "hm\U0001f600")):
        shown = b""
        for _, name, data in told:
            if name == "delta" and data["message_id"] == message_id:
                assert data[f"{part}_at"] * 2 == len(shown)
                shown += data[part].encode("utf-16-le")
        assert shown.decode("utf-16-le") == whole


def test_a_stream_that_cannot_go_on_is_told_to_read_again(ada: User) -> None:
    assert events(ada, 5, lambda told: True)[0][1] == "reset"


def test_a_page_that_opens_in_the_middle_reads_what_there_is(
    ada: User, endpoint: Callable[..., FaultServer]
) -> None:
    endpoint(text=LONG, pieces=40, script=["hang_during"])
    message_id = ask(ada)
    for _ in range(200):
        conversation = ada.done("GET", CHAT)
        if conversation["messages"][-1]["text"]:
            break
        time.sleep(0.02)
    assert LONG.startswith(conversation["messages"][-1]["text"])
    assert conversation["messages"][-1]["status"] == "streaming"
    ada.done("POST", f"{CHAT}/stop", {"message_id": message_id})
    found = answer(ada, message_id)
    assert found["status"] == "stopped" and LONG.startswith(found["text"]) and found["text"]


def test_the_same_question_sent_again_is_asked_once(ada: User, endpoint: Callable[..., FaultServer]) -> None:
    server = endpoint()
    body = question()
    replies = [ada.send("POST", CHAT, body).json for _ in range(3)]
    answer(ada, str(replies[0] and replies[0]["message_id"]))
    assert replies[0] == replies[1] == replies[2]
    assert len(server.log) == 1 and len(messages(ada)) == 2
    assert "another question" in ada.refused(409, "POST", CHAT, body | {"text": "Something else"})


def test_regenerate_writes_the_answer_anew_and_drops_what_followed(
    ada: User, endpoint: Callable[..., FaultServer]
) -> None:
    server = endpoint(text=lambda body: str(len(body["messages"])))
    first = ask(ada, "one")
    assert answer(ada, first)["text"] == "2"
    assert answer(ada, ask(ada, "two"))["text"] == "4"
    reply = ada.send("POST", f"{CHAT}/regenerate", {"message_id": first})
    assert reply.status_code == 202 and reply.json is not None
    assert answer(ada, reply.json["message_id"])["text"] == "2"
    assert [message["text"] for message in messages(ada)] == ["one", "2"]
    assert len(server.log) == 3


def test_an_edited_question_stands_in_for_the_old_one(
    ada: User, endpoint: Callable[..., FaultServer]
) -> None:
    endpoint(text="yes")
    answer(ada, ask(ada, "one"))
    answer(ada, ask(ada, "two"))
    old = messages(ada)[2]["message_id"]
    answer(ada, ask(ada, "two, better", replaces=old))
    assert [message["text"] for message in messages(ada)] == ["one", "yes", "two, better", "yes"]
    assert "no such message" in ada.refused(404, "POST", CHAT, question(replaces=old))


def test_one_answer_at_a_time(ada: User, endpoint: Callable[..., FaultServer]) -> None:
    endpoint(script=["hang"])
    message_id = ask(ada)
    assert "still being written" in ada.refused(409, "POST", CHAT, question())
    ada.done("POST", f"{CHAT}/stop", {"message_id": message_id})


def test_conversations_are_ones_own(
    ada: User, bob: User, visitor: User, endpoint: Callable[..., FaultServer]
) -> None:
    endpoint(text="secret")
    message_id = ask(ada)
    answer(ada, message_id)
    assert messages(bob) == []
    assert "no such message" in bob.refused(404, "POST", f"{CHAT}/stop", {"message_id": message_id})
    visitor.refused(401, "GET", CHAT)
    visitor.refused(401, "POST", CHAT, question())
    ada.done("DELETE", CHAT)
    assert messages(ada) == []


def test_the_prompt_shows_the_train_pairs_that_were_chosen(
    ada: User, endpoint: Callable[..., FaultServer]
) -> None:
    seen: list[str] = []

    def remember(body: dict[str, Any]) -> str:
        seen.append("\n\n".join(message["content"] for message in body["messages"]))
        return "ok"

    endpoint(text=remember)
    steps = [{"name": "flip_vertical"}]
    version = ada.done("POST", f"tasks/{TASK}/variations", {"base_version": 0, "transform": steps})["version"]
    for source in ("original", "variation", "both"):
        answer(ada, ask(ada, data_source=source, version=version))
        ada.done("DELETE", CHAT)
        shown = ada.done("GET", f"{CHAT}/prompt?data_source={source}&version={version}")["text"]
        assert seen[-1].startswith(shown)
    versions = {one["version"]: one for one in ada.done("GET", f"tasks/{TASK}")["versions"]}

    def text(grid: list[list[int]]) -> str:
        return "\n".join(" ".join(map(str, row)) for row in grid)

    first = {number: text(versions[number]["train"][0]["input"]) for number in versions}
    assert [first[0] in prompt for prompt in seen] == [True, False, True]
    assert [first[version] in prompt for prompt in seen] == [False, True, True]


def test_an_own_key_is_used_and_kept_nowhere(
    ada: User, endpoint: Callable[..., FaultServer], folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = endpoint(text=LONG)
    caplog.set_level("DEBUG")
    message_id = ask(ada, api_key="sk-own-0123456789")
    assert answer(ada, message_id)["settings"]["own_key"] is True
    assert server.authorizations == {"Bearer sk-own-0123456789"}
    kept = b"".join(path.read_bytes() for path in (folder / "data").rglob("*") if path.is_file())
    assert b"sk-own" not in kept and "sk-own" not in caplog.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": "NOPE"}, "no model called"),
        ({"text": "  "}, "empty"),
        ({"temperature": -1}, "temperature"),
        ({"data_source": "tests"}, "data_source"),
        ({"client_id": ""}, "client_id"),
        ({"version": -1}, "version"),
    ],
)
def test_malformed_questions_are_refused_with_a_sentence(
    ada: User, change: dict[str, Any], words: str
) -> None:
    assert words in ada.refused(400, "POST", CHAT, question() | change)


def test_unknown_tasks_and_versions_are_404(ada: User) -> None:
    ada.refused(404, "GET", "chat/nothing")
    ada.refused(404, "POST", CHAT, question(data_source="both", version=7))
    ada.refused(404, "POST", f"{CHAT}/regenerate", {"message_id": "nothing"})


def test_models_say_what_is_missing(visitor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    models = {model["name"]: model for model in visitor.done("GET", "models")["models"]}
    assert models["OFFLINE"]["available"] is True
    assert models["CLAUDE"]["available"] is False and "OPENROUTER_API_KEY" in models["CLAUDE"]["why_not"]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "```python\nnever closed", "\x00\ud800 \ufffe", "x" * 5_000_000]
)
def test_hostile_answers_are_kept_as_text(ada: User, endpoint: Callable[..., FaultServer], text: str) -> None:
    endpoint(text=text, pieces=50)
    found = answer(ada, ask(ada))
    assert found["status"] == "done"
    assert len(found["text"]) >= len(text) - 2


def test_other_origins_cannot_ask(ada: User) -> None:
    ada.refused(403, "POST", CHAT, question(), Origin="http://evil.example")
