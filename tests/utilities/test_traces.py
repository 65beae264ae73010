"""What a traces file holds is never lost: not by older forms, broken content, crashes, or two programs at once."""

import json
import multiprocessing
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.config import RunFailed
from utilities.traces import (
    KEPT_BACKUPS,
    Store,
    Trace,
    backup_folder,
    content_key,
    iso_time,
    open_store,
    read_store,
)

OLDER = {
    "trace_id": "t_ann_ab12cd34",
    "task_id": "t",
    "username": "ann",
    "text": "Turn it.",
    "score": 3,
    "timestamp": 1746000000.25,
    "voters": {"bob": 1, "eve": -1},
}


def trace(text: str, task_id: str = "t", username: str = "model") -> Trace:
    return Trace(
        trace_id=content_key(task_id, username, text),
        task_id=task_id,
        username=username,
        text=text,
        timestamp="2026-01-01T00:00:00+00:00",
    )


def write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content, indent=2))
    return path


def held(path: Path) -> Any:
    return json.loads(path.read_text())


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_or_empty_has_no_traces(tmp_path: Path) -> None:
    (tmp_path / "empty.json").touch()
    assert list(read_store(tmp_path / "nothing.json")) == []
    assert list(read_store(tmp_path / "empty.json")) == []


@pytest.mark.parametrize("content", [{"t": [OLDER]}, [OLDER]], ids=["by task", "one list"])
def test_older_files_are_read_with_all_votes(tmp_path: Path, content: Any) -> None:
    (found,) = read_store(write(tmp_path / "t.json", content))
    assert (found.trace_id, found.task_id, found.username, found.score) == ("t_ann_ab12cd34", "t", "ann", 3)
    assert found.voters == {"bob": 1, "eve": -1}
    assert found.timestamp == "2025-04-30T08:00:00+00:00"


def test_what_an_older_trace_lacks_is_filled_in_and_unknown_keys_stay(tmp_path: Path) -> None:
    (found,) = read_store(
        write(tmp_path / "t.json", {"t": [{"text": "a", "mood": "calm", "voters": ["bob"]}]})
    )
    assert (found.username, found.score, found.voters, found.extra) == (
        "anonymous",
        1,
        {"bob": 1},
        {"mood": "calm"},
    )
    (again,) = read_store(tmp_path / "t.json")
    assert found == again
    assert found.entry["mood"] == "calm"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-03-01T11:02:44+00:00", "2026-03-01T11:02:44+00:00"),
        (1746000000, "2025-04-30T08:00:00+00:00"),
        (1746000000000, "2025-04-30T08:00:00+00:00"),
        (None, "1970-01-01T00:00:00+00:00"),
        (10**300, "1970-01-01T00:00:00+00:00"),
    ],
)
def test_times_become_text(value: Any, text: str) -> None:
    assert iso_time(value) == text


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"t": [{"text": "a"}',
        b'"text"',
        b"3",
        b'{"t": {"text": "a"}}',
        b'{"t": ["a"]}',
        b'{"t": [{"text": null}]}',
        b'[{"text": "a"}]',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_broken_file_is_refused_in_one_sentence_and_never_overwritten(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(content)
    with pytest.raises(RunFailed) as error, open_store(path) as store:
        store.add(trace("new"))
    assert str(error.value).startswith(f"{path} is broken")
    assert "\n" not in str(error.value)
    assert path.read_bytes() == content
    assert not backup_folder(path).exists()


# --- adding ----------------------------------------------------------------------------------------------------------


def test_added_traces_are_published_and_what_was_there_stays_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "t.json", {"t": [OLDER | {"mood": "calm"}], "empty": []})
    with open_store(path) as store:
        assert store.add(trace("new"))
        assert store.add(trace("other", "u"))
    content = held(path)
    assert content["t"][0] == OLDER | {"mood": "calm"}
    assert content["empty"] == []
    assert [entry["text"] for entry in content["t"]] == ["Turn it.", "new"]
    assert content["u"][0] == trace("other", "u").entry
    assert [line.count('"trace_id"') for line in path.read_text().splitlines() if "text" in line] == [1, 1, 1]


def test_the_same_trace_is_never_there_twice_whatever_its_id(tmp_path: Path) -> None:
    path = write(tmp_path / "t.json", {"t": [OLDER]})
    before = path.read_bytes()
    with open_store(path) as store:
        assert not store.add(trace("Turn it.", username="ann"))
        assert not store.add(trace("  Turn it.\n", username="ann"))
    assert path.read_bytes() == before
    assert not backup_folder(path).exists()
    with open_store(path) as store:
        assert store.add(trace("Turn it.", username="bob"))
        assert not store.add(trace("Turn it.", username="bob"))
    assert len(held(path)["t"]) == 2


def test_a_block_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "t.json", {"t": [OLDER]})
    before = path.read_bytes()
    with pytest.raises(ValueError, match="on purpose"), open_store(path) as store:
        store.add(trace("new"))
        raise ValueError("on purpose")
    assert path.read_bytes() == before


