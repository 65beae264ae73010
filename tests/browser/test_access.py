"""For everybody: screen readers, fingers, small screens, dark rooms; and accounts on a shared server."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import findings
from tests.browser.conftest import NewPerson, ServerProcess, Site, free_port
from tests.browser.tasks import BLUE_DIAGONAL


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_axe_finds_nothing_moderate_or_worse(
    static_site: Site, new_person: NewPerson, task_id: str, scheme: str, phone: bool
) -> None:
    ada = new_person(static_site, task_id, phone=phone, color_scheme=scheme)
    ada.is_called("ada")
    ada["trace-text"].fill("See [train 1 input r1c1]")
    ada.click("trace-add", "transform-permute_colours", "submit", "replay")
    ada["submit-result"].locator("summary").click()
    expect(ada["trace-item"]).to_be_visible()
    assert findings(ada) == []
    for button, dialog in (("help", "help-dialog"), ("settings", "settings-dialog")):
        ada.click(button)
        expect(ada[dialog]).to_be_visible()
        assert findings(ada) == []
        ada.press("Escape")
    ada.click("gallery")
    expect(ada["gallery-item"].first).to_be_visible()
    assert findings(ada) == []


def test_a_task_is_solved_with_a_finger(static_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(static_site, task_id, phone=True)
    touch = ada.page.context.new_cdp_session(ada.page)

    def move(kind: str, point: tuple[float, float] | None) -> None:
        points = [{"x": point[0], "y": point[1]}] if point else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    ada["tool-line"].tap()
    ada["color-1"].tap()
    start, middle, end = (ada.point((at, at)) for at in range(3))
    for kind, point in (("touchStart", start), ("touchMove", middle), ("touchMove", end), ("touchEnd", None)):
        move(kind, point)
    ada.sees(BLUE_DIAGONAL)
    ada["tool-edit"].tap()
    ada["color-2"].tap()
    ada.page.touchscreen.tap(*ada.point((0, 1)))
    ada.sees([[1, 2, 0], [0, 1, 0], [0, 0, 1]])
    ada["undo"].tap()
    ada["submit"].tap()
    expect(ada["submit-result"]).to_have_attribute("data-correct", "true")


def test_on_a_phone_everything_is_large_enough_and_nothing_is_wider_than_the_screen(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id, phone=True)
    assert ada.page.evaluate("document.documentElement.scrollWidth") == 390
    for testid in ("tool-edit", "undo", "redo", "submit", "color-0", "copy-input", "next-task", "help"):
        box = ada[testid].bounding_box()
        assert box is not None
        assert box["width"] >= 44 and box["height"] >= 44, (testid, box)
    ada.page.mouse.wheel(0, 300)
    expect(ada["output-grid"]).to_be_in_viewport()


def test_light_and_dark_follow_the_system_or_the_person(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id, color_scheme="dark")

    def page_colour() -> str:
        return str(ada.page.evaluate("getComputedStyle(document.body).backgroundColor"))

    dark = page_colour()
    ada.click("settings")
    ada["theme"].select_option("light")
    assert page_colour() != dark
    ada.reload()
    assert page_colour() != dark


def test_nothing_moves_while_a_task_loads(static_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(static_site)
    ada.page.add_init_script(
        "window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => {"
        " if (!entry.hadRecentInput) window.shifts += entry.value; window.moved = [...(window.moved ?? []), ...entry.sources.map(source => `${source.node?.outerHTML?.slice(0, 90)} ${source.previousRect.y}>${source.currentRect.y} ${source.previousRect.x}>${source.currentRect.x}`)]; })).observe({ type: 'layout-shift', buffered: true })"
    )
    ada.page.goto("about:blank")
    ada.open(task_id)
    ada.page.wait_for_timeout(300)
    assert ada.page.evaluate("window.shifts") < 0.02, ada.page.evaluate("window.moved")


def test_on_a_shared_server_an_account_is_made_and_used_again(tmp_path: Path, new_person: NewPerson) -> None:
    changes = {"SERVER_ACCESS_PASSWORD": "a shared secret"}
    process = ServerProcess(tmp_path, free_port(), **changes)
    try:
        ada = new_person(process.site, may_fail=True)
        expect(ada["notice"]).to_contain_text("Sign in first")
        ada["username"].fill("ada")
        ada["username"].press("Enter")
        ada["password"].fill("correct horse")
        ada["access-password"].fill("wrong")
        ada.click("sign-in")
        expect(ada["sign-in-dialog"]).to_contain_text("access password is wrong")
        ada["password"].fill("correct horse")
        ada["access-password"].fill("a shared secret")
        ada.click("sign-in")
        expect(ada["train-pair"].first).to_be_visible()
        ada["trace-text"].fill("signed in")
        ada.click("trace-add")
        expect(ada["trace-item"]).to_contain_text("signed in")
        ada.reload()
        expect(ada["username"]).to_have_value("ada")
        ada.click("settings", "sign-out")
        expect(ada["notice"]).to_contain_text("Sign in first")
        expect(ada["username"]).to_have_value("")
        ada["username"].fill("ada")
        ada["username"].press("Enter")
        ada["password"].fill("correct horse")
        ada.click("sign-in")
        expect(ada["trace-item"]).to_contain_text("signed in")
        expect(ada["notice"]).to_have_count(0)
    finally:
        process.stop()
