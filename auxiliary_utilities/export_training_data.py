"""Export verified programs and their reasoning as chat messages for fine-tuning.

RESULTS are results files with verdicts (of the code benchmark, or <results>.verified.jsonl), or results files that have one
beside them, or glob patterns. Written are train.jsonl or train.parquet and a dataset card, README.md."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agents.reasoning_code_generator import ReasoningCodeGenerator
from utilities.answers import described, read_answers, with_verdicts
from utilities.command_line import parse, run_main
from utilities.config import ROOT, UsageError, setting
from utilities.dataset_card import dataset_card, is_card
from utilities.files import write_atomically
from utilities.outputs import check_outputs
from utilities.results_files import find_results
from utilities.task_sources import source_files
from utilities.training_export import FORMATS, ExcludedTasks, Row, Selection, write_rows

FOLDER = ROOT / "synthetic_data_generators" / "synthetic_data" / "training_data"
EXAMPLE = (
    "python auxiliary_utilities/export_training_data.py code_data_results.jsonl --format parquet "
    "--exclude_tasks arc1-evaluation arc2-evaluation"
)


@dataclass(frozen=True, kw_only=True)
class ExportConfig:
    """What an export can be told."""

    results: tuple[str, ...] = setting((), "results files or glob patterns", positional=True, nargs="+")
    format: str = setting("chat-jsonl", "chat-jsonl: JSON lines; parquet", choices=tuple(FORMATS))
    exclude_tasks: tuple[str, ...] = setting(
        (),
        "leave out the tasks of these sets or files (names as for --dataset), also turned, mirrored or recoloured",
        nargs="+",
    )
    per_task: bool = setting(False, "keep a program once for each task that it solves, not once in all")
    skip_hard_coded: bool = setting(False, "leave out programs that carry a train output literally")
    output_directory: str | None = setting(
        None, "folder for the data (default: synthetic_data_generators/synthetic_data/training_data)"
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Export, and print what was written and skipped."""
    config = parse(ExportConfig, argv, __doc__ or "", EXAMPLE)
    path = Path(config.output_directory or FOLDER) / FORMATS[config.format].file_name
    results = find_results(config.results)
    sources = with_verdicts(results)
    files = [file for source in sources for file in source]
    excluded = [file for source in config.exclude_tasks for file in source_files(source)]
    check_outputs({"with this --output_directory": path}, [*results, *files, *excluded])
    selection = Selection(
        ReasoningCodeGenerator().messages,
        ExcludedTasks(config.exclude_tasks),
        per_task=config.per_task,
        skip_hard_coded=config.skip_hard_coded,
    )
    card_path = path.with_name("README.md")
    if card_path.exists() and not is_card(card_path):
        raise UsageError(f"{card_path} is not of an earlier export: choose another --output_directory")
    write_rows(path, _rows(sources, selection), config.format)
    count, tasks = selection.models.total(), len(selection.tasks)
    card = dataset_card(
        path.name,
        tasks=tasks,
        models=selection.models,
        sources=[file.name for file in files],
        excluded=[Path(name).name for name in config.exclude_tasks],
        per_task=config.per_task,
    )
    write_atomically(card_path, card.encode())
    print(f"wrote {count} programs for {tasks} tasks to {path}")
    if selection.skipped:
        print(f"skipped {selection.skipped.total()} answers: {described(selection.skipped)}")


def _rows(sources: Iterable[tuple[Path, ...]], selection: Selection) -> Iterator[Row]:
    for source in sources:
        yield from selection.rows(read_answers(*source), source[0].name)
    selection.check()


if __name__ == "__main__":
    run_main(main)
