"""Run the programs of a results file on the train and test inputs of their tasks, in the sandbox, and compare.

RESULTS is a code results .jsonl or a snapshot .json. Each record is written again, with the verdicts, to
<results stem>.verified.jsonl beside it; what that file holds already is not run again."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from utilities.code_execution import Limits
from utilities.command_line import parse, run_main
from utilities.config import RunFailed, SandboxConfig, UsageError, at_least_one, setting
from utilities.log import log_to_file, logger
from utilities.progress import Progress
from utilities.record_reader import check_results, current_results, run_models
from utilities.records import Record
from utilities.results import AppendFile, RunLock
from utilities.terminal import note
from utilities.verification import verified_records
from utilities.verification_report import print_report
from utilities.verifiers import VERIFIERS, Verifier

LOG = Path(__file__).resolve().parent / "synthetic_data" / "code_verification.log"
EXAMPLE = "python synthetic_data_generators/verify_generated_code.py code_data_results.jsonl --exec_timeout 5"


@dataclass(frozen=True, kw_only=True)
class VerifyConfig(SandboxConfig):
    """What a verification can be told."""

    results: str | None = setting(
        None, "a code results .jsonl or a snapshot .json", positional=True, nargs="?"
    )
    results_file: str | None = setting(None, "the same, in its older spelling")
    workers: int | None = setting(
        None, "programs that run at once (default: one per core)", type=at_least_one
    )
    executor: str = setting("local", "local: this machine; ray: a Ray cluster", choices=tuple(VERIFIERS))
    again: bool = setting(False, "verify everything anew, also what the verified file holds already")
    output_directory: str | None = setting(
        None, "folder for the verified file and the log (default: beside the results)"
    )


def main() -> None:
    """Verify one results file."""
    config = parse(VerifyConfig, None, __doc__, EXAMPLE)
    results = _results_path(config)
    check_results(results)
    folder = Path(config.output_directory).resolve() if config.output_directory else results.parent
    output = folder / f"{results.stem}.verified.jsonl"
    limits = Limits(seconds=config.exec_timeout, memory_mb=config.exec_memory_mb)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with closing(RunLock(output)), log_to_file(folder / LOG.name if config.output_directory else LOG):
            with closing(VERIFIERS[config.executor](limits, config.workers, config.sandbox)) as verifier:
                _verify_missing(results, output, verifier, again=config.again)
            print_report(output, run_models(results))
    except OSError as error:
        raise RunFailed(
            f"cannot write verdicts to {error.filename or folder} ({error.strerror}): make room there, or choose "
            "another folder with --output_directory"
        ) from None
    print(f"verdicts: {output}")


def _verify_missing(results: Path, output: Path, verifier: Verifier, *, again: bool) -> None:
    """Verify what `output` does not hold yet; with `again`, everything."""
    if again:
        output.unlink(missing_ok=True)
    done = (
        {_key(record) for record in current_results(output) if _is_final(record)}
        if output.exists()
        else set()
    )
    if done:
        note(f"{len(done)} results were verified before and are not run again (--again does)")
    missing = (record for record in current_results(results) if _key(record) not in done)
    asyncio.run(_verify(missing, output, verifier, len(done)))


def _is_final(record: Record) -> bool:
    """False where the sandbox itself failed: that is run again."""
    return not any(reason.startswith("sandbox_error") for reason in record["verification_reason"])


def _results_path(config: VerifyConfig) -> Path:
    given = config.results or config.results_file
    if given is None:
        raise UsageError("say which results to verify, for example: " + EXAMPLE)
    path = Path(given).resolve()
    if not path.is_file():
        raise UsageError(
            f"there is no file {given}: give the results .jsonl of generate_code_data.py or a snapshot .json"
        )
    return path


async def _verify(records: Iterator[Record], output: Path, verifier: Verifier, done: int) -> None:
    """Append the verdicts on `records` to `output`, which holds `done` of them already."""
    file, passed = AppendFile(output), 0
    progress = Progress(None, lambda: f"{passed} passed")
    progress.start(done)
    try:
        async for record in verified_records(records, verifier):
            file.append(record)
            logger.debug("task %s: %s", record["task_id"], record["verification_reason"])
            done, passed = done + 1, passed + any(record["verification_success"])
            progress.update(done)
    finally:
        progress.close()
        file.close()


def _key(record: Record) -> bytes:
    """Eight bytes that tell results apart; also those of a resumed run, which have a time of their own."""
    names = ("run_id", "task_id", "version", "timestamp", "python_code")
    parts = [str(record.get(name)) for name in names]
    return blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=8).digest()


if __name__ == "__main__":
    run_main(main)
