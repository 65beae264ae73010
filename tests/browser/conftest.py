"""Real pages in Debian's Chromium: on our server, and on a plain file server with nothing behind it.

Each test gets people, each with a browser context of their own. When a test ends, nothing may have been logged as an
error and nothing may have been asked of another origin.
"""

import functools
import http.server
import itertools
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.browser.person import Person
from tests.browser.replies import reply
from tests.browser.tasks import DATASET, TASK_IDS
from tests.fault_server import FaultServer, serving
from tests.scripts import ROOT, environment

BROWSERS = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
"""The first of them that is there is used. A page costs the shell less than half of the processor time."""
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
NewPerson = Callable[..., Person]
expect.set_options(timeout=15_000)  # a busy machine may take its time


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a file of tests: while Playwright runs, no other test could use asyncio."""
    path = next((path for path in BROWSERS if Path(path).exists()), BROWSERS[0])
    if not Path(path).exists() and not os.environ.get("CI"):
        pytest.skip(f"there is none of {', '.join(BROWSERS)} on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Site:
    """A served copy of the apps: `address` is the testing interface."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address, self.folder = address, folder


@pytest.fixture(scope="module")
def static_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The apps on a plain file server."""
    folder = tmp_path_factory.mktemp("static")
    shutil.copytree(ROOT / "apps", folder / "apps", ignore=shutil.ignore_patterns("server", "dataset.json"))
    (folder / "apps" / "static" / "dataset.json").write_text(DATASET)
    handler = functools.partial(_QuietHandler, directory=str(folder / "apps"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(f"http://127.0.0.1:{server.server_port}/testing_interface.html", folder)
        server.shutdown()


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class ServerProcess:
    """`python -m apps.server` on a folder of its own; it can be stopped and started again on the same port."""

    def __init__(self, folder: Path, port: int, **changes: str) -> None:
        self.folder, self.port, self.changes = folder, port, changes
        (folder / "dataset.json").write_text(DATASET)
        self.site = Site(f"http://127.0.0.1:{port}/arc2/testing_interface.html", folder)
        self.start()

    def start(self) -> None:
        flags = ["--port", str(self.port), "--data_directory", str(self.folder / "data")]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "apps.server", *flags, "--dataset", str(self.folder / "dataset.json")],
            cwd=ROOT,
            env=environment(**self.changes),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert "serving on" in self.process.stdout.readline()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)
        assert self.process.stdout is not None
        self.process.stdout.close()


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Our server, shared by the tests; each uses tasks and names of its own."""
    process = ServerProcess(tmp_path_factory.mktemp("server"), free_port())
    yield process.site
    process.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server for one test, which may stop it and start it again."""
    process = ServerProcess(tmp_path, free_port())
    yield process
    process.stop()


@pytest.fixture(scope="module")
def provider() -> Iterator[FaultServer]:
    """The model endpoint behind LOCAL_1."""
    with serving(text=reply, pieces=400) as server:
        yield server


@pytest.fixture(scope="module")
def chat_server(provider: FaultServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Our server, with that model."""
    process = ServerProcess(tmp_path_factory.mktemp("chat"), free_port(), LOCAL_1_BASE_URL=provider.base_url)
    yield process
    process.stop()


@pytest.fixture(scope="module")
def chat_site(chat_server: ServerProcess) -> Site:
    """The discussion page on it."""
    return discussion_of(chat_server.site)


def discussion_of(site: Site) -> Site:
    """The discussion page beside a testing page."""
    return Site(site.address.replace("testing_interface", "discuss_interface"), site.folder)


_ids = itertools.cycle(TASK_IDS)


@pytest.fixture
def task_id() -> str:
    """A task that no other test writes to. Its answer is a diagonal of blue on 3 x 3."""
    return next(_ids)


@pytest.fixture
def new_person(chromium: Browser) -> Iterator[NewPerson]:
    """Makes people; `phone=True` gives them a phone, `may_fail` a connection that may be cut."""
    people: list[tuple[Person, BrowserContext]] = []

    def make(
        site: Site, task: str = "", *, phone: bool = False, may_fail: bool = False, **options: Any
    ) -> Person:
        context = chromium.new_context(**{**(PHONE if phone else DESKTOP), **options})
        context.set_default_timeout(15_000)
        person = Person(context.new_page(), site.address, may_fail=may_fail)
        people.append((person, context))
        person.open(task)
        return person

    yield make
    for _, context in people:
        context.close()
    for person, _ in people:
        person.check_behaviour()


@pytest.fixture(params=["static", "server"])
def site(request: pytest.FixtureRequest) -> Site:
    """Both kinds of site, one after the other."""
    fixture = "static_site" if request.param == "static" else "server"
    return request.getfixturevalue(fixture)  # type: ignore[no-any-return]
