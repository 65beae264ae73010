"""What a run needs before it starts: its script (Job), settings, tasks, model and manifest; resuming too.

Not here: the loop itself (runner.py), dry runs (dry_run.py).
"""

import dataclasses
import hashlib
import platform
import resource
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import msgspec

from utilities import __version__
from utilities.attempts import Prompt, TaskModel
from utilities.command_line import parse_given
from utilities.config import ROOT, RunConfig, RunFailed, UsageError, check_executor, find_model
from utilities.data_loader import Task, TaskSelection, select_tasks
from utilities.model_utils import Model, get_model
from utilities.record_reader import find_run
from utilities.records import Record, ResultLine, RunLine, now

SAMPLING = (
    "best_of",
    "temperature",
    "max_tokens",
    "reasoning_effort",
    "seed",
    "refine",
    "stop_when_agreed",
)
"""Settings that a resumed run must not change, besides model, prompt and tasks."""
SELECTION = ("dataset", "use_dataset_json", "versions", "task_ids", "tasks", "max_tasks")
"""Settings that choose the tasks."""
_OTHER_FILES = 64
"""That a run may have open besides its connections: results, log, sandbox, processes that search."""
_NOT_SAVED = ("resume", "dry_run", "output_directory", "rescore", "executor", "ray_address")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Job:
    """What the loop needs to know about one script."""

    script: str
    description: str
    example: str
    results: Path
    """Where results go by default; with `--output_directory` only the name counts. The same for `log`."""
    log: Path
    prompts: Callable[[Task], list[Prompt]]
    """The requests of one attempt."""
    work: Callable[[TaskModel, Task, Any], Awaitable[Record]]
    """Asks for one task and returns the fields of its result line."""
    line: type[ResultLine]
    answer_field: str
    """The field that holds what the script is after; None in it: an attempt without an answer."""
    answer_noun: str
    """What to call these answers, e.g. `programs`."""
    config: type[RunConfig] = RunConfig
    check: Callable[[Any], None] = lambda config: None
    """Raises UsageError when settings of the script's own cannot be had."""
    later_prompts: tuple[str, ...] = ()
    """What follow-ups are made from: a resumed run must use the same."""
    is_scored: bool = False
    """Its results hold test outputs or answers."""


@dataclasses.dataclass(frozen=True)
class Setup:
    """A run, ready to start."""

    job: Job
    config: Any
    model: Model
    selection: TaskSelection
    results: Path
    log: Path
    run: RunLine
    is_new: bool


def prepare(job: Job, argv: Sequence[str] | None) -> Setup:
    """Everything that can go wrong before the first request goes wrong here.

    Raises UsageError (model, key, tasks, resume with other settings) and RunFailed (a broken dataset, no run to resume).
    """
    given = parse_given(job.config, argv, job.description, job.example)
    config = job.config(**given)
    results, log = _places(job, config)
    earlier = find_run(results, config.resume) if config.resume else None
    if earlier is not None:
        config = _continued(job, earlier, given)
        _refuse_another_model(earlier, config)
    check_executor(config.executor, config.ray_address)
    _allow_open_files(config.max_concurrent_tasks + _OTHER_FILES)
    model = get_model(config.model_identifier, config)
    selection = select_tasks(config)
    manifest = _manifest(job, model, selection)
    if earlier is not None:
        _refuse_differences(earlier, config, manifest)
    job.check(config)
    run = earlier or RunLine(
        run_id=_new_run_id(), script=job.script, timestamp=now(), config=_saved(config), manifest=manifest
    )
    return Setup(job, config, model, selection, results, log, run, is_new=earlier is None)


