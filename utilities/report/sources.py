"""Which runs the given results files hold, and their records one by one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from utilities.config import RunFailed
from utilities.record_reader import iterate_other_entries, results_once
from utilities.records import Record
from utilities.results_files import find_results
from utilities.terminal import note

VERIFIED = ".verified"


class RunInfo(msgspec.Struct, kw_only=True):
    """What a file says about a run besides its results. Times in seconds."""

    run_id: str
    file: str
    name: str = ""
    """How charts and tables call it: its model, numbered where several runs have the same."""
    script: str | None = None
    model_identifier: str | None = None
    model_id: str | None = None
    timestamp: str | None = None
    status: str | None = None
    """As in metadata; None for a run that was killed, or that the file says nothing about."""
    tasks_asked: int | None = None
    runtime_seconds: float | None = None
    settings: Record = {}
    """The run's sampling settings."""


_SETTINGS = ("best_of", "temperature", "max_tokens", "reasoning_effort", "seed", "refine", "stop_when_agreed")


def find_files(patterns: Sequence[str]) -> list[Path]:
    """As `find_results`, in the order in which they are read."""
    return sorted(find_results(patterns), key=_rank)


def _rank(path: Path) -> int:
    """Files that were scored anew or verified come first, as a run that is in several is taken from the first."""
    return 0 if ".rescored" in path.name else 1 if VERIFIED in path.name else 2


def read_runs(path: Path) -> dict[str, RunInfo]:
    """What a file says about its runs, by run id. Raises RunFailed when an entry is broken."""
    runs: dict[str, RunInfo] = {}
    for source in files_read([path]):
        for entry in iterate_other_entries(source):
            try:
                about = msgspec.convert(entry, _AboutRun)
            except msgspec.ValidationError as error:
                raise RunFailed(
                    f"what {source} says about run {entry.get('run_id')} is broken ({error})"
                ) from None
            _take_in(runs.setdefault(about.run_id, RunInfo(run_id=about.run_id, file=path.name)), about)
    return runs


class _Manifest(msgspec.Struct, frozen=True):
    model_id: str | None = None
    tasks_total: int | None = None


class _AboutRun(msgspec.Struct):
    """A run line or a metadata line, or the metadata of a snapshot."""

    run_id: str = ""
    entry_type: str = "metadata"
    script: str | None = None
    timestamp: str | None = None
    status: str | None = None
    model_identifier: str | None = None
    model_username: str | None = None
    tasks_total: int | None = None
    total_runtime_seconds: float | None = None
    config: Record = {}
    manifest: _Manifest = _Manifest()


def files_read(paths: Iterable[Path]) -> list[Path]:
    """`paths`, and the files beside them that say more about their runs."""
    return [file for path in paths for file in (*_verified_from(path), path)]


def _verified_from(path: Path) -> list[Path]:
    """The file that a verified one was made from, which says more about its runs; it lies beside it."""
    if VERIFIED not in path.name:
        return []
    sources = (
        path.with_name(path.name.replace(VERIFIED, "", 1)).with_suffix(end) for end in (".jsonl", ".json")
    )
    return [source for source in sources if source.is_file()][:1]


def _take_in(run: RunInfo, about: _AboutRun) -> None:
    """The later line counts."""
    model = about.config.get("model_identifier")
    known = {
        "script": about.script,
        "model_identifier": about.model_identifier or (str(model) if model else None),
        "model_id": about.model_username or about.manifest.model_id,
        "timestamp": about.timestamp if about.entry_type == "run" else None,
        "status": about.status,
        "tasks_asked": about.tasks_total or about.manifest.tasks_total,
        "runtime_seconds": about.total_runtime_seconds,
        "settings": {name: about.config[name] for name in _SETTINGS if about.config.get(name)},
    }
    for name, value in known.items():
        if value:
            setattr(run, name, value)


def read_records(paths: Sequence[Path]) -> Iterator[tuple[Path, Record]]:
    """(file, record) of every result that counts; one in several files, only from the first that has it, and says so.

    Raises RunFailed at a broken entry, or when a file holds no results.
    """
    repeats = Counter[tuple[Path, str]]()
    yield from results_once(paths, repeats)
    for (path, run_id), count in repeats.items():
        results = f"{count} results" if count > 1 else "1 result"
        of_run = f"of run {run_id} " if run_id else ""
        note(f"{results} {of_run}in {path.name} were in a file before it too and are not counted again")


_KINDS = {"run_code_benchmark": "code", "run_direct_benchmark": "direct", "generate_code_data": "code data"}


def name_runs(runs: Sequence[RunInfo]) -> None:
    """Give each run a name of its own: its model; where several have the same, what was asked for, then a number."""
    names = [run.model_identifier or run.model_id or "model unknown" for run in runs]
    kinds = [_KINDS.get(run.script or "") for run in runs]
    told = [
        f"{name}, {kind}" if kind and names.count(name) > 1 else name
        for name, kind in zip(names, kinds, strict=True)
    ]
    for place, (run, name) in enumerate(zip(runs, told, strict=True)):
        number = f" #{told[: place + 1].count(name)}" if told.count(name) > 1 else ""
        run.name = name + number
