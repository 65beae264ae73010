"""Event streams over real connections: each event once, also across reconnects; presence; the limit."""

import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.server.feed import PIECE_BYTES, Feed
from apps.server.store import traces
from apps.server.store.bodies import TraceContent
from apps.server.store.database import Database, append
from apps.server.streams import HEARTBEAT_SECONDS
from tests.apps.server.conftest import TASK, NewApp, User
from tests.apps.server.live import LiveServer, Person
from tests.conftest import make_task


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder: Path = tmp_path_factory.mktemp("events")
    (folder / "dataset.json").write_bytes(b"[%b]" % make_task(TASK).line)
    with LiveServer(folder) as live:
        yield live


def add(person: Person, text: str) -> str:
    status, reply = person.send("POST", f"tasks/{TASK}/traces", {"text": text, "client_id": text})
    assert status == 201
    return str(reply["trace"]["trace_id"])


def test_every_kind_of_event_arrives_once_and_in_order(server: LiveServer) -> None:
    ada, bob = server.person("ada"), server.person("bob")
    stream = server.stream(bob)
    trace_id = add(ada, "one of each")
    bob.send("PUT", f"traces/{trace_id}/vote", {"vote": 1})
    ada.send("PATCH", f"traces/{trace_id}", {"text": "edited", "revision": 1})
    ada.send("POST", f"tasks/{TASK}/variations", {"base_version": 0, "transform": [{"name": "rotate_90"}]})
    ada.send("POST", f"tasks/{TASK}/flaws", {"text": "odd", "version": 0, "client_id": "f"})
    ada.send("DELETE", f"tasks/{TASK}/variations/1")
    ada.send("DELETE", f"traces/{trace_id}")
    events = stream.wait_for(7)
    assert [event for _, event, _ in events] == [
        "trace",
        "vote",
        "trace",
        "variation",
        "flaw",
        "variation",
        "trace_removed",
    ]
    ids = [int(number) for number, _, _ in events]
    assert ids == sorted(set(ids))
    (_, vote, edited, signed, flaw, unsigned, removed) = (data for _, _, data in events)
    assert (vote["trace_id"], vote["score"], vote["voters"], vote["my_vote"]) == (trace_id, 1, {"bob": 1}, 1)
    assert (edited["text"], edited["revision"], edited["my_vote"]) == ("edited", 2, 1)
    assert (signed["task_id"], signed["version"]) == (TASK, 1)
    assert flaw["text"] == "odd"
    assert (unsigned["signed_by"], unsigned["removed"]) == ([], True)
    assert removed == {"trace_id": trace_id, "task_id": TASK}
    stream.close()


def test_a_stream_goes_on_where_it_broke(server: LiveServer) -> None:
    ada = server.person("ada")
    stream = server.stream(ada)
    before = add(ada, "before")
    stream.wait_for(1)
    stream.close()
    missed = [add(ada, f"missed {number}") for number in range(3)]
    again = server.stream(ada, last_event_id=stream.last_id)
    assert [data["trace_id"] for _, _, data in again.wait_for(3)] == missed
    after = add(ada, "after")
    assert [data["trace_id"] for _, _, data in again.wait_for(4)] == [*missed, after]
    by_address = server.stream(ada, f"last_event_id={int(stream.last_id) - 1}")
    assert by_address.wait_for(5)[0][2]["trace_id"] == before
    again.close()
    by_address.close()


def test_a_stream_that_broke_before_its_first_event_misses_nothing(server: LiveServer) -> None:
    ada = server.person("ada")
    stream = server.stream(ada)
    deadline = time.monotonic() + 10
    while not stream.last_id and time.monotonic() < deadline:
        time.sleep(0.01)
    stream.close()
    trace_id = add(ada, "in between")
    again = server.stream(ada, last_event_id=stream.last_id)
    assert again.wait_for(1)[0][2]["trace_id"] == trace_id
    again.close()


@pytest.mark.parametrize("wrong", ["x", "-5", "1e9", "99999999999999", "9" * 40])
def test_an_id_that_never_was_begins_with_what_comes(server: LiveServer, wrong: str) -> None:
    ada = server.person("ada")
    stream = server.stream(ada, last_event_id=wrong)
    trace_id = add(ada, f"after {wrong}")
    assert [data["trace_id"] for _, _, data in stream.wait_for(1)] == [trace_id]
    stream.close()


