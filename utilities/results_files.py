"""Which results files somebody means: names and patterns such as `runs/**/*.jsonl`.

How a file is read, whatever its format, is record_reader.py's.
"""

import glob
from collections.abc import Sequence
from pathlib import Path

from utilities.config import UsageError
from utilities.terminal import note

FORMATS = (".jsonl", ".json", ".parquet")
JOURNAL = ".attempts.jsonl"
VERIFIED = ".verified.jsonl"


def find_results(patterns: Sequence[str], without: tuple[str, ...] = ()) -> list[Path]:
    """The files that names and patterns stand for, each once, in the order given; those of one pattern sorted.

    A pattern takes every .jsonl, .json and .parquet file but journals and those whose name ends in one of `without`.
    Raises UsageError when a name or a pattern stands for no file.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        path = Path(pattern)
        matches = [path] if path.is_file() else _matches(pattern, without)
        if not matches:
            raise UsageError(
                f"there is no file {pattern}: give results .jsonl, snapshot .json or .parquet files, or patterns of them"
            )
        found.update(dict.fromkeys(match.resolve() for match in matches))
    return list(found)


def _matches(pattern: str, without: tuple[str, ...]) -> list[Path]:
    paths = [Path(name) for name in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 (a pattern may be absolute)
    journals = [path for path in paths if path.name.endswith(JOURNAL)]
    if journals:
        note(f"{', '.join(map(str, journals))}: journals of open runs hold no results and are left out")
    return [
        path
        for path in paths
        if path.suffix in FORMATS and not path.name.endswith((JOURNAL, *without)) and path.is_file()
    ]
