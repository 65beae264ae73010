"""Check the ids of tasks: every task has one, no two share one, and a task file is named by its own.

FILE is a dataset.json, a .jsonl or a task file, DIR a folder of such files; with both, they are also compared task by task.
Without either the default dataset is checked. What is wrong is listed, and the exit code is 1."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from utilities.command_line import parse, run_main
from utilities.config import DEFAULT_DATASET, RunFailed, setting
from utilities.dataset_builder import build_missing_dataset
from utilities.task_ids import TaskIds, differences, unofficial
from utilities.terminal import printable

EXAMPLE = "python auxiliary_utilities/verify_task_id.py apps/static/dataset.json --dir data/training"


@dataclass(frozen=True, kw_only=True)
class VerifyConfig:
    """What is to be checked."""

    file: str | None = setting(
        None, "a dataset.json, a .jsonl of tasks, or a task file", positional=True, nargs="?"
    )
    dir: str | None = setting(None, "a folder of such files")


def main(argv: Sequence[str] | None = None) -> None:
    """Check, and print what was found."""
    config = parse(VerifyConfig, argv, __doc__ or "", EXAMPLE)
    sources = [TaskIds(Path(name)) for name in (config.file, config.dir) if name is not None]
    if not sources:
        build_missing_dataset(DEFAULT_DATASET)
        sources = [TaskIds(DEFAULT_DATASET)]
    faults = [fault for ids in sources for fault in ids.faults]
    if len(sources) == 2:
        faults += sorted(differences(*sources))
    for fault in faults:
        print(printable(fault))
    for remark in sorted({remark for ids in sources for remark in unofficial(ids)}):
        print(f"note: {printable(remark)}")
    for ids in sources:
        names = {task_id for task_id, _ in ids.contents}
        print(f"{ids.path}: checked {len(names)} ids, of {len(ids.contents)} tasks and variations")
    if faults:
        raise RunFailed(f"faults found: {len(faults)}; mend what is listed above")


if __name__ == "__main__":
    run_main(main)
