"""Exporting verified programs, as people run it, up to loading them with `datasets`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.scripts import ROOT, environment, run
from utilities.data_loader import Task, read_tasks
from utilities.transforms import Step, transform_task

SCRIPT = "auxiliary_utilities/export_training_data.py"
PROMPT = [{"role": "system", "content": "Solve."}, {"role": "user", "content": "Which rule?"}]
PAIRS = {
    "train": [{"input": [[1, 0]], "output": [[0, 1]]}, {"input": [[2], [3]], "output": [[2], [3]]}],
    "test": [{"input": [[4, 5]], "output": [[5, 4]]}],
}
RUN = {"entry_type": "run", "run_id": "r", "manifest": {"model_id": "acme/solver"}}


def program(body: str) -> str:
    return f"def solve_task(grid):\n    return {body}\n"


def record(task_id: str, programs: list[str | None], **fields: Any) -> dict[str, Any]:
    """A result whose programs are all right, where `fields` does not say otherwise."""
    one_each = {
        "reasoning": [f"Reason {number}." for number in range(len(programs))],
        "prompt_messages": [PROMPT] * len(programs),
        "error": [None] * len(programs),
        "train_success": [True] * len(programs),
        "verification_success": [True] * len(programs),
    }
    head = {
        "entry_type": "result",
        "run_id": "r",
        "task_id": task_id,
        "version": 0,
        "timestamp": "2026-03-01T10:15:09Z",
    }
    return {**head, "task_data": PAIRS, "python_code": programs, **one_each, **fields}


def of_task(task: Task, programs: list[str | None]) -> dict[str, Any]:
    return record(task.task_id, programs, task_data=json.loads(bytes(task.pairs)))


def lines(path: Path, *entries: Any) -> None:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def export(folder: Path, *argv: str, code: int = 0, **changes: str) -> str:
    done = run(SCRIPT, *argv, "--output_directory", "out", cwd=folder, **changes)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "out" / "train.jsonl").read_text().splitlines()]


# --- what is in a row ------------------------------------------------------------------------------------------------


def test_a_row_is_a_conversation_with_its_provenance(tmp_path: Path) -> None:
    lines(tmp_path / "r.jsonl", RUN, record("aaaaaaaa", [program("grid")]))
    assert export(tmp_path, "r.jsonl") == f"wrote 1 programs for 1 tasks to {Path('out/train.jsonl')}\n"
    (row,) = rows(tmp_path)
    assert row["messages"] == [
        *PROMPT,
        {"role": "assistant", "content": f"Reason 0.\n\n```python\n{program('grid')}```"},
    ]
    assert {
        name: row[name] for name in ("task_id", "version", "model", "run_id", "attempt", "source_file")
    } == {
        "task_id": "aaaaaaaa",
        "version": 0,
        "model": "acme/solver",
        "run_id": "r",
        "attempt": 0,
        "source_file": "r.jsonl",
    }
    assert (row["python_code"], row["reasoning"], row["hard_coded"]) == (program("grid"), "Reason 0.", False)
    assert row["timestamp"] == "2026-03-01T10:15:09Z"
    assert len(row["program_sha256"]) == len(row["task_sha256"]) == 64


def test_only_verified_programs_are_exported_and_the_others_counted(tmp_path: Path) -> None:
    mixed = record(
        "aaaaaaaa",
        [program("1"), program("2"), program("3"), None, program("5")],
        verification_success=[True, False, True, False, True],
        train_success=[True, True, False, False, True],
        error=[None, None, None, None, {"type": "timeout", "message": "m"}],
    )
    unverified = record("bbbbbbbb", [program("6")])
    del unverified["verification_success"]
    no_pairs = record("cccccccc", [program("7")], task_data="none")
    lines(tmp_path / "r.jsonl", RUN, mixed, unverified, no_pairs)
    said = export(tmp_path, "r.jsonl")
    assert [row["python_code"] for row in rows(tmp_path)] == [program("1")]
    for reason in (
        "2 not right",
        "2 without a program",
        "1 not verified yet",
        "1 without the pairs of their task",
    ):
        assert reason in said


def test_a_program_is_there_once_however_it_is_written(tmp_path: Path) -> None:
    twice = "# the rule\ndef solve_task(g):\n    '''Mirror.'''\n    return [row[::-1] for row in g]"
    once = program("[r[::-1] for r in grid]")
    lines(
        tmp_path / "a.jsonl",
        RUN,
        record("aaaaaaaa", [once, twice, program("grid")]),
        record("bbbbbbbb", [twice]),
    )
    lines(tmp_path / "b.jsonl", RUN, record("aaaaaaaa", [once]))
    said = export(tmp_path, "*.jsonl")
    assert [row["python_code"] for row in rows(tmp_path)] == [once, program("grid")]
    assert "3 with the program of another row" in said


def test_with_per_task_a_program_is_there_once_for_each_task(tmp_path: Path) -> None:
    one, other = list(read_tasks("arc1-training"))[:2]
    entries = [of_task(task, [program("grid"), program("(grid)")]) for task in (one, other)]
    lines(tmp_path / "r.jsonl", RUN, *entries)
    lines(tmp_path / "again.jsonl", RUN, *entries)
    export(tmp_path, "r.jsonl", "again.jsonl", "--per_task")
    assert [row["task_id"] for row in rows(tmp_path)] == [one.task_id, other.task_id]


def test_hard_coded_programs_are_marked_and_can_be_left_out(tmp_path: Path) -> None:
    task = next(read_tasks("arc1-training"))
    copied = program(str(task.train[0].output))
    lines(tmp_path / "r.jsonl", RUN, of_task(task, [copied, program("grid")]))
    export(tmp_path, "r.jsonl")
    assert [row["hard_coded"] for row in rows(tmp_path)] == [True, False]
    assert "1 hard-coded" in export(tmp_path, "r.jsonl", "--skip_hard_coded")
    assert [row["python_code"] for row in rows(tmp_path)] == [program("grid")]


def test_a_readme_that_is_no_card_is_left_alone(tmp_path: Path) -> None:
    lines(tmp_path / "results.jsonl", RUN, record("aaaaaaaa", [program("grid")]))
    export(tmp_path, "results.jsonl")
    export(tmp_path, "results.jsonl")  # over its own card
    (tmp_path / "out" / "README.md").write_text("# my project\n")
    (tmp_path / "out" / "train.jsonl").unlink()
    assert "choose another --output_directory" in export(tmp_path, "results.jsonl", code=2)
    assert (tmp_path / "out" / "README.md").read_text() == "# my project\n"
    assert not (tmp_path / "out" / "train.jsonl").exists()


def test_a_fence_in_a_program_does_not_end_its_block(tmp_path: Path) -> None:
    lines(tmp_path / "r.jsonl", RUN, record("aaaaaaaa", [program('"```"')], reasoning=[None]))
    export(tmp_path, "r.jsonl")
    content = rows(tmp_path)[0]["messages"][-1]["content"]
    assert content == f"````python\n{program(chr(34) + '```' + chr(34))}````"


def test_older_results_without_a_kept_prompt_get_todays(tmp_path: Path) -> None:
    results = [
        {
            "task_id": "t",
            "task_data": PAIRS,
            "reasoning": "Why.",
            "python_code": program("grid"),
            "prompt_messages": kept,
        }
        | {"verification_success": True}
        for kept in (None, [], "text", [{"role": "robot", "content": "?"}])
    ]
    for number, result in enumerate(results):
        result["python_code"] = program(f"grid[{number}:]")
    (tmp_path / "old.json").write_text(
        json.dumps({"metadata": {"model_username": "old"}, "results": results})
    )
    export(tmp_path, "old.json")
    assert len(rows(tmp_path)) == 4
    for row in rows(tmp_path):
        assert [message["role"] for message in row["messages"]] == ["system", "user", "assistant"]
        assert "Train pair 2" in row["messages"][1]["content"]
        assert (row["model"], row["run_id"], row["timestamp"]) == ("old", "", "")


# --- what is left out ------------------------------------------------------------------------------------------------


def disguised(task: Task) -> Task:
    steps = [
        Step("rotate_90"),
        Step("permute_colours", (3, 1, 2, 0, 5, 4, 9, 8, 7, 6)),
        Step("transpose"),
        Step("swap_train_test", 1),
    ]
    seen = transform_task(task, steps)
    return Task(task_id=f"not {task.task_id}", train=seen.train[::-1], test=seen.test)


def test_excluded_tasks_are_recognised_by_content_however_they_are_disguised(tmp_path: Path) -> None:
    secret, other = list(read_tasks("arc1-evaluation"))[:2]
    training = next(read_tasks("arc1-training"))
    entries = [
        of_task(task, [program(f"grid[{number}:]")])
        for number, task in enumerate([secret, disguised(secret), disguised(other), training])
    ]
    lines(tmp_path / "r.jsonl", RUN, *entries)
    said = export(tmp_path, "r.jsonl", "--exclude_tasks", "arc1-evaluation", "arc2-evaluation")
    assert [row["task_id"] for row in rows(tmp_path)] == [training.task_id]
    assert "3 of excluded tasks" in said
    assert "`arc1-evaluation`" in (tmp_path / "out" / "README.md").read_text()


def test_tasks_with_secret_outputs_are_recognised_by_the_rest(tmp_path: Path) -> None:
    one, other = list(read_tasks("arc1-training"))[:2]
    challenge = json.loads(bytes(one.pairs))
    for pair in challenge["test"]:
        del pair["output"]
    (tmp_path / "test_challenges.json").write_text(json.dumps({"hidden": challenge}))
    lines(tmp_path / "r.jsonl", RUN, of_task(one, [program("1")]), of_task(other, [program("2")]))
    export(tmp_path, "r.jsonl", "--exclude_tasks", "test_challenges.json")
    assert [row["task_id"] for row in rows(tmp_path)] == [other.task_id]


# --- files -----------------------------------------------------------------------------------------------------------

LOAD = """
import sys
from datasets import load_dataset
rows = load_dataset(sys.argv[1], split="train")
print(rows.num_rows, rows[0]["messages"][-1]["role"], rows[0]["version"], sorted(rows.column_names))
"""


@pytest.mark.parametrize("format", ["chat-jsonl", "parquet"])
def test_a_real_run_is_exported_and_loads_with_datasets(tmp_path: Path, format: str) -> None:
    pytest.importorskip("datasets")
    flags = (
        "--dataset",
        "arc1-training",
        "--task_ids",
        '["007bbfb7", "3c9b0459"]',
        "--output_directory",
        "o",
    )
    assert run("synthetic_data_generators/generate_code_data.py", *flags, cwd=tmp_path).returncode == 0
    results = "o/code_data_results.jsonl"
    assert run("synthetic_data_generators/verify_generated_code.py", results, cwd=tmp_path).returncode == 0
    assert "wrote 2 programs for 2 tasks" in export(tmp_path, results, "--format", format)
    offline = {
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(tmp_path / "cache"),
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    }
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD, "out"],
        cwd=tmp_path,
        env=environment(**offline),
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.startswith("2 assistant 0 ['attempt', 'hard_coded', 'messages', 'model',")


def test_parquet_holds_what_the_lines_hold(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    entries = [record(f"task{n}", [program(f"grid[{n}:]"), program(f"grid[:{n}]")]) for n in range(1200)]
    lines(tmp_path / "r.jsonl", RUN, *entries)
    export(tmp_path, "r.jsonl")
    export(tmp_path, "r.jsonl", "--format", "parquet")
    table = parquet.read_table(tmp_path / "out" / "train.parquet")
    assert table.to_pylist() == rows(tmp_path)
    assert table.num_rows == 2400


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    lines(tmp_path / "r.jsonl", RUN, record("aaaaaaaa", [program("grid"), program("1")]))
    export(tmp_path, "r.jsonl")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert before.keys() == {"train.jsonl", "README.md"}
    export(tmp_path, "r.jsonl")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path) -> None:
    lines(tmp_path / "r.jsonl", RUN, record("aaaaaaaa", [program("grid")]))
    (tmp_path / "hidden" / "pyarrow").mkdir(parents=True)
    (tmp_path / "hidden" / "pyarrow" / "__init__.py").write_text("raise ImportError('hidden')")
    said = export(tmp_path, "r.jsonl", "--format", "parquet", code=2, PYTHONPATH=str(tmp_path / "hidden"))
    assert said == (
        "export_training_data.py: --format parquet needs pyarrow: pip install -r requirements-export.txt, "
        "or use --format chat-jsonl\n"
    )
    assert (ROOT / "requirements-export.txt").is_file()
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "code", "sentence"),
    [
        (["wrong.jsonl"], 1, "there is nothing to export, of 1 answers: 1 not right"),
        (["empty.jsonl"], 1, "empty.jsonl holds no results"),
        (["run.jsonl"], 1, "run.jsonl holds no results"),
        (["right.jsonl", "broken.jsonl"], 1, "line 1 of "),
        (["right.jsonl", "--exclude_tasks", "nothing"], 2, "there is no dataset 'nothing'"),
        (["right.jsonl", "--format", "csv"], 2, "invalid choice: 'csv'"),
        (["nothing.jsonl"], 2, "there is no file nothing.jsonl"),
    ],
)
def test_a_fault_is_one_sentence_and_an_earlier_export_stays(
    tmp_path: Path, argv: list[str], code: int, sentence: str
) -> None:
    lines(tmp_path / "right.jsonl", RUN, record("aaaaaaaa", [program("grid")]))
    lines(tmp_path / "wrong.jsonl", RUN, record("aaaaaaaa", [program("grid")], verification_success=[False]))
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "broken.jsonl").write_text("nonsense\n")
    lines(tmp_path / "run.jsonl", RUN)
    export(tmp_path, "right.jsonl")
    before = (tmp_path / "out" / "train.jsonl").read_bytes()
    said = export(tmp_path, *argv, code=code)
    assert said.startswith("export_training_data.py: ")
    assert sentence in said
    assert said.count("\n") == 1
    assert (tmp_path / "out" / "train.jsonl").read_bytes() == before
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"train.jsonl", "README.md"}


def test_an_export_never_overwrites_what_it_is_made_from(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    results = tmp_path / "out" / "train.jsonl"
    lines(results, RUN, record("aaaaaaaa", [program("grid")]))
    before = results.read_bytes()
    assert "out/train.jsonl would overwrite" in export(tmp_path, "out/train.jsonl", code=2)
    assert results.read_bytes() == before


def test_replies_that_a_follow_up_replaced_are_counted_as_such(tmp_path: Path) -> None:
    follow_up = {"reasoning": "Better.", "python_code": program("grid[::-1]"), "error": None}
    refined = record("aaaaaaaa", [program("grid")], refinements=[[follow_up, follow_up]])
    lines(tmp_path / "r.jsonl", RUN, refined)
    assert "skipped 2 answers: 2 replaced by a follow-up\n" in export(tmp_path, "r.jsonl")
