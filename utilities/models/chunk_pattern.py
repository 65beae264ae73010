"""Chunks of a stream that say what the one before said, but for a text: that text, without decoding the rest again.

Nearly all of a streamed answer comes so, a token at a time in an object of 300 bytes that is otherwise the same. Pure.
"""

import re
from typing import Any

import msgspec

_TEXT_FIELDS = {"content", "reasoning", "reasoning_content"}
"""Of a delta."""
_JSON_TEXT = re.compile(rb'\s*"(?:[^"\\]|\\.)*+"', re.DOTALL)
_decode = msgspec.json.Decoder().decode
_decode_text = msgspec.json.Decoder(str).decode


class ChunkPattern:
    """What stands before and after the text of a chunk."""

    def __init__(self, field: str, before: bytes, after: bytes) -> None:
        self.field = field
        """Of the delta, where the text belongs."""
        self._before, self._after = before, after
        self._shortest = len(before) + len(after) + len('""')

    def text_of(self, chunk: bytes) -> str | None:
        """The text of a chunk that is otherwise the same; None where it is not, or cannot be read."""
        if len(chunk) < self._shortest or not (
            chunk.startswith(self._before) and chunk.endswith(self._after)
        ):
            return None
        try:
            return _decode_text(chunk[len(self._before) : len(chunk) - len(self._after)])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None


def pattern_of(chunk: bytes, body: dict[str, Any]) -> ChunkPattern | None:
    """The pattern of a chunk that holds `body`; None where it adds anything but a text, or that cannot be told apart."""
    field = _only_text(body)
    if field is None:
        return None
    name = b'"%b":' % field.encode()
    found = _JSON_TEXT.match(chunk, chunk.find(name) + len(name))
    if found is None:
        return None
    before, after = chunk[: found.start()], chunk[found.end() :]
    # Only decoding tells whether this is that text: others may have the field's name, and texts may hold it.
    is_right = _decoded(before + b"null" + after) == _blanked(body, field)
    return ChunkPattern(field, before, after) if is_right else None


def _only_text(body: dict[str, Any]) -> str | None:
    """The field of the one delta of a chunk that holds a text, when nothing else is in it that would be added up."""
    match body.get("choices"):
        case [{"delta": dict(delta), **rest}] if not (
            rest.get("message") or rest.get("finish_reason") or rest.get("index") or rest.get("logprobs")
        ):
            added = [key for key, value in delta.items() if key != "role" and value not in (None, "")]
            if len(added) == 1 and added[0] in _TEXT_FIELDS and isinstance(delta[added[0]], str):
                return str(added[0])
    return None


def _decoded(chunk: bytes) -> Any:
    try:
        return _decode(chunk)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _blanked(body: dict[str, Any], field: str) -> dict[str, Any]:
    choice = body["choices"][0]
    return body | {"choices": [choice | {"delta": choice["delta"] | {field: None}}]}
