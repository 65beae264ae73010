"""Settings: the models by name (MODELS) and what a run can be told (RunConfig), each declared once.

A field of RunConfig carries its default, its help text and its argparse options; the parser (command_line.py), the
readme's flag table and the metadata of a run are all made from it.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dotenv import load_dotenv

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_DATASET = ROOT / "apps" / "static" / "dataset.json"
TASK_FILES = ROOT / "data" / "training"
SAVE_INTERVAL = 10
"""How often, in finished tasks, a summary line is logged; fsync goes by time, twice a second (runner.SYNC_SECONDS)."""


class UsageError(Exception):
    """The command was wrong; its message is one plain sentence that says what to do. Exit code 2."""


class RunFailed(Exception):
    """The command was right and failed; its message is one plain sentence. Exit code 1."""


# --- models ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ModelRow:
    """One model that can be named on the command line."""

    id: str
    """What the provider calls it."""
    base_url: str | None = None
    """Its OpenAI-compatible endpoint; None for a model that runs in this process."""
    url_variables: tuple[str, ...] = ()
    """Environment variables that name another endpoint; the first one that is set counts."""
    key_variable: str | None = None
    """The environment variable that holds the key."""
    key_required: bool = False


def _openrouter(model_id: str) -> ModelRow:
    return ModelRow(model_id, "https://openrouter.ai/api/v1", (), "OPENROUTER_API_KEY", key_required=True)


def _local(model_id: str, default_url: str, *url_variables: str) -> ModelRow:
    return ModelRow(model_id, default_url, url_variables, "LOCAL_API_KEY")


_VLLM = "http://localhost:8000/v1"

MODELS: dict[str, ModelRow] = {
    "OFFLINE": ModelRow("offline"),
    "LOCAL_0": _local("qwen3:8b", "http://localhost:11434/v1", "LOCAL_0_BASE_URL"),
    "LOCAL_1": _local("default", _VLLM, "LOCAL_1_BASE_URL"),
    "LOCAL_2": _local("default", "http://localhost:8080/v1", "LOCAL_2_BASE_URL"),
    "GEMINI_FLASH": _openrouter("google/gemini-3-flash-preview"),
    "GEMINI_PRO": _openrouter("google/gemini-3.1-pro-preview"),
    "CLAUDE": _openrouter("anthropic/claude-sonnet-4.6"),
    "GPT": _openrouter("openai/gpt-5.4"),
    "QWEN": _openrouter("qwen/qwen3-max"),
    "CODER": _openrouter("qwen/qwen3-coder"),
    "PHI": _openrouter("microsoft/phi-4"),
}


def load_environment() -> None:
    """Read .env into the environment, where a variable that is set already wins. Raises UsageError."""
    try:
        load_dotenv(ROOT / ".env")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read {ROOT / '.env'} ({error}): write it as plain text, see .env.example"
        ) from None


def find_model(identifier: str) -> ModelRow:
    """The row for a name in MODELS, `openrouter:<model id>` or `local:<model id>`, with the endpoint of the environment.

    Raises UsageError when the name is unknown.
    """
    load_environment()
    row = _row(identifier)
    urls = [os.environ[name] for name in row.url_variables if os.environ.get(name)]
    return replace(row, base_url=urls[0]) if urls else row


def _row(identifier: str) -> ModelRow:
    if identifier in MODELS:
        return MODELS[identifier]
    kind, _, model_id = identifier.partition(":")
    if kind == "openrouter" and model_id:
        return _openrouter(model_id)
    if kind == "local" and model_id:
        return _local(model_id, _VLLM, "LOCAL_BASE_URL", "LOCAL_1_BASE_URL")
    raise UsageError(
        f"there is no model called {identifier!r}: use one of {', '.join(MODELS)}, "
        "or openrouter:<model id>, or local:<model id>"
    )


# --- runs ------------------------------------------------------------------------------------------------------------


def setting(default: Any, help: str, **argparse_options: Any) -> Any:
    """A dataclass field that is also a command-line flag."""
    return field(default=default, metadata={"help": help, **argparse_options})


MOST = 10**9
"""No number on the command line may be larger: it is a slip, and the system's own limits are not far above."""


def bounded(convert: Callable[[str], Any], least: float, wanted: str) -> Callable[[str], Any]:
    """An argparse type: a number from `least` to MOST, else a sentence that says `wanted`."""

    def parse(text: str) -> Any:
        try:
            value = convert(text)
        except ValueError:
            raise UsageError(f"{text!r} is not {wanted}") from None
        if not least <= value <= MOST:
            raise UsageError(
                f"{text!r} is not {wanted}" + (" (and at most a billion)" if value > MOST else "")
            )
        return value

    return parse


at_least_one = bounded(int, 1, "a whole number of 1 or more")
zero_or_more = bounded(int, 0, "a whole number of 0 or more")
not_negative = bounded(float, 0, "a number of 0 or more")
positive = bounded(float, 1e-9, "a number above 0")


