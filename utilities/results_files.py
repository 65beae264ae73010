"""Which results files somebody means: names and patterns such as `runs/**/*.jsonl`.

How a file is read, whatever its format, is record_reader.py's.
"""

import glob
from collections.abc import Sequence
from pathlib import Path

from utilities.config import UsageError

FORMATS = (".jsonl", ".json", ".parquet")
JOURNAL = ".attempts.jsonl"
VERIFIED = ".verified.jsonl"


def find_results(names: Sequence[str], without: tuple[str, ...] = ()) -> list[Path]:
    """The files of these names and patterns, each once, in the order given; those of a pattern sorted.

    A pattern takes every .jsonl, .json and .parquet file, but no journal and none whose name ends in one of `without`.
    Raises UsageError when a name or a pattern stands for no file.
    """
    found: dict[Path, None] = {}
    for name in names:
        path = Path(name)
        matches = [path] if path.is_file() else _matches(name, without)
        if not matches:
            raise UsageError(
                f"there is no file {name}: give a results .jsonl, a snapshot .json, a .parquet of results, or a pattern"
            )
        found.update(dict.fromkeys(match.resolve() for match in matches))
    return list(found)


def _matches(pattern: str, without: tuple[str, ...]) -> list[Path]:
    paths = (Path(name) for name in sorted(glob.glob(pattern, recursive=True)))  # noqa: PTH207  # ** and absolute ones
    return [
        path
        for path in paths
        if path.suffix in FORMATS and not path.name.endswith((JOURNAL, *without)) and path.is_file()
    ]
