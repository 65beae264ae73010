"""Talking about a task: answers come piece by piece, survive reloads and task switches, and are asked for again."""

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, ServerProcess, Site
from tests.browser.talking import answers, ask, is_answered, name, write_program
from tests.browser.tasks import TURNED
from tests.fault_server import FaultServer

ALL_WORDS = " ".join(["word"] * 400)
"""What `say:words` is answered with."""


def test_a_new_user_asks_offline_runs_the_code_and_submits_a_trace_that_another_browser_sees(
    chat_server: ServerProcess, chat_site: Site, new_person: NewPerson
) -> None:
    ada = new_person(chat_site, TURNED)
    ask(ada, "What is the rule?", "OFFLINE")
    is_answered(ada)
    ada["copy-to-editor"].click()
    expect(ada["code-editor"]).to_contain_text("def solve_task")
    ada.click("run-all-pairs")
    expect(ada["pair-result"]).to_have_count(4)
    for pair in ada["pair-result"].all():
        expect(pair).to_have_attribute("data-passed", "true")
    expect(ada["run-summary"]).to_have_text("Passes 3 of 3 train pairs and 1 of 1 test pair")
    ada.click("submit-trace")
    expect(ada["trace-verified"]).to_have_text("passes 3 of 3 train pairs")
    bob = new_person(chat_server.site, TURNED)
    expect(bob["trace-verified"].first).to_contain_text("passes 3 of 3 train pairs")
    href = ada["trace-link"].get_attribute("href")
    assert href is not None and "?trace=" in href


def test_an_answer_comes_piece_by_piece_as_markdown(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "[[faults: slow:3]] say:code")
    expect(answers(ada).last).to_have_attribute("data-status", "streaming")
    expect(answers(ada).last.locator("em")).to_have_text("180 degrees")
    last = is_answered(ada)
    expect(last.locator("pre")).to_contain_text("def solve_task")
    expect(last).to_contain_text("That is all.")


def test_a_reload_in_the_middle_of_an_answer_loses_nothing(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "[[faults: slow:5]] say:words")
    expect(answers(ada).last).to_contain_text("word word")
    ada.reload()
    expect(answers(ada).last).to_have_attribute("data-status", "streaming")
    last = is_answered(ada)
    expect(last.locator(".prose")).to_have_text(ALL_WORDS)
    assert answers(ada).count() == 1


def test_a_task_switch_in_the_middle_of_an_answer_mixes_nothing(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "[[faults: slow:5]] say:words")
    expect(answers(ada).last).to_contain_text("word word")
    ada.click("next-task")
    expect(ada["task-id"]).not_to_have_text(task_id)
    expect(ada["chat-message"]).to_have_count(0)
    ask(ada, "[[faults: slow:2]] something else")
    is_answered(ada)
    expect(answers(ada)).to_have_count(1)
    expect(answers(ada).last).to_contain_text("You said")
    ada.click("previous-task")
    last = is_answered(ada)
    expect(last.locator(".prose")).to_have_text(ALL_WORDS)


def test_an_answer_goes_on_while_no_page_is_open(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "[[faults: slow:3]] say:words")
    expect(answers(ada).last).to_contain_text("word word")
    ada.page.goto("about:blank")
    ada.page.wait_for_timeout(3500)
    ada.open(task_id)
    prose = is_answered(ada, seconds=5).locator(".prose")
    expect(prose).to_have_text(ALL_WORDS)


def test_stop_keeps_what_has_come_and_ends_the_request(
    chat_site: Site, provider: FaultServer, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "[[faults: hang_during]] say:words")
    expect(answers(ada).last).to_contain_text("word word")
    expect(ada["chat-send"]).to_be_hidden()
    ada.click("chat-stop")
    last = is_answered(ada, "stopped")
    expect(last).to_contain_text("word word")
    expect(last).to_contain_text("stopped")
    for _ in range(50):
        if provider.log[-1].outcome == "disconnected":
            break
        ada.page.wait_for_timeout(100)
    assert provider.log[-1].outcome == "disconnected"
    expect(ada["chat-send"]).to_be_visible()


