"""Take the pictures of the web apps that the readme shows, from the running app: light and dark, desktop and phone.

    python auxiliary_utilities/take_pictures.py

Needs Chromium and the packages of requirements-dev.txt. The server that it starts keeps its data in a folder that goes
with it, so the pictures always show the same few notes.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from utilities.command_line import parse, run_main
from utilities.config import DEFAULT_DATASET, RunFailed, at_least_one, setting
from utilities.dataset_builder import build_missing_dataset

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TASK, DISCUSSED = "3631a71a", "00d62c1b"
NAMES = ("ada", "grace")
TRACES = (
    "The picture is symmetric: it is its own mirror image, left to right and top to bottom, two cells off the middle. "
    "The brown square hides a part of it. [train 1 input r6c1:r13c5] Copy each hidden cell from its mirror image.",
    "Also symmetric along the diagonal, so a hidden cell has three others to be read from.",
)
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@dataclass(frozen=True, kw_only=True)
class PictureConfig:
    """Where the pictures go."""

    chromium: str = setting("/usr/bin/chromium", "the browser")
    output_directory: str = setting(str(ROOT / "apps" / "static" / "pictures"), "folder for the pictures")
    port: int = setting(5077, "a free port for the server", type=at_least_one)


def main(argv: Sequence[str] | None = None) -> None:
    """Take all pictures."""
    config = parse(PictureConfig, argv, __doc__ or "", "python auxiliary_utilities/take_pictures.py")
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise RunFailed("Playwright is missing: pip install -r requirements-dev.txt") from None
    folder = Path(config.output_directory)
    folder.mkdir(parents=True, exist_ok=True)
    with running_server(config.port) as address, sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=config.chromium, args=["--no-sandbox"])
        except Error as error:
            raise RunFailed(f"cannot start {config.chromium}: {error.message.splitlines()[0]}") from None
        write_notes(browser, address)
        for scheme in ("light", "dark"):
            take(browser, address, folder, scheme)
            take_discussion(browser, address, folder, scheme)
        browser.close()


@contextmanager
def running_server(port: int) -> Iterator[str]:
    """Our server on an empty store; yields the address of the testing interface. Raises RunFailed when it does not start."""
    build_missing_dataset(DEFAULT_DATASET)
    with tempfile.TemporaryDirectory() as data:
        dataset = Path(data) / "dataset.json"
        dataset.write_bytes(DEFAULT_DATASET.read_bytes())
        command = [sys.executable, "-m", "apps.server", "--port", str(port), "--data_directory", data]
        server = subprocess.Popen(
            [*command, "--dataset", str(dataset)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        try:
            if "serving on" not in server.stdout.readline():
                raise RunFailed("the server did not start; its message is above")
            yield f"http://127.0.0.1:{port}/arc2/testing_interface.html"
        finally:
            server.terminate()
            server.wait(timeout=30)


def write_notes(browser: "Browser", address: str) -> None:
    """Two people write a trace each and vote."""
    for name, text in zip(NAMES, TRACES, strict=True):
        page = open_task(browser, f"{address}#/task/{TASK}", name, {"viewport": DESKTOP})
        page.get_by_test_id("trace-text").fill(text)
        page.get_by_test_id("trace-add").click()
        page.locator("[data-testid=trace-item]:not([data-waiting])", has_text=text[:20]).wait_for()
        page.locator("[data-testid=trace-item]", has_text=TRACES[0][:20]).get_by_test_id("trace-up").click()
        page.wait_for_timeout(500)
        page.context.close()


def open_task(browser: "Browser", address: str, name: str, options: dict[str, object]) -> "Page":
    """The page of a task, in a new browser context, as somebody."""
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    page.goto(address)
    page.get_by_test_id("test-input").first.wait_for()
    page.get_by_test_id("username").fill(name)
    page.get_by_test_id("username").press("Enter")
    page.wait_for_timeout(800)
    return page


def take(browser: "Browser", address: str, folder: Path, scheme: str) -> None:
    """The task half solved and the gallery, on a desktop; the task on a phone."""
    address = f"{address}#/task/{TASK}"
    neighbour = open_task(browser, address, NAMES[1], {"viewport": DESKTOP})
    page = open_task(browser, address, NAMES[0], {"viewport": DESKTOP, "color_scheme": scheme})
    draw(page)
    page.screenshot(path=folder / f"testing_{scheme}.png")
    page.get_by_test_id("gallery").click()
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / f"gallery_{scheme}.png")
    phone = {
        "viewport": PHONE,
        "color_scheme": scheme,
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    }
    small = open_task(browser, address, NAMES[0], phone)
    small.screenshot(path=folder / f"phone_{scheme}.png")
    for opened in (neighbour, page, small):
        opened.context.close()


def take_discussion(browser: "Browser", address: str, folder: Path, scheme: str) -> None:
    """A task discussed with OFFLINE, whose program ran on all pairs."""
    address = f"{address.replace('testing', 'discuss')}#/task/{DISCUSSED}"
    options = {"viewport": DESKTOP, "color_scheme": scheme}
    page = open_task(browser, address, f"{NAMES[0]} {scheme}", options)
    page.get_by_test_id("model").select_option("OFFLINE")
    page.get_by_test_id("chat-input").fill("What is the rule, and how would you write it in Python?")
    page.get_by_test_id("chat-send").click()
    page.get_by_test_id("run-block").click(timeout=60_000)
    page.locator("[data-testid=pair-result]").last.wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / f"discussion_{scheme}.png")
    page.context.close()


def draw(page: "Page") -> None:
    """Copy the input, repair one corner of what is hidden, and ask for a verdict."""
    for testid in ("copy-input", "tool-rect", "tool-rect", "color-2"):
        page.get_by_test_id(testid).click()
    box = page.locator("[data-testid=output-grid] .grid").bounding_box()
    assert box is not None
    cell = box["width"] / 30
    page.mouse.move(box["x"] + 20.5 * cell, box["y"] + 3.5 * cell)
    page.mouse.down()
    page.mouse.move(box["x"] + 22.5 * cell, box["y"] + 5.5 * cell)
    page.mouse.up()
    page.get_by_test_id("submit").click()
    page.get_by_role("button", name="train 1 input").hover()
    page.wait_for_timeout(600)


if __name__ == "__main__":
    run_main(main)
