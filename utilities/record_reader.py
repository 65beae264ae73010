"""Reading results files, snapshots and journals: as lines, by run, and as the results that count.

Nothing is skipped silently: a broken entry is a RunFailed that names file and place. Only a torn last line (a crash) is
left out; the next writer cuts it off and says so (results.py).
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from utilities.config import RunFailed
from utilities.records import Record, RunLine


def iterate_lines(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """(number, offset, line) of each whole line of a JSON Lines file, streaming.

    Blank lines are passed over; a torn last line is left out and said so on stderr.
    """
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                print(f"note: the last line of {path} is torn (a crash) and was left out", file=sys.stderr)
            elif line.strip():
                yield number, offset, line
            offset += len(line)


def decode_entry(path: Path, where: str, body: bytes, kind: Any) -> Any:
    """An entry of a file decoded as `kind`. Raises RunFailed, naming file and place, when it is broken."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunFailed(f"{where} of {path} is broken ({error}): mend or remove it and start again") from None


class _LineKey(msgspec.Struct):
    entry_type: str
    run_id: str


def read_run(path: Path, run_id: str) -> Iterator[tuple[int, Record]]:
    """(offset, record) of each result line of a run, in the order of the file, superseded ones too."""
    for offset, entry, line in _keyed_lines(path):
        if entry.entry_type == "result" and entry.run_id == run_id:
            yield offset, msgspec.json.decode(line)


def find_run(path: Path, run: str) -> RunLine:
    """The first line of run `run`, an id or `last`. Raises RunFailed when the file holds no such run."""
    found = None
    for _, entry, line in _keyed_lines(path) if path.exists() else ():
        if entry.entry_type == "run" and run in ("last", entry.run_id):
            found = line
    if found is None:
        raise RunFailed(f"there is no {'run' if run == 'last' else f'run {run}'} to resume in {path}")
    return msgspec.json.decode(found, type=RunLine)


def _keyed_lines(path: Path) -> Iterator[tuple[int, _LineKey, bytes]]:
    for number, offset, line in iterate_lines(path):
        yield offset, decode_entry(path, f"line {number}", line, _LineKey), line


class _ResultKey(msgspec.Struct):
    run_id: str = ""
    task_id: str = ""
    version: int = 0
    entry_type: str = "result"
    error: msgspec.Raw = msgspec.Raw(b"[]")

    @property
    def key(self) -> tuple[str, str, int]:
        return self.run_id, self.task_id, self.version


def iterate_entries(path: Path) -> Iterator[tuple[str, bytes]]:
    """(where, body) of every line of a .jsonl, or of every result of a snapshot or an older .json file.

    Raises RunFailed when a .json file is neither a snapshot, nor a list of results, nor a single result.
    """
    if path.suffix != ".json":
        for number, _, line in iterate_lines(path):
            yield f"line {number}", line
        return
    for number, body in enumerate(_read_snapshot(path)[1], start=1):
        yield f"result {number}", bytes(body)


def _read_snapshot(path: Path) -> tuple[bytes, list[msgspec.Raw]]:
    """(metadata, results) of a .json file; the metadata of an older one is `{}`."""
    try:
        whole = msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw] | list[msgspec.Raw])
        if isinstance(whole, list):
            return b"{}", whole
        if "results" not in whole:
            return b"{}", [msgspec.Raw(path.read_bytes())]
        results = msgspec.json.decode(whole["results"], type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunFailed(f"{path} is neither a results file nor a snapshot ({error})") from None
    return bytes(whole.get("metadata", b"{}")), results


def current_results(path: Path, kind: Any = Record) -> Iterator[Any]:
    """Every result of a file decoded as `kind`, streaming; of those of one (run, task, version) only the last.

    Only a result with an error can be superseded (a resume asks again for what was not answered), so only their keys
    are held in memory. Raises RunFailed, naming the place, at a broken entry.
    """
    last: dict[tuple[str, str, int], int] = {}
    for position, (where, body) in enumerate(iterate_entries(path)):
        entry = decode_entry(path, where, body, _ResultKey)
        if entry.key in last or (entry.entry_type == "result" and bytes(entry.error).strip(b"[nul, ]")):
            last[entry.key] = position
    for position, (where, body) in enumerate(iterate_entries(path)):
        entry = decode_entry(path, where, body, _ResultKey)
        if entry.entry_type == "result" and last.get(entry.key, position) == position:
            yield decode_entry(path, where, body, kind)


def run_models(path: Path) -> dict[str, str]:
    """Model identifier by run id, as far as the file says."""
    models = {}
    entries = [("metadata", _read_snapshot(path)[0])] if path.suffix == ".json" else iterate_entries(path)
    for where, body in entries:
        if b'"entry_type":"result"' not in body[:40]:
            entry = decode_entry(path, where, body, Record)
            identifier = entry.get("model_identifier") or entry.get("config", {}).get("model_identifier")
            if identifier and "run_id" in entry:
                models[entry["run_id"]] = identifier
    return models
