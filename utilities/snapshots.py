"""Snapshots and older .json results files, read one result at a time: they may be larger than memory."""

from collections.abc import Iterator
from pathlib import Path

from utilities.config import RunFailed
from utilities.json_faults import place_in_file
from utilities.json_stream import JsonReader, MalformedJson, ValueTooLong

MOST_BYTES = 1 << 30
"""Of one result."""


def snapshot_results(path: Path) -> Iterator[bytes]:
    """Every result of a snapshot, of a list of results, or of a file that is a single one.

    Raises RunFailed, when it comes to the fault, where the file is none of these.
    """
    return (body for name, body in _parts(path) if name == "results")


def snapshot_metadata(path: Path) -> bytes:
    """The metadata of a snapshot as JSON; `{}` where there is none. Raises RunFailed."""
    return next((body for name, body in _parts(path) if name == "metadata"), b"{}")


def _parts(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with JsonReader(path, MOST_BYTES) as reader:
            if reader.peek() == b"[":
                yield from (("results", body) for body, _ in reader.items())
            else:
                yield from _members(path, reader)
            reader.end()
    except ValueTooLong:
        raise RunFailed(f"{path}: one of its results is longer than {MOST_BYTES >> 30} GB") from None
    except MalformedJson as error:
        line, column = place_in_file(path, error.fault.position or 0)
        clause = error.fault.sentence(line, column, several_lines=line > 1)
        raise RunFailed(f"{path} is neither a results file nor a snapshot (it {clause})") from None


def _members(path: Path, reader: JsonReader) -> Iterator[tuple[str, bytes]]:
    is_single = True
    for name in reader.members():
        if name == "results":
            is_single = False
            yield from (("results", body) for body, _ in reader.items())
        else:
            yield name, reader.value()
    if is_single:
        yield "results", path.read_bytes()
