"""Which runs the given files hold."""

from pathlib import Path

import pytest

from tests.results_files import code_results, metadata_line, of_run, run_line, write_lines
from utilities.config import RunFailed, UsageError
from utilities.report.sources import RunInfo, find_files, name_runs, read_records, read_runs


def test_globs_and_names_give_each_file_once(tmp_path: Path) -> None:
    one, other = (write_lines(tmp_path / name, *code_results()) for name in ("a.jsonl", "b.jsonl"))
    assert find_files([str(tmp_path / "*.jsonl"), str(one)]) == [one, other]


def test_journals_are_no_results_and_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = write_lines(tmp_path / "a.jsonl", *code_results())
    (tmp_path / "a.attempts.jsonl").write_text("{}\n")
    assert find_files([str(tmp_path / "*.jsonl")]) == [results]
    assert "a.attempts.jsonl" in capsys.readouterr().err


@pytest.mark.parametrize("pattern", ["nothing.jsonl", "*.nothing"])
def test_a_name_without_files_is_wrong_usage(pattern: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        find_files([str(tmp_path / pattern)])


def test_a_file_name_with_signs_of_a_glob_is_a_file(tmp_path: Path) -> None:
    results = write_lines(tmp_path / "run[1].jsonl", *code_results())
    assert find_files([str(results)]) == [results]


def test_a_run_in_several_files_is_taken_from_the_verified_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("x.jsonl", "x.verified.jsonl"):
        write_lines(tmp_path / name, *code_results())
    files = find_files([str(tmp_path / "x*.jsonl")])
    assert {path.name for path, _ in read_records(files)} == {"x.verified.jsonl"}
    said = capsys.readouterr().err
    assert "results of run run1 in x.jsonl were in a file before it too and are not counted again" in said


@pytest.mark.parametrize("run_id", ["run1", None])
def test_a_run_spread_over_files_is_taken_from_all_of_them(tmp_path: Path, run_id: str | None) -> None:
    results = [{**result, "run_id": run_id} for result in code_results()]
    if run_id is None:
        results = [{name: value for name, value in result.items() if name != "run_id"} for result in results]
    assert len(results) > 2
    files = [
        write_lines(tmp_path / "a.jsonl", *results[:2]), write_lines(tmp_path / "b.jsonl", *results[1:]),
    ]  # fmt: skip
    read = list(read_records(files))
    assert [record for _, record in read] == results
    assert [path.name for path, _ in read] == ["a.jsonl"] * 2 + ["b.jsonl"] * (len(results) - 2)


def test_a_file_without_results_is_refused(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", run_line("run1", "M"))
    with pytest.raises(RunFailed, match="holds no results"):
        list(read_records([path]))


def test_what_is_known_of_a_run_comes_from_its_first_and_last_line(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "a.jsonl",
        run_line("run1", "M", manifest={"tasks_total": 9}),
        *code_results(),
        metadata_line("run1", "M", status="interrupted", tasks_total=9),
        run_line("run2", "N", manifest={"tasks_total": 4}),
        *of_run("run2", code_results()),
    )
    runs = read_runs(path)
    assert (runs["run1"].status, runs["run1"].tasks_asked, runs["run1"].runtime_seconds) == (
        "interrupted",
        9,
        75.5,
    )
    assert (runs["run2"].status, runs["run2"].tasks_asked, runs["run2"].model_identifier) == (None, 4, "N")
    assert runs["run2"].settings == {"best_of": 2}


def test_a_verified_file_knows_its_runs_from_the_file_it_was_made_from(tmp_path: Path) -> None:
    write_lines(tmp_path / "x.jsonl", run_line("run1", "M", manifest={"tasks_total": 7}))
    verified = write_lines(tmp_path / "x.verified.jsonl", *code_results())
    assert read_runs(verified)["run1"].tasks_asked == 7
    assert read_runs(verified)["run1"].file == "x.verified.jsonl"


def test_runs_of_one_model_are_told_apart() -> None:
    scripts = ("run_code_benchmark", "run_direct_benchmark", "run_direct_benchmark", None)
    runs = [
        RunInfo(run_id=str(number), file="f", model_identifier="M" if script else "N", script=script)
        for number, script in enumerate(scripts)
    ]
    name_runs(runs)
    assert [run.name for run in runs] == ["M, code", "M, direct #1", "M, direct #2", "N"]


def test_a_broken_line_about_a_run_is_refused(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", run_line("run1", "M", manifest={"tasks_total": "many"}))
    with pytest.raises(RunFailed, match=r"says about run run1 is broken .*tasks_total"):
        read_runs(path)
