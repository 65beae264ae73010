"""What a run needs before it starts: its script (Job), settings, tasks, model and manifest; resuming and dry runs too.

Not here: the loop itself (runner.py).
"""

import dataclasses
import hashlib
import platform
import re
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from secrets import token_hex
from typing import Any

import msgspec

from utilities import __version__
from utilities.attempts import Prompt
from utilities.command_line import parse_given
from utilities.config import ROOT, RunConfig, UsageError
from utilities.data_loader import Task, TaskSelection, select_tasks
from utilities.model_utils import Model, get_model
from utilities.record_reader import find_run, iterate_lines
from utilities.records import MetadataLine, Record, ResultLine, RunLine, now

SAMPLING = ("best_of", "temperature", "max_tokens", "reasoning_effort", "seed")
"""Settings that a resumed run must not change, besides model, prompt and tasks."""
_NOT_SAVED = ("resume", "dry_run", "output_directory")


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
    work: Callable[[Model, Task, Any], Awaitable[Record]]
    """Asks for one task and returns the fields of its result line."""
    line: type[ResultLine]
    answer_field: str
    """The field that holds what the script is after; None in it: an attempt without an answer."""
    answer_noun: str
    """What to call these answers, e.g. `programs`."""
    config: type[RunConfig] = RunConfig


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
    model = get_model(config.model_identifier, config)
    selection = select_tasks(config)
    manifest = _manifest(job, model, selection)
    if earlier is not None:
        _refuse_differences(earlier, config, manifest)
    run = earlier or RunLine(
        run_id=_new_run_id(), script=job.script, timestamp=now(), config=_saved(config), manifest=manifest
    )
    return Setup(job, config, model, selection, results, log, run, is_new=earlier is None)


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
        saved["base_url"] = re.sub(r"//[^/@]*@", "//", config.base_url)
    if config.dataset and Path(config.dataset).exists():
        saved["dataset"] = str(Path(config.dataset).resolve())
    return saved


def _manifest(job: Job, model: Model, selection: TaskSelection) -> dict[str, Any]:
    prompts = job.prompts(next(iter(selection)))
    return {
        "model_id": model.username,
        "tasks": selection.name,
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
    known = {field.name for field in dataclasses.fields(job.config)}
    saved = {name: value for name, value in earlier.config.items() if name in known and name not in given}
    return dataclasses.replace(msgspec.convert(saved, job.config), **given)


def _refuse_differences(earlier: RunLine, config: RunConfig, manifest: dict[str, Any]) -> None:
    """Raises UsageError when what is asked for is not what the run was about."""
    if earlier.manifest["model_id"] != manifest["model_id"]:
        was, is_now = earlier.manifest["model_id"], manifest["model_id"]
        raise _different(earlier, "the model", was, is_now)
    for name in SAMPLING:
        if earlier.config.get(name) != getattr(config, name):
            raise _different(earlier, f"--{name}", earlier.config.get(name), getattr(config, name))
    for name, what in (
        ("prompt_sha256", "the prompt"),
        ("tasks_sha256", "the content of the selected tasks"),
    ):
        if earlier.manifest[name] != manifest[name]:
            raise UsageError(
                f"run {earlier.run_id} cannot be resumed: {what} has changed since; start a new run"
            )


def _different(earlier: RunLine, what: str, was: Any, is_now: Any) -> UsageError:
    return UsageError(
        f"run {earlier.run_id} cannot be resumed with other settings: {what} was {was} and is now {is_now}; "
        "leave that flag out, or start a new run"
    )


# --- dry runs --------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"\w+|[^\w\s]|\n")


def print_dry_run(setup: Setup) -> None:
    """Print the first prompt and what the run would ask, estimated from its prompts; ask nothing."""
    requests = tokens = 0
    for task in setup.selection:
        prompts = setup.job.prompts(task)
        if not requests:
            for message in prompts[0]:
                print(f"--- {message.role}\n{message.content}\n")
        requests += len(prompts)
        tokens += sum(estimated_tokens(prompt) for prompt in prompts)
    requests, tokens = requests * setup.config.best_of, tokens * setup.config.best_of
    print(
        f"--- {setup.selection.count} tasks from {setup.selection.name}, {requests} requests to {setup.model.username}"
    )
    print(f"about {tokens:,} prompt tokens; {_expected_answers(setup, requests)}")


def estimated_tokens(prompt: Prompt) -> int:
    """Tokens of a prompt, roughly: words, numbers, signs and line ends count one each."""
    return sum(len(_TOKEN.findall(message.content)) for message in prompt)


def _expected_answers(setup: Setup, requests: int) -> str:
    """Completion tokens and cost, from what earlier runs with this model were billed."""
    answered = completion = 0
    cost = 0.0
    for line in _earlier_metadata(setup.results):
        if line.model_username == setup.model.username and line.cost is not None and line.attempts_answered:
            answered += line.attempts - line.failures.get("api_error", 0)
            completion += line.usage.get("completion_tokens", 0)
            cost += line.cost
    if not answered:
        return "completion tokens and cost unknown: no earlier run with this model in this results file"
    return (
        f"about {completion / answered * requests:,.0f} completion tokens and ${cost / answered * requests:.4f}, "
        f"as {answered} earlier responses of this model cost ${cost:.4f}"
    )


def _earlier_metadata(results: Path) -> list[MetadataLine]:
    if not results.exists():
        return []
    marker = b'"entry_type":"metadata"'
    return [
        msgspec.json.decode(line, type=MetadataLine)
        for _, _, line in iterate_lines(results)
        if marker in line[:100]
    ]
