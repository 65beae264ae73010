"""What somebody does on the discussion page, in the words of a user."""

import os

from playwright.sync_api import Locator, expect

from tests.browser.person import Person

MODEL = "LOCAL_1"


def name(person: Person) -> str:
    """Take a name that nobody else has."""
    called = f"ada {os.urandom(3).hex()}"
    person.is_called(called)
    return called


def ask(person: Person, question: str, model: str = MODEL) -> None:
    """Ask a model; the answer comes later."""
    person["model"].select_option(model)
    person["chat-input"].fill(question)
    person.click("chat-send")
    expect(person["chat-input"]).to_have_value("")


def answers(person: Person) -> Locator:
    """The answers in the conversation."""
    return person.page.locator("[data-testid=chat-message][data-role=assistant]")


def is_answered(person: Person, status: str = "done", seconds: float = 30) -> Locator:
    """Wait for the end of the last answer."""
    last = answers(person).last
    expect(last).to_have_attribute("data-status", status, timeout=seconds * 1000)
    return last


def write_program(person: Person, code: str) -> None:
    """Put a program in the place of what is in the editor."""
    person["code-editor"].click()
    person.press("ControlOrMeta+a")
    person.page.keyboard.insert_text(code)
