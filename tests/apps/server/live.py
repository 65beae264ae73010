"""The server as a process of its own, and people at it over real connections."""

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.scripts import ROOT, environment


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


class LiveServer:
    """`python -m apps.server` on a folder with a dataset.json; its data go to `data` in there."""

    def __init__(self, folder: Path, *flags: str, port: int | None = None, **variables: str) -> None:
        self.folder, self.port = folder, port or free_port()
        places = ["--data_directory", str(folder / "data"), "--dataset", str(folder / "dataset.json")]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "apps.server", "--port", str(self.port), *places, *flags],
            cwd=ROOT,
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None and self.process.stderr is not None
        self.greeting = self.process.stdout.readline()
        self._open: list[Person | Stream] = []

    def person(self, name: str | None = None) -> "Person":
        """Somebody, logged in if named."""
        person = Person(self.port, name)
        self._open.append(person)
        return person

    def stream(self, person: "Person", query: str = "", last_event_id: str | None = None) -> "Stream":
        """A stream of events for somebody."""
        stream = Stream(person, query, last_event_id)
        self._open.append(stream)
        return stream

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        self.process.send_signal(number)
        self.process.communicate(timeout=30)
        return self.process.returncode

    def __enter__(self) -> "LiveServer":
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._open:
            one.close()
        if self.process.poll() is None:
            self.stop()


class Person:
    """A user over one kept-alive connection."""

    def __init__(self, port: int, name: str | None = None) -> None:
        self.port, self.origin = port, f"http://127.0.0.1:{port}"
        self.cookie = ""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        if name is not None:
            status, _ = self.send("POST", "session", {"username": name})
            assert status == 200

    def headers(self) -> dict[str, str]:
        """Those of the server's own pages."""
        return {"Origin": self.origin, "Content-Type": "application/json", "Cookie": self.cookie}

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """(status, body) of a request to /arc2/api/<path>; raises OSError or HTTPException when no answer comes."""
        data = None if body is None else json.dumps(body)
        try:
            self.connection.request(method, f"/arc2/api/{path}", data, self.headers())
            reply = self.connection.getresponse()
            content = reply.read()
        except BaseException:
            self.connection.close()
            raise
        if cookie := reply.getheader("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return reply.status, json.loads(content)

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


class Stream:
    """An open event stream; a thread reads it."""

    def __init__(self, person: Person, query: str = "", last_event_id: str | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", person.port, timeout=60)
        headers = person.headers() | ({"Last-Event-ID": last_event_id} if last_event_id else {})
        self.connection.request("GET", f"/arc2/api/events?{query}", headers=headers)
        self.socket = self.connection.sock
        self.reply = self.connection.getresponse()
        self.status = self.reply.status
        self.events: list[tuple[str, str, Any]] = []
        """(id, event, data) of each event."""
        self.last_id = ""
        self.comments = 0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True) if self.status == 200 else None
        if self._thread:
            self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError, http.client.HTTPException):
            for fields in self._frames():
                with self._changed:
                    self.last_id = fields.get("id", self.last_id)
                    if "data" in fields:
                        self.events.append(
                            (fields.get("id", ""), fields["event"], json.loads(fields["data"]))
                        )
                    self._changed.notify_all()

    def _frames(self) -> Iterator[dict[str, str]]:
        fields: dict[str, str] = {}
        while line := self.reply.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if line == b"\n":
                yield fields
                fields = {}
            elif name:
                fields[name] = value
            else:
                self.comments += 1

    def wait_for(self, count: int, seconds: float = 20) -> list[tuple[str, str, Any]]:
        """The events once there are `count` of them."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.events) >= count, seconds)
        assert len(self.events) >= count, self.events
        return list(self.events)

    def wait_for_presence(self, users: list[str], seconds: float = 20) -> None:
        """Wait until exactly these users are said to be here."""

        def here() -> bool:
            told = [data["users"] for _, event, data in self.events if event == "presence"]
            return bool(told) and told[-1] == users

        with self._changed:
            assert self._changed.wait_for(here, seconds), self.events

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.connection.close()
        if self._thread:
            self._thread.join()
        self.reply.close()
