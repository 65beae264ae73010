"""Files in and out, and links from reports."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser.conftest import NewPerson, Site
from tests.browser.person import Person
from tests.browser.tasks import BLUE_DIAGONAL, SECRET, TWO_TESTS
from tests.results_files import run_line, write_lines
from tests.scripts import ROOT, run
from tests.utilities.scoring.records import code_record

OWN_TASK = {"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]], "output": [[4, 4]]}]}


def saved(person: Person, kind: str) -> Any:
    """What the export of this kind holds."""
    person["export-kind"].select_option(kind)
    with person.page.expect_download() as download:
        person.click("export")
    return json.loads(Path(download.value.path()).read_text())


def test_a_task_and_its_traces_are_exported(site: Site, new_person: NewPerson, task_id: str) -> None:
    ada = new_person(site, task_id)
    ada.is_called(f"ada {task_id}")
    ada["trace-text"].fill("exported")
    ada.click("trace-add")
    expect(ada["trace-item"].locator(".when")).to_have_text("just now")
    task = saved(ada, "task")
    assert task["test"][0]["output"] == BLUE_DIAGONAL
    (trace,) = saved(ada, "traces")[task_id]
    assert {"trace_id", "task_id", "username", "text", "score", "timestamp", "voters"} <= trace.keys()
    assert trace["text"] == "exported"


def test_work_without_a_server_moves_to_another_browser(
    static_site: Site, new_person: NewPerson, tmp_path: Path, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    expect(ada["banner"]).to_contain_text("stays in this browser")
    ada.is_called("ada")
    ada.solve()
    ada["trace-text"].fill("takes a journey")
    ada.click("trace-add", "trace-up", "transform-transpose", "sign-variation")
    expect(ada["signers"]).to_contain_text("ada")
    work = tmp_path / "work.json"
    work.write_text(json.dumps(saved(ada, "work")))
    bob = new_person(static_site, task_id)
    bob["import"].set_input_files(work)
    expect(bob["trace-item"]).to_contain_text("takes a journey")
    expect(bob["trace-score"]).to_have_text("1")
    expect(bob["version"].locator("option")).to_have_count(2)
    bob.is_called("ada")
    bob.reload()
    bob.sees(BLUE_DIAGONAL)
    bob["import"].set_input_files(work)
    expect(bob.page.get_by_text("0 things taken in")).to_be_visible()


def test_work_without_a_server_is_taken_to_one(
    static_site: Site, server: Site, new_person: NewPerson, tmp_path: Path, task_id: str
) -> None:
    ada = new_person(static_site, task_id)
    ada.is_called("ada")
    ada["trace-text"].fill("from home")
    ada.click("trace-add")
    expect(ada["trace-item"]).to_be_visible()
    work = tmp_path / "work.json"
    work.write_text(json.dumps(saved(ada, "work")))
    again = new_person(server, task_id)
    again.is_called(f"ada {task_id}")
    for _ in range(2):
        again["import"].set_input_files(work)
        expect(again["trace-item"].filter(has_text="just now")).to_have_count(1)
    again.reload()
    expect(again["trace-item"]).to_have_count(1)


def test_all_work_without_a_server_is_sent_to_one_under_the_name_there(
    static_site: Site, server: Site, new_person: NewPerson, tmp_path: Path, task_id: str
) -> None:
    sam = new_person(static_site, task_id)
    sam.is_called("sam")
    sam["trace-text"].fill("seen by sam")
    sam.click("trace-add", "trace-up")
    sam["flaw-text"].fill("a cell is wrong")
    sam.click("flaw-add")
    sam.solve()
    sam.click("transform-rotate_90", "sign-variation")
    expect(sam["version"]).to_have_value("1")
    sam["trace-text"].fill("seen when turned")
    sam.click("trace-add", "transform-transpose", "sign-variation")
    expect(sam["version"]).to_have_value("2")
    work = tmp_path / "work.json"
    work.write_text(json.dumps(saved(sam, "work")))
    kim = new_person(server, task_id)
    kim.is_called(f"kim {task_id}")
    kim.click("transform-rotate_180", "sign-variation")  # so that versions have other numbers there
    expect(kim["version"]).to_have_value("1")
    kim["import"].set_input_files(work)
    expect(kim["notice"]).to_have_text(
        "Taken in under your name: 2 traces, 2 versions, 1 flaw, 1 solution. Not taken in: 1 vote."
    )
    kim.has_sent_everything()
    kim.open(task_id)
    expect(kim["trace-item"]).to_have_count(2)
    expect(kim["flaw-item"]).to_contain_text("a cell is wrong")
    expect(kim["version"].locator("option")).to_have_count(4)
    address = server.address.rpartition("/")[0]
    rows = kim.page.request.get(f"{address}/api/tasks").json()["tasks"]
    assert [row["task_id"] for row in rows if row["solved_by_me"]] == [task_id]
    traces = kim.page.request.get(f"{address}/api/tasks/{task_id}/traces").json()["traces"]
    assert [(one["text"], one["version"]) for one in traces] == [("seen by sam", 0), ("seen when turned", 2)]
    exported = saved(kim, "work")
    assert {one["text"] for one in exported["traces"]} == {"seen by sam", "seen when turned"}
    assert [one["version"] for one in exported["variations"]] == [1, 2, 3]
    assert [one["text"] for one in exported["flaws"]] == ["a cell is wrong"]
    assert [one["grid"] for one in exported["solutions"]] == [BLUE_DIAGONAL]
    work.write_text(json.dumps(exported))
    kim["import"].set_input_files(work)
    expect(kim["notice"].last).to_contain_text("Here already: 3.")
    kim.has_sent_everything()
    kim.reload()
    expect(kim["trace-item"]).to_have_count(2)
    expect(kim["flaw-item"]).to_have_count(1)


def test_a_task_from_a_file_is_opened_solved_and_kept(
    site: Site, new_person: NewPerson, tmp_path: Path
) -> None:
    file = tmp_path / "my_own_task.json"
    file.write_text(json.dumps(OWN_TASK))
    ada = new_person(site, "task000")
    ada["import"].set_input_files(file)
    expect(ada["task-id"]).to_have_text("my_own_task")
    is_served = "/arc2/" in site.address
    expect(ada["from-file"]).to_be_visible(visible=is_served)
    expect(ada["open-discussion"]).to_be_visible(visible=not is_served)
    ada.is_called("ada")
    ada.resize("1x2")
    ada.click("tool-fill", "color-4")
    ada.paint((0, 0))
    ada.click("submit")
    expect(ada["submit-result"]).to_have_attribute("data-correct", "true")
    ada["trace-text"].fill("only here")
    ada.click("trace-add")
    expect(ada["trace-item"].locator(".when")).to_have_text("just now")
    ada.reload()
    expect(ada["task-id"]).to_have_text("my_own_task")
    ada.sees([[4, 4]])
    expect(ada["trace-item"]).to_contain_text("only here")


def test_a_task_is_opened_by_dropping_its_file(static_site: Site, new_person: NewPerson) -> None:
    ada = new_person(static_site, "task000")
    ada.page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "dropped.json", { type: "application/json" }));
            document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        json.dumps(OWN_TASK),
    )
    expect(ada["task-id"]).to_have_text("dropped")


def test_traces_of_others_are_read_from_a_traces_store(
    static_site: Site, new_person: NewPerson, tmp_path: Path, task_id: str
) -> None:
    trace = {"trace_id": "t1", "task_id": task_id, "username": "eve", "text": "an older trace", "score": 2}
    store = {task_id: [{**trace, "timestamp": "2025-01-01T00:00:00+00:00", "voters": {"bob": 1, "cy": 1}}]}
    file = tmp_path / "traces_store.json"
    file.write_text(json.dumps(store))
    ada = new_person(static_site, task_id)
    ada["import"].set_input_files(file)
    expect(ada["trace-item"]).to_contain_text("an older trace")
    expect(ada["trace-score"]).to_have_text("2")


def test_a_report_links_a_failed_attempt_which_opens_with_its_differences(
    site: Site, new_person: NewPerson, task_id: str
) -> None:
    vectors = json.loads((ROOT / "tests" / "vectors" / "attempt_links.json").read_text())
    (attempt,) = [each["attempt"] for each in vectors if each["grid"] == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]]
    ada = new_person(site, task_id)
    ada.paint((0, 0))
    ada.open(task_id, f"?attempt={attempt}&label=CLAUDE")
    ada.sees([[0, 1, 2], [3, 4, 5], [6, 7, 8]])
    expect(ada["submit-result"]).to_have_attribute("data-correct", "false")
    expect(ada["submit-result"]).to_contain_text("Attempt of CLAUDE: 9 of 9 cells differ")
    expect(ada["submit-result"].locator("figure")).to_have_count(2)
    ada.paint((0, 0))
    ada.open(task_id)
    ada.sees([[1, 0, 0], [0, 0, 0], [0, 0, 0]])


def test_an_attempt_at_another_test_input_or_with_a_secret_answer(
    static_site: Site, new_person: NewPerson
) -> None:
    ada = new_person(static_site, TWO_TESTS)
    ada.open(TWO_TESTS, "/test/1?attempt=1")
    ada.sees([[1]])
    expect(ada["submit-result"]).to_contain_text("yours is 1 × 1, the answer is 1 × 3")
    ada.open(TWO_TESTS, "?attempt=100-010-001")
    expect(ada["submit-result"]).to_have_attribute("data-correct", "true")
    ada.open(SECRET, "?attempt=12")
    expect(ada["submit-result"]).to_have_attribute("data-correct", "null")


def test_the_link_of_a_report_opens_in_the_editor(
    static_site: Site, new_person: NewPerson, chromium: Browser, tmp_path: Path
) -> None:
    record = code_record("task005", [BLUE_DIAGONAL], [[[[1, 0, 0], [0, 2, 0], [0, 0, 1]]]])
    write_lines(tmp_path / "results.jsonl", run_line("run1", "CODER"), record)
    flags = ("--html", "report.html", "--testing_interface", static_site.address)
    assert run("benchmark/report.py", "results.jsonl", *flags, cwd=tmp_path).returncode == 0
    report = chromium.new_page()
    report.goto((tmp_path / "report.html").as_uri())
    link = report.get_by_role("link", name="open in editor").get_attribute("href")
    report.close()
    ada = new_person(static_site)
    ada.page.goto(link or "")
    ada.sees([[1, 0, 0], [0, 2, 0], [0, 0, 1]])
    expect(ada["submit-result"]).to_contain_text("1 of 9 cells differs")
