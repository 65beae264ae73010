"""Compare two runs on the same tasks: the difference with its interval, tasks won and lost, cost.

A and B are results files, verified files or snapshots; of a file with several runs the last one is taken, unless --run_a
or --run_b names another. Figures are over the tasks that both runs have; tasks that only one has are named."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec

from utilities.command_line import parse, run_main
from utilities.comparison import Comparison, Key, Outcome, compare, outcomes
from utilities.config import RunFailed, UsageError, setting
from utilities.files import write_atomically
from utilities.outputs import check_outputs
from utilities.record_reader import current_results
from utilities.records import Record
from utilities.report.sources import RunInfo, files_read, read_runs
from utilities.report.summary import dollars, percent
from utilities.scoring import Unjudged
from utilities.terminal import note, printable

EXAMPLE = "python benchmark/compare.py results_of_a.jsonl results_of_b.jsonl --json comparison.json"
MOST_NAMES = 20
"""Tasks that are named on the screen; --json has all."""


@dataclass(frozen=True, kw_only=True)
class CompareConfig:
    """What a comparison can be told."""

    a: str | None = setting(None, "results of the run to compare with", positional=True)
    b: str | None = setting(None, "results of the run that is compared", positional=True)
    run_a: str | None = setting(None, "id of the run in A (default: its last)")
    run_b: str | None = setting(None, "id of the run in B (default: its last)")
    json: str | None = setting(None, "where to write the comparison as JSON")


def main() -> None:
    """Compare, print, and write the JSON."""
    config = parse(CompareConfig, None, __doc__, EXAMPLE)
    check_outputs({"--json": config.json}, files_read([Path(config.a or ""), Path(config.b or "")]))
    run_a, outcomes_a = _read(config.a or "", config.run_a, "--run_a")
    run_b, outcomes_b = _read(config.b or "", config.run_b, "--run_b")
    comparison = compare(outcomes_a, outcomes_b)
    for line in _lines(comparison, run_a, run_b):
        print(printable(line))
    if config.json is not None:
        whole = {"a": run_a, "b": run_b, **msgspec.structs.asdict(comparison)}
        write_atomically(config.json, msgspec.json.format(msgspec.json.encode(whole)) + b"\n")
        print(f"comparison: {Path(config.json).resolve()}")


def _read(name: str, wanted: str | None, flag: str) -> tuple[RunInfo, dict[Key, Outcome]]:
    """A run of a file and what it made of each task."""
    path = Path(name)
    if not path.is_file():
        raise UsageError(
            f"there is no file {name}: give a results .jsonl, a .verified.jsonl or a snapshot .json"
        )
    runs = _runs_with_results(path)
    if wanted is not None and wanted not in runs:
        raise UsageError(f"there is no run {wanted} in {name}: {flag} can be {', '.join(runs)}")
    run_id = wanted if wanted is not None else runs[-1]
    if wanted is None and len(runs) > 1:
        note(f"{name} holds {len(runs)} runs; the last one, {run_id}, is taken ({flag} names another)")
    info = read_runs(path).get(run_id) or RunInfo(run_id=run_id, file=path.name)
    try:
        return info, outcomes(_records(path, run_id))
    except (Unjudged, msgspec.ValidationError) as error:
        raise RunFailed(
            f"run {run_id} of {name} cannot be compared: {error}; give the results of a benchmark, or those of "
            "verify_generated_code.py"
        ) from None


class _RunId(msgspec.Struct):
    run_id: str = ""


def _runs_with_results(path: Path) -> list[str]:
    runs = list(dict.fromkeys(entry.run_id for entry in current_results(path, _RunId)))
    if not runs:
        raise RunFailed(f"{path} holds no results: give the results file or the snapshot of a run")
    return runs


def _records(path: Path, run_id: str) -> Iterator[Record]:
    return (record for record in current_results(path) if record.get("run_id", "") == run_id)


def _lines(found: Comparison, a: RunInfo, b: RunInfo) -> Iterator[str]:
    low, high = found.difference_interval
    yield f"A: {_described(a)}"
    yield f"B: {_described(b)}"
    yield f"score over {found.tasks:,} tasks: A {percent(found.score_a)}, B {percent(found.score_b)}"
    yield (
        f"difference B - A: {100 * found.difference:+.1f} points (95 % interval {100 * low:+.1f} to {100 * high:+.1f})"
    )
    yield f"solved by both {found.solved_by_both:,}, by neither {found.solved_by_neither:,}"
    yield _named("solved by B only", found.won)
    yield _named("solved by A only", found.lost)
    yield f"McNemar exact p = {found.mcnemar_p:.3g}"
    yield f"cost on these tasks: A {dollars(found.cost_a)}, B {dollars(found.cost_b)}"
    for side, names in (("A", found.only_in_a), ("B", found.only_in_b)):
        if names:
            yield _named(f"not compared, only in {side}", names)
    if found.without_outputs:
        yield f"not compared, test outputs secret: {found.without_outputs:,}"


def _described(run: RunInfo) -> str:
    model = run.model_identifier or run.model_id or "model unknown"
    return f"{model}, run {run.run_id or '-'} of {run.file}" + (f" ({run.status})" if run.status else "")


def _named(what: str, names: list[str]) -> str:
    more = f", and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return f"{what}: {len(names):,}" + (f" ({', '.join(names[:MOST_NAMES])}{more})" if names else "")


if __name__ == "__main__":
    run_main(main)
