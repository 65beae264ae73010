"""The OFFLINE model's worker processes: started when first needed, killed when their caller is cancelled.

Workers get a session of their own, so Ctrl-C in the terminal reaches only the main process; they end by themselves
when it is gone (worker.py).
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process

from utilities.config import ROOT

_LINE_LIMIT = 1 << 26
"""Bytes of the longest line a worker may answer with."""


class WorkerEnded(Exception):
    """A worker process ended before it answered."""


class Crew:
    """At most `size` worker processes; each answers one line at a time."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slots = asyncio.Semaphore(size)
        self._idle: list[Process] = []
        self._started: set[Process] = set()

    async def run(self, line: bytes) -> bytes:
        """A worker's answer to one line. Raises WorkerEnded."""
        self._follow_loop()
        async with self._slots:
            worker = self._idle.pop() if self._idle else await self._start()
            try:
                answer = await _exchange(worker, line)
            except (asyncio.CancelledError, WorkerEnded):
                self._kill(worker)
                raise
            self._idle.append(worker)
            return answer

    @property
    def process_ids(self) -> list[int]:
        """Ids of the workers that run."""
        return [worker.pid for worker in self._started if worker.returncode is None]

    async def close(self) -> None:
        """Kill all workers and wait until they are gone; may be called twice."""
        self._follow_loop()
        workers = list(self._started)
        for worker in workers:
            self._kill(worker)
        await asyncio.gather(*(worker.wait() for worker in workers))
        self._started.clear()

    def _follow_loop(self) -> None:
        """Workers belong to the event loop that started them: under another one, begin afresh."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        for worker in self._started:
            self._kill(worker)
        self._loop = loop
        self._slots = asyncio.Semaphore(self.size)
        self._started.clear()

    async def _start(self) -> Process:
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "utilities.models.offline.worker",
            stdin=PIPE,
            stdout=PIPE,
            cwd=ROOT,
            limit=_LINE_LIMIT,
            start_new_session=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
        )
        self._started.add(worker)
        return worker

    def _kill(self, worker: Process) -> None:
        if worker in self._idle:
            self._idle.remove(worker)
        if worker.returncode is None:
            worker.kill()


async def _exchange(worker: Process, line: bytes) -> bytes:
    if worker.stdin is None or worker.stdout is None:
        raise WorkerEnded
    try:
        worker.stdin.write(line)
        await worker.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        raise WorkerEnded from None
    answer = await worker.stdout.readline()
    if not answer.endswith(b"\n"):
        raise WorkerEnded
    return answer
