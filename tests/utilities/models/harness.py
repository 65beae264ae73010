"""What the tests of the client share: a model, a server for it, a question; chunks of an answer and how to read them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from tests.fault_server import FaultServer, listening
from utilities.config import RunConfig
from utilities.model_utils import (
    Message,
    ModelError,
    Reply,
    Request,
    Sampling,
    Usage,
)
from utilities.models.limits import Backoff
from utilities.models.openai_compatible import OpenAICompatibleModel
from utilities.models.replies import ReplyBuilder

KEY = "sk-or-v1-0123456789abcdef"
FAST = Backoff(base=0.01, cap=0.05)
PAID = Usage(prompt_tokens=100, completion_tokens=50, reasoning_tokens=20, cached_tokens=30, cost=0.001)
both_ways = pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])


@asynccontextmanager
async def model_at(
    base_url: str, backoff: Backoff = FAST, **settings: Any
) -> AsyncIterator[OpenAICompatibleModel]:
    model = OpenAICompatibleModel("local:any", "any", base_url, KEY, RunConfig(**settings), backoff)
    try:
        yield model
    finally:
        await model.close()


@asynccontextmanager
async def serving_model(
    *script: str, server: dict[str, Any] | None = None, **settings: Any
) -> AsyncIterator[tuple[FaultServer, OpenAICompatibleModel]]:
    async with (
        FaultServer(script=script, **(server or {})) as faulty,
        model_at(faulty.base_url, **settings) as model,
    ):
        yield faulty, model


def question(text: str = "hi", **sampling: Any) -> Request:
    return Request((Message("user", text),), Sampling(**sampling))


async def error_of(model: OpenAICompatibleModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await model.ask(question())
    return caught.value


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  the server has no events to wait for
            await asyncio.sleep(0.01)


@asynccontextmanager
async def endpoint(handler: Any) -> AsyncIterator[str]:
    """The base URL of an endpoint that answers by `handler`."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", handler)
    async with listening(app) as port:
        yield f"http://127.0.0.1:{port}/v1"


RAW_USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 50,
    "cost": 0.25,
    "completion_tokens_details": {"reasoning_tokens": 20},
    "prompt_tokens_details": {"cached_tokens": 30},
    "cost_details": {"upstream_inference_cost": None},
}


def read(*chunks: object) -> Reply:
    builder = ReplyBuilder(answered=True)
    for chunk in chunks:
        builder.add(chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode())
    return builder.reply()


def delta(fields: object, finish_reason: str | None = None, **more: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish_reason}], **more}
