"""The page without a mouse: every tool has a key, a task is solved with keys alone, and keys can be switched off."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, Site
from tests.browser.tasks import BLUE_DIAGONAL, TWO_TESTS


def test_a_task_is_found_and_solved_with_keys_alone(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, "task000")
    ada.press("/")
    ada.page.keyboard.type(task_id)
    ada.press("Enter")
    expect(ada["task-id"]).to_have_text(task_id)
    for _ in range(60):
        if ada["output-grid"].evaluate("element => element === document.activeElement"):
            break
        ada.press("Tab")
    ada.press("1", "Space", "ArrowDown", "ArrowRight", "Enter", "ArrowDown", "ArrowRight")
    expect(ada["live"]).to_have_text("row 3, column 3, black")
    ada.press("Space")
    ada.sees(BLUE_DIAGONAL)
    ada.press("Control+Enter")
    expect(ada["submit-result"]).to_have_attribute("data-correct", "true")


@pytest.mark.parametrize(
    ("key", "tool"),
    [("e", "edit"), ("f", "fill"), ("l", "line"), ("r", "rect"), ("s", "select"), ("i", "eyedropper")],
)
def test_every_tool_has_a_key(static_site: Site, new_person: NewPerson, key: str, tool: str) -> None:
    ada = new_person(static_site, "task000")
    ada.press("s" if key == "e" else "e", key)
    expect(ada[f"tool-{tool}"]).to_have_attribute("aria-checked", "true")


def test_lines_rectangles_and_fills_with_keys(static_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(static_site, task_id)
    ada["output-grid"].focus()
    ada.press("l", "2", "Space", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "Space")
    ada.sees([[2, 0, 0], [0, 2, 0], [0, 0, 2]])
    ada.press("f", "3", "ArrowUp", "ArrowUp", "Enter")
    ada.sees([[2, 3, 3], [0, 2, 3], [0, 0, 2]])
    ada.press("r", "4", "Home", "Space", "End", "ArrowDown", "Space")
    ada.sees([[4, 4, 4], [4, 4, 4], [0, 0, 2]])
    ada.press("Control+z", "Control+z", "Control+z", "Control+y", "Control+Shift+z")
    ada.sees([[2, 3, 3], [0, 2, 3], [0, 0, 2]])


def test_cells_are_selected_cut_pasted_and_moved_with_keys(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada["output-grid"].focus()
    ada.press("5", "Space", "Shift+ArrowRight")
    expect(ada["live"]).to_have_text("1 by 2 selected")
    ada.press("Control+x")
    ada.sees([[0, 0, 0], [0, 0, 0], [0, 0, 0]])
    ada.press("Control+v", "ArrowDown", "ArrowRight", ".", "Escape")
    ada.sees([[0, 0, 0], [0, 5, 0], [0, 0, 0]])
    ada.press("Control+a", "7", "p")
    ada.sees([[7, 7, 7], [7, 7, 7], [7, 7, 7]])
    ada.press("Control+a", "Delete")
    ada.sees([[0, 0, 0], [0, 0, 0], [0, 0, 0]])


def test_tasks_and_tests_are_stepped_through_with_keys(static_site: Site, new_person: NewPerson) -> None:
    ada = new_person(static_site, TWO_TESTS)
    ada.press("n")
    expect(ada.page).to_have_url(f"{static_site.address}#/task/{TWO_TESTS}/test/1")
    ada.press("[")
    expect(ada["task-id"]).to_have_text("task059")
    ada.press("]")
    expect(ada["task-id"]).to_have_text(TWO_TESTS)
    ada.press("g")
    expect(ada["gallery-item"].first).to_be_visible()


def test_help_shows_the_keys_and_switches_them_off(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada.press("?")
    dialog = ada["help-dialog"]
    expect(dialog).to_contain_text("rectangle")
    ada["shortcuts"].uncheck()
    ada.press("Escape")
    expect(dialog).to_have_count(0)
    ada.press("f", "4")
    expect(ada["tool-edit"]).to_have_attribute("aria-checked", "true")
    expect(ada["color-1"]).to_have_attribute("aria-checked", "true")
    ada.paint((0, 0))
    ada.press("Control+z")
    ada.sees([[0, 0, 0], [0, 0, 0], [0, 0, 0]])


def test_keys_do_nothing_while_somebody_writes(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada["trace-text"].click()
    ada.page.keyboard.type("fill 5, then g")
    expect(ada["trace-text"]).to_have_value("fill 5, then g")
    expect(ada["tool-edit"]).to_have_attribute("aria-checked", "true")
    expect(ada["task-id"]).to_be_visible()
