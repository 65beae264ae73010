"""Gathering runs into a report."""

from pathlib import Path

import pytest

from tests.results_files import RIGHT, code_results, direct_results, of_run, run_line, write_lines
from tests.utilities.scoring.records import code_record
from utilities.config import RunFailed
from utilities.records import Record
from utilities.report.collection import Collection


def collected(path: Path, records: list[Record]) -> Collection:
    collection = Collection([path], with_rows=True)
    for record in records:
        collection.add(path, record)
    return collection


def test_runs_share_the_row_of_a_task(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", run_line("run1", "M"), run_line("run2", "M"))
    records = code_results() + of_run("run2", direct_results())
    collection = collected(path, records)
    assert {row.task_id: sorted(row.cards) for row in collection.rows()} == {
        "failed": [0],
        "half": [1],
        "silent": [0],
        "solved": [0, 1],
    }
    assert [run.scores.tasks_asked for run in collection.figures()] == [3, 2]


def test_tasks_of_one_name_with_other_pairs_have_rows_of_their_own(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl")
    records = [code_record("a", [RIGHT], [[RIGHT]]), *of_run("run2", [code_record("a", [[[9]]], [[RIGHT]])])]
    assert [sorted(row.cards) for row in collected(path, records).rows()] in ([[0], [1]], [[1], [0]])


def test_tasks_that_were_asked_for_and_have_no_result_count(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", run_line("run1", "M", manifest={"tasks_total": 6}))
    (run,) = collected(path, code_results()).figures()
    assert (run.scores.tasks_missing, run.scores.score) == (3, pytest.approx(1 / 6))


def test_a_record_that_cannot_be_scored_is_named(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl")
    with pytest.raises(RunFailed, match=r"task solved in .*a\.jsonl cannot be scored"):
        collected(path, [code_results()[0] | {"usage": 3}])