def test_an_error_is_a_sentence_with_a_retry(chat_site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "[[faults: 403:moderation]] say:code")
    last = is_answered(ada, "failed")
    expect(last.get_by_test_id("chat-error")).to_have_text(re.compile(r"^[A-Z].*\.$"))
    again = last.get_by_test_id("chat-regenerate")
    expect(again).to_contain_text("Retry")
    again.click()
    expect(is_answered(ada)).to_contain_text("That is all.")
    expect(answers(ada)).to_have_count(1)


def test_a_model_without_a_key_says_so_and_nothing_is_lost(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ada["model"].select_option("CLAUDE")
    expect(ada["model-note"]).to_contain_text("key")
    ask(ada, "hello", "CLAUDE")
    error = is_answered(ada, "failed").get_by_test_id("chat-error")
    expect(error).to_contain_text("OPENROUTER_API_KEY")
    expect(error).to_contain_text("“Own key”, or choose the model OFFLINE")
    expect(error).not_to_contain_text("--")
    expect(ada["chat-message"].first).to_contain_text("hello")


def test_regenerate_and_edit_and_resend_replace_what_followed(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "first")
    is_answered(ada)
    ask(ada, "second")
    is_answered(ada)
    expect(ada["chat-message"]).to_have_count(4)
    before = answers(ada).last.get_attribute("data-message-id")
    ada["chat-regenerate"].locator("visible=true").click()
    expect(answers(ada).last).not_to_have_attribute("data-message-id", before or "")
    is_answered(ada)
    expect(ada["chat-message"]).to_have_count(4)
    ada["chat-edit"].first.click()
    expect(ada["chat-input"]).to_have_value("first")
    ada["chat-input"].fill("first, said better")
    ada.press("Enter")
    expect(ada["chat-message"]).to_have_count(2)
    expect(is_answered(ada)).to_contain_text("said better")


def test_drafts_survive_a_reload_and_are_kept_per_task(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    ada["chat-input"].fill("half a question")
    write_program(ada, "draft = 1\n")
    ada["trace-text"].fill("half a trace")
    ada["code-input"].fill("[[1, 2]]")
    ada.click("next-task")
    expect(ada["chat-input"]).to_have_value("")
    expect(ada["code-editor"]).to_contain_text("def solve_task")
    ada.click("previous-task")
    ada.reload()
    expect(ada["chat-input"]).to_have_value("half a question")
    expect(ada["code-editor"]).to_contain_text("draft = 1")
    expect(ada["trace-text"]).to_have_value("half a trace")
    expect(ada["code-input"]).to_have_value("[[1, 2]]")
    name(ada)
    expect(ada["chat-input"]).to_have_value("half a question")


def test_what_is_asked_without_a_connection_stays_and_is_asked_once(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id, may_fail=True)
    with ada.page.expect_response(
        lambda reply: "/stream" in reply.url
    ):  # which shows that there is a connection
        name(ada)
    ada["model"].select_option("LOCAL_1")
    ada.page.context.set_offline(True)
    expect(ada["connection"]).to_contain_text("Offline")
    ada["chat-input"].fill("hello")
    ada.click("chat-send")
    expect(ada["chat-problem"]).to_contain_text("kept")
    expect(ada["chat-input"]).to_have_value("hello")
    ada.page.context.set_offline(False)
    expect(ada["connection"]).to_be_hidden()
    ada.click("chat-send")
    is_answered(ada)
    expect(ada["chat-message"]).to_have_count(2)


def test_only_what_somebody_found_is_proposed_as_a_trace(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    expect(ada["trace-code"]).not_to_be_checked()
    name(ada)
    ask(ada, "What is the rule?", "OFFLINE")
    expect(is_answered(ada)).to_contain_text("no answer to give")
    expect(ada["trace-text"]).to_have_value("")
    ask(ada, "say:code")
    is_answered(ada)
    expect(ada["trace-text"]).not_to_have_value("")
    expect(ada["trace-code"]).not_to_be_checked()
    ada.click("copy-to-editor")
    expect(ada["trace-code"]).to_be_checked()


def test_the_prompt_is_copied_and_holds_no_test_output(chat_site: Site, new_person: NewPerson) -> None:
    ada = new_person(chat_site, TURNED, permissions=["clipboard-read", "clipboard-write"])
    name(ada)
    ada.click("copy-prompt")
    expect(ada["live"]).to_have_text("Copied")
    expect(ada["live"]).to_be_in_viewport(ratio=1)
    text = ada.page.evaluate("navigator.clipboard.readText()")
    assert "5 3 0" in text and "8 3 0" not in text and "0 1 7" not in text


def test_the_conversation_is_exported_and_cleared(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "say:code")
    is_answered(ada)
    for button, ending in (("export", "json"), ("export-markdown", "md")):
        with ada.page.expect_download() as waiting:
            ada.click(button)
        assert waiting.value.suggested_filename == f"discussion_{task_id}.{ending}"
        text = Path(waiting.value.path()).read_text()
        assert "Turn the grid" in text
        if ending == "json":
            assert [message["role"] for message in json.loads(text)["messages"]] == ["user", "assistant"]
    ada.click("clear-history")
    ada["notice"].get_by_role("button", name="Remove it").click()
    expect(ada["chat-message"]).to_have_count(0)
    ada.reload()
    expect(ada.page.get_by_text("Ask about the task")).to_be_visible()
    expect(ada["chat-message"]).to_have_count(0)


def test_the_question_whether_to_clear_goes_away_with_its_conversation(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    ask(ada, "hello")
    is_answered(ada)
    ada.click("clear-history")
    expect(ada["notice"]).to_contain_text(f"about task {task_id}")
    ada.click("next-task")
    expect(ada["task-id"]).not_to_have_text(task_id)
    expect(ada["notice"]).to_have_count(0)
    ada.page.go_back()
    expect(ada["chat-message"]).to_have_count(2)


def test_an_own_key_is_sent_with_each_question_and_stored_nowhere(
    chat_server: ServerProcess, chat_site: Site, provider: FaultServer, new_person: NewPerson, task_id: str
) -> None:
    key = "sk-own-key-of-ada-4711"
    ada = new_person(chat_site, task_id)
    name(ada)
    addresses: list[str] = []
    ada.page.on("request", lambda request: addresses.append(request.url))
    ada.click("key-button")
    ada["own-key"].fill(key)
    ask(ada, "say:code")
    is_answered(ada)
    assert f"Bearer {key}" in provider.authorizations
    assert key not in ada.page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert not any(key in address for address in addresses)
    reply = ada.page.request.get(f"{chat_site.address.rpartition('/')[0]}/api/chat/{task_id}").text()
    assert key not in reply
    for file in chat_server.folder.rglob("*"):
        assert not file.is_file() or key.encode() not in file.read_bytes(), file
    ada.reload()
    ada.click("key-button")
    expect(ada["own-key"]).to_have_value("")
    ada["own-key"].fill(key)
    expect(ada["key-button"]).to_have_attribute("aria-pressed", "true")
    ada.click("forget-key")
    expect(ada["own-key"]).to_have_value("")
    expect(ada["key-button"]).to_have_attribute("aria-pressed", "false")


def test_settings_go_with_the_question(chat_site: Site, new_person: NewPerson) -> None:
    ada = new_person(chat_site, TURNED)
    name(ada)
    ada["temperature"].fill("0.3")
    ada["task-data-source"].select_option("both")
    asking = "POST", f"/api/chat/{TURNED}"
    with ada.page.expect_request(
        lambda sent: (sent.method, sent.url[-len(asking[1]) :]) == asking
    ) as waiting:
        ask(ada, "hello")
    body = waiting.value.post_data_json
    assert body is not None
    assert (body["temperature"], body["data_source"], body["model"]) == (0.3, "both", "LOCAL_1")
    assert "api_key" not in body
    is_answered(ada)
    ada.reload()
    expect(ada["temperature"]).to_have_value("0.3")
    expect(ada["task-data-source"]).to_have_value("both")
    expect(ada["model"]).to_have_value("LOCAL_1")


def test_two_tabs_of_one_person_show_the_same_conversation(
    chat_site: Site, new_person: NewPerson, task_id: str
) -> None:
    ada = new_person(chat_site, task_id)
    name(ada)
    second = ada.page.context.new_page()
    second.goto(f"{chat_site.address}#/task/{task_id}")
    expect(second.get_by_test_id("train-pair").first).to_be_visible()
    ask(ada, "[[faults: slow:1]] say:code")
    expect(second.get_by_text("That is all.")).to_be_visible()
    expect(second.get_by_test_id("chat-message")).to_have_count(2)
