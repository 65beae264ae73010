"""The parent's end of one job's socket: send the job, read the results, believe nothing.

A program can write to this socket itself. What it forges is checked like any result, and the first message that is not
the next result ends the conversation.
"""

import select
import signal
import socket
import time
from collections.abc import Callable

import msgspec

from utilities.sandbox.protocol import ErrorType, Result
from utilities.sandbox.wire import LENGTH, LOCKED, NO_MEMORY, NO_MEMORY_STATUS

SLICE_SECONDS = 0.02
"""How long results may sit in the socket, and how late a cancellation may be noticed."""

MOST_OF_AN_ERROR = 2000
"""Characters; an honest child sends about 1,000."""

Failure = tuple[ErrorType, str]

_decode = msgspec.json.Decoder(Result).decode


class Conversation:
    """One job on its way through a connected, non-blocking socket."""

    def __init__(self, channel: socket.socket, job: bytes, count: int, limit: int, most_printed: int) -> None:
        """`count` results are expected, each of at most `limit` bytes, with `most_printed` characters of printed text
        over all of them: what is more is dropped."""
        self._channel = channel
        self._unsent = memoryview(job)
        self._received = bytearray()
        self._count = count
        self._limit = limit
        self._may_print = most_printed
        self.locked = False
        """Whether the child has shut itself in: whatever happens before is ours, not the program's."""
        self.results: list[Result] = []

    def send(self) -> None:
        """Send as much of the job as the socket takes now."""
        try:
            while self._unsent:
                self._unsent = self._unsent[self._channel.send(self._unsent) :]
        except BlockingIOError:
            return
        except (BrokenPipeError, ConnectionResetError):
            self._unsent = memoryview(b"")  # the child is gone; reading will tell

    def hold(self, deadline: float, cancelled: Callable[[], bool]) -> Failure | None:
        """Talk until all results are in or no more can come; None then, else why it was broken off.

        Sleeps until the child hangs up rather than waking for each result, which a fast program sends in one go.
        """
        poller = select.poll()
        poller.register(self._channel, select.POLLOUT if self._unsent else 0)
        while True:
            left = deadline - time.monotonic()
            poller.poll(max(0.0, min(left, SLICE_SECONDS) * 1000))
            if self._unsent:
                self.send()
                poller.modify(self._channel, select.POLLOUT if self._unsent else 0)
            try:
                is_open = self._receive()
                self._parse()
            except _Broken as broken:
                return broken.failure
            if not is_open or len(self.results) == self._count:
                return None
            if left <= 0:
                return "timeout", "the program ran longer than its time limit"
            if cancelled():
                return "killed", "the run was cancelled"

    def _receive(self) -> bool:
        """Read what is there; False once the child has hung up."""
        try:
            while data := self._channel.recv(1 << 18):
                self._received += data
                if len(self._received) > self._limit + LENGTH.size:
                    return True
        except BlockingIOError:
            return True
        except ConnectionResetError:
            return False
        return False

    def _parse(self) -> None:
        """Move whole messages from the buffer to the results; raises _Broken."""
        if not self.locked and self._received:
            self.locked = self._received[: len(LOCKED)] == LOCKED
            del self._received[: len(LOCKED)]
        while len(self.results) < self._count and len(self._received) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._received)
            if length > self._limit:
                raise _Broken("output_too_large", f"a result of {length} bytes, more than {self._limit}")
            end = LENGTH.size + length
            if len(self._received) < end:
                return
            self._take(bytes(memoryview(self._received)[LENGTH.size : end]))
            del self._received[:end]

    def _take(self, message: bytes) -> None:
        try:
            result = _decode(message)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise _Broken("bad_output", "the program wrote to the sandbox's own channel") from error
        grid = result.output
        regular = grid is None or all(len(row) == len(grid[0]) for row in grid)
        failed = result.error_type is not None
        whole = (grid is None) == failed == (result.error is not None)
        if result.index != len(self.results) or not regular or not whole:
            raise _Broken("bad_output", "the program wrote to the sandbox's own channel")
        result.error = result.error and result.error[:MOST_OF_AN_ERROR]
        # The child keeps to the limit by itself, unless its program tampers with it.
        result.stdout = result.stdout[: self._may_print]
        self._may_print -= len(result.stdout)
        self.results.append(result)


class _Broken(Exception):
    """No more results can be had."""

    def __init__(self, kind: ErrorType, why: str) -> None:
        super().__init__(why)
        self.failure: Failure = (kind, why)


def death(status: int) -> Failure:
    """Why a child that ended with this wait status left results out."""
    if status & 0x7F:
        number = status & 0x7F
        name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
        if number == signal.SIGSYS:
            name += ", a forbidden system call"
        return "killed", f"the program was ended by {name}"
    if status >> 8 == NO_MEMORY_STATUS:
        return "memory", NO_MEMORY
    return "killed", f"the program ended its interpreter (exit code {status >> 8}) before it returned"
