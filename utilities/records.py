"""The lines of a results file, and how to read them (data/nature_of_data.md shows each with an example).

Not here: writing them durably (results.py).
"""

import hashlib
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from utilities.model_utils import Message, ModelError, Reply, Request, Usage
from utilities.tasks import Task, task_of_data

Record = dict[str, Any]
"""A line as read back: every key that was written, also those of other versions."""


class ErrorInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why an attempt has no response."""

    type: str
    message: str
    cost: float | None = None
    """US dollars that its tries were charged all the same."""


SKIPPED = "skipped"
"""The error type of an attempt that was not asked because enough programs agreed: nothing is missing."""


class Attempt(msgspec.Struct, frozen=True):
    """One request of a task and what came of it: a reply or an error."""

    messages: tuple[Message, ...]
    reply: Reply | None = None
    error: ErrorInfo | None = None

    @property
    def text(self) -> str | None:
        """The raw response, None when there is none."""
        return self.reply.text if self.reply else None


class RunLine(msgspec.Struct, kw_only=True, tag_field="entry_type", tag="run"):
    """The first line of a run."""

    run_id: str
    script: str
    timestamp: str
    config: dict[str, Any]
    manifest: dict[str, Any]


class ResultLine(msgspec.Struct, kw_only=True, tag_field="entry_type", tag="result"):
    """A task whose attempts are all in; each list has one element per attempt."""

    run_id: str
    task_id: str
    version: int
    timestamp: str
    task_data: msgspec.Raw
    """The pairs of the task (Task.pairs), so that a record can be verified without its dataset."""
    best_of: int
    prompt_messages: list[Any]
    reasoning: list[Any]
    response: list[Any]
    thinking: list[Any]
    finish_reason: list[Any]
    usage: list[Any]
    generation_time_seconds: list[Any]
    provider: list[Any]
    error: list[Any]


class CodeResultLine(ResultLine, kw_only=True, tag="result"):
    """A result of a script that asks for programs."""

    python_code: list[str | None]


class StoredResult(msgspec.Struct):
    """What a resume needs of a result line, to refuse one that was changed by hand; per test input lists may be nested."""

    run_id: str
    task_id: str
    version: int
    task_data: Record
    prompt_messages: list[list[Any] | None]
    response: list[str | list[str | None] | None]
    thinking: list[str | list[str | None] | None]
    finish_reason: list[str | list[str | None] | None]
    usage: list[Usage | list[Usage | None] | None]
    generation_time_seconds: list[float | list[float | None] | None]
    provider: list[Record | list[Record | None] | None]
    error: list[ErrorInfo | list[ErrorInfo | None] | None]
    refinements: list[list["StoredFollowUp"]] | None = None

    def __post_init__(self) -> None:
        values = {name: getattr(self, name) for name in self.__struct_fields__[4:]}
        lengths = {name: len(value) for name, value in values.items() if value is not None}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"its lists have different lengths: {lengths}")


class StoredFollowUp(msgspec.Struct):
    """The same of a follow-up."""

    prompt_messages: list[Message]
    response: str | None
    thinking: str | None
    finish_reason: str | None
    usage: Usage | None
    generation_time_seconds: float | None
    provider: Record | None
    error: ErrorInfo | None


class MetadataLine(msgspec.Struct, kw_only=True, tag_field="entry_type", tag="metadata"):
    """The last line of a stretch of a run. Cost in US dollars, None when the provider reports none."""

    run_id: str
    status: str
    model_identifier: str
    model_username: str
    timestamp: str
    total_runtime_seconds: float
    tasks_total: int
    tasks_finished: int
    attempts: int
    attempts_answered: int
    """Those with an answer to all that they were asked."""
    requests: int
    """The direct benchmark makes one per attempt and test input, and --refine makes further ones."""
    failures: dict[str, int]
    solved_task_ids: list[str] | None
    unsolved_task_ids: list[str] | None
    usage: dict[str, int]
    cost: float | None
    message: str | None = None
    """Why the run ended early, in one sentence."""
    scores: Record | msgspec.UnsetType = msgspec.UNSET
    """Of a benchmark: scoring.Scores."""


class JournalLine(msgspec.Struct, kw_only=True):
    """A response on arrival, before anything is done with it."""

    run_id: str
    task_id: str
    version: int
    key: str
    reply: Reply
    prompt_messages: tuple[Message, ...] | msgspec.UnsetType = msgspec.UNSET
    """Of a follow-up (Request.is_follow_up)."""


def now() -> str:
    """The time in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def error_info(error: ModelError) -> ErrorInfo:
    """A ModelError as it stands in records."""
    return ErrorInfo(error.type, error.message, error.usage.cost)


