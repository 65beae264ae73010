"""`/arc2/api/chat/<task_id>` and `/arc2/api/models`: discussing a task with a model.

`engine.py` writes answers, `store.py` keeps conversations, `channels.py` tells pages what happens in them.
"""

import time
from collections.abc import Callable, Iterator
from typing import Annotated, Literal

import msgspec
from flask import Blueprint, Response, current_app

from agents.discussion import Discussion
from apps.server.access import username
from apps.server.api import Reply, operation
from apps.server.chat import store
from apps.server.chat.channels import Channel, Channels, frames
from apps.server.chat.engine import Engine
from apps.server.chat.models import ModelReply, listed
from apps.server.chat.store import ChatMessage, Settings
from apps.server.context import catalogue, database
from apps.server.refusals import ApiError
from apps.server.store import variations
from apps.server.streams import (
    HEARTBEAT,
    HEARTBEAT_SECONDS,
    StreamPlaces,
    client_left,
    frame,
    last_event_id,
    opening,
)
from apps.server.texts import as_sentence, clean_text
from utilities.config import UsageError, find_model
from utilities.model_utils import Message
from utilities.tasks import Task

LOOK_SECONDS = 1.0
PAUSE_SECONDS = 0.05
"""Streams tell at most twenty times a second; what comes in between is told together."""

Source = Literal["original", "variation", "both"]
ModelName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Temperature = Annotated[float, msgspec.Meta(ge=0, le=5)]
ApiKey = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
MessageId = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Version = Annotated[int, msgspec.Meta(ge=0, le=10**6)]

blueprint = Blueprint("chat", __name__)


class Question(msgspec.Struct):
    """What a person says, and how it is to be answered."""

    text: str
    model: ModelName
    client_id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    temperature: Temperature | None = None
    data_source: Source = "original"
    version: Version = 0
    api_key: ApiKey | None = None
    """Used for this answer and then forgotten."""
    replaces: MessageId | None = None
    """One's earlier question, which this one stands in for; what followed it goes."""


class Again(msgspec.Struct):
    """Which answer to write anew; settings that are left out are the answer's own."""

    message_id: MessageId
    model: ModelName | None = None
    temperature: Temperature | None = None
    api_key: ApiKey | None = None


class Which(msgspec.Struct):
    """Which answer."""

    message_id: MessageId


class PromptQuery(msgspec.Struct):
    """Whose pairs the prompt shows."""

    data_source: Source = "original"
    version: Version = 0


class Models(Reply, kw_only=True):
    """The models that can be asked by name."""

    models: list[ModelReply]


class Conversation(Reply, kw_only=True):
    """The messages, oldest first."""

    messages: list[ChatMessage]
    event_id: int
    """Where a stream is to begin."""


class Accepted(Reply, kw_only=True):
    """The answer is being written."""

    message_id: str


class Prompt(Reply, kw_only=True):
    """What a model would be shown, as text and as messages."""

    text: str
    messages: list[Message]


@operation(blueprint, "GET", "/api/models", reply=Models)
def list_models() -> Models:
    """List the models and say which can be asked now."""
    return Models(models=listed())


@operation(blueprint, "GET", "/api/chat/<task_id>", reply=Conversation)
def conversation(task_id: str) -> Conversation:
    """Read one's conversation about a task."""
    catalogue().task(task_id)
    key = username(), task_id
    event_id = _channels().last(key)
    messages = [_engine().live(message) for message in store.of_task(database(), *key)]
    return Conversation(messages=messages, event_id=event_id)


@operation(blueprint, "POST", "/api/chat/<task_id>", body=Question, reply=Accepted, statuses=(202,))
def ask(task_id: str, body: Question) -> tuple[Accepted, int]:
    """Say something; the answer is written on the server and read with `stream`."""
    key, text = (username(), task_id), clean_text(body.text)
    settings = Settings(
        model=_known(body.model),
        temperature=body.temperature,
        data_source=body.data_source,
        version=body.version,
        own_key=body.api_key is not None,
    )
    tasks = _tasks(task_id, settings.data_source, settings.version)
    _engine().refuse_when_busy(key[0])
    asked = store.ask(database(), *key, text, settings, body.client_id, body.replaces)
    if asked.is_new:
        if body.replaces is not None:
            _channels().tell(key, "reset", {})
        _channels().tell(key, "message", {"message": msgspec.to_builtins(asked.question)})
        _begin(key, asked.answer, tasks, body.api_key)
    return Accepted(message_id=asked.answer.message_id), 202


