"""traces_store.json: what is published, what is taken in from others, and what is never lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.server.store import traces
from apps.server.store.database import Database
from apps.server.store.intake import take_in_traces
from tests.apps.server.store.conftest import TASK, Shop
from tests.scripts import run
from utilities.config import RunFailed
from utilities.traces import Trace, read_store

OLD = {
    TASK: [
        {
            "trace_id": "t1",
            "task_id": TASK,
            "username": "cleo",
            "text": "Old text.",
            "score": 1,
            "timestamp": "2025-01-02T03:04:05+00:00",
            "voters": {"ada": 1, "bob": -1, "eve": 1},
        }
    ]
}


def write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content))


def test_the_older_format_is_taken_in_with_all_votes(shop: Shop) -> None:
    write(shop.traces_file, OLD)
    shop.publish()
    (trace,) = shop.listed()
    assert (trace.username, trace.text, trace.timestamp) == ("cleo", "Old text.", "2025-01-02T03:04:05+00:00")
    assert (trace.voters, trace.score) == ({"ada": 1, "bob": -1, "eve": 1}, 1)
    (entry,) = shop.published()[TASK]
    assert {name: entry[name] for name in OLD[TASK][0]} == OLD[TASK][0]


def test_votes_of_unknown_voters_stay_in_the_score(shop: Shop) -> None:
    write(shop.traces_file, {TASK: [{**OLD[TASK][0], "score": 5, "voters": {"ada": 1}}]})
    shop.publish()
    assert traces.vote(shop.database, "t1", "bob", 1).score == 6
    shop.publish()
    assert shop.published()[TASK][0]["score"] == 6


@pytest.mark.parametrize("score", [1e308, 10**30, -1e300, 2.5, "x", None, True])
def test_scores_that_are_none_count_the_voters(shop: Shop, score: object) -> None:
    write(shop.traces_file, {TASK: [{**OLD[TASK][0], "score": score}]})
    shop.publish()
    (trace,) = shop.listed()
    assert type(trace.score) is int and abs(trace.score) < 10


def test_verdicts_and_versions_out_of_range_stay_members_that_nobody_knows(shop: Shop) -> None:
    odd = {"version": 10**30, "verified": {"train_passed": -1, "train_total": 2}, "cells": "x", "code": 5}
    write(shop.traces_file, {TASK: [{**OLD[TASK][0], **odd}]})
    shop.publish()
    shop.add("another")
    shop.publish()
    (trace, _) = shop.listed()
    assert (trace.version, trace.verified, trace.cells, trace.code) == (0, None, None, None)
    assert {name: shop.published()[TASK][0][name] for name in odd} == odd


def test_members_that_nobody_here_knows_stay(shop: Shop) -> None:
    write(shop.traces_file, {TASK: [{**OLD[TASK][0], "mood": {"a": [1]}, "version": "odd"}]})
    shop.publish()
    shop.add("another")
    shop.publish()
    entry = shop.published()[TASK][0]
    assert entry["mood"] == {"a": [1]}
    write(shop.traces_file, {TASK: [{**entry, "colour": "red"}, shop.published()[TASK][1]]})
    shop.publish()
    shop.add("a third")
    shop.publish()
    assert (shop.published()[TASK][0]["colour"], shop.published()[TASK][0]["mood"]) == ("red", {"a": [1]})


def test_a_text_edited_in_the_file_is_a_new_revision(shop: Shop) -> None:
    trace = shop.add("first")
    shop.publish()
    shop.traces_file.write_text(shop.traces_file.read_text().replace("first", "by hand"))
    shop.publish()
    (now,) = shop.listed()
    assert (now.trace_id, now.text, now.revision) == (trace.trace_id, "by hand", 2)


def test_an_old_copy_of_the_file_undoes_nothing(shop: Shop) -> None:
    trace, gone = shop.add("first"), shop.add("to be removed")
    traces.vote(shop.database, trace.trace_id, "bob", 1)
    shop.publish()
    old = shop.traces_file.read_bytes()
    traces.edit(shop.database, trace.trace_id, "ada", "second", 1)
    traces.vote(shop.database, trace.trace_id, "bob", -1)
    traces.remove(shop.database, gone.trace_id, "ada")
    shop.add("new")
    shop.publish()
    expected, events = shop.traces_file.read_bytes(), shop.events()
    shop.traces_file.write_bytes(old)
    shop.publish()
    assert (shop.traces_file.read_bytes(), shop.events()) == (expected, events)


def test_what_is_missing_in_the_file_comes_back(shop: Shop) -> None:
    shop.add("kept")
    shop.publish()
    before = shop.traces_file.read_bytes()
    write(shop.traces_file, {})
    shop.publish()
    assert shop.traces_file.read_bytes() == before
    shop.traces_file.unlink()
    shop.publish()
    assert shop.traces_file.read_bytes() == before


def test_ids_that_come_twice_are_two_traces(shop: Shop) -> None:
    entry = OLD[TASK][0]
    write(
        shop.traces_file,
        {TASK: [entry, {**entry, "text": "Other."}], "task0002": [{**entry, "task_id": "task0002"}]},
    )
    shop.publish()
    assert sorted(trace.text for trace in shop.listed()) == ["Old text.", "Other."]
    assert [trace.text for trace in shop.listed("task0002")] == ["Old text."]
    before, events = shop.published(), shop.events()
    shop.publish()
    assert (shop.published(), shop.events()) == (before, events)


@pytest.mark.parametrize(
    "broken", ["{", '{"task0001": 1}', "[1]", '{"task0001": [{"trace_id": "x"}]}', "\xff"]
)
def test_a_broken_file_is_never_overwritten(shop: Shop, broken: str) -> None:
    shop.add("kept")
    shop.traces_file.write_text(broken, encoding="latin-1")
    with pytest.raises(RunFailed, match="broken"):
        shop.publish()
    assert shop.traces_file.read_text(encoding="latin-1") == broken
    shop.traces_file.write_text("{}")
    shop.publish()
    assert shop.published()[TASK][0]["text"] == "kept"


def test_nothing_to_say_makes_no_file(shop: Shop) -> None:
    shop.publish()
    assert not shop.traces_file.exists() and not shop.solutions_file.exists()


def test_publishing_again_writes_nothing(shop: Shop) -> None:
    shop.add("x")
    shop.publish()
    before = shop.traces_file.stat()
    shop.publish()
    assert shop.traces_file.stat() == before


def test_merge_reasoning_adds_beside_the_server(shop: Shop, tmp_path: Path) -> None:
    shop.add("by ada")
    shop.publish()
    result = {
        "entry_type": "result",
        "run_id": "r",
        "task_id": TASK,
        "version": 0,
        "model_username": "offline",
        "task_data": {"train": [], "test": []},
        "reasoning": ["by a model"],
        "response": ["by a model"],
        "error": [None],
    }
    results = tmp_path / "results.jsonl"
    results.write_text(json.dumps(result) + "\n")
    script = "auxiliary_utilities/merge_reasoning.py"
    merged = run(script, str(results), "--traces_path", str(shop.traces_file), cwd=tmp_path)
    assert merged.returncode == 0, merged.stderr
    shop.publish()
    assert {trace.text for trace in shop.listed()} == {"by ada", "by a model"}
    model = next(trace for trace in shop.listed() if trace.text == "by a model")
    with pytest.raises(Exception, match="author"):
        traces.remove(shop.database, model.trace_id, model.username)


texts = st.text(max_size=20)
entries = st.fixed_dictionaries(
    {"text": texts},
    optional={
        "trace_id": st.one_of(st.text(max_size=3), st.integers(), st.none()),
        "username": st.one_of(texts, st.none()),
        "voters": st.one_of(st.dictionaries(texts, st.sampled_from([1, -1])), st.lists(texts), st.none()),
        "score": st.one_of(st.integers(-5, 5), st.none()),
        "timestamp": st.one_of(texts, st.integers(), st.floats(allow_nan=False, allow_infinity=False)),
        "version": st.one_of(st.integers(), texts),
        "verified": st.one_of(st.booleans(), st.just({"train_passed": 1, "train_total": 2})),
        "cells": st.one_of(texts, st.lists(st.integers(), max_size=2)),
        "revision": st.one_of(st.integers(), st.none()),
        "extra": texts,
        "own": st.dictionaries(texts, st.integers(), max_size=2),
    },
)


@settings(max_examples=40)
@given(st.dictionaries(texts, st.lists(entries, max_size=3), max_size=3))
def test_any_older_file_is_taken_in_once_and_published_whole(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, list[dict[str, Any]]]
) -> None:
    shop = Shop(tmp_path_factory.mktemp("shop"))
    try:
        write(shop.traces_file, content)
        given_traces = list(read_store(shop.traces_file))
        shop.publish()
        events, first = shop.events(), shop.published()
        there = list(read_store(shop.traces_file))
        assert {key(trace) for trace in given_traces} == {key(trace) for trace in there}
        shop.publish()
        assert take_in_traces(shop.database, there) == 0
        assert (shop.events(), shop.published()) == (events, first)
    finally:
        shop.database.close()


def key(trace: Trace) -> tuple[str, ...]:
    return tuple(text.replace("\0", "\ufffd").strip() for text in (trace.task_id, trace.username, trace.text))


def test_two_stores_on_one_file_end_with_the_same(tmp_path: Path) -> None:
    one, other = Shop(tmp_path), Shop(tmp_path)
    other.database.close()
    other.database = Database(tmp_path / "other.sqlite")
    one.add("of one")
    other.add("of the other")
    for shop in (one, other, one, other):
        shop.publish()
    assert (
        {trace.text for trace in one.listed()}
        == {trace.text for trace in other.listed()}
        == {"of one", "of the other"}
    )
    one.database.close()
    other.database.close()
