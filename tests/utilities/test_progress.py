"""What a run shows while it goes on and when it ends."""

from pathlib import Path

import pytest

from tests.utilities.test_results import metadata_line
from utilities.model_utils import Reply, Usage
from utilities.progress import Progress, Totals, duration, failure_class, summary
from utilities.records import ErrorInfo
from utilities.terminal import printable


def test_failure_classes() -> None:
    assert failure_class("program", None, "stop") is None
    assert failure_class("program", None, "length") is None
    assert failure_class(None, None, "length") == "truncated"
    assert failure_class(None, None, "stop") == "no_answer"
    assert failure_class(None, ErrorInfo("timeout", "silent"), None) == "api_error"


def test_totals_add_up() -> None:
    totals = Totals(3)
    totals.add_reply(Reply("x", usage=Usage(10, 5, 2, 1, 0.5)))
    totals.add_reply(Reply("x", usage=Usage(10, None)))
    totals.add_cost(0.25)
    totals.add_result(
        {"error": [None, ErrorInfo("timeout", "silent")], "finish_reason": ["stop", None]}, ["code", None]
    )
    assert (totals.finished, totals.attempts, totals.answered, dict(totals.failures)) == (
        1,
        2,
        1,
        {"api_error": 1},
    )
    assert (totals.cost, totals.priced, totals.last_error) == (0.75, 1, "silent")
    assert totals.described("programs") == "2 attempts, 1 programs, 1 without response, 25 tokens, $0.7500"


def test_plain_lines_are_few_and_the_last_one_comes(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(1000, lambda: "said")
    progress.start()
    for finished in range(1, 1001):
        progress.update(finished)
    progress.close()
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == ["10 of 1000 tasks", "1000 of 1000 tasks"]
    assert lines[-1].endswith("said, in 0 s")


def test_a_resumed_run_counts_from_where_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(20, lambda: "said")
    progress.start(19)
    progress.update(20)
    assert capsys.readouterr().err.startswith("20 of 20 tasks")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.2, "0 s"), (59, "59 s"), (185, "3 min 5 s"), (7800, "2 h 10 min")]
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_the_summary_says_how_to_ask_for_what_is_missing() -> None:
    metadata = metadata_line("interrupted")
    metadata.tasks_total = 5
    shown = summary(metadata, "programs", Path("results.jsonl"), Path("snapshot.json"), "my_folder")
    assert "run run1 interrupted: 1 of 5 tasks" in shown
    assert shown.endswith("--resume run1 --output_directory my_folder")
    whole = summary(metadata_line(), "programs", Path("results.jsonl"), Path("snapshot.json"), None)
    assert "--resume" not in whole


def test_text_from_elsewhere_cannot_steer_a_terminal() -> None:
    assert printable("a\x1b[2J\nb\tc\u202e") == "a [2J b c "
    assert printable("grün ☃") == "grün ☃"