def test_presence_says_who_is_on_the_task(server: LiveServer) -> None:
    ada, bob = server.person("ada"), server.person("bob")
    watching = server.stream(ada, f"task_id={TASK}")
    watching.wait_for_presence(["ada"])
    elsewhere = server.stream(bob, "task_id=another")
    with_bob = server.stream(bob, f"task_id={TASK}")
    watching.wait_for_presence(["ada", "bob"])
    with_bob.close()
    watching.wait_for_presence(["ada"])
    assert all(number == "" for number, event, _ in watching.events if event == "presence")
    watching.close()
    elsewhere.close()


def test_a_silent_stream_is_kept_alive(server: LiveServer) -> None:
    stream = server.stream(server.person("ada"))
    deadline = time.monotonic() + 3 * HEARTBEAT_SECONDS
    while not stream.comments and time.monotonic() < deadline:
        time.sleep(0.1)
    assert stream.comments and not stream.events
    stream.close()


def test_over_the_limit_is_a_503_and_places_come_back(new_app: NewApp) -> None:
    app = new_app(EVENT_STREAMS=2)
    clients = [User(app.test_client()) for _ in range(3)]
    open_streams = [client.send("GET", "events") for client in clients[:2]]
    refused = clients[2].send("GET", "events")
    assert refused.status_code == 503 and refused.json is not None
    assert refused.json["success"] is False and int(refused.headers["Retry-After"]) > 0
    open_streams[0].close()
    assert clients[2].send("GET", "events").status_code == 200
    for stream in open_streams:
        stream.close()


def add_many(database: Database, count: int, text: str) -> None:
    with database.writing() as connection:
        for number in range(count):
            append(connection, "trace", TASK, "ada", {"trace_id": str(number), "text": text})


def wait_until_seen(feed: Feed, last: int) -> None:
    deadline = time.monotonic() + 60
    while feed.last < last and time.monotonic() < deadline:
        feed.wait(feed.turn, 1)
    assert feed.last == last


def test_a_reader_far_behind_is_served_from_the_database_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.server.feed.KEPT_BYTES", 1 << 20)
    database = Database(tmp_path / "a.sqlite")
    feed = Feed(database)
    add_many(database, 600, "x" * 10_000)
    wait_until_seen(feed, 600)
    seen, number = [], 0
    while number < 600:
        frames, number = feed.after(number)
        assert sum(len(frame.text) for frame in frames) < 2 * PIECE_BYTES
        seen += [frame.number for frame in frames]
    assert seen == list(range(1, 601))
    feed.close()


def test_what_a_feed_keeps_is_bounded_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.server.feed.KEPT_BYTES", 1 << 20)
    database = Database(tmp_path / "a.sqlite")
    feed = Feed(database)
    tracemalloc.start()
    add_many(database, 300, "x" * 100_000)
    wait_until_seen(feed, 300)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 8 << 20
    feed.close()


def test_a_stream_far_behind_gets_everything_without_waiting_for_news(folder: Path) -> None:
    with LiveServer(folder) as server:
        ada = server.person("ada")
        for number in range(40):
            body = {"text": f"{number} " + "x" * 90_000, "client_id": str(number)}
            assert ada.send("POST", f"tasks/{TASK}/traces", body)[0] == 201
        stream = server.stream(ada, last_event_id="0")
        began = time.monotonic()
        numbers = [int(number) for number, _, _ in stream.wait_for(40)]
        assert numbers == list(range(1, 41))
        assert time.monotonic() - began < 3


def test_an_event_that_cannot_be_shown_keeps_nobody_from_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(tmp_path / "a.sqlite")
    feed = Feed(database)
    odd = '{"trace_id": "odd", "text": "x", "cells": "notjson"}'
    with database.writing() as connection:
        connection.execute(
            "INSERT INTO events (uid, kind, task_id, username, time, body) VALUES ('u', 'trace', ?, 'eve', '', ?)",
            (TASK, odd),
        )
    traces.add(database, TASK, "ada", TraceContent(text="fine"), "1")
    wait_until_seen(feed, 2)
    assert [frame.number for frame in feed.after(0)[0]] == [2]
    assert "event 1 cannot be shown" in caplog.text
    feed.close()


def test_changes_of_another_process_arrive(tmp_path: Path) -> None:
    here, there = Database(tmp_path / "a.sqlite"), Database(tmp_path / "a.sqlite")
    feed = Feed(here)
    traces.add(there, TASK, "ada", TraceContent(text="x"), "1")
    deadline = time.monotonic() + 20
    while feed.last < 1 and time.monotonic() < deadline:
        feed.wait(feed.turn, 1)
    assert [frame.number for frame in feed.after(0)[0]] == [1]
    feed.close()
