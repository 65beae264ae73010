"""Run the programs of a results file on the train and test inputs of their tasks, in the sandbox, and compare.

RESULTS are code results .jsonl, snapshots .json or .parquet files, by name or by pattern. Each record is written again, with
the verdicts, to <results stem>.verified.jsonl beside it; what that file holds already is not run again."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec

from utilities.code_execution import Limits
from utilities.command_line import parse, run_main
from utilities.config import (
    RunFailed,
    SandboxConfig,
    UsageError,
    at_least_one,
    check_executor,
    executor_setting,
    ray_address_setting,
    setting,
)
from utilities.files import write_atomically
from utilities.key_set import KeySet
from utilities.log import log_to_file, logger
from utilities.progress import Progress
from utilities.record_reader import check_results, current_results, run_models
from utilities.records import Record
from utilities.results import AppendFile, RunLock
from utilities.results_files import VERIFIED, find_results
from utilities.terminal import note
from utilities.verification import verified_records
from utilities.verification_report import has_final_verdicts, print_report
from utilities.verifiers import Verifier, make_verifier

LOG = Path(__file__).resolve().parent / "synthetic_data" / "code_verification.log"
EXAMPLE = "python synthetic_data_generators/verify_generated_code.py code_data_results.jsonl --exec_timeout 5"


@dataclass(frozen=True, kw_only=True)
class VerifyConfig(SandboxConfig):
    """What a verification can be told."""

    results: tuple[str, ...] = setting(
        (),
        "code results .jsonl, snapshots .json, .parquet files of results, or patterns such as 'runs/*.jsonl'",
        positional=True,
        nargs="*",
    )
    results_file: str | None = setting(None, "the same, in its older spelling")
    workers: int | None = setting(
        None,
        "programs that run at once (default: one per core, or per CPU of the cluster)",
        type=at_least_one,
    )
    executor: str = executor_setting()
    ray_address: str | None = ray_address_setting()
    again: bool = setting(False, "verify everything anew, also what the verified file holds already")
    output_directory: str | None = setting(
        None, "folder for the verified file and the log (default: beside the results)"
    )


def main() -> None:
    """Verify results files, one after the other."""
    config = parse(VerifyConfig, None, __doc__, EXAMPLE)
    check_executor(config.executor, config.ray_address)
    outputs = _outputs(config)
    for results in outputs:
        check_results(results)
    log = Path(config.output_directory).resolve() / LOG.name if config.output_directory else LOG
    try:
        for output in outputs.values():
            output.parent.mkdir(parents=True, exist_ok=True)
        with log_to_file(log), closing(_verifier(config)) as verifier, asyncio.Runner() as loop:
            for results, output in outputs.items():
                with closing(RunLock(output)):
                    missing, done = _missing(results, output, again=config.again)
                    with _telling_what_is_kept(results, output):
                        loop.run(_verify(missing, output, verifier, done))
    except OSError as error:
        raise RunFailed(
            f"cannot write verdicts to {error.filename or log.parent} ({error.strerror}): make room there, or choose "
            "another folder with --output_directory"
        ) from None
    for results, output in outputs.items():
        print_report(output, run_models(results))
        print(f"verdicts: {output}")


def _verifier(config: VerifyConfig) -> Verifier:
    limits = Limits(seconds=config.exec_timeout, memory_mb=config.exec_memory_mb)
    return make_verifier(limits, config.sandbox, config.executor, config.ray_address, config.workers)


def _outputs(config: VerifyConfig) -> dict[Path, Path]:
    """The file of verdicts for each results file. Raises UsageError when there is none, or two would have the same."""
    names = [*config.results, *([config.results_file] if config.results_file else [])]
    if not names:
        raise UsageError("say which results to verify, for example: " + EXAMPLE)
    outputs: dict[Path, Path] = {}
    for results in find_results(names, without=(VERIFIED,)):
        folder = Path(config.output_directory).resolve() if config.output_directory else results.parent
        output = folder / f"{results.stem}{VERIFIED}"
        if twin := next((other for other, there in outputs.items() if there == output), None):
            raise UsageError(
                f"the verdicts on {twin} and on {results} would both go to {output}: verify them one at a time, with "
                "--output_directory"
            )
        outputs[results] = output
    return outputs


def _missing(results: Path, output: Path, *, again: bool) -> tuple[Iterator[Record], int]:
    """The results whose verdicts `output` does not hold yet, and how many it holds; with `again`, all and none."""
    if again and output.exists():
        _forget(results, output)
    done = KeySet()
    for record in current_results(output) if output.exists() else ():
        if has_final_verdicts(record):
            done.add(_key(record))
    if len(done):
        note(f"{len(done)} results were verified before and are not run again (--again does)")
    return (record for record in current_results(results) if _key(record) not in done), len(done)


def _forget(results: Path, output: Path) -> None:
    """Take the verdicts on `results` out of `output`; it may hold those on another file too."""
    anew = KeySet()
    for record in current_results(results):
        anew.add(_key(record))
    kept = (record for record in current_results(output) if _key(record) not in anew)
    write_atomically(output, (msgspec.json.encode(record) + b"\n" for record in kept))


@contextmanager
def _telling_what_is_kept(results: Path, output: Path) -> Iterator[None]:
    """A RunFailed inside names the file and what became of the verdicts before it; an empty output goes."""
    try:
        yield
    except RunFailed as error:
        if output.exists() and output.stat().st_size:
            kept = f"; the verdicts before it are in {output}, and verifying again goes on after them"
        else:
            kept = ""
            output.unlink(missing_ok=True)
        raise RunFailed(f"{results}: {error}{kept}") from None


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


def _key(record: Record) -> str:
    """What tells results apart; also those of a resumed run, which have a time of their own."""
    names = ("run_id", "task_id", "version", "timestamp", "python_code")
    return "\n".join(str(record.get(name)) for name in names)


if __name__ == "__main__":
    run_main(main)
