"""Checking task ids, as people run it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scripts import run
from utilities.data_loader import read_tasks

SCRIPT = "auxiliary_utilities/verify_task_id.py"


def task(cell: int = 1, **fields: Any) -> dict[str, Any]:
    pair = {"input": [[cell]], "output": [[cell, cell]]}
    return {"train": [pair], "test": [pair], **fields}


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def verify(folder: Path, *argv: str) -> tuple[int, list[str], str]:
    done = run(SCRIPT, *argv, cwd=folder)
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_a_sound_dataset_passes_and_is_counted(tmp_path: Path) -> None:
    write(tmp_path / "d.json", [task(1, task_id="a"), task(2, task_id="a", version=1), task(3, task_id="b")])
    assert verify(tmp_path, "d.json") == (0, ["d.json: checked 2 ids, of 3 tasks and variations"], "")


def test_every_fault_is_listed_and_the_exit_code_is_1(tmp_path: Path) -> None:
    entries = [
        task(1, task_id="a"),
        task(2, task_id="a"),
        task(3),
        task(4, task_id=""),
        task(5, task_id=7),
        {"task_id": "b", "train": []},
        task(6, task_id="c"),
    ]
    write(tmp_path / "d.json", entries)
    code, said, error = verify(tmp_path, "d.json")
    assert (code, error) == (1, "verify_task_id.py: faults found: 5; mend what is listed above\n")
    assert said == [
        "d.json, item 2: version 0 of task a was there already, in d.json, item 1",
        "d.json, item 3: it has no 'task_id'",
        "d.json, item 4: task_id is '', not a text",
        "d.json, item 5: task_id is 7, not a text",
        "d.json, item 6: train has no pairs",
        "d.json: checked 2 ids, of 2 tasks and variations",
    ]


def test_broken_lines_and_files_are_faults_beside_others(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.json", "{")
    write(tmp_path / "in" / "b.jsonl", "nonsense\n" + json.dumps(task(1, task_id="b")) + "\n[1]\n")
    write(tmp_path / "in" / "c.json", task(2))
    code, said, _ = verify(tmp_path, "--dir", "in")
    assert code == 1
    assert said[0].startswith("in/a.json: it is not JSON")
    assert said[1].startswith("in/b.jsonl, line 1: it is not JSON")
    assert said[2] == "in/b.jsonl, line 3: it is not a JSON object"
    assert said[3] == "in: checked 2 ids, of 2 tasks and variations"


def test_a_task_file_is_named_by_its_task(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.json", task(1, task_id="a"))
    write(tmp_path / "in" / "b.json", task(2, task_id="other"))
    write(tmp_path / "in" / "a_2.json", task(3, task_id="a", version=2))
    code, said, _ = verify(tmp_path, "--dir", "in")
    assert (code, said[0]) == (1, "in/b.json: its task_id is other, but it is called b")
    assert len(said) == 2
    assert verify(tmp_path, "in/a.json")[0] == 0
    assert verify(tmp_path, "in/b.json")[0] == 1


def test_a_dataset_and_a_folder_are_compared_task_by_task(tmp_path: Path) -> None:
    write(tmp_path / "d.json", [task(1, task_id="a"), task(2, task_id="b"), task(3, task_id="c")])
    write(tmp_path / "in" / "b.json", task(2))
    write(tmp_path / "in" / "c.json", task(9))
    write(tmp_path / "in" / "x.json", task(4))
    code, said, _ = verify(tmp_path, "d.json", "--dir", "in")
    assert code == 1
    assert said[:3] == [
        "task a is in d.json but not in in",
        "task c has other pairs in in than in d.json",
        "task x is in in but not in d.json",
    ]


def test_official_tasks_under_other_ids_are_remarked_on(tmp_path: Path) -> None:
    one, other = (bytes(task.pairs).decode() for task in list(read_tasks("arc1-training"))[:2])
    write(tmp_path / "in" / "007bbfb7.json", other)
    write(tmp_path / "in" / "mine0001.json", one)
    code, said, _ = verify(tmp_path, "--dir", "in")
    assert code == 0
    assert said[:2] == [
        "note: task 007bbfb7 has other pairs than the official task of that id",
        "note: task mine0001 has the pairs of the official task 007bbfb7",
    ]


@pytest.mark.parametrize("argv", [["nothing.json"], ["--dir", "nothing"], ["--dir", "empty"]])
def test_nothing_to_check_is_wrong_usage(tmp_path: Path, argv: list[str]) -> None:
    (tmp_path / "empty").mkdir()
    code, said, error = verify(tmp_path, *argv)
    assert (code, said) == (2, [])
    assert error.startswith("verify_task_id.py: there is no ")
    assert error.count("\n") == 1