def index_range(text: str) -> tuple[int, int]:
    """`START-END` as two whole numbers, 1 <= START <= END."""
    match = re.fullmatch(r"\s*(\d+)\s*-\s*(\d+)\s*", text)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(f"{text!r} is not a range such as 1-30 (1-based, both ends included)")
    return int(match[1]), int(match[2])


def task_id_list(text: str) -> tuple[str, ...]:
    """A JSON list of task ids, as a tuple."""
    import json

    try:
        ids = json.loads(text)
    except (ValueError, RecursionError):
        ids = None
    if not isinstance(ids, list) or not ids or not all(isinstance(name, str) for name in ids):
        raise UsageError(f"""{text!r} is not a JSON list of task ids such as '["007bbfb7", "00d62c1b"]'""")
    return tuple(ids)


EXECUTORS = ("local", "ray")


def executor_setting() -> Any:
    """Where the parts of a run that compute run: OFFLINE's search, and programs."""
    return setting(
        "local",
        "where OFFLINE searches and programs run: local: this machine; ray: a Ray cluster",
        choices=EXECUTORS,
    )


def ray_address_setting() -> Any:
    """The cluster of `--executor ray`."""
    return setting(
        None,
        "with --executor ray: the cluster, such as auto or 10.0.0.1:6379 (default: RAY_ADDRESS, or one of its own)",
    )


def check_executor(executor: str, ray_address: str | None) -> None:
    """Raises UsageError when a cluster is named that would not be used."""
    if ray_address is not None and executor != "ray":
        raise UsageError(f"--ray_address {ray_address} needs --executor ray")


@dataclass(frozen=True, kw_only=True)
class SandboxConfig:
    """What programs that are run may use."""

    exec_timeout: float = setting(10.0, "seconds per program, over all its grids", type=positive)
    exec_memory_mb: int = setting(1024, "memory per program in MB", type=at_least_one)
    sandbox: str = setting("auto", "auto, a tier of the sandbox by name, or unsafe")


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """What a model-driven run can be told. Times are in seconds, costs in US dollars."""

    model_identifier: str = setting(
        "OFFLINE", "a name in config.MODELS, openrouter:<model id> or local:<model id>"
    )
    base_url: str | None = setting(None, "the endpoint, any OpenAI-compatible /v1 (default: the model's own)")
    dataset: str | None = setting(
        None,
        "a dataset.json, a .jsonl of tasks, a folder of task files, a Kaggle *_challenges.json, or arc1-training, "
        "arc1-evaluation, arc2-training, arc2-evaluation (default: apps/static/dataset.json)",
    )
    use_dataset_json: bool = setting(
        True, "read apps/static/dataset.json; off: the task files in data/training"
    )
    versions: str = setting("0", "0: original tasks only; all: signed variations too", choices=("0", "all"))
    task_ids: tuple[str, ...] | None = setting(
        None, "only these tasks, a JSON list of ids", type=task_id_list
    )
    tasks: tuple[int, int] | None = setting(None, "only these tasks, START-END, 1-based", type=index_range)
    max_tasks: int | None = setting(None, "at most this many tasks", type=at_least_one)
    max_concurrent_tasks: int = setting(5, "tasks (and requests) in flight", type=at_least_one)
    best_of: int = setting(1, "responses per task, each sampled separately", type=at_least_one)
    temperature: float | None = setting(
        None, "sampling temperature (default: the model's own)", type=not_negative
    )
    max_tokens: int | None = setting(
        None, "most tokens per response (default: the model's own)", type=at_least_one
    )
    reasoning_effort: str | None = setting(
        None, "for reasoning models, such as low, medium or high; OFFLINE searches longer on high"
    )
    seed: int | None = setting(None, "sampling seed; attempt i of a task uses seed + i", type=zero_or_more)
    stream: bool = setting(True, "stream responses, so that a silent connection is noticed")
    request_timeout: float = setting(1800.0, "seconds for a whole request", type=positive)
    idle_timeout: float = setting(300.0, "seconds of silence on a stream", type=positive)
    max_retries: int = setting(8, "tries per response", type=at_least_one)
    requests_per_minute: float | None = setting(None, "client-side limit on requests", type=positive)
    tokens_per_minute: float | None = setting(None, "client-side limit on tokens", type=positive)
    max_cost: float | None = setting(None, "US dollars this run may spend", type=not_negative)
    output_directory: str | None = setting(
        None, "folder for results, snapshot and log (default: the script's own)"
    )
    resume: str | None = setting(None, "'last' or a run id: ask only for what that run still misses")
    executor: str = executor_setting()
    ray_address: str | None = ray_address_setting()
    dry_run: bool = setting(
        False, "print the first prompt and the expected requests, tokens and cost; ask nothing"
    )
