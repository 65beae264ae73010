"""Reply bodies, whole or streamed, made into a Reply or a ModelError. Pure: no network, no clock.

A whole body is read as a stream of one chunk, so both ways give the same Reply. Whatever a provider sends that has no
place of its own in Reply is kept in `Reply.provider`, under its own name.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from utilities.model_utils import BadReplyError, Listener, Reply, RetryableError, Usage
from utilities.models.chunk_pattern import ChunkPattern, pattern_of
from utilities.models.failures import failure_inside, quote, reads, unreadable
from utilities.models.thinking import split_thinking, text_of_details, text_of_parts, without_repeats

END = b"[DONE]"
"""The data of a stream's last event."""
_FAILED = ("error", "network_error")
"""Finish reasons that are failures of the provider."""
_OWN_PLACE = {"choices", "usage", "object", "index", "delta", "message", "finish_reason", "role"}
_OURS = "failed_tries"
"""What the client itself adds to `Reply.provider`; from a provider it would be taken for ours."""
_JOINED = {"text", "summary", "data", "arguments", "refusal", "content", "thinking"}
"""Fields whose values over a stream are parts of one text; of any other field the last value holds."""
_PATTERNS_TRIED = 32
"""More than so many that spared nothing are not made: in this stream chunks are never alike."""
_decode = msgspec.json.Decoder().decode


