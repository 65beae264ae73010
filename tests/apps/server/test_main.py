"""The server as a process: it answers, says when it cannot listen, and leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.conftest import make_task
from tests.scripts import ROOT, environment


def serve(port: int, folder: Path) -> subprocess.Popen[str]:
    (folder / "dataset.json").write_bytes(b"[%b]" % make_task().line)
    places = ["--data_directory", str(folder / "data"), "--dataset", str(folder / "dataset.json")]
    return subprocess.Popen(
        [sys.executable, "-m", "apps.server", "--port", str(port), *places],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


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


def test_it_answers_and_leaves_nothing_behind(tmp_path: Path) -> None:
    port = free_port()
    process = serve(port, tmp_path)
    assert process.stdout is not None and process.stderr is not None
    assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
    body = json.dumps({"code": "def solve_task(g):\n    return g", "input_grid": [[1]]}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/arc2/execute_code", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        assert json.load(reply)["output_grid"] == [[1]]
    left = descendants(process.pid)
    assert left
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    deadline = time.monotonic() + 5
    while any(os.path.exists(f"/proc/{pid}") for pid in left) and time.monotonic() < deadline:  # noqa: PTH110
        time.sleep(0.05)
    assert not [pid for pid in left if Path(f"/proc/{pid}").exists()]


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        process = serve(held.getsockname()[1], tmp_path)
        stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (1, "")
    assert stderr.startswith("apps.server: cannot listen on 127.0.0.1 port")
    assert "Traceback" not in stderr
