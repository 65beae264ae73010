"""The report in a browser: grids, differences, filters, folded texts, links, hostile text, phone, no requests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.results_files import RIGHT, code_results, direct_results, of_run, run_line, write_lines
from tests.scripts import run
from tests.utilities.scoring.records import code_record

HOSTILE = "<img src=x onerror=\"document.title='owned'\">'</script><script>document.title='owned'</script>"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A code run, a direct run on some of the same tasks, and a run of 400 tasks of which one is hostile."""
    folder = tmp_path_factory.mktemp("report")
    many = [code_record(f"many{number:04d}", [RIGHT], [[RIGHT]]) for number in range(400)]
    texts = {name: [HOSTILE] for name in ("reasoning", "python_code", "verification_reason", "stdout")}
    many.append(code_record(f"hostile {HOSTILE}", [RIGHT], [[[[9]]]], **texts))
    write_lines(
        folder / "results.jsonl",
        run_line("run1", "CODER"),
        *code_results(),
        *of_run("run2", [run_line("run2", "GPT"), *direct_results()]),
        *of_run("run3", [run_line("run3", HOSTILE), *many]),
    )
    address = "http://127.0.0.1:5000/arc2/testing_interface.html"
    done = run(
        "benchmark/report.py", "results.jsonl", "--html", "r.html", "--testing_interface", address, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return folder / "r.html"


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, chromium: Browser, report: Path) -> Iterator[Any]:
    """The report, loaded; nothing may go wrong in it or be asked for."""
    width, height = request.param
    page = chromium.new_page(viewport={"width": width, "height": height})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    page.on("request", lambda asked: faults.append(asked.url) if asked.url != report.as_uri() else None)
    page.goto(report.as_uri())
    yield page
    assert faults == []
    page.close()


def task(page: Any, name: str) -> Any:
    """The row of a task, drawn."""
    row = page.locator(f'.task[data-id="{name}"]')
    row.scroll_into_view_if_needed()
    row.locator("svg.grid").first.wait_for()
    return row


def shown(page: Any) -> str:
    return str(page.locator("#shown").inner_text())


def test_attempts_are_shown_with_what_is_wrong(page: Any) -> None:
    row = task(page, "failed")
    assert row.locator("figcaption").all_inner_texts() == [
        "Test input\n1 × 1",
        "Expected\n2 × 2",
        "Attempt 1 ▸\n1 cell wrong",
        "Attempt 2 ▸\n1 × 3 instead of 2 × 2",
    ]
    assert row.locator(".wrong-inner").count() == 1
    assert row.locator(".wrong-inner").get_attribute("d") == "M1 1h1v1h-1z"


def test_an_attempt_without_a_grid_says_why(page: Any) -> None:
    assert task(page, "silent").locator("figcaption .bad").all_inner_texts() == ["api error", "no answer"]


def test_every_test_input_and_run_is_shown(page: Any) -> None:
    assert task(page, "half").locator(".strip").count() == 2
    assert task(page, "solved").locator(".of-run").count() == 2


def test_filters_narrow_the_table(page: Any) -> None:
    assert shown(page) == "405 of 405 tasks"
    page.locator("[name=search]").fill("SOLV")
    assert shown(page) == "1 of 405 tasks"
    page.locator("[name=search]").fill("")
    page.locator("[name=result]").select_option("failed")
    assert shown(page) == "4 of 405 tasks"
    page.locator("[name=class]").select_option("no_answer")
    assert shown(page) == "2 of 405 tasks"
    page.locator("[name=run]").select_option(label="GPT")
    assert page.locator(".task:visible h3").all_inner_texts() == ["half"]


def test_tasks_are_drawn_when_they_come_near(page: Any) -> None:
    assert page.locator(".task[data-drawn]").count() < 100
    task(page, "many0399")


def test_reasoning_and_code_unfold(page: Any) -> None:
    row = task(page, "solved")
    assert row.locator("pre").count() == 0
    row.get_by_text("Reasoning and code").click()
    row.get_by_text("CODER, attempt 1").click()
    assert row.locator("pre").first.inner_text() == "Because."


def test_failed_attempts_link_into_the_editor(page: Any) -> None:
    links = task(page, "failed").get_by_role("link").all()
    assert [link.get_attribute("href") for link in links] == [
        "http://127.0.0.1:5000/arc2/testing_interface.html#/task/failed?attempt=12-35",
        "http://127.0.0.1:5000/arc2/testing_interface.html#/task/failed?attempt=123",
    ]


def test_hostile_text_is_text(page: Any) -> None:
    row = page.locator(".task[data-id^=hostile]")
    page.locator("[name=search]").fill("hostile")
    row.locator("svg.grid").first.wait_for()
    row.get_by_text("Reasoning and code").click()
    assert HOSTILE in row.locator("pre").first.inner_text()
    assert HOSTILE in row.locator("h3").inner_text()
    assert page.title() == "ARC benchmark report"
    assert page.locator("img").count() == 0


def test_nothing_is_wider_than_the_window(page: Any) -> None:
    task(page, "half").get_by_text("Train pairs").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_light_and_dark_can_be_switched(page: Any) -> None:
    def ground() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = ground()
    page.locator("#theme").click()
    assert ground() != light
    page.locator("#theme").click()
    assert ground() == light


def test_without_a_script_figures_and_verdicts_are_there(chromium: Browser, report: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert "33.3 %" in page.locator(".runs").inner_text()
    assert page.locator('.task[data-id="failed"] .chip').inner_text() == "CODER: failed"
    context.close()


def test_a_short_report_prints_with_every_grid(chromium: Browser, tmp_path: Path) -> None:
    write_lines(tmp_path / "results.jsonl", *code_results())
    run("benchmark/report.py", "results.jsonl", "--html", "r.html", cwd=tmp_path)
    page = chromium.new_page(viewport={"width": 800, "height": 200})
    page.goto((tmp_path / "r.html").as_uri())
    expect(page.locator(".task[data-drawn] svg.grid")).to_have_count(10)
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()
    page.close()