def _allow_open_files(needed: int) -> None:
    """Raise this process's limit of open files, of which each request takes one. Raises UsageError when that is denied."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= needed or soft == resource.RLIM_INFINITY:
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
        return
    raise UsageError(
        f"--max_concurrent_tasks needs {needed} open files in all, and this system allows {max(soft, hard)}: lower it, or raise "
        "that limit (ulimit -n)"
    )


def _places(job: Job, config: RunConfig) -> tuple[Path, Path]:
    if config.output_directory is None:
        return job.results, job.log
    folder = Path(config.output_directory).resolve()
    return folder / job.results.name, folder / job.log.name


def _new_run_id() -> str:
    return f"{datetime.now(UTC):%Y%m%d_%H%M%S}_{token_hex(3)}"


def _saved(config: RunConfig) -> dict[str, Any]:
    """The settings as the run line keeps them: without credentials, and without what belongs to one call only."""
    saved = {name: value for name, value in dataclasses.asdict(config).items() if name not in _NOT_SAVED}
    if config.base_url:
        parts = urlsplit(config.base_url)
        saved["base_url"] = parts._replace(
            netloc=parts.netloc.rpartition("@")[2], query="", fragment=""
        ).geturl()
    if config.dataset and Path(config.dataset).exists():
        saved["dataset"] = str(Path(config.dataset).resolve())
    return saved


def _manifest(job: Job, model: Model, selection: TaskSelection) -> dict[str, Any]:
    prompts = [*job.prompts(next(iter(selection))), *job.later_prompts]
    return {
        "model_id": model.username,
        "tasks": selection.name,
        "tasks_total": selection.count,
        "tasks_sha256": selection.sha256,
        "prompt_sha256": hashlib.sha256(msgspec.json.encode(prompts)).hexdigest(),
        "code_version": code_version(),
        "python": platform.python_version(),
        "numpy": _installed("numpy"),
        "scipy": _installed("scipy"),
    }


def _installed(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def code_version() -> str:
    """The toolkit's version, with the commit when it runs from a git checkout."""
    try:
        described = subprocess.run(
            ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"],
            capture_output=True,
            text=True,
            timeout=5,
        )
    except (OSError, subprocess.TimeoutExpired):
        return __version__
    commit = described.stdout.strip()
    return f"{__version__}+{commit}" if described.returncode == 0 and commit else __version__


# --- resuming --------------------------------------------------------------------------------------------------------


def _continued(job: Job, earlier: RunLine, given: dict[str, Any]) -> RunConfig:
    """The settings of the run to resume, except those given again on the command line."""
    if earlier.script != job.script:
        raise UsageError(f"run {earlier.run_id} is one of {earlier.script}, not of {job.script}")
    return _settings(job.config, earlier, given)


def _settings(kind: type[RunConfig], run: RunLine, given: dict[str, Any]) -> RunConfig:
    known = {field.name for field in dataclasses.fields(kind)}
    saved = {name: value for name, value in run.config.items() if name in known and name not in given}
    try:
        return dataclasses.replace(msgspec.convert(saved, kind), **given)
    except msgspec.ValidationError as error:
        raise RunFailed(f"the settings of run {run.run_id} are broken ({error}): start a new run") from None


def tasks_of_run(path: Path, run_id: str) -> TaskSelection | None:
    """The tasks that a run in `path` was asked for; None when it does not say, or they are no longer what they were."""
    try:
        run = find_run(path, run_id)
        selection = select_tasks(_settings(RunConfig, run, {}))
    except (UsageError, RunFailed):
        return None
    return selection if selection.sha256 == run.manifest.get("tasks_sha256") else None


def _refuse_another_model(earlier: RunLine, config: RunConfig) -> None:
    """Raises UsageError before the model is made: the rest of the run's settings need not suit another one."""
    was, now_is = earlier.config.get("model_identifier"), config.model_identifier
    if was != now_is and find_model(now_is).id != earlier.manifest.get("model_id"):
        raise _different(earlier, f"--model_identifier was {_said(was)} and is now {now_is}")


def _refuse_differences(earlier: RunLine, config: RunConfig, manifest: dict[str, Any]) -> None:
    """Raises UsageError when what is asked for is not what the run was about; it names the flag where one is to blame."""
    was_model, model = earlier.manifest.get("model_id"), manifest["model_id"]
    if was_model != model:
        raise _different(earlier, f"the model was {was_model} and is now {model}")
    saved = _saved(config)
    for name in (*SAMPLING, *SELECTION):
        was, now_is = earlier.config.get(name), msgspec.to_builtins(saved.get(name))
        if was != now_is:
            raise _different(earlier, f"--{name} was {_said(was)} and is now {_said(now_is)}")
    for name, what in (
        ("tasks_sha256", "the content or the order of its tasks"),
        ("prompt_sha256", "the prompt"),
    ):
        if earlier.manifest.get(name) != manifest[name]:
            raise UsageError(
                f"run {earlier.run_id} cannot be resumed: {what} has changed since; start a new run"
            )


def _said(value: Any) -> str:
    return "not given" if value is None else str(value)


def _different(earlier: RunLine, what: str) -> UsageError:
    return UsageError(
        f"run {earlier.run_id} cannot be resumed with other settings: {what}; leave that flag out, or start a new run"
    )
