"""benchmark/compare.py as people run it."""

import json
from pathlib import Path

import pytest

from tests.results_files import RIGHT, WRONG, code_results, of_run, run_line, write_lines
from tests.scripts import run
from tests.utilities.scoring.records import code_record

COMPARE = "benchmark/compare.py"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    better = [code_record(name, [RIGHT], [[RIGHT]]) for name in ("solved", "failed", "extra")]
    write_lines(tmp_path / "a.jsonl", run_line("run1", "A-MODEL"), *code_results())
    write_lines(
        tmp_path / "b.jsonl", *of_run("old", code_results()), run_line("run2", "B"), *of_run("run2", better)
    )
    return tmp_path


def test_a_comparison_says_who_solved_what_and_the_json_says_the_same(files: Path) -> None:
    done = run(COMPARE, "a.jsonl", "b.jsonl", "--json", "c.json", cwd=files)
    assert done.returncode == 0, done.stderr
    for line in (
        "A: A-MODEL, run run1 of a.jsonl",
        "score over 2 tasks: A 50.0 %, B 100.0 %",
        "difference B - A: +50.0 points (95 % interval -100.0 to +100.0)",
        "solved by B only: 1 (failed)",
        "solved by A only: 0",
        "McNemar exact p = 1",
        "not compared, only in A: 1 (silent)",
        "not compared, only in B: 1 (extra)",
    ):
        assert line in done.stdout.splitlines()
    assert "b.jsonl holds 2 runs; the last one, run2, is taken" in done.stderr
    saved = json.loads((files / "c.json").read_text())
    assert (saved["difference"], saved["won"], saved["only_in_a"]) == (0.5, ["failed"], ["silent"])


def test_another_run_of_a_file_can_be_named(files: Path) -> None:
    done = run(COMPARE, "b.jsonl", "b.jsonl", "--run_a", "old", "--run_b", "old", cwd=files)
    assert (done.returncode, done.stderr) == (0, "")
    assert "difference B - A: +0.0 points (95 % interval -" in done.stdout


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (("a.jsonl",), 2, "the following arguments are required: b"),
        (("a.jsonl", "none.jsonl"), 2, "there is no file none.jsonl"),
        (("a.jsonl", "b.jsonl", "--run_b", "x"), 2, "there is no run x in b.jsonl: --run_b can be old, run2"),
        (("a.jsonl", "other.jsonl"), 1, "different tasks"),
        (("a.jsonl", "apart.jsonl"), 1, "share no task"),
        (("a.jsonl", "reasoning.jsonl"), 1, "holds neither answers nor test outputs"),
        (("a.jsonl", "empty.jsonl"), 1, "holds no results"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(
    flags: tuple[str, ...], code: int, said: str, files: Path
) -> None:
    write_lines(files / "other.jsonl", code_record("solved", [WRONG], [[RIGHT]]))
    write_lines(files / "apart.jsonl", code_record("elsewhere", [RIGHT], [[RIGHT]]))
    write_lines(files / "reasoning.jsonl", code_results()[0] | {"test_outputs": None})
    write_lines(files / "empty.jsonl", run_line("r", "M"))
    done = run(COMPARE, *flags, cwd=files)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", ["a.jsonl", "b.jsonl"])
def test_a_comparison_never_overwrites_what_it_compares(name: str, files: Path) -> None:
    before = (files / name).read_bytes()
    done = run(COMPARE, "a.jsonl", "b.jsonl", "--json", name, cwd=files)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--json {name} would overwrite" in done.stderr
    assert (files / name).read_bytes() == before
