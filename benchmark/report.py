"""One page about benchmark runs: scores with intervals, charts, and every task with its grids, reasoning and code.

RESULTS are results files, verified files, snapshots, or globs of them. Programs without a verdict are run in the sandbox
first. The page is a single file that asks nothing of any network."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec

from agents.rereading import reread
from utilities.code_execution import Limits
from utilities.command_line import parse, run_main
from utilities.config import SandboxConfig, UsageError, setting
from utilities.files import write_atomically
from utilities.outputs import check_outputs
from utilities.records import Record
from utilities.report.collection import Collection
from utilities.report.judged import judged_records
from utilities.report.page import page_chunks
from utilities.report.sources import files_read, find_files, read_records
from utilities.report.summary import print_table
from utilities.verifiers import shared_verifier

EXAMPLE = "python benchmark/report.py benchmark/benchmark_results/*/*_results.jsonl --html report.html"


def web_address(text: str) -> str:
    """An http(s) address or a relative one. Raises UsageError for any other."""
    if urlsplit(text).scheme not in ("", "http", "https"):
        raise UsageError(
            f"{text!r} is no web address such as http://127.0.0.1:5000/arc2/testing_interface.html"
        )
    return text


@dataclass(frozen=True, kw_only=True)
class ReportConfig(SandboxConfig):
    """What a report can be told."""

    results: tuple[str, ...] | None = setting(
        None, "results .jsonl, .verified.jsonl or snapshot .json files, or globs", positional=True, nargs="+"
    )
    html: str | None = setting(None, "where to write the page")
    json: str | None = setting(None, "where to write the same figures as JSON")
    title: str = setting("ARC benchmark report", "the page's heading")
    testing_interface: str | None = setting(
        None, "address of the testing interface; failed attempts then link into its editor", type=web_address
    )
    rescore: bool = setting(False, "read the stored replies anew and run their programs again")


def main() -> None:
    """Write the report."""
    config = parse(ReportConfig, None, __doc__, EXAMPLE)
    if config.html is None and config.json is None:
        raise UsageError(
            "say where to write the report, for example --html report.html, or --json report.json"
        )
    files = find_files(config.results or ())
    check_outputs({"--html": config.html, "--json": config.json}, files_read(files))
    collection = Collection(files, with_rows=config.html is not None)
    for path, record in _judged(config, files):
        collection.add(path, record)
    runs = collection.figures()
    print_table(runs)
    if config.html is not None:
        made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {', '.join(dict.fromkeys(run.run.file for run in runs))}"
        write_atomically(
            config.html, page_chunks(config.title, made, runs, collection.rows(), config.testing_interface)
        )
        print(f"page:    {Path(config.html).resolve()}")
    if config.json is not None:
        write_atomically(config.json, msgspec.json.format(msgspec.json.encode({"runs": runs})) + b"\n")
        print(f"figures: {Path(config.json).resolve()}")


def _judged(config: ReportConfig, files: list[Path]) -> Iterator[tuple[Path, Record]]:
    """Every record of the files with verdicts; the sandbox is started when the first one lacks them."""
    limits = Limits(seconds=config.exec_timeout, memory_mb=config.exec_memory_mb)
    records = read_records(files)
    if config.rescore:
        records = ((path, reread(record)) for path, record in records)
    return judged_records(records, lambda: shared_verifier(limits, config.sandbox))


if __name__ == "__main__":
    run_main(main)
