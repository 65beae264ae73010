"""Replies that try to be more than text, and replies that are too much: nothing runs, nothing freezes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, Site
from tests.browser.person import Person
from tests.browser.replies import MARKUP
from tests.browser.talking import ask, is_answered, name

HARM = "img:not(.home img), script:not([src]), iframe, style, form:not(.search, .account, .composer, .trace-form), svg[onload], math, object, embed"


def nothing_runs(person: Person) -> None:
    """No element of a stranger's, no handler, no address that runs."""
    assert person.page.locator(HARM).count() == 0
    found = person.page.evaluate(
        """[...document.querySelectorAll('main *')].filter((element) => [...element.attributes].some(({ name, value }) =>
            /^on/.test(name) || /^\\s*(javascript|vbscript|data):/i.test(value))).length"""
    )
    assert found == 0
    for link in person.page.locator(".prose a[href]").all():
        href = link.get_attribute("href") or ""
        assert href.startswith(("https://example.org/", "mailto:")), href
        assert "noopener" in (link.get_attribute("rel") or "")


def test_markup_and_script_are_text(chat_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, f"{MARKUP} say:markup")
    last = is_answered(ada)
    expect(ada["chat-message"].first).to_contain_text("<script>alert(2)</script>")
    expect(last).to_contain_text("Before <img src=x onerror=alert(1)>")
    expect(last.locator("pre").first).to_contain_text("<script>alert(2)</script>")
    nothing_runs(ada)
    for link in last.locator("a:not([href])").all():
        link.click()
    ada.click("use-as-trace", "submit-trace")
    expect(ada["trace-link"]).to_be_visible()
    ada.reload()
    is_answered(ada)
    expect(last).to_contain_text("after")
    nothing_runs(ada)


def test_a_fence_that_is_never_closed_is_code(chat_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "say:unclosed")
    last = is_answered(ada)
    expect(last.locator("pre")).to_contain_text("def solve_task")
    last.get_by_test_id("copy-to-editor").click()
    expect(ada["code-editor"]).to_contain_text("def solve_task")


def test_two_hundred_code_blocks(chat_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "say:blocks")
    last = is_answered(ada)
    expect(last.get_by_test_id("copy-to-editor")).to_have_count(200, timeout=20_000)
    last.get_by_test_id("copy-to-editor").last.click()
    expect(ada["code-editor"]).to_have_text("x = 199")


def test_halves_of_characters_and_controls(chat_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "say:surrogate")
    expect(is_answered(ada)).to_contain_text("a pair, and")
    ada.reload()
    expect(is_answered(ada)).to_contain_text("controls")


def test_broken_utf8_ends_in_an_answer_or_a_sentence(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "[[faults: broken_utf8, broken_utf8, broken_utf8, broken_utf8, broken_utf8]] colour")
    expect(ada["chat-send"]).to_be_visible(timeout=60_000)
    last = ada["chat-message"].last
    expect(last).to_have_attribute("data-status", re.compile("done|failed"))
    expect(last).to_have_text(re.compile(r"\S"))


@pytest.mark.parametrize("kind", ["huge", "huge line", "huge code", "nested"])
def test_a_reply_that_is_too_much_leaves_the_page_usable(
    chat_site: Site, new_person: NewPerson, task_id: str, kind: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, f"say:{kind}")
    is_answered(ada, seconds=60)
    ada["chat-input"].fill("still here")
    expect(ada["chat-input"]).to_have_value("still here")
    if kind.startswith("huge"):
        more = ada.page.locator(".show-rest")
        expect(more).to_be_visible(timeout=60_000)
        before = more.inner_text()
        more.click()
        expect(more).not_to_have_text(before, timeout=60_000)
        expect(more).to_be_visible(timeout=60_000)
    else:
        expect(is_answered(ada)).to_contain_text("end of it")
    ada.click("next-task")
    expect(ada["task-id"]).not_to_have_text(task_id)
