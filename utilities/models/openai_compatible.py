"""One client for every endpoint that speaks OpenAI's chat completions: OpenRouter, vLLM, Ollama, llama.cpp, ...

One try is here: the body, the connection, reading the answer. What a failed try means is in failures.py, when the next
one may start in endpoint.py, how an answer is put together in replies.py. A response is asked for at least once: an
answer that was paid for and lost on the way is asked for again. Not covered: tools, images, several choices.
"""

import asyncio
import logging
from errno import ECONNREFUSED
from typing import Any

import aiohttp
import msgspec

from utilities.config import RunConfig
from utilities.model_utils import (
    BadReplyError,
    BeforeRetry,
    Listener,
    ModelError,
    Reply,
    Request,
    RetryableError,
    Usage,
)
from utilities.models.address import authorization, chat_completions, proxy_for, read_address
from utilities.models.endpoint import Endpoint
from utilities.models.failures import failure, quote, reads
from utilities.models.limits import Backoff
from utilities.models.replies import ReplyBuilder, total_usage
from utilities.models.responses import NETWORK_ERRORS, read_events, what_it_said

_log = logging.getLogger(__name__)
_CHARACTERS_PER_TOKEN = 3
"""Grids are mostly single digits and spaces, so fewer than in prose; only used to reserve budget."""


class OpenAICompatibleModel:
    """A Model behind `base_url`, retried, paced and limited as `config` says.

    Raises UsageError when `base_url` is not an http or https address.
    """

    def __init__(
        self,
        identifier: str,
        model_id: str,
        base_url: str,
        api_key: str | None,
        config: RunConfig,
        backoff: Backoff | None = None,
        connect_timeout: float = 15.0,
    ) -> None:
        self.identifier = identifier
        self.username = model_id
        address = read_address(base_url)
        api_key = (api_key or "").strip()
        self._secrets = [secret for secret in (api_key, address.password or "") if len(secret) > 5]
        self._authorization = authorization(address, api_key)
        self._url = chat_completions(address)
        self._shown_url = str(address.with_user(None).with_query(None))
        self._proxy = proxy_for(address)
        self._is_openrouter = (address.host or "").endswith("openrouter.ai")
        self._config = config
        self._connect_timeout = connect_timeout
        self.endpoint = Endpoint(
            config.max_concurrent_tasks,
            config.max_retries,
            config.requests_per_minute,
            config.tokens_per_minute,
            backoff,
            settle=connect_timeout + 2,
        )
        self._session: aiohttp.ClientSession | None = None
        self._usual_answer = 1000.0
        """Tokens that an answer may be expected to take."""

    async def ask(self, request: Request) -> Reply:
        """Answer one request, in at most `max_retries` tries. Raises ModelError, and RunStopped after `stop`.

        When this is cancelled with an answer that is whole and only its response has not ended, the answer is
        returned, and the CancelledError comes where the caller waits next: save the answer before.
        """
        body = request_body(
            self.username, request, stream=self._config.stream, openrouter=self._is_openrouter
        )
        tokens = len(body) / _CHARACTERS_PER_TOKEN + self._usual_answer
        failed: list[ModelError] = []
        while True:
            try:
                async with self.endpoint.turn(tokens):
                    reply = await self._try(body, request.listener)
                break
            except ModelError as error:
                failed.append(error)
                await self._prepare_next_try(failed, request.before_retry)
        if failed:
            reply.provider["failed_tries"] = [_failed_try(error) for error in failed]
        self._count_tokens(tokens, reply.usage)
        return reply

    def stop(self) -> None:
        """Start no further try; those under way go on."""
        self.endpoint.stop()

    async def close(self) -> None:
        """Close the connections; may be called twice."""
        session, self._session = self._session, None
        if session:
            await session.close()

    async def _prepare_next_try(self, failed: list[ModelError], before_retry: BeforeRetry | None) -> None:
        """Wait as long as the last error says. Raises it, with the usage of all tries, when it was the last try."""
        error, tries = failed[-1], self._config.max_retries
        _log.info("try %d of %d failed: %s", len(failed), tries, error.message)
        if isinstance(error, RetryableError) and len(failed) < tries:
            if before_retry:
                before_retry(error.usage.cost)
            await self.endpoint.pause(error, len(failed))
            return
        if isinstance(error, RetryableError) and tries > 1:
            error.message += f" (gave up after {tries} tries)"
        error.usage = total_usage(error.usage for error in failed)
        raise error

    def _count_tokens(self, reserved: float, usage: Usage) -> None:
        """Correct the budget by what was really spent, and learn how long answers are."""
        if usage.prompt_tokens is None or usage.completion_tokens is None:
            return
        self._usual_answer += (usage.completion_tokens - self._usual_answer) / 8
        self.endpoint.spent(reserved, usage.prompt_tokens + usage.completion_tokens)

    # --- one try -----------------------------------------------------------------------------------------------------

    async def _try(self, body: bytes, listener: Listener | None) -> Reply:
        clock = asyncio.get_running_loop().time
        started = clock()
        builder = ReplyBuilder(answered=self.endpoint.answered, listener=listener)
        try:
            await self._exchange(body, builder, started)
            reply = builder.reply()
            reply.generation_time_seconds = clock() - started
            return self._without_secrets(reply)
        except ModelError as error:
            if listener:
                listener("restart", "")
            error.usage = builder.usage
            error.message = self._redacted(error.message)
            raise

    @reads
    def _without_secrets(self, reply: Reply) -> Reply:
        """The reply, in which a provider may have echoed the key."""
        encoded = msgspec.json.encode(reply)
        if not any(secret.encode() in encoded for secret in self._secrets):
            return reply
        return msgspec.json.decode(self._redacted(encoded.decode()), type=Reply)

    async def _exchange(self, body: bytes, builder: ReplyBuilder, started: float) -> None:
        """Send `body` and fill `builder`. An answer is whole with its finish reason: what breaks after it lost nothing."""
        try:
            async with self._open_session().post(
                self._url, data=body, proxy=self._proxy, allow_redirects=False
            ) as response:
                if not 200 <= response.status < 300:
                    said, answered = await what_it_said(response), self.endpoint.answered
                    raise failure(response.status, said, response.headers, answered=answered)
                self.endpoint.connected()
                builder.headers = response.headers
                await read_events(response, builder, started)
        except asyncio.CancelledError:
            if not builder.complete:
                raise
            _cancel_at_the_next_wait()
        except NETWORK_ERRORS as error:
            if not builder.complete:
                raise self._network_failure(error) from error
        except BadReplyError:
            if not builder.complete:
                raise

    def _network_failure(self, error: Exception) -> RetryableError:
        reason = _reason(error)
        match error:
            case (
                aiohttp.ClientConnectorError()
                | aiohttp.ConnectionTimeoutError()
                | aiohttp.ClientHttpProxyError()
            ):
                message = (
                    f"cannot connect to {self._shown_url}: is the server running, and is the address right?"
                )
                return RetryableError("cannot_connect", f"{message} ({reason})")
            case aiohttp.SocketTimeoutError():
                silence = self._config.idle_timeout
                return RetryableError("timeout", f"the endpoint sent nothing for {silence:g} seconds")
            case TimeoutError():
                limit = self._config.request_timeout
                return RetryableError("timeout", f"the answer was not whole after {limit:g} seconds")
            case aiohttp.ClientResponseError():
                return BadReplyError("bad_json", f"the endpoint's answer is not HTTP: {quote(error.message)}")
        return RetryableError(
            "connection_lost", f"the connection broke before the answer was whole ({reason})"
        )

    def _redacted(self, text: str) -> str:
        """Without the key, also where it is cut off. Shorter ones, such as `none`, are words and no secrets."""
        for secret in self._secrets:
            for length in range(len(secret), min(8, len(secret)) - 1, -1):
                text = text.replace(secret[:length], "[key]")
        return text

    def _open_session(self) -> aiohttp.ClientSession:
        """Made at the first try, because it belongs to the loop that runs then."""
        if self._session is None:
            config = self._config
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=config.max_concurrent_tasks + 8, ttl_dns_cache=300),
                timeout=aiohttp.ClientTimeout(
                    total=config.request_timeout,
                    sock_connect=self._connect_timeout,
                    sock_read=config.idle_timeout if config.stream else None,
                ),
                headers={"Content-Type": "application/json", **self._authorization},
                cookie_jar=aiohttp.DummyCookieJar(),
                read_bufsize=2**18,
            )
        return self._session


