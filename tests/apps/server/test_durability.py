"""What was acknowledged is there: after kills, beside other writers, in the published files, once."""

import http.client
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.server.store.check import faults
from apps.server.store.database import NAME, Database
from tests.apps.server.live import LiveServer, Person, free_port
from tests.conftest import make_task
from tests.scripts import run
from utilities.files import json_list, write_atomically

TASKS = [f"task{number:04d}" for number in range(1, 5)]
CUT = (OSError, http.client.HTTPException, ValueError)
"""What a client sees of a server that was killed."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a dataset.json."""
    tasks = [make_task(task_id, number) for number, task_id in enumerate(TASKS, start=1)]
    write_atomically(tmp_path / "dataset.json", json_list(task.line for task in tasks))
    return tmp_path


def published(folder: Path) -> dict[str, dict[str, Any]]:
    """The published traces by id."""
    path = folder / "data" / "traces_store.json"
    content = json.loads(path.read_text()) if path.exists() else {}
    return {trace["trace_id"]: trace for traces in content.values() for trace in traces}


def eventually(holds: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it holds within so long."""
    deadline = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return held


class Annotator(threading.Thread):
    """Adds and edits traces, whatever becomes of the server; remembers what was acknowledged."""

    def __init__(self, port: int, name: str, stop: threading.Event) -> None:
        super().__init__()
        self.port, self.user, self.stop = port, name, stop
        self.person: Person | None = None
        self.acknowledged: dict[str, str] = {}
        """Trace id to its text."""
        self.in_doubt: set[str] = set()
        """Ids of traces whose edit got no answer."""

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            try:
                self.person = self.person or Person(self.port, self.user)
                self.add_and_edit(self.person, f"{self.user} {number}")
            except CUT:
                self.close()
                time.sleep(0.05)
        self.close()

    def add_and_edit(self, person: Person, text: str) -> None:
        path = f"tasks/{random.choice(TASKS)}/traces"
        status, reply = person.send("POST", path, {"text": text, "client_id": text})
        if status != 201:
            return
        trace_id = reply["trace"]["trace_id"]
        self.acknowledged[trace_id] = text
        self.in_doubt.add(trace_id)
        edit = {"text": text + " edited", "revision": 1}
        if person.send("PATCH", f"traces/{trace_id}", edit)[0] == 200:
            self.acknowledged[trace_id] += " edited"
            self.in_doubt.discard(trace_id)

    def close(self) -> None:
        if self.person:
            self.person.close()
        self.person = None

    def lost(self, there: dict[str, dict[str, Any]]) -> list[str]:
        """What was acknowledged and is not there, or not as it was."""
        return [
            text
            for trace_id, text in self.acknowledged.items()
            if trace_id not in there
            or not (
                there[trace_id]["text"] == text
                or (trace_id in self.in_doubt and there[trace_id]["text"] == f"{text} edited")
            )
        ]


def annotators(port: int, count: int) -> tuple[threading.Event, list[Annotator]]:
    """So many at work."""
    stop = threading.Event()
    working = [Annotator(port, f"user{number}", stop) for number in range(count)]
    for one in working:
        one.start()
    return stop, working


def finish(stop: threading.Event, working: list[Annotator]) -> None:
    stop.set()
    for one in working:
        one.join()


def test_kills_at_random_moments_lose_nothing(folder: Path) -> None:
    port, generator = free_port(), random.Random(3)
    stop, working = annotators(port, 8)
    try:
        for _ in range(4):
            with LiveServer(folder, port=port) as server:
                time.sleep(generator.uniform(0.3, 1.5))
                server.stop(signal.SIGKILL)
        with LiveServer(folder, port=port):
            time.sleep(1)
            finish(stop, working)
            assert sum(len(one.acknowledged) for one in working) > 20
            assert eventually(lambda: not any(one.lost(published(folder)) for one in working))
    finally:
        finish(stop, working)
    texts = [trace["text"].removesuffix(" edited") for trace in published(folder).values()]
    assert len(texts) == len(set(texts)), "a change was made twice"
    database = Database(folder / "data" / NAME)
    assert faults(database) == []
    database.close()


def test_two_servers_share_one_store(folder: Path) -> None:
    with LiveServer(folder) as one, LiveServer(folder) as other:
        here, there = one.person("ada"), other.person("bob")
        stream = one.stream(here)
        status, reply = there.send("POST", f"tasks/{TASKS[0]}/traces", {"text": "of bob", "client_id": "1"})
        assert status == 201
        assert stream.wait_for(1)[0][2]["trace_id"] == reply["trace"]["trace_id"]
        assert here.send("GET", f"tasks/{TASKS[0]}/traces")[1]["traces"][0]["text"] == "of bob"
        signed = [
            person.send(
                "POST", f"tasks/{TASKS[0]}/variations", {"base_version": 0, "transform": [{"name": name}]}
            )
            for person, name in ((here, "rotate_90"), (there, "transpose"), (here, "transpose"))
        ]
        assert [(status, reply["version"]) for status, reply in signed] == [(201, 1), (201, 2), (200, 2)]


def test_changes_are_published_within_seconds_and_those_of_others_shown(folder: Path) -> None:
    with LiveServer(folder) as server:
        ada = server.person("ada")
        ada.send("POST", f"tasks/{TASKS[0]}/traces", {"text": "by ada", "client_id": "1"})
        ada.send(
            "POST", f"tasks/{TASKS[1]}/variations", {"base_version": 0, "transform": [{"name": "rotate_90"}]}
        )
        ada.send(
            "POST",
            f"tasks/{TASKS[0]}/submissions",
            {"version": 0, "test_index": 0, "grid": [[5]], "actions": [1]},
        )
        solutions = folder / "data" / "solutions.jsonl"
        assert eventually(lambda: bool(published(folder)) and solutions.exists())
        assert eventually(lambda: '"version":1' in (folder / "dataset.json").read_text())
        assert json.loads(solutions.read_text())["actions"] == [1]
        stream = server.stream(ada)
        results = folder / "results.jsonl"
        result = {"entry_type": "result", "run_id": "r", "task_id": TASKS[0], "version": 0, "model_username": "offline",
                  "task_data": {"train": [], "test": []}, "reasoning": ["by a model"], "response": ["x"], "error": [None]}  # fmt: skip
        results.write_text(json.dumps(result) + "\n")
        traces = str(folder / "data" / "traces_store.json")
        merged = run(
            "auxiliary_utilities/merge_reasoning.py", str(results), "--traces_path", traces, cwd=folder
        )
        assert merged.returncode == 0, merged.stderr
        assert stream.wait_for(1)[0][2]["text"] == "by a model"
        texts = {trace["text"] for trace in ada.send("GET", f"tasks/{TASKS[0]}/traces")[1]["traces"]}
        assert texts == {"by ada", "by a model"}


def test_a_merge_while_annotators_write_loses_nothing(folder: Path) -> None:
    results = folder / "results.jsonl"
    base = {
        "entry_type": "result",
        "task_data": {"train": [], "test": []},
        "version": 0,
        "model_username": "offline",
    }
    with LiveServer(folder) as server:
        stop, working = annotators(server.port, 4)
        try:
            for number in range(4):
                texts = [f"model {number} {attempt}" for attempt in range(25)]
                run_line = {"run_id": f"r{number}", "task_id": TASKS[number % 4], "reasoning": texts}
                more = {"response": texts, "error": [None] * len(texts)}
                results.write_text(json.dumps({**base, **run_line, **more}) + "\n")
                path = str(folder / "data" / "traces_store.json")
                merged = run(
                    "auxiliary_utilities/merge_reasoning.py", str(results), "--traces_path", path, cwd=folder
                )
                assert merged.returncode == 0, merged.stderr
        finally:
            finish(stop, working)

        def all_there() -> bool:
            there = published(folder)
            models = {trace["text"] for trace in there.values() if trace["username"] == "offline"}
            return len(models) == 100 and not any(one.lost(there) for one in working)

        assert eventually(all_there)


def test_a_publisher_that_dies_is_started_again(folder: Path) -> None:
    with LiveServer(folder) as server:
        children = Path(f"/proc/{server.process.pid}/task").glob("*/children")
        pids = [pid for path in children for pid in path.read_text().split()]
        (publisher,) = (pid for pid in pids if b"publisher" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(int(publisher), signal.SIGKILL)
        ada = server.person("ada")
        ada.send("POST", f"tasks/{TASKS[0]}/traces", {"text": "x", "client_id": "1"})
        assert eventually(lambda: len(published(folder)) == 1)


def test_the_last_changes_are_published_before_it_ends(folder: Path) -> None:
    with LiveServer(folder) as server:
        ada = server.person("ada")
        ada.send("POST", f"tasks/{TASKS[0]}/traces", {"text": "x", "client_id": "1"})
        server.stop()
    assert len(published(folder)) == 1
