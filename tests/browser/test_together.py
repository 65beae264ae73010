"""Several people at once, each in a browser of their own: everything arrives by itself.

How soon is measured by `tests/bench/bench_server.py`.
"""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, Site


def test_traces_votes_variations_and_flaws_arrive_by_the_stream(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada, bob = new_person(server, task_id), new_person(server, task_id)
    ada.is_called(f"ada {task_id}")
    bob.is_called(f"bob {task_id}")
    expect(ada["presence"].locator("li")).to_have_attribute("data-username", f"bob {task_id}")
    ada["trace-text"].fill("It is a diagonal.")
    ada.click("trace-add")
    expect(bob["trace-item"]).to_contain_text("It is a diagonal.")
    bob.click("trace-up")
    expect(ada["trace-score"]).to_have_text("1")
    ada.click("trace-edit")
    ada["trace-edit-text"].fill("It is a blue diagonal.")
    ada.click("trace-save")
    expect(bob["trace-item"]).to_contain_text("It is a blue diagonal.")
    ada.click("transform-transpose", "sign-variation")
    expect(bob["version"].locator("option")).to_have_count(2)
    bob["flaw-text"].fill("Too easy.")
    bob.click("flaw-add")
    expect(ada["flaw-item"]).to_contain_text("Too easy.")
    ada["version"].select_option("0")
    ada.click("trace-remove")
    ada["notice"].get_by_role("button", name="Remove it").click()
    expect(bob["trace-item"]).to_have_count(0)
    asked = "performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/api/events'))"
    for person in (ada, bob):
        refused = f"{asked}.filter((entry) => entry.responseStatus >= 400).length"
        assert person.page.evaluate(refused) == 0, "without its stream the page polls"


def test_drawing_goes_on_undisturbed_while_others_write(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada, bob = new_person(server, task_id), new_person(server, task_id)
    bob.is_called(f"bob {task_id}")
    ada["trace-text"].fill("I am still wri")
    ada.page.mouse.move(*ada.point((0, 0)))
    ada.page.mouse.down()
    bob["trace-text"].fill("Meanwhile")
    bob.click("trace-add", "transform-rotate_90", "sign-variation")
    expect(ada["trace-item"]).to_have_count(1)
    expect(ada["version"].locator("option")).to_have_count(2)
    ada.page.mouse.move(*ada.point((0, 2)))
    ada.page.mouse.up()
    ada.sees([[1, 1, 1], [0, 0, 0], [0, 0, 0]])
    expect(ada["trace-text"]).to_have_value("I am still wri")


def test_two_who_vote_at_once_are_both_counted(server: Site, new_person: NewPerson, task_id: str) -> None:
    people = [new_person(server, task_id) for _ in range(3)]
    for number, person in enumerate(people):
        person.is_called(f"voter {number} {task_id}")
    people[0]["trace-text"].fill("Vote for me")
    people[0].click("trace-add")
    for person in people:
        expect(person["trace-item"]).to_be_visible()
    for person in people:
        person.page.evaluate("document.querySelector('[data-testid=trace-up]').click()")
    for person in people:
        expect(person["trace-score"]).to_have_text("3")


def test_the_same_variation_signed_by_two_is_one_version(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada, bob = new_person(server, task_id), new_person(server, task_id)
    ada.is_called(f"ada {task_id}")
    bob.is_called(f"bob {task_id}")
    ada.click("transform-rotate_180")
    bob.click("transform-flip_vertical", "transform-flip_horizontal")
    for person in (ada, bob):
        person.page.evaluate("document.querySelector('[data-testid=sign-variation]').click()")
    for person in (ada, bob):
        expect(person.page).to_have_url(re.compile(f"#/task/{task_id}/v/1$"))
        expect(person["signers"]).to_contain_text(f"ada {task_id}")
        expect(person["signers"]).to_contain_text(f"bob {task_id}")


def test_an_edit_of_a_trace_that_changed_meanwhile_keeps_both_texts(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    """The same person in two browsers, one of which is behind."""
    ada, again = new_person(server, task_id), new_person(server, task_id, may_fail=True)
    ada.is_called(f"ada {task_id}")
    again.is_called(f"ada {task_id}")
    ada["trace-text"].fill("one")
    ada.click("trace-add")
    expect(again["trace-item"]).to_be_visible()
    again.click("trace-edit")
    again["trace-edit-text"].fill("two from the other browser")
    ada.click("trace-edit")
    ada["trace-edit-text"].fill("two")
    ada.click("trace-save")
    expect(ada["trace-item"]).to_contain_text("two")
    again.page.wait_for_timeout(500)
    again.click("trace-save")
    expect(again["notice"]).to_contain_text("look at the newer text, then save again")
    expect(again["trace-newer"]).to_have_text("The newer text: two")
    expect(again["trace-edit-text"]).to_have_value("two from the other browser")
    again.click("trace-save")
    for person in (ada, again):
        expect(person.page.locator(".trace-text")).to_have_text("two from the other browser")


def test_tabs_of_one_browser_without_a_server_see_each_other(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada.is_called("ada")
    other = ada.page.context.new_page()
    other.goto(f"{static_site.address}#/task/{task_id}")
    expect(other.get_by_test_id("train-pair").first).to_be_visible()
    ada["trace-text"].fill("Here too")
    ada.click("trace-add")
    expect(other.get_by_test_id("trace-item")).to_contain_text("Here too")
