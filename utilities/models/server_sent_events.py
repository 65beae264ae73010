"""An incremental parser of server-sent events, on bytes: what a model streams its answer with.

After the HTML standard, section 9.2.6: lines end with LF, CRLF or CR, comments start with a colon, an event may have
several `data` lines, and a byte order mark may come first. Not covered, because no model endpoint uses them: event
names, ids and reconnection times, which are skipped.
"""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventParser:
    """Bytes in, cut anywhere; the `data` of each finished event out."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        """The unfinished line, in pieces: joining only at its end keeps a line of 10 MB linear."""
        self._data: list[bytes] = []
        self._after_carriage_return = False
        self._at_start = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of the events that `chunk` finishes, in order."""
        if self._after_carriage_return or b"\r" in chunk:
            chunk = self._with_plain_newlines(chunk)
        head, newline, tail = chunk.rpartition(b"\n")
        if not newline:
            self._pieces.append(tail)
            return []
        self._pieces.append(head)
        lines = b"".join(self._pieces).split(b"\n")
        self._pieces = [tail]
        return self._events(lines)

    def finish(self) -> list[bytes]:
        """The data of an event that the stream ended without the blank line it should have."""
        return self._events([b"".join(self._pieces), b""])

    def _events(self, lines: list[bytes]) -> list[bytes]:
        if self._at_start:
            self._at_start = False
            lines[0] = lines[0].removeprefix(_BYTE_ORDER_MARK)
        events = []
        for line in lines:
            if line[:5] == b"data:":
                self._data.append(line[6:] if line[5:6] == b" " else line[5:])
            elif not line and self._data:
                events.append(b"\n".join(self._data))
                self._data = []
            elif line == b"data":
                self._data.append(b"")
        return events

    def _with_plain_newlines(self, chunk: bytes) -> bytes:
        """A CR at the end of one chunk already ended its line: an LF at the start of the next belongs to it."""
        if not chunk:
            return chunk
        if self._after_carriage_return and chunk[:1] == b"\n":
            chunk = chunk[1:]
        self._after_carriage_return = chunk[-1:] == b"\r"
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
