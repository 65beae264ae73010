"""Programs: written, run on one grid and on all pairs, with what went wrong and where."""

import json
import re

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, Site
from tests.browser.replies import TURN
from tests.browser.talking import ask, is_answered, name, write_program
from tests.browser.tasks import SECRET, TURNED


def test_all_pairs_pass_or_fail_with_the_cells_that_differ(chat_site: Site, new_person: NewPerson) -> None:
    ada = new_person(chat_site, TURNED)
    ada.click("run-all-pairs")
    expect(ada["pair-result"]).to_have_count(4)
    first = ada.page.locator("[data-pair=train-0]").and_(ada["pair-result"])
    expect(first).to_have_attribute("data-passed", "false")
    expect(first).to_contain_text(re.compile(r"\d of 6 cells differ"))
    expect(first.locator("figure")).to_have_count(3)
    write_program(ada, TURN)
    ada["code-editor"].press("Control+Enter")
    expect(ada["run-summary"]).to_have_attribute("data-passed", "true")
    test = ada.page.locator("[data-pair=test-0]").and_(ada["pair-result"])
    expect(test).to_have_attribute("data-passed", "true")
    expect(ada["code-error"]).to_be_hidden()


def test_a_test_pair_whose_answer_nobody_knows_is_neither_passed_nor_failed(
    chat_site: Site, new_person: NewPerson
) -> None:
    ada = new_person(chat_site, SECRET)
    ada.click("run-all-pairs")
    expect(ada["pair-result"].last).to_have_attribute("data-passed", "null")
    expect(ada["run-summary"]).to_have_text("Passes 0 of 2 train pairs")


def test_one_grid_typed_or_from_a_pair(chat_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(chat_site, TURNED)
    write_program(ada, "def solve_task(g):\n    print('seen', len(g))\n    return g[::-1]\n")
    ada["code-input"].fill("[[1, 2], [3, 4]]")
    ada.click("run-code")
    expect(ada["code-output"]).to_be_visible()
    assert json.loads(ada["code-output"].inner_text()) == [[3, 4], [1, 2]]
    expect(ada["code-stdout"]).to_have_text("seen 2\n")
    ada["input-source"].select_option("test-0")
    assert json.loads(ada["code-input"].input_value()) == [[7, 1, 0], [0, 3, 8]]
    ada.click("run-code")
    expect(ada["code-output"]).to_have_attribute("data-grid", "[[0,3,8],[7,1,0]]")


def test_what_is_no_grid_is_said_beside_the_field(chat_site: Site, new_person: NewPerson) -> None:
    ada = new_person(chat_site, TURNED)
    for text, sentence in (
        ("[[1, 2], [3]]", "row 2 has 1 cells where row 1 has 2"),
        ("hello", "is not JSON"),
        ("[[10]]", "0 to 9"),
        ("", "is not JSON"),
    ):
        ada["code-input"].fill(text)
        expect(ada["input-fault"]).to_contain_text(sentence)
    ada.click("run-code")
    expect(ada["code-input"]).to_be_focused()
    expect(ada["code-output"]).to_be_hidden()


def test_an_error_points_at_its_line(chat_site: Site, new_person: NewPerson) -> None:
    ada = new_person(chat_site, TURNED)
    write_program(ada, "def solve_task(g):\n    print('before')\n    x = 1\n    return g[99]\n")
    for button in ("run-code", "run-all-pairs"):
        ada.click(button)
        expect(ada["code-error"]).to_contain_text("IndexError: list index out of range (line 4)")
        expect(ada["code-stdout"]).to_contain_text("before")
        expect(ada.page.locator(".cm-wrong-line")).to_have_text("    return g[99]")
    ada["code-error"].get_by_role("button").click()
    expect(ada["code-editor"]).to_be_focused()
    ada.page.keyboard.type("#")
    expect(ada.page.locator(".cm-wrong-line")).to_have_count(0)


def test_a_loop_is_stopped_and_said_so_while_somebody_else_runs_on(
    chat_site: Site, new_person: NewPerson
) -> None:
    ada, bob = new_person(chat_site, TURNED), new_person(chat_site, TURNED)
    write_program(ada, "def solve_task(g):\n    while True:\n        pass\n")
    write_program(bob, TURN)
    ada.click("run-all-pairs")
    bob.click("run-all-pairs")
    expect(bob["run-summary"]).to_have_attribute("data-passed", "true", timeout=20_000)
    expect(ada["code-error"]).to_contain_text("longer than its time limit", timeout=60_000)
    expect(ada["code-error"]).to_contain_text("Stopped")


def test_code_of_an_answer_runs_on_all_pairs_and_its_grids_become_inputs(
    chat_site: Site, new_person: NewPerson
) -> None:
    ada = new_person(chat_site, TURNED)
    name(ada)
    ask(ada, "say:code")
    is_answered(ada).get_by_test_id("run-block").click()
    expect(ada["run-summary"]).to_have_attribute("data-passed", "true")
    assert ada["code-editor"].inner_text().strip() == TURN.strip()
    ask(ada, "say:grid")
    grids = is_answered(ada).get_by_test_id("reply-grid")
    expect(grids).to_have_count(2)
    grids.first.click()
    assert json.loads(ada["code-input"].input_value()) == [[1, 0, 2], [0, 3, 0]]
    grids.last.click()
    assert json.loads(ada["code-input"].input_value()) == [[4, 4], [0, 4]]


def test_an_output_is_opened_in_the_testing_interface(chat_site: Site, new_person: NewPerson) -> None:
    ada = new_person(chat_site, TURNED)
    write_program(ada, TURN)
    for grid in ("train-0", "typed"):
        ada["input-source"].select_option(grid)
        ada.click("run-code")
        expect(ada["code-output"]).to_be_visible()
        expect(ada["open-in-testing"]).to_be_hidden()
    ada["input-source"].select_option("test-0")
    ada.click("run-code")
    ada.click("open-in-testing")
    expect(ada["output-grid"]).to_have_attribute("data-grid", "[[8,3,0],[0,1,7]]")
    expect(ada["submit-result"]).to_have_attribute("data-correct", "true")


def test_a_trace_without_words_is_asked_for(chat_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(chat_site, task_id)
    write_program(ada, "def solve_task(grid):\n    return grid\n")
    ada.click("submit-trace")
    expect(ada["trace-outcome"]).to_contain_text("Write first")
    expect(ada["trace-text"]).to_be_focused()
    ada.page.keyboard.type("It stays as it is.")
    ada.click("submit-trace")
    expect(ada["trace-verified"]).to_have_text("passes 0 of 2 train pairs")


def test_the_results_of_another_task_are_not_shown(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    write_program(ada, "import time\ndef solve_task(g):\n    time.sleep(0.5)\n    return g\n")
    ada.click("run-all-pairs", "next-task")
    expect(ada["task-id"]).not_to_have_text(task_id)
    ada.page.wait_for_timeout(3000)
    expect(ada["pair-result"]).to_have_count(0)
    expect(ada["run-all-pairs"]).to_be_enabled()