def test_every_change_leaves_a_backup_and_only_so_many_stay(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    (backup_folder(path)).mkdir()
    stranger = backup_folder(path) / "t_other_20260101_000000_000000.json"
    stranger.touch()
    contents = []
    for number in range(KEPT_BACKUPS + 5):
        contents.append(path.read_bytes() if path.exists() else None)
        with open_store(path) as store:
            store.add(trace(f"text {number}"))
    backups = sorted(set(backup_folder(path).iterdir()) - {stranger})
    assert [backup.read_bytes() for backup in backups] == contents[-KEPT_BACKUPS:]
    assert stranger.exists()


texts = st.text(max_size=20)
entries = st.fixed_dictionaries(
    {"text": texts},
    optional={
        "trace_id": texts | st.integers(),
        "username": texts | st.none(),
        "score": st.integers(-5, 5) | st.none() | texts,
        "timestamp": st.floats(allow_nan=False, allow_infinity=False) | texts | st.none(),
        "voters": st.dictionaries(texts, st.integers(-2, 2)) | st.lists(texts) | st.none(),
        "more": st.none() | texts,
    },
)
stores = st.dictionaries(texts, st.lists(entries, max_size=3), max_size=3)


@given(stores, st.lists(st.tuples(texts, st.text(min_size=1, max_size=20), texts), max_size=4))
def test_whatever_a_file_held_is_still_there_and_what_was_added_once(
    content: dict[str, list[dict[str, Any]]], added: list[tuple[str, str, str]]
) -> None:
    store = Store(json.loads(json.dumps(content)))
    for task_id, username, text in added * 2:
        store.add(trace(text, task_id, username))
    after = json.loads(b"".join(store.chunks()))
    for task_id, entries_before in content.items():
        assert after[task_id][: len(entries_before)] == entries_before
    keys = [content_key(found.task_id, found.username, found.text) for found in Store(after)]
    before = [content_key(found.task_id, found.username, found.text) for found in Store(content)]
    wanted = {content_key(task_id, username, text) for task_id, username, text in added}
    assert len(keys) == len(before) + len(wanted - set(before))
    assert wanted <= set(keys)


# --- other programs --------------------------------------------------------------------------------------------------

_SPAWN = multiprocessing.get_context("spawn")


def _add_many(path: Path, writer: int, count: int) -> None:
    for number in range(count):
        with open_store(path) as store:
            store.add(trace(f"{number} of {writer}", f"task{number % 3}"))


def _hold(path: Path, ready: Any) -> None:
    with open_store(path) as store:
        store.add(trace("never published"))
        ready.set()
        time.sleep(60)


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    writers = [_SPAWN.Process(target=_add_many, args=(path, number, 20)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0] * 4
    assert {found.text for found in read_store(path)} == {f"{n} of {w}" for n in range(20) for w in range(4)}


def test_a_killed_writer_lets_go_of_the_lock_and_leaves_no_trace_of_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "t.json", {"t": [OLDER]})
    ready = _SPAWN.Event()
    writer = _SPAWN.Process(target=_hold, args=(path, ready))
    writer.start()
    assert ready.wait(60)
    (tmp_path / ".t.json.0badcafe.tmp").write_text("half")
    os.kill(writer.pid or 0, signal.SIGKILL)
    writer.join(60)
    with open_store(path) as store:
        store.add(trace("new"))
    assert [found.text for found in read_store(path)] == ["Turn it.", "new"]
    assert not list(tmp_path.glob("*.tmp")) + list(tmp_path.glob(".*.tmp"))


def test_a_lock_that_is_not_let_go_of_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("utilities.traces.LOCK_SECONDS", 0.1)
    path = tmp_path / "t.json"
    with open_store(path), pytest.raises(RunFailed, match=f"by process {os.getpid()}"), open_store(path):
        pass
