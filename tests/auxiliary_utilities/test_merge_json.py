"""Merging a folder of task files into one dataset, as people run it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scripts import run
from utilities.data_loader import read_tasks

SCRIPT = "auxiliary_utilities/merge_json.py"


def pair(cell: int) -> dict[str, Any]:
    return {"input": [[cell]], "output": [[cell, cell]]}


def task(cell: int = 1, **fields: Any) -> dict[str, Any]:
    return {"train": [pair(cell), pair(cell + 1)], "test": [pair(5)], **fields}


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))


def merged(folder: Path, *, code: int = 0) -> tuple[str, str]:
    done = run(SCRIPT, "in", "out.json", cwd=folder)
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def entries(folder: Path) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads((folder / "out.json").read_text())
    return content


def test_task_files_become_one_dataset_named_by_their_files(tmp_path: Path) -> None:
    write(tmp_path / "in" / "bbbbbbbb.json", task(2))
    write(tmp_path / "in" / "aaaaaaaa.json", task(1))
    (tmp_path / "in" / "notes.txt").write_text("not a task")
    assert merged(tmp_path) == ("wrote 2 tasks and 0 variations to out.json\n", "")
    assert entries(tmp_path) == [
        {"task_id": "aaaaaaaa", "version": 0, **task(1), "signed_by": []},
        {"task_id": "bbbbbbbb", "version": 0, **task(2), "signed_by": []},
    ]


def test_the_same_content_is_written_once_with_everybody_who_signed_it(tmp_path: Path) -> None:
    steps = [{"name": "transpose"}]
    write(tmp_path / "in" / "1.json", [task(3, task_id="a", version=1, signed_by=["ann", "bob"])])
    reordered = {"train": [pair(4), pair(3)], "test": [pair(5)]}
    write(
        tmp_path / "in" / "2.json",
        reordered | {"task_id": "a", "version": 1, "signed_by": ["bob", "eve"], "transform": steps},
    )
    write(tmp_path / "in" / "3.json", task(3, task_id="a", version=2, signed_by=["ann"]))
    said, warned = merged(tmp_path)
    assert said == (
        "wrote 0 tasks and 2 variations to out.json\n"
        "left out 1 that were there already with the same pairs, 0 with other pairs\n"
    )
    assert warned == ""
    first, second = entries(tmp_path)
    assert first == {
        "task_id": "a",
        "version": 1,
        **task(3),
        "signed_by": ["ann", "bob", "eve"],
        "transform": steps,
    }
    assert second["signed_by"] == ["ann"]


def test_of_other_content_the_first_is_kept_and_a_warning_names_both_files(tmp_path: Path) -> None:
    write(tmp_path / "in" / "1.json", task(1, task_id="a", signed_by=["ann"]))
    write(tmp_path / "in" / "2.json", task(7, task_id="a", signed_by=["bob"]))
    said, warned = merged(tmp_path)
    assert "1 with other pairs" in said
    assert (
        warned
        == "warning: 2.json has other pairs for task a, version 0, than 1.json: the latter's are kept\n"
    )
    (only,) = entries(tmp_path)
    assert only == {"task_id": "a", "version": 0, **task(1), "signed_by": ["ann"]}


def test_lists_lines_and_kaggle_files_are_merged_too(tmp_path: Path) -> None:
    write(tmp_path / "in" / "list.json", [task(1, task_id="a"), task(1, task_id="a"), task(2, task_id="b")])
    (tmp_path / "in" / "lines.jsonl").write_text(
        "\n".join(json.dumps(task(n, task_id=f"l{n}")) for n in (3, 4))
    )
    challenge = {"train": [pair(1)], "test": [{"input": [[5]]}]}
    write(tmp_path / "in" / "k_challenges.json", {"k": challenge})
    write(tmp_path / "in" / "k_solutions.json", {"k": [[[6]]]})
    merged(tmp_path)
    assert [entry["task_id"] for entry in entries(tmp_path)] == ["k", "l3", "l4", "a", "b"]
    assert entries(tmp_path)[0]["test"] == [{"input": [[5]], "output": [[6]]}]


def test_merging_again_gives_the_same_bytes_and_keeps_signed_variations(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.json", task(1))
    merged(tmp_path)
    before = (tmp_path / "out.json").read_bytes()
    merged(tmp_path)
    assert (tmp_path / "out.json").read_bytes() == before
    signed = task(3, task_id="a", version=4, signed_by=["ann"], transform=[{"name": "transpose"}])
    write(tmp_path / "out.json", [*json.loads(before), signed, task(8, task_id="gone")])
    merged(tmp_path)
    assert [(entry["task_id"], entry["version"]) for entry in entries(tmp_path)] == [("a", 0), ("a", 4)]
    assert entries(tmp_path)[1] == signed


def test_the_output_may_lie_in_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.json", task(1))
    for _ in range(2):
        assert run(SCRIPT, "in", "in/dataset.json", cwd=tmp_path).stdout.startswith("wrote 1 tasks")
        write(tmp_path / "in" / "a.json", task(2))
    assert next(read_tasks(tmp_path / "in" / "dataset.json")).train[0].input == [[2]]


def test_an_output_in_the_folder_loses_nothing_that_only_it_holds(tmp_path: Path) -> None:
    write(tmp_path / "in" / "old.json", [task(1, task_id="old"), task(2, task_id="new")])
    write(tmp_path / "in" / "new.json", task(3))
    (tmp_path / "in" / "all.json").symlink_to("old.json")
    said = run(SCRIPT, "in", "in/all.json", cwd=tmp_path).stderr
    assert "other pairs for task new" in said
    found = {entry.task_id: entry.train[0].input for entry in read_tasks(tmp_path / "in" / "old.json")}
    assert found == {"new": [[3]], "old": [[1]]}


@pytest.mark.parametrize(
    ("name", "content", "code", "sentence"),
    [
        ("in/broken.json", "{", 1, "broken.json: it is not JSON"),
        ("in/x.json", '{"train": []}', 1, "x.json, task x: train has no pairs"),
        ("in/x.jsonl", '{"task_id": "a"}\nnonsense', 1, "x.jsonl, line 1, task a: it has no 'train'"),
        ("in/readme.txt", "", 2, "there is no .json or .jsonl file in in"),
        ("other/x.json", "{}", 2, "there is no folder in"),
        ("in/x.json", "[]", 2, "the files in in hold no tasks"),
    ],
)
def test_bad_input_is_one_sentence_and_the_old_dataset_stays(
    tmp_path: Path, name: str, content: str, code: int, sentence: str
) -> None:
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(content)
    (tmp_path / "out.json").write_text("[]")
    said, error = merged(tmp_path, code=code)
    assert said == ""
    assert error.startswith("merge_json.py: ")
    assert sentence in error
    assert error.count("\n") == 1
    assert (tmp_path / "out.json").read_text() == "[]"
