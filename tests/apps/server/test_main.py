"""The server as a process: it answers, says when it cannot listen, and leaves nothing behind."""

import json
import os
import signal
import socket
import time
import urllib.request
from pathlib import Path

import pytest

from tests.apps.server.live import LiveServer
from tests.conftest import make_task


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a dataset.json."""
    (tmp_path / "dataset.json").write_bytes(b"[%b]" % make_task().line)
    return tmp_path


def descendants(pid: int) -> list[int]:
    """Processes started, directly or not, by `pid`."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        parents[int(stat.parent.name)] = int(fields[1])
    found = [child for child, parent in parents.items() if parent == pid]
    return found + [one for child in found for one in descendants(child)]


def wait_for_end_of(pids: list[int]) -> None:
    """Wait until none of the processes is left."""
    deadline = time.monotonic() + 20
    while left := [pid for pid in pids if os.path.exists(f"/proc/{pid}")]:  # noqa: PTH110
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_answers_and_leaves_nothing_behind(folder: Path, number: int, code: int) -> None:
    with LiveServer(folder) as server:
        assert f"http://127.0.0.1:{server.port}/" in server.greeting
        body = json.dumps({"code": "def solve_task(g):\n    return g", "input_grid": [[1]]}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{server.port}/arc2/execute_code", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as reply:
            assert json.load(reply)["output_grid"] == [[1]]
        streams = [server.stream(server.person("ada")) for _ in range(5)]
        left = descendants(server.process.pid)
        assert left and all(stream.status == 200 for stream in streams)
        assert server.stop(number) == code
        wait_for_end_of(left)


@pytest.mark.parametrize("gap", [0.01, 0.03, 0.1])
def test_a_second_signal_changes_no_exit_code_and_prints_nothing(folder: Path, gap: float) -> None:
    with LiveServer(folder) as server:
        server.process.send_signal(signal.SIGTERM)
        time.sleep(gap)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.communicate(timeout=30)[1] == ""
        assert server.process.returncode == 143


def send_program(server: LiveServer, code: str) -> socket.socket:
    """A connection on which a program was sent and no answer is read."""
    body = json.dumps({"code": code, "input_grid": [[1]]}).encode()
    connection = socket.create_connection(("127.0.0.1", server.port), 30)
    head = "POST /arc2/execute_code HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    connection.sendall(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
    return connection


def test_nothing_is_run_for_clients_that_hung_up(folder: Path) -> None:
    with LiveServer(folder) as server:
        endless = [send_program(server, "def solve_task(g):\n    while True: pass") for _ in range(60)]
        time.sleep(1)
        for connection in endless:
            connection.close()
        began = time.monotonic()
        slow = "import time\ndef solve_task(g):\n    time.sleep(0.6)\n    return g"
        with send_program(server, slow) as connection, connection.makefile("rb") as reply:
            assert b'"output_grid":[[1]]' in reply.read()
        assert time.monotonic() - began < 60  # run to their limits they would take 150 s on two cores


def test_a_killed_server_leaves_nothing_behind(folder: Path) -> None:
    with LiveServer(folder) as server:
        left = descendants(server.process.pid)
        server.stop(signal.SIGKILL)
        wait_for_end_of(left)


def test_a_port_in_use_is_one_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        server = LiveServer(folder, port=held.getsockname()[1])
        _, stderr = server.process.communicate(timeout=30)
    assert (server.process.returncode, server.greeting) == (1, "")
    assert stderr.startswith("apps.server: cannot listen on 127.0.0.1 port")
    assert "Traceback" not in stderr


@pytest.mark.parametrize(
    ("flags", "variables", "code", "words"),
    [
        (["--host", "0.0.0.0"], {}, 2, "SERVER_ACCESS_PASSWORD"),
        (["--host", "no.such.host.invalid"], {"SERVER_ACCESS_PASSWORD": "x"}, 1, "cannot listen"),
        ([], {"SERVER_PUBLIC_ORIGIN": "https://arc.example.org"}, 2, "SERVER_ACCESS_PASSWORD"),
        ([], {"SERVER_PUBLIC_ORIGIN": "arc.example.org"}, 2, "https://arc.example.org"),
        (["--port", "x"], {}, 2, "--port"),
        (["--port", "70000"], {}, 2, "65535"),
        (["--port", "-1"], {}, 2, "65535"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(
    folder: Path, flags: list[str], variables: dict[str, str], code: int, words: str
) -> None:
    server = LiveServer(folder, *flags, **variables)
    _, stderr = server.process.communicate(timeout=30)
    assert (server.process.returncode, server.greeting) == (code, "")
    assert words in stderr and stderr.count("\n") == 1


@pytest.mark.parametrize("host", ["127.0.0.2", "::1", "localhost"])
def test_it_answers_on_the_address_that_it_says(folder: Path, host: str) -> None:
    with LiveServer(folder, "--host", host, "--port", "0") as server:
        address = server.greeting.split()[2]
        with urllib.request.urlopen(f"{address}arc2/api/health", timeout=30) as reply:
            assert json.load(reply)["tasks"] == 1


def test_on_another_address_it_wants_passwords(folder: Path) -> None:
    with LiveServer(folder, "--host", "0.0.0.0", SERVER_ACCESS_PASSWORD="open sesame") as server:
        ada = server.person()
        assert ada.send("GET", "tasks")[0] == 401
        assert ada.send("POST", "session", {"username": "ada"})[0] == 401
        account = {"username": "ada", "password": "a long password", "access_password": "open sesame"}
        assert ada.send("POST", "session", account)[0] == 200
        assert ada.send("GET", "tasks")[0] == 200