@operation(blueprint, "POST", "/api/chat/<task_id>/regenerate", body=Again, reply=Accepted, statuses=(202,))
def regenerate(task_id: str, body: Again) -> tuple[Accepted, int]:
    """Write an answer anew; it and what was said after it go."""
    key = username(), task_id
    before = store.find(database(), *key, body.message_id).settings
    settings = msgspec.structs.replace(
        before,
        model=_known(body.model or before.model),
        temperature=before.temperature if body.temperature is None else body.temperature,
        own_key=body.api_key is not None,
    )
    tasks = _tasks(task_id, settings.data_source, settings.version)
    _engine().refuse_when_busy(key[0])
    answer = store.ask_again(database(), *key, body.message_id, settings)
    _channels().tell(key, "reset", {})
    _begin(key, answer, tasks, body.api_key)
    return Accepted(message_id=answer.message_id), 202


@operation(blueprint, "POST", "/api/chat/<task_id>/stop", body=Which)
def stop(task_id: str, body: Which) -> Reply:
    """Break an answer off; what has arrived stays."""
    store.find(database(), username(), task_id, body.message_id)
    _engine().stop(body.message_id)
    return Reply()


@operation(blueprint, "DELETE", "/api/chat/<task_id>")
def clear(task_id: str) -> Reply:
    """Remove one's conversation about a task."""
    catalogue().task(task_id)
    key = username(), task_id
    for message in store.of_task(database(), *key):
        if message.status == "streaming":
            _engine().stop(message.message_id)
    store.clear(database(), *key)
    _channels().tell(key, "reset", {})
    return Reply()


@operation(blueprint, "GET", "/api/chat/<task_id>/prompt", query=PromptQuery, reply=Prompt)
def prompt(task_id: str, query: PromptQuery) -> Prompt:
    """Show what a model is shown of the task: its train pairs, never a test output."""
    messages = Discussion().messages(_tasks(task_id, query.data_source, query.version), [])
    return Prompt(text="\n\n".join(message.content for message in messages), messages=list(messages))


@operation(blueprint, "GET", "/api/chat/<task_id>/stream", reply=bytes)
def stream(task_id: str) -> Response:
    """Stream `message`, `delta`, `done`, `failed`, and `reset` (read the conversation again)."""
    catalogue().task(task_id)
    places: StreamPlaces = current_app.extensions["stream_places"]
    return places.stream(_stream(_channels(), (username(), task_id), last_event_id(), client_left()))


# --- their parts -----------------------------------------------------------------------------------------------------


def _engine() -> Engine:
    found: Engine = current_app.extensions["chat_engine"]
    return found


def _channels() -> Channels:
    found: Channels = current_app.extensions["chat_channels"]
    return found


def _known(model: str) -> str:
    """Raises ApiError (400) when there is no model of that name."""
    try:
        find_model(model)
    except UsageError as error:
        raise ApiError(400, as_sentence(str(error))) from None
    return model


def _tasks(task_id: str, source: Source, version: int) -> list[Task]:
    """The versions that the prompt shows. Raises ApiError (404)."""
    original = catalogue().task(task_id)
    if source == "original":
        return [original]
    with database().reading() as connection:
        variation = variations.find(connection, original, version)
    return [original, variation] if source == "both" and version else [variation]


def _begin(key: tuple[str, str], answer: ChatMessage, tasks: list[Task], api_key: str | None) -> None:
    turns = store.turns_before(store.of_task(database(), *key), answer.message_id)
    _channels().tell(key, "message", {"message": msgspec.to_builtins(answer)})
    _engine().start(key, answer, Discussion().messages(tasks, turns), api_key)


def _stream(
    channels: Channels, key: tuple[str, str], number: int | None, left: Callable[[], bool]
) -> Iterator[bytes]:
    with channels.open(key) as channel:
        number = channel.last if number is None else number
        yield opening(number)
        sent = time.monotonic()
        while not channels.closed and not left():
            text, number = _news(channel, number)
            if not text and time.monotonic() - sent >= HEARTBEAT_SECONDS:
                text = HEARTBEAT
            if text:
                yield text
                sent = time.monotonic()
                time.sleep(PAUSE_SECONDS)


def _news(channel: Channel, number: int) -> tuple[bytes, int]:
    """What happened after `number`, waited for a little; and the number to go on from."""
    with channel.changed:
        if channel.last == number:
            channel.changed.wait(LOOK_SECONDS)
        events, last = channel.after(number), channel.last
    if events is None:
        return frame("reset", b"{}", last), last
    return frames(events), last
