"""Merge a folder of files with tasks into one dataset.json.

A file may hold one task (named by the file, where it does not name itself) or many; .jsonl is read too. A task that comes
twice with the same pairs is written once, with everybody who signed it; with other pairs, the first one counts."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from utilities.command_line import parse, run_main
from utilities.config import setting
from utilities.folder_merger import merge_folder
from utilities.terminal import warn

EXAMPLE = "python auxiliary_utilities/merge_json.py data/training apps/static/dataset.json"


@dataclass(frozen=True, kw_only=True)
class MergeConfig:
    """What a merge needs to know."""

    input_folder: str = setting("", "the folder of task files", positional=True)
    output_file: str = setting(
        "", "the dataset.json to write; signed variations already in it are kept", positional=True
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Merge, and print what was written."""
    config = parse(MergeConfig, argv, __doc__ or "", EXAMPLE)
    merge = merge_folder(Path(config.input_folder), Path(config.output_file))
    for conflict in merge.conflicts:
        warn(conflict)
    variations = sum(version > 0 for _, version in merge.tasks)
    print(f"wrote {len(merge.tasks) - variations} tasks and {variations} variations to {config.output_file}")
    if merge.repeats or merge.conflicts:
        print(
            f"left out {merge.repeats} that were there already with the same pairs, "
            f"{len(merge.conflicts)} with other pairs"
        )


if __name__ == "__main__":
    run_main(main)
