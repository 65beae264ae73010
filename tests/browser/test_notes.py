"""Traces, votes, transforms, signatures and flaw reports, by one person; on our server and without one."""

import json
import re

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, Site
from tests.browser.person import Person
from tests.browser.tasks import BLUE_DIAGONAL

ROTATED = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]


def add_trace(person: Person, text: str) -> None:
    person["trace-text"].fill(text)
    person.click("trace-add")
    expect(person.page.get_by_text(text, exact=True)).to_be_visible()


def test_a_trace_is_added_edited_and_removed_and_each_survives_a_reload(
    site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(site, task_id)
    ada.is_called(f"ada {task_id}")
    add_trace(ada, "A diagonal.")
    expect(ada["trace-text"]).to_have_value("")
    ada.reload()
    expect(ada["trace-item"]).to_contain_text("A diagonal.")
    ada.click("trace-edit")
    ada["trace-edit-text"].fill("A blue diagonal.")
    ada.click("trace-save")
    expect(ada["trace-item"]).to_contain_text("A blue diagonal.")
    ada.reload()
    expect(ada["trace-item"]).to_contain_text("A blue diagonal.")
    ada.click("trace-remove")
    ada["notice"].get_by_role("button", name="Close").click()
    expect(ada["trace-item"]).to_have_count(1)
    ada.click("trace-remove")
    expect(ada["notice"]).to_contain_text("Remove your trace “A blue diagonal.”")
    ada["notice"].get_by_role("button", name="Remove it").click()
    expect(ada["trace-item"]).to_have_count(0)
    ada.has_sent_everything()  # a removal that is sent twice is answered with a 404, which the console shows
    ada.reload()
    expect(ada.page.get_by_text("No traces yet")).to_be_visible()


def test_a_trace_without_a_name_waits_for_one_and_is_not_lost(
    site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(site, task_id)
    ada["trace-text"].fill("Nobody wrote this.")
    ada.click("trace-add")
    expect(ada["username"]).to_be_focused()
    ada.page.keyboard.type(f"ada {task_id}")
    ada.press("Enter")
    if ada["trace-item"].count() == 0:
        ada.click("trace-add")
    expect(ada["trace-item"].locator(".who")).to_have_text(f"ada {task_id}")


def test_what_is_being_written_survives_a_reload(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada["trace-text"].fill("Half a thou")
    ada["flaw-text"].fill("Perhaps a fl")
    ada.reload()
    expect(ada["trace-text"]).to_have_value("Half a thou")
    expect(ada["flaw-text"]).to_have_value("Perhaps a fl")


def test_votes_are_given_changed_and_taken_back_and_sort_the_list(
    site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(site, task_id)
    ada.is_called(f"ada {task_id}")
    for text in ("first", "second"):
        add_trace(ada, text)
    first = ada["trace-item"].filter(has_text="first")
    score = first.get_by_test_id("trace-score")
    first.get_by_test_id("trace-up").click()
    expect(score).to_have_text("1")
    expect(ada["trace-item"].first).to_contain_text("first")
    first.get_by_test_id("trace-down").click()
    expect(score).to_have_text("-1")
    expect(ada["trace-item"].first).to_contain_text("second")
    first.get_by_test_id("trace-down").click()
    expect(score).to_have_text("0")
    first.get_by_test_id("trace-up").click()
    expect(score).to_have_text("1")
    ada.reload()
    expect(score).to_have_text("1")
    expect(first.get_by_test_id("trace-up")).to_have_attribute("aria-pressed", "true")
    ada["trace-sort"].select_option("newest")
    expect(ada["trace-item"].first).to_contain_text("second")


def test_text_is_linked_to_cells_and_a_trace_has_an_address(
    site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(site, task_id)
    ada.is_called(f"ada {task_id}")
    ada["trace-text"].fill("Look at")
    ada.click("trace-link")
    expect(ada.page.get_by_text("Select cells in a grid first")).to_be_visible()
    ada.drag_on("[data-grid-name=train-1-input]", (2, 2), (0, 0), (1, 1))
    ada.click("trace-link")
    expect(ada["trace-text"]).to_have_value("Look at [train 2 input r1c1:r2c2] ")
    ada.click("trace-add")
    marks = ada.page.locator("[data-grid-name=train-1-input] canvas.marks")
    ada.press("Escape")
    before = marks.evaluate("canvas => canvas.toDataURL()")
    ada["trace-item"].get_by_role("button", name="train 2 input").hover()
    assert marks.evaluate("canvas => canvas.toDataURL()") != before
    ada["trace-item"].locator("a.when").click()
    expect(ada.page).to_have_url(re.compile(rf"#/task/{task_id}\?trace="))
    expect(ada.page.locator(".trace.chosen")).to_contain_text("Look at")


def test_links_go_to_the_version_that_they_were_written_for(
    site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(site, task_id)
    ada.is_called(f"ada {task_id}")
    add_trace(ada, "Plain.")
    ada.click("transform-rotate_90", "sign-variation")
    expect(ada["version"]).to_have_value("1")
    ada["trace-text"].fill("See [train 1 input r1c1]")
    ada.click("trace-add")
    ada["flaw-text"].fill("Wrong: [train 1 input r2c1]")
    ada.click("flaw-add")
    expect(ada["flaw-item"]).to_contain_text("on version 1")
    expect(ada["trace-item"].filter(has_text="Plain.")).to_contain_text("on version 0")
    ada["version"].select_option("0")
    expect(ada["train-pair"].first).to_contain_text("2 × 3")
    expect(ada["trace-item"].filter(has_text="Plain.")).not_to_contain_text("on version")
    ada.page.mouse.move(0, 0)
    marks = ada.page.locator("[data-grid-name=train-0-input] canvas.marks")
    none = marks.evaluate("canvas => canvas.toDataURL()")
    link = ada["trace-item"].get_by_role("button", name="train 1 input")
    link.hover()
    assert marks.evaluate("canvas => canvas.toDataURL()") == none
    link.click()
    expect(ada.page).to_have_url(re.compile(f"#/task/{task_id}/v/1$"))
    expect(ada["train-pair"].first).to_contain_text("3 × 2")
    ada.page.mouse.move(0, 0)
    none = marks.evaluate("canvas => canvas.toDataURL()")
    ada["flaw-item"].get_by_role("button").hover()
    assert marks.evaluate("canvas => canvas.toDataURL()") != none


def test_transforms_change_every_grid_and_can_be_undone(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)

    def read_out(name: str) -> str:
        return ada.page.locator(f"[data-grid-name={name}] canvas.cells").get_attribute("aria-label") or ""

    ada.paint((0, 0))
    ada.click("transform-rotate_90")
    ada.sees([[0, 0, 1], [0, 0, 0], [0, 0, 0]])
    assert "3 × 2: 02, 20, 03" in read_out("train-0-input")
    assert "2 × 2: 07, 78" in read_out("test-0-input")
    expect(ada["transform-summary"]).to_contain_text("rotate 90°")
    ada["swap-pair"].select_option("1")
    ada.click("transform-swap_train_test")
    assert "2 × 2: 04, 40" in read_out("test-0-input")
    ada.click("undo", "undo")
    assert "2 × 3: 203, 020" in read_out("train-0-input")
    ada.sees([[1, 0, 0], [0, 0, 0], [0, 0, 0]])


def test_colours_are_permuted_as_somebody_likes(
    static_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada.click("transform-permute_colours", "shuffle-colours")
    expect(ada["colour-mapping"]).to_be_visible()
    before = ada["map-7"].inner_text(), ada["map-0"].inner_text()
    ada.click("map-7", "map-0")
    after = ada["map-7"].inner_text(), ada["map-0"].inner_text()
    assert [text[-1] for text in after] == [text[-1] for text in reversed(before)]
    ada.click("transform-clear")
    expect(ada["colour-mapping"]).to_be_hidden()


def test_a_transform_is_signed_as_a_version_and_solved_there(
    site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(site, task_id)
    ada.is_called(f"ada {task_id}")
    ada.click("transform-rotate_90", "sign-variation")
    expect(ada.page).to_have_url(re.compile(f"#/task/{task_id}/v/1$"))
    expect(ada["version"]).to_contain_text("1 · rotate 90°")
    expect(ada["signers"]).to_contain_text(f"ada {task_id}")
    ada.paint((0, 2), (1, 1), (2, 0))
    ada.click("submit")
    expect(ada["submit-result"]).to_have_attribute("data-correct", "true")
    ada.reload()
    ada.sees(ROTATED)
    ada["version"].select_option("0")
    expect(ada.page).to_have_url(re.compile(f"#/task/{task_id}$"))
    ada.sees([[0, 0, 0], [0, 0, 0], [0, 0, 0]])


def test_the_same_result_in_other_words_is_the_same_version_and_a_number_is_never_used_again(
    site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(site, task_id)
    ada.is_called(f"ada {task_id}")
    ada.click("transform-rotate_180", "sign-variation")
    expect(ada.page).to_have_url(re.compile("/v/1$"))
    ada["version"].select_option("0")
    expect(ada["transform-clear"]).to_be_disabled()
    ada.click("transform-flip_horizontal", "transform-flip_vertical", "sign-variation")
    expect(ada.page).to_have_url(re.compile("/v/1$"))
    ada.click("unsign-variation")
    expect(ada["notice"]).to_contain_text("the version goes with it")
    ada["version"].select_option("0")
    expect(ada["notice"]).to_have_count(0)
    ada["version"].select_option("1")
    ada.click("unsign-variation")
    ada["notice"].get_by_role("button", name="Take it off").click()
    expect(ada.page).to_have_url(re.compile(f"#/task/{task_id}$"))
    expect(ada["version"].locator("option")).to_have_count(1)
    ada.click("transform-transpose", "sign-variation")
    expect(ada.page).to_have_url(re.compile("/v/2$"))


def test_a_preview_is_judged_but_not_stored(site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(site, task_id)
    ada.is_called(f"ada {task_id}")
    ada.click("transform-rotate_90")
    ada.paint((0, 2), (1, 1), (2, 0))
    ada.click("submit")
    expect(ada["submit-result"]).to_have_attribute("data-correct", "true")
    expect(ada["submit-result"]).to_contain_text("sign it")
    ada.click("undo", "undo", "undo", "undo")
    assert ada.grid != BLUE_DIAGONAL
    expect(ada["submit-result"]).to_be_empty()


def test_a_flaw_is_reported(site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(site, task_id)
    ada.is_called(f"ada {task_id}")
    ada["flaw-text"].fill("[train 1 output r1c1] should be red")
    ada.click("flaw-add")
    expect(ada["flaw-item"]).to_contain_text("should be red")
    ada.reload()
    expect(ada["flaw-item"].get_by_role("button")).to_have_text("train 1 output r1c1")


def test_the_server_has_the_solution_with_its_actions(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(server, task_id)
    ada.is_called(f"ada {task_id}")
    with ada.page.expect_request("**/submissions") as sent:
        ada.solve()
    body = json.loads(sent.value.post_data or "")
    assert body["grid"] == BLUE_DIAGONAL
    assert [action["action"] for action in body["actions"]] == ["paint"] * 3
    assert body["seconds"] > 0
    reply = sent.value.response()
    assert reply is not None and reply.json()["correct"] is True


def test_a_trace_with_a_program_shows_on_how_many_pairs_it_is_right(
    server: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(server, task_id)
    ada.is_called(f"ada {task_id}")
    ada["trace-text"].fill("signed in")
    ada.click("trace-add")
    expect(ada["trace-item"]).to_have_count(1)
    program = "def solve_task(grid):\n    return [[5, 5], [0, 5]]"
    status = ada.page.evaluate(
        """async ([task, code]) => (await fetch(`api/tasks/${task}/traces`, {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ text: "by program", code, client_id: "one" }),
        })).status""",
        [task_id, program],
    )
    assert status == 201
    badge = ada["trace-item"].filter(has_text="by program").get_by_test_id("trace-verified")
    expect(badge).to_have_text("passes 1 of 2 train pairs")
    item = ada["trace-item"].filter(has_text="by program")
    item.get_by_text("Program", exact=True).click()
    expect(item.get_by_test_id("trace-program").locator("code")).to_have_text(program)
    expect(ada["trace-item"].filter(has_text="signed in").get_by_test_id("trace-program")).to_be_hidden()
