"""What a model is to the rest of the toolkit: a request in, a reply or a ModelError out; and the factory `get_model`.

Providers live in utilities/models/. Retrying, rate limits and timeouts are theirs; concurrency, saving and cost caps
are the runner's.
"""

import os
from collections.abc import Callable
from typing import Any, Literal, Protocol

import msgspec

from utilities.config import ModelRow, RunConfig, UsageError, find_model


class Message(msgspec.Struct, frozen=True):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Sampling(msgspec.Struct, frozen=True, omit_defaults=True):
    """How to sample; None leaves it to the model."""

    temperature: float | None = None
    max_tokens: int | None = None
    reasoning_effort: str | None = None
    seed: int | None = None


Listener = Callable[[Literal["text", "thinking", "restart"], str], None]
"""Hears an answer while it arrives, piece by piece; `restart`: that try failed, what it brought is void."""


BeforeRetry = Callable[[float | None], None]
"""Hears what the failed try was charged (US dollars; None: the provider did not say); raises RunStopped for no other."""


class Request(msgspec.Struct, frozen=True):
    """One question to a model."""

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    attempt: int = 0
    """Which of a task's `best_of` attempts this is, from 0."""
    part: int = 0
    """Which of the attempt's requests, from 0: the test input of a direct answer, or 0 and then the follow-ups."""
    listener: Listener | None = None
    """For whoever reads along; the reply holds all of it again, put in order."""
    before_retry: BeforeRetry | None = None
    """Asked when a try failed, before the next."""

    @property
    def is_follow_up(self) -> bool:
        """It goes on from a reply, so that its prompt may come out differently when it is made again."""
        return self.part > 0 and any(message.role == "assistant" for message in self.messages)


class Usage(msgspec.Struct):
    """Tokens and US dollars as the provider reports them; None where it does not say."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    cost: float | None = None


class Reply(msgspec.Struct):
    """What came back for one request."""

    text: str
    thinking: str = ""
    finish_reason: str | None = None
    usage: Usage = msgspec.field(default_factory=Usage)
    generation_time_seconds: float = 0.0
    """From the start of the try that succeeded to its last byte; waiting for a slot does not count."""
    provider: dict[str, Any] = {}
    """The rest of what the provider sent (its ids, its own model name, reasoning details); and where tries failed
    before this reply, `failed_tries`: a list of `{"type", "message", "usage"}`."""

    @property
    def cost(self) -> float | None:
        """US dollars charged for this reply and the tries that failed before it; None where nothing was said."""
        tries = [failed["usage"].get("cost") for failed in self.provider.get("failed_tries", ())]
        known = [cost for cost in (self.usage.cost, *tries) if cost is not None]
        return sum(known) if known else None


class Model(Protocol):
    """Anything that answers requests."""

    identifier: str
    """As named on the command line, e.g. `CLAUDE` or `local:any`."""
    username: str
    """Who signs this model's traces, e.g. `anthropic/claude-sonnet-4.6`."""

    async def ask(self, request: Request) -> Reply:
        """Answer one request. Raises ModelError, and RunStopped once `stop` was called."""
        ...

    def stop(self) -> None:
        """Start no further try: what is under way goes on, what would start raises RunStopped."""
        ...

    async def close(self) -> None:
        """Let go of connections and processes; may be called twice."""
        ...


# --- errors: a closed hierarchy; `type` is what a record's error.type says -------------------------------------------


class ModelError(Exception):
    """No answer to one request. Only the four classes below are ever raised."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type = type
        self.message = message
        self.usage = Usage()
        """What the failed tries were charged, as far as the provider said."""

    def __str__(self) -> str:
        return self.message


class RetryableError(ModelError):
    """Worth another try: connection, timeout, 408, 409, 425, 429, 5xx. Leaves a model only when its tries are used up."""

    def __init__(self, type: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(type, message)
        self.retry_after = retry_after
        """Seconds that the server asked us to wait, if it did."""


class BadReplyError(RetryableError):
    """The reply was no answer: empty choices, truncated JSON, HTML in place of JSON."""


class RefusedError(ModelError):
    """This request is refused for good (400, 403 about one prompt, 404, 413, 422); others may still be answered."""


class RunStoppingError(ModelError):
    """No request can be answered: the key is refused (401, 403), the credit is used up (402), no such model (404)."""


class RunStopped(Exception):
    """Not asked, because the run takes no new requests: nothing to record, the task stays unfinished."""


# --- factory ---------------------------------------------------------------------------------------------------------


def get_model(model_identifier: str, config: RunConfig | None = None, api_key: str | None = None) -> Model:
    """The model of that name (see config.find_model), with the endpoint, timeouts and limits of `config`.

    `api_key` is used instead of that of the environment. Raises UsageError when the name is unknown, its key is missing or
    impossible, OFFLINE is given an endpoint or a reasoning effort that it does not know, or Ray is not installed;
    RunFailed when there is no Ray cluster.
    """
    config = config or RunConfig()
    row = find_model(model_identifier)
    if row.base_url is None:
        if config.base_url:
            raise UsageError(
                f"{model_identifier} runs in this process and has no endpoint: with --base_url, name the model to ask "
                "there, for example --model_identifier local:my-model"
            )
        from utilities.models.offline.model import UNKNOWN_EFFORT, OfflineModel, effort_of

        if effort_of(config.reasoning_effort) is None:
            raise UsageError(f"--reasoning_effort {config.reasoning_effort}: {UNKNOWN_EFFORT}")
        if config.executor == "ray" and not config.dry_run:
            from utilities.models.offline.ray_crew import RayCrew

            return OfflineModel(crew=RayCrew(config.ray_address))
        return OfflineModel(workers=config.max_concurrent_tasks)
    key = api_key or _key(model_identifier, row, needed=config.base_url is None and not config.dry_run)
    from utilities.models.openai_compatible import OpenAICompatibleModel

    return OpenAICompatibleModel(model_identifier, row.id, config.base_url or row.base_url, key, config)


class MissingKey(UsageError):
    """A model needs a key that is not there; where there is no command line, `model` and `variable` say which."""

    def __init__(self, model: str, variable: str | None) -> None:
        super().__init__(
            f"{model} needs a key: set {variable} in the environment or in .env "
            "(see .env.example), or use --model_identifier OFFLINE, which needs none"
        )
        self.model, self.variable = model, variable


def _key(model_identifier: str, row: ModelRow, *, needed: bool) -> str | None:
    key = os.environ.get(row.key_variable or "", "").strip()
    if needed and row.key_required and not key:
        raise MissingKey(model_identifier, row.key_variable)
    if not (key.isascii() and key.isprintable()):
        raise UsageError(f"{row.key_variable} holds characters that no key has: copy the key again")
    return key or None
