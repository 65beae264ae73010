"""benchmark/report.py as people run it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.results_files import (
    PROGRAM,
    RIGHT,
    code_results,
    direct_results,
    metadata_line,
    of_run,
    run_line,
    write_lines,
)
from tests.scripts import run
from tests.utilities.scoring.records import code_record
from utilities.records import Record

REPORT = "benchmark/report.py"
HOSTILE = "<img src=x onerror=alert(1)>'\"</script><script>alert(2)</script>"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return write_lines(
        tmp_path / "code.jsonl",
        run_line("run1", "CODER", manifest={"tasks_total": 4}),
        *code_results(),
        metadata_line("run1", "CODER", tasks_total=4),
    )


class Tags(HTMLParser):
    """Counts the elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_page_figures_and_table_say_the_same(results: Path, tmp_path: Path) -> None:
    done = run(REPORT, "code.jsonl", "--html", "r.html", "--json", "r.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (figures,) = json.loads((tmp_path / "r.json").read_text())["runs"]
    assert figures["scores"]["score"] == 0.25
    page = (tmp_path / "r.html").read_text()
    for text in (done.stdout, page):
        assert "25.0 %" in text
        assert "1 of 4 tasks have no result and count 0" in text


def test_the_page_asks_nothing_of_any_network(results: Path, tmp_path: Path) -> None:
    run(REPORT, "code.jsonl", "--html", "r.html", cwd=tmp_path)
    page = (tmp_path / "r.html").read_text()
    outside = ("src", "href", "action", "data", "poster", "srcset")
    for tag, attributes in Tags(page).found:
        assert tag not in ("link", "iframe", "object", "img")
        assert not any((attributes.get(name) or "#").startswith(("http", "//")) for name in outside)
    assert "default-src 'none'" in page
    assert not re.search(r"url\(\s*['\"]?(?:http|//)|@import", page)


def test_several_files_and_kinds_of_run_are_one_report(results: Path, tmp_path: Path) -> None:
    write_lines(tmp_path / "direct.jsonl", run_line("run2", "GPT"), *of_run("run2", direct_results()))
    done = run(REPORT, "*.jsonl", "--html", "r.html", "--json", "r.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    runs = json.loads((tmp_path / "r.json").read_text())["runs"]
    assert [(one["run"]["name"], one["scores"]["score"]) for one in runs] == [("CODER", 0.25), ("GPT", 0.75)]


def unverified() -> Record:
    record = code_record("solved", [RIGHT], [[RIGHT]], python_code=[PROGRAM])
    return {name: value for name, value in record.items() if name not in ("test_outputs", "train_success")}


def test_programs_without_verdicts_are_run_and_no_model_is_asked(tmp_path: Path) -> None:
    write_lines(tmp_path / "code.jsonl", unverified())
    done = run(REPORT, "code.jsonl", "--json", "r.json", "--sandbox", "unsafe", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "run in the sandbox" in done.stderr
    assert json.loads((tmp_path / "r.json").read_text())["runs"][0]["scores"]["score"] == 1.0


def test_rescoring_reads_stored_replies_anew(tmp_path: Path) -> None:
    reply = f"Reasons.\n```python\n{PROGRAM}```"
    write_lines(
        tmp_path / "code.jsonl", code_record("a", [RIGHT], [[None]], python_code=[None], response=[reply])
    )
    scores = {}
    for flags in ((), ("--rescore",)):
        run(REPORT, "code.jsonl", "--json", "r.json", "--sandbox", "unsafe", *flags, cwd=tmp_path)
        scores[flags] = json.loads((tmp_path / "r.json").read_text())["runs"][0]["scores"]["score"]
    assert scores == {(): 0.0, ("--rescore",): 1.0}


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    record = code_results()[0] | {"task_id": HOSTILE, "reasoning": [HOSTILE] * 2, "run_id": HOSTILE}
    write_lines(tmp_path / "code.jsonl", run_line(HOSTILE, HOSTILE), record)
    done = run(REPORT, "code.jsonl", "--html", "r.html", "--title", HOSTILE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = Tags((tmp_path / "r.html").read_text()).found
    assert not [
        tag for tag, attributes in found if tag == "img" or any(name.startswith("on") for name in attributes)
    ]
    assert sum(tag == "script" for tag, _ in found) == 3  # one task, the names of the runs, our own
    assert [attributes["data-id"] for _, attributes in found if "data-id" in attributes] == [HOSTILE]


def test_an_interrupted_write_leaves_the_earlier_page(results: Path, tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text("earlier")
    (tmp_path / "broken.jsonl").write_text('{"entry_type": "result", "task_id": "a"}\nbroken\n')
    done = run(REPORT, "code.jsonl", "broken.jsonl", "--html", "r.html", cwd=tmp_path)
    assert done.returncode == 1
    assert re.fullmatch(r"report.py: line 2 of .*broken.jsonl is broken .*\n", done.stderr)
    assert (tmp_path / "r.html").read_text() == "earlier"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("nothing.jsonl", "--html", "r.html"), "there is no file nothing.jsonl"),
        (("code.jsonl",), "say where to write the report"),
        (
            ("code.jsonl", "--html", "r.html", "--testing_interface", "javascript:alert(1)"),
            "is no web address",
        ),
        ((), "the following arguments are required: results"),
    ],
)
def test_wrong_usage_is_one_sentence(
    flags: tuple[str, ...], said: str, results: Path, tmp_path: Path
) -> None:
    done = run(REPORT, *flags, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_results_without_programs_or_answers_are_refused_by_name(tmp_path: Path) -> None:
    record = {name: value for name, value in unverified().items() if name != "python_code"}
    write_lines(tmp_path / "reasoning.jsonl", record)
    done = run(REPORT, "reasoning.jsonl", "--html", "r.html", "--sandbox", "unsafe", cwd=tmp_path)
    assert done.returncode == 1
    assert "task solved" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "flags",
    [
        ("code.jsonl", "--html", "code.jsonl"),
        ("*.jsonl", "--json", "link.json"),
        ("code.jsonl", "--html", "x.html", "--json", "x.html"),
        ("code.verified.jsonl", "--html", "code.jsonl"),
    ],
)
def test_a_report_never_overwrites_what_it_is_made_from(
    flags: tuple[str, ...], results: Path, tmp_path: Path
) -> None:
    (tmp_path / "link.json").symlink_to(results)
    (tmp_path / "code.verified.jsonl").write_bytes(results.read_bytes())
    before = results.read_bytes()
    done = run(REPORT, *flags, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "would overwrite" in done.stderr
    assert results.read_bytes() == before and not (tmp_path / "x.html").exists()


@pytest.mark.parametrize("name", ["old.jsonl", "list.json", "snapshot.json"])
def test_an_older_result_without_a_program_is_reported_with_the_others(name: str, tmp_path: Path) -> None:
    task_data = code_results()[0]["task_data"]
    older = [
        {"task_id": task_id, "task_data": task_data, "reasoning": "Because.", "python_code": program}
        for task_id, program in (("silent", None), ("solved", PROGRAM))
    ]
    write_lines(tmp_path / "old.jsonl", *older)
    (tmp_path / "list.json").write_text(json.dumps(older))
    (tmp_path / "snapshot.json").write_text(json.dumps({"results": older}))
    done = run(REPORT, name, "--html", "r.html", "--json", "r.json", "--sandbox", "unsafe", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (figures,) = json.loads((tmp_path / "r.json").read_text())["runs"]
    assert (figures["scores"]["tasks_solved"], figures["scores"]["failures"]) == (1, {"no_answer": 1})
