"""Nothing lies outside of its place, at any width."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, ServerProcess, Site
from tests.browser.person import Person
from tests.browser.talking import name
from tests.browser.tasks import LARGE

WIDTHS = (360, 390, 430, 768, 844, 900, 1024, 1200, 1440)
OFFLINE = """() => {
    const status = document.querySelector("[data-testid=connection]");
    status.textContent = "Offline · catching up when it is back";
    status.hidden = false;
}"""
OUT_OF_PLACE = """() => {
    const found = [];
    const name = (element) => element.dataset.testid || element.className || element.tagName;
    if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const row of document.querySelectorAll(".bar, .caption-row, .tool-row, .palette-row")) {
        if (!row.checkVisibility()) continue;
        const box = row.getBoundingClientRect();
        if (box.right > innerWidth || row.scrollWidth > row.clientWidth) found.push(`${name(row)} is too wide`);
        const isInRow = (element) => element.checkVisibility() && !element.closest(".hidden, .results") && getComputedStyle(element).position !== "fixed";
        const shown = [...row.querySelectorAll("a, button, input, select, h1, h2, h3")].filter(isInRow);
        const boxes = shown.map((element) => element.getBoundingClientRect());
        boxes.forEach((one, at) => {
            if (one.left < box.left - 1 || one.right > box.right + 1 || one.top < box.top - 1 || one.bottom > box.bottom + 1) found.push(`${name(shown[at])} is outside of ${name(row)}`);
            boxes.slice(at + 1).forEach((other, later) => {
                const isApart = one.right <= other.left + 1 || other.right <= one.left + 1 || one.bottom <= other.top + 1 || other.bottom <= one.top + 1;
                if (!isApart) found.push(`${name(shown[at])} lies on ${name(shown[at + 1 + later])}`);
            });
        });
    }
    return found;
}"""


def _on_a_version(person: Person) -> None:
    name(person)
    person.click("transform-transpose", "sign-variation")
    expect(person.page).to_have_url(re.compile("/v/1$"))


def _in_the_gallery(person: Person) -> None:
    person.click("gallery")
    expect(person["gallery-item"].first).to_be_visible()


def _in_the_discussion(person: Person) -> None:
    person.page.goto(person.page.url.replace("testing_interface", "discuss_interface"))
    expect(person["version"]).to_have_value("1")


@pytest.mark.parametrize(
    "go", [lambda _: None, _in_the_gallery, _in_the_discussion], ids=["task", "gallery", "discussion"]
)
def test_nothing_sticks_out_or_lies_on_its_neighbour(
    chat_server: ServerProcess, new_person: NewPerson, task_id: str, go: Callable[[Person], None]
) -> None:
    ada = new_person(chat_server.site, task_id)
    _on_a_version(ada)
    go(ada)
    ada.page.evaluate(OFFLINE)
    out_of_place = {}
    for width in WIDTHS:
        ada.page.set_viewport_size({"width": width, "height": 800})
        if found := ada.page.evaluate(OUT_OF_PLACE):
            out_of_place[width] = found
    assert out_of_place == {}


def test_the_readout_is_read_whole_beside_the_distance(
    chat_server: ServerProcess, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_server.site, task_id)
    ada["show-distance"].check()
    ada.click("reset")
    ada.page.mouse.move(*ada.point((2, 2)))
    expect(ada["readout"]).to_have_text("r3c3 · black")
    for width in (1200, 1440):
        ada.page.set_viewport_size({"width": width, "height": 900})
        assert ada["readout"].evaluate("(readout) => readout.scrollWidth <= readout.clientWidth")


def test_the_size_of_a_test_input_is_read_whole(chat_site: Site, new_person: NewPerson) -> None:
    ada = new_person(chat_site, LARGE)
    size, panel = (
        ada["test-input"].locator(".size-text").bounding_box(),
        ada.page.locator("#pairs").bounding_box(),
    )
    assert size is not None and panel is not None
    assert size["x"] + size["width"] <= panel["x"] + panel["width"]
    assert size["height"] < 24


def test_on_a_phone_every_target_is_large_enough_for_a_finger(
    chat_server: ServerProcess, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_server.site, task_id, phone=True)
    name(ada)
    ada["trace-text"].fill("See [train 1 input r1c1]")
    ada.click("trace-add")
    expect(ada["trace-item"].locator(".when")).to_have_text("just now")
    small = ada.page.evaluate(
        """[...document.querySelectorAll("#task :is(button:not(.cell-link), a, select, input:not([type=checkbox]), label.check)")].filter((element) => {
            const { width, height } = element.getBoundingClientRect();
            return width && !element.closest(".hidden") && (height < 44 || (width < 44 && !element.closest(".colour")));
        }).map((element) => element.outerHTML.slice(0, 120))"""
    )
    assert small == []


def test_what_one_can_do_with_a_trace_stays_beside_its_author(
    chat_server: ServerProcess, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_server.site, task_id)
    _on_a_version(ada)
    ada["trace-text"].fill("Seen in version one")
    ada.click("trace-add")
    expect(ada["trace-item"].locator(".when")).to_have_text("just now · on version 1")
    author, edit = ada["trace-item"].locator(".who").bounding_box(), ada["trace-edit"].bounding_box()
    assert author is not None and edit is not None
    assert edit["y"] < author["y"] + author["height"]


def test_the_comparison_is_seen_when_it_is_opened(
    chat_server: ServerProcess, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_server.site, task_id)
    ada.click("submit")
    ada["submit-result"].locator("summary").click()
    expect(ada["submit-result"].locator("figure").first).to_be_in_viewport(ratio=0.3)
