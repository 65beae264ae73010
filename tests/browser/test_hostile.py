"""Hostile strings in every place where text is shown: they are text and nothing else."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, Site
from tests.browser.tasks import HOSTILE

MARKUP = (
    "<img src=x onerror=alert(1)><script>alert(2)</script>\"'`${alert(3)}&lt;b&gt;\u202e[javascript:alert(4)]"
)
NAME = '<b onclick=alert(1)>"ada"'


def no_markup(person) -> None:  # type: ignore[no-untyped-def]
    """Nothing of it has become an element, and a click on any of it runs nothing."""
    found = person.page.evaluate(
        "document.querySelectorAll('img:not([alt=\"\"]), script:not([src]), b, [onclick], [onerror]').length"
    )
    assert found == 0


def test_names_traces_flaws_and_signatures(site: Site, new_person: NewPerson, task_id: str) -> None:
    name = f"{NAME}{task_id}"[:64]
    ada = new_person(site, task_id)
    ada.is_called(name)
    ada["trace-text"].fill(f"{MARKUP} [train 1 input r1c1:r99c99] [train 99 output r0c0]")
    ada.click("trace-add")
    ada["flaw-text"].fill(MARKUP)
    ada.click("flaw-add", "transform-rotate_90", "sign-variation")
    expect(ada["trace-item"]).to_contain_text(MARKUP)
    expect(ada["flaw-item"]).to_contain_text(MARKUP)
    expect(ada["signers"]).to_contain_text(name)
    expect(ada["version"]).to_contain_text(name)
    for link in ada["trace-item"].get_by_role("button", name="train").all():
        link.click()
    ada.reload()
    expect(ada["trace-item"].locator(".who")).to_have_text(name)
    ada.click("settings")
    expect(ada["sign-out"]).to_contain_text(name)
    no_markup(ada)


def test_somebody_elses_name_and_what_is_queued(server: Site, new_person: NewPerson, task_id: str) -> None:
    ada, eve = new_person(server, task_id, may_fail=True), new_person(server, task_id)
    eve.is_called(NAME)
    ada.is_called(f"ada {task_id}")
    expect(ada["presence"].locator("li")).to_have_attribute("title", NAME)
    ada.page.context.set_offline(True)
    ada["trace-text"].fill(MARKUP)
    ada.click("trace-add")
    expect(ada["trace-item"]).to_contain_text(MARKUP)
    no_markup(ada)
    ada.page.context.set_offline(False)
    expect(eve["trace-item"]).to_contain_text(MARKUP)
    no_markup(eve)


def test_task_ids_in_the_bar_the_gallery_and_the_search(site: Site, new_person: NewPerson) -> None:
    ada = new_person(site, HOSTILE)
    ada["task-search"].fill("<img")
    expect(ada.page.locator(".results li")).to_have_text(HOSTILE)
    ada["task-search"].press("Enter")
    ada.click("gallery")
    expect(ada.page.locator(".thumbnail-id").last).to_have_text(HOSTILE)
    no_markup(ada)


@pytest.mark.parametrize(
    "hash_",
    [
        f"#/task/{quote(MARKUP, safe='')}",
        "#/task/task000/v/999999/test/999",
        f"#/task/task000?trace={quote(MARKUP)}",
        f"#/task/task000?attempt={quote(MARKUP)}",
        f"#/task/task000?attempt=1&label={quote(MARKUP)}",
        f"#/gallery?query={quote(MARKUP)}&state={quote(MARKUP)}&tag=__proto__",
        "#/task/__proto__",
        "#/task/%E0%A4%A",
        f"#{MARKUP}",
    ],
)
def test_addresses(static_site: Site, new_person: NewPerson, hash_: str) -> None:
    ada = new_person(static_site, may_fail=True)
    ada.page.goto(f"{static_site.address}{hash_}")
    ada.page.reload()
    expect(ada["gallery"]).to_be_visible()
    ada.page.wait_for_timeout(100)
    no_markup(ada)


def test_files(static_site: Site, new_person: NewPerson, tmp_path: Path) -> None:
    ada = new_person(static_site, "task000")
    pair = {"input": [[1]], "output": [[2]]}
    trace = {"trace_id": "hostile", "username": MARKUP, "text": MARKUP, "timestamp": MARKUP, "score": MARKUP}
    files = {
        f"{MARKUP.replace('/', '')[:60]}.json": {"train": [pair], "test": [pair]},
        "traces.json": {"task000": [trace], "__proto__": [{**trace, "trace_id": "p"}]},
        "broken.json": None,
        "nothing.json": {"train": [], "test": []},
        "wrong.json": {"train": [pair], "test": [{"input": [[99]], "output": [[1, 2], [3]]}]},
    }
    for name, value in files.items():
        path = tmp_path / name
        path.write_text("{" if value is None else json.dumps(value))
        ada["import"].set_input_files(path)
        ada.page.wait_for_timeout(100)
    expect(ada.page.get_by_text("broken.json is not JSON")).to_be_visible()
    expect(ada.page.get_by_text("wrong.json is broken: test pair 1: the input row 1 holds")).to_be_visible()
    ada.open("task000")
    expect(ada["trace-item"]).to_contain_text(MARKUP)
    no_markup(ada)
