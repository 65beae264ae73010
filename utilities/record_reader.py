"""Reading results files, snapshots and journals: as lines, by run, and as the results that count.

Nothing is skipped silently: a broken entry is a RunFailed that names file and place. Only a torn last line (a crash) is
left out; the next writer cuts it off and says so (results.py).
"""

import os
from array import array
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from utilities.config import RunFailed, UsageError
from utilities.json_faults import UNDECODABLE, fault_clause
from utilities.key_set import KeySet
from utilities.parquet_records import parquet_entries
from utilities.records import Record, RunLine, StoredResult
from utilities.snapshots import snapshot_metadata, snapshot_results
from utilities.terminal import note

_TAIL_BLOCK = 1 << 16


def iterate_lines(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """(number, offset, line) of each line of a JSON Lines file, streaming; blank lines and a torn last one are left out.

    So is a byte-order mark, which some editors put before the first line.
    """
    with path.open("rb") as file:
        offset = file.seek(len(BOM_UTF8) if file.read(len(BOM_UTF8)) == BOM_UTF8 else 0)
        for number, line in enumerate(file, start=1):
            if line.strip() and (line.endswith(b"\n") or is_json_object(line)):
                yield number, offset, line
            offset += len(line)


def is_json_object(line: bytes) -> bool:
    """True for a whole record, which only lacks its line end; a record cut short anywhere is none."""
    try:
        msgspec.json.decode(line.removeprefix(BOM_UTF8), type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def unended_tail(path: Path) -> bytes:
    """What follows the last line end of a file: empty, a torn line, or a whole record that lacks its line end."""
    parts: list[bytes] = []
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - _TAIL_BLOCK)
            file.seek(start)
            before, newline, after = file.read(end - start).rpartition(b"\n")
            parts.append(after if newline else before + after)
            if newline:
                break
            end = start
    return b"".join(reversed(parts))


def note_torn_tail(path: Path) -> None:
    """Say on stderr that the last line of a .jsonl is torn and is being left out."""
    if (tail := unended_tail(path)) and not is_json_object(tail):
        note(f"the last line of {path} is torn (a crash) and is left out")


def decode_entry(path: Path, where: str, body: bytes, kind: Any) -> Any:
    """An entry of a file decoded as `kind`. Raises RunFailed, naming file and place, when it is broken."""
    try:
        return msgspec.json.decode(body, type=kind)
    except UNDECODABLE as error:
        fault = (
            str(error) if isinstance(error, msgspec.ValidationError) else f"it {fault_clause(body, error)}"
        )
        raise RunFailed(f"{where} of {path} is broken ({fault}): mend or remove it and start again") from None


class _LineKey(msgspec.Struct):
    entry_type: str
    run_id: str


class _Cost(_LineKey):
    cost: float | None = None


def read_run(path: Path, run_id: str) -> Iterator[tuple[int, Record]]:
    """(offset, record) of each result line of a run, in the order of the file, superseded ones too."""
    for number, offset, line in iterate_lines(path):
        where = f"line {number}"
        entry = decode_entry(path, where, line, _LineKey)
        if entry.entry_type == "result" and entry.run_id == run_id:
            decode_entry(path, where, line, StoredResult)
            yield offset, decode_entry(path, where, line, Record)


def reported_cost(path: Path, run_id: str) -> float | None:
    """What the last metadata line of a run says that it has cost (US dollars), if it says so."""
    cost = None
    for number, _, line in iterate_lines(path):
        if b'"metadata"' in line:
            entry = decode_entry(path, f"line {number}", line, _Cost)
            if (entry.entry_type, entry.run_id) == ("metadata", run_id):
                cost = entry.cost if entry.cost is not None else cost
    return cost


def find_run(path: Path, run: str) -> RunLine:
    """The first line of run `run`, an id or `last`. Raises UsageError for an unknown id, RunFailed when there is no run."""
    found: RunLine | None = None
    for number, _, line in iterate_lines(path) if path.exists() else ():
        entry = decode_entry(path, f"line {number}", line, _LineKey)
        if entry.entry_type == "run" and run in ("last", entry.run_id):
            found = decode_entry(path, f"line {number}", line, RunLine)
    if found is None:
        if run == "last":
            raise RunFailed(f"there is no run to resume in {path}: leave out --resume to start one")
        raise UsageError(f"there is no run {run} to resume in {path}: leave out --resume to start one")
    return found


class _ResultKey(msgspec.Struct):
    run_id: str = ""
    task_id: str = ""
    version: int = 0
    entry_type: str = "result"

    def hashed(self, distinction: str) -> int:
        """The key in eight bytes; `distinction` sets it apart from all others."""
        key = f"{self.run_id}\n{self.task_id}\n{self.version}{distinction}".encode()
        return int.from_bytes(blake2b(key, digest_size=8).digest(), "big", signed=True)


def iterate_entries(path: Path) -> Iterator[tuple[str, bytes]]:
    """(where, body) of every line of a .jsonl, every row of a .parquet, or every result of a snapshot or older .json file.

    Streaming. Raises RunFailed when the file is not what its name says, UsageError when a .parquet needs pyarrow.
    """
    if path.suffix == ".json":
        yield from ((f"result {number}", body) for number, body in enumerate(snapshot_results(path), start=1))
    elif path.suffix == ".parquet":
        yield from ((f"row {number}", body) for number, body in enumerate(parquet_entries(path), start=1))
    else:
        yield from ((f"line {number}", line) for number, _, line in iterate_lines(path))


def current_results(path: Path, kind: Any = Record) -> Iterator[Any]:
    """Every result of a file decoded as `kind`, streaming; of those of one (run, task, version) only the last.

    Older results have no run id, so that those of one task cannot be told from corrections of each other: every one
    counts. What is appended while a file is being read is left for the next time. Memory: about 30 bytes per entry of the file. Raises RunFailed, naming the place, at
    a broken entry.
    """
    if path.suffix not in (".json", ".parquet"):
        note_torn_tail(path)
    keys, is_result = array("q"), bytearray()
    for where, body in iterate_entries(path):
        entry = decode_entry(path, where, body, _ResultKey)
        keys.append(entry.hashed("" if entry.run_id else where))
        is_result.append(entry.entry_type == "result")
    for counts, (where, body) in zip(_counting(keys, is_result), iterate_entries(path), strict=False):
        if counts:
            yield decode_entry(path, where, body, kind)


def results_once(paths: Iterable[Path], repeats: Counter[tuple[Path, str]]) -> Iterator[tuple[Path, Record]]:
    """(file, record) of every result that counts of several files; what a file before holds too is left out.

    Those left out are counted in `repeats` by file and run id. Memory: 11 to 22 bytes per result, and some 100 per
    result of one file without run ids. Raises RunFailed at a broken entry, or when a file holds no results.
    """
    seen = KeySet()
    for path in paths:
        is_empty, without_run = True, []
        for record in current_results(path):
            is_empty, key = False, _identity(record)
            if key in seen:
                repeats[path, str(record.get("run_id") or "")] += 1
                continue
            if record.get("run_id"):
                seen.add(key)
            else:
                without_run.append(key)  # within a file every one counts
            yield path, record
        if is_empty:
            raise no_results(path)
        for key in without_run:
            seen.add(key)


def _identity(record: Record) -> str:
    """What a result is known by in whichever file: its run, task and version; of an older one also when it said what."""
    names = ["run_id", "task_id", "version"]
    if not record.get("run_id"):
        names += ["timestamp", "reasoning", "response", "python_code"]
    return "\n".join(str(record.get(name)) for name in names)


def check_results(path: Path) -> None:
    """Raises RunFailed when a file is broken anywhere, or holds no result at all."""
    results = 0
    for where, body in iterate_entries(path):
        results += decode_entry(path, where, body, _ResultKey).entry_type == "result"
    if not results:
        raise no_results(path)


def no_results(path: Path) -> RunFailed:
    """What there is to say of a file without any result."""
    return RunFailed(f"{path} holds no results: give the results file or the snapshot of a run")


def _counting(keys: "array[int]", is_result: bytearray) -> list[bool]:
    """For each entry whether it is the last result with its key."""
    import numpy as np

    results = np.flatnonzero(np.frombuffer(is_result, np.uint8))
    _, last = np.unique(np.frombuffer(keys, np.int64)[results][::-1], return_index=True)
    counting = np.zeros(len(keys), bool)
    counting[results[len(results) - 1 - last]] = True
    flags: list[bool] = counting.tolist()
    return flags


def run_models(path: Path) -> dict[str, str]:
    """Model identifier by run id, as far as the file says."""
    models = {}
    for entry in iterate_other_entries(path):
        config = entry.get("config")
        identifier = entry.get("model_identifier") or (
            config.get("model_identifier") if isinstance(config, dict) else None
        )
        if identifier and "run_id" in entry:
            models[entry["run_id"]] = identifier
    return models


def run_usernames(path: Path) -> dict[str, str]:
    """The name under which the model of each run appears among people, by run id, as far as the file says.

    The model of an older snapshot, which has no run id, is under the empty one.
    """
    names = {}
    for entry in iterate_other_entries(path):
        manifest = entry.get("manifest")
        name = entry.get("model_username") or (
            manifest.get("model_id") if isinstance(manifest, dict) else None
        )
        if isinstance(name, str) and name:
            names[str(entry.get("run_id", ""))] = name
    return names


def iterate_other_entries(path: Path) -> Iterator[Record]:
    """The entries of a file that are about whole runs: run and metadata lines; of a snapshot its metadata."""
    if path.suffix == ".json":
        yield decode_entry(path, "metadata", snapshot_metadata(path), Record)
        return
    for where, body in iterate_entries(path):
        if decode_entry(path, where, body, _ResultKey).entry_type != "result":
            yield decode_entry(path, where, body, Record)
