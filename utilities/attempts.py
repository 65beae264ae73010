"""Asking a model several times for one task: each attempt with its own sampling, an error recorded instead of raised."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from utilities.config import RunConfig
from utilities.model_utils import Message, Model, ModelError, Reply, Request, RunStopped, Sampling
from utilities.records import Attempt, attempt_key, error_info
from utilities.tasks import Task

if TYPE_CHECKING:
    from utilities.earlier_replies import EarlierReplies

Prompt = tuple[Message, ...]
Result = TypeVar("Result")


class TaskModel:
    """The run's model as a script's `work` sees it: for one task, each request with the key that it is saved under."""

    def __init__(
        self,
        model: Model,
        task: Task,
        ask: Callable[[Task, str, Request], Awaitable[Reply]],
        earlier: "EarlierReplies",
    ) -> None:
        """`ask(task, key, request)` is the run's: under its limits, and saved before it answers."""
        self._task, self._ask, self._earlier = task, ask, earlier
        self.identifier, self.username = model.identifier, model.username

    async def ask(self, request: Request) -> Reply:
        """Answer one request; one that an earlier stretch of the run got an answer to is not asked again.

        Raises ModelError, and RunStopped when the run takes no new requests.
        """
        return await self._ask(self._task, self._key(request), request)

    def is_answered(self, request: Request) -> bool:
        """An earlier stretch of the run has an answer to this request."""
        return bool(self._earlier) and self._earlier.holds(self._task.key, self._key(request))

    def earlier(self, request: Request) -> Attempt | None:
        """That answer, with the prompt that was really sent; it is handed out once."""
        found = self._earlier.pop(self._task.key, self._key(request)) if self._earlier else None
        return Attempt(found.messages or request.messages, found.reply) if found else None

    def _key(self, request: Request) -> str:
        return attempt_key(self._task.content_hash, request, self.username)

    def stop(self) -> None:
        """Nothing: the run stops the model."""

    async def close(self) -> None:
        """Nothing: the run closes the model."""


def sampling_of(config: RunConfig, attempt: int) -> Sampling:
    """The sampling of one attempt: with a seed, each attempt has its own."""
    seed = None if config.seed is None else config.seed + attempt
    return Sampling(config.temperature, config.max_tokens, config.reasoning_effort, seed)


async def ask_attempt(
    model: Model, messages: Prompt, config: RunConfig, attempt: int, part: int = 0
) -> Attempt:
    """One request of an attempt; a ModelError becomes its `error`. Raises RunStopped."""
    try:
        reply = await model.ask(Request(messages, sampling_of(config, attempt), attempt, part))
    except ModelError as error:
        return Attempt(messages, error=error_info(error))
    return Attempt(messages, reply)


async def ask_best_of(model: Model, messages: Prompt, config: RunConfig) -> list[Attempt]:
    """All `best_of` attempts at one prompt, in order. Raises RunStopped once those under way are in."""
    if config.best_of == 1:
        return [await ask_attempt(model, messages, config, 0)]  # a task of its own would only cost time
    return await side_by_side(
        ask_attempt(model, messages, config, attempt) for attempt in range(config.best_of)
    )


def side_by_side(work: Iterable[Awaitable[Result]]) -> Awaitable[list[Result]]:
    """What each returns, in order. Raises what one of them raised once all have ended; RunStopped gives way to bugs."""
    # Listed now: the variables of a generator may have other values by the time that this is awaited.
    return _gathered(list(work))


async def _gathered(work: list[Awaitable[Result]]) -> list[Result]:
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for error in sorted(errors, key=lambda error: isinstance(error, RunStopped)):
        raise error
    return [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