def attempt_key(content_hash: str, request: Request, model_id: str) -> str:
    """What identifies a response: task content, attempt, prompt, model and sampling; never position or time.

    Of a follow-up its number and the prompt of the conversation count: the rest of it is made of what programs did, and
    a program need not do the same when it is run again.
    """
    parts: tuple[Any, ...] = (
        content_hash,
        request.attempt,
        _opening(request) if request.part else request.messages,
        model_id,
        request.sampling,
    )
    if request.part:
        parts += (request.part,)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]


def _opening(request: Request) -> tuple[Message, ...]:
    """The prompt up to the first reply."""
    return tuple(itertools.takewhile(lambda message: message.role != "assistant", request.messages))


def attempt_fields(attempts: list[Attempt]) -> Record:
    """The fields of a result line that every script has, one list element per attempt."""
    replies = [attempt.reply for attempt in attempts]
    return {
        "prompt_messages": [attempt.messages or None for attempt in attempts],
        "response": [reply and reply.text for reply in replies],
        "thinking": [reply and reply.thinking for reply in replies],
        "finish_reason": [reply and reply.finish_reason for reply in replies],
        "usage": [reply and reply.usage for reply in replies],
        "generation_time_seconds": [reply and round(reply.generation_time_seconds, 3) for reply in replies],
        "provider": [reply and reply.provider for reply in replies],
        "error": [attempt.error for attempt in attempts],
    }


def flattened(values: list[Any]) -> Iterator[Any]:
    """The elements of a per-attempt list, also where it is nested per test input."""
    for value in values:
        if isinstance(value, list):
            yield from flattened(value)
        else:
            yield value


def task_of_record(record: Record) -> Task:
    """The task that a result record carries in `task_data`. Raises msgspec.ValidationError when that is none."""
    return task_of_data(record.get("task_id"), record.get("version", 0), record.get("task_data"))


def error_type(error: Any) -> str:
    """`error.type` of an ErrorInfo or of the same as it was read; `unknown` where a file says none."""
    kind = error.get("type") if isinstance(error, dict) else getattr(error, "type", None)
    return kind if isinstance(kind, str) else "unknown"


def errors_of(record: Record) -> Iterator[Any]:
    """Every error of a result record: of its attempts, also nested per test input, and of their follow-ups."""
    follow_ups = [follow_up for chain in record.get("refinements") or () for follow_up in chain]
    for error in (*flattened(record["error"]), *(follow_up["error"] for follow_up in follow_ups)):
        if error is not None:
            yield error


def is_complete(record: Record) -> bool:
    """Every request has a response, and no program has to be run again because the sandbox itself failed."""
    reasons = [reason or "" for reason in record.get("verification_reason") or ()]
    return all(error_type(error) == SKIPPED for error in errors_of(record)) and not any(
        reason.startswith("sandbox_error") for reason in reasons
    )


def read_replies(record: Record) -> Iterator[tuple[Request, Reply]]:
    """(request, reply) of everything that was answered in a result record; the sampling is not in it."""
    for attempt, prompt in enumerate(record["prompt_messages"]):
        fields = {name: record[name][attempt] for name in _REPLY_FIELDS}
        if prompt and isinstance(prompt[0], list):
            for part, part_prompt in enumerate(prompt):
                yield from _reply(
                    attempt, part, part_prompt, {name: value[part] for name, value in fields.items()}
                )
        elif prompt:
            yield from _reply(attempt, 0, prompt, fields)
    for attempt, chain in enumerate(record.get("refinements") or ()):
        for part, follow_up in enumerate(chain, start=1):
            yield from _reply(attempt, part, follow_up["prompt_messages"], follow_up)


_REPLY_FIELDS = ("response", "thinking", "finish_reason", "usage", "generation_time_seconds", "provider")


def _reply(attempt: int, part: int, prompt: list[Record], fields: Record) -> Iterator[tuple[Request, Reply]]:
    if fields["response"] is not None:
        reply = Reply(
            text=fields["response"],
            thinking=fields["thinking"] or "",
            finish_reason=fields["finish_reason"],
            usage=msgspec.convert(fields["usage"] or {}, Usage),
            generation_time_seconds=fields["generation_time_seconds"] or 0.0,
            provider=fields["provider"] or {},
        )
        yield Request(msgspec.convert(prompt, tuple[Message, ...]), attempt=attempt, part=part), reply
