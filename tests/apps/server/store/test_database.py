"""The database: nothing is half done, events stay, several processes share it, check and exchange."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from apps.server.refusals import ApiError
from apps.server.store import flaws, traces, variations
from apps.server.store.bodies import TraceContent
from apps.server.store.check import faults, summary
from apps.server.store.database import NAME, Database, append
from apps.server.store.exchange import export_events, import_file
from apps.server.store.schema import MIGRATIONS
from tests.apps.server.store.conftest import TASK, Shop
from tests.apps.server.store.test_other_files import ORIGINAL, sign, submit, varied
from tests.scripts import ROOT, environment
from utilities.config import RunFailed


def test_events_are_never_changed_or_removed(shop: Shop) -> None:
    shop.add("x")
    for statement in ("UPDATE events SET body = '{}'", "DELETE FROM events"):
        with pytest.raises(sqlite3.IntegrityError, match="never"), shop.database.writing() as connection:
            connection.execute(statement)
    assert shop.events() == 1


def test_a_change_that_fails_leaves_nothing(shop: Shop) -> None:
    with pytest.raises(RuntimeError), shop.database.writing() as connection:
        append(connection, "trace", TASK, "ada", {"trace_id": "1", "text": "x"})
        raise RuntimeError
    assert shop.events() == 0 and shop.listed() == []
    shop.add("y")
    assert [trace.text for trace in shop.listed()] == ["y"]


def test_changes_of_what_is_not_there_do_not_fit(shop: Shop) -> None:
    for kind in ("vote", "trace_edited", "trace_removed", "trace_noted"):
        with pytest.raises(sqlite3.IntegrityError), shop.database.writing() as connection:
            append(connection, kind, TASK, "ada", {"trace_id": "none", "vote": 1, "text": "x"})


def test_a_database_of_the_future_is_refused(shop: Shop) -> None:
    with shop.database.writing() as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(RunFailed, match="update the code"):
        Database(shop.database.path)


def test_it_is_for_its_owner_only(shop: Shop) -> None:
    assert shop.database.path.stat().st_mode & 0o077 == 0


def test_many_threads_lose_nothing_and_repeat_nothing(shop: Shop) -> None:
    def work(name: str) -> None:
        for number in range(20):
            trace = shop.add(f"{name} {number}", name)
            traces.vote(shop.database, trace.trace_id, "voter", 1)
            traces.edit(shop.database, trace.trace_id, name, f"{name} {number} edited", 1)

    threads = [threading.Thread(target=work, args=(f"user{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listed = shop.listed()
    assert {trace.text for trace in listed} == {f"user{n} {i} edited" for n in range(8) for i in range(20)}
    assert {(trace.revision, trace.score) for trace in listed} == {(2, 1)}
    assert faults(shop.database) == []


def test_tidying_up_keeps_everything(shop: Shop) -> None:
    assert not shop.database.tidy()
    for number in range(12):
        shop.add(f"{number} " + "x" * 99_000)
        shop.add(f"{number} " + "y" * 99_000)
        shop.add(f"{number} " + "z" * 99_000)
    with shop.database.reading():
        assert shop.database.tidy()
    shop.add("after")
    assert len(shop.listed()) == 37 and faults(shop.database) == []


def test_racing_edits_have_one_winner(shop: Shop) -> None:
    trace, outcomes = shop.add("x"), []

    def edit(text: str) -> None:
        try:
            outcomes.append(traces.edit(shop.database, trace.trace_id, "ada", text, 1).text)
        except ApiError as error:
            assert error.status == 409
            outcomes.append(None)

    threads = [threading.Thread(target=edit, args=(f"edit {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = (text for text in outcomes if text)
    assert shop.listed()[0].text == winner


WRITER = """
import sys
from pathlib import Path
from apps.server.store.database import Database
from apps.server.store import traces
from apps.server.store.traces import TraceContent
database = Database(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    text = f"{sys.argv[2]} {number}"
    trace = traces.add(database, "task0001", sys.argv[2], TraceContent(text=text), text)
    print(text, flush=True)
"""


def writer(path: Path, name: str, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WRITER, str(path), name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)


def test_two_processes_write_into_one_store(shop: Shop) -> None:
    processes = [writer(shop.database.path, name, 100) for name in ("left", "right")]
    for number in range(100):
        shop.add(f"here {number}")
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    names = [trace.text.split()[0] for trace in shop.listed()]
    assert {name: names.count(name) for name in names} == {"left": 100, "right": 100, "here": 100}


def test_what_was_acknowledged_before_a_kill_is_there(shop: Shop) -> None:
    generator = random.Random(1)
    for round_number in range(5):
        process = writer(shop.database.path, f"round{round_number}", 10**6)
        assert process.stdout is not None
        acknowledged = [process.stdout.readline()]
        deadline = time.monotonic() + generator.uniform(0.05, 0.4)
        while time.monotonic() < deadline:
            acknowledged.append(process.stdout.readline())
        process.kill()
        acknowledged += process.stdout.readlines()
        process.wait()
        process.stdout.close()
        whole = {line.rstrip("\n") for line in acknowledged if line.endswith("\n")}
        assert whole <= {trace.text for trace in shop.listed()}
    assert faults(shop.database) == []


def test_check_finds_damage(shop: Shop) -> None:
    shop.add("x")
    assert faults(shop.database) == [] and summary(shop.database).startswith("1 traces")
    with shop.database.writing() as connection:
        connection.execute("UPDATE traces SET text = 'forged'")
    assert faults(shop.database) == ["table traces differs from its events in 2 rows"]


def fill(shop: Shop) -> None:
    first, second = shop.add("first"), shop.add("second", "bob")
    traces.vote(shop.database, first.trace_id, "bob", -1)
    traces.edit(shop.database, first.trace_id, "ada", "first, edited", 1)
    traces.remove(shop.database, second.trace_id, "bob")
    sign(shop, "rotate_90")
    sign(shop, "rotate_90", "bob")
    flaws.report(shop.database, TASK, "ada", "odd", 0, None, "f")
    submit(shop)


def test_an_export_makes_an_equal_store(shop: Shop, tmp_path: Path) -> None:
    fill(shop)
    assert export_events(shop.database, tmp_path / "events.jsonl") == shop.events()
    with closing(Database(tmp_path / "copy.sqlite")) as copy:
        assert import_file(copy, tmp_path / "events.jsonl") == shop.events()
        export_events(copy, tmp_path / "again.jsonl")
        assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "events.jsonl").read_bytes()
        assert import_file(copy, tmp_path / "events.jsonl") == 0
        assert faults(copy) == []


def test_the_export_of_another_store_is_added(shop: Shop, tmp_path: Path) -> None:
    fill(shop)
    export_events(shop.database, tmp_path / "events.jsonl")
    with closing(Database(tmp_path / "other.sqlite")) as other:
        variations.sign(other, ORIGINAL, varied("transpose"), "cleo")
        traces.add(other, TASK, "cleo", TraceContent(text="hers"), "1")
        for _ in range(2):
            import_file(other, tmp_path / "events.jsonl")
        with other.reading() as connection:
            texts = {trace.text for trace in traces.of_task(connection, TASK, None)}
            signed = {task.version: task.signed_by for task in variations.every(connection)}
        assert texts == {"hers", "first, edited"}
        assert signed == {1: ("cleo",), 2: ("ada", "bob")}
        assert faults(other) == []


def store(*arguments: str, folder: Path, text: str = "") -> "subprocess.CompletedProcess[str]":
    places = ["--data_directory", str(folder), "--dataset", str(folder / "dataset.json")]
    command = [sys.executable, "-m", "apps.server.store", *arguments, *places]
    return subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, input=text, timeout=60
    )


def test_the_commands(shop: Shop, tmp_path: Path) -> None:
    fill(shop)
    assert store("check", folder=shop.folder).stdout.startswith("sound: 1 traces, 1 votes, 1 variations")
    assert "wrote 9 events" in store("export", str(tmp_path / "e.jsonl"), folder=shop.folder).stdout
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "dataset.json").write_bytes(shop.dataset.read_bytes())
    assert "took in 9 changes" in store("import", str(tmp_path / "e.jsonl"), folder=elsewhere).stdout
    assert json.loads((elsewhere / "traces_store.json").read_text())[TASK][0]["text"] == "first, edited"
    for name in ("traces_store.json", "dataset.json", "solutions.jsonl"):
        again = store("import", str(elsewhere / name), folder=shop.folder)
        assert again.stdout.startswith("took in 0 changes"), (name, again)


def test_commands_that_cannot_be_done_are_one_sentence(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "odd.jsonl").write_text("[1]\n")
    for arguments, code in (
        (("export",), 2),
        (("check", "x"), 2),
        (("mend",), 2),
        (("import", "missing.json"), 1),
        (("import", str(tmp_path / "odd.jsonl")), 1),
        (("password", "nobody"), 1),
    ):
        done = store(*arguments, folder=shop.folder, text="a new password\n")
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done
    assert "no annotations" in store("check", folder=tmp_path / "nothing").stderr
    assert not os.path.exists(tmp_path / "nothing")  # noqa: PTH110
    assert NAME == "annotations.sqlite"
