"""Asking a model several times for one task: each attempt with its own sampling, an error recorded instead of raised."""

import asyncio

from utilities.config import RunConfig
from utilities.model_utils import Message, Model, ModelError, Request, RunStopped, Sampling
from utilities.records import Attempt, error_info

Prompt = tuple[Message, ...]


def sampling_of(config: RunConfig, attempt: int) -> Sampling:
    """The sampling of one attempt: with a seed, each attempt has its own."""
    seed = None if config.seed is None else config.seed + attempt
    return Sampling(config.temperature, config.max_tokens, config.reasoning_effort, seed)


async def ask_attempt(model: Model, messages: Prompt, config: RunConfig, attempt: int) -> Attempt:
    """One attempt; a ModelError becomes its `error`. Raises RunStopped."""
    try:
        reply = await model.ask(Request(messages, sampling_of(config, attempt), attempt))
    except ModelError as error:
        return Attempt(messages, error=error_info(error))
    return Attempt(messages, reply)


async def ask_best_of(model: Model, messages: Prompt, config: RunConfig) -> list[Attempt]:
    """All `best_of` attempts at one prompt, in order. Raises RunStopped once those under way are in."""
    if config.best_of == 1:
        return [await ask_attempt(model, messages, config, 0)]  # a task of its own would only cost time
    asked = [ask_attempt(model, messages, config, attempt) for attempt in range(config.best_of)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for error in sorted(errors, key=lambda error: isinstance(error, RunStopped)):
        raise error
    return [outcome for outcome in outcomes if isinstance(outcome, Attempt)]
