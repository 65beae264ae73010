"""The pages as files: what they promise about themselves can be checked without a browser."""

import re
from pathlib import Path

import pytest

from tests.scripts import ROOT

APPS = ROOT / "apps"
SCRIPTS = APPS / "static" / "js"
PAGES = sorted(APPS.glob("*_interface.html"))


def imported(script: Path, seen: set[Path]) -> set[Path]:
    """`script` and all that it imports, directly or not."""
    if script not in seen:
        seen.add(script)
        for name in re.findall(r'from "\./([\w.]+)"', script.read_text(encoding="utf-8")):
            imported(SCRIPTS / name, seen)
    return seen


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_preloads_exactly_the_modules_that_it_needs(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    preloaded = set(re.findall(r'rel="modulepreload" href="static/js/([\w.]+)"', html))
    (entry,) = re.findall(r'<script type="module" src="static/js/([\w.]+)"', html)
    assert preloaded == {script.name for script in imported(SCRIPTS / entry, set())} - {entry}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_nothing_inline_and_nothing_from_elsewhere(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


def test_only_page_modules_query_the_document() -> None:
    for script in sorted(SCRIPTS.glob("*.js")):
        if not script.name.endswith("_page.js"):
            assert "document.querySelector" not in script.read_text(encoding="utf-8"), script.name


def test_text_never_becomes_markup() -> None:
    for script in sorted(SCRIPTS.glob("*.js")):
        found = re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function",
            script.read_text(encoding="utf-8"),
        )
        assert not found, (script.name, found)


NAMES = {
    "testing_interface": """
        task-id task-search gallery gallery-item previous-task next-task random-task train-pair test-input next-test output-grid
        tool-edit tool-select tool-fill tool-line tool-rect tool-eyedropper grid-size resize copy-input reset undo redo submit
        submit-result distance show-distance show-numbers palette sign-variation version username trace-item trace-up
        trace-down trace-score trace-remove export import replay help""",
    "discuss_interface": """
        chat-input chat-send chat-stop chat-regenerate chat-message model temperature task-data-source copy-prompt code-editor
        code-input run-code run-all-pairs pair-result code-output code-stdout code-error copy-to-editor submit-trace
        task-id task-search previous-task next-task version username train-pair""",
}
"""The `data-testid` names that tests and assistive scripts rely on."""


@pytest.mark.parametrize("page", NAMES)
def test_every_name_that_scripts_rely_on_is_there(page: str) -> None:
    text = (APPS / f"{page}.html").read_text(encoding="utf-8")
    text += "".join(script.read_text(encoding="utf-8") for script in SCRIPTS.glob("*.js"))
    missing = [name for name in NAMES[page].split() if f'"{name}"' not in text]
    assert not missing