def _decode_leniently(body: bytes) -> Any:
    """What msgspec refuses and Python's own parser forgives: NaN, broken UTF-8, half surrogate pairs, huge numbers.

    Raises BadReplyError.
    """
    try:
        return json.loads(body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        raise unreadable(body) from None


class ReplyBuilder:
    """Collects the chunks of one answer. A whole body is one chunk, followed by END."""

    def __init__(self, *, answered: bool = False, listener: Listener | None = None) -> None:
        self._answered = answered
        self._listener = listener
        self.headers: Mapping[str, str] = {}
        """Those of the response, where Retry-After may stand for an error inside it."""
        self._content: list[str] = []
        self._thinking: dict[str, list[str]] = {"reasoning": [], "reasoning_content": [], "parts": []}
        self._usage: dict[str, Any] = {}
        self._extras: dict[str, Any] = {}
        self._message_extras: dict[str, list[Any]] = {}
        self._streamed: set[str] = set()
        """The fields that deltas brought, which a whole message at the end only repeats."""
        self._finish_reason: str | None = None
        self._any_choice = False
        self._done = False
        self._lenient = False
        self._pattern: ChunkPattern | None = None
        self._spared = 0
        """Chunks that were not decoded, as they followed a pattern, less the patterns that were made."""

    @property
    def complete(self) -> bool:
        """Whether the answer is whole, even if the stream goes on or breaks."""
        return self._done or self._finish_reason is not None

    @property
    def usage(self) -> Usage:
        """What the provider has charged so far."""
        return usage_from(self._usage)

    @reads
    def add(self, data: bytes) -> None:
        """Add one chunk of a stream, or a whole body. Raises ModelError when it is, or holds, an error."""
        if data == END:
            self._done = True
            return
        if self._pattern and (text := self._pattern.text_of(data)) is not None:
            self._spared += 1
            if text:
                self._add_field(self._pattern.field, text)
        else:
            self._add_decoded(data)

    def _add_decoded(self, data: bytes) -> None:
        self._pattern = None
        try:
            body = _decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            body = _decode_leniently(data)
            self._lenient = True
        if not isinstance(body, dict):
            raise BadReplyError("bad_json", f"the endpoint's answer is no object: {quote(str(body))!r}")
        was_whole = self.complete and self._finish_reason not in _FAILED
        usage = body.get("usage")
        if usage and isinstance(usage, dict):
            self._usage = usage
        self._extras.update(_said(body))
        choice = _answering(body.get("choices"))
        error = body.get("error") or (body if body.get("object") == "error" else None)
        if choice is not None:
            error = error or choice.get("error")
            self._add_choice(choice)
        if error and not was_whole:
            raise failure_inside(error, self.headers, answered=self._answered)
        if not error and not self._lenient and self._spared > -_PATTERNS_TRIED:
            self._pattern = pattern_of(data, body)
            self._spared -= self._pattern is not None

    def _add_choice(self, choice: dict[str, Any]) -> None:
        reason = choice.get("finish_reason")
        if reason:
            self._finish_reason = _whole(str(reason))
        self._extras.update(_said(choice))
        if choice.get("logprobs"):
            self._message_extras.setdefault("logprobs", []).append(choice["logprobs"])
        delta, message = choice.get("delta"), choice.get("message")
        self._any_choice = self._any_choice or isinstance(delta or message, dict)
        if isinstance(delta, dict):
            for key, value in delta.items():
                if value is not None and value != "":
                    self._streamed.add(key)
                    self._add_field(key, value)
        if isinstance(message, dict):
            for key, value in message.items():
                if value is not None and value != "" and key not in self._streamed:
                    self._add_field(key, value)

    def _add_field(self, key: str, value: Any) -> None:
        if key == "content" and isinstance(value, str):
            self._content.append(value)
            if self._listener:
                self._listener("text", value)
        elif key == "content" and isinstance(value, list):
            text, thinking = text_of_parts(value)
            self._content.append(text)
            self._thinking["parts"].append(thinking)
        elif key in self._thinking and isinstance(value, str):
            self._thinking[key].append(value)
            if self._listener:
                self._listener("thinking", value)
        elif key != "role":
            self._message_extras.setdefault(key, []).append(value)

    @reads
    def reply(self) -> Reply:
        """The whole answer. Raises BadReplyError when there is none, RetryableError when the provider broke it off."""
        if not self._any_choice:
            raise BadReplyError("empty_choices", "the endpoint answered without an answer in it (no choices)")
        if not self.complete:
            raise BadReplyError("incomplete_stream", "the stream ended in the middle of the answer")
        text, thoughts = split_thinking(_whole("".join(self._content)))
        provider = self._provider()
        native = provider.get("native_finish_reason")
        if self._finish_reason in _FAILED or (not text and native in _FAILED):
            reason = quote(str(native or self._finish_reason))
            raise RetryableError(
                "server_error", f"the provider broke off the answer (finish reason {reason})"
            )
        forms = [_whole("".join(pieces)) for pieces in self._thinking.values()]
        forms += [text_of_details(provider.get("reasoning_details")), thoughts]
        return Reply(text, without_repeats(forms), self._finish_reason, self.usage, provider=provider)

    def _provider(self) -> dict[str, Any]:
        rest = {key: value for key, value in self._extras.items() if key not in _OWN_PLACE}
        rest |= {key: _merged(key, values) for key, values in self._message_extras.items()}
        rest |= {"usage": self._usage} if self._usage else {}
        rest.pop(_OURS, None)
        return json.loads(_whole(json.dumps(rest, ensure_ascii=False))) if self._lenient else rest


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    """What is not null: a later chunk takes back nothing by it."""
    return {key: value for key, value in fields.items() if value is not None}


def _answering(choices: Any) -> dict[str, Any] | None:
    """The choice that is read, number 0 wherever it stands; no other is asked for."""
    if not isinstance(choices, list):
        return None
    numbered = ((one.get("index"), one) for one in choices if isinstance(one, dict))
    return next((choice for index, choice in numbered if not index or index == "0"), None)


# --- pieces of a stream, put together --------------------------------------------------------------------------------


def _merged(key: str, values: list[Any]) -> Any:
    """One value from those that a field took over a stream."""
    last = values[-1]
    if isinstance(last, str):
        return (
            _whole("".join(value for value in values if isinstance(value, str))) if key in _JOINED else last
        )
    if len(values) == 1:
        return last
    if isinstance(last, list):
        lists = [value for value in values if isinstance(value, list)]
        return _merged_items(
            (place if key == "reasoning_details" and _is_piece(item) else None, item)
            for value in lists
            for place, item in enumerate(value)
        )
    if isinstance(last, dict):
        return _merged_objects([value for value in values if isinstance(value, dict)])
    return last


def _merged_objects(objects: list[dict[str, Any]]) -> dict[str, Any]:
    keys = dict.fromkeys(key for value in objects for key in value)
    found = {key: [value[key] for value in objects if value.get(key) is not None] for key in keys}
    return {key: _merged(key, values) if values else None for key, values in found.items()}


def _is_piece(item: Any) -> bool:
    """Whether reasoning without a number may go on in the next chunk, at the same place: what has a name of its own, or is
    encrypted, is whole."""
    return isinstance(item, dict) and item.get("id") is None and item.get("data") is None


def _merged_items(items: Iterable[tuple[int | None, Any]]) -> list[Any]:
    """List items that are pieces of one item (of one type) by their `index`, or else the number they come with, joined;
    others stay apart."""
    groups: dict[Any, list[Any]] = {}
    types: dict[int, str] = {}
    for position, (number, item) in enumerate(items):
        index = item.get("index", number) if isinstance(item, dict) else None
        if not isinstance(index, int):
            groups["alone", position] = [item]
            continue
        types[index] = str(item.get("type") or types.get(index))
        groups.setdefault((index, types[index]), []).append(item)
    return [_merged_objects(group) if len(group) > 1 else group[0] for group in groups.values()]


def _whole(text: str) -> str:
    """Text without half surrogate pairs, which no file could hold; pairs cut in two by a stream are joined."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


# --- usage -----------------------------------------------------------------------------------------------------------


def usage_from(raw: dict[str, Any]) -> Usage:
    """A provider's `usage` object as our Usage; what is missing or no number stays None."""
    completion, prompt = raw.get("completion_tokens_details"), raw.get("prompt_tokens_details")
    return Usage(
        prompt_tokens=_tokens(raw.get("prompt_tokens")),
        completion_tokens=_tokens(raw.get("completion_tokens")),
        reasoning_tokens=_tokens(
            completion.get("reasoning_tokens") if isinstance(completion, dict) else None
        ),
        cached_tokens=_tokens(prompt.get("cached_tokens") if isinstance(prompt, dict) else None),
        cost=_dollars(raw.get("cost")),
    )


def total_usage(usages: Iterable[Usage]) -> Usage:
    """The sum, field by field; what none of them reports stays None."""
    total = Usage()
    for usage in usages:
        for name in Usage.__struct_fields__:
            value = getattr(usage, name)
            if value is not None:
                setattr(total, name, value + (getattr(total, name) or 0))
    return total


def _tokens(value: Any) -> int | None:
    number = _dollars(value)
    return None if number is None else int(number)


def _dollars(value: Any) -> float | None:
    """A number of 0 or more, also when it comes as text."""
    if not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < float("inf") else None
