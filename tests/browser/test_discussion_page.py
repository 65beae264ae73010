"""The discussion page as a page: its addresses, panels, keys and looks; on a phone; and without our server."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.axe import findings
from tests.browser.conftest import NewPerson, ServerProcess, Site, discussion_of, free_port
from tests.browser.person import Person
from tests.browser.talking import ask, is_answered, name, write_program
from tests.browser.tasks import HOSTILE, TASKS, TURNED, TWO_TESTS
from tests.fault_server import FaultServer


def test_addresses_neighbours_numbers_and_the_search(chat_site: Site, new_person: NewPerson) -> None:
    ada = new_person(chat_site, "task003", may_fail=True)
    expect(ada["task-number"]).to_have_value("4")
    expect(ada["task-count"]).to_have_text(f"of {len(TASKS)}")
    ada.click("next-task")
    expect(ada["task-id"]).to_have_text("task004")
    ada.page.go_back()
    expect(ada["task-id"]).to_have_text("task003")
    ada["task-number"].fill("10")
    ada["task-number"].press("Enter")
    expect(ada.page).to_have_url(f"{chat_site.address}#/task/task009")
    ada["task-search"].fill("task05")
    ada["task-search"].press("Enter")
    expect(ada["task-id"]).to_have_text("task050")
    ada["task-number"].fill("1000")
    ada["task-number"].press("Enter")
    expect(ada["notice"]).to_contain_text("There is no task number 1000")
    ada.page.evaluate("location.hash = '#/task/none'")
    expect(ada["notice"].last).to_contain_text("no such task")


def test_the_same_addresses_as_the_testing_page(
    chat_server: ServerProcess, chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_server.site, task_id)
    name(ada)
    ada.click("transform-transpose", "sign-variation")
    expect(ada.page).to_have_url(re.compile("/v/1$"))
    ada.page.goto(ada.page.url.replace("testing_interface", "discuss_interface"))
    expect(ada["version"]).to_have_value("1")
    expect(ada["train-pair"].last.locator("canvas").first).to_have_attribute(
        "aria-label", re.compile("40, 04")
    )
    ada["version"].select_option("0")
    expect(ada.page).to_have_url(f"{chat_site.address}#/task/{task_id}")
    ada.click("open-task")
    expect(ada["output-grid"]).to_be_visible()
    expect(ada["task-id"]).to_have_text(task_id)


def test_a_variation_is_what_the_prompt_shows_when_it_is_chosen(
    chat_server: ServerProcess, chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_server.site, task_id, permissions=["clipboard-read", "clipboard-write"])
    name(ada)
    ada.click("transform-transpose", "sign-variation")
    expect(ada.page).to_have_url(re.compile("/v/1$"))
    ada.page.goto(ada.page.url.replace("testing_interface", "discuss_interface"))
    for source, has_original, has_variation in (
        ("original", True, False), ("variation", False, True), ("both", True, True),
    ):  # fmt: skip
        ada["task-data-source"].select_option(source)
        text = copied(ada, "copy-prompt")
        assert ("2 0 3" in text, "2 0\n0 2" in text) == (has_original, has_variation), text


def copied(person: Person, button: str) -> str:
    """What a button copies, once it is there."""
    person.page.evaluate("navigator.clipboard.writeText('')")
    person.click(button)
    for _ in range(200):
        if text := str(person.page.evaluate("navigator.clipboard.readText()")):
            return text
        person.page.wait_for_timeout(50)
    raise AssertionError("nothing was copied")


def test_what_is_asked_for_before_the_task_is_there_is_answered_with_a_sentence(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    held: list[Route] = []
    ada.page.route(f"**/api/tasks/{task_id}", lambda route: held.append(route))
    ada.page.reload()
    ada.click("copy-prompt")
    expect(ada["chat-problem"]).to_contain_text("not here yet")
    ada["chat-input"].fill("hello")
    ada.click("chat-send")
    expect(ada["chat-problem"]).to_contain_text("not here yet")
    expect(ada["chat-input"]).to_have_value("hello")
    held[0].continue_()
    expect(ada["task-id"]).to_have_text(task_id)
    expect(ada["chat-input"]).to_have_value("hello")


def test_what_is_typed_before_the_task_is_there_joins_what_was_kept(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ada["chat-input"].fill("kept")
    held: list[Route] = []
    ada.page.route(f"**/api/tasks/{task_id}", lambda route: held.append(route))
    ada.page.reload()
    ada["chat-input"].fill("typed early")
    ada["trace-text"].fill("a thought")
    write_program(ada, "early = 1")
    held[0].continue_()
    expect(ada["task-id"]).to_have_text(task_id)
    ada.page.unroute(f"**/api/tasks/{task_id}")
    for _ in range(2):
        expect(ada["chat-input"]).to_have_value("kept\n\ntyped early")
        expect(ada["trace-text"]).to_have_value("a thought")
        expect(ada["code-editor"]).to_contain_text("early = 1")
        ada.reload()
    ask(ada, "hello")
    is_answered(ada)


def test_panels_are_resized_with_pointer_and_keys_and_remember_it(
    chat_site: Site, new_person: NewPerson
) -> None:
    ada = new_person(chat_site, TURNED)

    def width(panel: str) -> float:
        box = ada.page.locator(panel).bounding_box()
        assert box is not None
        return box["width"]

    before = width("#pairs")
    gutter = ada.page.get_by_role("separator", name="Width of the pairs")
    box = gutter.bounding_box()
    assert box is not None
    ada.page.mouse.move(box["x"], 400)
    ada.page.mouse.down()
    ada.page.mouse.move(box["x"] + 60, 400, steps=3)
    ada.page.mouse.up()
    assert abs(width("#pairs") - before - 60) < 3
    code = width("#code")
    ada.page.get_by_role("separator", name="Width of the program").focus()
    ada.press("ArrowLeft", "ArrowLeft")
    assert width("#code") > code + 40
    ada.page.get_by_role("separator", name="Height of the editor").focus()
    ada.press("ArrowUp")
    sizes = width("#pairs"), width("#code")
    ada.reload()
    assert (width("#pairs"), width("#code")) == sizes
    gutter.dblclick()
    assert abs(width("#pairs") - before) < 3


def test_everything_is_done_with_keys_alone(chat_site: Site, new_person: NewPerson) -> None:
    ada = new_person(chat_site, TURNED)

    def tab_to(testid: str) -> None:
        for _ in range(60):
            ada.press("Tab")
            if ada[testid].evaluate_all("found => found.includes(document.activeElement)"):
                return
        raise AssertionError(f"Tab never reaches {testid}")

    tab_to("username")
    ada.page.keyboard.type("keys alone")
    tab_to("chat-input")
    ada.page.keyboard.type("say:code")
    tab_to("model")
    ada.page.keyboard.type("LOCAL_1")
    ada["chat-input"].focus()
    ada.press("Enter")
    is_answered(ada)
    ada.page.locator(".messages").focus()
    tab_to("copy-to-editor")
    ada.press("Enter")
    expect(ada["code-editor"]).to_be_focused()
    ada.press("Control+Enter")
    expect(ada["run-summary"]).to_have_attribute("data-passed", "true")
    ada.press("Escape")
    tab_to("submit-trace")
    ada.press("Enter")
    expect(ada["trace-verified"]).to_have_text("passes 3 of 3 train pairs")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
def test_no_accessibility_fault_in_any_state(
    chat_site: Site, new_person: NewPerson, task_id: str, scheme: str, phone: bool
) -> None:
    ada = new_person(chat_site, task_id, phone=phone, color_scheme=scheme)
    assert findings(ada) == []
    name(ada)
    ask(ada, "say:code")
    is_answered(ada)
    ask(ada, f"{os.urandom(3).hex()} [[faults: 403:moderation]] say:grid")
    is_answered(ada, "failed")
    ada["chat-regenerate"].last.click()
    is_answered(ada)
    ada.click("key-button")
    assert findings(ada) == []
    if phone:
        ada.page.get_by_role("button", name="Program").click()
    ada.click("run-all-pairs")
    expect(ada["pair-result"]).to_have_count(3)
    ada.click("run-code")
    expect(ada["code-output"]).to_be_visible()
    assert findings(ada) == []


def test_on_a_phone_one_panel_at_a_time_and_nothing_sticks_out(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id, phone=True)
    for view in ("Pairs", "Discussion", "Program"):
        ada.page.get_by_role("button", name=view, exact=True).tap()
        sides = ada.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert sides[0] <= sides[1]
        small = ada.page.evaluate(
            """[...document.querySelectorAll('button, select, input:not([type=checkbox])')].filter((element) => {
                const { width, height } = element.getBoundingClientRect();
                return width && Math.min(width, height) < 44 && !element.closest('.hidden, .cm-editor');
            }).map((element) => element.outerHTML.slice(0, 120))"""
        )
        assert small == []


def test_nothing_moves_while_the_page_is_loaded(chat_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(chat_site, task_id)
    ada.page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shift += one.value; })"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    ada.reload()
    ada.page.wait_for_timeout(500)
    assert ada.page.evaluate("window.shift") < 0.05


def test_without_our_server_the_page_says_what_to_start(static_site: Site, new_person: NewPerson) -> None:
    ada = new_person(discussion_of(static_site), "task003")
    expect(ada["banner"]).to_contain_text("make serve")
    expect(ada["chat-send"]).to_be_disabled()
    expect(ada["run-all-pairs"]).to_be_disabled()
    ada.click("next-task")
    expect(ada["task-id"]).to_have_text("task004")


def test_a_task_with_a_hostile_name_is_text(chat_site: Site, new_person: NewPerson) -> None:
    ada = new_person(chat_site, HOSTILE)
    expect(ada["task-id"]).to_have_text(HOSTILE)
    ask(ada, "say:code")
    is_answered(ada)
    assert ada.page.locator("main img, header img:not(.home img)").count() == 0


def test_a_test_of_several_is_sent_to_the_testing_interface_in_its_place(
    chat_site: Site, new_person: NewPerson
) -> None:
    ada = new_person(chat_site, TWO_TESTS)
    expect(ada["test-input"]).to_have_count(2)
    ada["input-source"].select_option("test-1")
    ada.click("run-code", "open-in-testing")
    expect(ada.page).to_have_url(re.compile(f"{TWO_TESTS}/test/1\\?attempt="))
    expect(ada["output-grid"]).to_have_attribute("data-grid", "[[6]]")


def test_on_a_shared_server_one_signs_in_first(
    provider: FaultServer, tmp_path: Path, new_person: NewPerson
) -> None:
    changes = {"SERVER_ACCESS_PASSWORD": "a shared secret", "LOCAL_1_BASE_URL": provider.base_url}
    process = ServerProcess(tmp_path, free_port(), **changes)
    try:
        ada = new_person(discussion_of(process.site), may_fail=True)
        expect(ada["notice"]).to_contain_text("Sign in first")
        ada["username"].fill("ada")
        ada["username"].press("Enter")
        ada["password"].fill("correct horse")
        ada["access-password"].fill("a shared secret")
        ada.click("sign-in")
        expect(ada["task-id"]).to_have_text("task000")
        ask(ada, "What is the rule?")
        is_answered(ada)
        ada.click("settings", "sign-out")
        expect(ada["notice"]).to_contain_text("Sign in first")
        expect(ada["chat-message"]).to_have_count(0)
    finally:
        process.stop()


def test_the_testing_page_leads_to_the_discussion_of_its_task(
    chat_server: ServerProcess, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_server.site, task_id)
    ada.click("open-discussion")
    expect(ada["chat-input"]).to_be_visible()
    expect(ada["task-id"]).to_have_text(task_id)
