"""Results in Parquet files, whoever wrote them: a row is an entry, its columns are the fields."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from utilities.config import RunFailed, UsageError

_ROWS = 64
"""Rows in memory at a time."""
_STRUCTURED = ("task_data", "python_code", "prompt_messages", "usage", "error", "config", "manifest")
"""Fields that some writers put into a column of text, as JSON."""


def parquet_entries(path: Path) -> Iterator[bytes]:
    """Every row as the JSON of a record; a field without a value is left out.

    Raises UsageError when pyarrow is not installed, RunFailed when the file cannot be read.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise UsageError(
            f"{path} is a Parquet file, which needs pyarrow: python -m pip install -r requirements-export.txt"
        ) from None
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_ROWS):
                yield from map(_entry, batch.to_pylist())
    except (pyarrow.ArrowException, OSError) as error:
        raise RunFailed(f"{path} cannot be read as Parquet ({str(error).partition(chr(10))[0]})") from None


def _entry(row: dict[str, Any]) -> bytes:
    record = {name: _value(name, value) for name, value in row.items() if value is not None}
    return msgspec.json.encode(record)


def _value(name: str, value: Any) -> Any:
    if name == "version" and isinstance(value, float):  # a column that lacked it in some rows
        return int(value)
    if name in _STRUCTURED and isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value  # a program may begin like that
    return value
