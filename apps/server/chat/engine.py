"""Answers being written: by a model, on this server, whether or not a page looks on.

One asyncio loop in a thread of its own runs them all. Models that use the server's keys are shared by everybody, so that
an endpoint's cool-down and limits hold for all; a person's own key makes a model of its own, which ends with the answer.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

from apps.server.chat import store
from apps.server.chat.channels import Channels, Key
from apps.server.chat.store import ChatMessage
from apps.server.refusals import ApiError
from apps.server.store.database import Database
from apps.server.texts import as_sentence
from utilities.config import RunConfig, UsageError
from utilities.model_utils import (
    Message,
    MissingKey,
    Model,
    ModelError,
    Reply,
    Request,
    RunStopped,
    Sampling,
    get_model,
)

MOST_AT_ONCE = 64
MOST_PER_USER = 4
SAVE_SECONDS = 1.0
CLOSE_SECONDS = 10.0
MOST_CHARACTERS = 8_000_000
"""Of one answer; what comes after is not waited for."""
CONFIG = RunConfig(
    max_concurrent_tasks=MOST_AT_ONCE, max_retries=3, request_timeout=1800.0, idle_timeout=120.0
)

log = logging.getLogger("apps.server")


@dataclass
class Answer:
    """One answer on its way."""

    key: Key
    message: ChatMessage
    prompt: tuple[Message, ...]
    api_key: str | None
    text: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)
    length: int = 0
    thinking_length: int = 0
    task: "asyncio.Task[None] | None" = None
    """Once it runs."""
    to_stop: bool = False
    is_ending: bool = False
    """What it is has been decided, and is being kept."""


class Engine:
    """Writes answers and tells `channels` about it."""

    def __init__(self, database: Database, channels: Channels, budget: float | None) -> None:
        """`budget`: US dollars per user and day on the server's keys; None: no limit."""
        self._database, self._channels, self._budget = database, channels, budget
        self._models: dict[str, Model] = {}
        self._answers: dict[str, Answer] = {}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def refuse_when_busy(self, username: str) -> None:
        """Raises ApiError (429) when no further answer can be begun for this user."""
        with self._lock:
            own = sum(answer.key[0] == username for answer in self._answers.values())
            if own >= MOST_PER_USER:
                raise ApiError(429, f"{own} answers are being written for you: wait for one, or stop it.", 5)
            if len(self._answers) >= MOST_AT_ONCE:
                raise ApiError(429, "Too many answers are being written: try again soon.", 5)

    def start(self, key: Key, message: ChatMessage, prompt: tuple[Message, ...], api_key: str | None) -> None:
        """Begin to write `message`."""
        answer = Answer(key, message, prompt, api_key)
        with self._lock:
            self._answers[message.message_id] = answer
        self._submit(self._write(answer))

    def stop(self, message_id: str) -> None:
        """Break an answer off; what has arrived of it stays."""
        with self._lock:
            answer = self._answers.get(message_id)
        if answer and self._loop:
            self._loop.call_soon_threadsafe(_break_off, answer)

    def live(self, message: ChatMessage) -> ChatMessage:
        """A message with all that has arrived of it by now, which is more than was saved."""
        with self._lock:
            answer = self._answers.get(message.message_id)
        if answer is None or message.status != "streaming":
            return message
        return msgspec.structs.replace(message, text="".join(answer.text), thinking="".join(answer.thinking))

    def close(self) -> None:
        """Break off every answer and end the models; may be called twice."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop and self._thread:
            asyncio.run_coroutine_threadsafe(self._end(), loop).result(timeout=CLOSE_SECONDS)
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join()
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    # --- in the loop -------------------------------------------------------------------------------------------------

    def _submit(self, coroutine: Coroutine[Any, Any, None]) -> None:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="chat", daemon=True)
                self._thread.start()
            asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def _end(self) -> None:
        answers = list(self._answers.values())
        for answer in answers:
            _break_off(answer)
        tasks = [answer.task for answer in answers if answer.task]
        await asyncio.gather(*tasks, return_exceptions=True)
        for model in self._models.values():
            await model.close()

    async def _write(self, answer: Answer) -> None:
        answer.task = asyncio.current_task()
        saving = asyncio.create_task(self._keep_saved(answer))
        message = answer.message
        try:
            if answer.to_stop:
                raise asyncio.CancelledError
            reply = await self._asked(answer)
            message.text, message.thinking, message.status = reply.text, reply.thinking, "done"
            message.usage, message.finish_reason = reply.usage, reply.finish_reason
            await self._end_of(answer, reply.cost)
        except (ModelError, UsageError, ApiError, RunStopped) as error:
            self._keep_part(answer, "failed", as_sentence(_reason(error)))
            await self._end_of(answer, error.usage.cost if isinstance(error, ModelError) else None)
        except asyncio.CancelledError:
            self._keep_part(answer, "stopped", None)
            # What it cost is not said any more; free it is not, or stopping would be a way around the budget.
            await self._end_of(answer, await asyncio.to_thread(store.dearest, self._database, answer.key[0]))
        except BaseException:
            log.exception("an answer could not be written")
            self._keep_part(answer, "failed", "The server failed; its log says why. Try again.")
            await self._end_of(answer, None)
            raise
        finally:
            saving.cancel()
            await asyncio.gather(saving, return_exceptions=True)
            with self._lock:
                self._answers.pop(message.message_id, None)

    async def _asked(self, answer: Answer) -> Reply:
        settings = answer.message.settings
        request = Request(
            answer.prompt,
            Sampling(temperature=settings.temperature),
            listener=lambda kind, text: self._hear(answer, kind, text),
        )
        if answer.api_key:
            model = get_model(settings.model, CONFIG, answer.api_key)
            try:
                return await _undisturbed(model.ask(request))
            finally:
                await model.close()
        await asyncio.to_thread(self._refuse_over_budget, answer.key[0])
        return await _undisturbed(self._shared_model(settings.model).ask(request))

    def _shared_model(self, identifier: str) -> Model:
        if identifier not in self._models:
            self._models[identifier] = get_model(identifier, CONFIG)
        return self._models[identifier]

    def _refuse_over_budget(self, username: str) -> None:
        """Raises ApiError when the day's budget would not cover this answer and those under way."""
        if self._budget is None:
            return
        with self._lock:
            under_way = sum(a.key[0] == username and not a.api_key for a in self._answers.values())
        expected = (under_way - 1) * store.dearest(self._database, username)
        spent = store.spent_today(self._database, username)
        if spent + expected >= self._budget:
            raise ApiError(
                402,
                f"Your budget for today is used up (${spent:.2f} of ${self._budget:.2f}): go on tomorrow (UTC), "
                "use a key of your own, or ask OFFLINE.",
            )

    def _hear(self, answer: Answer, kind: str, text: str) -> None:
        text = text.encode("utf-8", "replace").decode()
        if kind == "restart":
            answer.text, answer.thinking, answer.length, answer.thinking_length = [], [], 0, 0
        said, thought = text if kind == "text" else "", text if kind == "thinking" else ""
        delta = {
            "message_id": answer.message.message_id,
            "text": said,
            "thinking": thought,
            "text_at": answer.length,
            "thinking_at": answer.thinking_length,
            "restart": kind == "restart",
        }
        answer.text.append(said)
        answer.thinking.append(thought)
        answer.length += _javascript_length(said)
        answer.thinking_length += _javascript_length(thought)
        self._channels.tell(answer.key, "delta", delta)
        if answer.length + answer.thinking_length > MOST_CHARACTERS:
            _break_off(answer)

    def _keep_part(self, answer: Answer, status: store.Status, error: str | None) -> None:
        message = answer.message
        message.text, message.thinking = "".join(answer.text), "".join(answer.thinking)
        message.status, message.error = status, error

    async def _end_of(self, answer: Answer, cost: float | None) -> None:
        answer.is_ending = True
        message = answer.message
        if message.status == "done" and not answer.length and message.text:
            self._hear(answer, "text", message.text)  # a model that does not stream
        charged = None if answer.api_key else cost
        await asyncio.to_thread(store.finish, self._database, answer.key[0], message, charged)
        name = "failed" if message.status == "failed" else "done"
        data = {"message_id": message.message_id, "message": msgspec.to_builtins(message)}
        self._channels.tell(answer.key, name, data | ({"error": message.error} if message.error else {}))

    async def _keep_saved(self, answer: Answer) -> None:
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            text, thinking = "".join(answer.text), "".join(answer.thinking)
            await asyncio.to_thread(
                store.save_part, self._database, answer.message.message_id, text, thinking
            )


async def _undisturbed(asking: Awaitable[Reply]) -> Reply:
    """The reply; where it was whole when it was stopped, that comes at the next wait, which is here, and means nothing."""
    reply = await asking
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(0)
    return reply


def _javascript_length(text: str) -> int:
    """UTF-16 units, in which pages count: a page that has read a part of an answer sees which deltas it has already."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _break_off(answer: Answer) -> None:
    """Once only: what ends it (closing a connection, keeping what has arrived) is not broken off in its turn."""
    if answer.to_stop or answer.is_ending:
        return
    answer.to_stop = True
    if answer.task:
        answer.task.cancel()


def _reason(error: Exception) -> str:
    """Why there is no answer, for somebody at the page."""
    if isinstance(error, MissingKey):
        return (
            f"this server has no {error.variable}, which {error.model} needs: give a key of your own with “Own key”, "
            "or choose the model OFFLINE, which needs none"
        )
    return str(error) or "the server is being stopped: ask again later"