def request_body(model_id: str, request: Request, *, stream: bool, openrouter: bool) -> bytes:
    """The JSON to send; what is not set is left out, so that the model's own defaults hold."""
    sampling = request.sampling
    fields: dict[str, Any] = {
        "model": model_id,
        "messages": request.messages,
        "temperature": sampling.temperature,
        "max_tokens": sampling.max_tokens,
        "seed": sampling.seed,
        "stream": stream,
        "stream_options": {"include_usage": True} if stream else None,
    }
    effort = sampling.reasoning_effort
    if openrouter:
        fields |= {"usage": {"include": True}, "reasoning": {"effort": effort} if effort else None}
    else:
        fields["reasoning_effort"] = effort
    return msgspec.json.encode({name: value for name, value in fields.items() if value is not None})


def _cancel_at_the_next_wait() -> None:
    task = asyncio.current_task()
    assert task is not None
    task.uncancel()  # the request to cancel that was just caught, made again
    task.cancel()


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == ECONNREFUSED:
        return "connection refused"
    text = getattr(error, "strerror", None) or str(error).partition(": <")[0]
    return quote(text) or type(error).__name__


def _failed_try(error: ModelError) -> dict[str, Any]:
    charged = {name: value for name, value in msgspec.to_builtins(error.usage).items() if value is not None}
    return {"type": error.type, "message": error.message, "usage": charged}
