"""Why some bytes are not JSON, and where: msgspec, which reads everything here, says so only by byte, if at all."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import msgspec

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises on content that is not what was expected."""

_CONTINUATION = bytes(range(0x80, 0xC0))  # of a character of UTF-8, all but its first byte
_BLOCK = 1 << 20
_AT_BYTE = re.compile(r" \(byte (\d+)\)")
_HALF_A_PAIR = re.compile(rb"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])")


class JsonFault(NamedTuple):
    """What is wrong with some JSON."""

    clause: str
    """Such as `is not JSON`."""
    position: int | None = None
    """The byte where it shows; None where that cannot be said."""
    reason: str | None = None
    """json's or msgspec's words for it."""

    def sentence(self, line: int, column: int, *, several_lines: bool) -> str:
        """The fault with its place, both from 1: `is not JSON at line 3, column 7 (Expecting ',' delimiter)`."""
        if self.reason is None:
            return self.clause + (f" at line {line}" if several_lines and self.position is not None else "")
        place = f"line {line}, " if several_lines else ""
        return f"{self.clause} at {place}column {column} ({self.reason})"


def find_fault(content: bytes, error: Exception) -> JsonFault:
    """What is wrong with `content`, which msgspec refused with `error`."""
    try:
        text = content.decode()
        json.loads(text)
    except UnicodeDecodeError as fault:
        return JsonFault("is not UTF-8 text", fault.start)
    except json.JSONDecodeError as fault:
        return JsonFault("is not JSON", len(text[: fault.pos].encode()), fault.msg)
    except RecursionError:
        return JsonFault("is nested too deeply")
    # What json takes and JSON does not know: NaN, Infinity, half of a surrogate pair.
    if at := _AT_BYTE.search(str(error)):
        reason = str(error)[: at.start()].removeprefix("JSON is malformed: ")
        return JsonFault("is not JSON", int(at[1]), reason)
    if half := _HALF_A_PAIR.search(content):
        return JsonFault("is not JSON", half.start(), f"{half[0].decode()} is half of a surrogate pair")
    return JsonFault("is not JSON", 0, str(error))


def fault_clause(content: bytes, error: Exception) -> str:
    """The fault of a whole text as a clause, with its place there."""
    fault = find_fault(content, error)
    before = content[: fault.position]
    line, column = before.count(b"\n") + 1, _characters(before[before.rfind(b"\n") + 1 :]) + 1
    return fault.sentence(line, column, several_lines=b"\n" in content.strip())


def place_in_file(path: Path, offset: int) -> tuple[int, int]:
    """(line, column), both from 1, of a byte of a file of any size."""
    line, column = 1, 1
    with path.open("rb") as file:
        while offset and (block := file.read(min(_BLOCK, offset))):
            offset -= len(block)
            if newlines := block.count(b"\n"):
                line, column = line + newlines, 1
                block = block[block.rfind(b"\n") + 1 :]
            column += _characters(block)
    return line, column


def _characters(text: bytes) -> int:
    return len(text.translate(None, _CONTINUATION))
