"""Put the reasoning of models into the traces that people see beside each task.

RESULTS are results .jsonl or snapshot .json files of any script, also older ones, or glob patterns. Each reasoning becomes
a trace by its model; what is there already is not added again. A copy of the traces as they were stays in backups/ beside
them."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from utilities.answers import Answer, described, read_answers, with_verdicts
from utilities.command_line import parse, run_main
from utilities.config import setting
from utilities.results_files import find_results
from utilities.traces import DEFAULT_TRACES, Trace, content_key, iso_time, open_store

EXAMPLE = "python auxiliary_utilities/merge_reasoning.py code_data_results.jsonl --only_verified"


@dataclass(frozen=True, kw_only=True)
class MergeConfig:
    """What a merge can be told."""

    results: tuple[str, ...] = setting((), "results files or glob patterns", positional=True, nargs="+")
    traces_path: str | None = setting(None, "the traces to add to (default: data/traces_store.json)")
    only_verified: bool = setting(
        False, "only reasoning whose program passed all train and test pairs, or whose answer was right"
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Merge, and print what was added and skipped."""
    config = parse(MergeConfig, argv, __doc__ or "", EXAMPLE)
    path, skipped = Path(config.traces_path or DEFAULT_TRACES), Counter[str]()
    files = find_results(config.results)
    sources = with_verdicts(files) if config.only_verified else [(file,) for file in files]
    # Read before the lock is taken, so that nobody waits for a large file to be read.
    traces = [trace for source in sources for trace in _traces(source, config.only_verified, skipped)]
    with open_store(path) as store:
        skipped["already there or repeated"] += sum(not store.add(trace) for trace in traces)
        added = store.added
    print(f"added {len(added)} traces to {len({trace.task_id for trace in added})} tasks in {path}")
    if skipped.total():
        print(f"skipped {skipped.total()} answers: {described(skipped)}")


def _traces(source: tuple[Path, ...], only_verified: bool, skipped: Counter[str]) -> Iterator[Trace]:
    """The traces that results files make; why others make none is counted in `skipped`."""
    for answer in read_answers(*source):
        if reason := _why_not(answer, only_verified):
            skipped[reason] += 1
        else:
            yield _trace(answer)


def _why_not(answer: Answer, only_verified: bool) -> str | None:
    if not answer.task_id:
        return "without a task_id"
    if answer.is_error:
        return "errors"
    if not answer.text:
        return "without reasoning"
    return answer.why_not_verified if only_verified else None


def _trace(answer: Answer) -> Trace:
    text = answer.text or ""
    return Trace(
        trace_id=content_key(answer.task_id, answer.username, text),
        task_id=answer.task_id,
        username=answer.username,
        text=text,
        timestamp=iso_time(answer.timestamp),
        extra={name: value for name, value in _extra(answer).items() if value is not None},
    )


def _extra(answer: Answer) -> dict[str, Any]:
    return {
        "version": answer.version,
        "origin": f"run {answer.run_id}" if answer.run_id else None,
        "verified": _train_pairs_passed(answer),
        "code": answer.program,
    }


def _train_pairs_passed(answer: Answer) -> dict[str, int] | None:
    """`{"train_passed", "train_total"}` of the program, where it is known."""
    pairs = answer.task_data.get("train") if isinstance(answer.task_data, dict) else None
    share = 1.0 if answer.train_success is True else answer.train_accuracy
    if not answer.program or not isinstance(pairs, list) or not isinstance(share, int | float):
        return None
    return {"train_passed": round(share * len(pairs)), "train_total": len(pairs)}


if __name__ == "__main__":
    run_main(main)
