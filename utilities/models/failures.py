"""What a failed try means: HTTP status and error body in, one ModelError out. Pure functions.

The same rules serve an HTTP error status, an `error` inside a 200 body and an `error` in the middle of a stream.
OpenRouter's meanings of 402, 403 and `metadata` are those of its own documentation (errors, limits).
"""

import logging
import re
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from functools import wraps
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

import msgspec

from utilities.model_utils import BadReplyError, ModelError, RefusedError, RetryableError, RunStoppingError

_log = logging.getLogger(__name__)

TYPES = {
    "rate_limited": "429, or 402 with Retry-After: too much at once",
    "overloaded": "503 or 529: the endpoint is too busy",
    "server_error": "any other 5xx, and an error without a code inside a reply",
    "timeout": "408, 504, 522, 524, silence, or no whole answer in time",
    "conflict": "409 or 425: not now",
    "connection_lost": "the connection broke before the answer was whole",
    "cannot_connect": "no connection came about",
    "empty_choices": "a reply without an answer in it",
    "bad_json": "a reply that is not what the protocol says: truncated, garbage, wrong shape",
    "html": "a web page in place of a reply",
    "incomplete_stream": "a stream that ended without saying so",
    "bad_request": "400, 422 and other 4xx: this request is refused",
    "moderation": "403 about this prompt",
    "forbidden": "403 that is not about the key",
    "not_found": "404 from an endpoint that has answered before",
    "too_large": "413: the prompt is too long",
    "key_refused": "401, or 403 about the key",
    "no_credit": "402 without Retry-After, or 429 because the quota is used up",
    "no_such_model": "404 before anything was answered",
    "wrong_endpoint": "a redirect or 405 before anything was answered: no such API there",
    "wait_too_long": "the endpoint asks to wait for longer than a run should",
    "endpoint_down": "the endpoint could not be connected to, several times in a row",
}
"""Every `type` that a model of this package gives an error, and when. A closed list: records are grouped by it."""

_RETRYABLE = {
    408: "timeout",
    409: "conflict",
    425: "conflict",
    429: "rate_limited",
    503: "overloaded",
    504: "timeout",
    522: "timeout",
    524: "timeout",
    529: "overloaded",
}
_REFUSED = {404: "not_found", 405: "bad_request", 413: "too_large"}
_STATUS_OF_WORD = {
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "insufficient_quota": 402,
    "overloaded_error": 529,
    "timeout": 408,
    "invalid_request_error": 400,
    "badrequesterror": 400,
    "context_length_exceeded": 400,
    "invalid_api_key": 401,
    "authentication_error": 401,
    "model_not_found": 404,
}
_AGAINST_THE_KEY = re.compile(
    r"\b(you|ip|key|account) (have|has|was|is)( been)? (blocked|flagged|suspended|disabled)\b", re.I
)
_MODERATED = re.compile(r"moderat|flagged|content.?(filter|policy)|safety|inappropriate", re.I)
_ABOUT_THE_KEY = re.compile(
    r"\b(api.?key|key|keys|credentials?|account|budget|permissions?|subscription|access.?token|key.?limit)\b",
    re.I,
)
_ABOUT_THE_PROMPT = re.compile(r"prompt|guardrail|blocked", re.I)
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^<>]*>", re.I | re.S)
_LONGEST_PAGE = 8192
"""Bytes; taking tags out of what was made to be slow takes the square of this."""
_STATUS = re.compile(r"[45]\d\d")
_LONGEST_QUOTE = 300


Given = ParamSpec("Given")
Result = TypeVar("Result")


def reads(read: Callable[Given, Result]) -> Callable[Given, Result]:
    """Marks what reads an endpoint's words: where those are stranger than anybody thought of, one try fails, not the run.

    Raises BadReplyError in place of anything that is no ModelError; the log says where it came from, without the
    exception's words, in which there may be a key.
    """

    @wraps(read)
    def read_anything(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return read(*args, **kwargs)
        except ModelError:
            raise
        except Exception as error:
            name = type(error).__name__
            where = "".join(traceback.format_tb(error.__traceback__, limit=-5))
            _log.error("%s while an answer was read, at\n%s", name, where)
            words = quote(f"{name}: {error}")
            raise BadReplyError("bad_json", f"the endpoint's answer cannot be read ({words})") from error

    return read_anything


class Said(msgspec.Struct, frozen=True):
    """What a provider said about a failure."""

    message: str
    code: int | None = None
    """The status inside the body, where there is one."""
    words: frozenset[str] = frozenset()
    """Its `type` and textual `code`, in lower case."""
    metadata: Mapping[str, Any] = {}


def read_error(error: Any) -> Said:
    """The value of an `error` field, of whatever shape (an object, a text, anything) it comes in."""
    if not isinstance(error, dict):
        return Said(quote(str(error or "no reason given")))
    metadata = error.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    named = [str(error[key]).lower() for key in ("code", "type") if error.get(key)]
    codes = [int(name) for name in named if _STATUS.fullmatch(name)]
    codes += [_STATUS_OF_WORD[name] for name in named if name in _STATUS_OF_WORD]
    message = str(error.get("message") or error.get("detail") or error or "no reason given")
    if metadata.get("raw"):
        message += f" ({metadata.get('provider_name') or 'upstream'}: {metadata['raw']})"
    return Said(quote(message), codes[0] if codes else None, frozenset(named), metadata)


@reads
def read_error_body(body: bytes) -> Said:
    """The body of an answer with an HTTP error status: JSON of any of the known forms, a web page or plain text."""
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Said(_text_of_page(body) or "no reason given")
    if isinstance(decoded, dict):
        decoded = decoded.get("error") or decoded
    return read_error(decoded)


def _text_of_page(body: bytes) -> str:
    return quote(_TAGS.sub(" ", body[:_LONGEST_PAGE].decode(errors="replace")))


def quote(text: str) -> str:
    """Foreign text as one short printable line."""
    line = "".join(sign if sign.isprintable() else " " for sign in text[: 20 * _LONGEST_QUOTE])
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 3] + "..."


