"""The fault server as other tests use it: beside a script in a process, or in a thread."""

import asyncio
import contextlib
import gc
import json
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.fault_server import FaultServer, serving
from tests.faults import FAULTS, HARMLESS, MIXES, TRANSIENT

SERVER = Path(__file__).parent / "fault_server.py"


def ask(base_url: str, text: str = "hi") -> str:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode()
    request = Request(base_url + "/chat/completions", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=10) as response:
        return str(json.load(response)["choices"][0]["message"]["content"])


def status_of(base_url: str, text: str = "hi") -> int:
    try:
        ask(base_url, text)
    except HTTPError as error:
        error.close()
        return error.code
    return 200


def test_a_script_is_followed_in_order_and_everything_is_logged():
    with serving(script=["429:1", "500"], text="an answer") as server:
        assert [status_of(server.base_url) for _ in range(3)] == [429, 500, 200]
        assert [(seen.fault, seen.attempt) for seen in server.log] == [("429:1", 0), ("500", 1), ("ok", 2)]
    assert server.outcomes() == ["failed", "failed", "answered"]


def test_a_marker_in_the_prompt_decides_for_that_prompt_alone():
    with serving() as server:
        marked = "[[faults: 503, 400]] hi"
        assert [status_of(server.base_url, marked) for _ in range(3)] == [503, 400, 200]
        assert status_of(server.base_url, "other") == 200


def test_random_faults_depend_only_on_the_seed_and_the_request():
    def statuses(seed: int, order: list[int]) -> dict[int, int]:
        with serving(faults=["400", "500"], rate=0.6, seed=seed) as server:
            return {number: status_of(server.base_url, str(number)) for number in order}

    first = statuses(1, list(range(20)))
    assert statuses(1, list(reversed(range(20)))) == first
    assert statuses(2, list(range(20))) != first
    assert set(first.values()) == {200, 400, 500}


def test_asking_again_after_an_answer_is_noticed():
    with serving() as server:
        ask(server.base_url)
        assert server.asked_again_after_an_answer() == []
        ask(server.base_url)
        assert len(server.asked_again_after_an_answer()) == 1


def test_every_named_fault_exists():
    for word in {*TRANSIENT, *HARMLESS, *MIXES["mixed"]}:
        name = word.partition(":")[0]
        assert name.isdecimal() or name in FAULTS


@pytest.mark.parametrize("faults", ["none", "429:0", "mixed"])
def test_it_runs_as_a_process_that_prints_its_port(faults):
    command = [
        sys.executable,
        str(SERVER),
        "--port",
        "0",
        "--faults",
        faults,
        "--rate",
        "1" if faults == "429:0" else "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd="/") as process:
        try:
            assert process.stdout is not None
            base_url = f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
            assert status_of(base_url) == (429 if faults == "429:0" else 200)
            with urlopen(base_url.removesuffix("/v1") + "/log", timeout=10) as log:
                assert len(json.load(log)) == 1
        finally:
            process.terminate()


def test_the_answer_can_depend_on_the_question():
    with serving(text=lambda body: body["messages"][0]["content"].upper()) as server:
        assert isinstance(server, FaultServer)
        assert ask(server.base_url, "hi") == "HI"


@pytest.mark.parametrize("turns", range(6))
def test_a_connection_that_comes_as_the_server_ends_is_closed(turns: int) -> None:
    async def connect_and_end() -> socket.socket:
        async with FaultServer() as server:
            late = socket.create_connection(("127.0.0.1", server.port))
            for _ in range(turns):
                await asyncio.sleep(0)
        return late

    with asyncio.run(connect_and_end()) as late:
        gc.collect()  # pytest turns a warning about a transport that was never closed into an error
        late.settimeout(10)
        with contextlib.suppress(ConnectionResetError):
            assert late.recv(1) == b""
