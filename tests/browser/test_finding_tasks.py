"""Finding tasks: gallery, filters, search, neighbours, addresses."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, Site
from tests.browser.tasks import TASKS, TWO_TESTS


def test_the_gallery_shows_every_task_and_opens_one(site: Site, new_person: NewPerson) -> None:
    ada = new_person(site)
    ada.click("gallery")
    expect(ada["gallery-item"]).to_have_count(len(TASKS))
    picture = ada["gallery-item"].first.locator("canvas").first
    expect(picture).to_have_attribute("style", re.compile("width"))
    ada.page.locator('[data-task-id="task007"]').click()
    expect(ada["task-id"]).to_have_text("task007")


def test_the_gallery_is_searched_and_filtered_and_its_address_says_how(
    site: Site, new_person: NewPerson
) -> None:
    ada = new_person(site)
    ada.click("gallery")
    ada["filter-size"].select_option("large")
    expect(ada["gallery-item"]).to_have_count(1)
    ada["filter-size"].select_option("any")
    ada["filter-tag"].select_option("several tests")
    expect(ada["gallery-item"]).to_have_text([TWO_TESTS])
    ada["filter-tag"].select_option("")
    ada["gallery-search"].fill("TASK01")
    expect(ada["gallery-item"]).to_have_count(10)
    ada.page.reload()
    expect(ada["gallery-item"]).to_have_count(10)
    ada["gallery-search"].fill("nothing of the kind")
    expect(ada.page.get_by_text("No task fits")).to_be_visible()


def test_solved_tasks_traces_and_variations_are_filters(
    site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(site, task_id)
    ada.is_called(f"finder {task_id}")
    ada.solve()
    ada["trace-text"].fill("a diagonal")
    ada.click("trace-add")
    expect(ada["trace-item"]).to_be_visible()
    ada.click("transform-transpose", "sign-variation")
    expect(ada.page).to_have_url(re.compile("/v/1$"))
    ada.click("gallery")
    for state in ("solved", "traced", "varied"):
        ada["filter-state"].select_option(state)
        expect(ada.page.locator(f'[data-task-id="{task_id}"]')).to_be_visible()
    ada["filter-state"].select_option("unsolved")
    expect(ada.page.locator(f'[data-task-id="{task_id}"]')).to_have_count(0)


def test_search_neighbours_and_a_random_task(site: Site, new_person: NewPerson) -> None:
    ada = new_person(site, "task003")
    ada.click("next-task")
    expect(ada["task-id"]).to_have_text("task004")
    ada.click("previous-task")
    expect(ada["task-id"]).to_have_text("task003")
    ada["task-search"].fill("ask05")
    ada["task-search"].press("ArrowDown")
    ada["task-search"].press("ArrowDown")
    ada["task-search"].press("Enter")
    expect(ada["task-id"]).to_have_text("task051")
    ada.click("random-task")
    expect(ada["task-id"]).not_to_have_text("task051")
    ada["task-search"].fill("no such task")
    ada["task-search"].press("Enter")
    expect(ada["notice"]).to_contain_text("No task id has")


def test_an_address_that_leads_nowhere_says_so(static_site: Site, new_person: NewPerson) -> None:
    ada = new_person(static_site, "task003", may_fail=True)
    for hash_, sentence in (
        ("#/task/none", "There is no task none here."),
        ("#/task/task003/v/7", "has no version 7"),
        ("#/elsewhere", "names no task"),
    ):
        ada.page.evaluate("hash => { location.hash = hash }", hash_)
        expect(ada.page.get_by_text(sentence)).to_be_visible()
    ada.page.go_back()


def test_back_and_forward_go_through_what_was_seen(static_site: Site, new_person: NewPerson) -> None:
    ada = new_person(static_site, "task003")
    ada.click("next-task")
    expect(ada["task-id"]).to_have_text("task004")
    ada.page.go_back()
    expect(ada["task-id"]).to_have_text("task003")
    ada.page.go_forward()
    expect(ada["task-id"]).to_have_text("task004")


def test_what_is_said_in_passing_does_not_pile_up_and_goes_with_its_task(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(server, task_id)
    ada.page.clock.install()
    ada.page.goto(f"{server.address}#/task/{task_id}/v/99")
    expect(ada["notice"]).to_contain_text("has no version 99")
    for number in range(5):
        ada["task-search"].fill(f"nothing {number}")
        ada["task-search"].press("Enter")
    expect(ada["notice"]).to_have_count(3)
    expect(ada["notice"].last).to_contain_text("nothing 4")
    ada.page.clock.fast_forward(3000)
    ada.click("gallery")
    expect(ada["notice"]).to_have_count(0)


def test_enter_in_the_gallery_opens_the_only_task_that_fits(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(server, task_id)
    ada.click("gallery")
    ada["gallery-search"].fill("task05")
    ada.press("Enter")
    expect(ada["gallery-item"]).to_have_count(10)
    ada["gallery-search"].fill("task052")
    ada.press("Enter")
    expect(ada["task-id"]).to_have_text("task052")
    expect(ada["output-grid"]).to_be_visible()
