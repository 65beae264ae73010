"""The parent's side of one zygote: start it, run one job at a time in it, end it.

The parent's clock alone decides a timeout, and the answer to it is SIGKILL: a program can ignore everything else. Not
thread safe: `pool` gives a zygote to one thread at a time.
"""

import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from utilities.sandbox import tiers
from utilities.sandbox.conversation import Conversation, death
from utilities.sandbox.protocol import Boot, ErrorType, Flavour, Ready, Result
from utilities.sandbox.wire import END, STATUS, TICKET, WAIT_STATUS

MEGABYTES: dict[Flavour, int] = {"bare": 4, "numpy": 7, "scipy": 24}
"""What the imports of a zygote take, in small objects."""
START_SECONDS = 60.0
ANSWER_SECONDS = 15.0


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    """Two ends for the conversation with a zygote, neither of them 0, 1 or 2, which a child's own streams would replace."""
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    moved = [fcntl.fcntl(end.fileno(), fcntl.F_DUPFD_CLOEXEC, 3) for end in pair]
    for end in pair:
        end.close()
    return socket.socket(fileno=moved[0]), socket.socket(fileno=moved[1])


def _read_now(descriptor: int) -> bytes:
    """What can be read without waiting: whoever else holds the other end may never close it."""
    os.set_blocking(descriptor, False)
    with suppress(BlockingIOError):
        return os.read(descriptor, 1 << 16)
    return b""


class ZygoteLost(Exception):
    """The zygote is gone or does not answer: ours, not the program's."""


class SandboxUnavailable(Exception):
    """A tier cannot be had on this machine; the message says why."""


@dataclass
class Report:
    """What came back from one job: the results in order, and why there are no more of them."""

    results: list[Result] = field(default_factory=list)
    error_type: ErrorType | None = None
    error: str | None = None


class Zygote:
    """A running zygote of one tier and flavour."""

    def __init__(
        self, tier: tiers.Tier, flavour: Flavour, cpu: int | None, canaries: list[str], niceness: int = 0
    ) -> None:
        """Starts it and waits until it is ready; its children are as nice as it is. Raises SandboxUnavailable."""
        packages = tiers.packages(["numpy", "scipy"])
        readable = tiers.readable(packages)
        user = tiers.account(readable, tier) if os.geteuid() == 0 else None
        boot = Boot(flavour, packages, readable, tier.landlock, tier.seccomp, user, cpu, canaries)
        self._control, theirs = _socket_pair()
        with theirs:
            self._process = subprocess.Popen(
                [
                    *(tiers.bubblewrap(readable) if tier.namespaces else []),
                    *(tiers.interpreter(), "-sSPB", str(tiers.HERE / "launch.py"), str(theirs.fileno())),
                    *(os.pathsep.join(packages), str(MEGABYTES[flavour]), msgspec.json.encode(boot).decode()),
                ],
                pass_fds=[theirs.fileno()],
                env=tiers.ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                process_group=0,  # Ctrl-C is for the parent, which still wants its running jobs' results
            )
        self.ready = self._wait_until_ready()
        if niceness:
            os.setpriority(os.PRIO_PGRP, self._process.pid, niceness)

    def _wait_until_ready(self) -> Ready:
        self._control.settimeout(START_SECONDS)
        try:
            message = self._control.recv(1 << 16)
        except TimeoutError:
            message = b""
        if message:
            self._control.settimeout(ANSWER_SECONDS)
            stderr = self._process.stderr
            if stderr is not None:
                stderr.close()
            return msgspec.json.decode(message, type=Ready)
        ended = self._process.poll() is not None
        reason = self.close()
        waited = "ended while it started" if ended else f"did not start in {START_SECONDS:.0f} s"
        raise SandboxUnavailable(reason or f"the interpreter of the sandbox {waited}")

    def close(self) -> str:
        """End it and all that runs in it; the last line it wrote to stderr while starting."""
        self._control.close()
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with self._process as process:
            text = b""
            if process.stderr is not None and not process.stderr.closed:
                text = _read_now(process.stderr.fileno())
        return text.decode(errors="replace").strip().rpartition("\n")[2]

    def run(
        self,
        job: bytes,
        count: int,
        *,
        seconds: float,
        memory: int,
        result_limit: int,
        most_printed: int,
        cancelled: Callable[[], bool],
    ) -> Report:
        """Run a job (`protocol.encode_job`) of `count` grids within `seconds` (wall clock) and `memory` (bytes).

        At most `result_limit` bytes per result and `most_printed` characters of printed text are taken.

        Raises ZygoteLost; whatever the program does is in the report.
        """
        deadline = time.monotonic() + seconds
        ours, theirs = socket.socketpair()
        with ours:
            ours.setblocking(False)
            conversation = Conversation(ours, job, count, result_limit, most_printed)
            conversation.send()
            with theirs:
                self._tell(TICKET.pack(memory, int(seconds) + 2), theirs)
            failure = conversation.hold(deadline, cancelled)
        if len(conversation.results) == count:
            with suppress(ZygoteLost):  # the next job will notice
                self._tell(END)
            return Report(conversation.results)
        status = self._status()
        if failure is None and not conversation.locked:
            raise ZygoteLost("its child could not lock itself in")
        kind, why = failure or death(status)
        return Report(conversation.results, kind, why)

    def _tell(self, message: bytes, attachment: socket.socket | None = None) -> None:
        try:
            if attachment is None:
                self._control.send(message)
            else:
                socket.send_fds(self._control, [message], [attachment.fileno()])
        except OSError as error:
            raise ZygoteLost(str(error)) from error

    def _status(self) -> int:
        """End the child; its wait status."""
        self._tell(STATUS)
        try:
            answer = self._control.recv(WAIT_STATUS.size)
        except OSError as error:
            raise ZygoteLost(str(error)) from error
        if not answer:
            raise ZygoteLost("the zygote ended")
        return int(WAIT_STATUS.unpack(answer)[0])
