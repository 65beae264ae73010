"""Verifying on the machines of a Ray cluster: programs travel in batches, verdicts come back to the one who asked.

A process or machine that is lost costs its batches under way, which Ray runs again elsewhere. Not here: who asks for what
and writes it down (verification.py).
"""

import asyncio
import functools
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import msgspec

from utilities.code_execution import Limits, Pool, Verification, verify
from utilities.config import RunFailed
from utilities.ray_cluster import RayCluster, sentence
from utilities.tasks import Task, task_of_line

BATCH = 50
"""Programs per Ray task: what a task costs is small beside them."""
BATCHES_AHEAD = 2
"""Batches handed over per place: while one runs, the next is there."""
BATCHES_AT_HAND = 4
"""Batches per place that a caller may have open: answers are wanted in order, and one slow batch must not idle the rest."""
MOST_AT_HAND = 20_000
"""Programs that a caller may have open at most: some 200 MB of records, and seconds of work for the process that writes."""
SLICE_SECONDS = 10.0
"""After so long a Ray task hands back what it has not begun, so that endless programs hold up no others for minutes."""
COUNT_SECONDS = 10.0
"""How often the cluster's CPUs are counted."""
LINGER_SECONDS = 0.05
"""How long an idle place waits for more programs before it gets a batch that is not full."""


class _Call(NamedTuple):
    program: str
    task: bytes
    verdict: "asyncio.Future[Verification]"


class RayVerifier:
    """A verifier as in verifiers.py. To be used in one event loop."""

    def __init__(self, limits: Limits, workers: int | None, sandbox: str, address: str | None) -> None:
        """Raises UsageError when Ray is not installed, RunFailed when there is no cluster."""
        self._cluster = RayCluster(address)
        self._settings = msgspec.msgpack.encode((limits, sandbox))
        self._remote = self._cluster.remote(verify_batch)
        self._workers = workers
        self._cpus, self._count_again = 1, 0.0
        self._waiting: deque[_Call] = deque()
        self._under_way: set[asyncio.Task[list[Verification]]] = set()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def places(self) -> int:
        """As in the protocol; a cluster may grow and shrink."""
        if self._workers is not None:
            return self._workers
        if time.monotonic() >= self._count_again:
            self._count_again = time.monotonic() + COUNT_SECONDS
            self._cpus = self._cluster.cpus
        return self._cpus

    @property
    def at_hand(self) -> int:
        """As in the protocol."""
        return min(MOST_AT_HAND, BATCHES_AT_HAND * BATCH * self.places)

    async def verify(self, program: str, task: Task) -> Verification:
        """As in the protocol. Raises RunFailed when the cluster gives up on it."""
        verdict = asyncio.get_running_loop().create_future()
        self._waiting.append(_Call(program, task.line, verdict))
        if len(self._waiting) >= BATCH:
            self._send(least=BATCH)
        self._set_timer()
        answer: Verification = await verdict
        return answer

    def close(self) -> None:
        """As in the protocol."""
        if self._timer is not None:
            self._timer.cancel()
        self._cluster.close()

    def _set_timer(self) -> None:
        if self._waiting and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(LINGER_SECONDS, self._after_linger)

    def _after_linger(self) -> None:
        """Send what waits to idle places, full batch or not."""
        self._timer = None
        self._send(least=1, ahead=1)

    def _send(self, least: int, ahead: int = BATCHES_AHEAD) -> None:
        """Start batches of `least` programs or more, up to `ahead` per place."""
        if len(self._waiting) < least:
            return
        room = ahead * self.places - len(self._under_way)
        while room > 0 and len(self._waiting) >= least:
            calls = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            batch = asyncio.ensure_future(self._run(calls))
            self._under_way.add(batch)
            batch.add_done_callback(functools.partial(self._ended, calls))
            room -= 1

    async def _run(self, calls: list[_Call]) -> list[Verification]:
        programs = msgspec.msgpack.encode([(call.program, call.task) for call in calls])
        try:
            answers = await self._remote.remote(programs, self._settings)
        except self._cluster.failure as error:
            raise RunFailed(f"the Ray cluster could not run programs: {sentence(error)}") from None
        return msgspec.msgpack.decode(answers, type=list[Verification])

    def _ended(self, calls: list[_Call], batch: "asyncio.Task[list[Verification]]") -> None:
        """Whatever became of a batch, those who asked hear of it."""
        self._under_way.discard(batch)
        if batch.cancelled():
            return  # with the event loop, and so are they
        open_calls = [call for call in calls if not call.verdict.done()]
        if error := batch.exception():
            for call in open_calls:
                call.verdict.set_exception(error)
        else:
            for call, answer in zip(calls, batch.result(), strict=False):
                if not call.verdict.done():
                    call.verdict.set_result(answer)
            self._waiting.extendleft(call for call in reversed(open_calls) if not call.verdict.done())
        self._send(least=BATCH)
        self._set_timer()


def verify_batch(programs: bytes, settings: bytes) -> bytes:
    """In a Ray worker: the verdicts on some programs, in order, or on the first of them; only bytes travel."""
    limits, sandbox = msgspec.msgpack.decode(settings, type=tuple[Limits, str])
    pool = _pool_there(sandbox)
    end = time.monotonic() + SLICE_SECONDS

    def verdict(job: tuple[str, bytes]) -> Verification | None:
        program, line = job
        return verify(program, task_of_line(line), limits, pool) if time.monotonic() < end else None

    with ThreadPoolExecutor(2) as threads:  # while one program runs, the next is made ready
        jobs = msgspec.msgpack.decode(programs, type=list[tuple[str, bytes]])
        return msgspec.msgpack.encode([answer for answer in threads.map(verdict, jobs) if answer])


@functools.cache
def _pool_there(sandbox: str) -> Pool:
    """One place per Ray worker, of which Ray starts one per CPU; which core it gets is the kernel's choice."""
    return Pool(1, sandbox, pinned=False)