@reads
def failure(status: int, said: Said, headers: Mapping[str, str], *, answered: bool) -> ModelError:
    """The error for an HTTP status, or for the same code inside a reply.

    `headers` are the response's; `answered`: whether the endpoint has answered any request before.
    """
    message = f"the endpoint answered {status}: {said.message}"
    wait = retry_after(headers, said.metadata, time.time())
    if status == 402 or (status == 429 and "insufficient_quota" in said.words):
        if wait is not None:
            return RetryableError("rate_limited", message, wait)
        return RunStoppingError("no_credit", f"the credit is used up: {message}")
    if status in _RETRYABLE or status >= 500:
        return RetryableError(_RETRYABLE.get(status, "server_error"), message, wait)
    if status == 401:
        return RunStoppingError("key_refused", f"the key is refused or missing: {message}")
    if status == 403:
        return _forbidden(said, message, answered)
    if not answered and status == 404:
        advice = "check the model's name and the address, which usually ends in /v1"
        return RunStoppingError("no_such_model", f"{message} ({advice})")
    if not answered and (status < 400 or status == 405):
        where = quote(headers.get("Location") or "")
        advice = f"it points to {where}" if where else "check the address, which usually ends in /v1"
        return RunStoppingError("wrong_endpoint", f"{message} ({advice})")
    return RefusedError(_REFUSED.get(status, "bad_request"), message)


def _forbidden(said: Said, message: str, answered: bool) -> ModelError:
    """403 is about one prompt (moderation) or about the key; where it does not say, a key that worked still does.

    Words of moderation win over a mention of the key: a refused prompt's text may say whom to ask about the account.
    """
    if {"reasons", "flagged_input", "patterns"} & said.metadata.keys():
        return RefusedError("moderation", message)
    refused_key = RunStoppingError("key_refused", f"the key may not do this: {message}")
    if "limit_source" in said.metadata or _AGAINST_THE_KEY.search(said.message):
        return refused_key
    if _MODERATED.search(said.message):
        return RefusedError("moderation", message)
    about_prompt = _ABOUT_THE_PROMPT.search(said.message)
    if _ABOUT_THE_KEY.search(said.message) or not (about_prompt or answered):
        return refused_key
    return RefusedError("moderation" if about_prompt else "forbidden", message)


def failure_inside(
    error: Any, headers: Mapping[str, str] = MappingProxyType({}), *, answered: bool
) -> ModelError:
    """The error for an `error` field inside a 200 body or in the middle of a stream; without a code, a server error."""
    said = read_error(error)
    return failure(said.code or 500, said, headers, answered=answered)


def unreadable(body: bytes) -> BadReplyError:
    """The error for a body that is no JSON: a web page, or something truncated or garbled."""
    start = body.lstrip()[:_LONGEST_PAGE]
    if start[:1] == b"<":
        return BadReplyError("html", f"the endpoint answered with a web page: {_text_of_page(start)}")
    if not start:
        return BadReplyError("bad_json", "the endpoint answered with an empty body")
    begin = quote(start[:80].decode(errors="replace"))
    return BadReplyError(
        "bad_json", f"the endpoint's answer of {len(body)} bytes is not valid JSON: it begins {begin!r}"
    )


# --- how long to wait ------------------------------------------------------------------------------------------------


def retry_after(headers: Mapping[str, str], metadata: Mapping[str, Any], now: float) -> float | None:
    """Seconds the server asks us to wait: Retry-After in seconds or as a date, its `-ms` form, or a reset time.

    `now` is in seconds since 1970; a date is taken relative to the server's own `Date`, whose clock may differ.
    """
    inner = metadata.get("headers")
    for found in (headers, inner if isinstance(inner, dict) else {}):
        lower = {str(name).lower(): str(value).strip() for name, value in found.items()}
        wait = next(_waits(lower, now), None)
        if wait is not None:
            return max(0.0, wait)
    return None


def _waits(headers: Mapping[str, str], now: float) -> Iterator[float]:
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        yield milliseconds / 1000
    seconds = _number(headers.get("retry-after"))
    if seconds is not None:
        yield seconds
    at = _date(headers.get("retry-after"))
    if at is not None:
        yield at - (_date(headers.get("date")) or now)
    reset = _number(headers.get("x-ratelimit-reset"))
    if reset is not None and headers.get("x-ratelimit-remaining", "0") == "0" and reset > 1e12:
        yield reset / 1000 - now


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _date(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text or "").timestamp()
    except (ValueError, OverflowError):
        return None
