"""Somebody at a page: says in the words of a user what Playwright is to do."""

import json
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

Cell = tuple[int, int]


class Person:
    """A page and what somebody does on it."""

    def __init__(self, page: Page, address: str, *, may_fail: bool = False) -> None:
        self.page, self.address, self.may_fail = page, address, may_fail
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self._asked)
        page.on("dialog", self._dialog)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not (self.may_fail and "Failed to load" in message.text):
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        there = urlsplit(request.url)
        if there.scheme not in ("blob", "data") and there.netloc != urlsplit(self.address).netloc:
            self.complaints.append(f"asked another origin: {request.url}")

    def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"a script ran: {dialog.message}")
        dialog.dismiss()

    def check_behaviour(self) -> None:
        """Nothing was logged as an error and nothing left the origin."""
        assert not self.complaints, "\n".join(self.complaints)

    # --- going about

    def open(self, task: str = "", rest: str = "") -> None:
        """Go to a task by its address."""
        self.page.goto(f"{self.address}#/task/{quote(task, safe='')}{rest}" if task else self.address)
        if task:
            expect(self["task-id"]).to_have_text(task)
            expect(self["train-pair"].first).to_be_visible()

    def has_sent_everything(self) -> None:
        """Wait until no change waits to be sent."""
        expect(self["connection"]).to_have_attribute("data-waiting", "0")

    def reload(self) -> None:
        """Reload the page, at once."""
        self.page.reload()
        expect(self["train-pair"].first).to_be_visible()

    def __getitem__(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def click(self, *testids: str) -> None:
        """Click one after the other."""
        for testid in testids:
            self[testid].click()

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        for key in keys:
            self.page.keyboard.press(key)

    def is_called(self, name: str) -> None:
        """Give a name in the bar."""
        self["username"].fill(name)
        self["username"].press("Enter")
        expect(self["username"]).to_have_value(name)

    # --- the answer

    @property
    def grid(self) -> list[list[int]]:
        """The answer that the page holds."""
        return json.loads(self["output-grid"].get_attribute("data-grid") or "null")  # type: ignore[no-any-return]

    def sees(self, grid: list[list[int]]) -> None:
        """Wait until the answer is this one."""
        text = json.dumps(grid, separators=(",", ":"))
        expect(self["output-grid"]).to_have_attribute("data-grid", text)

    def point(
        self, cell: Cell, where: str = "[data-testid=output-grid] .grid", shape: Cell | None = None
    ) -> tuple[float, float]:
        """The middle of a cell on the screen; cells outside of the grid are meant."""
        box = self.page.locator(where).first.bounding_box()
        assert box is not None
        rows, columns = shape or (len(self.grid), len(self.grid[0]))
        return box["x"] + box["width"] / columns * (cell[1] + 0.5), box["y"] + box["height"] / rows * (
            cell[0] + 0.5
        )

    def paint(self, *cells: Cell) -> None:
        """Click cells of the answer."""
        for cell in cells:
            self.page.mouse.click(*self.point(cell))

    def drag(self, *cells: Cell) -> None:
        """Press on the first cell, move over the others, let go."""
        self._drag([self.point(cell) for cell in cells])

    def drag_on(self, where: str, shape: Cell, *cells: Cell) -> None:
        """The same on another grid."""
        self.page.locator(where).first.scroll_into_view_if_needed()
        self._drag([self.point(cell, f"{where} .grid", shape) for cell in cells])

    def _drag(self, points: list[tuple[float, float]]) -> None:
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*point)
        self.page.mouse.up()

    def select(self, first: Cell, last: Cell) -> None:
        """Select a part of the answer."""
        self.click("tool-select")
        self.drag(first, last)

    def resize(self, size: str) -> None:
        """Type a size."""
        self["grid-size"].fill(size)
        self.click("resize")

    def solve(self) -> None:
        """Draw the blue diagonal and submit it."""
        self.click("tool-edit", "color-1")
        self.paint((0, 0), (1, 1), (2, 2))
        self.click("submit")
        expect(self["submit-result"]).to_have_attribute("data-correct", "true")
