"""JSON files larger than memory: the items of a list and the members of an object, one at a time, in flat memory.

Where an item ends is guessed from where the next one seems to begin (the key that items begin with), and believed only
when msgspec can decode what is before; a wrong guess costs a scan of that item's brackets. Not here: what the values mean.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from utilities.json_faults import UNDECODABLE, JsonFault, find_fault

CHUNK = 1 << 18
"""Bytes read at a time: what a processor's cache holds."""

_BLANKS = b" \t\r\n"
_BLANK = re.compile(rb"[ \t\r\n]*+")
_FIRST_KEY = re.compile(rb'\{[ \t\r\n]*+("[^"\\]*+")')
_SCALAR = re.compile(rb"[^,\]} \t\r\n]*+")
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# Everything up to the next bracket outside strings; `"` stands for a string that goes on beyond the buffer.
_TO_BRACKET = {
    b"{": re.compile(rb'(?s)[^"{}]*+(?:%b[^"{}]*+)*+([{}"])' % _STRING),
    b"[": re.compile(rb'(?s)[^"\[\]]*+(?:%b[^"\[\]]*+)*+([\[\]"])' % _STRING),
}
_WHOLE_STRING = re.compile(b"(?s)" + _STRING)
_VALUE = msgspec.json.Decoder(msgspec.Raw)
_KEY = msgspec.json.Decoder(str)


class MalformedJson(Exception):
    """A file is not JSON."""

    def __init__(self, fault: JsonFault) -> None:
        """The fault's `position` is that in the file."""
        super().__init__(fault.reason or fault.clause)
        self.fault = fault


class ValueTooLong(Exception):
    """A value of a file is longer than its reader may be."""


class JsonReader:
    """Reads a JSON file from its start to its end; a value it hands out has at most `most` bytes."""

    def __init__(self, path: Path, most: int) -> None:
        """Raises OSError when there is no such file."""
        self._file = path.open("rb")
        self._most = most
        self._buffer = b""
        self._at = 0
        self._offset = 0  # in the file, of the buffer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def peek(self) -> bytes:
        """The next byte that is not blank, where reading goes on; empty at the end of the file."""
        while True:
            self._at = _BLANK.match(self._buffer, self._at).end()  # type: ignore[union-attr]  # matches anything
            if self._at < len(self._buffer) or not self._fill():
                return self._buffer[self._at : self._at + 1]

    def end(self) -> None:
        """Raises MalformedJson when something follows."""
        if self.peek():
            raise self._fault("Extra data")

    def items(self, decoder: msgspec.json.Decoder[Any] = _VALUE) -> Iterator[tuple[bytes, Any]]:
        """Each item of the list that is next, and what `decoder` makes of it; None: it has not been asked, or refused it.

        Raises MalformedJson and ValueTooLong when it comes to the fault.
        """
        self._take(b"[", "Expecting value")
        if self.peek() == b"]":
            self._at += 1
            return
        key = b""
        while True:
            self.peek()
            item = self._guess(key, decoder) if key else None
            if item is None:
                body = self.value()
                opening = _FIRST_KEY.match(body)
                item, key = (body, None), opening[1] if opening else b""
            yield item
            if not self._goes_on(b"]"):
                return

    def members(self) -> Iterator[str]:
        """Each key of the object that is next; its value is to be read, with `value` or `items`, before the next key."""
        self._take(b"{", "Expecting value")
        if self.peek() == b"}":
            self._at += 1
            return
        while True:
            if self.peek() != b'"':
                raise self._fault("Expecting property name enclosed in double quotes")
            try:
                key = _KEY.decode(self.value())
            except UNDECODABLE:
                raise self._fault("Invalid property name before this") from None
            self._take(b":", "Expecting ':' delimiter")
            yield key
            if not self._goes_on(b"}"):
                return

    def value(self) -> bytes:
        """The value that is next, as it stands in the file. Raises MalformedJson and ValueTooLong."""
        sign = self.peek()
        while (end := self._end_of_value(sign)) is None:
            if not self._fill():
                end = len(self._buffer)
                break
        body = self._buffer[self._at : end]
        if len(body) > self._most or not _is_json(body):
            raise self._refusal(body)
        self._at = end
        return body

    def _guess(self, key: bytes, decoder: msgspec.json.Decoder[Any]) -> tuple[bytes, Any] | None:
        """The item that is next, if it ends before what looks like the next one and is whole."""
        following = self._second(key)
        if following < 0 and len(self._buffer) - self._at < CHUNK and self._fill():
            following = self._second(key)
        if following < 0:
            return None
        end = self._buffer.rfind(b"}", self._at, following) + 1
        if self._buffer[end:following].translate(None, _BLANKS) != b",{":
            return None
        body = self._buffer[self._at : end]
        try:
            decoded = decoder.decode(body)
        except UNDECODABLE:
            return None
        if len(body) > self._most:
            return None
        self._at = end
        return body, decoded

    def _second(self, key: bytes) -> int:
        """Where `key` stands for the second time from here on, or -1."""
        return self._buffer.find(key, self._buffer.find(key, self._at) + 1)

    def _end_of_value(self, sign: bytes) -> int | None:
        """Where in the buffer the value ends, were it JSON; None when that cannot be seen yet."""
        if sign in _TO_BRACKET:
            return self._end_of_brackets(sign)
        found = (_WHOLE_STRING if sign == b'"' else _SCALAR).match(self._buffer, self._at)
        if found is None or (sign != b'"' and found.end() == len(self._buffer)):
            return None
        return found.end()

    def _end_of_brackets(self, sign: bytes) -> int | None:
        depth, position = 0, self._at
        to_bracket = _TO_BRACKET[sign].match
        while (found := to_bracket(self._buffer, position)) and found[1] != b'"':
            depth += 1 if found[1] == sign else -1
            position = found.end()
            if not depth:
                return position
        return None

    def _take(self, sign: bytes, otherwise: str) -> None:
        if self.peek() != sign:
            raise self._fault(otherwise)
        self._at += 1

    def _goes_on(self, close: bytes) -> bool:
        """Whether another element follows, as a comma or `close` says."""
        sign = self.peek()
        if sign not in (close, b","):
            raise self._fault("Expecting ',' delimiter")
        self._at += 1
        return sign == b","

    def _fill(self) -> bool:
        """Read on; False at the end of the file. What is still unread is kept, and at least doubled."""
        rest = self._buffer[self._at :]
        if len(rest) > self._most:
            raise self._refusal(rest)
        self._offset += self._at
        more = self._file.read(min(max(CHUNK, len(rest)), self._most + CHUNK - len(rest)))
        self._buffer, self._at = rest + more, 0
        return bool(more)

    def _fault(self, reason: str) -> MalformedJson:
        return MalformedJson(JsonFault("is not JSON", self._offset + self._at, reason))

    def _refusal(self, body: bytes) -> MalformedJson | ValueTooLong:
        """Why `body`, which is next and all that was read of a value, is none that may be handed out."""
        try:
            _VALUE.decode(body)
        except UNDECODABLE as error:
            if len(body) <= self._most or "truncated" not in str(error):
                fault = find_fault(body, error)
                if fault.position is not None:
                    fault = fault._replace(position=self._offset + self._at + fault.position)
                return MalformedJson(fault)
        return ValueTooLong()


def _is_json(body: bytes) -> bool:
    try:
        _VALUE.decode(body)
    except UNDECODABLE:
        return False
    return True
