"""The OFFLINE model's worker processes: started when first needed, killed when their caller is cancelled.

Workers get a session of their own, so Ctrl-C in the terminal reaches only the main process; they end by themselves
when it is gone (worker.py).
"""

import asyncio
import os
import socket
import subprocess
import sys
from dataclasses import dataclass

from utilities.config import ROOT

_LINE_LIMIT = 1 << 26
"""Bytes of the longest line a worker may answer with."""

TRIES = 3
"""Workers that get a line, one after the other, when they are killed from outside."""


class WorkerEnded(Exception):
    """A worker process ended before it answered."""


@dataclass(frozen=True, eq=False)
class _Worker:
    """A process and the socket that is its stdin and its stdout."""

    process: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def kill(self) -> None:
        """Kill it and wait the moment until it is gone; may be called twice."""
        self.process.kill()
        self.process.wait()

    async def answer(self, line: bytes) -> bytes:
        """Its answer to one line. Raises WorkerEnded."""
        try:
            self.writer.write(line)
            await self.writer.drain()
            return await self.reader.readuntil()
        except (ConnectionError, asyncio.IncompleteReadError):
            raise WorkerEnded from None


class Crew:
    """At most `size` worker processes; each answers one line at a time."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slots = asyncio.Semaphore(size)
        self._idle: list[_Worker] = []
        self._started: set[_Worker] = set()

    async def run(self, line: bytes) -> bytes:
        """A worker's answer to one line, another's where one is killed from outside. Raises WorkerEnded."""
        self._follow_loop()
        async with self._slots:
            tries_left = TRIES
            while True:
                worker = self._idle.pop() if self._idle else await self._start()
                try:
                    answer = await worker.answer(line)
                except asyncio.CancelledError:
                    self._end(worker)
                    raise
                except WorkerEnded:
                    tries_left -= 1
                    was_closed = worker not in self._started
                    self._end(worker)
                    if was_closed or not tries_left:
                        raise
                else:
                    if worker in self._started:
                        self._idle.append(worker)
                    return answer

    @property
    def process_ids(self) -> list[int]:
        """Ids of the workers that run."""
        return [worker.process.pid for worker in self._started if worker.process.poll() is None]

    async def close(self) -> None:
        """Kill all workers; may be called twice."""
        self._follow_loop()
        self._idle.clear()
        for worker in list(self._started):
            self._end(worker)

    def _follow_loop(self) -> None:
        """Workers belong to the event loop that started them: under another one, begin afresh."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        for worker in self._started:
            worker.kill()
        self._loop = loop
        self._slots = asyncio.Semaphore(self.size)
        self._idle.clear()
        self._started.clear()

    async def _start(self) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours, limit=_LINE_LIMIT)
            process = _start_process(theirs.fileno())
        worker = _Worker(process, reader, writer)
        self._started.add(worker)
        return worker

    def _end(self, worker: _Worker) -> None:
        worker.kill()
        worker.writer.close()
        self._started.discard(worker)


def _start_process(stream: int) -> subprocess.Popen[bytes]:
    """A worker whose stdin and stdout is the descriptor `stream`."""
    return subprocess.Popen(
        [sys.executable, "-m", "utilities.models.offline.worker"],
        stdin=stream,
        stdout=stream,
        cwd=ROOT,
        start_new_session=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
    )
