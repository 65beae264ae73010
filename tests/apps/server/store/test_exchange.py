"""Files of events that are not right are refused whole, in a sentence that names the line."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.server.store.bodies import BodyFault
from apps.server.store.check import faults
from apps.server.store.database import append
from apps.server.store.exchange import export_events, import_file
from tests.apps.server.store.conftest import TASK, Shop
from utilities.config import RunFailed


def event(kind: str, body: Any, uid: str = "odd") -> dict[str, Any]:
    head = {"uid": uid, "kind": kind, "task_id": TASK, "username": "eve", "client_id": None}
    return {**head, "time": "2026-01-01T00:00:00+00:00", "body": body}


def write(path: Path, *events: dict[str, Any], tail: str = "") -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in events) + tail)
    return path


def nested(levels: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(levels - 1):
        inner = [inner]
    return inner


GOOD = event("trace", {"trace_id": "good", "text": "x"}, "good")
PAIR = {"input": [[1]], "output": [[1]]}
ODD: list[tuple[str, Any]] = [
    ("trace", {"trace_id": "m4", "text": "cells str", "cells": "notjson"}),
    ("trace", {"trace_id": "m4", "text": "x", "version": "vv"}),
    ("trace", {"trace_id": "m4", "text": 5}),
    ("trace", {"trace_id": "m4", "text": {"a": 1}}),
    ("trace", {"trace_id": "m4", "text": "x", "verified": {"train_passed": "1"}}),
    ("trace", {"trace_id": "m4", "text": "x", "extra": [1]}),
    ("trace", {"trace_id": "m4", "text": "x", "earlier_score": 10**30}),
    ("trace", {"trace_id": "m4", "text": "x", "cells": nested(40)}),
    ("trace", {"text": "x"}),
    ("trace_edited", {"trace_id": "good"}),
    ("vote", {"trace_id": "good", "vote": 5}),
    ("vote", {"trace_id": "good", "vote": "1"}),
    ("signature", {"version": "abc", "signed": 1}),
    ("variation", {"version": "abc", "content_hash": "x", "pairs": {"train": [PAIR], "test": [PAIR]}}),
    ("flaw", {"flaw_id": "f", "text": "x", "version": 0, "cells": "x"}),
    ("submission", {"submission_id": "s", "version": 0}),
    ("nothing", {}),
    ("variation", {"version": 1, "content_hash": "x", "pairs": {"train": 1}}),
    ("trace", "no object"),
]


@pytest.mark.parametrize(("kind", "body"), ODD)
def test_events_with_odd_bodies_are_refused_and_nothing_is_taken_in(
    shop: Shop, tmp_path: Path, kind: str, body: Any
) -> None:
    path = write(tmp_path / "e.jsonl", GOOD, event(kind, body))
    with pytest.raises(RunFailed, match="line 2 of") as refused:
        import_file(shop.database, path)
    assert "\n" not in str(refused.value)
    assert shop.events() == 0


def test_a_fault_after_many_good_lines_takes_in_none_of_them(shop: Shop, tmp_path: Path) -> None:
    good = [event("trace", {"trace_id": f"{n}", "text": "x"}, f"{n}") for n in range(1200)]
    with pytest.raises(RunFailed, match="line 1201"):
        import_file(shop.database, write(tmp_path / "e.jsonl", *good, event(*ODD[0])))
    assert shop.events() == 0


def test_a_torn_last_line_is_said(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "e.jsonl", GOOD, tail=json.dumps(event(*ODD[0]))[:40])
    assert import_file(shop.database, path) == 1
    assert "torn" in capsys.readouterr().err


def test_a_variation_is_known_by_its_pairs_whatever_its_event_says(shop: Shop, tmp_path: Path) -> None:
    pairs = {"train": [PAIR], "test": [PAIR]}
    for number in (1, 2):
        body = {"version": number, "content_hash": f"forged {number}", "pairs": pairs}
        path = write(tmp_path / "e.jsonl", event("variation", body, f"v{number}"))
        import_file(shop.database, path)
    with shop.database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM variations").fetchone()[0] == 1


@pytest.mark.parametrize(("kind", "body"), ODD[:-2])
def test_nobody_else_brings_odd_bodies_in(shop: Shop, kind: str, body: dict[str, Any]) -> None:
    with pytest.raises(BodyFault), shop.database.writing() as connection:
        append(connection, kind, TASK, "eve", body)


def test_check_finds_events_with_odd_bodies(shop: Shop) -> None:
    shop.add("x")
    with shop.database.writing() as connection:
        connection.execute(
            "INSERT INTO events (uid, kind, task_id, username, time, body) VALUES (?, ?, ?, ?, ?, ?)",
            ("u", "trace", TASK, "eve", "", json.dumps(ODD[0][1])),
        )
    assert any("event 2" in fault for fault in faults(shop.database))


def test_what_a_request_may_nest_an_export_and_an_import_carry(shop: Shop, tmp_path: Path) -> None:
    body = {"trace_id": "deep", "text": "x", "cells": nested(31)}
    with shop.database.writing() as connection:
        append(connection, "trace", TASK, "ada", body)
    export_events(shop.database, tmp_path / "e.jsonl")
    assert import_file(shop.database, tmp_path / "e.jsonl") == 0
    assert faults(shop.database) == []
