"""Write apps/static/dataset.json, the tasks that the scripts and the web apps use, from any mix of sources."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from utilities.command_line import parse, run_main
from utilities.config import DEFAULT_DATASET, setting

EXAMPLE = "python auxiliary_utilities/build_dataset.py --sources arc1-training arc2-evaluation my_tasks/ --task_files"


@dataclass(frozen=True, kw_only=True)
class BuildConfig:
    """What the dataset is made of and where it goes."""

    sources: tuple[str, ...] = setting(
        ("arc1-training",),
        "arc1-training, arc1-evaluation, arc2-training, arc2-evaluation, folders of task files, or files of tasks; "
        "of tasks with the same id or the same pairs the first one is taken",
        nargs="+",
    )
    output_file: str | None = setting(
        None,
        "the dataset.json to write; signed variations already in it are kept (default: apps/static/dataset.json)",
    )
    task_files: bool = setting(False, "also write single task files to data/training and data/evaluation")


def main(argv: Sequence[str] | None = None) -> None:
    """Build, and print what was written."""
    config = parse(BuildConfig, argv, __doc__ or "", EXAMPLE)
    from utilities.dataset_builder import build_dataset  # after parsing, so that --help answers at once

    print(
        *build_dataset(config.sources, Path(config.output_file or DEFAULT_DATASET), config.task_files),
        sep="\n",
    )


if __name__ == "__main__":
    run_main(main)
