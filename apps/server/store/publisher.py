"""Keeps the published files in step with the store, and makes the backups: a process of its own beside the server.

    python -m apps.server.store.publisher DATABASE DATA_DIRECTORY DATASET

It ends when its standard input does, with everything published. The server starts it (`PublisherProcess`) and starts it
again should it die; several at once, of several servers, take turns by the locks of the files.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from apps.server.store.backups import Backups
from apps.server.store.database import Database
from apps.server.store.dataset_file import PublishedDataset
from apps.server.store.solutions_file import SolutionsFile
from apps.server.store.traces_file import PublishedTraces
from utilities.config import ROOT, RunFailed
from utilities.traces import backup_folder

POLL_SECONDS = 0.25
REST_AFTER_FAILURE = 2.0
LAST_WORDS_SECONDS = 10.0
TRACES, SOLUTIONS = "traces_store.json", "solutions.jsonl"


class Part:
    """One thing to keep in step: when it is looked at next, and what it last complained about."""

    def __init__(self, step: Callable[[], bool]) -> None:
        self._step, self._next, self._said = step, 0.0, ""

    def look(self) -> None:
        """Do a step if it is time. A long step is followed by as long a rest."""
        begin = time.monotonic()
        if begin >= self._next:
            rest = time.monotonic() - begin if self.try_step() else REST_AFTER_FAILURE
            self._next = time.monotonic() + rest

    def try_step(self) -> bool:
        """Do a step; when it fails, say why on stderr, once."""
        try:
            self._step()
        except (RunFailed, OSError, sqlite3.Error) as error:
            if str(error) != self._said:
                print(f"publishing: {error}", file=sys.stderr, flush=True)
            self._said = str(error)
            return False
        self._said = ""
        return True


def published_steps(database: Database, directory: Path, dataset: Path) -> list[Callable[[], bool]]:
    """What brings each published file into step."""
    return [
        PublishedTraces(database, directory / TRACES).step,
        PublishedDataset(database, dataset).step,
        SolutionsFile(database, directory / SOLUTIONS).step,
    ]


def publish_once(database: Database, directory: Path, dataset: Path) -> None:
    """Bring all files into step. Raises RunFailed, OSError and sqlite3.Error."""
    for step in published_steps(database, directory, dataset):
        step()


def follow(database: Database, directory: Path, dataset: Path, ended: threading.Event) -> None:
    """Keep everything in step until `ended`, and once more after it."""
    backups = Backups(database, backup_folder(directory / TRACES))
    parts = [
        Part(step) for step in (*published_steps(database, directory, dataset), backups.step, database.tidy)
    ]
    while not ended.wait(POLL_SECONDS):
        for part in parts:
            part.look()
    for part in parts:
        part.try_step()


class PublisherProcess:
    """The publisher of a server."""

    def __init__(self, database: Path, directory: Path, dataset: Path) -> None:
        places = map(str, (database, directory, dataset))
        self._command = [sys.executable, "-m", "apps.server.store.publisher", *places]
        self._closed = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._watch, name="publisher", daemon=True).start()

    def close(self) -> None:
        """Let it publish what is left, and end it; may be called twice."""
        self._closed.set()
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(LAST_WORDS_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()  # nothing is lost: the next server publishes it
            self._process.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        # In a session of its own, so that Ctrl-C reaches the server only, which then ends it.
        return subprocess.Popen(self._command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)

    def _watch(self) -> None:
        while True:
            self._process.wait()
            if self._closed.wait(REST_AFTER_FAILURE):
                return
            self._process = self._start()


def main() -> None:
    """Follow until standard input ends."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(10)  # requests come first
    database, directory, dataset = map(Path, sys.argv[1:])
    ended = threading.Event()

    def wait_for_end() -> None:
        while sys.stdin.buffer.read(1):
            pass
        ended.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    follow(Database(database), directory, dataset, ended)


if __name__ == "__main__":
    main()
